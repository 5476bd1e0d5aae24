// A history over a small table in memory, and back as the texts that a file would have.

import { cellText, type CellValue } from "../../src/core/grel/value.ts";
import type { Json } from "../../src/core/json.ts";
import { readHistory, runHistory, type RunOptions } from "../../src/core/refine/history.ts";

/** Cells are texts; null is blank. */
export type Table = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
};

export const NOON = Date.UTC(2026, 10, 21, 12);

/** Runs operations over a table. Blank texts come back as null, as files know no difference. */
export async function refineTable(
  operations: readonly object[],
  input: Table,
  options: Partial<RunOptions> = {},
): Promise<Table> {
  let columns: readonly string[] = [];
  const rows: (string | null)[][] = [];
  await runHistory(
    readHistory(structuredClone(operations) as unknown as Json),
    input.columns,
    // deno-lint-ignore require-await
    async (push) => {
      for (const row of input.rows) push([...row]);
    },
    {
      begin: (names) => columns = names,
      row: (cells: readonly CellValue[], slots) =>
        rows.push(slots.map((slot) => cellText(cells[slot] ?? null) || null)),
    },
    { now: NOON, maxRows: 1000, ...options },
  );
  return { columns, rows };
}
