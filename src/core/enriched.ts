// Enriched metadata: what Caudal computes of a series and adds to what its publisher declares. Values are
// text, as the contract has them. What depends on the day of the question is computed when it is asked.

import { dayAfter, FREQUENCY, type Frequency, nextWorkday, periodOf } from "./frequency.ts";
import { label } from "./label.ts";
import { pythonNumber, significantFigures } from "./number_text.ts";
import { type Observations, periodAt } from "./observations.ts";
import { civilDate, type EpochDay, epochDay } from "./time.ts";

export type Enriched = { readonly [key: string]: string };

/**
 * Computed metadata of a trimmed series with at least one value.
 * `shiftMonths` is how far a half-yearly publisher dates its periods after January and July: the dates told
 * are the publisher's.
 * Source: catalog-harvest 5; a value that is not finite, or has none before it, leaves its key out.
 */
export function enrich(o: Observations, shiftMonths = 0): Enriched {
  const size = o.values.length;
  const last = o.values[size - 1]!;
  const secondToLast = size > 1 ? o.values[size - 2]! : NaN;
  const change = last / secondToLast - 1;
  let max = -Infinity, min = Infinity, sum = 0, count = 0;
  for (const value of o.values) {
    if (Number.isNaN(value)) continue;
    if (value > max) max = value;
    if (value < min) min = value;
    sum += value;
    count++;
  }
  return {
    available: "true",
    frequency: FREQUENCY[o.frequency].iso,
    time_index_start: publishedLabel(o, 0, shiftMonths),
    time_index_end: publishedLabel(o, size - 1, shiftMonths),
    time_index_size: String(size),
    last_value: pythonNumber(last),
    ...(!Number.isNaN(secondToLast) && { second_to_last_value: pythonNumber(secondToLast) }),
    ...(Number.isFinite(change) && { last_pct_change: pythonNumber(change) }),
    max_value: pythonNumber(max),
    min_value: pythonNumber(min),
    ...(Number.isFinite(sum) && { average: pythonNumber(sum / count) }),
    significant_figures: String(significantFigures(o.values)),
  };
}

function publishedLabel(o: Observations, position: number, shiftMonths: number): string {
  const text = label(o.frequency, periodAt(o, position));
  if (shiftMonths === 0) return text;
  return text.slice(0, 5) + String(Number(text.slice(5, 7)) + shiftMonths).padStart(2, "0") + text.slice(7);
}

/** Last day of the period that begins on `day`; half-years end six months after they begin. */
function periodEnd(frequency: Frequency, day: EpochDay): EpochDay {
  if (frequency === "semester") {
    const { year, month, day: d } = civilDate(day);
    return epochDay(year, month + 6, d) - 1;
  }
  return dayAfter(frequency, periodOf(frequency, day)) - 1;
}

/** How late a series is on a day, and what does not depend on the day. */
export type Freshness = {
  /** Whole days since the period of the last value ended; negative while it runs. */
  readonly daysWithoutData: number;
  readonly isUpdated: boolean;
  /** First day on which the next value is due: the day after the period following the last value. */
  readonly nextExpected: EpochDay;
  /** First day on which the series is not updated unless a value comes. */
  readonly lateFrom: EpochDay;
};

/**
 * Freshness of a series whose last value belongs to the period that begins on `lastValueDay`.
 * A series of working days is due on a working day, after a working day: weekends are skipped.
 * Source: catalog-harvest 5; `nextExpected` is ours.
 */
export function freshness(
  frequency: Frequency,
  lastValueDay: EpochDay,
  today: EpochDay,
  workdays = false,
): Freshness {
  const next = periodEnd(frequency, lastValueDay) + 1;
  const lateFrom = next + FREQUENCY[frequency].toleranceDays;
  return {
    daysWithoutData: today - next,
    isUpdated: today < lateFrom,
    nextExpected: workdays ? nextWorkday(nextWorkday(lastValueDay, 1), 1) : periodEnd(frequency, next) + 1,
    lateFrom,
  };
}
