// The tables of the replaced system, as its own programs read them.
// Source: etl-scheduler 1.7.

import { expect } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { begunRun, lease, NOON, outcome, step } from "./etl_examples.ts";

export const ORIGINAL_COLUMNS = {
  etl_run: { id: "integer", name: "varchar", start: "timestamp", end: "timestamp", status: "varchar" },
  etl_module_run: {
    id: "integer",
    etl_run_id: "integer",
    task_id: "varchar",
    name: "varchar",
    input: "varchar",
    output: "varchar",
    conf: "varchar",
    start: "timestamp",
    end: "timestamp",
    status: "varchar",
  },
} as const;

type Rows = readonly Record<string, unknown>[];

/** `ask` answers rows with timestamps as text. */
export async function checkOriginalRows(
  store: EtlStore,
  ask: (columns: string, table: keyof typeof ORIGINAL_COLUMNS) => Promise<Rows> | Rows,
): Promise<void> {
  const held = await lease(store);
  const attempts = [step(0, { input: "a", output: "b", conf: "c" }), step(1)];
  const { run, attempts: [first, second] } = await begunRun(store, held, "w1", { attempts });
  await store.end(first!.id, "w1", outcome({ end: NOON + 1_000 }));
  expect(NOON).toBe(Date.parse("2026-11-21T12:00:00.123Z"));
  expect(await ask(`id, name, "start", "end", status`, "etl_run")).toEqual([
    { id: run.id, name: "dummy", start: "2026-11-21 12:00:00.133", end: null, status: "STARTED" },
  ]);
  const columns = `id, etl_run_id, task_id, name, input, output, conf, "start", "end", status`;
  expect(await ask(columns, "etl_module_run")).toEqual([
    {
      id: first!.id,
      etl_run_id: run.id,
      task_id: null,
      name: "copy",
      input: "a",
      output: "b",
      conf: "c",
      start: "2026-11-21 12:00:00.153",
      end: "2026-11-21 12:00:01.123",
      status: "SUCCESS",
    },
    {
      id: second!.id,
      etl_run_id: run.id,
      task_id: null,
      name: "copy",
      input: null,
      output: null,
      conf: null,
      start: null,
      end: null,
      status: "PENDING",
    },
  ]);
}
