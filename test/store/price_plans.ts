// Every question a store of prices is asked at each tick or each page, for proofs that none reads the history.

import { HOUR_MS } from "../../src/core/prices/aggregate.ts";
import type { PriceStore } from "../../src/core/prices/store.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { NOON, tick } from "./price_examples.ts";

export async function askEverything(store: PriceStore): Promise<void> {
  await store.claim("btcars", "one");
  await store.addTicks([tick(NOON - 1, "1", { source: "legacy" })], "one");
  await store.ticksSince("btcars", 5_000, 10);
  await store.ticks("btcars", { from: NOON, to: NOON + DAY_MS }, undefined, 10);
  await store.ticks("btcars", { from: NOON, to: NOON + DAY_MS }, { observedAt: NOON + 5, id: 7 }, 10);
  await store.count("btcars");
  await store.newest("btcars");
  await store.aggregates("btcars", DAY_MS, NOON, NOON + DAY_MS);
  await store.thin("btcars", NOON + HOUR_MS, 10);
  await store.thinnedBefore("btcars");
  await store.pollStatus("btcars");
  await store.cursor({ market: "btcars", name: "a" });
}
