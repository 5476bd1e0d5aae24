// Collapse against the contract's table of incomplete periods, written a second time over calendar dates, for
// every pair of frequencies and every phase that a series can begin and end in.

import { describe, expect, test } from "vitest";
import {
  type Aggregation,
  AGGREGATIONS,
  collapse,
  halfYearOf,
  isAggregation,
} from "../../src/core/collapse.ts";
import type { Frequency } from "../../src/core/frequency.ts";
import { isoDate } from "../../src/core/time.ts";
import { labels } from "../../src/core/label.ts";
import { column } from "../store/example_catalog.ts";

const DAY_MS = 86_400_000;
const dayOf = (iso: string) => Date.parse(iso) / DAY_MS;
const dateOf = (day: number) => new Date(day * DAY_MS);
const monthOf = (date: Date) => date.getUTCMonth() + 1;
const isLastOfMonth = (date: Date) => new Date(date.getTime() + DAY_MS).getUTCDate() === 1;

/** Months that the periods of a target begin with. */
const FIRST_MONTHS = {
  month: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  quarter: [1, 4, 7, 10],
  semester: [1, 7],
  year: [1],
} as const satisfies Partial<Record<Frequency, readonly number[]>>;
type Target = keyof typeof FIRST_MONTHS;

/** Months that the last observation of a whole period is dated in, from series-api 4.1. */
const LAST_MONTHS: Readonly<Record<string, readonly number[]>> = {
  "day month": FIRST_MONTHS.month,
  "day quarter": [3, 6, 9, 12],
  "day semester": [6, 12],
  "day year": [12],
  "month quarter": [3, 6, 9, 12],
  "month semester": [6, 12],
  "month year": [12],
  "quarter semester": [4, 10],
  "quarter year": [10],
  "semester year": [7],
};
const PAIRS = Object.keys(LAST_MONTHS).map((pair) => pair.split(" ") as [Frequency, Target]);

type Dated = { readonly date: Date; readonly value: number | null };

function aggregated(values: readonly (number | null)[], how: Aggregation): number | null {
  const present = values.filter((value) => value !== null);
  if (how === "sum") return present.reduce((sum, value) => sum + value, 0);
  if (present.length === 0) return null;
  if (how === "max") return Math.max(...present);
  if (how === "min") return Math.min(...present);
  if (how === "end_of_period") return present.at(-1)!;
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/** First day of the period of a date, as text. */
function periodText(date: Date, target: Target): string {
  const month = FIRST_MONTHS[target].findLast((first) => first <= monthOf(date))!;
  return `${String(date.getUTCFullYear())}-${String(month).padStart(2, "0")}-01`;
}

/** Rows of a collapse by the contract; `whole` tells whether the first and the last period are. */
function naive(
  rows: readonly Dated[],
  target: Target,
  how: Aggregation,
  whole: { first: boolean; last: boolean },
): [string, number | null][] {
  const periods = Map.groupBy(rows, ({ date }) => periodText(date, target));
  const [first, last] = [periodText(rows[0]!.date, target), periodText(rows.at(-1)!.date, target)];
  return [...periods].flatMap(([text, rows]): [string, number | null][] => {
    if ((text === first && !whole.first) || (text === last && !whole.last)) return [];
    return [[text, aggregated(rows.map(({ value }) => value), how)]];
  });
}

/** Values that add up exactly in any order, about a fifth of them missing, both ends present. */
function someValues(count: number, seed: number): (number | null)[] {
  let state = seed + 1;
  return Array.from({ length: count }, (_, i) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    const missing = state % 5 === 0 && i > 0 && i < count - 1;
    return missing ? null : (state >>> 8) % 1601 / 4 - 200;
  });
}

const STEPS = { month: 1, quarter: 3, semester: 6 } as const;

/** Starts and lengths, in periods of `from`, that meet every phase at both ends. */
function phases(from: Frequency): { start: number; count: number }[] {
  const [starts, longest] =
    { month: [12, 40], quarter: [4, 15], semester: [2, 9] }[from as keyof typeof STEPS];
  return Array.from(
    { length: starts! },
    (_, start) =>
      Array.from({ length: longest! }, (_, count) => ({ start: 2019 * starts! + start, count: count + 1 })),
  ).flat();
}

/** Days: every start of a leap year to one end, one start to every end, and short ones around a month's end. */
function dayPhases(): { start: number; count: number }[] {
  const [from, to] = [dayOf("2019-07-01"), dayOf("2021-06-30")];
  const year = Array.from({ length: 367 }, (_, i) => i);
  return [
    ...year.map((i) => ({ start: from + i, count: to - from - i + 1 })),
    ...year.map((i) => ({ start: from, count: to - from - i + 1 })),
    ...["2020-01-30", "2020-02-28", "2020-03-01", "2020-06-29", "2020-12-31"].flatMap((start) =>
      Array.from({ length: 70 }, (_, i) => ({ start: dayOf(start), count: i + 1 }))
    ),
  ];
}

describe.each(PAIRS)("collapse from %s", (from, target) => {
  test(`collapse from ${from} to ${target} leaves out the periods that are not whole`, () => {
    const wrong: unknown[] = [];
    (from === "day" ? dayPhases() : phases(from)).forEach(({ start, count }, i) => {
      const values = someValues(count, i);
      const rows = values.map((value, i): Dated => ({
        date: from === "day"
          ? dateOf(start + i)
          : new Date(Date.UTC(2000, (start + i) * STEPS[from as keyof typeof STEPS] - 24_000, 1)),
        value,
      }));
      const [first, last] = [rows[0]!.date, rows.at(-1)!.date];
      const whole = {
        first: FIRST_MONTHS[target].some((month) => month === monthOf(first)) && first.getUTCDate() === 1,
        last: LAST_MONTHS[`${from} ${target}`]!.includes(monthOf(last)) &&
          (from !== "day" || isLastOfMonth(last)),
      };
      for (const how of from === "day" ? [AGGREGATIONS[i % 5]!] : AGGREGATIONS) {
        const o = collapse(column(values, { frequency: from, start }), target, how);
        const got = labels(target, o.start, o.values.length).map((text, i) => [text, nullable(o.values[i]!)]);
        const right = naive(rows, target, how, whole);
        if (JSON.stringify(got) !== JSON.stringify(right)) wrong.push({ start, count, how, got, right });
      }
    });
    expect(wrong).toEqual([]);
  });
});

const nullable = (value: number) => Number.isNaN(value) ? null : value;
const valuesOf = (o: { values: Float64Array }) => [...o.values].map(nullable);

/** A series of working days on the grid of all days, every `start`th value numbered from 1. */
function workdays(start: string, end: string) {
  let next = 0;
  const days = Array.from({ length: dayOf(end) - dayOf(start) + 1 }, (_, i) => dayOf(start) + i);
  const values = days.map((day) => dateOf(day).getUTCDay() % 6 === 0 ? null : ++next);
  return column(values, { frequency: "day", start: dayOf(start), workdays: true });
}

describe("collapse of working days", () => {
  test("collapse of working days keeps a period exactly when no Monday to Friday of it is outside the series", () => {
    const wrong: unknown[] = [];
    for (let start = dayOf("2020-12-25"); start < dayOf("2021-03-05"); start++) {
      if (dateOf(start).getUTCDay() % 6 === 0) continue;
      for (let end = start; end < dayOf("2022-02-10"); end++) {
        // Only around the ends of months do two series differ in what is whole.
        const date = dateOf(end).getUTCDate();
        if (dateOf(end).getUTCDay() % 6 === 0 || (date > 4 && date < 26)) continue;
        const count = end - start + 1;
        const o = column(new Array(count).fill(1), { frequency: "day", start, workdays: true });
        for (const target of ["month", "quarter", "semester", "year"] as const) {
          const collapsed = collapse(o, target, "end_of_period");
          const got = collapsed.values.length === 0
            ? []
            : labels(target, collapsed.start, collapsed.values.length);
          const right = WHOLE[target].filter(([, first, last]) => first! >= start && last! <= end)
            .map(([text]) => text);
          if (got.join() !== right.join()) {
            wrong.push({ start: isoDate(start), end: isoDate(end), target, got });
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    {
      why: "May 2021 begins on a Saturday: Monday the 3rd is its first",
      from: "2021-05-03",
      to: "2021-05-31",
      months: ["2021-05-01"],
    },
    { why: "the 4th is not", from: "2021-05-04", to: "2021-05-31", months: [] },
    {
      why: "August 2021 begins on a Sunday: Monday the 2nd is its first",
      from: "2021-08-02",
      to: "2021-08-31",
      months: ["2021-08-01"],
    },
    {
      why: "July 2021 ends on a Saturday: Friday the 30th is its last",
      from: "2021-07-01",
      to: "2021-07-30",
      months: ["2021-07-01"],
    },
    { why: "Thursday the 29th is not", from: "2021-07-01", to: "2021-07-29", months: [] },
    {
      why: "January 2021 ends on a Sunday: Friday the 29th is its last",
      from: "2021-01-01",
      to: "2021-01-29",
      months: ["2021-01-01"],
    },
  ])("collapse of working days from $from to $to gives $months: $why", ({ from, to, months }) => {
    const o = collapse(workdays(from, to), "month", "avg");
    expect(labels("month", o.start, o.values.length)).toEqual(months);
  });

  test("collapse of all days does not take a Friday for the end of the month", () => {
    const { workdays: _, ...everyDay } = workdays("2021-07-01", "2021-07-30");
    expect(collapse(everyDay, "month", "avg").values).toHaveLength(0);
  });

  test("collapse of working days counts each value once and no weekend", () => {
    const o = workdays("2021-05-03", "2021-07-30");
    expect(valuesOf(collapse(o, "month", "max"))).toEqual([21, 43, 65]);
    expect(valuesOf(collapse(o, "month", "avg"))).toEqual([11, 32.5, 54.5]);
  });
});

/** Periods of two years with their first and last Monday to Friday. */
const WHOLE = Object.fromEntries(
  (["month", "quarter", "semester", "year"] as const).map((target) => {
    const days = Array.from({ length: 800 }, (_, i) => dayOf("2020-12-01") + i)
      .filter((day) => dateOf(day).getUTCDay() % 6 !== 0);
    const periods = Map.groupBy(days, (day) => periodText(dateOf(day), target));
    return [target, [...periods].map(([text, days]) => [text, days[0]!, days.at(-1)!] as const)];
  }),
) as unknown as Record<Target, readonly (readonly [string, number, number])[]>;

describe("collapse to weeks", () => {
  test("collapse to weeks is blocks of seven days from the first observation, partial ones kept", () => {
    for (let start = dayOf("2020-02-20"); start < dayOf("2020-03-05"); start++) {
      for (let count = 1; count < 24; count++) {
        const values = someValues(count, start + count);
        const how = AGGREGATIONS[count % 5]!;
        const o = collapse(column(values, { frequency: "day", start }), "week", how);
        const blocks = Array.from({ length: Math.ceil(count / 7) }, (_, i) => values.slice(7 * i, 7 * i + 7));
        expect(o).toEqual(
          column(blocks.map((block) => aggregated(block, how)), { frequency: "week", start }),
        );
      }
    }
  });
});

describe("collapse", () => {
  const year = (values: readonly (number | null)[]) =>
    column([...values, ...new Array(12 - values.length).fill(null)], { start: 2020 * 12 });
  /** A year without any value between two whole ones. */
  const gap = column([...new Array(12).fill(2), ...new Array(12).fill(null), ...new Array(12).fill(-3)]);

  test.each(
    [
      { why: "a period without a value sums to nothing", how: "sum", values: [24, 0, -36] },
      { why: "but has no mean", how: "avg", values: [2, null, -3] },
      { why: "nor a last value", how: "end_of_period", values: [2, null, -3] },
      { why: "nor a largest", how: "max", values: [2, null, -3] },
      { why: "nor a smallest", how: "min", values: [2, null, -3] },
    ] as const,
  )("collapse as $how over a year without values: $why", ({ how, values }) => {
    expect(valuesOf(collapse(gap, "year", how))).toEqual(values);
  });

  test.each(
    [
      { why: "the mean is over the values that exist", how: "avg", value: -2 },
      { why: "missing values add nothing", how: "sum", value: -6 },
      { why: "the largest of negative values", how: "max", value: -1 },
      { why: "the smallest", how: "min", value: -3 },
      { why: "the last that exists", how: "end_of_period", value: -2 },
    ] as const,
  )("collapse as $how leaves missing values out: $why", ({ how, value }) => {
    expect(valuesOf(collapse(year([null, -1, null, -3, -2]), "year", how))).toEqual([value]);
  });

  test("collapse to the own frequency ignores the aggregation", () => {
    const o = column([1, null, 3]);
    for (const how of AGGREGATIONS) expect(collapse(o, "month", how)).toEqual(o);
  });

  test("collapse of nothing is nothing at the target", () => {
    expect(collapse(column([]), "year", "sum")).toMatchObject({
      frequency: "year",
      values: new Float64Array(),
    });
  });

  test("collapse of half-years to a year takes a January and a July", () => {
    const o = column([1, 2, 3, 4, 5], { frequency: "semester", start: 2019 * 2 + 1 });
    expect(collapse(o, "year", "sum")).toEqual(column([5, 9], { frequency: "year", start: 2020 }));
  });

  test.each(
    [
      { why: "a sum beyond the largest double", how: "sum" },
      { why: "a mean whose sum is", how: "avg" },
    ] as const,
  )("collapse stores no infinite value: $why", ({ how }) => {
    const o = column(new Array(12).fill(Number.MAX_VALUE));
    expect(valuesOf(collapse(o, "year", how))).toEqual([null]);
  });
});

describe("isAggregation", () => {
  test("isAggregation knows the five names, in lower case only", () => {
    const names = ["avg", "sum", "end_of_period", "max", "min", "AVG", "mean", "", "toString"];
    expect(names.filter(isAggregation)).toEqual(names.slice(0, 5));
  });
});

describe("halfYearOf", () => {
  test.each([
    { day: "2015-01-01", label: "2015-01-01" },
    { day: "2015-06-30", label: "2015-01-01" },
    { day: "2015-05-01", label: "2015-01-01" },
    { day: "2015-07-01", label: "2015-07-01" },
    { day: "2015-11-01", label: "2015-07-01" },
  ])("halfYearOf $day is the half-year of $label", ({ day, label }) => {
    expect(labels("semester", halfYearOf(dayOf(day)), 1)).toEqual([label]);
  });
});
