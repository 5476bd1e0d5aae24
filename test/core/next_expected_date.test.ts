// When the next value of a series is due: the day after the period that follows the last value. Days are
// written by hand from a calendar.

import { describe, expect, test } from "vitest";
import { freshness } from "../../src/core/enriched.ts";
import { FREQUENCY, type Frequency } from "../../src/core/frequency.ts";
import { isoDate } from "../../src/core/time.ts";

const dayOf = (iso: string) => Date.parse(iso) / 86_400_000;

const ROWS: readonly {
  why: string;
  frequency: Frequency;
  workdays?: true;
  last: string;
  due: string;
  /** First day on which it is late. */
  late: string;
}[] = [
  { why: "a month", frequency: "month", last: "2020-03-01", due: "2020-05-01", late: "2020-06-30" },
  { why: "over February", frequency: "month", last: "2020-01-01", due: "2020-03-01", late: "2020-05-01" },
  { why: "over a year's end", frequency: "month", last: "2019-12-01", due: "2020-02-01", late: "2020-03-31" },
  { why: "a quarter", frequency: "quarter", last: "2020-01-01", due: "2020-07-01", late: "2020-09-28" },
  {
    why: "a quarter at a year's end",
    frequency: "quarter",
    last: "2019-10-01",
    due: "2020-04-01",
    late: "2020-06-29",
  },
  { why: "a half-year", frequency: "semester", last: "2020-01-01", due: "2021-01-01", late: "2021-06-26" },
  {
    why: "a half-year from May",
    frequency: "semester",
    last: "2020-05-01",
    due: "2021-05-01",
    late: "2021-10-27",
  },
  {
    why: "a half-year from November",
    frequency: "semester",
    last: "2019-11-01",
    due: "2020-11-01",
    late: "2021-04-26",
  },
  { why: "a year", frequency: "year", last: "2018-01-01", due: "2020-01-01", late: "2020-12-31" },
  { why: "a year long ago", frequency: "year", last: "1699-01-01", due: "1701-01-01", late: "1702-01-01" },
  { why: "a day", frequency: "day", last: "2020-02-28", due: "2020-03-01", late: "2020-03-14" },
  {
    why: "a day, though a Friday",
    frequency: "day",
    last: "2020-01-17",
    due: "2020-01-19",
    late: "2020-02-01",
  },
  {
    why: "Monday: Tuesday's comes on Wednesday",
    frequency: "day",
    workdays: true,
    last: "2020-01-13",
    due: "2020-01-15",
    late: "2020-01-28",
  },
  {
    why: "Wednesday: Thursday's comes on Friday",
    frequency: "day",
    workdays: true,
    last: "2020-01-15",
    due: "2020-01-17",
    late: "2020-01-30",
  },
  {
    why: "Thursday: Friday's comes on Monday",
    frequency: "day",
    workdays: true,
    last: "2020-01-16",
    due: "2020-01-20",
    late: "2020-01-31",
  },
  {
    why: "Friday: Monday's comes on Tuesday",
    frequency: "day",
    workdays: true,
    last: "2020-01-17",
    due: "2020-01-21",
    late: "2020-02-01",
  },
];

describe("freshness", () => {
  test.each(ROWS)(
    "freshness of a $frequency from $last is due on $due and late from $late: $why",
    ({ frequency, workdays, last, due, late }) => {
      const on = (day: string, more = 0) => freshness(frequency, dayOf(last), dayOf(day) + more, workdays);
      for (const today of [last, due, late, "2026-01-01"]) {
        expect(isoDate(on(today).nextExpected)).toBe(due);
        expect(isoDate(on(today).lateFrom)).toBe(late);
      }
      expect(on(late, -1)).toMatchObject({
        isUpdated: true,
        daysWithoutData: FREQUENCY[frequency].toleranceDays - 1,
      });
      expect(on(late).isUpdated).toBe(false);
      expect(dayOf(due)).toBeLessThan(dayOf(late));
    },
  );

  test("freshness of a running period is not late, and the next one is still to come", () => {
    expect(freshness("month", dayOf("2020-03-01"), dayOf("2020-03-10"))).toEqual({
      daysWithoutData: -22,
      isUpdated: true,
      nextExpected: dayOf("2020-05-01"),
      lateFrom: dayOf("2020-06-30"),
    });
  });
});
