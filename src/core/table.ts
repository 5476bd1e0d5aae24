// The answer of a query as a table: columns brought to one frequency, represented, merged on one index of
// periods, filtered by date and cut to a page.

import { collapse } from "./collapse.ts";
import { FREQUENCY, type Frequency, type Period, periodFrom, periodOf } from "./frequency.ts";
import { type Observations, periodAt, trim } from "./observations.ts";
import type { Item, SeriesRequest } from "./series_request.ts";
import { represent } from "./transform.ts";

/** One page of rows. */
export type Table = {
  readonly frequency: Frequency;
  /** Most periods that any column has inside the date filter, before modes and paging. */
  readonly count: number;
  /** Periods of the rows, in the order of the answer. */
  readonly periods: readonly Period[];
  /** One column an item; `NaN` is an empty cell. */
  readonly columns: readonly Float64Array[];
};

export type Column = { readonly observations: Observations; readonly item: Item };

/** Positions `[from, to)` of a column that a date filter lets in. */
type Span = { readonly from: number; readonly to: number };

function spanOf(o: Observations, request: Pick<SeriesRequest, "from" | "to">): Span {
  const { step } = FREQUENCY[o.frequency];
  const position = (period: Period) => Math.min(Math.max(0, (period - o.start) / step), o.values.length);
  const from = request.from === undefined ? 0 : position(periodFrom(o.frequency, request.from, o.start));
  const to = request.to === undefined
    ? o.values.length
    : position(periodOf(o.frequency, request.to, o.start) + step);
  return { from, to: Math.max(from, to) };
}

/** The part of a span between its first and last value; empty when it has none. */
function valuesOf(o: Observations, span: Span): Span {
  let { from, to } = span;
  while (from < to && Number.isNaN(o.values[from])) from++;
  while (to > from && Number.isNaN(o.values[to - 1])) to--;
  return { from, to };
}

/** Ascending periods of the merged index: continuous from the first to the last value of any column. */
function indexOf(columns: readonly Observations[], spans: readonly Span[], frequency: Frequency): Period[] {
  const { step } = FREQUENCY[frequency];
  let first = Infinity, last = -Infinity;
  const own = columns.map((o, i) => valuesOf(o, spans[i]!));
  columns.forEach((o, i) => {
    const { from, to } = own[i]!;
    if (from === to) return;
    first = Math.min(first, periodAt(o, from));
    last = Math.max(last, periodAt(o, to - 1));
  });
  const periods: Period[] = [];
  for (let period = first; period <= last; period += step) periods.push(period);
  // Weeks of another anchor fall between the steps: their labels with a value join the index.
  const aside = columns.some((o) => (o.start - first) % step !== 0);
  if (!aside || periods.length === 0) return periods;
  const all = new Set(periods);
  columns.forEach((o, c) => {
    for (let i = own[c]!.from; i < own[c]!.to; i++) if (!Number.isNaN(o.values[i])) all.add(periodAt(o, i));
  });
  return [...all].sort((a, b) => a - b);
}

/**
 * Evaluates a request over its columns.
 * Source: series-api 4.3; rows are numbered on the merged index ("late-start-offset", "page-edge-gaps", fixed).
 */
export function evaluate(columns: readonly Column[], request: SeriesRequest): Table {
  const frequency = request.target;
  const collapsed = columns.map(({ observations, item }) =>
    collapse(trim(observations), frequency, item.aggregation)
  );
  const spans = collapsed.map((o) => spanOf(o, request));
  const represented = collapsed.map((o, i) => represent(o, columns[i]!.item.mode));
  const index = indexOf(represented, spans, frequency);
  if (request.descending) index.reverse();
  const periods = index.slice(request.start, request.start + request.limit);
  if (request.last) periods.reverse();

  const { step } = FREQUENCY[frequency];
  const cells = represented.map((o, c) => {
    const { from, to } = spans[c]!;
    return Float64Array.from(periods, (period) => {
      const i = (period - o.start) / step;
      return i >= from && i < to && Number.isInteger(i) ? o.values[i]! : NaN;
    });
  });
  return {
    frequency,
    count: Math.max(0, ...spans.map(({ from, to }) => to - from)),
    periods,
    columns: cells,
  };
}

/** Consecutive positions of one plain column that make up an ascending page. */
export type Page = Span & { readonly count: number };

/** The page of a single column asked for as it is, without building its table; undefined where one is needed. */
export function plainPage(columns: readonly Column[], request: SeriesRequest): Page | undefined {
  const only = columns.length === 1 ? columns[0]! : undefined;
  if (!only || only.item.mode !== "value" || only.observations.frequency !== request.target) return undefined;
  if (request.descending && !request.last) return undefined;
  const span = spanOf(only.observations, request);
  const { from, to } = valuesOf(only.observations, span);
  const count = span.to - span.from;
  if (request.last) return { from: Math.max(from, to - request.limit), to, count };
  const first = Math.min(from + request.start, to);
  return { from: first, to: Math.min(first + request.limit, to), count };
}
