// Brings a series to a coarser frequency, and says which first and last periods are incomplete.

import {
  dayAfter,
  firstDay,
  FREQUENCY,
  type Frequency,
  nextWorkday,
  type Period,
  periodOf,
} from "./frequency.ts";
import { type Observations, periodAt } from "./observations.ts";
import { civilDate, type EpochDay } from "./time.ts";

/** How the values of one period become one; `end_of_period` is the last value that exists. */
export const AGGREGATIONS = ["avg", "sum", "end_of_period", "max", "min"] as const;

export type Aggregation = (typeof AGGREGATIONS)[number];

export function isAggregation(text: string): text is Aggregation {
  return (AGGREGATIONS as readonly string[]).includes(text);
}

/** Values at `from` (inclusive) to `to` (exclusive) as one; a period without any value is 0 as "sum", else NaN. */
function aggregate(values: Float64Array, from: number, to: number, how: Aggregation): number {
  let count = 0, sum = 0, last = NaN, max = NaN, min = NaN;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    last = value;
    if (!(value <= max)) max = value;
    if (!(value >= min)) min = value;
  }
  switch (how) {
    case "avg":
      return count === 0 ? NaN : sum / count;
    case "sum":
      return sum;
    case "end_of_period":
      return last;
    case "max":
      return max;
    case "min":
      return min;
  }
}

/** First day of the observation that would come before or after `period`. */
function neighbour(o: Observations, period: Period, direction: 1 | -1): EpochDay {
  if (o.workdays) return nextWorkday(period, direction);
  return firstDay(o.frequency, period + direction * FREQUENCY[o.frequency].step);
}

/**
 * Aggregates trimmed observations to `target`.
 * Shape: consecutive periods; the first is left out when an observation before the series' first would belong
 * to it, the last when one after the series' last would. Weeks are blocks of seven days from the first
 * observation and are never left out.
 * Units: those of the series, also for "sum"; beyond the largest double there is no value.
 * Source: the series API's rule of incomplete periods (series-api 4.1); pinned by the "incomplete" cases.
 */
export function collapse(o: Observations, target: Frequency, how: Aggregation): Observations {
  if (o.frequency === target || o.values.length === 0) return { ...o, frequency: target };
  const anchor = o.start;
  const targetOf = (day: EpochDay) => periodOf(target, day, anchor);
  const lastPeriod = periodAt(o, o.values.length - 1);
  let first = targetOf(firstDay(o.frequency, o.start));
  let last = targetOf(firstDay(o.frequency, lastPeriod));
  const { step } = FREQUENCY[target];
  if (target !== "week") {
    if (targetOf(neighbour(o, o.start, -1)) === first) first += step;
    if (targetOf(neighbour(o, lastPeriod, 1)) === last) last -= step;
  }
  const size = Math.max(0, (last - first) / step + 1);
  const values = new Float64Array(size);
  let from = positionOf(o, firstDay(target, first));
  for (let i = 0; i < size; i++) {
    const to = Math.min(positionOf(o, dayAfter(target, first + i * step)), o.values.length);
    const value = aggregate(o.values, from, to, how);
    values[i] = Number.isFinite(value) ? value : NaN;
    from = to;
  }
  return { frequency: target, start: first, values };
}

/** Position of the observation whose period begins at `day`, which is a boundary of the series' periods. */
function positionOf(o: Observations, day: EpochDay): number {
  return Math.max(0, periodOf(o.frequency, day) - o.start);
}

/** Label of a half-year, whichever month its publisher dates it in: January to June is the first. */
export function halfYearOf(day: EpochDay): Period {
  const { year, month } = civilDate(day);
  return year * 2 + (month > 6 ? 1 : 0);
}
