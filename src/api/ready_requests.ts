// Requests that answer with rows, built from series that are there: what the home page offers.

import { dayAfter, firstDay } from "../core/frequency.ts";
import { type Observations, periodAt } from "../core/observations.ts";
import type { CatalogSummary } from "../core/snapshot.ts";
import { civilDate, type EpochDay } from "../core/time.ts";
import type { ReadyRequest } from "../pages/home.tsx";

type Example = { readonly id: string; readonly observations: Observations };

/** Years shown by the request of two series. */
const YEARS_TOGETHER = 20;

/** Whether a series can be named in `ids`, whose grammar owns these signs. */
export function isAddressable(id: string): boolean {
  return id !== "" && !/[,:]/.test(id);
}

/** Series that stand for catalogs. */
export function exampleIds(catalogs: readonly CatalogSummary[]): string[] {
  return catalogs.flatMap(({ example }) => example && isAddressable(example.id) ? [example.id] : []);
}

/** Path of a request; quotes are escaped too, so that a terminal can hold it between them. */
export function seriesHref(ids: string, query: string): string {
  const items = ids.split(",").map((item) => item.split(":").map(encodeURIComponent).join(":"));
  return `/series/api/series/?ids=${items.join(",").replaceAll("'", "%27")}&${query}`;
}

/**
 * One request of each kind. They turn around the series that reaches furthest among those with a year to
 * collapse to; the second column is the series that shares most time with it, else its own change.
 */
export function readyRequests(examples: readonly Example[]): ReadyRequest[] {
  const finer = examples.filter(({ observations }) => observations.frequency !== "year");
  const main = longest(finer, (one) => sharedDays(one, one)) ??
    longest(examples, (one) => sharedDays(one, one));
  if (!main) return [];
  const other = longest(examples.filter(({ id }) => id !== main.id), (one) => sharedDays(main, one));
  const together = other && sharedYears(main, other);
  return [
    { kind: "json", href: seriesHref(main.id, "last=5") },
    { kind: "csv", href: seriesHref(main.id, "format=csv&header=ids&limit=5000") },
    {
      kind: "yearly",
      href: seriesHref(main.id, "collapse=year&representation_mode=percent_change&last=10"),
    },
    {
      kind: "together",
      href: together
        ? seriesHref(`${main.id},${other.id}`, `collapse=year&${together}`)
        : seriesHref(`${main.id},${main.id}:change`, "last=12"),
    },
  ];
}

function longest(examples: readonly Example[], days: (example: Example) => number): Example | undefined {
  return examples.reduce<Example | undefined>(
    (best, example) => best && days(best) >= days(example) ? best : example,
    undefined,
  );
}

/** First day of both, and the day after their last. */
function sharedSpan(a: Example, b: Example): { from: EpochDay; to: EpochDay } {
  const spans = [a, b].map(({ observations }) => ({
    from: firstDay(observations.frequency, observations.start),
    to: dayAfter(observations.frequency, periodAt(observations, observations.values.length - 1)),
  }));
  return { from: Math.max(...spans.map(({ from }) => from)), to: Math.min(...spans.map(({ to }) => to)) };
}

function sharedDays(a: Example, b: Example): number {
  const { from, to } = sharedSpan(a, b);
  return to - from;
}

/** The newest complete years that both have, as date filters; undefined without any. */
function sharedYears(a: Example, b: Example): string | undefined {
  const { from, to } = sharedSpan(a, b);
  const last = civilDate(to).year - 1;
  const first = Math.max(civilDate(from - 1).year + 1, last - YEARS_TOGETHER + 1);
  return first > last ? undefined : `start_date=${first}&end_date=${last}`;
}
