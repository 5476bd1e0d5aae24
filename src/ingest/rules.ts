// The rules a distribution must meet to be indexed, in the contract's order and with its texts. Each stops at
// its first offender; all that fail are told together.

import { type FieldReading, isTimeIndex, timeIndexOf } from "../core/catalog.ts";
import { FREQUENCY, type Frequency } from "../core/frequency.ts";
import { expectedDays, expectedWorkdays, gridOf } from "../core/grid.ts";
import { pythonNumber } from "../core/number_text.ts";
import { type EpochDay, isoDate } from "../core/time.ts";
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
  /** Absent where the declared one is none that can be published: the rule of the shape is left out. */
  readonly frequency?: Frequency;
  readonly fields: readonly FieldReading[];
  /** Absent where only the metadata is to be checked: the same bytes passed before. */
  readonly table?: CsvTable;
  /** Ids that another present distribution publishes, of this catalog or as first owner in another. */
  readonly takenIds: ReadonlySet<string>;
};

/** What a rule tells of its first offender. */
type Offence = {
  readonly text: string;
  /** Title of the column of the file. */
  readonly column?: string;
  /** Position among the candidate's fields. */
  readonly field?: number;
  /** Row of the file, 1 is the first after the header. */
  readonly row?: number;
};

type Rule = (candidate: Candidate, limits: ValidationLimits) => Offence | undefined;
type Counted = { readonly title: string; readonly column: CsvColumn; readonly count: number };

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
      return { title: column.title, column, count };
    });
    counts.set(table, counted);
  }
  return counted;
}

function fewValues({ table }: Candidate, limits: ValidationLimits): Offence | undefined {
  const columns = countedColumns(table);
  const small = columns.filter(({ count }) => count > 0 && count < limits.minimumValues);
  // The replaced system counts along and tells of the column that passes the limit.
  const passing = small.find((_, i) => (i + 1) / columns.length > limits.maxTooSmallShare);
  if (!passing) return undefined;
  const text = `${passing.title} tiene ${passing.count} valores, deberia tener ${limits.minimumValues} o mas`;
  return { text, column: passing.title };
}

function blankSeries({ table, distributionId }: Candidate, limits: ValidationLimits): Offence | undefined {
  const columns = countedColumns(table);
  if (columns.length === 0) return undefined;
  const blank = columns.filter(({ count }) => count === 0);
  const share = blank.length / columns.length;
  if (share < limits.maxNullSeriesShare) return undefined;
  const text =
    `Proporción de series nulas en distribución ${distributionId} por encima del umbral permitido ` +
    `(${pythonNumber(limits.maxNullSeriesShare)}): ${pythonNumber(share)}`;
  return { text, ...(blank[0] && { column: blank[0].title }) };
}

function invalidCharacter(text: string, valid: string): string | undefined {
  for (const character of text) {
    if (!valid.includes(character)) {
      return `'${text}' usa caracteres invalidos ('${character}'). Validos: '${valid}'`;
    }
  }
  return undefined;
}

function columnTitles({ table }: Candidate): Offence | undefined {
  for (const { title } of countedColumns(table)) {
    // The replaced system never fills the placeholder; publishers' tools compare the text.
    const text = title.toLowerCase().includes("unnamed")
      ? "Existe un campo sin nombre en la distribucion: '{}'"
      : invalidCharacter(title, TITLE_CHARACTERS);
    if (text) return { text, column: title };
  }
  return undefined;
}

function fieldIds({ fields }: Candidate): Offence | undefined {
  for (const [field, { id }] of fields.entries()) {
    const text = invalidCharacter(id, ID_CHARACTERS);
    if (text) return { text, field };
  }
  return undefined;
}

function titleLength({ table }: Candidate, limits: ValidationLimits): Offence | undefined {
  const long = countedColumns(table).find(({ title }) => [...title].length > limits.maxTitleLength);
  return long && {
    text: `'${long.title}' tiene '${[...long.title].length}' caracteres. Maximo: '${limits.maxTitleLength}'`,
    column: long.title,
  };
}

function missingShare({ table }: Candidate, limits: ValidationLimits): Offence | undefined {
  const rows = table?.days.length ?? 0;
  const sparse = countedColumns(table).find(({ count }) => (rows - count) / rows > limits.maxMissingShare);
  return sparse && {
    text: `${sparse.title} tiene mas missings (${rows - sparse.count}) que valores (${sparse.count})`,
    column: sparse.title,
  };
}

function idTakenElsewhere({ fields, takenIds }: Candidate): Offence | undefined {
  const field = fields.findIndex(({ id, metadata }) =>
    id !== "" && !isTimeIndex(metadata) && takenIds.has(id)
  );
  return field < 0 ? undefined : { text: `Hay field con id repetido: ${fields[field]!.id}`, field };
}

/** Texts that occur more than once, in order of their second occurrence. */
function repeated(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(texts.filter((text) => seen.size === seen.add(text).size))];
}

const quotedList = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(" ")}]`;

function repeatedTitles({ fields }: Candidate): Offence | undefined {
  const titles = repeated(fields.map(({ title }) => title));
  if (titles.length === 0) return undefined;
  const field = fields.findLastIndex(({ title }) => title === titles[0]);
  return { text: `Hay field con title repetido: ${quotedList(titles)}`, field };
}

function repeatedDescriptions({ fields }: Candidate): Offence | undefined {
  const texts = fields.flatMap(({ metadata }) =>
    typeof metadata.description === "string" ? [metadata.description] : []
  );
  const descriptions = repeated(texts);
  if (descriptions.length === 0) return undefined;
  const field = fields.findLastIndex(({ metadata }) => metadata.description === descriptions[0]);
  return { text: `Hay field con description repetido: ${quotedList(descriptions)}`, field };
}

function numeric({ fields, table }: Candidate): Offence | undefined {
  const documented = new Set(fields.map(({ title }) => title));
  const columns = (table?.columns ?? []).filter(({ title }) => documented.has(title));
  const textual = columns.find(({ textCount }) => textCount > 0);
  if (textual) {
    const { title, texts, textRow } = textual;
    const text = `'${title}' tiene valores no numericos: '${texts!.join(" ")}'`;
    return { text, column: title, ...(textRow !== undefined && { row: textRow }) };
  }
  const infinite = columns.find(({ infiniteRow }) => infiniteRow !== undefined);
  return infinite && {
    text: `'${infinite.title}' tiene un valor infinito en la fila ${infinite.infiniteRow}`,
    column: infinite.title,
    row: infinite.infiniteRow!,
  };
}

function missingColumn({ fields, table, distributionId }: Candidate): Offence | undefined {
  if (!table) return undefined;
  const columns = new Set(table.columns.map(({ title }) => title));
  const field = fields.findIndex(({ title, metadata }) => !isTimeIndex(metadata) && !columns.has(title));
  if (field < 0) return undefined;
  return { text: `Campo ${fields[field]!.title} faltante en la distribución ${distributionId}`, field };
}

function shape({ table, frequency, distributionId, fields }: Candidate): Offence | undefined {
  if (!table || frequency === undefined || gridOf(frequency, table.days)) return undefined;
  const [first, last] = [table.days[0]!, table.days.at(-1)!];
  // Irregular days were last tried as working days, so the replaced system tells how many of those there are.
  const expected = frequency === "day" ? expectedWorkdays(first, last) : expectedDays(frequency, first, last);
  const text =
    `Datos inconsistentes en la distribución ${distributionId}: Comienzo '${isoDate(first)} 00:00:00' / ` +
    `Fin '${isoDate(last)} 00:00:00' / Frecuencia '${FREQUENCY[frequency].iso}' / ` +
    `Fechas '${expected}' / Valores '${table.days.length}'`;
  const column = timeIndexOf(fields)?.title;
  return { text, ...(column !== undefined && { column }), row: firstIrregularRow(frequency, table.days) };
}

/** Row of the first day that is not where the grid has its next; what is before it is a grid. */
function firstIrregularRow(frequency: Frequency, days: readonly EpochDay[]): number {
  let [regular, irregular] = [0, days.length];
  while (irregular - regular > 1) {
    const middle = Math.floor((regular + irregular) / 2);
    if (gridOf(frequency, days.slice(0, middle))) regular = middle;
    else irregular = middle;
  }
  return irregular;
}

function repeatedIds({ fields }: Candidate): Offence | undefined {
  const [id] = repeated(fields.flatMap(({ id }) => id === "" ? [] : [id]));
  if (id === undefined) return undefined;
  return {
    text: `Hay field con id repetido: ${id}`,
    field: fields.findLastIndex((field) => field.id === id),
  };
}

function missingDescription({ fields, distributionId }: Candidate): Offence | undefined {
  const field = fields.findIndex(({ metadata }) =>
    !isTimeIndex(metadata) && !Object.hasOwn(metadata, "description")
  );
  if (field < 0) return undefined;
  return { text: `Existen fields sin descripción en la distribución ${distributionId}`, field };
}

/** In the contract's order (catalog-harvest 3.5). */
const RULES = {
  few_values: fewValues,
  blank_series: blankSeries,
  column_title: columnTitles,
  field_id: fieldIds,
  title_length: titleLength,
  missing_share: missingShare,
  id_taken: idTakenElsewhere,
  repeated_title: repeatedTitles,
  repeated_description: repeatedDescriptions,
  numeric,
  missing_column: missingColumn,
  shape,
  repeated_id: repeatedIds,
  missing_description: missingDescription,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

export type BrokenRule = Offence & { readonly rule: RuleName };

/** All rules that the candidate breaks, each with its place; empty when it may be indexed. */
export function findBrokenRules(candidate: Candidate, limits: ValidationLimits): BrokenRule[] {
  return RULE_NAMES.flatMap((rule) => {
    const offence = RULES[rule](candidate, limits);
    return offence ? [{ rule, ...offence }] : [];
  });
}

/** Their texts alone. */
export function brokenRules(candidate: Candidate, limits: ValidationLimits): string[] {
  return findBrokenRules(candidate, limits).map(({ text }) => text);
}
