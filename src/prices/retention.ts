// What is kept tick by tick, and for how long; what is older stays as aggregates of a minute and of an hour.

import { HOUR_MS, startOf } from "../core/prices/aggregate.ts";
import type { PriceStore } from "../core/prices/store.ts";
import { DAY_MS } from "../core/time.ts";

/** Each batch is a transaction, between which a poll finds the store free. */
const BATCH = 5_000;

/** Answers how many ticks became aggregates; stops between two batches when `signal` aborts. */
export async function thinOld(
  store: Pick<PriceStore, "thin">,
  market: string,
  keepDays: number,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  const before = startOf(HOUR_MS, now - keepDays * DAY_MS);
  let removed = 0;
  while (!signal.aborted) {
    const batch = await store.thin(market, before, BATCH);
    removed += batch;
    if (batch < BATCH) break;
  }
  return removed;
}
