// The plans of SQLite's ETL store over a long history.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { type Database, openDatabase } from "../../src/store/sqlite/database.ts";
import { ETL_MIGRATIONS } from "../../src/store/sqlite/etl_migrations.ts";
import { sqliteEtlStore } from "../../src/store/sqlite/etl_store.ts";
import { lease, NOON, snapshot } from "./etl_examples.ts";
import { BEGIN, etlPlanTests, FAILURES, HISTORY, SEQUENCES } from "./etl_plans.ts";

/** Part of a whole table; the small partial indexes may be read whole. */
const SCAN =
  /SCAN etl_(?:run|module_run|log)\b(?! USING (?:COVERING )?INDEX etl_(?:run_active|run_to_notify|module_run_started)\b)/;

const FILL = [
  `INSERT INTO etl_run (id, name, "start", "end", status, requested_at, "trigger", schedule, scheduled_at, snapshot,
     revision)
   WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${HISTORY})
   SELECT i, 's' || i % ${SEQUENCES}, at, at, CASE WHEN i % ${FAILURES} = 0 THEN 'FAILURE' ELSE 'SUCCESS' END, ms,
     'schedule', 's', ms, ?, i
   FROM (SELECT i, ${BEGIN} + i * 60000 AS ms, datetime((${BEGIN} + i * 60000) / 1000, 'unixepoch') || '.000' AS at FROM n)`,
  `INSERT INTO etl_module_run (id, etl_run_id, name, status, step_index, step_id, attempt, log_lines, host, pid)
   SELECT id * 2 + step, id, 'copy', 'SUCCESS', step, step + 1, 1, 1, 'machine', 77
   FROM etl_run, (SELECT 0 AS step UNION ALL SELECT 1)`,
  `INSERT INTO etl_log SELECT id, 0, 1, '[[0,0,"x"]]' FROM etl_module_run`,
  "UPDATE etl_revision SET revision = (SELECT max(revision) FROM etl_run)",
];

describe("ETL store on SQLite, after many runs", () => {
  const statements: (readonly [sql: string, values: Parameters<Database["all"]>[1][]])[] = [];
  let database: Database;
  let store: EtlStore;
  beforeAll(async () => {
    database = openDatabase(":memory:", ETL_MIGRATIONS);
    const [runs, ...rest] = FILL;
    database.run(runs!, JSON.stringify(snapshot()));
    for (const sql of rest) database.run(sql);
    store = sqliteEtlStore({
      ...database,
      one: (sql, ...values) => {
        statements.push([sql, values]);
        return database.one(sql, ...values);
      },
      all: (sql, ...values) => {
        statements.push([sql, values]);
        return database.all(sql, ...values);
      },
      run: (sql, ...values) => {
        statements.push([sql, values]);
        return database.run(sql, ...values);
      },
    });
    const schedules = Array.from(
      { length: 2_000 },
      (_, i) => ({ name: `s${i}`, schedule: "s", nextAt: NOON + i }),
    );
    await store.keepSchedules(await lease(store), schedules, NOON);
  });
  afterAll(() => database.close());

  const planOf = (sql: string, values: Parameters<Database["all"]>[1][] = []) =>
    database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => detail).join("\n");

  test("A plan tells when the history is read", () => {
    expect(planOf("SELECT count(*) FROM etl_run")).toMatch(SCAN);
    expect(planOf("SELECT * FROM etl_run WHERE message = ? ORDER BY id", ["x"])).toMatch(SCAN);
  });

  etlPlanTests(
    () => store,
    async (work) => {
      statements.length = 0;
      await work();
      return statements.map(([sql, values]) => planOf(sql, values));
    },
    SCAN,
  );
});
