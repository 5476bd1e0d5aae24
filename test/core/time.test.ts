// Civil dates against the language's own calendar, which knows the same proleptic Gregorian rules.

import { describe, expect, test } from "vitest";
import {
  civilDate,
  daysInMonth,
  epochDay,
  existingDay,
  isoDate,
  weekday,
  yearBefore,
} from "../../src/core/time.ts";

/** Day number of a date by `Date`, whose constructors take years below 100 for the 20th century. */
function utcDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000;
}

const MONTHS = Array.from({ length: 12 }, (_, i) => i + 1);

/** First and last day of every month of the years 1 to 9999, as `Date` counts them. */
const BOUNDARIES = Array.from({ length: 9999 }, (_, i) => i + 1).flatMap((year) =>
  MONTHS.flatMap((month) => {
    const after = utcDay(year, month + 1, 1);
    const first = utcDay(year, month, 1);
    return [{ year, month, day: 1, number: first }, { year, month, day: after - first, number: after - 1 }];
  })
);

describe("epochDay", () => {
  test("epochDay counts like Date.UTC over the years 1 to 9999", () => {
    expect(BOUNDARIES.filter(({ year, month, day, number }) => epochDay(year, month, day) !== number))
      .toEqual([]);
  });

  test.each([
    { why: "the epoch", date: [1970, 1, 1], day: 0 },
    { why: "the day before it", date: [1969, 12, 31], day: -1 },
    { why: "months after December carry", date: [2019, 14, 1], day: utcDay(2020, 2, 1) },
    { why: "and those of several years", date: [2019, 37, 1], day: utcDay(2022, 1, 1) },
    { why: "month 0 is December before", date: [2020, 0, 31], day: utcDay(2019, 12, 31) },
    { why: "months below 0 carry too", date: [2020, -12, 1], day: utcDay(2018, 12, 1) },
    { why: "days are added as they are", date: [2020, 1, 366], day: utcDay(2020, 12, 31) },
    { why: "the year 0 is a leap year", date: [0, 2, 29], day: utcDay(0, 2, 29) },
    { why: "years before it", date: [-4, 3, 1], day: utcDay(-4, 3, 1) },
  ])("epochDay($date) is $day: $why", ({ date, day }) => {
    expect(epochDay(date[0]!, date[1]!, date[2]!)).toBe(day);
  });
});

describe("civilDate", () => {
  test("civilDate takes every day number back to the date it came from", () => {
    const wrong = BOUNDARIES.filter(({ year, month, day, number }) => {
      const date = civilDate(number);
      return date.year !== year || date.month !== month || date.day !== day;
    });
    expect(wrong).toEqual([]);
  });

  test("civilDate agrees with Date on every day of a cycle of 400 years", () => {
    const wrong: number[] = [];
    for (let day = utcDay(1800, 1, 1); day <= utcDay(2200, 1, 1); day++) {
      const date = new Date(day * 86_400_000);
      const { year, month, day: d } = civilDate(day);
      if (year !== date.getUTCFullYear() || month !== date.getUTCMonth() + 1 || d !== date.getUTCDate()) {
        wrong.push(day);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("daysInMonth", () => {
  test.each([
    { why: "every fourth year", year: 2024, days: 29 },
    { why: "not the others", year: 2023, days: 28 },
    { why: "not the centuries", year: 1900, days: 28 },
    { why: "but every fourth century", year: 2000, days: 29 },
    { why: "the last century of the calendar", year: 9900, days: 28 },
  ])("daysInMonth gives February of $year $days days: $why", ({ year, days }) => {
    expect(daysInMonth(year, 2)).toBe(days);
  });

  test("daysInMonth agrees with Date on every month of 8 years", () => {
    for (let year = 1896; year < 1904; year++) {
      for (const month of MONTHS) {
        expect([year, month, daysInMonth(year, month)])
          .toEqual([year, month, utcDay(year, month + 1, 1) - utcDay(year, month, 1)]);
      }
    }
  });
});

describe("weekday", () => {
  test("weekday is 0 on Mondays, before and after 1970", () => {
    for (let day = -800; day < 800; day++) {
      expect(weekday(day)).toBe((new Date(day * 86_400_000).getUTCDay() + 6) % 7);
    }
  });
});

describe("isoDate", () => {
  test.each(["0001-01-01", "0099-12-31", "0999-02-03", "1969-12-31", "2024-02-29", "9999-12-31"])(
    "isoDate writes %s with four digits of the year",
    (text) => {
      const [year, month, day] = text.split("-").map(Number);
      expect(isoDate(utcDay(year!, month!, day!))).toBe(text);
    },
  );
});

describe("existingDay", () => {
  test.each([
    { why: "an ordinary day", date: [2021, 5, 31], exists: true },
    { why: "a leap day", date: [2000, 2, 29], exists: true },
    { why: "a century without one", date: [1900, 2, 29], exists: false },
    { why: "June has 30 days", date: [2021, 6, 31], exists: false },
    { why: "no day 0", date: [2021, 6, 0], exists: false },
    { why: "no month 0", date: [2021, 0, 1], exists: false },
    { why: "no month 13", date: [2021, 13, 1], exists: false },
    { why: "the first year", date: [1, 1, 1], exists: true },
    { why: "no year 0", date: [0, 12, 31], exists: false },
    { why: "the last year", date: [9999, 12, 31], exists: true },
    { why: "no year after it", date: [10_000, 1, 1], exists: false },
    { why: "not a number at all", date: [NaN, 1, 1], exists: false },
  ])("existingDay($date) exists: $exists, $why", ({ date: [year, month, day], exists }) => {
    expect(existingDay(year!, month!, day!)).toBe(exists ? utcDay(year!, month!, day!) : undefined);
  });
});

describe("yearBefore", () => {
  test.each([
    { why: "an ordinary day", day: "2021-05-31", before: "2020-05-31" },
    { why: "a leap day looks at the 28th", day: "2024-02-29", before: "2023-02-28" },
    { why: "28 February of a leap year looks at the same day", day: "2024-02-28", before: "2023-02-28" },
    { why: "the year after a leap year does not reach its 29th", day: "2025-02-28", before: "2024-02-28" },
    { why: "1 March steps over the leap day", day: "2025-03-01", before: "2024-03-01" },
    { why: "days before 1970", day: "1969-01-01", before: "1968-01-01" },
    { why: "the leap day before a century without one", day: "1896-02-29", before: "1895-02-28" },
  ])("yearBefore of $day is $before: $why", ({ day, before }) => {
    expect(isoDate(yearBefore(Date.parse(day) / 86_400_000))).toBe(before);
  });
});
