// Every representation mode by the contract's formula, written a second time over a map from dates to values.

import { describe, expect, test } from "vitest";
import type { Frequency } from "../../src/core/frequency.ts";
import { labels } from "../../src/core/label.ts";
import { isMode, isPercentMode, type Mode, MODES, represent } from "../../src/core/transform.ts";
import { column } from "../store/example_catalog.ts";

const dayOf = (iso: string) => Date.parse(iso) / 86_400_000;
const PER_YEAR: Partial<Record<Frequency, number>> = { year: 1, semester: 2, quarter: 4, month: 12 };

/** Same day and month one year earlier; 29 February looks at 28 February. */
function yearAgo(date: string): string {
  const [year, monthDay] = [Number(date.slice(0, 4)), date.slice(5)];
  const before = `${String(year - 1).padStart(4, "0")}-`;
  return before + (monthDay === "02-29" ? "02-28" : monthDay);
}

/** series-api 4.2, one cell; null is missing. */
function formula(
  frequency: Frequency,
  dates: readonly string[],
  values: readonly (number | null)[],
  mode: Mode,
  i: number,
): number | null {
  const on = (date: string) => dates.includes(date) ? values[dates.indexOf(date)]! : null;
  const x = values[i]!;
  const perYear = PER_YEAR[frequency];
  let base: number | null;
  let zeroIsNoBase = false;
  if (mode === "value") return x;
  if (mode === "change" || mode === "percent_change") base = values[i - 1] ?? null;
  else if (mode.endsWith("beginning_of_year")) {
    base = on(`${dates[i]!.slice(0, 4)}-01-01`);
    zeroIsNoBase = true;
  } else if (perYear === undefined) {
    base = on(yearAgo(dates[i]!));
    zeroIsNoBase = true;
  } else base = values[i - perYear] ?? null;
  if (x === null || base === null || (zeroIsNoBase && base === 0)) return null;
  if (!mode.startsWith("percent")) return x - base;
  return base === 0 ? null : x / base - 1;
}

/** Small integers, so that zeros come often, with values missing between them. */
function someValues(count: number, seed: number): (number | null)[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return (state >>> 16) % 6 === 0 ? null : (state >>> 8) % 7 - 3;
  });
}

const GRIDS: readonly { why: string; frequency: Frequency; start: number; count: number }[] = [
  { why: "years", frequency: "year", start: 1990, count: 12 },
  { why: "half-years that begin in July", frequency: "semester", start: 1990 * 2 + 1, count: 20 },
  { why: "quarters that begin in April", frequency: "quarter", start: 1990 * 4 + 1, count: 30 },
  { why: "months that begin in March", frequency: "month", start: 1990 * 12 + 2, count: 60 },
  { why: "days over two leap days", frequency: "day", start: dayOf("2019-11-01"), count: 1700 },
  {
    why: "weeks of which some begin on 1 January",
    frequency: "week",
    start: dayOf("2016-01-01"),
    count: 330,
  },
];

describe.each(Object.keys(MODES) as Mode[])("represent as %s", (mode) => {
  test.each(GRIDS)(`represent as ${mode} is the contract's formula: $why`, ({ frequency, start, count }) => {
    const values = someValues(count, count);
    const dates = labels(frequency, start, count);
    const o = represent(column(values, { frequency, start }), mode);
    expect([o.frequency, o.start, o.values.length]).toEqual([frequency, start, count]);
    const wrong = dates.flatMap((date, i) => {
      const right = formula(frequency, dates, values, mode, i);
      const got = Number.isNaN(o.values[i]) ? null : o.values[i]!;
      const equal = right === null || got === null ? right === got : Math.abs(right - got) < 1e-12;
      return equal ? [] : [{ date, right, got }];
    });
    expect(wrong).toEqual([]);
  });
});

type Row = {
  why: string;
  mode: Mode;
  frequency?: Frequency;
  start?: number;
  values: (number | null)[];
  results: (number | null)[];
};

describe("represent", () => {
  test.each<Row>([
    { why: "the first has none before it", mode: "change", values: [10, 15, 12], results: [null, 5, -3] },
    {
      why: "a fraction, not a hundredth",
      mode: "percent_change",
      values: [10, 15, 12],
      results: [null, 0.5, -0.2],
    },
    {
      why: "a missing value is not skipped",
      mode: "change",
      values: [1, null, 4, 6],
      results: [null, null, null, 2],
    },
    { why: "change from zero is a number", mode: "change", values: [0, 3], results: [null, 3] },
    { why: "its share is not", mode: "percent_change", values: [0, 3], results: [null, null] },
    { why: "nor is zero of zero", mode: "percent_change", values: [0, 0], results: [null, null] },
    { why: "a change to zero is minus all", mode: "percent_change", values: [4, 0], results: [null, -1] },
    {
      why: "a negative base turns the sign",
      mode: "percent_change",
      values: [-4, -2],
      results: [null, -0.5],
    },
    {
      why: "a zero base of a year ago is one, by quarter",
      mode: "change_a_year_ago",
      frequency: "quarter",
      start: 8000,
      values: [0, 1, 2, 3, 7, 7],
      results: [null, null, null, null, 7, 6],
    },
    {
      why: "but has no share",
      mode: "percent_change_a_year_ago",
      frequency: "quarter",
      start: 8000,
      values: [0, 1, 2, 3, 7, 7],
      results: [null, null, null, null, null, 6],
    },
    {
      why: "a zero January is no base for either kind",
      mode: "change_since_beginning_of_year",
      frequency: "semester",
      start: 4000,
      values: [0, 1, 2, 5],
      results: [null, null, 0, 3],
    },
    {
      why: "a year whose January is not there has none",
      mode: "change_since_beginning_of_year",
      frequency: "semester",
      start: 4001,
      values: [1, 2, 5],
      results: [null, 0, 3],
    },
    {
      why: "nor one whose January is missing",
      mode: "percent_change_since_beginning_of_year",
      frequency: "semester",
      start: 4000,
      values: [null, 1, 2, 5],
      results: [null, null, 0, 1.5],
    },
    {
      why: "years are their own beginning, zeros have none",
      mode: "percent_change_since_beginning_of_year",
      frequency: "year",
      start: 2000,
      values: [5, 0, -2],
      results: [0, null, 0],
    },
    {
      why: "a day looks at its date a year before",
      mode: "change_a_year_ago",
      frequency: "day",
      start: dayOf("2020-01-01"),
      values: [...new Array(366).fill(1), 4, 5],
      results: [...new Array(366).fill(null), 3, 4],
    },
    {
      why: "a zero of a year ago is no base by day",
      mode: "change_a_year_ago",
      frequency: "day",
      start: dayOf("2020-01-01"),
      values: [0, ...new Array(365).fill(1), 4, 5],
      results: [...new Array(366).fill(null), null, 4],
    },
    {
      why: "beyond the largest double",
      mode: "change",
      values: [-Number.MAX_VALUE, Number.MAX_VALUE],
      results: [null, null],
    },
    { why: "a share beyond it", mode: "percent_change", values: [5e-324, 1], results: [null, null] },
    { why: "no values", mode: "change", values: [], results: [] },
  ])("represent as $mode: $why", ({ mode, frequency = "month", start = 24_000, values, results }) => {
    const o = represent(column(values, { frequency, start }), mode);
    expect([...o.values].map((value) => Number.isNaN(value) ? null : Number(value.toFixed(12)))).toEqual(
      results,
    );
  });

  test.each([
    { why: "28 February of a leap year looks at the 28th", on: "2024-02-28", base: "2023-02-28" },
    { why: "so does the 29th", on: "2024-02-29", base: "2023-02-28" },
    { why: "1 March of it at 1 March", on: "2024-03-01", base: "2023-03-01" },
    { why: "28 February after it does not look at the 29th", on: "2025-02-28", base: "2024-02-28" },
    { why: "1 March after it at 1 March", on: "2025-03-01", base: "2024-03-01" },
  ])("represent as change_a_year_ago on $on looks at $base: $why", ({ on, base }) => {
    const start = dayOf("2023-01-01");
    const o = represent(
      column(Array.from({ length: 1000 }, (_, i) => i + 1), { frequency: "day", start }),
      "change_a_year_ago",
    );
    expect(o.values[dayOf(on) - start]).toBe(dayOf(on) - dayOf(base));
  });

  test("represent by week finds a base only where a week begins on the very date", () => {
    const values = Array.from({ length: 330 }, (_, i) => i + 1);
    const weeks = column(values, { frequency: "week", start: dayOf("2016-01-01") });
    const dates = labels("week", weeks.start, values.length);
    const withBase = (mode: Mode) => dates.filter((_, i) => !Number.isNaN(represent(weeks, mode).values[i]));
    // A year is never whole weeks; these weeks begin on Fridays, as 2016 and 2021 do.
    expect(withBase("change_a_year_ago")).toEqual([]);
    expect(new Set(withBase("change_since_beginning_of_year").map((date) => date.slice(0, 4))))
      .toEqual(new Set(["2016", "2021"]));
  });
});

describe("isMode", () => {
  test("isMode knows the seven modes and no property of objects", () => {
    expect(Object.keys(MODES).every(isMode)).toBe(true);
    expect(["Value", "", "toString", "__proto__", "constructor", "sum"].filter(isMode)).toEqual([]);
  });

  test("isPercentMode is true of the three shares", () => {
    expect((Object.keys(MODES) as Mode[]).filter(isPercentMode)).toEqual([
      "percent_change",
      "percent_change_a_year_ago",
      "percent_change_since_beginning_of_year",
    ]);
  });
});
