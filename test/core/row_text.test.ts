// Pages cut from the kept text of a column: they are what a slice of its rows is, wherever they begin and end.

import { describe, expect, test } from "vitest";
import { labels } from "../../src/core/label.ts";
import type { Observations } from "../../src/core/observations.ts";
import { LONGEST_ROW, pageOfRows, putRows } from "../../src/core/row_text.ts";
import { column } from "../store/example_catalog.ts";

/** Values whose texts are one to twenty-four characters long, and none. */
const LENGTHS = [
  ...[
    0,
    null,
    1,
    -1,
    123456789.123456,
    5e-324,
    null,
    null,
    -1.7976931348623157e+308,
    0.1 + 0.2,
    1e21,
    -2.5e-7,
  ],
  ...[7, 7, 7, null, 12, 1e100],
];

const COLUMNS: readonly { why: string; o: Observations }[] = [
  { why: "months", o: column([...LENGTHS, ...LENGTHS], { start: 1999 * 12 + 7 }) },
  { why: "quarters", o: column(LENGTHS, { frequency: "quarter", start: 7999 }) },
  { why: "half-years", o: column(LENGTHS, { frequency: "semester", start: 3999 }) },
  { why: "years before 1000", o: column(LENGTHS, { frequency: "year", start: 990 }) },
  { why: "days over a leap day", o: column(LENGTHS, { frequency: "day", start: 18_315 }) },
  { why: "days before 1970", o: column(LENGTHS, { frequency: "day", start: -10 }) },
  {
    why: "working days with their weekends",
    o: column([1, 2, null, null, 3, 4, 5, 6, 7, null, null, 8], {
      frequency: "day",
      start: 1,
      workdays: true,
    }),
  },
  { why: "long rows at the beginning", o: column([...new Array(30).fill(-1 / 3), ...new Array(30).fill(1)]) },
  { why: "long rows at the end", o: column([...new Array(30).fill(1), ...new Array(30).fill(-1 / 3)]) },
  { why: "one row", o: column([1]) },
];

const fromUtf8 = new TextDecoder();

/** Rows behind other bytes. */
function writeRows(o: Observations): Uint8Array {
  const bytes = new Uint8Array(1 + o.values.length * LONGEST_ROW);
  return bytes.subarray(1, putRows(bytes, 1, o));
}

const pageText = (o: Observations, bytes: Uint8Array, from: number, to: number) =>
  fromUtf8.decode(pageOfRows(o, bytes, from, to));

/** Rows one by one, as JSON says them. */
function rowsOf(o: Observations): string[] {
  return labels(o.frequency, o.start, o.values.length)
    .map((date, i) => JSON.stringify([date, Number.isNaN(o.values[i]) ? null : o.values[i]]));
}

describe("putRows", () => {
  test.each(COLUMNS)("putRows writes the JSON of every row: $why", ({ o }) => {
    expect(fromUtf8.decode(writeRows(o))).toBe(rowsOf(o).join(","));
  });

  test("putRows writes nothing of nothing", () => {
    expect(putRows(new Uint8Array(0), 3, column([]))).toBe(3);
  });
});

describe("pageOfRows", () => {
  test.each(COLUMNS)(
    "pageOfRows is a slice of the rows, from every position to every other: $why",
    ({ o }) => {
      const [bytes, rows] = [writeRows(o), rowsOf(o)];
      const wrong: string[] = [];
      for (let from = 0; from <= rows.length; from++) {
        for (let to = from; to <= rows.length; to++) {
          if (pageText(o, bytes, from, to) !== rows.slice(from, to).join(",")) {
            wrong.push(
              `${from} to ${to}`,
            );
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test("pageOfRows is right on a long column of random lengths", () => {
    let state = 7;
    const values = Array.from({ length: 4_000 }, () => {
      state = Math.imul(state, 1664525) + 1013904223 >>> 0;
      return state % 9 === 0 ? null : Number((state / 3).toPrecision(1 + state % 17));
    });
    const o = column(values, { frequency: "day", start: -2_000 });
    const [bytes, rows] = [writeRows(o), rowsOf(o)];
    for (let from = 0; from < rows.length; from += 37) {
      const to = Math.min(rows.length, from + 1 + from % 101);
      expect(pageText(o, bytes, from, to)).toBe(rows.slice(from, to).join(","));
    }
  });
});
