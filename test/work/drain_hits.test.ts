// Counts on their way to the store: once each, whatever fails in between, and the last ones at the end.

import { describe, expect, test } from "vitest";
import { queryCounter } from "../../src/core/popularity.ts";
import { Problem } from "../../src/core/problem.ts";
import { dayOfIso } from "../../src/core/time.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryCounts } from "../../src/store/memory_counts.ts";
import { drainHits, drainUntil } from "../../src/work/drain_hits.ts";
import { sha256 } from "../store/example_catalog.ts";

const DAY = dayOfIso("2026-11-20")!;
const ids = (query: string) => query.split(",");

function world() {
  const store = memoryStore(sha256);
  const counts = memoryCounts();
  const counter = queryCounter(counts, ids, () => crypto.randomUUID(), () => {});
  const rows = async () => (await store.dailyHits({}, { offset: 0, limit: 100 })).rows;
  return { store, counts, counter, rows };
}

describe("drainHits", () => {
  test("takes queries of both sides of midnight to their days", async () => {
    const { store, counts, counter, rows } = world();
    counter.count(DAY, "a");
    counter.count(DAY, "a,b,a");
    counter.count(DAY + 1, "a");
    await counter.flush();
    await drainHits({ counts, store, now: () => 0 });
    expect(await rows()).toEqual([
      { seriesId: "a", day: DAY + 1, hits: 1 },
      { seriesId: "a", day: DAY, hits: 2 },
      { seriesId: "b", day: DAY, hits: 1 },
    ]);
  });

  test("loses and repeats nothing where the store fails, before it wrote or after", async () => {
    const { store, counts, counter, rows } = world();
    let failures = 2;
    const failing = {
      ...store,
      addHits: async (...batch: Parameters<typeof store.addHits>) => {
        // The second time it was written before the answer got lost.
        if (failures === 1) await store.addHits(...batch);
        if (failures-- > 0) throw new Problem("unavailable", "no");
        await store.addHits(...batch);
      },
    };
    for (let round = 0; round < 4; round++) {
      counter.count(DAY, "a");
      await counter.flush();
      await drainHits({ counts, store: failing, now: () => 0 }).catch(() => {});
    }
    expect(await rows()).toEqual([{ seriesId: "a", day: DAY, hits: 4 }]);
  });

  test("knows batches for a week", async () => {
    const { store, rows } = world();
    const batch = { id: "1", day: DAY, hits: new Map([["a", 1]]) };
    const other = { id: "2", day: DAY, hits: new Map([["b", 1]]) };
    const drain = (batch: typeof other, at: number) =>
      drainHits({ counts: { drain: (take) => take(batch) }, store, now: () => at });
    const week = 7 * 24 * 3_600_000;
    await drain(batch, 0);
    await drain(other, week);
    await drain(batch, week);
    expect((await rows()).map(({ hits }) => hits)).toEqual([1, 1]);
    await drain(other, week + 1);
    await drain(batch, week + 1);
    expect((await rows()).map(({ hits }) => hits)).toEqual([2, 1]);
  });
});

describe("drainUntil", () => {
  test("drains until it ends, once more then, and tells of failures once until it works", async () => {
    const { store, counts, counter, rows } = world();
    const end = new AbortController();
    const told: unknown[] = [];
    let failures = 3;
    let drains = 0;
    const ended = drainUntil(end.signal, {
      counts: {
        async drain(take) {
          drains++;
          if (failures-- > 0) throw new Problem("unavailable", "no");
          await counts.drain(take);
          if (drains === 5) {
            counter.count(DAY, "a");
            await counter.flush();
            end.abort();
          }
        },
      },
      store,
      now: () => 0,
      onError: (error) => void told.push(error),
    }, 1);
    await ended;
    expect(drains).toBe(6);
    expect(told).toHaveLength(1);
    expect(await rows()).toEqual([{ seriesId: "a", day: DAY, hits: 1 }]);
  });
});
