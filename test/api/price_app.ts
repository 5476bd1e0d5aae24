// The application over prices that were really published: ticks are added and published as a test goes on.

import { createHash } from "node:crypto";
import { type AppContext, createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import type { Tick } from "../../src/core/prices/tick.ts";
import { publishPrices } from "../../src/publish/publish_prices.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { openPrices } from "../../src/store/segments/prices.ts";
import { BTC, DAI, NOON, tick } from "../store/price_examples.ts";

export const SIMULATED = {
  ...BTC,
  name: "simulacion",
  title: "Simulación",
  source: "simulacion",
  isReal: false,
};

/** A few chunks: others are read again. */
const KEEP_BYTES = 100_000;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export async function priceApp(context: Partial<AppContext> = {}, markets = [BTC, DAI, SIMULATED]) {
  const store = memoryPriceStore();
  const blobs = memoryBlobs();
  const clock = { now: NOON };
  for (const market of markets) await store.saveMarket(market);
  const prices = openPrices(blobs, () => clock.now, KEEP_BYTES);
  const app = createApp({
    snapshots: { current: () => Promise.resolve(undefined) },
    prices,
    site: wholeSite,
    now: () => clock.now,
    version: "test",
    ...context,
  });
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.request(`http://prices.test${path}`, { method, headers });
  return {
    store,
    blobs,
    clock,
    prices,
    app,
    ask,
    json: async (path: string) => await (await ask(path)).json(),
    /** Adds ticks and publishes them; readers see them two seconds later. */
    async add(...ticks: Tick[]) {
      await store.addTicks(ticks);
      await publishPrices({ store, blobs, sha256, now: () => clock.now });
      clock.now += 2_000;
    },
  };
}

/** Ticks of one market, ten seconds apart from NOON on. */
export const ticksFrom = (prices: readonly string[], from = NOON, change: Partial<Tick> = {}): Tick[] =>
  prices.map((price, i) => tick(from + i * 10_000, price, change));
