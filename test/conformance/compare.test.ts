// Shows that the comparing rules let pass what the README lets pass, and that they can fail.

import { describe, expect, test } from "vitest";
import { type Answer, compareAnswer, differenceLines, type SeriesCase } from "./compare.ts";

type Row = {
  readonly why: string;
  readonly testCase?: Partial<SeriesCase>;
  readonly expect: Partial<SeriesCase["expect"]>;
  readonly got: {
    readonly status?: number;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  };
  /** Paths of the differences; none where it passes. */
  readonly differs?: readonly string[];
};

const json = (value: unknown) => ({ body: JSON.stringify(value) });
const search = { request: "GET /search?q=a" };
const metadata = { kind: "metadata" };
const comma = { request: "GET /series?ids=a&format=csv&decimal=%2C&sep=%7C" };

const ROWS: readonly Row[] = [
  { why: "the same status", expect: {}, got: {} },
  { why: "another status", expect: {}, got: { status: 400 }, differs: ["status"] },
  { why: "an extra key", expect: { json: { a: 1 } }, got: json({ a: 1, b: 2 }) },
  { why: "a missing key", expect: { json: { a: { b: null } } }, got: json({ a: {} }), differs: ["a.b"] },
  {
    why: "a missing key that is inherited",
    expect: { json: { toString: 1 } },
    got: json({}),
    differs: ["toString"],
  },
  {
    why: "an extra top-level key of a metadata case",
    testCase: metadata,
    expect: { json: { a: 1 } },
    got: json({ a: 1, meta: [] }),
    differs: ["meta"],
  },
  {
    why: "an extra deeper key of a metadata case",
    testCase: metadata,
    expect: { json: { a: {} } },
    got: json({ a: { b: 1 } }),
  },
  {
    why: "an array longer than expected",
    expect: { json: { a: [1] } },
    got: json({ a: [1, 2] }),
    differs: ["a"],
  },
  {
    why: "an array in another order",
    expect: { json: { a: [1, 2] } },
    got: json({ a: [2, 1] }),
    differs: ["a[0]", "a[1]"],
  },
  { why: "an unordered array", expect: { json: { a: [1, 2] }, unordered: ["a"] }, got: json({ a: [2, 1] }) },
  {
    why: "an unordered array by path",
    expect: { json: { a: { b: [1, 2] } }, unordered: ["a.b"] },
    got: json({ a: { b: [2, 1] } }),
  },
  {
    why: "an unordered array with a stranger",
    expect: { json: { a: [1, 1] }, unordered: ["a"] },
    got: json({ a: [1, 2] }),
    differs: ["a"],
  },
  {
    why: "an unordered array where the wide item must give way",
    expect: { json: { a: [{}, { b: 1 }] }, unordered: ["a"] },
    got: json({ a: [{ b: 1 }, {}] }),
  },
  { why: "an object instead of an array", expect: { json: { a: [] } }, got: json({ a: {} }), differs: ["a"] },
  { why: "a number within the tolerance", expect: { json: { a: 1e9 } }, got: json({ a: 1e9 + 0.9 }) },
  {
    why: "a number beyond the tolerance",
    expect: { json: { a: 1e9 } },
    got: json({ a: 1e9 + 1.1 }),
    differs: ["a"],
  },
  {
    why: "a small number beyond the tolerance",
    expect: { json: { a: 0 } },
    got: json({ a: 2e-7 }),
    differs: ["a"],
  },
  { why: "null is no zero", expect: { json: { a: null } }, got: json({ a: 0 }), differs: ["a"] },
  { why: "numeric texts by value", expect: { json: { a: "0.50" } }, got: json({ a: "5e-1" }) },
  {
    why: "numeric texts of other values",
    expect: { json: { a: "0.5" } },
    got: json({ a: "0.6" }),
    differs: ["a"],
  },
  { why: "a number is no text", expect: { json: { a: "5" } }, got: json({ a: 5 }), differs: ["a"] },
  { why: "other texts exactly", expect: { json: { a: "True" } }, got: json({ a: "true" }), differs: ["a"] },
  {
    why: "hits of a search as text",
    testCase: search,
    expect: { json: { data: [{ field: { hits_90_days: 3 } }] } },
    got: json({ data: [{ field: { hits_90_days: "3" } }] }),
  },
  {
    why: "hits of /series as a number",
    expect: { json: { field: { hits_90_days: "3" } } },
    got: json({ field: { hits_90_days: 3 } }),
    differs: ["field.hits_90_days"],
  },
  { why: "a body that is no JSON", expect: { json: {} }, got: { body: "oops" }, differs: ["json"] },
  { why: "text exactly", expect: { text: "a" }, got: { body: "a " }, differs: ["text"] },
  {
    why: "headers by any case, with a charset",
    expect: { headers: { "Content-Type": "text/csv" } },
    got: { headers: { "content-type": "text/csv; charset=utf-8" } },
  },
  {
    why: "another header parameter",
    expect: { headers: { "content-type": "text/csv" } },
    got: { headers: { "content-type": "text/csv; header=present" } },
    differs: ["headers.content-type"],
  },
  {
    why: "a charset only there",
    expect: { headers: { "content-disposition": "attachment" } },
    got: { headers: { "content-disposition": "attachment; charset=utf-8" } },
    differs: ["headers.content-disposition"],
  },
  { why: "a missing header", expect: { headers: { etag: "a" } }, got: {}, differs: ["headers.etag"] },
  { why: "CSV numbers by value", expect: { csv: "a,b\r\n2010,1.0\r\n" }, got: { body: "a,b\r\n2010,1\r\n" } },
  {
    why: "CSV numbers of other values",
    expect: { csv: "a,b\r\nx,1.0\r\n" },
    got: { body: "a,b\r\nx,1.1\r\n" },
    differs: ["csv, fila 1"],
  },
  {
    why: "an empty cell is no zero",
    expect: { csv: "a,b\r\nx,0.0\r\n" },
    got: { body: "a,b\r\nx,\r\n" },
    differs: ["csv, fila 1"],
  },
  {
    why: "a numeric CSV header exactly",
    expect: { csv: "a,1\r\n" },
    got: { body: "a,1.0\r\n" },
    differs: ["csv, fila 0"],
  },
  {
    why: "CSV texts exactly",
    expect: { csv: "a\r\nx\r\n" },
    got: { body: "a\r\nX\r\n" },
    differs: ["csv, fila 1"],
  },
  {
    why: "CSV numbers after undoing decimal",
    testCase: comma,
    expect: { csv: "a|b\r\nx|1,50\r\n" },
    got: { body: "a|b\r\nx|1,5\r\n" },
  },
  {
    why: "a decimal that was not done",
    testCase: comma,
    expect: { csv: "a|b\r\nx|1,5\r\n" },
    got: { body: "a|b\r\nx|15\r\n" },
    differs: ["csv, fila 1"],
  },
  { why: "a missing CSV row", expect: { csv: "a\r\n1\r\n" }, got: { body: "a\r\n" }, differs: ["csv"] },
  { why: "CSV with lone LF", expect: { csv: "a\r\n1\r\n" }, got: { body: "a\n1\r\n" }, differs: ["csv"] },
  {
    why: "CSV without the last line end",
    expect: { csv: "a\r\n1\r\n" },
    got: { body: "a\r\n1" },
    differs: ["csv"],
  },
  { why: "a quoted line end", expect: { csv: 'a\r\n"x\ny"\r\n' }, got: { body: 'a\r\n"x\ny"\r\n' } },
  {
    why: "exact CSV byte for byte",
    testCase: { csv_exact: true },
    expect: { csv: "a\r\n1.0\r\n" },
    got: { body: "a\r\n1\r\n" },
    differs: ["csv, línea 2"],
  },
  {
    why: "exact CSV with more at its end",
    testCase: { csv_exact: true },
    expect: { csv: "a\r\n" },
    got: { body: "a\r\n1\r\n" },
    differs: ["csv, línea 2"],
  },
  {
    why: "the fixed side",
    testCase: { expect_fixed: { status: 200, json: { a: 2 } } },
    expect: { json: { a: 1 } },
    got: json({ a: 2 }),
  },
  {
    why: "the defect where there is a fixed side",
    testCase: { expect_fixed: { status: 200, json: { a: 2 } } },
    expect: { json: { a: 1 } },
    got: json({ a: 1 }),
    differs: ["a"],
  },
];

describe("compareAnswer", () => {
  test.each(ROWS)("judges $why", ({ testCase, expect: expectation, got, differs = [] }) => {
    const answer: Answer = { status: 200, body: "", ...got, headers: new Headers(got.headers) };
    const full: SeriesCase = {
      name: "",
      kind: "matrix",
      request: "GET /series?ids=a",
      expect: { status: 200, ...expectation },
      ...testCase,
    };
    expect(compareAnswer(full, answer).map(({ path }) => path)).toEqual(differs);
  });
});

describe("differenceLines", () => {
  test("tells twenty and how many are left", () => {
    const lines = differenceLines(Array(23).fill({ path: "a", expected: "1", got: "2" }));
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe("a: se esperaba 1, llegó 2");
    expect(lines[20]).toBe("… y 3 diferencias más");
  });
});
