// Histories against OpenRefine itself (test/golden/openrefine/histories.json) and against the contract's cases
// (test/fixtures/etl). Where Caudal answers otherwise on purpose, the case is here with the reason.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HistoryFault } from "../../src/core/refine/history.ts";
import { refineTable, type Table } from "./refine_table.ts";

type Told = string | null | { readonly type: string; readonly value?: string };
type Case = {
  readonly id: string;
  readonly operations: readonly { readonly op: string }[];
  readonly input: Table;
  readonly want: { readonly error: true } | { readonly columns: string[]; readonly rows: Told[][] };
};

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const CASES: readonly Case[] = read("../golden/openrefine/histories.json");

const DIFFERENCES: Readonly<Record<string, string>> = {
  "add-keep-original":
    "the contract says that an error leaves the new cell blank; OpenRefine copies the base cell",
  rowadd9: "the contract says that rows go to `index`; this version of OpenRefine puts them first",
};

/** A recorded cell as files hold it; the text of an error is each program's own. */
const told = (cell: Told, got: string | null): string | null =>
  cell === null || cell === ""
    ? null
    : typeof cell === "string"
    ? cell
    : cell.type === "error"
    ? got
    : cell.value!.replace(/\.0$/, "");

describe("runHistory does as OpenRefine", () => {
  test.each(CASES.filter(({ id }) => DIFFERENCES[id] === undefined))(
    "$id",
    async ({ operations, input, want }) => {
      if ("error" in want) {
        await expect(refineTable(operations, input)).rejects.toBeInstanceOf(HistoryFault);
        return;
      }
      const got = await refineTable(operations, input);
      expect(got.columns).toEqual(want.columns);
      expect(got.rows).toEqual(
        want.rows.map((row, r) => row.map((cell, c) => told(cell, got.rows[r]?.[c] ?? null))),
      );
    },
  );

  test.each(Object.entries(DIFFERENCES))("%s, otherwise: %s", async (id) => {
    const { operations, input, want } = CASES.find((one) => one.id === id)!;
    expect(await refineTable(operations, input), "no difference any more: drop the row").not.toEqual(want);
  });
});

type ContractCase = {
  readonly id: string;
  readonly operations: readonly { readonly op: string }[];
  readonly input: Table;
  readonly output?: Table;
  readonly error?: { readonly index: number; readonly op: string };
};

const { cases }: { cases: readonly ContractCase[] } = read("../fixtures/etl/data_refine/history-cases.json");

describe("runHistory passes the cases of the contract", () => {
  test.each(cases)("$id", async ({ operations, input, output, error }) => {
    if (error !== undefined) {
      await expect(refineTable(operations, input)).rejects.toMatchObject(error);
    } else expect(await refineTable(operations, input)).toEqual(output);
  });
});
