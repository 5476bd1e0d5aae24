// A whole reading side of prices for one data set: a store of its own, what it publishes, and the application behind a
// port of this machine.

import { once } from "node:events";
import { createApp } from "../../src/api/app.ts";
import { decimalText, parseDecimal } from "../../src/core/prices/decimal.ts";
import type { PriceStore } from "../../src/core/prices/store.ts";
import type { Market } from "../../src/core/prices/tick.ts";
import { importLegacy } from "../../src/prices/import_legacy.ts";
import { publishPrices } from "../../src/publish/publish_prices.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { connectRedis } from "../../src/store/redis/connection.ts";
import { redisLegacySet } from "../../src/store/redis/legacy_set.ts";
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";
import { openPrices } from "../../src/store/segments/prices.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { PRICE_MIGRATIONS } from "../../src/store/sqlite/price_migrations.ts";
import { sqlitePriceStore } from "../../src/store/sqlite/price_store.ts";
import type { Edges } from "./edge_target.ts";
import { sha256 } from "./engines.ts";

/** What the suites' requests are about, short enough for an answer that never comes. */
export const MARKET: Market = {
  name: "btcars",
  title: "Bitcoin en pesos",
  currency: "ARS",
  source: "buenbit",
  pair: "btcars",
  periodMs: 1_000,
  isReal: true,
};

export type PriceGiven = {
  readonly ticks?: readonly { readonly timestamp: number; readonly price: number }[];
  readonly legacyZset?: readonly (readonly [member: string, score: number])[];
};

export type PriceInstance = { readonly base: string; close(): Promise<void> };

export function openGivenStore(): PriceStore {
  return sqlitePriceStore(openDatabase(":memory:", PRICE_MIGRATIONS));
}

/** Loads what is given, publishes it and serves it. */
export async function startPriceInstance(given: PriceGiven): Promise<PriceInstance> {
  const blobs = memoryBlobs();
  await publishGiven(given, blobs);
  const app = createApp({
    snapshots: { current: () => Promise.resolve(undefined) },
    prices: openPrices(blobs, Date.now, 1024 * 1024),
    now: Date.now,
    version: "conformance",
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  return { base: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
}

/** The same by one of the edges, which reads the published files alone. */
export async function edgePriceInstance(
  given: PriceGiven,
  edges: Pick<Edges, "over">,
): Promise<PriceInstance> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_prices_" });
  const blobs = folderBlobs(folder);
  try {
    await publishGiven(given, blobs);
  } finally {
    blobs.close();
  }
  return { base: await edges.over(folder), close: () => Deno.remove(folder, { recursive: true }) };
}

async function publishGiven({ ticks = [], legacyZset }: PriceGiven, blobs: WriteBlobs): Promise<void> {
  const store = openGivenStore();
  try {
    await store.saveMarket(MARKET);
    const inSecond = new Map<number, number>();
    // Two polls of one second are two observations, the later one later.
    const at = (second: number) => {
      const before = inSecond.get(second) ?? 0;
      inSecond.set(second, before + 1);
      return second * 1000 + before;
    };
    await store.addTicks(ticks.map(({ timestamp, price }) => ({
      market: MARKET.name,
      source: MARKET.source,
      observedAt: at(timestamp),
      price: decimalText(parseDecimal(String(price))!),
      purchasePrice: null,
      openPrice: null,
      isOdd: false,
    })));
    if (legacyZset) await importFromRedis(store, legacyZset);
    await publishPrices({ store, blobs, sha256, now: Date.now });
  } finally {
    await store.close();
  }
}

/** Through a real Redis, whose key `prices` the case has to itself. */
async function importFromRedis(
  store: PriceStore,
  entries: readonly (readonly [member: string, score: number])[],
): Promise<void> {
  // Read where it is asked for alone: most cases need no service.
  const { startRedis } = await import("../services/redis_client.ts");
  await using redis = await startRedis();
  const connection = connectRedis({ url: redis.url }, () => {});
  try {
    await once(connection, "ready");
    await connection.zadd("prices", ...entries.flatMap(([member, score]) => [score, member]));
    await importLegacy(store, redisLegacySet(connection), MARKET.name);
  } finally {
    connection.disconnect();
  }
}
