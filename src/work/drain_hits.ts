// Takes counts of queries on their way from app processes into the store.

import type { PopularityStore } from "../core/popularity_store.ts";
import type { QueryCounts } from "../core/popularity.ts";
import { pause } from "../etl/pause.ts";

/**
 * How long a batch is known after it was taken, in ms. One comes again where a drainer was killed just then, and the
 * next drain hands all of those over first.
 */
const KNOWN_MS = 7 * 24 * 60 * 60 * 1000;

type Drain = {
  readonly counts: Pick<QueryCounts, "drain">;
  readonly store: Pick<PopularityStore, "addHits" | "forgetBatches">;
  /** Epoch ms. */
  readonly now: () => number;
};

/**
 * Takes in all there is now. Any number of processes may at once.
 * Errors: Problem `unavailable`; what was not taken in then is by the next drain.
 */
export async function drainHits({ counts, store, now }: Drain): Promise<void> {
  const began = now();
  let taken = 0;
  await counts.drain(async (batch) => {
    await store.addHits(batch, now());
    taken++;
  });
  if (taken > 0) await store.forgetBatches(began - KNOWN_MS);
}

/** Drains again and again until `signal` aborts, and once more then. `onError` hears of what failed, once until it works again. */
export async function drainUntil(
  signal: AbortSignal,
  drain: Drain & { readonly onError: (error: unknown) => void },
  pauseMs = 10_000,
): Promise<void> {
  let isStuck = false;
  for (let isLast = false; !isLast;) {
    await pause(pauseMs, signal);
    isLast = signal.aborted;
    try {
      await drainHits(drain);
      isStuck = false;
    } catch (error) {
      if (!isStuck) drain.onError(error);
      isStuck = true;
    }
  }
}
