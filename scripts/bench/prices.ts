// Prices at several sizes: what a page, an average and a window cost when ten thousand ticks are published, and when
// three million are, each against Deno.serve with a fixed string of the same length.

import fs from "node:fs";
import path from "node:path";
import type { KeptTick, Market } from "../../src/core/prices/tick.ts";
import { sha256 } from "../../src/host/hash.ts";
import { type PublishPrices, publishPrices } from "../../src/publish/publish_prices.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { randomNumbers } from "./network.ts";

const MARKET: Market = {
  name: "btcars",
  title: "Bitcoin en pesos",
  currency: "ARS",
  source: "buenbit",
  pair: "btcars",
  periodMs: 10_000,
  isReal: true,
};
const START = Date.UTC(2024, 4, 31);

export type PublishedTicks = {
  readonly data: string;
  readonly seconds: number;
  readonly bytes: number;
};

/** Ticks every ten seconds, published to a data folder as from a store that has them. */
export async function publishTicks(folder: string, ticks: number): Promise<PublishedTicks> {
  const data = path.join(folder, `precios-${ticks}`);
  const published = path.join(data, "snapshots");
  const blobs = folderBlobs(published);
  const random = randomNumbers(5);
  const begun = performance.now();
  await publishPrices({ store: syntheticStore(ticks, random), blobs, sha256, now: Date.now });
  const seconds = (performance.now() - begun) / 1000;
  blobs.close();
  const bytes = fs.readdirSync(published, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .reduce((sum, file) => sum + fs.statSync(path.join(file.parentPath, file.name)).size, 0);
  return { data, seconds, bytes };
}

/** Asked for in order, once. */
function syntheticStore(ticks: number, random: () => number): PublishPrices["store"] {
  const tick = (i: number): KeptTick => ({
    id: i + 1,
    market: MARKET.name,
    source: MARKET.source,
    observedAt: START + i * MARKET.periodMs,
    price: (8e7 + random() * 1e7).toFixed(2),
    purchasePrice: null,
    openPrice: null,
    isOdd: false,
  });
  return {
    markets: () => Promise.resolve([MARKET]),
    ticks: () => Promise.resolve([]),
    ticksSince: (_, id, limit) =>
      Promise.resolve(Array.from({ length: Math.min(limit, ticks - id) }, (_, i) => tick(id + i))),
    count: () => Promise.resolve(ticks),
    aggregates: () => Promise.resolve([]),
    thinnedBefore: () => Promise.resolve(null),
    pollStatus: () => Promise.resolve(undefined),
  };
}

/** Requests of each kind, in an order without pattern where they have bounds. */
export function priceRequests(ticks: number): { readonly name: string; readonly paths: readonly string[] }[] {
  const second = (i: number) => (START + i * MARKET.periodMs) / 1000;
  const random = randomNumbers(9);
  const windows = Array.from({ length: 20_000 }, () => {
    const first = Math.floor(random() * (ticks - 360));
    return `since=${second(first)}&until=${second(first + 359)}`;
  });
  // No two alike, so that none is answered by heart.
  const each = (path: string) => Array.from({ length: 20_000 }, (_, i) => `${path}n=${i}`);
  return [
    { name: "primera página", paths: each("/api/ticker-list/?") },
    { name: "última página", paths: each("/api/ticker-list/?page=last&") },
    { name: "promedio de todo", paths: each("/api/average-price/?since=0&until=9999999999&") },
    { name: "una hora al azar, lista", paths: windows.map((window) => `/api/ticker-list/?${window}`) },
    { name: "una hora al azar, promedio", paths: windows.map((window) => `/api/average-price/?${window}`) },
  ];
}
