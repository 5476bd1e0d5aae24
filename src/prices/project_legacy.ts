// Keeps the sorted set of the replaced system in step with the ticks, for readers of old: what was not written while
// Redis was away is written from the store when it is back, and all of it where Redis came back without what it had.
// The set keeps its known loss; the store has every tick.
// Source: prices 1.2, 3.1.

import type { LegacySet } from "../core/prices/legacy_set.ts";
import { pythonNumber } from "../core/number_text.ts";
import type { PriceStore } from "../core/prices/store.ts";
import type { KeptTick } from "../core/prices/tick.ts";

/** Source of ticks that came from the set. */
export const LEGACY = "legacy";

const BATCH = 1_000;

/**
 * Writes what is missing, in the order of the ticks; answers how many entries. Ends early where `signal` aborts.
 * Errors: those of the set; the rest is for the next time.
 */
export async function projectLegacy(
  store: Pick<PriceStore, "ticksSince" | "cursor" | "saveCursor">,
  set: Pick<LegacySet, "add" | "has">,
  market: string,
  signal?: AbortSignal,
): Promise<number> {
  const cursor = { market, name: "legacy_set" };
  const reached = await store.cursor(cursor);
  const [last] = reached === 0 ? [] : await store.ticksSince(market, reached - 1, 1);
  const isLost = last?.id === reached && last.source !== LEGACY && !await set.has(entryOf(last));
  let position = isLost ? 0 : reached;
  let written = 0;
  for (;;) {
    const ticks = await store.ticksSince(market, position, BATCH);
    if (ticks.length === 0 || signal?.aborted) return written;
    // What came from the set is there already.
    const entries = ticks.filter(({ source }) => isLost || source !== LEGACY).map(entryOf);
    if (entries.length > 0) await set.add(entries);
    position = ticks.at(-1)!.id;
    // Who is stopped before that finds again that the last one is missing.
    if (position >= reached) await store.saveCursor(cursor, position);
    written += entries.length;
  }
}

/** The price as Python writes the double nearest to it, and the whole second. */
const entryOf = ({ price, observedAt }: KeptTick) => ({
  member: pythonNumber(Number(price)),
  score: Math.floor(observedAt / 1_000),
});
