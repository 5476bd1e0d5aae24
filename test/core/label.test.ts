// Labels against dates that `Date` writes: months of every length, leap years, weeks across them.

import { describe, expect, test } from "vitest";
import type { Frequency } from "../../src/core/frequency.ts";
import { firstLabel, label, labels, lastLabel } from "../../src/core/label.ts";
import { column } from "../store/example_catalog.ts";

const DAY_MS = 86_400_000;
const dayOf = (iso: string) => Date.parse(iso) / DAY_MS;
const isoOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The first of every `months`th month from January of a year on. */
function monthly(year: number, months: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const date = new Date(0);
    date.setUTCFullYear(year, i * months, 1);
    return date.toISOString().slice(0, 10);
  });
}

describe("labels", () => {
  test.each(
    [
      { why: "by month over leap years and centuries", frequency: "month", months: 1, perYear: 12 },
      { why: "by quarter", frequency: "quarter", months: 3, perYear: 4 },
      { why: "by half-year", frequency: "semester", months: 6, perYear: 2 },
      { why: "by year", frequency: "year", months: 12, perYear: 1 },
    ] as const,
  )("labels of $frequency are first days: $why", ({ frequency, months, perYear }) => {
    for (const year of [1, 998, 1895, 2019]) {
      expect(labels(frequency, year * perYear, 60)).toEqual(monthly(year, months, 60));
    }
  });

  test.each([
    { why: "a leap year", from: "2019-12-25", count: 500 },
    { why: "a century without a leap day", from: "1899-12-31", count: 500 },
    { why: "a century with one", from: "1999-11-30", count: 500 },
    { why: "before and after 1970", from: "1968-02-28", count: 1000 },
    { why: "years below 1000", from: "0999-12-30", count: 5 },
  ])("labels of days and weeks follow the calendar from $from: $why", ({ from, count }) => {
    const day = dayOf(from);
    expect(labels("day", day, count)).toEqual(Array.from({ length: count }, (_, i) => isoOf(day + i)));
    expect(labels("week", day, count)).toEqual(Array.from({ length: count }, (_, i) => isoOf(day + 7 * i)));
  });

  test("labels of weeks are right from every day of a year on", () => {
    for (let day = dayOf("2020-01-01"); day < dayOf("2021-01-01"); day++) {
      expect(labels("week", day, 10)).toEqual(Array.from({ length: 10 }, (_, i) => isoOf(day + 7 * i)));
    }
  });

  test("labels of nothing are none", () => {
    expect(labels("day", 5, 0)).toEqual([]);
    expect(labels("year", 2000, 0)).toEqual([]);
  });
});

describe("label", () => {
  test.each([
    { frequency: "day", period: dayOf("2024-02-29"), text: "2024-02-29" },
    { frequency: "week", period: dayOf("1969-12-29"), text: "1969-12-29" },
    { frequency: "month", period: 2020 * 12 + 11, text: "2020-12-01" },
    { frequency: "quarter", period: 2020 * 4 + 1, text: "2020-04-01" },
    { frequency: "semester", period: 2020 * 2 + 1, text: "2020-07-01" },
    { frequency: "year", period: 7, text: "0007-01-01" },
  ] as { frequency: Frequency; period: number; text: string }[])(
    "label of a $frequency is its first day: $text",
    ({ frequency, period, text }) => {
      expect(label(frequency, period)).toBe(text);
    },
  );

  test("firstLabel and lastLabel are the dates of both ends of a column", () => {
    const months = column([1, null, 3], { start: 2019 * 12 + 11 });
    expect([firstLabel(months), lastLabel(months)]).toEqual(["2019-12-01", "2020-02-01"]);
    const weeks = column([1, 2, 3], { frequency: "week", start: dayOf("2020-02-20") });
    expect([firstLabel(weeks), lastLabel(weeks)]).toEqual(["2020-02-20", "2020-03-05"]);
  });
});
