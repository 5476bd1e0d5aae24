// Shows the naive definitions on rows small enough to be worked out by hand.

import { describe, expect, test } from "vitest";
import {
  type Aggregation,
  type Document,
  documentsOf,
  endFacts,
  type Interval,
  readPlainSeries,
} from "./definitions.ts";

const read = (csv: string, frequency: string, series = "a") =>
  readPlainSeries(new TextEncoder().encode(csv), { index: "t", series }, frequency);

/** Consecutive months from one on, with the values 1, 2, 3 … */
function months(first: string, count: number): string {
  const [year, month] = first.split("-").map(Number) as [number, number];
  const rows = Array.from({ length: count }, (_, i) => {
    const at = year * 12 + month - 1 + i;
    return `${Math.floor(at / 12)}-${String(at % 12 + 1).padStart(2, "0")},${i + 1}`;
  });
  return `t,a\n${rows.join("\n")}\n`;
}

type Row = {
  readonly why: string;
  readonly csv: string;
  readonly frequency: string;
  readonly at: readonly [Interval, Aggregation];
  readonly values: Readonly<Record<string, number | null>>;
};

const ROWS: readonly Row[] = [
  {
    why: "whole quarters alone",
    csv: months("2010-02", 9),
    frequency: "R/P1M",
    at: ["quarter", "avg"],
    values: { "2010-04-01": 4, "2010-07-01": 7 },
  },
  {
    why: "calendar half-years",
    csv: months("2010-05", 16),
    frequency: "R/P1M",
    at: ["semester", "sum"],
    values: { "2010-07-01": 33, "2011-01-01": 69 },
  },
  {
    why: "the last value that exists",
    csv: "t,a\n2010-01,1\n2010-04,2\n2010-07,\n2010-10,4\n",
    frequency: "R/P3M",
    at: ["semester", "end_of_period"],
    values: { "2010-01-01": 2, "2010-07-01": 4 },
  },
  {
    why: "zero as the sum of nothing",
    csv: "t,a\n2010-01,1\n2010-04,\n2010-07,\n2010-10,\n2011-01,2\n2011-04,3\n",
    frequency: "R/P3M",
    at: ["semester", "sum"],
    values: { "2010-01-01": 1, "2010-07-01": 0, "2011-01-01": 5 },
  },
  {
    why: "half-years of other months",
    csv: "t,a\n2010-05-01,1\n2010-11-01,3\n2011-05-01,5\n",
    frequency: "R/P6M",
    at: ["year", "avg"],
    values: { "2010-01-01": 2 },
  },
  {
    why: "weeks from the first day",
    csv: `t,a\n${Array.from({ length: 8 }, (_, i) => `2010-01-0${i + 1},${i}`).join("\n")}`,
    frequency: "R/P1D",
    at: ["week", "avg"],
    values: { "2010-01-01": 3, "2010-01-08": 7 },
  },
  {
    why: "a last month that ends",
    csv: "t,a\n2011-02-27,1\n2011-02-28,2\n",
    frequency: "R/P1D",
    at: ["month", "sum"],
    values: {},
  },
  {
    why: "trimmed blanks",
    csv: "t,b,a\n2010,9,\n2011,9,1\n2012,9,\n2013,9,3\n2014,9,\n",
    frequency: "R/P1Y",
    at: ["year", "avg"],
    values: { "2011-01-01": 1, "2012-01-01": null, "2013-01-01": 3 },
  },
];

describe("documentsOf", () => {
  test.each(ROWS)("has $why", ({ csv, frequency, at: [interval, aggregation], values }) => {
    const documents = documentsOf(read(csv, frequency), interval, aggregation);
    expect(Object.fromEntries([...documents].map(([label, { value }]) => [label, value]))).toEqual(values);
  });

  test("varies against the period, the year before and January", () => {
    const documents = documentsOf(read(months("2010-01", 14), "R/P1M"), "month", "avg");
    expect(documents.get("2011-02-01")).toEqual(
      {
        value: 14,
        change: 1,
        percent_change: 1 / 13,
        change_a_year_ago: 12,
        percent_change_a_year_ago: 6,
        change_since_beginning_of_year: 1,
        percent_change_since_beginning_of_year: 1 / 13,
      } satisfies Document,
    );
    expect(documents.get("2010-02-01")?.change_a_year_ago).toBeNull();
  });

  test("takes a zero for no base of January, and of no percentage", () => {
    const documents = documentsOf(read("t,a\n2010-01,0\n2010-02,2\n", "R/P1M"), "month", "avg");
    expect(documents.get("2010-02-01")).toMatchObject({
      change: 2,
      percent_change: null,
      change_since_beginning_of_year: null,
    });
  });
});

describe("endFacts", () => {
  test.each([
    {
      why: "a month ends",
      csv: "t,a\n2019-11-01,1\n2019-12-01,2\n",
      frequency: "R/P1M",
      days: 14,
      updated: true,
    },
    { why: "a year runs", csv: "t,a\n2019,1\n2020,2\n", frequency: "R/P1Y", days: -352, updated: true },
    {
      why: "a half-year of other months ends",
      csv: "t,a\n2018-11-01,1\n2019-05-01,2\n",
      frequency: "R/P6M",
      days: 75,
      updated: true,
    },
    {
      why: "a day is too old",
      csv: "t,a\n2019-12-30,1\n2019-12-31,2\n",
      frequency: "R/P1D",
      days: 14,
      updated: false,
    },
  ])("counts from where $why", ({ csv, frequency, days, updated }) => {
    expect(endFacts(read(csv, frequency), "2020-01-15")).toEqual({
      days_without_data: days,
      is_updated: updated,
      second_to_last_value: 1,
      last_pct_change: 1,
    });
  });

  test("leaves out what has nothing before it", () => {
    expect(endFacts(read("t,a\n2019,1\n", "R/P1Y"), "2020-01-15")).toMatchObject({
      second_to_last_value: null,
      last_pct_change: null,
    });
  });
});
