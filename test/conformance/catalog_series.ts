// Judges one harvested series through HTTP: its computed metadata, how many documents it has at each interval,
// and their values. What is expected is the recorded output of the replaced system, except where the contracts
// say that it is wrong: there it is what definitions.ts comes to, and the deviation is told.

import { type Difference, isClose } from "./compare.ts";
import {
  type Aggregation,
  type Document,
  documentKeys,
  documentsOf,
  endFacts,
  type Interval,
  type Mode,
  MODES,
  type PlainSeries,
} from "./definitions.ts";

type Scalar = string | number | boolean | null;

export type ExpectedSeries = {
  /** Number of documents by `interval/aggregation`. */
  readonly documents?: Readonly<Record<string, number>>;
  readonly meta_at_2020_01_15?: Readonly<Record<string, Scalar>>;
};

/** One line of expected-values: a key that is missing is a value that is not defined. */
export type RecordedDocument = { readonly [mode in Mode]?: number } & {
  readonly timestamp: string;
  readonly series_id: string;
  readonly interval: Interval;
  readonly aggregation: Aggregation;
};

/** Where the recorded output is not what the definitions say. */
export type Deviation = {
  readonly series: string;
  readonly key: string;
  readonly reference: Scalar;
  readonly right: Scalar;
};

export type Judgement = { readonly differences: Difference[]; readonly deviations: Deviation[] };

export type JudgedSeries = {
  readonly id: string;
  readonly plain: PlainSeries;
  readonly expected: ExpectedSeries;
  /** Absent where no values were recorded for the catalog. */
  readonly recorded?: readonly RecordedDocument[];
};

export const TODAY = "2020-01-15";

type Answer = {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
};

export async function ask(base: string, query: string): Promise<Answer> {
  const response = await fetch(`${base}/series/api/series/?${query}`);
  return { status: response.status, json: await response.json() };
}

/**
 * Whether the contracts say that the replaced system may be wrong here: half-years of series by month, quarter
 * or day (series-api 12, "semester-alignment"), half-yearly series ("semester-series-shift"), the end of a series
 * that its siblings outlive and the value before the last (catalog-harvest 5).
 */
function mayDeviate({ interval: own, rows, fileEnd }: PlainSeries, key: string): boolean {
  const ofSemesters = /^(documents|values) semester\//.test(key);
  if (own === "semester") return /^(documents|values) /.test(key);
  if (ofSemesters) return own === "day" || !rows[0]![0].slice(5).startsWith("01");
  if (key === "days_without_data" || key === "is_updated") return rows.at(-1)![0] < fileEnd;
  const hasBefore = rows.length > 1 && rows.at(-2)![1] !== null && rows.at(-2)![1] !== 0;
  return (key === "second_to_last_value" || key === "last_pct_change") && !hasBefore;
}

/** Judges the series and tells every deviation; one that no contract explains is a difference. */
export async function judgeSeries(base: string, series: JudgedSeries): Promise<Judgement> {
  const judgement: Judgement = { differences: [], deviations: [] };
  await judgeMetadata(base, series, judgement);
  for (const { interval, aggregation } of documentKeys(series.plain.interval)) {
    await judgeDocuments(base, series, interval, aggregation, judgement);
  }
  return judgement;
}

/** The value to expect: the recorded one, or the definition's where it may differ and does. */
function expectedValue(
  series: JudgedSeries,
  key: string,
  { reference, right }: { reference: Scalar; right: Scalar },
  { differences, deviations }: Judgement,
): Scalar {
  if (sameScalar(right, reference)) return reference;
  if (mayDeviate(series.plain, key)) {
    deviations.push({ series: series.id, key, reference, right });
    return right;
  }
  differences.push({
    path: `${series.id} ${key}`,
    expected: `${reference} en la referencia`,
    got: `${right} según las definiciones, y los contratos no dicen por qué difieren`,
  });
  return reference;
}

function sameScalar(a: Scalar, b: Scalar): boolean {
  return typeof a === "number" && typeof b === "number" ? isClose(a, b) : a === b;
}

async function judgeMetadata(base: string, series: JudgedSeries, judgement: Judgement): Promise<void> {
  const { id, plain, expected } = series;
  const { json } = await ask(base, `ids=${encodeURIComponent(id)}&metadata=full&limit=1`);
  const field: Record<string, string | undefined> = json.meta?.[1]?.field ?? {};
  const defined: Readonly<Record<string, Scalar>> = endFacts(plain, TODAY);
  for (const [key, reference] of Object.entries(expected.meta_at_2020_01_15 ?? {})) {
    const right = Object.hasOwn(defined, key) ? defined[key]! : reference;
    const value = expectedValue(series, key, { reference, right }, judgement);
    const got = field[key];
    const same = value === null
      ? got === undefined
      : typeof value === "number"
      ? got !== undefined && isClose(Number(got), value)
      : got === (typeof value === "boolean" ? (value ? "True" : "False") : value);
    if (!same) {
      judgement.differences.push({ path: `${id} ${key}`, expected: String(value), got: String(got ?? null) });
    }
  }
}

async function judgeDocuments(
  base: string,
  series: JudgedSeries,
  interval: Interval,
  aggregation: Aggregation,
  judgement: Judgement,
): Promise<void> {
  const { id, plain, expected, recorded } = series;
  const key = `${interval}/${aggregation}`;
  const defined = documentsOf(plain, interval, aggregation);
  if (expected.documents) {
    const reference = expected.documents[key] ?? 0;
    const counts = { reference, right: defined.size };
    const count = expectedValue(series, `documents ${key}`, counts, judgement);
    const query = `collapse=${interval}&collapse_aggregation=${aggregation}&metadata=none&limit=1`;
    const { json } = await ask(base, `ids=${encodeURIComponent(id)}&${query}`);
    if (json.count !== count) {
      judgement.differences.push({
        path: `${id} documents ${key}`,
        expected: `${count}`,
        got: `${json.count}`,
      });
    }
  }
  if (!recorded) return;

  const reference = recorded.filter((line) => line.interval === interval && line.aggregation === aggregation);
  const deviating = firstDeviation(reference, defined);
  let documents: ReadonlyMap<string, Partial<Document>> = defined;
  if (deviating) {
    const right = expectedValue(series, `values ${key}`, deviating, judgement);
    // Unexplained, the record stands.
    if (right !== deviating.right) documents = new Map(reference.map((line) => [line.timestamp, line]));
  }
  const got = await readDocuments(base, id, interval, aggregation);
  for (const [timestamp, document] of documents) {
    for (const mode of MODES) {
      const value = document[mode] ?? null;
      const found = got.get(timestamp)?.[mode] ?? null;
      if (!sameScalar(found, value)) {
        const path = `${id} ${key} ${timestamp} ${mode}`;
        judgement.differences.push({ path, expected: String(value), got: String(found) });
      }
    }
  }
  for (const timestamp of got.keys()) {
    if (!documents.has(timestamp)) {
      judgement.differences.push({ path: `${id} ${key}`, expected: "ningún período", got: timestamp });
    }
  }
}

/** The first period whose record is not the definition's, as one text each; undefined when all are. */
function firstDeviation(
  reference: readonly RecordedDocument[],
  defined: ReadonlyMap<string, Document>,
): { reference: string; right: string } | undefined {
  const recorded = new Map(reference.map((line) => [line.timestamp, line]));
  const timestamps = [...new Set([...recorded.keys(), ...defined.keys()])].sort();
  for (const timestamp of timestamps) {
    const [was, is] = [recorded.get(timestamp), defined.get(timestamp)];
    const mode = MODES.find((mode) => !was || !is || !sameScalar(was[mode] ?? null, is[mode]));
    if (mode === undefined) continue;
    const text = (document: Partial<Document> | undefined) =>
      `${timestamp} ${mode} ${document ? document[mode] ?? null : "sin período"}`;
    return { reference: text(was), right: text(is) };
  }
  return undefined;
}

const PAGE = 5000;

/** The rows of `/series` with every mode as a column, by date. */
async function readDocuments(
  base: string,
  id: string,
  interval: Interval,
  aggregation: Aggregation,
): Promise<Map<string, Document>> {
  const ids = MODES.map((mode) => `${encodeURIComponent(id)}:${mode}:${aggregation}`).join(",");
  const documents = new Map<string, Document>();
  for (let start = 0;; start += PAGE) {
    const query = `ids=${ids}&collapse=${interval}&metadata=none&limit=${PAGE}&start=${start}`;
    const { json } = await ask(base, query);
    const rows: [string, ...(number | null)[]][] = json.data ?? [];
    for (const [date, ...cells] of rows) {
      const named = MODES.map((mode, i) => [mode, cells[i] ?? null]);
      documents.set(date, Object.fromEntries(named));
    }
    if (rows.length < PAGE) return documents;
  }
}
