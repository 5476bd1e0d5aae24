// The behaviour that every place for counts of queries has.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CountBatch, QueryCounts } from "../../src/core/popularity.ts";
import { epochDay } from "../../src/core/time.ts";

export type OpenedCounts = {
  readonly counts: QueryCounts;
  /** The same place by another process, where that can be. */
  readonly other: QueryCounts;
  readonly close: () => Promise<void> | void;
};

const MONDAY = epochDay(2026, 11, 16);
const TUESDAY = MONDAY + 1;

let batches = 0;
const batch = (day: number, hits: Readonly<Record<string, number>>): CountBatch => ({
  id: `batch-${++batches}`,
  day,
  hits: new Map(Object.entries(hits)),
});

/** What a worker's store does: takes each claim in once, and sums up. */
export function ledger() {
  const taken = new Map<string, CountBatch>();
  return {
    taken,
    take(claim: CountBatch) {
      const before = taken.get(claim.id);
      if (before) expect(claim).toEqual(before);
      taken.set(claim.id, claim);
      return Promise.resolve();
    },
    /** Sums by "day series". */
    sums(): Record<string, number> {
      const sums: Record<string, number> = {};
      for (const { day, hits } of taken.values()) {
        for (const [series, times] of hits) {
          sums[`${day - MONDAY} ${series}`] = (sums[`${day - MONDAY} ${series}`] ?? 0) + times;
        }
      }
      return sums;
    },
  };
}

export function countsSuite(name: string, open: () => Promise<OpenedCounts> | OpenedCounts): void {
  describe(`counts of queries on ${name}`, () => {
    let opened: OpenedCounts;
    let counts: QueryCounts;
    beforeEach(async () => {
      opened = await open();
      counts = opened.counts;
    });
    afterEach(() => opened.close());

    test("drain hands over what all added, by day, once", async () => {
      await counts.add(batch(MONDAY, { a: 2, b: 1 }));
      await opened.other.add(batch(MONDAY, { a: 40, "c:d": 1 }));
      await counts.add(batch(TUESDAY, { a: 5, ["__proto__"]: 1, "serie ñ": 3 }));
      const { take, sums, taken } = ledger();
      await counts.drain(take);
      expect(sums()).toEqual({
        "0 a": 42,
        "0 b": 1,
        "0 c:d": 1,
        "1 a": 5,
        "1 __proto__": 1,
        "1 serie ñ": 3,
      });
      const handedOver = taken.size;
      await opened.other.drain(take);
      expect(taken.size).toBe(handedOver);
    });

    test("add takes a batch in once, however often it comes", async () => {
      const twice = batch(MONDAY, { a: 3 });
      await counts.add(twice);
      await opened.other.add(twice);
      const { take, sums } = ledger();
      await counts.drain(take);
      await counts.add(twice);
      await counts.drain(take);
      expect(sums()).toEqual({ "0 a": 3 });
    });

    test("drain hands the same over again where it was not taken, and what came since besides", async () => {
      await counts.add(batch(MONDAY, { a: 1 }));
      await counts.add(batch(TUESDAY, { a: 10 }));
      const { take, sums, taken } = ledger();
      const killed = counts.drain(async (claim) => {
        await take(claim);
        throw new Error("killed");
      });
      await expect(killed).rejects.toThrow("killed");
      const [first] = taken.keys();
      await opened.other.add(batch(MONDAY, { a: 100 }));
      const again: string[] = [];
      await opened.other.drain((claim) => {
        again.push(claim.id);
        return take(claim);
      });
      expect(again).toContain(first);
      expect(again).toHaveLength(3);
      expect(sums()).toEqual({ "0 a": 101, "1 a": 10 });
    });

    test("drain by two at once doubles nothing for those who know what they have taken", async () => {
      for (let i = 0; i < 20; i++) await counts.add(batch(MONDAY + i, { a: i + 1 }));
      const { take, sums } = ledger();
      await Promise.all([counts.drain(take), opened.other.drain(take), counts.drain(take)]);
      expect(Object.values(sums()).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
    });

    test("drain without counts hands over nothing", async () => {
      await counts.drain(() => Promise.reject(new Error("nothing was added")));
    });
  });
}
