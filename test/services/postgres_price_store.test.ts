// The suite of stores of prices over PostgreSQL, directly and through PgBouncer in transaction mode.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PriceStore } from "../../src/core/prices/store.ts";
import { type Database, openPostgres } from "../../src/store/postgres/database.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { postgresPriceStore } from "../../src/store/postgres/price_store.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { BTC, NOON, polled } from "../store/price_examples.ts";
import { askEverything } from "../store/price_plans.ts";
import { priceStoreSuite } from "../store/price_store_suite.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const EMPTY = `
  DELETE FROM caudal.price_tick;
  DELETE FROM caudal.price_aggregate;
  DELETE FROM caudal.price_poll;
  DELETE FROM caudal.price_cursor;
  DELETE FROM caudal.price_market`;

describe.each(["direct", "pooled"] as const)("PostgreSQL, %s", (way) => {
  let database: FreshDatabase;
  let databases: Database[];
  let stores: PriceStore[];
  beforeAll(async () => {
    database = await freshDatabase();
    databases = [openPostgres(database[way]), openPostgres(database[way])];
    await migrate(databases[0]!);
    stores = databases.map(postgresPriceStore);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  priceStoreSuite("PostgreSQL", async () => {
    await databases[0]!.run(EMPTY);
    const [store, other] = stores;
    return { store: store!, other: other!, close: () => {} };
  });

  test("postgresPriceStore finds everything by an index, and sorts no history", async () => {
    const db = databases[0]!;
    await db.run(EMPTY);
    await stores[0]!.saveMarket(BTC);
    await stores[0]!.addTicks(polled(NOON, Array(20_000).fill("1.5")));
    await db.run("ANALYZE caudal.price_tick");
    const asked = new Map<string, unknown[]>();
    const noting = <T extends Pick<Database, "one" | "all" | "run">>(statements: T): T => ({
      ...statements,
      one: (sql, ...values) => (asked.set(sql, values), statements.one(sql, ...values)),
      all: (sql, ...values) => (asked.set(sql, values), statements.all(sql, ...values)),
      run: (sql, ...values) => (asked.set(sql, values), statements.run(sql, ...values)),
    });
    const noted: Database = {
      ...noting(db),
      write: (work, options) => db.write((tx) => work(noting(tx)), options),
    };
    await askEverything(postgresPriceStore(noted));
    const onTicks = [...asked].filter(([sql]) => sql.includes("caudal.price_tick"));
    expect(onTicks.length).toBeGreaterThanOrEqual(5);
    for (const [sql, values] of onTicks) {
      const plan = (await db.all(`EXPLAIN ${sql}`, ...values as string[]))
        .map((row) => String(row["QUERY PLAN"])).join("\n");
      expect(plan, sql).not.toMatch(/Seq Scan on price_tick/);
      if (!sql.includes("INSERT")) expect(plan, sql).not.toMatch(/Sort/);
    }
  });
});
