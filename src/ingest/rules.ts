// The rules a distribution must meet to be indexed, in the contract's order and with its texts. Each stops at
// its first offender; all that fail are told together.

import { type FieldReading, isTimeIndex } from "../core/catalog.ts";
import { FREQUENCY, type Frequency } from "../core/frequency.ts";
import { expectedDays, gridOf } from "../core/grid.ts";
import { pythonNumber } from "../core/number_text.ts";
import { isoDate } from "../core/time.ts";
import type { CsvColumn, CsvTable } from "./csv.ts";

/** Limits an operator may move; the defaults are the replaced system's. */
export type ValidationLimits = {
  /** Values a series needs not to count as too small. */
  readonly minimumValues: number;
  /** Share of too small series that is tolerated. */
  readonly maxTooSmallShare: number;
  /** Share of entirely blank series from which on a distribution is refused. */
  readonly maxNullSeriesShare: number;
  /** Share of missing values of one series that is tolerated. */
  readonly maxMissingShare: number;
  readonly maxTitleLength: number;
};

export const DEFAULT_LIMITS: ValidationLimits = {
  minimumValues: 2,
  maxTooSmallShare: 0.02,
  maxNullSeriesShare: 0.2,
  maxMissingShare: 0.999,
  maxTitleLength: 60,
};

/** What the rules look at. */
export type Candidate = {
  readonly distributionId: string;
  readonly frequency: Frequency;
  readonly fields: readonly FieldReading[];
  /** Absent where only the metadata is to be checked: the same bytes passed before. */
  readonly table?: CsvTable;
  /** Ids that another present distribution publishes, of this catalog or as first owner in another. */
  readonly takenIds: ReadonlySet<string>;
};

type Rule = (candidate: Candidate, limits: ValidationLimits) => string | undefined;
type Counted = CsvColumn & { readonly count: number };

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const TITLE_CHARACTERS = `${LETTERS}0123456789_`;
const ID_CHARACTERS = `${LETTERS}${LETTERS.toUpperCase()}0123456789_-.`;

const counts = new WeakMap<CsvTable, Counted[]>();

/** Columns with their number of values, counted once a table; a text counts as a value. */
function countedColumns(table: CsvTable | undefined): Counted[] {
  if (!table) return [];
  let counted = counts.get(table);
  if (!counted) {
    counted = table.columns.map((column) => {
      let count = column.textCount;
      for (const value of column.values) if (!Number.isNaN(value)) count++;
      return { ...column, count };
    });
    counts.set(table, counted);
  }
  return counted;
}

function fewValues({ table }: Candidate, limits: ValidationLimits): string | undefined {
  const columns = countedColumns(table);
  const small = columns.filter(({ count }) => count > 0 && count < limits.minimumValues);
  if (small.length === 0 || small.length / columns.length <= limits.maxTooSmallShare) return undefined;
  return `${small[0]!.title} tiene ${small[0]!.count} valores, deberia tener ${limits.minimumValues} o mas`;
}

function blankSeries({ table, distributionId }: Candidate, limits: ValidationLimits): string | undefined {
  const columns = countedColumns(table);
  if (columns.length === 0) return undefined;
  const share = columns.filter(({ count }) => count === 0).length / columns.length;
  if (share < limits.maxNullSeriesShare) return undefined;
  return `Proporción de series nulas en distribución ${distributionId} por encima del umbral permitido ` +
    `(${pythonNumber(limits.maxNullSeriesShare)}): ${pythonNumber(share)}`;
}

function invalidCharacter(text: string, valid: string): string | undefined {
  for (const character of text) {
    if (!valid.includes(character)) {
      return `'${text}' usa caracteres invalidos ('${character}'). Validos: '${valid}'`;
    }
  }
  return undefined;
}

function columnTitles({ table }: Candidate): string | undefined {
  for (const { title } of countedColumns(table)) {
    // The replaced system never fills the placeholder; publishers' tools compare the text.
    if (title.toLowerCase().includes("unnamed")) return "Existe un campo sin nombre en la distribucion: '{}'";
    const fault = invalidCharacter(title, TITLE_CHARACTERS);
    if (fault) return fault;
  }
  return undefined;
}

function fieldIds({ fields }: Candidate): string | undefined {
  for (const { id } of fields) {
    const fault = invalidCharacter(id, ID_CHARACTERS);
    if (fault) return fault;
  }
  return undefined;
}

function titleLength({ table }: Candidate, limits: ValidationLimits): string | undefined {
  const long = countedColumns(table).find(({ title }) => [...title].length > limits.maxTitleLength);
  return long &&
    `'${long.title}' tiene '${[...long.title].length}' caracteres. Maximo: '${limits.maxTitleLength}'`;
}

function missingShare({ table }: Candidate, limits: ValidationLimits): string | undefined {
  const rows = table?.days.length ?? 0;
  const sparse = countedColumns(table).find(({ count }) => (rows - count) / rows > limits.maxMissingShare);
  return sparse &&
    `${sparse.title} tiene mas missings (${rows - sparse.count}) que valores (${sparse.count})`;
}

function idTakenElsewhere({ fields, takenIds }: Candidate): string | undefined {
  const taken = fields.find(({ id, metadata }) => id !== "" && !isTimeIndex(metadata) && takenIds.has(id));
  return taken && `Hay field con id repetido: ${taken.id}`;
}

/** Texts that occur more than once, in order of their second occurrence. */
function repeated(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(texts.filter((text) => seen.size === seen.add(text).size))];
}

const quotedList = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(" ")}]`;

function repeatedTitles({ fields }: Candidate): string | undefined {
  const titles = repeated(fields.map(({ title }) => title));
  return titles.length === 0 ? undefined : `Hay field con title repetido: ${quotedList(titles)}`;
}

function repeatedDescriptions({ fields }: Candidate): string | undefined {
  const texts = fields.flatMap(({ metadata }) =>
    typeof metadata.description === "string" ? [metadata.description] : []
  );
  const descriptions = repeated(texts);
  return descriptions.length === 0
    ? undefined
    : `Hay field con description repetido: ${quotedList(descriptions)}`;
}

function numeric({ fields, table }: Candidate): string | undefined {
  const documented = new Set(fields.map(({ title }) => title));
  const columns = countedColumns(table).filter(({ title }) => documented.has(title));
  const textual = columns.find(({ texts }) => texts);
  if (textual) return `'${textual.title}' tiene valores no numericos: '${textual.texts!.join(" ")}'`;
  const infinite = columns.find(({ infiniteRow }) => infiniteRow !== undefined);
  return infinite && `'${infinite.title}' tiene un valor infinito en la fila ${infinite.infiniteRow}`;
}

function missingColumn({ fields, table, distributionId }: Candidate): string | undefined {
  if (!table) return undefined;
  const columns = new Set(table.columns.map(({ title }) => title));
  const missing = fields.find(({ title, metadata }) => !isTimeIndex(metadata) && !columns.has(title));
  return missing && `Campo ${missing.title} faltante en la distribución ${distributionId}`;
}

function shape({ table, frequency, distributionId }: Candidate): string | undefined {
  if (!table || gridOf(frequency, table.days)) return undefined;
  const [first, last] = [table.days[0]!, table.days.at(-1)!];
  return `Datos inconsistentes en la distribución ${distributionId}: Comienzo '${
    isoDate(first)
  } 00:00:00' / ` +
    `Fin '${isoDate(last)} 00:00:00' / Frecuencia '${FREQUENCY[frequency].iso}' / ` +
    `Fechas '${expectedDays(frequency, first, last)}' / Valores '${table.days.length}'`;
}

function repeatedIds({ fields }: Candidate): string | undefined {
  const [id] = repeated(fields.flatMap(({ id }) => id === "" ? [] : [id]));
  return id && `Hay field con id repetido: ${id}`;
}

function missingDescription({ fields, distributionId }: Candidate): string | undefined {
  const lacks = fields.some(({ metadata }) =>
    !isTimeIndex(metadata) && !Object.hasOwn(metadata, "description")
  );
  return lacks ? `Existen fields sin descripción en la distribución ${distributionId}` : undefined;
}

/** In the contract's order (catalog-harvest 3.5). */
const RULES: readonly Rule[] = [
  fewValues,
  blankSeries,
  columnTitles,
  fieldIds,
  titleLength,
  missingShare,
  idTakenElsewhere,
  repeatedTitles,
  repeatedDescriptions,
  numeric,
  missingColumn,
  shape,
  repeatedIds,
  missingDescription,
];

/** Texts of all rules that the candidate breaks; empty when it may be indexed. */
export function brokenRules(candidate: Candidate, limits: ValidationLimits): string[] {
  return RULES.flatMap((rule) => rule(candidate, limits) ?? []);
}
