// The suite of ETL stores over PostgreSQL, directly and through PgBouncer in transaction mode.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { type Database, openPostgres } from "../../src/store/postgres/database.ts";
import { postgresEtlStore } from "../../src/store/postgres/etl_store.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { shareAndKill } from "../slow/etl_store_processes.ts";
import { LONG, sleep } from "../slow/process.ts";
import { checkOriginalRows, ORIGINAL_COLUMNS } from "../store/etl_original_columns.ts";
import { etlStoreSuite } from "../store/etl_store_suite.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

/** Rows as a new store has them, which is faster than a new store. */
const EMPTY = `
  DELETE FROM caudal.etl_run;
  DELETE FROM caudal.etl_tally;
  DELETE FROM caudal.etl_schedule;
  DELETE FROM caudal.etl_worker;
  DELETE FROM caudal.etl_lease`;

describe.each(["direct", "pooled"] as const)("PostgreSQL, %s", (way) => {
  let database: FreshDatabase;
  let databases: Database[];
  let stores: EtlStore[];
  beforeAll(async () => {
    database = await freshDatabase();
    databases = [openPostgres(database[way]), openPostgres(database[way])];
    await migrate(databases[0]!);
    stores = databases.map((db) => postgresEtlStore(db));
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  etlStoreSuite("PostgreSQL", async () => {
    await databases[0]!.run(EMPTY);
    const [store, other] = stores;
    return {
      store: store!,
      other: other!,
      // Timers may be a little early.
      advance: (ms) => sleep(ms + 20),
      close: () => {},
    };
  });

  test("postgresEtlStore keeps the columns of the replaced system, with their names and types", async () => {
    await databases[0]!.run(EMPTY);
    const named: Record<string, string> = {
      "character varying": "varchar",
      "timestamp without time zone": "timestamp",
    };
    for (const [table, columns] of Object.entries(ORIGINAL_COLUMNS)) {
      const found = await database.ask(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns
         WHERE table_schema = 'caudal' AND table_name = '${table}'`,
      );
      const types = found.map(({ name, type }) => [name, named[String(type)] ?? type]);
      expect(Object.fromEntries(types)).toMatchObject(columns);
    }
    await checkOriginalRows(
      stores[0]!,
      (columns, table) => databases[0]!.all(`SELECT ${columns} FROM caudal.${table} ORDER BY id`),
    );
  });

  test("postgresEtlStore is shared by processes that are killed at any point", async () => {
    await databases[0]!.run(EMPTY);
    await shareAndKill({ dataDir: "", databaseUrl: database[way] }, 120);
  }, LONG ? 900_000 : 180_000);
});
