// The request of `/series`: the grammar of `ids` and the staged checks of every other parameter, with the
// contract's texts in the contract's order. Nothing is read here: the caller looks the series up between
// parseItems and checkRequest, because later stages need their frequencies.

import { type Aggregation, isAggregation } from "./collapse.ts";
import { compareFrequency, type Frequency, isFrequency } from "./frequency.ts";
import { parseInteger } from "./integer.ts";
import { isMode, type Mode } from "./transform.ts";
import { daysInMonth, type EpochDay, epochDay, existingDay } from "./time.ts";

/** Limits of the public contract; `api/params.ts` shows them. */
export const LIMITS = { ids: 40, start: 95_000, rows: 5_000, defaultRows: 100 } as const;

export const METADATA_LEVELS = ["none", "simple", "full", "only"] as const;
export const FORMATS = ["json", "csv", "xlsx"] as const;
export const HEADERS = ["titles", "ids", "descriptions"] as const;
export const SORTS = ["asc", "desc"] as const;

export type MetadataLevel = (typeof METADATA_LEVELS)[number];
export type HeaderKind = (typeof HEADERS)[number];

/** Parameters as received: last value of each name, lower-cased except `ids`. */
export type RawParams = ReadonlyMap<string, string>;

/** One column asked for. */
export type Item = { readonly id: string; readonly mode: Mode; readonly aggregation: Aggregation };

/** An element of the contract's `errors`: an object with the text, or the bare text. */
export type SeriesError = { readonly error: string } | string;

/** Everything of a valid request but its items. */
export type SeriesRequest = {
  readonly target: Frequency;
  /** Labels before this day are left out. */
  readonly from?: EpochDay;
  /** Labels after this day are left out. */
  readonly to?: EpochDay;
  readonly descending: boolean;
  readonly start: number;
  readonly limit: number;
  /** The page is the end of the table, shown ascending. */
  readonly last: boolean;
  readonly metadata: MetadataLevel;
  readonly flatten: boolean;
  readonly format: (typeof FORMATS)[number];
  readonly header: HeaderKind;
  readonly separator: string;
  readonly decimal: string;
};

const error = (text: string): SeriesError => ({ error: text });

/**
 * Items of `ids`, left to right, up to the first that cannot be read.
 * Errors: as data; `errors` belongs to the item after those returned, so an unknown id among these comes first.
 */
export function parseItems(params: RawParams): { items: Item[]; errors: SeriesError[] } {
  const ids = params.get("ids") ?? "";
  if (ids === "") return { items: [], errors: [error("No se especificó una serie de tiempo.")] };
  const texts = ids.split(",");
  if (texts.length > LIMITS.ids) {
    return {
      items: [],
      errors: [error(`Cantidad de series pedidas por encima del límite permitido (${LIMITS.ids})`)],
    };
  }
  const items: Item[] = [];
  for (const text of texts) {
    const item = parseItem(text, params);
    if (Array.isArray(item)) return { items, errors: item };
    items.push(item);
  }
  return { items, errors: [] };
}

function parseItem(text: string, params: RawParams): Item | SeriesError[] {
  const [id, ...parts] = text.split(":");
  const errors: SeriesError[] = [];
  let mode: Mode | undefined;
  let aggregation: Aggregation | undefined;
  if (parts.length > 2 || parts.includes("")) errors.push("Formato de series a seleccionar inválido");
  else {
    for (const part of parts) {
      if (mode === undefined && isMode(part)) mode = part;
      else if (isAggregation(part)) aggregation = part;
      else {
        errors.push(`Transformación inválida: ${part}`);
        break;
      }
    }
  }
  const globalMode = params.get("representation_mode") ?? "value";
  const globalAggregation = params.get("collapse_aggregation") ?? "avg";
  if (mode === undefined) {
    if (isMode(globalMode)) mode = globalMode;
    else errors.push(error(`Parámetro representation_mode inválido: ${globalMode}`));
  }
  if (aggregation === undefined) {
    if (isAggregation(globalAggregation)) aggregation = globalAggregation;
    else errors.push(error(`Parámetro collapse_aggregation inválido: ${globalAggregation}`));
  }
  return errors.length > 0 ? errors : { id: id!, mode: mode!, aggregation: aggregation! };
}

const TIME = String.raw`(?: \d{2}(?::?\d{2}(?::?\d{1,2}(?:[.,]\d+)?)?)?(?:[+-]\d{2}:?(?:\d{2})?)?)?`;
const DATE = new RegExp(
  String.raw`^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})${TIME}|(\d{2})${TIME})?|(\d{2})(\d{2})${TIME})?$`,
);
const CLOCK = / (\d{2}):?(\d{2})?:?(\d{1,2})?/;

type DateFilter = { readonly year: number; readonly month: number; readonly day: EpochDay };

/** First day of the date, month or year that `text` names, or undefined when it names none. */
function parseDate(text: string): DateFilter | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const clock = CLOCK.exec(text);
  if (clock && (Number(clock[1]) > 23 || Number(clock[2] ?? 0) > 59 || Number(clock[3] ?? 0) > 59)) {
    return undefined;
  }
  const year = Number(match[1]);
  const month = Number(match[2] ?? match[5] ?? 1);
  const day = existingDay(year, month, Number(match[3] ?? match[4] ?? match[6] ?? 1));
  return day === undefined ? undefined : { year, month, day };
}

/** Last day that an `end_date` lets in: of its year without any dash, of its month with one, else the day. */
function lastDayOf(text: string, { year, month, day }: DateFilter): EpochDay {
  const dashes = text.split("-").length - 1;
  if (dashes === 0) return epochDay(year, 12, 31);
  return dashes === 1 ? epochDay(year, month, daysInMonth(year, month)) : day;
}

type Stage = { readonly errors: SeriesError[] };

/** Reads a date filter; empty text is absent. */
function dateStage(params: RawParams, stage: Stage): { from?: EpochDay; to?: EpochDay } {
  const read = (name: string) => {
    const text = params.get(name) || undefined;
    if (text === undefined) return undefined;
    const date = parseDate(text);
    if (!date) stage.errors.push(error(`Fecha de ${name} inválida (no ISO 8601): ${text}`));
    return date && { first: date.day, last: lastDayOf(text, date) };
  };
  const start = read("start_date");
  const end = read("end_date");
  // The unexpanded dates are compared, as in the replaced system: 2005-06 to 2005 is refused.
  if (start && end && start.first > end.first) {
    stage.errors.push(error("Filtro por rango temporal inválido (start > end)"));
  }
  return { ...(start && { from: start.first }), ...(end && { to: end.last }) };
}

/** Reads an integer of `[least, most]`; `limitName` is the name that the "above the limit" text gives. */
function integerStage(
  params: RawParams,
  stage: Stage,
  name: string,
  range: { least: number; most: number; missing: number; limitName?: string },
): number {
  const text = params.get(name);
  if (text === undefined) return range.missing;
  const value = parseInteger(text);
  if (value === undefined || value < range.least) {
    stage.errors.push(error(`Parámetro ${name} inválido: ${text}`));
  } else if (value > range.most) {
    const limitName = range.limitName ?? name;
    stage.errors.push(
      error(`Parámetro ${limitName} por encima del límite permitido (${range.most}): ${value}`),
    );
  } else return Number(value);
  return range.missing;
}

/** Reads one word of a closed list. */
function wordStage<T extends string>(
  params: RawParams,
  stage: Stage,
  name: string,
  words: readonly T[],
  missing: T,
  options: { emptyIsMissing?: boolean; text?: string } = {},
): T {
  const text = params.get(name);
  if (text === undefined || (text === "" && options.emptyIsMissing)) return missing;
  if ((words as readonly string[]).includes(text)) return text as T;
  stage.errors.push(error(options.text ?? `Parámetro ${name} inválido: ${text}`));
  return missing;
}

function collapseStage(params: RawParams, stage: Stage, frequencies: readonly Frequency[]): Frequency {
  const coarsest = frequencies.reduce((a, b) => compareFrequency(a, b) < 0 ? b : a);
  const text = params.get("collapse") ?? "";
  if (text === "") return coarsest;
  if (!isFrequency(text)) {
    stage.errors.push(error(`Parámetro collapse inválido: ${text}`));
    return coarsest;
  }
  if (compareFrequency(text, coarsest) < 0) {
    stage.errors.push(
      error(
        `Intervalo de collapse inválido para la(s) serie(s) seleccionadas: ${text}. Pruebe con un intervalo mayor`,
      ),
    );
  }
  return text;
}

/**
 * Checks every parameter but `ids`, stage by stage.
 * Errors: as data, those of the first stage that has any.
 * Source: series-api 3.3; texts and order are the contract's.
 */
export function checkRequest(
  params: RawParams,
  frequencies: readonly Frequency[],
): SeriesRequest | SeriesError[] {
  const stage = { errors: [] as SeriesError[] };
  const failed = () => stage.errors.length > 0;

  const dates = dateStage(params, stage);
  if (failed()) return stage.errors;

  const start = integerStage(params, stage, "start", { least: 0, most: LIMITS.start, missing: 0 });
  const limit = integerStage(params, stage, "limit", {
    least: 1,
    most: LIMITS.rows,
    missing: LIMITS.defaultRows,
  });
  if (failed()) return stage.errors;

  const sort = wordStage(params, stage, "sort", SORTS, "asc");
  if (failed()) return stage.errors;

  const last = params.has("last");
  if (last && (params.get("sort") || params.get("start") || params.get("limit"))) {
    return [error("El parámetro last no puede ser utilizado junto a sort, start, limit")];
  }
  const lastRows = integerStage(params, stage, "last", {
    least: 0,
    most: LIMITS.rows,
    missing: 0,
    limitName: "limit",
  });
  if (failed()) return stage.errors;

  const target = collapseStage(params, stage, frequencies);
  if (failed()) return stage.errors;

  const metadata = wordStage(params, stage, "metadata", METADATA_LEVELS, "simple", { emptyIsMissing: true });
  if (failed()) return stage.errors;

  // The replaced system prints the function `format` instead of the value; clients compare the text.
  const format = wordStage(params, stage, "format", FORMATS, "json", {
    text: "Parámetro format inválido: <built-in function format>",
  });
  if (failed()) return stage.errors;

  const header = wordStage(params, stage, "header", HEADERS, "titles");
  if (failed()) return stage.errors;

  const separator = params.get("sep") ?? ",";
  if ([...separator].length !== 1) return [error("El parámetro sep debe ser un solo caracter")];
  const decimal = params.get("decimal") ?? ".";
  if ([...decimal].length > 1) return [error("El parámetro decimal debe ser un solo caracter")];

  return {
    target,
    ...dates,
    descending: last || sort === "desc",
    start: last ? 0 : start,
    limit: last ? lastRows : limit,
    last,
    metadata,
    flatten: params.has("flatten"),
    format,
    header,
    separator,
    decimal,
  };
}
