// Histories over small tables: what streams and what does not, columns that depend on the data, the rules of the
// contract that OpenRefine's own answers do not pin.

import { describe, expect, test } from "vitest";
import { OPERATIONS } from "../../src/core/refine/catalogue.ts";
import { readHistory, runHistory } from "../../src/core/refine/history.ts";
import { facet, remove, removeRows, rename, split, transform } from "./refine_operations.ts";
import { NOON, refineTable, type Table } from "./refine_table.ts";

const column = (name: string, ...cells: (string | null)[]): Table => ({
  columns: [name],
  rows: cells.map((cell) => [cell]),
});

describe("runHistory", () => {
  test("does nothing without operations", async () => {
    const table = { columns: ["a", "b"], rows: [["1", null], [null, null], ["x", "y"]] };
    expect(await refineTable([], table)).toEqual(table);
  });

  test.each([
    {
      why: "the first edit that fits wins, also over blanks",
      edits: [{ from: ["x"], to: "1" }, { from: ["x", ""], fromBlank: true, to: "2" }, {
        from: [],
        fromBlank: true,
        to: "3",
      }],
      cells: ["x", null],
      result: ["1", "2"],
    },
    {
      why: "numbers of an edit are written as numbers",
      edits: [{ from: ["x"], to: "1.50", type: "number" }],
      cells: ["x"],
      result: ["1.5"],
    },
    {
      why: "dates of an edit are dates",
      edits: [{ from: ["x"], to: "2020-01-02", type: "date" }],
      cells: ["x"],
      result: ["2020-01-02T00:00:00Z"],
    },
    {
      why: "a text called as a property of every object is an ordinary text",
      edits: [{ from: ["constructor"], to: "1" }, { from: ["__proto__"], to: "2" }],
      cells: ["constructor", "__proto__", "toString"],
      result: ["1", "2", "toString"],
    },
  ])("mass-edit: $why", async ({ edits, cells, result }) => {
    const { rows } = await refineTable([{
      op: "core/mass-edit",
      columnName: "a",
      expression: "value",
      edits,
    }], column("a", ...cells));
    expect(rows.flat()).toEqual(result);
  });

  test("splits by the longest row, and knows the new columns afterwards", async () => {
    const history = [
      split("a"),
      rename("a 2", "second"),
      transform("second", "value.toUppercase() + cells['a 1'].value"),
      split("a 3", { separator: "|" }),
      remove("a 3 1"),
    ];
    expect(await refineTable(history, column("a", "1,b", "2,c,x|y"))).toEqual({
      columns: ["a 1", "second", "a 3 2"],
      rows: [["1", "B1", null], ["2", "C2", "y"]],
    });
  });

  test("refuses a column that a split did not make, before any row is written", async () => {
    const rows: unknown[] = [];
    const run = runHistory(
      readHistory([split("a"), remove("a 3")] as never),
      ["a"],
      // deno-lint-ignore require-await
      async (push) => push(["1,2"]),
      { begin: () => rows.push("header"), row: () => rows.push("row") },
      { now: NOON, maxRows: 10 },
    );
    await expect(run).rejects.toMatchObject({ index: 1, op: "core/column-removal", code: "invalid" });
    expect(rows).toEqual([]);
  });

  test("reads the rows once, and once more for each width that depends on them", async () => {
    const passesOf = async (operations: readonly object[]) => {
      const { passes } = await runHistory(
        readHistory(operations as never),
        ["a"],
        // deno-lint-ignore require-await
        async (push) => push(["1,2"]),
        { begin() {}, row() {} },
        { now: NOON, maxRows: 10 },
      );
      return passes;
    };
    const counted = removeRows(
      facet({ expression: "facetCount(value, 'value', 'a') > 1", selection: [{ v: { v: true, l: "" } }] }),
    );
    expect(await passesOf([transform("a", "value")])).toBe(1);
    expect(await passesOf([split("a"), split("a 1")])).toBe(3);
    expect(await passesOf([counted])).toBe(2);
  });

  test("facetCount counts over the table as it is at that point", async () => {
    const history = [
      transform("a", "value.toLowercase()"),
      removeRows(
        facet({
          expression: "facetCount(value, 'value', 'a') > 1",
          selection: [{ v: { v: true, l: "true" } }],
        }),
      ),
    ];
    expect((await refineTable(history, column("a", "A", "b", "a", "c"))).rows).toEqual([["b"], ["c"]]);
  });

  test("stars and flags are seen by later facets and expressions, and nowhere else", async () => {
    const starred = facet({
      columnName: "",
      expression: "row.starred",
      selection: [{ v: { v: true, l: "true" } }],
    });
    const history = [
      { op: "core/row-star", starred: true, engineConfig: facet({ selection: [{ v: { v: "x", l: "x" } }] }) },
      { op: "core/row-flag", flagged: true, engineConfig: starred },
      transform("a", "value + row.starred + row.flagged"),
    ];
    expect(await refineTable(history, column("a", "x", "y"))).toEqual(
      column("a", "xtruetrue", "yfalsefalse"),
    );
  });

  test("rowIndex counts the rows there are at that point", async () => {
    const history = [
      removeRows(facet({ selection: [{ v: { v: "x", l: "x" } }] })),
      transform("a", "value + rowIndex"),
    ];
    expect(await refineTable(history, column("a", "x", "y", "x", "z"))).toEqual(column("a", "y0", "z1"));
  });

  test("row-addition puts rows at their index", async () => {
    const added = { op: "core/row-addition", index: 1, addedRows: [{ cells: [{ v: "n" }] }, { cells: [] }] };
    expect((await refineTable([added], column("a", "1", "2"))).rows).toEqual([["1"], ["n"], [null], ["2"]]);
    expect((await refineTable([{ ...added, index: 9 }], column("a", "1"))).rows).toEqual([["1"], ["n"], [
      null,
    ]]);
  });

  test.each([
    { name: "column-move-first", result: ["c", "a", "b", "d"] },
    { name: "column-move-last", result: ["a", "b", "d", "c"] },
    { name: "column-move-left", result: ["a", "c", "b", "d"] },
    { name: "column-move-right", result: ["a", "b", "d", "c"] },
  ])("$name moves from the third of four columns", async ({ name, result }) => {
    const table = { columns: ["a", "b", "c", "d"], rows: [["a", "b", "c", "d"]] };
    expect(await refineTable([{ op: `core/${name}`, columnName: "c" }], table)).toEqual({
      columns: result,
      rows: [result],
    });
  });

  test("row-keep-matched keeps what row-removal removes", async () => {
    const engineConfig = facet({ selection: [{ v: { v: "x", l: "x" } }] });
    expect(
      (await refineTable([{ op: "core/row-keep-matched", engineConfig }], column("a", "x", "y", "x"))).rows,
    )
      .toEqual([["x"], ["x"]]);
  });

  test("several facets must all hold", async () => {
    const text = (query: string) => ({
      type: "text",
      name: "t",
      columnName: "a",
      expression: "value",
      mode: "text",
      caseSensitive: false,
      query,
    });
    const both = removeRows({ mode: "row-based", facets: [text("x"), text("y")] });
    expect((await refineTable([both], column("a", "x", "y", "xy"))).rows).toEqual([["x"], ["y"]]);
  });
});

describe("the limit of rows", () => {
  const four = column("a", "1", "2", "3", "4");
  const sort = { op: "core/row-reorder", mode: "row-based", sorting: { criteria: [{ column: "a" }] } };
  const records = transform("a", "value", { engineConfig: { mode: "record-based", facets: [] } });

  test.each([
    { why: "sorting holds the table", operation: sort, input: four },
    { why: "a record that does not end", operation: records, input: column("a", "1", null, null, null) },
    {
      why: "keys of duplicates",
      operation: { op: "core/row-duplicate-removal", criteria: ["a"] },
      input: four,
    },
    {
      why: "counts of a facet",
      operation: removeRows(facet({ expression: "facetCount(value,'value','a')", selectBlank: true })),
      input: four,
    },
  ])("is told with the key that raises it: $why", async ({ operation, input }) => {
    await expect(refineTable([transform("a", "value"), operation], input, { maxRows: 3 })).rejects
      .toMatchObject({
        index: 1,
        code: "unavailable",
        message: expect.stringContaining("max_table_rows"),
      });
    await expect(refineTable([operation], input, { maxRows: 4 })).resolves.toBeDefined();
  });

  test("does not count what streams", async () => {
    const history = [transform("a", "value + '!'"), split("a"), { op: "core/fill-down", columnName: "a 1" }];
    expect((await refineTable(history, four, { maxRows: 1 })).rows).toHaveLength(4);
  });
});

test("a pattern that needs too many steps fails with its operation", async () => {
  const history = [transform("a", "value.trim()"), transform("a", "value.replace(/(a+)+$/, '')")];
  await expect(refineTable(history, column("a", `${"a".repeat(50)}!`))).rejects.toMatchObject({
    index: 1,
    message: expect.stringContaining("demasiados pasos"),
  });
});

test("OPERATIONS has every operation that the contract wants run", () => {
  const wanted =
    "text-transform mass-edit column-rename column-removal column-multi-removal column-addition column-split " +
    "column-move column-move-first column-move-last column-move-left column-move-right column-reorder fill-down blank-down " +
    "row-removal row-keep-matched row-duplicate-removal row-reorder row-addition row-star row-flag multivalued-cell-split " +
    "multivalued-cell-join transpose-columns-into-rows transpose-rows-into-columns key-value-columnize";
  expect(Object.keys(OPERATIONS).sort()).toEqual(wanted.split(" ").sort());
});
