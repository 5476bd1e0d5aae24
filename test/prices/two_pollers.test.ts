// Several pollers through driven time: who of them polls, and what one does that wakes up late.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PriceStore } from "../../src/core/prices/store.ts";
import { Problem } from "../../src/core/problem.ts";
import { underLease } from "../../src/etl/lease_keeper.ts";
import { type PollParts, pollUntil } from "../../src/prices/poller.ts";
import type { Found } from "../../src/prices/quotes.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { PRICE_MIGRATIONS } from "../../src/store/sqlite/price_migrations.ts";
import { sqlitePriceStore } from "../../src/store/sqlite/price_store.ts";
import { BTC, NOON } from "../store/price_examples.ts";
import { pollParts } from "./poll_parts.ts";

beforeEach(() => void vi.useFakeTimers({ now: NOON + 3_000 }));
afterEach(() => void vi.useRealTimers());

const quote = (price: string): Found => ({ price, purchasePrice: null, openPrice: null });
const EVER = { from: 0, to: 9e15 };
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("a poller that wakes up when another claimed the market writes nothing, and ends", async () => {
  const store = memoryPriceStore();
  await store.saveMarket(BTC);
  const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
  const start = async (poller: string, ask: PollParts["ask"]) => {
    await store.claim("btcars", poller);
    const end = new AbortController();
    return { end, done: pollUntil(end.signal, pollParts({ store, markets: [BTC], poller, ask })) };
  };
  const asleep = await start("one", () => awake.then(() => [quote("1")]));
  let asked = 0;
  // The period that the first one had begun stays empty.
  const other = await start("two", () => {
    if (asked++ < 3) throw new Problem("unavailable", "rota");
    return Promise.resolve([quote("2")]);
  });
  await later(47_000);
  const told = await store.pollStatus("btcars");
  const ended = asleep.done.catch((error) => error);
  wake();
  await later(1);
  expect(await ended).toMatchObject({ code: "conflict" });
  expect((await store.ticks("btcars", EVER, undefined, 9)).map(({ observedAt, price }) => [
    observedAt - NOON,
    price,
  ])).toEqual([10_000, 20_000, 30_000, 40_000, 50_000].map((at) => [at, "2"]));
  expect(await store.pollStatus("btcars")).toEqual(told);
  other.end.abort();
  await later(1);
  await other.done;
});

/** Pseudo-random numbers in [0, 1) that are the same in every run. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** As the program has it: renewed and taken over well inside a period of 10 s. */
const LEASE_MS = 6_000;

const STORES: Record<string, () => PriceStore> = {
  memory: memoryPriceStore,
  SQLite: () => sqlitePriceStore(openDatabase(":memory:", PRICE_MIGRATIONS)),
};

describe.each(Object.keys(STORES))("Two pollers over %s", (engine) => {
  test.each([1, 2, 3])(
    "of which the active one is killed at random for ten minutes have one tick a period (%i)",
    async (seed) => {
      vi.setSystemTime(NOON);
      const random = randoms(seed);
      const store = STORES[engine]!();
      await store.saveMarket(BTC);
      const leases = memoryEtlStore(Date.now);
      let asked = 0, born = 0, kills = 0;

      /** A process: killed, it neither ends its work nor gives anything back. */
      const start = () => {
        const holder = `poller ${++born}`;
        const alive = { yes: true, isActive: false };
        const never = new Promise<never>(() => {});
        const unlessDead =
          <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) => (...args: Args) =>
            alive.yes ? work(...args).then((result) => alive.yes ? result : never) : never;
        void underLease(
          {
            store: {
              takeLease: unlessDead(leases.takeLease),
              renewLease: unlessDead(leases.renewLease),
              releaseLease: unlessDead(leases.releaseLease),
            },
            name: "price_poller",
            holder,
            monotonic: Date.now,
            periodMs: LEASE_MS,
            onLost: () => {},
            onError: (error) => {
              throw error;
            },
          },
          new AbortController().signal,
          async ({ over, isSure }) => {
            alive.isActive = true;
            await pollUntil(
              over,
              pollParts({
                store: {
                  addTicks: unlessDead(store.addTicks),
                  newest: unlessDead(store.newest),
                  pollStatus: unlessDead(store.pollStatus),
                  savePollStatus: unlessDead(store.savePollStatus),
                },
                markets: [BTC],
                ask: unlessDead(async () => {
                  asked++;
                  await new Promise((wake) => setTimeout(wake, random() * 300));
                  return [quote("84436700.0")];
                }),
                isSure,
              }),
            );
          },
        );
        return alive;
      };

      let pollers = [start(), start()];
      const end = NOON + 600_000;
      while (Date.now() < end) {
        await later(Math.min(8_000 + random() * 25_000, end - Date.now()));
        const active = pollers.find(({ isActive }) => isActive);
        if (!active || Date.now() >= end) continue;
        active.yes = false;
        kills++;
        // A service manager starts it again a moment later.
        await later(Math.min(1_000, end - Date.now()));
        pollers = [...pollers.filter((one) => one !== active), start()];
      }
      await later(9_000);
      for (const poller of pollers) poller.yes = false;

      const ticks = await store.ticks("btcars", EVER, undefined, 1_000);
      expect(ticks.map(({ observedAt }) => observedAt)).toEqual(
        Array.from({ length: 61 }, (_, i) => NOON + i * 10_000),
      );
      expect(kills).toBeGreaterThan(15);
      // One that is killed between asking and writing has asked for nothing.
      expect(asked).toBeLessThanOrEqual(61 + kills);
      await store.close();
    },
  );
});
