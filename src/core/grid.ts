// Whether a column of days is a regular grid of a frequency, and how many days such a grid would have. The
// only check of continuity there is: dates are compared one by one, and counted for the message.

import { FREQUENCY, type Frequency, nextWorkday, type Period, periodFrom, periodOf } from "./frequency.ts";
import { civilDate, type EpochDay, weekday } from "./time.ts";

/** How the days of a distribution lie on the grid of its frequency. */
export type Grid = {
  readonly start: Period;
  readonly workdays: boolean;
  /** Months that a half-yearly publisher dates its periods after January and July. */
  readonly shiftMonths: number;
};

/** The grid that `days` are exactly, or undefined. */
export function gridOf(frequency: Frequency, days: readonly EpochDay[]): Grid | undefined {
  const first = days[0]!;
  if (frequency === "day") {
    if (days.every((day, i) => day === first + i)) return { start: first, workdays: false, shiftMonths: 0 };
    const workdays = weekday(first) < 5 &&
      days.every((day, i) => i === 0 || day === nextWorkday(days[i - 1]!, 1));
    return workdays ? { start: first, workdays: true, shiftMonths: 0 } : undefined;
  }
  const { months } = FREQUENCY[frequency];
  const start = civilDate(first);
  const firstMonth = start.year * 12 + start.month - 1;
  const shiftMonths = firstMonth % months;
  if (frequency !== "semester" && shiftMonths !== 0) return undefined;
  const regular = days.every((day, i) => {
    const date = civilDate(day);
    return date.day === 1 && date.year * 12 + date.month - 1 === firstMonth + i * months;
  });
  return regular ? { start: periodOf(frequency, first), workdays: false, shiftMonths } : undefined;
}

/** Number of days a grid from the first to the last day has: what the message of an irregular one tells. */
export function expectedDays(frequency: Frequency, first: EpochDay, last: EpochDay): number {
  if (last < first) return 0;
  if (frequency !== "semester") {
    return Math.max(0, periodOf(frequency, last) - periodFrom(frequency, first) + 1);
  }
  const monthOf = (day: EpochDay) => periodOf("month", day);
  const from = periodFrom("month", first);
  return Math.max(0, Math.floor((monthOf(last) - from) / 6) + 1);
}

/** Number of working days from the first to the last day: what the message of irregular days tells. */
export function expectedWorkdays(first: EpochDay, last: EpochDay): number {
  let count = 0;
  for (let day = first; day <= last; day++) if (weekday(day) < 5) count++;
  return count;
}
