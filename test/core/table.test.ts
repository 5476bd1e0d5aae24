// Tables merged from columns of different starts, frequencies and anchors, paged on the merged index
// (series-api 4.3); every expectation is worked out by hand.

import { describe, expect, test } from "vitest";
import { label } from "../../src/core/label.ts";
import type { Observations } from "../../src/core/observations.ts";
import type { SeriesRequest } from "../../src/core/series_request.ts";
import { evaluate, plainPage } from "../../src/core/table.ts";
import { column } from "../store/example_catalog.ts";

const dayOf = (iso: string) => Date.parse(iso) / 86_400_000;
const PLAIN: SeriesRequest = {
  target: "month",
  descending: false,
  start: 0,
  limit: 100,
  last: false,
  metadata: "none",
  flatten: false,
  format: "json",
  header: "ids",
  separator: ",",
  decimal: ".",
};

type Asked = { of: Observations; mode?: "value" | "change"; aggregation?: "avg" | "sum" };

const columnsOf = (asked: readonly Asked[]) =>
  asked.map(({ of, mode = "value", aggregation = "avg" }) => ({
    observations: of,
    item: { id: "x", mode, aggregation },
  }));

/** Rows as an answer has them, and the count. */
function table(asked: readonly Asked[], request: Partial<SeriesRequest> = {}) {
  const { periods, columns, frequency, count } = evaluate(columnsOf(asked), { ...PLAIN, ...request });
  const rows = periods.map((period, row) =>
    [label(frequency, period), ...columns.map((cells) => Number.isNaN(cells[row]) ? null : cells[row]!)].join(
      " ",
    )
  );
  return { rows, count };
}

const rowsOf = (asked: readonly Asked[], request?: Partial<SeriesRequest>) => table(asked, request).rows;

/** Months from January 2020 on, `from` after it. */
const months = (values: readonly (number | null)[], from = 0) => column(values, { start: 2020 * 12 + from });

describe("evaluate merges", () => {
  test("evaluate puts columns of different starts on one index, empty where they have nothing", () => {
    expect(rowsOf([{ of: months([1, 2, 3]) }, { of: months([20, 30, 40], 1) }])).toEqual([
      "2020-01-01 1 ",
      "2020-02-01 2 20",
      "2020-03-01 3 30",
      "2020-04-01  40",
    ]);
  });

  test("evaluate keeps rows inside that no column has a value for", () => {
    expect(rowsOf([{ of: months([1, null, null, 4]) }])).toEqual([
      "2020-01-01 1",
      "2020-02-01 ",
      "2020-03-01 ",
      "2020-04-01 4",
    ]);
    expect(rowsOf([{ of: months([1]) }, { of: months([4], 3) }])).toEqual([
      "2020-01-01 1 ",
      "2020-02-01  ",
      "2020-03-01  ",
      "2020-04-01  4",
    ]);
  });

  test("evaluate has no rows before the first and after the last value of a mode", () => {
    expect(rowsOf([{ of: months([1, 2, 4, null, 9]), mode: "change" }])).toEqual([
      "2020-02-01 1",
      "2020-03-01 2",
    ]);
    expect(rowsOf([{ of: months([1, 2, 4]), mode: "change" }, { of: months([7]) }])).toEqual([
      "2020-01-01  7",
      "2020-02-01 1 ",
      "2020-03-01 2 ",
    ]);
  });

  test("evaluate cuts blanks off both ends before anything else", () => {
    expect(rowsOf([{ of: months([null, 1, 2, null]) }])).toEqual(["2020-02-01 1", "2020-03-01 2"]);
    const fromMarch = months([null, null, ...new Array(10).fill(1)]);
    expect(rowsOf([{ of: fromMarch }], { target: "quarter" })).toEqual([
      "2020-04-01 1",
      "2020-07-01 1",
      "2020-10-01 1",
    ]);
  });

  test("evaluate brings every column to the target, each with its own aggregation", () => {
    const quarters = column([10, 20], { frequency: "quarter", start: 2020 * 4 });
    const asked: Asked[] = [
      { of: months([1, 2, 3, 4, 5, 6, 7]), aggregation: "sum" },
      { of: quarters, aggregation: "sum" },
      { of: months([1, 2, 3]) },
    ];
    expect(rowsOf(asked, { target: "quarter" })).toEqual(["2020-01-01 6 10 2", "2020-04-01 15 20 "]);
  });

  test("evaluate repeats a column that is asked for twice", () => {
    expect(rowsOf([{ of: months([1, 3]) }, { of: months([1, 3]), mode: "change" }, { of: months([1, 3]) }]))
      .toEqual(["2020-01-01 1  1", "2020-02-01 3 2 3"]);
  });

  test("evaluate puts weeks of different anchors side by side, each value at its own date", () => {
    const days = (from: string, values: readonly number[]) =>
      column(values, { frequency: "day", start: dayOf(from) });
    const asked = [
      { of: days("2020-01-01", new Array(21).fill(1)) },
      { of: days("2020-01-04", [...new Array(7).fill(5), ...new Array(7).fill(6)]) },
    ];
    expect(rowsOf(asked, { target: "week" })).toEqual([
      "2020-01-01 1 ",
      "2020-01-04  5",
      "2020-01-08 1 ",
      "2020-01-11  6",
      "2020-01-15 1 ",
    ]);
    expect(rowsOf(asked, { target: "week", start: 1, limit: 2 })).toEqual(["2020-01-04  5", "2020-01-08 1 "]);
    expect(rowsOf(asked, { target: "week", last: true, descending: true, limit: 2 }))
      .toEqual(["2020-01-11  6", "2020-01-15 1 "]);
    expect(table(asked, { target: "week" }).count).toBe(3);
  });

  test("evaluate of weeks of one anchor, or anchors whole weeks apart, is one continuous index", () => {
    const days = (from: string, count: number) =>
      column(new Array(count).fill(1), { frequency: "day", start: dayOf(from) });
    expect(rowsOf([{ of: days("2020-01-01", 7) }, { of: days("2020-01-22", 3) }], { target: "week" }))
      .toEqual([
        "2020-01-01 1 ",
        "2020-01-08  ",
        "2020-01-15  ",
        "2020-01-22  1",
      ]);
  });

  test.each(
    [
      { why: "no value at all", of: months([]), request: {} },
      { why: "only blanks", of: months([null, null]), request: {} },
      { why: "no whole period", of: months([1, 2], 1), request: { target: "year" } },
      { why: "a filter before it", of: months([1, 2]), request: { to: dayOf("2019-12-31") } },
      { why: "a filter behind it", of: months([1, 2]), request: { from: dayOf("2020-02-02") } },
      {
        why: "a filter between first days",
        of: months([1, 2]),
        request: { from: dayOf("2020-01-02"), to: dayOf("2020-01-31") },
      },
    ] as const,
  )("evaluate of nothing is an empty table: $why", ({ of, request }) => {
    expect(table([{ of }], request)).toEqual({ rows: [], count: 0 });
    expect(table([{ of }, { of }], { ...request, last: true, descending: true })).toEqual({
      rows: [],
      count: 0,
    });
  });

  test("evaluate of an empty column beside another is a column of blanks", () => {
    expect(table([{ of: months([]) }, { of: months([5, 6]) }])).toEqual({
      rows: ["2020-01-01  5", "2020-02-01  6"],
      count: 2,
    });
  });
});

describe("evaluate filters", () => {
  const ten = months([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

  test.each([
    { why: "both days inclusive", from: "2020-03-01", to: "2020-05-01", first: 3, last: 5 },
    {
      why: "the filter is on the first day of a period",
      from: "2020-03-02",
      to: "2020-05-31",
      first: 4,
      last: 5,
    },
    { why: "open at the end", from: "2020-09-01", first: 9, last: 10 },
    { why: "open at the beginning", to: "2020-02-01", first: 1, last: 2 },
    { why: "wider than the series", from: "1900-01-01", to: "2100-01-01", first: 1, last: 10 },
  ])("evaluate from $from to $to: $why", ({ from, to, first, last }) => {
    const { rows, count } = table([{ of: ten }], {
      ...(from && { from: dayOf(from) }),
      ...(to && { to: dayOf(to) }),
    });
    expect([rows[0], rows.at(-1)]).toEqual(
      [first, last].map((n) => `2020-${String(n).padStart(2, "0")}-01 ${n}`),
    );
    expect(count).toBe(last - first + 1);
  });

  test("evaluate computes a mode on the whole series before it filters", () => {
    const { rows, count } = table([{ of: ten, mode: "change" }], { from: dayOf("2020-10-01") });
    expect({ rows, count }).toEqual({ rows: ["2020-10-01 1"], count: 1 });
  });

  test("evaluate filters the labels of collapsed periods", () => {
    const request = { target: "quarter", from: dayOf("2020-02-01"), to: dayOf("2020-07-15") } as const;
    expect(rowsOf([{ of: ten }], request)).toEqual(["2020-04-01 5", "2020-07-01 8"]);
  });

  test("evaluate filters weeks by the labels of their own anchor", () => {
    const of = column(new Array(28).fill(1), { frequency: "day", start: dayOf("2020-01-01") });
    expect(rowsOf([{ of }], { target: "week", from: dayOf("2020-01-02"), to: dayOf("2020-01-15") }))
      .toEqual(["2020-01-08 1", "2020-01-15 1"]);
  });

  test("evaluate begins inside the filter at the first value there", () => {
    const of = months([1, 2, null, null, 5]);
    expect(table([{ of }], { from: dayOf("2020-03-01") })).toEqual({ rows: ["2020-05-01 5"], count: 3 });
  });
});

describe("evaluate pages", () => {
  const asked = [{ of: months([1, 2, 3, 4]) }, { of: months([20, 30, null, 50], 1) }];

  test.each([
    { why: "from the beginning", request: { limit: 2 }, rows: [1, 2] },
    { why: "rows are skipped on the merged index", request: { start: 3, limit: 2 }, rows: [4, 5] },
    { why: "a page past the end is short", request: { start: 4, limit: 9 }, rows: [5] },
    { why: "and then empty", request: { start: 5 }, rows: [] },
    { why: "descending", request: { descending: true, limit: 2 }, rows: [5, 4] },
    { why: "skipping from the newest", request: { descending: true, start: 3, limit: 9 }, rows: [2, 1] },
    { why: "the last, ascending", request: { last: true, descending: true, limit: 2 }, rows: [4, 5] },
    {
      why: "more of the last than there are",
      request: { last: true, descending: true, limit: 99 },
      rows: [1, 2, 3, 4, 5],
    },
    { why: "none of the last", request: { last: true, descending: true, limit: 0 }, rows: [] },
  ])("evaluate with $request gives rows $rows: $why", ({ request, rows }) => {
    const all = ["1 ", "2 20", "3 30", "4 ", " 50"].map((cells, i) => `2020-0${i + 1}-01 ${cells}`);
    expect(table(asked, request)).toEqual({ rows: rows.map((n) => all[n - 1]), count: 4 });
  });

  test("evaluate pages neither overlap nor skip", () => {
    for (const descending of [false, true]) {
      const whole = rowsOf(asked, { descending });
      for (let limit = 1; limit < 7; limit++) {
        const pages: string[] = [];
        for (let start = 0; start < 12; start += limit) {
          pages.push(...rowsOf(asked, { descending, start, limit }));
        }
        expect(pages).toEqual(whole);
      }
    }
  });
});

describe("evaluate counts", () => {
  test.each([
    {
      why: "the most of any column",
      asked: [{ of: months([1, 2]) }, { of: months([1, 2, 3], 5) }],
      count: 3,
    },
    { why: "not the merged rows", asked: [{ of: months([1]) }, { of: months([1], 9) }], count: 1 },
    { why: "blanks inside are periods", asked: [{ of: months([1, null, 3]) }], count: 3 },
    { why: "modes take none away", asked: [{ of: months([1, 2, 3]), mode: "change" as const }], count: 3 },
  ])("evaluate counts $count: $why", ({ asked, count }) => {
    expect(table(asked).count).toBe(count);
    expect(table(asked, { limit: 1 }).count).toBe(count);
  });
});

describe("plainPage", () => {
  const of = months([null, 1, 2, null, null, 5, 6, null].slice(1, 7));
  const rows = of.values.length;

  test("plainPage is the page that evaluate makes, for every filter and page", () => {
    const filters = [undefined, "2020-01-01", "2020-03-01", "2020-03-15", "2020-06-01", "2021-01-01"];
    for (const from of filters) {
      for (const to of filters) {
        for (let limit = 0; limit <= rows + 1; limit++) {
          for (let start = 0; start <= rows + 1; start++) {
            for (const last of [false, true]) {
              const request = {
                ...PLAIN,
                ...{ limit, last, descending: last, start: last ? 0 : start },
                ...(from && { from: dayOf(from) }),
                ...(to && { to: dayOf(to) }),
              };
              const page = plainPage(columnsOf([{ of }]), request)!;
              const table = evaluate(columnsOf([{ of }]), request);
              expect([...of.values.subarray(page.from, page.to)]).toEqual([...table.columns[0]!]);
              if (page.to > page.from) expect(of.start + page.from).toBe(table.periods[0]);
              expect(page.count).toBe(table.count);
            }
          }
        }
      }
    }
  });

  test.each([
    { why: "two columns", asked: [{ of }, { of }], request: {} },
    { why: "a mode", asked: [{ of, mode: "change" as const }], request: {} },
    { why: "a collapse", asked: [{ of }], request: { target: "year" as const } },
    { why: "descending", asked: [{ of }], request: { descending: true } },
  ])("plainPage needs a table: $why", ({ asked, request }) => {
    expect(plainPage(columnsOf(asked), { ...PLAIN, ...request })).toBeUndefined();
  });
});
