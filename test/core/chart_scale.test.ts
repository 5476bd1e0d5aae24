import { describe, expect, test } from "vitest";
import { clockMarks, markDigits, timeMarks, valueMarks } from "../../src/core/chart_scale.ts";
import type { Frequency } from "../../src/core/frequency.ts";
import { dayOfIso, isoDate } from "../../src/core/time.ts";

describe("valueMarks", () => {
  test.each([
    { why: "round steps around the values", min: 9.1, max: 36.3, marks: [0, 10, 20, 30, 40] },
    { why: "below zero", min: -5, max: 17, marks: [-5, 0, 5, 10, 15, 20] },
    { why: "ends that are marks stay", min: 0, max: 1, marks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    { why: "no float noise", min: 0.1, max: 0.7, marks: [0, 0.2, 0.4, 0.6, 0.8] },
    { why: "a flat line gets room", min: 3, max: 3, marks: [2.6, 2.8, 3, 3.2, 3.4] },
    { why: "so does a flat zero", min: 0, max: 0, marks: [-1, -0.5, 0, 0.5, 1] },
  ])("$why", ({ min, max, marks }) => expect(valueMarks(min, max, 6)).toEqual(marks));

  test.each([[1e300, 1.7e308], [-1.7e308, 1.7e308], [1e17, 1e17 + 16], [5e-324, 1e-323], [-1e-9, 1e-9]])(
    "holds %d to %d, finite and ascending",
    (min, max) => {
      const marks = valueMarks(min, max, 6);
      expect(marks.length).toBeGreaterThanOrEqual(2);
      expect(marks[0]).toBeLessThanOrEqual(min);
      expect(marks.at(-1)).toBeGreaterThanOrEqual(max);
      marks.forEach((mark, i) => expect(i === 0 || mark > marks[i - 1]!).toBe(true));
      expect(marks.every(Number.isFinite)).toBe(true);
    },
  );
});

test.each([[[0, 10], 0], [[0, 0.5], 1], [[0, 0.02], 2], [[1e6, 2e6], 0], [[1], 0]])(
  "markDigits(%j) is %d",
  (marks, digits) => expect(markDigits(marks)).toBe(digits),
);

describe("timeMarks", () => {
  test.each<
    { why: string; frequency: Frequency; first: string; last: string; unit: string; marks: string[] }
  >([
    {
      why: "months of a year of days",
      frequency: "day",
      first: "2018-11-17",
      last: "2019-11-16",
      unit: "month",
      marks: ["2019-01-01", "2019-03-01", "2019-05-01", "2019-07-01", "2019-09-01", "2019-11-01"],
    },
    {
      why: "Mondays of some weeks",
      frequency: "day",
      first: "2018-11-17",
      last: "2018-12-20",
      unit: "day",
      marks: ["2018-11-19", "2018-11-26", "2018-12-03", "2018-12-10", "2018-12-17"],
    },
    {
      why: "no days for months",
      frequency: "month",
      first: "2010-01-01",
      last: "2010-04-01",
      unit: "month",
      marks: ["2010-01-01", "2010-02-01", "2010-03-01", "2010-04-01"],
    },
    {
      why: "no months that are no quarters",
      frequency: "quarter",
      first: "2008-04-01",
      last: "2009-07-01",
      unit: "month",
      marks: ["2008-04-01", "2008-07-01", "2008-10-01", "2009-01-01", "2009-04-01", "2009-07-01"],
    },
    {
      why: "round years",
      frequency: "quarter",
      first: "1959-01-01",
      last: "2009-07-01",
      unit: "year",
      marks: ["1960-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "2000-01-01"],
    },
    {
      why: "one day",
      frequency: "day",
      first: "2020-02-29",
      last: "2020-02-29",
      unit: "day",
      marks: ["2020-02-29"],
    },
    {
      why: "the whole calendar",
      frequency: "year",
      first: "0001-01-01",
      last: "9999-01-01",
      unit: "year",
      marks: [],
    },
  ])("$why", ({ frequency, first, last, unit, marks }) => {
    const found = timeMarks(frequency, dayOfIso(first)!, dayOfIso(last)!, 6);
    expect(found.unit).toBe(unit);
    expect(found.days.map(isoDate)).toEqual(marks);
  });
});

describe("clockMarks", () => {
  const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`);
  test.each([
    { why: "every minute of a few", first: "14:22", last: "14:24", marks: ["14:22", "14:23", "14:24"] },
    { why: "nothing between minutes of the clock", first: "14:20:10", last: "14:20:50", marks: [] },
    {
      why: "whole quarters of an hour",
      first: "09:50",
      last: "11:10",
      marks: ["10:00", "10:15", "10:30", "10:45", "11:00"],
    },
    {
      why: "hours by four of a day",
      first: "00:01",
      last: "23:59",
      marks: ["04:00", "08:00", "12:00", "16:00", "20:00"],
    },
    { why: "a moment that is one", first: "04:00", last: "04:00", marks: ["04:00"] },
  ])("$why", ({ first, last, marks }) => {
    const parse = (time: string) => time.length === 5 ? at(time) : Date.parse(`2026-11-21T${time}Z`);
    expect(clockMarks(parse(first), parse(last), 7)).toEqual(marks.map(at));
  });

  test("are never more than asked for within a day", () => {
    for (let minutes = 0; minutes <= 1_440; minutes++) {
      const marks = clockMarks(at("03:07"), at("03:07") + minutes * 60_000, 7);
      expect(marks.length, `${minutes} minutes`).toBeLessThanOrEqual(7);
    }
  });
});
