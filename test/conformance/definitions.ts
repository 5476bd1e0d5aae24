// The definitions of the contracts computed a second time, naively, over date texts: which periods a series has
// at each interval, their values and variations, and what is told of its end. Slow and plain on purpose, and
// of another making than src/core, which it judges. Source: catalog-harvest 4 and 5, series-api 4 and 12.

import { readCsvRows } from "./csv_rows.ts";

export const INTERVALS = ["year", "semester", "quarter", "month", "week", "day"] as const;
export type Interval = (typeof INTERVALS)[number];

export const AGGREGATIONS = ["avg", "sum", "end_of_period"] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export const MODES = [
  "value",
  "change",
  "percent_change",
  "change_a_year_ago",
  "percent_change_a_year_ago",
  "change_since_beginning_of_year",
  "percent_change_since_beginning_of_year",
] as const;
export type Mode = (typeof MODES)[number];

/** One period at one interval and aggregation; null is undefined. */
export type Document = Readonly<Record<Mode, number | null>>;

/** A column of a file: dates and values as published, blanks cut off both ends. */
export type PlainSeries = {
  readonly interval: Interval;
  readonly rows: readonly (readonly [date: string, value: number | null])[];
  /** Last date of the file, whether or not the column has a value there. */
  readonly fileEnd: string;
};

const OWN_INTERVAL: Readonly<Record<string, Interval>> = {
  "R/P1Y": "year",
  "R/P6M": "semester",
  "R/P3M": "quarter",
  "R/P1M": "month",
  "R/P1D": "day",
};

const BLANK = new Set(["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "#N/A"]);

/** Reads one column of a published file. */
export function readPlainSeries(
  bytes: Uint8Array,
  titles: { readonly index: string; readonly series: string },
  frequency: string,
): PlainSeries {
  const [header, ...body] = readCsvRows(decode(bytes)).rows.filter((row) => row.length > 1 || row[0] !== "");
  const [dateAt, valueAt] = [header!.indexOf(titles.index), header!.indexOf(titles.series)];
  const rows = body.map((row) => {
    const text = (row[valueAt] ?? "").trim();
    return [isoDate(row[dateAt]!.trim()), BLANK.has(text) ? null : Number(text)] as const;
  });
  const fileEnd = rows.at(-1)![0];
  while (rows.length > 0 && rows[0]![1] === null) rows.shift();
  while (rows.length > 0 && rows.at(-1)![1] === null) rows.pop();
  return { interval: OWN_INTERVAL[frequency]!, rows, fileEnd };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

function isoDate(text: string): string {
  const monthFirst = /^(\d{1,2})[-/](\d{1,2})[-/](\d{4})/.exec(text);
  const yearFirst = /^(\d{4})(?:[-/]?(\d{1,2})(?:[-/]?(\d{1,2}))?)?/.exec(text);
  const [year, month, day] = monthFirst
    ? [monthFirst[3], monthFirst[1], monthFirst[2]]
    : [yearFirst![1], yearFirst![2] ?? "1", yearFirst![3] ?? "1"];
  return `${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`;
}

const MS_PER_DAY = 86_400_000;
const dayNumber = (date: string) => Date.parse(date) / MS_PER_DAY;
const dateOf = (day: number) => new Date(day * MS_PER_DAY).toISOString().slice(0, 10);

/** Label of the period that a date falls in. */
function periodLabel(date: string, interval: Interval, firstDate: string): string {
  const [year, month] = [date.slice(0, 4), Number(date.slice(5, 7))];
  switch (interval) {
    case "year":
      return `${year}-01-01`;
    case "semester":
      return month <= 6 ? `${year}-01-01` : `${year}-07-01`;
    case "quarter":
      return `${year}-${["01", "04", "07", "10"][Math.floor((month - 1) / 3)]}-01`;
    case "month":
      return `${date.slice(0, 7)}-01`;
    case "week":
      return dateOf(dayNumber(date) - (dayNumber(date) - dayNumber(firstDate)) % 7);
    case "day":
      return date;
  }
}

/** Month and day that a complete first period begins on. */
const BEGINS = {
  year: ["01-01"],
  semester: ["01-01", "07-01"],
  quarter: ["01-01", "04-01", "07-01", "10-01"],
} as const;

/** Month and day of the last observation of a complete last period, by own interval. */
const ENDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  semester: { year: ["07-01"] },
  quarter: { year: ["10-01"], semester: ["04-01", "10-01"] },
  month: { year: ["12-01"], semester: ["06-01", "12-01"], quarter: ["03-01", "06-01", "09-01", "12-01"] },
  day: { year: ["12-31"], semester: ["06-30", "12-31"], quarter: ["03-31", "06-30", "09-30", "12-31"] },
};

function beginsPeriod(date: string, target: Interval): boolean {
  if (target === "month") return date.endsWith("-01");
  return (BEGINS[target as keyof typeof BEGINS] as readonly string[]).includes(date.slice(5));
}

function endsPeriod(date: string, own: Interval, target: Interval): boolean {
  if (target === "month") return dateOf(dayNumber(date) + 1).endsWith("-01");
  return ENDS[own]![target]!.includes(date.slice(5));
}

function aggregate(values: readonly (number | null)[], how: Aggregation): number | null {
  const present = values.filter((value) => value !== null);
  const sum = present.reduce((a, b) => a + b, 0);
  if (how === "sum") return sum;
  if (present.length === 0) return null;
  return how === "avg" ? sum / present.length : present.at(-1)!;
}

/** Every period of a series at an interval not finer than its own, by label, ascending. */
export function documentsOf(
  series: PlainSeries,
  interval: Interval,
  aggregation: Aggregation,
): Map<string, Document> {
  const own = series.interval;
  // Half-years of other phases are those of January and July.
  const rows = own !== "semester"
    ? series.rows
    : series.rows.map(([date, value]) => [periodLabel(date, "semester", date), value] as const);
  const values = new Map<string, (number | null)[]>();
  for (const [date, value] of rows) {
    const label = periodLabel(date, interval, rows[0]![0]);
    if (!values.has(label)) values.set(label, []);
    values.get(label)!.push(value);
  }
  const labels = [...values.keys()];
  if (interval !== own && interval !== "week" && rows.length > 0) {
    const [first, last] = [rows[0]![0], rows.at(-1)![0]];
    const drop = new Set<string>();
    if (!beginsPeriod(first, interval)) drop.add(labels[0]!);
    if (!endsPeriod(last, own, interval)) drop.add(labels.at(-1)!);
    for (const label of drop) values.delete(label);
  }
  const collapsed = [...values].map(([label, group]) =>
    [label, interval === own ? group[0]! : aggregate(group, aggregation)] as const
  );
  return variations(collapsed, interval);
}

const PER_YEAR = { year: 1, semester: 2, quarter: 4, month: 12 } as const;

function variations(
  column: readonly (readonly [string, number | null])[],
  interval: Interval,
): Map<string, Document> {
  const valueAt = new Map(column);
  const daily = interval === "day" || interval === "week";
  const base = (value: number | null | undefined, zeroCounts: boolean) =>
    value === 0 && !zeroCounts ? null : value ?? null;
  const documents = column.map(([label, value], i) => {
    const previous = base(column[i - 1]?.[1], true);
    const yearAgo = daily
      ? base(valueAt.get(yearBefore(label)), false)
      : base(column[i - PER_YEAR[interval]]?.[1], true);
    const newYear = base(valueAt.get(`${label.slice(0, 4)}-01-01`), false);
    const difference = (from: number | null) => value === null || from === null ? null : value - from;
    const share = (from: number | null) => {
      const result = value === null || from === null ? NaN : (value - from) / from;
      return Number.isFinite(result) ? result : null;
    };
    const document: Document = {
      value,
      change: difference(previous),
      percent_change: share(previous),
      change_a_year_ago: difference(yearAgo),
      percent_change_a_year_ago: share(yearAgo),
      change_since_beginning_of_year: difference(newYear),
      percent_change_since_beginning_of_year: share(newYear),
    };
    return [label, document] as const;
  });
  return new Map(documents);
}

function yearBefore(date: string): string {
  const before = `${Number(date.slice(0, 4)) - 1}${date.slice(4)}`;
  return before.endsWith("-02-29") ? before.replace("-29", "-28") : before;
}

/** Intervals and aggregations that a series has documents at. */
export function documentKeys(own: Interval): { interval: Interval; aggregation: Aggregation }[] {
  const coarser = INTERVALS.slice(0, INTERVALS.indexOf(own)).filter((interval) =>
    interval !== "week" || own === "day"
  );
  return [
    ...coarser.flatMap((interval) => AGGREGATIONS.map((aggregation) => ({ interval, aggregation }))),
    { interval: own, aggregation: "avg" as const },
  ];
}

const TOLERANCE_DAYS = {
  year: 2 * 365,
  semester: 2 * 180,
  quarter: 2 * 90,
  month: 3 * 30,
  week: 14,
  day: 14,
};

/** Computed metadata whose definition the replaced system does not always meet; null is absent. */
export type EndFacts = {
  readonly days_without_data: number;
  readonly is_updated: boolean;
  readonly second_to_last_value: number | null;
  readonly last_pct_change: number | null;
};

export function endFacts({ interval, rows }: PlainSeries, today: string): EndFacts {
  const [last, value] = rows.at(-1)!;
  const months = { year: 12, semester: 6, quarter: 3, month: 1, week: 0, day: 0 }[interval];
  const month = Number(last.slice(0, 4)) * 12 + Number(last.slice(5, 7)) - 1 + months;
  const nextPeriod = months === 0
    ? dayNumber(last) + 1
    : Date.UTC(Math.floor(month / 12), month % 12, Number(last.slice(8))) / MS_PER_DAY;
  const days = dayNumber(today) - nextPeriod;
  const before = rows.at(-2)?.[1] ?? null;
  const change = before === null ? NaN : value! / before - 1;
  return {
    days_without_data: days,
    is_updated: days < TOLERANCE_DAYS[interval],
    second_to_last_value: before,
    last_pct_change: Number.isFinite(change) ? change : null,
  };
}
