// The scales of a line chart: where its axes are marked. The drawing of the server and that of the script
// mark the same.

import { FREQUENCY, type Frequency } from "./frequency.ts";
import { civilDate, type EpochDay, epochDay } from "./time.ts";

/** Smallest of 1, 2, 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
}

/**
 * Round values, at even steps, from at or below `min` to at or above `max`.
 * Shape: ascending, at least two, about `most` of them; a flat line gets room above and below.
 */
export function valueMarks(min: number, max: number, most: number): number[] {
  const room = min === max ? (min === 0 ? 1 : Math.abs(min) / 10) : 0;
  const from = min - room, to = max + room;
  const step = roundStep((to - from) / (most - 1));
  // Beyond what doubles can tell apart there is nothing round to be found.
  if (!(step > 0) || !Number.isFinite(step) || from + step === from) return [from, to];
  const first = Math.floor(from / step + 1e-9), last = Math.ceil(to / step - 1e-9);
  const marks = Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
  return marks.every(Number.isFinite) ? marks : [from, to];
}

/** Decimals that tell neighbouring marks apart. */
export function markDigits(marks: readonly number[]): number {
  const step = marks.length > 1 ? marks[1]! - marks[0]! : 1;
  return step > 0 && Number.isFinite(step) ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 0;
}

/** What the marks of a time axis are the beginnings of. */
export type MarkUnit = "day" | "month" | "year";

const TIME_STEPS: readonly { readonly unit: MarkUnit; readonly every: number }[] = [
  ...[1, 2, 7, 14].map((every) => ({ unit: "day", every } as const)),
  ...[1, 2, 3, 6].map((every) => ({ unit: "month", every } as const)),
  ...[1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].map((every) => ({ unit: "year", every } as const)),
];

/**
 * Days to mark between two days, both inclusive: beginnings of years, months or single days, at even steps.
 * Shape: ascending, at most `most`; never closer together than the periods of `frequency`.
 */
export function timeMarks(
  frequency: Frequency,
  first: EpochDay,
  last: EpochDay,
  most: number,
): { readonly unit: MarkUnit; readonly days: readonly EpochDay[] } {
  const { months } = FREQUENCY[frequency];
  for (const { unit, every } of TIME_STEPS) {
    const stepMonths = unit === "year" ? 12 * every : unit === "month" ? every : 0;
    if (stepMonths < months || (months > 0 && stepMonths % months !== 0)) continue;
    // About the number there will be, so that no step is tried that would make thousands.
    if ((last - first) / (stepMonths === 0 ? every : stepMonths * 30.5) > most + 1) continue;
    const days = unit === "day" ? daysEvery(every, first, last) : monthsEvery(stepMonths, first, last);
    if (days.length <= most) return { unit, days };
  }
  return { unit: "year", days: [] };
}

function daysEvery(step: number, first: EpochDay, last: EpochDay): EpochDay[] {
  // Steps of whole weeks begin on Mondays: day 0 was a Thursday.
  const offset = step % 7 === 0 ? 3 : 0;
  const days: EpochDay[] = [];
  for (let day = Math.ceil((first + offset) / step) * step - offset; day <= last; day += step) days.push(day);
  return days;
}

function monthsEvery(step: number, first: EpochDay, last: EpochDay): EpochDay[] {
  const { year, month, day } = civilDate(first);
  const from = year * 12 + month - 1 + (day > 1 ? 1 : 0);
  const days: EpochDay[] = [];
  for (let at = Math.ceil(from / step) * step;; at += step) {
    const marked = epochDay(0, at + 1, 1);
    if (marked > last) return days;
    days.push(marked);
  }
}

/** A line of prices is broken where there was none for so long, in ms. */
export const PRICE_GAP_MS = 1_800_000;

const MINUTE_MS = 60_000;
const CLOCK_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);

/**
 * Moments of one day to mark, epoch ms: whole minutes or hours at even steps, both ends inclusive.
 * Shape: ascending, at most `most` within a day.
 */
export function clockMarks(first: number, last: number, most: number): number[] {
  const step = CLOCK_STEPS_MS.find((step) => Math.floor(last / step) - Math.ceil(first / step) < most) ??
    CLOCK_STEPS_MS.at(-1)!;
  const marks: number[] = [];
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) marks.push(at);
  return marks;
}
