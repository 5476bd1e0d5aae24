// The plans of PostgreSQL's ETL store over a long history.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import type { Value } from "../../src/store/postgres/connection.ts";
import { type Database, openPostgres, type Statements } from "../../src/store/postgres/database.ts";
import { postgresEtlStore } from "../../src/store/postgres/etl_store.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { lease, NOON, snapshot } from "../store/etl_examples.ts";
import { BEGIN, etlPlanTests, FAILURES, HISTORY, SEQUENCES } from "../store/etl_plans.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const SCAN = /Seq Scan on etl_(?:run|module_run|log)\b/;

const FILL = [
  `INSERT INTO caudal.etl_run (id, name, "start", "end", status, requested_at, "trigger", schedule, scheduled_at,
     snapshot, revision)
   OVERRIDING SYSTEM VALUE
   SELECT i, 's' || i % ${SEQUENCES}, at AT TIME ZONE 'UTC', at AT TIME ZONE 'UTC',
     CASE WHEN i % ${FAILURES} = 0 THEN 'FAILURE' ELSE 'SUCCESS' END, at, 'schedule', 's', at, $1, i
   FROM (SELECT i, to_timestamp((${BEGIN} + i * 60000) / 1000.0) AS at
     FROM generate_series(1::bigint, ${HISTORY}) AS i) AS n`,
  `INSERT INTO caudal.etl_module_run (id, etl_run_id, name, status, step_index, step_id, attempt, log_lines, host, pid)
   OVERRIDING SYSTEM VALUE
   SELECT id * 2 + step, id, 'copy', 'SUCCESS', step, step + 1, 1, 1, 'machine', 77
   FROM caudal.etl_run, generate_series(0, 1) AS step`,
  `INSERT INTO caudal.etl_log SELECT id, 0, 1, '[[0,0,"x"]]' FROM caudal.etl_module_run`,
  "SELECT setval(pg_get_serial_sequence('caudal.etl_run', 'id'), (SELECT max(id) FROM caudal.etl_run))",
  "SELECT setval(pg_get_serial_sequence('caudal.etl_module_run', 'id'), (SELECT max(id) FROM caudal.etl_module_run))",
  "UPDATE caudal.etl_revision SET revision = (SELECT max(revision) FROM caudal.etl_run)",
];

type Asked = readonly [sql: string, values: Value[]];

/** The same database, which tells what it is asked. */
function telling(db: Database, tell: (asked: Asked) => void): Database {
  const over = (statements: Statements): Statements => ({
    one: (sql, ...values) => {
      tell([sql, values]);
      return statements.one(sql, ...values);
    },
    all: (sql, ...values) => {
      tell([sql, values]);
      return statements.all(sql, ...values);
    },
    run: (sql, ...values) => {
      tell([sql, values]);
      return statements.run(sql, ...values);
    },
  });
  return {
    ...db,
    ...over(db),
    read: (work) => db.read((tx) => work(over(tx))),
    write: (work, options) => db.write((tx) => work({ ...tx, ...over(tx) }), options),
  };
}

describe("ETL store on PostgreSQL, after many runs", () => {
  const statements: Asked[] = [];
  let database: FreshDatabase;
  let db: Database;
  let store: EtlStore;
  beforeAll(async () => {
    database = await freshDatabase();
    db = openPostgres(database.direct);
    await migrate(db);
    const [runs, ...rest] = FILL;
    await db.run(runs!, JSON.stringify(snapshot()));
    for (const sql of rest) await db.run(sql);
    store = postgresEtlStore(telling(db, (asked) => statements.push(asked)));
    const schedules = Array.from(
      { length: 2_000 },
      (_, i) => ({ name: `s${i}`, schedule: "s", nextAt: NOON + i }),
    );
    await store.keepSchedules(await lease(store), schedules, NOON);
    await db.run("ANALYZE");
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  const planOf = async (sql: string, values: Value[] = []) => {
    const rows = await db.all(`EXPLAIN ${sql}`, ...values);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  };

  test("A plan tells when the history is read", async () => {
    expect(await planOf("SELECT * FROM caudal.etl_run WHERE message = $1", ["x"])).toMatch(SCAN);
  });

  etlPlanTests(
    () => store,
    async (work) => {
      statements.length = 0;
      await work();
      return await Promise.all(statements.map(([sql, values]) => planOf(sql, values)));
    },
    SCAN,
  );
});
