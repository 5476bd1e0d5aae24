// The answers of `/series` as text: rows, metadata and parameters in JSON, or CSV. A single plain column is
// written from the text that its segment keeps, the rest from numbers.

import { type Freshness, freshness } from "./enriched.ts";
import { FREQUENCY, type Frequency, type Period, publishedFrequency } from "./frequency.ts";
import { type Hits, hitsText, NO_HITS } from "./hits.ts";
import { type JsonObject, pick } from "./json.ts";
import { label, labels } from "./label.ts";
import { pythonNumber } from "./number_text.ts";
import { periodAt } from "./observations.ts";
import { pageOfRows } from "./row_text.ts";
import type { HeaderKind, Item, MetadataLevel, SeriesRequest } from "./series_request.ts";
import type { SeriesContext, SeriesRecord } from "./snapshot.ts";
import type { Page, Table } from "./table.ts";
import { dayOfIso, type EpochDay, isoDate, isoMoment } from "./time.ts";
import { isPercentMode, MODES } from "./transform.ts";

/** A column of the answer: what was asked, and what is known of it. */
export type DescribedColumn = {
  readonly item: Item;
  readonly record: SeriesRecord;
  /** Read only where metadata is asked for. */
  readonly context?: SeriesContext;
  /** Read only for full metadata. */
  readonly times?: SeriesTimes;
  /** Read only for full metadata. */
  readonly hits?: Hits;
};

/** When the catalog of a series was last harvested, and its values last changed, in epoch ms. */
export type SeriesTimes = { readonly lastHarvest?: number; readonly lastChange?: number };

/** Facts of the moment that full metadata depends on. */
export type Today = { readonly day: EpochDay; readonly percentageUnits: ReadonlySet<string> };

/** First and last label of the page, in the order of the answer, with the frequency of its index. */
export type IndexFacts = { readonly frequency: Frequency; readonly first?: string; readonly last?: string };

/** Rows `[date, …],` of a table, without the brackets around them. */
export function tableRows(table: Table): { text: string; index: IndexFacts } {
  const dates = pageLabels(table.frequency, table.periods);
  const rows = dates.map((date, row) => {
    let text = `["${date}"`;
    for (const column of table.columns) {
      const value = column[row]!;
      text += Number.isNaN(value) ? ",null" : `,${value}`;
    }
    return text + "]";
  });
  return { text: rows.join(","), index: indexFacts(table.frequency, dates[0], dates.at(-1)) };
}

/** Labels of the periods of a page: consecutive ones ascending or descending, else one by one. */
function pageLabels(frequency: Frequency, periods: readonly Period[]): string[] {
  const { step } = FREQUENCY[frequency];
  const count = periods.length;
  if (count === 0) return [];
  const [first, last] = [periods[0]!, periods[count - 1]!];
  if (last - first === (count - 1) * step) return labels(frequency, first, count);
  if (first - last === (count - 1) * step) return labels(frequency, last, count).reverse();
  return periods.map((period) => label(frequency, period));
}

function indexFacts(frequency: Frequency, first: string | undefined, last: string | undefined): IndexFacts {
  return first === undefined || last === undefined ? { frequency } : { frequency, first, last };
}

/** Rows of one plain column, as the ASCII bytes that are kept of it: no number is printed. */
export function plainRows(record: SeriesRecord, page: Page): { bytes: Uint8Array; index: IndexFacts } {
  const { observations: o, rows } = record;
  const bytes = pageOfRows(o, rows, page.from, page.to);
  if (page.from === page.to) return { bytes, index: { frequency: o.frequency } };
  return {
    bytes,
    index: {
      frequency: o.frequency,
      first: label(o.frequency, periodAt(o, page.from)),
      last: label(o.frequency, periodAt(o, page.to - 1)),
    },
  };
}

/** The JSON body. `rows` is left out with `metadata=only`. */
export function seriesJson(answer: {
  rows?: string;
  count: number;
  index: IndexFacts;
  columns: readonly DescribedColumn[];
  request: SeriesRequest;
  params: ReadonlyMap<string, string>;
  today: Today;
}): string {
  const { rows, count, index, columns, request, today } = answer;
  const data = rows === undefined ? "" : `"data":[${rows}],`;
  const meta = request.metadata === "none" ? "" : `,"meta":[${
    [
      JSON.stringify(indexMetadata(index, request.metadata)),
      ...columns.map((column) => columnText(column, request.metadata === "simple", request.flatten, today)),
    ].join(",")
  }]`;
  const params = JSON.stringify(Object.fromEntries<unknown>([
    ...answer.params,
    [
      "identifiers",
      columns.map(({ record }) => ({
        id: record.id,
        distribution: record.distributionId,
        dataset: record.datasetId,
      })),
    ],
  ]));
  return `{${data}"count":${count}${meta},"params":${params}}`;
}

function indexMetadata(index: IndexFacts, level: MetadataLevel): JsonObject {
  if (level === "only" || index.first === undefined) return { frequency: index.frequency };
  return { frequency: index.frequency, start_date: index.first, end_date: index.last };
}

/** Keys of `metadata=simple`, by level. */
const SIMPLE = {
  catalog: ["title", "dataset"],
  dataset: ["distribution", "title", "description", "issued", "source"],
  distribution: ["field", "title", "downloadURL", "units"],
  field: ["id", "description", "units"],
} as const;

/** JSON of the levels above a series, without braces, by context: many series and answers share it. */
const contextTexts = new WeakMap<SeriesContext, { simple?: string; whole?: string; harvest?: number }>();

function contextText(context: SeriesContext, simple: boolean, harvest: number | undefined): string {
  let texts = contextTexts.get(context);
  if (!texts) contextTexts.set(context, texts = {});
  const text = () => JSON.stringify(levelsAbove(context, simple, harvest)).slice(1, -1);
  if (simple) return texts.simple ??= text();
  if (texts.harvest !== harvest) {
    texts.harvest = harvest;
    delete texts.whole;
  }
  return texts.whole ??= text();
}

function levelsAbove(
  { catalog, dataset, distribution }: SeriesContext,
  simple: boolean,
  harvest: number | undefined,
): JsonObject {
  if (!simple) {
    return {
      catalog: harvest === undefined ? catalog : { ...catalog, last_harvest: isoMoment(harvest) },
      dataset,
      distribution,
    };
  }
  return {
    catalog: pick(catalog, SIMPLE.catalog),
    dataset: pick(dataset, SIMPLE.dataset),
    distribution: pick(distribution, SIMPLE.distribution),
  };
}

/** One element of `meta`, as JSON. */
function columnText(column: DescribedColumn, simple: boolean, flatten: boolean, today: Today): string {
  const context = column.context!;
  const field = fieldMetadata(column, simple, today);
  const harvest = column.times?.lastHarvest;
  if (!flatten) return `{${contextText(context, simple, harvest)},"field":${JSON.stringify(field)}}`;
  const flat: JsonObject = {};
  for (const [level, metadata] of Object.entries({ ...levelsAbove(context, simple, harvest), field })) {
    for (const [key, value] of Object.entries(metadata as JsonObject)) flat[`${level}_${key}`] = value;
  }
  return JSON.stringify(flat);
}

function fieldMetadata(
  { item, record, times, hits }: DescribedColumn,
  simple: boolean,
  today: Today,
): JsonObject {
  const units = record.field.units ?? null;
  const represented: JsonObject = {
    representation_mode: item.mode,
    representation_mode_units: MODES[item.mode].units ?? units,
  };
  if (simple) return { ...pick(record.field, SIMPLE.field), ...represented };
  return {
    ...record.field,
    ...hitsText(hits ?? NO_HITS),
    ...record.enriched,
    ...freshnessText(record, today),
    ...timesText(times),
    is_percentage: isPercentMode(item.mode) ||
      (typeof units === "string" && today.percentageUnits.has(units)),
    ...represented,
  };
}

/** How late a series is, or undefined where its computed metadata does not tell its last value. */
export function freshnessOf(
  { enriched, observations }: SeriesRecord,
  today: EpochDay,
): Freshness | undefined {
  const frequency = publishedFrequency(enriched.frequency ?? "");
  const end = dayOfIso(enriched.time_index_end ?? "");
  if (!frequency || end === undefined) return undefined;
  return freshness(frequency, end, today, observations.workdays);
}

function freshnessText(record: SeriesRecord, today: Today): JsonObject {
  const fresh = freshnessOf(record, today.day);
  return fresh === undefined ? {} : {
    days_without_data: String(fresh.daysWithoutData),
    is_updated: fresh.isUpdated ? "True" : "False",
    next_expected_date: isoDate(fresh.nextExpected),
  };
}

function timesText({ lastHarvest, lastChange }: SeriesTimes = {}): JsonObject {
  return {
    ...(lastHarvest !== undefined && { last_harvest: isoMoment(lastHarvest) }),
    ...(lastChange !== undefined && { last_change: isoMoment(lastChange) }),
  };
}

/** The CSV body: RFC 4180, CRLF also after the last line, numbers in Python's form. */
export function seriesCsv(table: Table, columns: readonly DescribedColumn[], request: SeriesRequest): string {
  const { separator, decimal } = request;
  const special = (cell: string) => cell.includes(separator) || /["\r\n]/.test(cell);
  const quote = (cell: string) => special(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const number = (value: number) =>
    Number.isNaN(value) ? "" : quote(
      decimal === "." || decimal === "" ? pythonNumber(value) : pythonNumber(value).replace(".", decimal),
    );
  const header = ["indice_tiempo", ...columns.map((column) => columnHeader(column, request.header))];
  const lines = [header.map(quote).join(separator)];
  pageLabels(table.frequency, table.periods).forEach((date, row) => {
    let line = quote(date);
    for (const column of table.columns) line += separator + number(column[row]!);
    lines.push(line);
  });
  return lines.join("\r\n") + "\r\n";
}

/** Header of a column in CSV and spreadsheets. */
export function columnHeader({ item, record }: DescribedColumn, kind: HeaderKind): string {
  const text = (value: unknown) => typeof value === "string" ? value : "";
  switch (kind) {
    case "titles":
      return text(record.field.title) + MODES[item.mode].title;
    case "descriptions":
      return text(record.field.description) + MODES[item.mode].description;
    case "ids":
      return item.mode === "value" ? record.id : `${record.id}:${item.mode}`;
  }
}
