// The report of a harvest: what every level came to, per node and in all, and every fault at its place. The
// same object goes to the terminal, to JSON and into the journal.

import type { ObservationChanges } from "./observations.ts";

/** How the entities of one level ended; each is counted once. */
export type LevelCounts = {
  new: number;
  changed: number;
  unchanged: number;
  /** Named by the last reading before, not by this one. */
  discontinued: number;
  failed: number;
};

export const LEVELS = ["catalogs", "datasets", "distributions", "series"] as const;
export type Level = (typeof LEVELS)[number];
export type Counts = Record<Level, LevelCounts>;

export const OUTCOMES = ["new", "changed", "unchanged", "discontinued", "failed"] as const;

/** One thing that was refused, with everything needed to find and mend it. */
export type ReportedFault = {
  readonly level: "catalog" | "dataset" | "distribution" | "field";
  readonly catalogId: string;
  readonly datasetId?: string;
  readonly distributionId?: string;
  /** Address of the file at fault. */
  readonly url?: string;
  /** One sentence for each broken rule, in the contract's order and words. */
  readonly errors: readonly string[];
};

export type NodeReport = {
  readonly catalogId: string;
  readonly url: string;
  readonly counts: Counts;
  readonly observations: ObservationChanges;
  readonly faults: readonly ReportedFault[];
  /** What was taken in but deserves a look. */
  readonly warnings: readonly string[];
};

export type HarvestReport = {
  readonly run: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly counts: Counts;
  readonly observations: ObservationChanges;
  readonly nodes: readonly NodeReport[];
  /** Entries of the register that were left out, and why. */
  readonly warnings: readonly string[];
  /** No file of a distribution was opened: it tells of catalogs alone. */
  readonly onlyMetadata?: boolean;
};

export function noCounts(): Counts {
  const level = (): LevelCounts => ({ new: 0, changed: 0, unchanged: 0, discontinued: 0, failed: 0 });
  return { catalogs: level(), datasets: level(), distributions: level(), series: level() };
}

/** Entities that the reading named, however they ended. */
export function readingTotal(counts: LevelCounts): number {
  return counts.new + counts.changed + counts.unchanged + counts.failed;
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const counts of all) {
    for (const level of LEVELS) for (const outcome of OUTCOMES) sum[level][outcome] += counts[level][outcome];
  }
  return sum;
}

export function addChanges(all: readonly ObservationChanges[]): ObservationChanges {
  return all.reduce((a, b) => ({
    added: a.added + b.added,
    changed: a.changed + b.changed,
    removed: a.removed + b.removed,
  }), { added: 0, changed: 0, removed: 0 });
}

const HEADINGS = {
  catalogs: "catálogos",
  datasets: "datasets",
  distributions: "distribuciones",
  series: "series",
} as const satisfies Record<Level, string>;

/** A fault as the replaced system words it in its log. */
export function faultText(
  { level, catalogId, datasetId, distributionId, url, errors }: ReportedFault,
): string {
  const text = errors.join("\n\n");
  const where = url ? ` [${url}]` : "";
  switch (level) {
    case "catalog":
      return `Error en la lectura del catálogo ${catalogId}: ${text}${where}`;
    case "distribution":
      return `Excepción en distrbución ${distributionId} del catálogo ${catalogId}: ${text}${where}`;
    case "dataset":
      return `${text} (catálogo ${catalogId})${where}`;
    case "field":
      return `${text} (distribución ${distributionId}, dataset ${datasetId}, catálogo ${catalogId})${where}`;
  }
}

/** The report for a terminal: one table, then every fault and warning. */
export function reportText(report: HarvestReport): string {
  const cell = (text: string | number) => String(text).padStart(13);
  const rows = [
    ["", "nuevos", "cambiados", "sin cambios", "discontinuados", "con error", "total"]
      .map((text, i) => i === 0 ? text.padEnd(15) : text.padStart(15)).join(""),
    ...LEVELS.map((level) =>
      HEADINGS[level].padEnd(15) +
      [...OUTCOMES.map((outcome) => report.counts[level][outcome]), readingTotal(report.counts[level])]
        .map((count) => cell(count).padStart(15)).join("")
    ),
  ];
  const { added, changed, removed } = report.observations;
  const seconds = ((report.finishedAt - report.startedAt) / 1000).toFixed(1);
  const faults = report.nodes.flatMap((node) =>
    node.faults.map((fault) => `✗ ${shortened(faultText(fault))}`)
  );
  const warnings = [...report.warnings, ...report.nodes.flatMap((node) => node.warnings)].map((text) =>
    `! ${text}`
  );
  return [
    `Corrida ${report.run}, ${report.nodes.length} nodos, ${seconds} s${
      report.onlyMetadata ? ", sólo metadatos" : ""
    }`,
    "",
    ...rows,
    "",
    `observaciones: ${added} nuevas, ${changed} cambiadas, ${removed} quitadas`,
    ...(faults.length > 0 ? ["", ...faults] : []),
    ...(warnings.length > 0 ? ["", ...warnings] : []),
  ].join("\n");
}

/** Longest line of a report on a terminal; JSON and the journal have all of it. */
const SHOWN_CHARACTERS = 600;

function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
