// Periods of every frequency against calendar dates computed by `Date`, on both sides of 1970 and of year 0.

import { describe, expect, test } from "vitest";
import {
  compareFrequency,
  dayAfter,
  firstDay,
  FREQUENCIES,
  FREQUENCY,
  type Frequency,
  isFrequency,
  nextWorkday,
  periodFrom,
  periodOf,
  periodsPerYear,
  publishedFrequency,
} from "../../src/core/frequency.ts";

const DAY_MS = 86_400_000;
const utcDay = (year: number, month: number, day: number) =>
  new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
const dayOf = (iso: string) => Date.parse(iso) / DAY_MS;
const isoOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Months of a period, by the contract's table. */
const MONTHS = { month: 1, quarter: 3, semester: 6, year: 12 } as const;
type Calendar = keyof typeof MONTHS;
const CALENDAR = Object.keys(MONTHS) as Calendar[];

/** First day of the period of a day, and of the one after it. */
function calendarPeriod(frequency: Calendar, day: number): { first: number; after: number } {
  const date = new Date(day * DAY_MS);
  const month = Math.floor(date.getUTCMonth() / MONTHS[frequency]) * MONTHS[frequency] + 1;
  return {
    first: utcDay(date.getUTCFullYear(), month, 1),
    after: utcDay(date.getUTCFullYear(), month + MONTHS[frequency], 1),
  };
}

/** Every 193rd day from 300 years before year 0 on: each month and weekday many times. */
const DAYS = Array.from({ length: 6_000 }, (_, i) => utcDay(-300, 1, 1) + i * 193);

describe.each(CALENDAR)("periods by %s", (frequency) => {
  test(`firstDay and dayAfter of ${frequency}s are calendar boundaries around every day`, () => {
    const wrong = DAYS.filter((day) => {
      const period = periodOf(frequency, day);
      const { first, after } = calendarPeriod(frequency, day);
      return firstDay(frequency, period) !== first || dayAfter(frequency, period) !== after;
    });
    expect(wrong).toEqual([]);
  });

  test(`periodOf numbers ${frequency}s without a gap`, () => {
    const wrong = DAYS.filter((day) => {
      const { first, after } = calendarPeriod(frequency, day);
      const period = periodOf(frequency, day);
      return periodOf(frequency, first) !== period || periodOf(frequency, after - 1) !== period ||
        periodOf(frequency, after) !== period + 1;
    });
    expect(wrong).toEqual([]);
  });

  test(`periodFrom of ${frequency}s is the period of a first day, else the next`, () => {
    const wrong = DAYS.filter((day) => {
      const { first, after } = calendarPeriod(frequency, day);
      return firstDay(frequency, periodFrom(frequency, day)) !== (day === first ? first : after) ||
        firstDay(frequency, periodFrom(frequency, first)) !== first;
    });
    expect(wrong).toEqual([]);
  });
});

describe("periodOf", () => {
  test.each(
    [
      { why: "the year itself", frequency: "year", day: "1969-12-31", period: 1969 },
      { why: "2 a year", frequency: "semester", day: "2020-07-01", period: 2020 * 2 + 1 },
      { why: "4 a year", frequency: "quarter", day: "2020-12-31", period: 2020 * 4 + 3 },
      { why: "12 a year", frequency: "month", day: "2020-01-31", period: 2020 * 12 },
      { why: "days are their own numbers", frequency: "day", day: "1969-12-30", period: -2 },
      { why: "a week is the day it begins on", frequency: "week", day: "1970-01-07", period: 0 },
      { why: "weeks before their anchor", frequency: "week", day: "1969-12-31", period: -7 },
    ] as const,
  )("periodOf the $frequency of $day is $period: $why", ({ frequency, day, period }) => {
    expect(periodOf(frequency, dayOf(day))).toBe(period);
  });

  test("periodOf a week is the block of seven days from any anchor that holds the day", () => {
    for (let anchor = -20; anchor <= 20; anchor++) {
      for (let day = -30; day <= 30; day++) {
        const week = periodOf("week", day, anchor);
        expect(week <= day && day < week + 7 && Number.isInteger((week - anchor) / 7)).toBe(true);
        expect(dayAfter("week", week)).toBe(week + 7);
        expect(firstDay("week", week)).toBe(week);
        const from = periodFrom("week", day, anchor);
        expect(from).toBe(week === day ? week : week + 7);
      }
    }
  });

  test("periodFrom a day is that day", () => {
    for (const day of [-1, 0, 1, 18_000]) {
      expect([periodFrom("day", day), firstDay("day", day), dayAfter("day", day)]).toEqual([
        day,
        day,
        day + 1,
      ]);
    }
  });
});

describe("FREQUENCY", () => {
  test.each(
    [
      { frequency: "day", iso: "R/P1D", toleranceDays: 14, perYear: undefined },
      { frequency: "month", iso: "R/P1M", toleranceDays: 3 * 30, perYear: 12 },
      { frequency: "quarter", iso: "R/P3M", toleranceDays: 2 * 90, perYear: 4 },
      { frequency: "semester", iso: "R/P6M", toleranceDays: 2 * 180, perYear: 2 },
      { frequency: "year", iso: "R/P1Y", toleranceDays: 2 * 365, perYear: 1 },
    ] as const,
  )("FREQUENCY.$frequency is $iso, late after $toleranceDays days", (row) => {
    const { frequency, iso, toleranceDays, perYear } = row;
    expect(FREQUENCY[frequency]).toMatchObject({ iso, toleranceDays });
    expect(publishedFrequency(iso)).toBe(frequency);
    expect(periodsPerYear(frequency)).toBe(perYear);
  });

  test.each([
    { why: "weeks are only a target", iso: "R/P1W" },
    { why: "every two months is none of ours", iso: "R/P2M" },
    { why: "the name of the API is no ISO text", iso: "month" },
    { why: "lower case", iso: "r/p1m" },
    { why: "nothing", iso: "" },
  ])("publishedFrequency of $iso is none: $why", ({ iso }) => {
    expect(publishedFrequency(iso)).toBeUndefined();
  });

  test("compareFrequency orders from day to year", () => {
    const shuffled: Frequency[] = ["year", "week", "month", "day", "semester", "quarter"];
    expect(shuffled.sort(compareFrequency)).toEqual(["day", "week", "month", "quarter", "semester", "year"]);
    expect(FREQUENCIES.map((frequency) => compareFrequency(frequency, frequency))).toEqual([
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  test("isFrequency knows the API's six names and no property of objects", () => {
    const names = ["day", "week", "month", "quarter", "semester", "year", "Day", "", "toString", "__proto__"];
    expect(names.filter(isFrequency)).toEqual(names.slice(0, 6));
  });
});

describe("nextWorkday", () => {
  test.each(
    [
      { why: "over the week", from: "2021-07-28", direction: 1, to: "2021-07-29" },
      { why: "a Friday goes on on Monday", from: "2021-07-30", direction: 1, to: "2021-08-02" },
      { why: "so does a Saturday", from: "2021-07-31", direction: 1, to: "2021-08-02" },
      { why: "before a Monday is a Friday", from: "2021-08-02", direction: -1, to: "2021-07-30" },
      { why: "before a Sunday too", from: "2021-08-01", direction: -1, to: "2021-07-30" },
      { why: "before 1970", from: "1969-12-29", direction: -1, to: "1969-12-26" },
    ] as const,
  )("nextWorkday of $from is $to: $why", ({ from, direction, to }) => {
    expect(isoOf(nextWorkday(dayOf(from), direction))).toBe(to);
  });
});
