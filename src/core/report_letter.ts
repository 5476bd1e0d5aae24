// What a report says to people, in its order: what to mend first, then the summary, then the indicators. One content for
// the plain text and the page of a mail (pages/report_page.tsx).

import {
  type Advice,
  globalIndicators,
  type IndexingReport,
  localMoment,
  type MendableFault,
  type NodeIndexing,
} from "./indexing_report.ts";
import { INDICATOR_ROWS, type IndicatorName, type IndicatorRow, type Indicators } from "./indicators.ts";
import { type Level, LEVELS } from "./report.ts";

export type Term = { readonly term: string; readonly meaning: string };

export type LetterFault = {
  readonly place: string;
  /** Where it is, from the whole to the part. */
  readonly details: readonly Term[];
  /** Address of the file at fault. */
  readonly url?: string;
  readonly sentences: readonly (Advice & { readonly text: string })[];
  readonly isEarlier: boolean;
};

export type LetterTable = {
  readonly columns: readonly string[];
  /** The first cell is what the row is of; of a part, it goes with the row above that is none. */
  readonly rows: readonly { readonly cells: readonly string[]; readonly isPart: boolean }[];
};

export type ReportLetter = {
  readonly heading: string;
  readonly facts: readonly Term[];
  readonly verdict: { readonly isGood: boolean; readonly text: string; readonly next: string };
  /** Of several catalogs each has its part. */
  readonly toMend: readonly { readonly catalog?: string; readonly faults: readonly LetterFault[] }[];
  readonly toLookAt: readonly string[];
  readonly summary: readonly Term[];
  /** Of several catalogs. */
  readonly nodes?: LetterTable;
  readonly indicators?: LetterTable;
  readonly glossary: readonly Term[];
  readonly files: readonly Term[];
};

/** Longest sentence shown; errors.log has all of it. */
const SHOWN_CHARACTERS = 600;

const GLOSSARY: readonly Term[] = [
  { term: "Federable", meaning: "la red lo cosecha; lo demás se registra, pero sus archivos no se leen" },
  { term: "Actualizado", meaning: "en esta cosecha cambió un metadato suyo o algún valor" },
  {
    term: "Discontinuado",
    meaning: "el catálogo ya no lo nombra; lo que había en la API se sigue sirviendo",
  },
  { term: "En la API", meaning: "tiene series que se pueden consultar" },
];

const FILES: readonly Term[] = [
  {
    term: "catalogs.csv, datasets.csv, distributions.csv, series.csv",
    meaning: "cada entidad con su estado y su error",
  },
  { term: "errors.log", meaning: "todos los errores, enteros" },
];

const LEVEL_HEADINGS = {
  catalogs: "Catálogos",
  datasets: "Datasets",
  distributions: "Distribu\u00adciones",
  series: "Series",
} as const satisfies Record<Level, string>;

/** The letter about all nodes. */
export function globalLetter(report: IndexingReport): ReportLetter {
  const { nodes } = report;
  const faulty = nodes.filter(({ faults }) => faults.length > 0);
  const unread = nodes.filter(({ indicators }) => indicators === null);
  const figures = globalIndicators(report);
  return {
    ...letterOf(report, nodes),
    facts: [...factsOf(report), { term: "Catálogos", meaning: String(nodes.length) }],
    verdict: verdict(
      faulty.length === 0
        ? undefined
        : `${faulty.length} de ${counted(nodes.length, "catálogo", "catálogos")} ` +
          `${faulty.length === 1 ? "tiene" : "tienen"} algo que corregir.`,
    ),
    toMend: faulty.map((node) => ({ catalog: nameOf(node), faults: node.faults.map(faultOf) })),
    toLookAt: [...report.warnings, ...nodes.flatMap(({ warnings }) => warnings)],
    summary: [
      ...summaryOf(figures, report),
      ...(unread.length > 0
        ? [{ term: "Sin indicadores, porque no se pudieron leer", meaning: unread.map(nameOf).join(", ") }]
        : []),
    ],
    nodes: {
      columns: ["Catálogo", "Para corregir", "Series en la API", "Observaciones nuevas"],
      rows: nodes.map((node) => {
        const { indicators, faults } = node;
        const cell = (name: IndicatorName) => indicators ? countText(indicators[name]) : "—";
        const cells = [
          nameOf(node),
          countText(faults.length),
          cell("field_cant"),
          cell("observaciones_nuevas_cant"),
        ];
        return { cells, isPart: false };
      }),
    },
    // As the replaced system: how catalogs themselves are is told to each.
    indicators: indicatorTable(figures, LEVELS.filter((level) => level !== "catalogs")),
  };
}

/** The letter about one node. */
export function nodeLetter(report: IndexingReport, node: NodeIndexing): ReportLetter {
  const { indicators, faults } = node;
  return {
    ...letterOf(report, [node]),
    facts: [
      { term: "Catálogo", meaning: nameOf(node) },
      { term: "Dirección", meaning: node.url },
      ...factsOf(report),
    ],
    verdict: verdict(
      faults.length === 0
        ? undefined
        : indicators === null
        ? "El catálogo no se pudo leer."
        : `Hay algo que corregir en ${counted(faults.length, "lugar", "lugares")}.`,
    ),
    toMend: faults.length > 0 ? [{ faults: faults.map(faultOf) }] : [],
    toLookAt: node.warnings,
    summary: indicators
      ? summaryOf(indicators, report)
      : [{ term: "Indicadores", meaning: "ninguno, porque el catálogo no se pudo leer" }],
    ...(indicators && { indicators: indicatorTable(indicators, LEVELS) }),
  };
}

function letterOf(report: IndexingReport, nodes: readonly NodeIndexing[]) {
  return {
    heading: "Validación de series de tiempo",
    glossary: nodes.some(({ indicators }) => indicators) ? GLOSSARY : [],
    files: FILES,
    facts: factsOf(report),
  };
}

function factsOf({ startedAt, finishedAt }: IndexingReport): Term[] {
  const at = (moment: number) => localMoment(moment).slice(0, 16);
  return [{ term: "Cosecha", meaning: `de ${at(startedAt)} a ${at(finishedAt)}, hora de Buenos Aires` }];
}

function verdict(toMend: string | undefined): ReportLetter["verdict"] {
  if (toMend === undefined) {
    return {
      isGood: true,
      text: "No hay nada que corregir.",
      next: "Todo lo que la red cosecha se pudo leer.",
    };
  }
  return {
    isGood: false,
    text: toMend,
    next:
      "Mientras tanto se siguen sirviendo los últimos datos buenos. Cuando esté corregido no hace falta " +
      "avisar: la próxima cosecha vuelve a leer el catálogo y sus archivos.",
  };
}

const nameOf = ({ catalogId, title }: NodeIndexing) =>
  title === "" || title === catalogId ? catalogId : `${title} (${catalogId})`;

function faultOf(fault: MendableFault): LetterFault {
  const { level, datasetId, distributionId, url, errors, advice, isEarlier } = fault;
  const titled = (id: string | undefined, title: string) =>
    `${id ?? "sin identificador"}${title === "" ? "" : ` «${title}»`}`;
  const dataset = titled(datasetId, fault.datasetTitle);
  const distribution = titled(distributionId, fault.distributionTitle);
  const details: Term[] = [];
  if (level !== "dataset" && datasetId !== undefined) details.push({ term: "Dataset", meaning: dataset });
  const place = {
    catalog: "El catálogo",
    dataset: `Dataset ${dataset}`,
    distribution: `Distribución ${distribution}`,
    field: `Un campo de la distribución ${distribution}`,
  }[level];
  return {
    place,
    details,
    ...(url !== undefined && { url }),
    sentences: errors.map((text, i) => ({ text: shortened(text), ...advice[i]! })),
    isEarlier,
  };
}

function shortened(text: string): string {
  const signs = [...text];
  if (signs.length <= SHOWN_CHARACTERS) return text;
  return `${signs.slice(0, SHOWN_CHARACTERS).join("")}… (sigue en errors.log)`;
}

function summaryOf(figures: Indicators, { queries }: IndexingReport): Term[] {
  const many = (name: IndicatorName) => countText(figures[name]);
  return [
    {
      term: "Datasets con series de tiempo",
      meaning: `${many("datasets_disponibles_cant")} en el catálogo, ${many("datasets_cant")} en la API`,
    },
    {
      term: "Series",
      meaning: `${many("series_disponibles_cant")} en el catálogo, ${many("field_cant")} en la API`,
    },
    {
      term: "Observaciones",
      meaning:
        `nuevas ${many("observaciones_nuevas_cant")}, cambiadas ${many("observaciones_cambiadas_cant")}, ` +
        `quitadas ${many("observaciones_quitadas_cant")}; en la API ${many("observaciones_cant")}`,
    },
    ...(queries ? [{ term: `Consultas a la API el ${queries.day}`, meaning: countText(queries.count) }] : []),
  ];
}

function indicatorTable(figures: Indicators, levels: readonly Level[]): LetterTable {
  return {
    columns: ["Indicador", ...levels.map((level) => LEVEL_HEADINGS[level])],
    rows: INDICATOR_ROWS.map((row: IndicatorRow) => ({
      cells: [
        row.label,
        ...levels.map((level) => {
          const name = row[level];
          return name === undefined ? "" : countText(figures[name as IndicatorName]);
        }),
      ],
      isPart: row.isPart ?? false,
    })),
  };
}

const counted = (count: number, one: string, many: string) =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** With a point between thousands, as in Argentina. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ".");
}

/** The letter as plain text, lines as long as they come. */
export function letterText(letter: ReportLetter): string {
  const { heading, facts, verdict, toMend, toLookAt, summary, nodes, indicators, glossary, files } = letter;
  const terms = (all: readonly Term[]) => all.map(({ term, meaning }) => `${term}: ${meaning}`);
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", title.toUpperCase(), "", ...lines];
  return [
    heading,
    ...terms(facts),
    "",
    verdict.text,
    verdict.next,
    ...part(
      "Qué hay que corregir",
      toMend.flatMap(({ catalog, faults }) => [
        ...(catalog === undefined ? [] : [`== ${catalog}`, ""]),
        ...faults.flatMap(faultLines),
      ]),
    ),
    ...part("Para mirar", toLookAt.map((text) => `- ${text}`)),
    ...part("Resumen", terms(summary)),
    ...part("Por catálogo", nodes ? tableLines(nodes) : []),
    ...part("Indicadores", indicators ? tableLines(indicators) : []),
    ...part("Qué quiere decir", terms(glossary)),
    ...part("Archivos", terms(files)),
    "",
  ].join("\n");
}

function faultLines({ place, details, url, sentences, isEarlier }: LetterFault): string[] {
  return [
    `* ${place}${isEarlier ? " (de una lectura anterior)" : ""}`,
    ...details.map(({ term, meaning }) => `  ${term}: ${meaning}`),
    ...(url === undefined ? [] : [`  Archivo: ${url}`]),
    ...sentences.flatMap(({ heading, text, remedy }) => [
      `  ✗ ${heading}`,
      `    ${text.replaceAll("\n", "\n    ")}`,
      `    → ${remedy}`,
    ]),
    "",
  ];
}

function tableLines({ columns, rows }: LetterTable): string[] {
  const all = [{ cells: columns, isPart: false }, ...rows].map(({ cells, isPart }) =>
    cells.map((cell, i) => `${isPart && i === 0 ? "  " : ""}${cell.replaceAll("\u00ad", "")}`)
  );
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]! + 2)).join("").trimEnd()
  );
}
