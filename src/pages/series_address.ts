// The address of a series' page: which of its values are shown, read from a query string and written back as
// the address of the page and as the request of the API that answers the same rows.

import { type Aggregation, isAggregation } from "../core/collapse.ts";
import { type Frequency, isFrequency } from "../core/frequency.ts";
import type { Language } from "../core/language.ts";
import { checkRequest, type SeriesRequest } from "../core/series_request.ts";
import { daysInMonth } from "../core/time.ts";
import { isMode, type Mode } from "../core/transform.ts";

/** What the form of the page offers, as far as it can be meant. */
export type SeriesControls = {
  /** Undefined shows the series as it is published. */
  readonly collapse: Frequency | undefined;
  readonly aggregation: Aggregation;
  readonly mode: Mode;
  /** As written; empty lets everything in. */
  readonly start: string;
  readonly end: string;
};

/** The dates of the form as they were written. */
export type WrittenDates = Pick<SeriesControls, "start" | "end">;

/** Controls whose text cannot be meant. */
export type ControlFault =
  | "collapse"
  | "collapse_aggregation"
  | "representation_mode"
  | "start_date"
  | "end_date"
  | "range";

/** Nothing longer is a date. */
const LONGEST_DATE = 40;

/** Page of a series. Two ids have none, because browsers take them for steps of a path. */
export function seriesPageHref(
  id: string,
  language: Language,
  controls?: SeriesControls,
  all = false,
): string {
  const params = new URLSearchParams([
    ...(controls ? controlParams(controls) : []),
    ...(all ? [["rows", "all"]] : []),
    ...(language === "es" ? [] : [["lang", language]]),
  ]);
  const query = params.size > 0 ? `?${params}` : "";
  return `/serie/${encodeURIComponent(id.toWellFormed()).replaceAll("'", "%27")}${query}`;
}

/** Reads the controls, and the request of all rows they mean. Those at fault are as if they were not given. */
export function readControls(
  params: URLSearchParams,
  native: Frequency,
  offered: readonly Frequency[],
): { controls: SeriesControls; written: WrittenDates; request: SeriesRequest; faults: ControlFault[] } {
  const faults: ControlFault[] = [];
  const text = (name: string) =>
    (params.getAll(name).at(-1) ?? "").trim().toLowerCase().slice(0, LONGEST_DATE);
  const choice = <T extends string>(
    name: ControlFault,
    isOne: (word: string) => word is T,
    fallback: T,
  ): T => {
    const word = text(name);
    if (word === "") return fallback;
    if (isOne(word)) return word;
    faults.push(name);
    return fallback;
  };
  const collapse = choice(
    "collapse",
    (word): word is Frequency => isFrequency(word) && offered.includes(word),
    native,
  );
  const aggregation = choice("collapse_aggregation", isAggregation, "avg");
  const mode = choice("representation_mode", isMode, "value");
  const [start, end] = [text("start_date"), text("end_date")];
  for (const [name, date] of [["start_date", start], ["end_date", end]] as const) {
    if (Array.isArray(checkRequest(new Map([[name, date]]), [native]))) faults.push(name);
  }
  const good = {
    start: faults.includes("start_date") ? "" : start,
    end: faults.includes("end_date") ? "" : end,
  };
  let request = datedRequest(good, native);
  if (Array.isArray(request)) {
    faults.push("range");
    good.start = good.end = "";
    request = datedRequest(good, native) as SeriesRequest;
  }
  return {
    controls: { collapse: collapse === native ? undefined : collapse, aggregation, mode, ...good },
    written: { start, end },
    request: { ...request, target: collapse, limit: Number.MAX_SAFE_INTEGER },
    faults,
  };
}

function datedRequest({ start, end }: WrittenDates, native: Frequency) {
  return checkRequest(new Map([["start_date", start], ["end_date", lastDayOf(end, start)]]), [native]);
}

/** Query parameters of the API that ask for the same rows, those that say nothing left out. */
export function controlParams(
  { collapse, aggregation, mode, start, end }: SeriesControls,
): [string, string][] {
  const params: [string, string][] = [];
  if (collapse) params.push(["collapse", collapse]);
  if (collapse && aggregation !== "avg") params.push(["collapse_aggregation", aggregation]);
  if (mode !== "value") params.push(["representation_mode", mode]);
  if (start) params.push(["start_date", start]);
  if (end) params.push(["end_date", lastDayOf(end, start)]);
  return params;
}

/** An end less exact than the start becomes its last day: the API compares both before it widens the end. */
function lastDayOf(end: string, start: string): string {
  const [, year, month] = /^(\d{4})(?:-(\d{1,2}))?$/.exec(end) ?? [];
  if (year === undefined || start.length <= end.length) return end;
  return `${year}-${month ?? "12"}-${daysInMonth(Number(year), Number(month ?? 12))}`;
}
