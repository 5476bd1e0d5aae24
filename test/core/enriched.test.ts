// Computed metadata by the contract's definitions (catalog-harvest 5), and freshness as it was told of the
// fixtures on 15 January 2020.

import { describe, expect, test } from "vitest";
import { enrich, freshness } from "../../src/core/enriched.ts";
import { type Frequency, publishedFrequency } from "../../src/core/frequency.ts";
import { column } from "../store/example_catalog.ts";
import EXPECTED from "../fixtures/catalogs/expected.json" with { type: "json" };

const dayOf = (iso: string) => Date.parse(iso) / 86_400_000;

type Told = { frequency: string; time_index_end: string; days_without_data: number; is_updated: boolean };
type Outcomes = Record<string, Record<string, { series?: Record<string, { meta_at_2020_01_15?: Told }> }>>;

/** Counted from the end of the file, not of the series: catalog-harvest 5 says what is right. */
const FROM_FILE_END = "edge_monthly_blanks_both_ends_1";

const TOLD = Object.entries(EXPECTED as unknown as Outcomes).flatMap(([catalog, distributions]) =>
  Object.values(distributions).flatMap(({ series }) =>
    Object.entries(series ?? {}).flatMap(([id, { meta_at_2020_01_15: meta }]) =>
      meta && id !== FROM_FILE_END ? [{ catalog, id, ...meta }] : []
    )
  )
);

describe("freshness", () => {
  test("freshness is what was told of every series of the fixtures", () => {
    const wrong = TOLD.filter(({ frequency, time_index_end, days_without_data, is_updated }) => {
      const fresh = freshness(publishedFrequency(frequency)!, dayOf(time_index_end), dayOf("2020-01-15"));
      return fresh.daysWithoutData !== days_without_data || fresh.isUpdated !== is_updated;
    });
    expect(wrong).toEqual([]);
    expect(new Set(TOLD.map(({ frequency }) => frequency)).size).toBe(5);
    expect(TOLD.length).toBeGreaterThan(100);
  });

  test("freshness counts from the series' own last value: 2012-01 ends on 31 January", () => {
    expect(freshness("month", dayOf("2012-01-01"), dayOf("2020-01-15")).daysWithoutData)
      .toBe(dayOf("2020-01-15") - dayOf("2012-02-01"));
  });

  test.each(
    [
      {
        why: "the day after a period is day 0",
        frequency: "month",
        last: "2020-01-01",
        today: "2020-02-01",
        days: 0,
      },
      {
        why: "its last day is one before",
        frequency: "month",
        last: "2020-01-01",
        today: "2020-01-31",
        days: -1,
      },
      {
        why: "and its first a whole month",
        frequency: "month",
        last: "2020-01-01",
        today: "2020-01-01",
        days: -31,
      },
      {
        why: "February of a leap year",
        frequency: "month",
        last: "2020-02-01",
        today: "2020-02-29",
        days: -1,
      },
      { why: "a running year", frequency: "year", last: "2020-01-01", today: "2020-12-31", days: -1 },
      { why: "a running quarter", frequency: "quarter", last: "2020-10-01", today: "2020-12-01", days: -31 },
      {
        why: "a running half-year",
        frequency: "semester",
        last: "2020-07-01",
        today: "2020-07-01",
        days: -184,
      },
      {
        why: "one from May runs to October",
        frequency: "semester",
        last: "2020-05-01",
        today: "2020-10-31",
        days: -1,
      },
      {
        why: "one from November to April",
        frequency: "semester",
        last: "2019-11-01",
        today: "2020-05-01",
        days: 0,
      },
      { why: "today's value", frequency: "day", last: "2020-01-15", today: "2020-01-15", days: -1 },
      { why: "yesterday's", frequency: "day", last: "2020-01-14", today: "2020-01-15", days: 0 },
    ] as const,
  )("freshness of a $frequency from $last on $today is $days days: $why", (row) => {
    expect(freshness(row.frequency, dayOf(row.last), dayOf(row.today)).daysWithoutData).toBe(row.days);
  });

  test.each<{ frequency: Frequency; tolerance: number; last: string; after: string }>([
    { frequency: "year", tolerance: 2 * 365, last: "2018-01-01", after: "2019-01-01" },
    { frequency: "semester", tolerance: 2 * 180, last: "2018-01-01", after: "2018-07-01" },
    { frequency: "quarter", tolerance: 2 * 90, last: "2018-01-01", after: "2018-04-01" },
    { frequency: "month", tolerance: 3 * 30, last: "2018-01-01", after: "2018-02-01" },
    { frequency: "day", tolerance: 14, last: "2018-01-01", after: "2018-01-02" },
  ])(
    "freshness by $frequency is lost on day $tolerance, not before",
    ({ frequency, tolerance, last, after }) => {
      const onDay = (days: number) => freshness(frequency, dayOf(last), dayOf(after) + days);
      expect(onDay(tolerance - 1)).toMatchObject({ daysWithoutData: tolerance - 1, isUpdated: true });
      expect(onDay(tolerance)).toMatchObject({ daysWithoutData: tolerance, isUpdated: false });
    },
  );
});

describe("enrich", () => {
  test("enrich tells everything of an ordinary series, as text", () => {
    expect(enrich(column([1, 1.25, null, 4, 5.5], { start: 2019 * 12 + 10 }))).toEqual({
      available: "true",
      frequency: "R/P1M",
      time_index_start: "2019-11-01",
      time_index_end: "2020-03-01",
      time_index_size: "5",
      last_value: "5.5",
      second_to_last_value: "4.0",
      // 5.5 / 4 - 1
      last_pct_change: "0.375",
      max_value: "5.5",
      min_value: "1.0",
      // (1 + 1.25 + 4 + 5.5) / 4
      average: "2.9375",
      significant_figures: "2",
    });
  });

  test.each([
    {
      why: "a single value has none before it",
      values: [7],
      lacks: ["second_to_last_value", "last_pct_change"],
    },
    {
      why: "the period before the last is missing",
      values: [1, null, 3],
      lacks: ["second_to_last_value", "last_pct_change"],
    },
    { why: "a change from zero is infinite", values: [0, 3], lacks: ["last_pct_change"] },
    { why: "a change from zero to zero is none", values: [0, 0], lacks: ["last_pct_change"] },
    {
      why: "a mean beyond the largest double",
      values: [Number.MAX_VALUE, Number.MAX_VALUE],
      lacks: ["average"],
    },
  ])("enrich leaves out what is not a number: $why", ({ values, lacks }) => {
    const keys = Object.keys(enrich(column([1, 2]))).filter((key) => !lacks.includes(key));
    expect(Object.keys(enrich(column(values)))).toEqual(keys);
  });

  test.each([
    { why: "zeros", values: [0, 0], max: "0.0", min: "0.0", average: "0.0" },
    { why: "negative values", values: [-3, -1.5], max: "-1.5", min: "-3.0", average: "-2.25" },
    {
      why: "missing values count nothing",
      values: [6, null, null, 2],
      max: "6.0",
      min: "2.0",
      average: "4.0",
    },
    {
      why: "small numbers as Python has them",
      values: [0.00001, 0.00002],
      max: "2e-05",
      min: "1e-05",
      average: "1.5000000000000002e-05",
    },
  ])("enrich finds extremes and mean: $why", ({ values, max, min, average }) => {
    expect(enrich(column(values))).toMatchObject({ max_value: max, min_value: min, average });
  });

  test.each([
    { why: "January and July", start: 2015 * 2, shift: 0, from: "2015-01-01", to: "2016-01-01" },
    { why: "May and November", start: 2015 * 2, shift: 4, from: "2015-05-01", to: "2016-05-01" },
    { why: "from November", start: 2015 * 2 + 1, shift: 4, from: "2015-11-01", to: "2016-11-01" },
    { why: "June and December", start: 2015 * 2 + 1, shift: 5, from: "2015-12-01", to: "2016-12-01" },
  ])("enrich dates half-years as their publisher does: $why", ({ start, shift, from, to }) => {
    expect(enrich(column([1, 2, 3], { frequency: "semester", start }), shift))
      .toMatchObject({
        time_index_start: from,
        time_index_end: to,
        time_index_size: "3",
        frequency: "R/P6M",
      });
  });

  test("enrich counts the days of a series of working days, weekends included", () => {
    const o = column([1, 2, null, null, 3], { frequency: "day", start: dayOf("2021-07-29"), workdays: true });
    expect(enrich(o)).toMatchObject({
      frequency: "R/P1D",
      time_index_start: "2021-07-29",
      time_index_end: "2021-08-02",
      time_index_size: "5",
      last_value: "3.0",
    });
  });
});
