// The frequencies of the series API and the arithmetic of their periods. A period is one whole number, its
// ordinal: the year, 2 a year, 4 a year, 12 a year, or the day itself. Weeks exist only as a collapse target:
// blocks of seven days whose ordinal is the day they begin on.

import { civilDate, type EpochDay, epochDay, weekday } from "./time.ts";

/** From the finest to the coarsest: the index is the order used by "finer than". */
export const FREQUENCIES = ["day", "week", "month", "quarter", "semester", "year"] as const;

export type Frequency = (typeof FREQUENCIES)[number];

/** Ordinal of a period of one frequency. */
export type Period = number;

type FrequencyFacts = {
  readonly iso: string;
  /** Months of one period; 0 where a period is counted in days. */
  readonly months: number;
  /** Distance between the ordinals of neighbouring periods. */
  readonly step: number;
  /** Days without data after which a series counts as late. */
  readonly toleranceDays: number;
};

export const FREQUENCY = {
  day: { iso: "R/P1D", months: 0, step: 1, toleranceDays: 14 },
  week: { iso: "R/P1W", months: 0, step: 7, toleranceDays: 14 },
  month: { iso: "R/P1M", months: 1, step: 1, toleranceDays: 90 },
  quarter: { iso: "R/P3M", months: 3, step: 1, toleranceDays: 180 },
  semester: { iso: "R/P6M", months: 6, step: 1, toleranceDays: 360 },
  year: { iso: "R/P1Y", months: 12, step: 1, toleranceDays: 730 },
} as const satisfies Record<Frequency, FrequencyFacts>;

/** Frequency of a publisher's `specialTypeDetail`; weeks are not published, so they have none. */
export function publishedFrequency(iso: string): Frequency | undefined {
  return FREQUENCIES.find((f) => f !== "week" && FREQUENCY[f].iso === iso);
}

export function isFrequency(text: string): text is Frequency {
  return (FREQUENCIES as readonly string[]).includes(text);
}

/** Below 0 when `a` is finer than `b`. */
export function compareFrequency(a: Frequency, b: Frequency): number {
  return FREQUENCIES.indexOf(a) - FREQUENCIES.indexOf(b);
}

/** Period that a day falls in. Weeks need their anchor: a day any week of the series begins on. */
export function periodOf(frequency: Frequency, day: EpochDay, anchor: EpochDay = 0): Period {
  if (frequency === "day") return day;
  if (frequency === "week") return anchor + 7 * Math.floor((day - anchor) / 7);
  const { year, month } = civilDate(day);
  const { months } = FREQUENCY[frequency];
  return year * (12 / months) + Math.floor((month - 1) / months);
}

/** First day of a period. */
export function firstDay(frequency: Frequency, period: Period): EpochDay {
  const { months } = FREQUENCY[frequency];
  return months === 0 ? period : epochDay(0, period * months + 1, 1);
}

/** First day after a period. */
export function dayAfter(frequency: Frequency, period: Period): EpochDay {
  return frequency === "week" ? period + 7 : firstDay(frequency, period + 1);
}

/** Smallest period whose first day is at or after `day`. */
export function periodFrom(frequency: Frequency, day: EpochDay, anchor: EpochDay = 0): Period {
  const period = periodOf(frequency, day, anchor);
  return firstDay(frequency, period) < day ? period + FREQUENCY[frequency].step : period;
}

/** Periods of one year, where a year holds a whole number of them. */
export function periodsPerYear(frequency: Frequency): number | undefined {
  const { months } = FREQUENCY[frequency];
  return months === 0 ? undefined : 12 / months;
}

/** The working day (Monday to Friday) before or after `day`. */
export function nextWorkday(day: EpochDay, direction: 1 | -1): EpochDay {
  let next = day + direction;
  while (weekday(next) > 4) next += direction;
  return next;
}
