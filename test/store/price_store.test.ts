// The suite of stores of prices over memory and over SQLite.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { type Database, openDatabase } from "../../src/store/sqlite/database.ts";
import { PRICE_MIGRATIONS } from "../../src/store/sqlite/price_migrations.ts";
import { sqlitePriceStore } from "../../src/store/sqlite/price_store.ts";
import { BTC, NOON, polled } from "./price_examples.ts";
import { askEverything } from "./price_plans.ts";
import { priceStoreSuite } from "./price_store_suite.ts";

priceStoreSuite("memory", () => {
  const store = memoryPriceStore();
  return { store, other: store, close: () => store.close() };
});

priceStoreSuite("SQLite", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-prices-"));
  const file = path.join(folder, "prices.sqlite");
  const [store, other] = [file, file].map((file) => sqlitePriceStore(openDatabase(file, PRICE_MIGRATIONS)));
  return {
    store: store!,
    other: other!,
    close: async () => {
      await Promise.all([store!.close(), other!.close()]);
      rmSync(folder, { recursive: true });
    },
  };
});

describe("sqlitePriceStore", () => {
  test("finds everything by an index, and sorts nothing", async () => {
    const database = openDatabase(":memory:", PRICE_MIGRATIONS);
    const asked = new Map<string, unknown[]>();
    const noted: Database = {
      ...database,
      one: (sql, ...values) => (asked.set(sql, values), database.one(sql, ...values)),
      all: (sql, ...values) => (asked.set(sql, values), database.all(sql, ...values)),
      run: (sql, ...values) => (asked.set(sql, values), database.run(sql, ...values)),
    };
    const store = sqlitePriceStore(noted);
    await store.saveMarket(BTC);
    await store.addTicks(polled(NOON, Array(50).fill("1.5")));
    asked.clear();
    await askEverything(store);
    expect(asked.size).toBeGreaterThan(10);
    for (const [sql, values] of asked) {
      const plan = database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values as string[])
        .map(({ detail }) => String(detail));
      for (const step of plan) {
        expect(step, sql).not.toMatch(/^SCAN (?!CONSTANT ROW)|TEMP B-TREE/);
      }
    }
    await store.close();
  });
});
