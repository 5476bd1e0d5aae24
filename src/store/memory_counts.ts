// Counts of queries in the memory of one process, for a worker in the same one.

import type { CountBatch, QueryCounts } from "../core/popularity.ts";
import type { EpochDay } from "../core/time.ts";

/** Batches that are known to have been added: one that comes again comes soon. */
const ADDED_KEPT = 1_000;

export function memoryCounts(): QueryCounts {
  const days = new Map<EpochDay, Map<string, number>>();
  const added = new Set<string>();
  const claims = new Map<string, CountBatch>();
  return {
    add({ id, day, hits }) {
      if (!added.has(id)) {
        added.add(id);
        if (added.size > ADDED_KEPT) added.delete(added.keys().next().value!);
        const sums = days.get(day) ?? new Map<string, number>();
        days.set(day, sums);
        for (const [series, times] of hits) sums.set(series, (sums.get(series) ?? 0) + times);
      }
      return Promise.resolve();
    },
    async drain(take) {
      for (const [day, hits] of days) {
        const id = crypto.randomUUID();
        claims.set(id, { id, day, hits });
      }
      days.clear();
      for (const claim of [...claims.values()]) {
        await take(claim);
        claims.delete(claim.id);
      }
    },
  };
}
