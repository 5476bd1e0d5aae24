// Holding a lease while the database answers, is slow, refuses or is gone. Timers are driven.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EtlLease } from "../../src/core/etl/store.ts";
import { LEASE_PERIOD_MS, underLease } from "../../src/etl/lease_keeper.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LEASE: EtlLease = { name: "n", holder: "one", token: 1 };

/** `renew`: the answers of renewals, in order; the last goes on. */
function world({ renew = [() => Promise.resolve(true)], isFree = true }: {
  renew?: (() => Promise<boolean>)[];
  isFree?: boolean;
} = {}) {
  const begin = Date.now();
  const told: string[] = [];
  const tell = (what: string) => told.push(`${Date.now() - begin} ${what}`);
  const end = new AbortController();
  let round = 0;
  let sure = () => false;
  const done = underLease(
    {
      store: {
        takeLease: () => {
          tell("take");
          const lease = isFree ? LEASE : undefined;
          isFree = false;
          return Promise.resolve(lease);
        },
        renewLease: () => {
          tell("renew");
          return renew[Math.min(round++, renew.length - 1)]!();
        },
        releaseLease: () => Promise.resolve(void tell("release")),
      },
      name: "n",
      holder: "one",
      monotonic: Date.now,
      onLost: () => tell("lost"),
      onError: (error) => tell(`error ${(error as Error).message}`),
    },
    end.signal,
    async ({ over, isSure }) => {
      tell("work");
      sure = isSure;
      await new Promise<void>((resolve) => over.addEventListener("abort", () => resolve()));
      tell("over");
    },
  );
  return { told, end, done, free: () => isFree = true, isSure: () => sure() };
}

const gone = () => Promise.reject(new Error("gone"));
const hangs = () => new Promise<boolean>(() => {});

describe("underLease", () => {
  test("renews each third of the period, and gives back after the work", async () => {
    const { told, end, done } = world();
    await vi.advanceTimersByTimeAsync(11_000);
    end.abort();
    await done;
    expect(told).toEqual(["0 take", "0 work", "5000 renew", "10000 renew", "11000 over", "11000 release"]);
  });

  test("asks each second while it is another's", async () => {
    const { told, end, done, free } = world({ isFree: false });
    await vi.advanceTimersByTimeAsync(2_500);
    free();
    await vi.advanceTimersByTimeAsync(1_000);
    end.abort();
    await done;
    expect(told).toEqual([
      "0 take",
      "1000 take",
      "2000 take",
      "3000 take",
      "3000 work",
      "3500 over",
      "3500 release",
    ]);
  });

  test("stops at once when it is another's by now", async () => {
    const { told, end, done } = world({ renew: [() => Promise.resolve(false)] });
    await vi.advanceTimersByTimeAsync(5_100);
    end.abort();
    await done;
    expect(told).toEqual(["0 take", "0 work", "5000 renew", "5000 lost", "5000 over", "5000 release"]);
  });

  test("bears a database that is away for a moment", async () => {
    const { told, end, done, isSure } = world({ renew: [gone, gone, () => Promise.resolve(true)] });
    const sure: boolean[] = [];
    for (const ms of [4_900, 200, 800, 200, 5_400]) {
      await vi.advanceTimersByTimeAsync(ms);
      sure.push(isSure());
    }
    // Nothing is begun between 5,000 and 6,000.
    expect(sure).toEqual([true, false, false, true, true]);
    end.abort();
    await done;
    expect(told).toEqual([
      "0 take",
      "0 work",
      "5000 renew",
      "5500 renew",
      "6000 renew",
      "11000 renew",
      "11500 over",
      "11500 release",
    ]);
  });

  test.each([
    { why: "is gone", renew: gone },
    { why: "hangs", renew: hangs },
  ])(
    "stops at half the period when the database $why: the other half is for what runs to end",
    async ({ renew }) => {
      const { told, end, done } = world({ renew: [renew] });
      await vi.advanceTimersByTimeAsync(LEASE_PERIOD_MS);
      expect(told).toContain("7500 lost");
      expect(told).toContain("7500 over");
      end.abort();
      if (renew === gone) await done;
    },
  );
});
