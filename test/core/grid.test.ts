// Grids of a distribution's days: which are regular, and how many days a regular one would have by what pandas
// told the replaced system.

import { describe, expect, test } from "vitest";
import { FREQUENCY, type Frequency, publishedFrequency } from "../../src/core/frequency.ts";
import { expectedDays, gridOf } from "../../src/core/grid.ts";
import { label } from "../../src/core/label.ts";
import EXPECTED from "../fixtures/catalogs/expected.json" with { type: "json" };

const dayOf = (iso: string) => Date.parse(iso) / 86_400_000;
const isoOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The first of every `step`th month from one on. */
const firsts = (year: number, month: number, step: number, count: number) =>
  Array.from({ length: count }, (_, i) => isoOf(Date.UTC(year, month - 1 + i * step, 1) / 86_400_000));
const days = (from: string, count: number) => Array.from({ length: count }, (_, i) => isoOf(dayOf(from) + i));
const workdays = (from: string, count: number) =>
  days(from, count).filter((iso) => new Date(iso).getUTCDay() % 6 !== 0);

type Row = {
  why: string;
  frequency: Frequency;
  dates: string[];
  start?: string;
  workdays?: true;
  shift?: number;
};

describe("gridOf", () => {
  test.each<Row>([
    { why: "months", frequency: "month", dates: firsts(2019, 11, 1, 15) },
    { why: "quarters from any of the four", frequency: "quarter", dates: firsts(2019, 10, 3, 5) },
    { why: "years", frequency: "year", dates: firsts(1899, 1, 12, 102) },
    { why: "half-years in January and July", frequency: "semester", dates: firsts(2019, 7, 6, 4) },
    {
      why: "in May and November",
      frequency: "semester",
      dates: firsts(2015, 5, 6, 4),
      start: "2015-01-01",
      shift: 4,
    },
    {
      why: "from November",
      frequency: "semester",
      dates: firsts(2015, 11, 6, 4),
      start: "2015-07-01",
      shift: 4,
    },
    {
      why: "in June and December",
      frequency: "semester",
      dates: firsts(2015, 12, 6, 3),
      start: "2015-07-01",
      shift: 5,
    },
    {
      why: "in February and August",
      frequency: "semester",
      dates: firsts(2015, 2, 6, 3),
      start: "2015-01-01",
      shift: 1,
    },
    { why: "days over a leap day", frequency: "day", dates: days("2020-02-27", 5) },
    { why: "days before 1970", frequency: "day", dates: days("1969-12-28", 9) },
    { why: "working days", frequency: "day", dates: workdays("2021-07-01", 40), workdays: true },
    { why: "from a Friday", frequency: "day", dates: ["2021-07-30", "2021-08-02"], workdays: true },
    { why: "Monday to Friday are simply days", frequency: "day", dates: workdays("2021-08-02", 5) },
    { why: "one day", frequency: "day", dates: ["2021-08-01"] },
    { why: "one month", frequency: "month", dates: ["2021-08-01"] },
    { why: "one half-year", frequency: "semester", dates: ["2021-08-01"], start: "2021-07-01", shift: 1 },
  ])("gridOf is regular: $why", ({ frequency, dates, start, workdays, shift }) => {
    const grid = gridOf(frequency, dates.map(dayOf))!;
    expect({ ...grid, start: label(frequency, grid.start) })
      .toEqual({ start: start ?? dates[0], workdays: workdays ?? false, shiftMonths: shift ?? 0 });
  });

  test.each<Row>([
    { why: "a month missing", frequency: "month", dates: firsts(2019, 1, 1, 5).toSpliced(2, 1) },
    { why: "a month twice", frequency: "month", dates: firsts(2019, 1, 1, 5).toSpliced(2, 0, "2019-02-01") },
    {
      why: "two months swapped, as many as there should be",
      frequency: "month",
      dates: ["2019-01-01", "2019-03-01", "2019-02-01", "2019-04-01"],
    },
    { why: "descending", frequency: "month", dates: firsts(2019, 1, 1, 5).reverse() },
    { why: "the second day of months", frequency: "month", dates: ["2019-01-02", "2019-02-02"] },
    {
      why: "one of them on another day",
      frequency: "month",
      dates: ["2019-01-01", "2019-02-02", "2019-03-01"],
    },
    { why: "the last day of months", frequency: "month", dates: ["2019-01-31", "2019-02-28", "2019-03-31"] },
    { why: "quarters in February, May", frequency: "quarter", dates: firsts(2019, 2, 3, 4) },
    { why: "years in July", frequency: "year", dates: firsts(2000, 7, 12, 4) },
    { why: "a half-year missing", frequency: "semester", dates: firsts(2015, 5, 6, 4).toSpliced(1, 1) },
    { why: "half-years of seven months", frequency: "semester", dates: firsts(2015, 5, 7, 4) },
    { why: "a day missing", frequency: "day", dates: days("2020-02-27", 9).toSpliced(4, 1) },
    { why: "a working day missing", frequency: "day", dates: workdays("2021-07-01", 40).toSpliced(4, 1) },
    {
      why: "working days and one Saturday",
      frequency: "day",
      dates: [...workdays("2021-07-26", 5), "2021-07-31", "2021-08-02"],
    },
    {
      why: "working days from a Sunday",
      frequency: "day",
      dates: ["2021-08-01", ...workdays("2021-08-02", 12)],
    },
    {
      why: "working days up to a Saturday",
      frequency: "day",
      dates: [...workdays("2021-07-23", 6), "2021-07-31"],
    },
  ])("gridOf is none: $why", ({ frequency, dates }) => {
    expect(gridOf(frequency, dates.map(dayOf))).toBeUndefined();
  });
});

describe("expectedDays", () => {
  /** What the replaced system told of the fixtures it refused. */
  const TOLD = [
    ...JSON.stringify(EXPECTED).matchAll(
      /Comienzo '(\S+) 00:00:00' \/ Fin '(\S+) 00:00:00' \/ Frecuencia '(\S+)' \/ Fechas '(\d+)'/g,
    ),
  ].map(([, first, last, iso, count]) => ({ first: first!, last: last!, iso: iso!, count: Number(count) }));

  test("expectedDays has fixtures to agree with", () => {
    expect(TOLD.length).toBeGreaterThanOrEqual(4);
  });

  test.each(TOLD)("expectedDays from $first to $last by $iso is $count, as pandas said", (row) => {
    expect(expectedDays(publishedFrequency(row.iso)!, dayOf(row.first), dayOf(row.last))).toBe(row.count);
  });

  test.each(
    [
      {
        why: "both ends are counted",
        frequency: "month",
        first: "2010-01-01",
        last: "2011-12-01",
        count: 24,
      },
      {
        why: "the ends of months begin with the next",
        frequency: "month",
        first: "2010-01-31",
        last: "2010-12-31",
        count: 11,
      },
      {
        why: "quarters off their months begin with the next",
        frequency: "quarter",
        first: "2010-02-01",
        last: "2010-11-01",
        count: 3,
      },
      { why: "years in July", frequency: "year", first: "2000-07-01", last: "2005-07-01", count: 5 },
      {
        why: "half-years from their own first month",
        frequency: "semester",
        first: "2015-05-01",
        last: "2017-05-01",
        count: 5,
      },
      {
        why: "up to the last whole six months",
        frequency: "semester",
        first: "2015-05-01",
        last: "2017-10-01",
        count: 5,
      },
      {
        why: "half-years at the end of a month",
        frequency: "semester",
        first: "2015-05-31",
        last: "2015-12-01",
        count: 2,
      },
      { why: "days over a leap day", frequency: "day", first: "2020-02-28", last: "2020-03-01", count: 3 },
      { why: "one day", frequency: "year", first: "2020-01-01", last: "2020-01-01", count: 1 },
      {
        why: "no first day between them",
        frequency: "year",
        first: "2020-02-01",
        last: "2020-03-01",
        count: 0,
      },
      { why: "nor of half-years", frequency: "semester", first: "2020-02-02", last: "2020-02-05", count: 0 },
      { why: "descending", frequency: "day", first: "2020-02-02", last: "2020-02-01", count: 0 },
      {
        why: "descending half-years",
        frequency: "semester",
        first: "2020-07-01",
        last: "2015-01-01",
        count: 0,
      },
    ] as const,
  )(
    "expectedDays by $frequency from $first to $last is $count: $why",
    ({ frequency, first, last, count }) => {
      expect(expectedDays(frequency, dayOf(first), dayOf(last))).toBe(count);
    },
  );

  test("expectedDays of a regular grid is its number of days", () => {
    for (
      const [frequency, months] of [["month", 1], ["quarter", 3], ["semester", 6], ["year", 12]] as const
    ) {
      expect(FREQUENCY[frequency].months).toBe(months);
      for (let count = 1; count < 30; count++) {
        const dates = firsts(1960, 1, months, count).map(dayOf);
        expect(expectedDays(frequency, dates[0]!, dates.at(-1)!)).toBe(count);
      }
    }
  });
});
