// The suite of ETL stores over memory and over SQLite.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { ETL_MIGRATIONS } from "../../src/store/sqlite/etl_migrations.ts";
import { sqliteEtlStore } from "../../src/store/sqlite/etl_store.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { sleep } from "../slow/process.ts";
import { begunRun, lease, NOON } from "./etl_examples.ts";
import { checkOriginalRows, ORIGINAL_COLUMNS } from "./etl_original_columns.ts";
import { etlStoreSuite } from "./etl_store_suite.ts";

etlStoreSuite("memory", () => {
  let now = NOON;
  const store = memoryEtlStore(() => now);
  const advance = (ms: number) => {
    now += ms;
    return Promise.resolve();
  };
  return { store, other: store, advance, close: () => store.close() };
});

etlStoreSuite("SQLite", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-etl-"));
  const file = path.join(folder, "etl.sqlite");
  const [store, other] = [file, file].map((file) => sqliteEtlStore(openDatabase(file, ETL_MIGRATIONS)));
  return {
    store: store!,
    other: other!,
    // Timers may be a little early.
    advance: (ms) => sleep(ms + 20),
    close: async () => {
      await Promise.all([store!.close(), other!.close()]);
      rmSync(folder, { recursive: true });
    },
  };
});

describe("sqliteEtlStore", () => {
  test("keeps the columns of the replaced system, with their names and types", async () => {
    const database = openDatabase(":memory:", ETL_MIGRATIONS);
    for (const [table, columns] of Object.entries(ORIGINAL_COLUMNS)) {
      const found = database.all(`SELECT name, lower(type) AS type FROM pragma_table_info('${table}')`);
      expect(Object.fromEntries(found.map(({ name, type }) => [name, type]))).toMatchObject(columns);
    }
    const store = sqliteEtlStore(database);
    await checkOriginalRows(
      store,
      (columns, table) => database.all(`SELECT ${columns} FROM ${table} ORDER BY id`),
    );
    await store.close();
  });

  test("keeps everything when its file is opened again", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "caudal-etl-"));
    const file = path.join(folder, "etl.sqlite");
    const opened = () => sqliteEtlStore(openDatabase(file, ETL_MIGRATIONS));
    const first = opened();
    const held = await lease(first);
    await first.keepSchedules(held, [{ name: "dummy", schedule: "s", nextAt: NOON }], NOON);
    const { run, attempts } = await begunRun(first, held);
    await first.appendLog(attempts[0]!.id, [{ at: NOON, stream: "caudal", text: "ñ" }], false);
    const all = async (store: typeof first) => [
      await store.lease("scheduler"),
      await store.schedules(),
      await store.run(run.id),
      await store.log(attempts[0]!.id, 0, 9),
      await store.countRuns(),
      await store.revision(),
    ];
    const before = await all(first);
    await first.close();
    const again = opened();
    expect(await all(again)).toEqual(before);
    await again.close();
    rmSync(folder, { recursive: true });
  });
});
