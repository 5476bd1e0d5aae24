// The poller through driven time: periods, retries, back-off, what it asks and when.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PriceStore } from "../../src/core/prices/store.ts";
import { Problem } from "../../src/core/problem.ts";
import { type PollParts, pollUntil } from "../../src/prices/poller.ts";
import type { Found } from "../../src/prices/quotes.ts";
import { RestProblem } from "../../src/prices/rest_problem.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { BTC, DAI, NOON } from "../store/price_examples.ts";
import { pollParts } from "./poll_parts.ts";

beforeEach(() => void vi.useFakeTimers({ now: NOON + 3_000 }));
afterEach(() => void vi.useRealTimers());

const quote = (price: string): Found => ({ price, purchasePrice: null, openPrice: null });
const EVER = { from: 0, to: 9e15 };

type Asked = { readonly at: number; readonly withinMs: number };

/** A poller that runs; `reply` is what its source says. */
async function running(
  reply: (signal: AbortSignal) => Promise<readonly Found[]> | readonly Found[],
  change: Partial<PollParts> & { readonly store?: PriceStore } = {},
) {
  const store = change.store ?? memoryPriceStore();
  const markets = change.markets ?? [BTC];
  for (const market of markets) await store.saveMarket(market);
  const asked: Asked[] = [];
  const told: string[] = [];
  const end = new AbortController();
  const done = pollUntil(
    end.signal,
    pollParts({
      markets,
      ask: async (withinMs, signal) => {
        asked.push({ at: Date.now() - NOON, withinMs });
        return await reply(signal);
      },
      onPolled: () => told.push("polled"),
      onFailing: (message) => told.push(`failing: ${message}`),
      onRecovered: () => told.push("recovered"),
      ...change,
      store,
    }),
  );
  const instants = async (market = "btcars") =>
    (await store.ticks(market, EVER, undefined, 1_000)).map(({ observedAt }) => observedAt - NOON);
  const stop = async (wait = 1) => {
    end.abort();
    // A source that does not hear of it answers some time.
    await vi.advanceTimersByTimeAsync(wait);
    await done;
  };
  return { store, asked, told, instants, stop };
}

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("pollUntil", () => {
  test("completes the period it begins in, then polls at multiples of it", async () => {
    const world = await running(() => [quote("84436700.0")]);
    await later(40_000);
    expect(world.asked.map(({ at }) => at)).toEqual([3_000, 10_000, 20_000, 30_000, 40_000]);
    expect(await world.instants()).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
    expect(await world.store.pollStatus("btcars")).toEqual({
      market: "btcars",
      lastSuccessAt: NOON + 40_000,
      lastErrorAt: null,
      lastError: null,
      consecutiveFailures: 0,
      restsUntil: null,
    });
    await world.stop();
    expect(world.told).toEqual(Array(5).fill("polled"));
  });

  test("does not poll a period again that another had", async () => {
    const first = await running(() => [quote("1")]);
    await later(1);
    await first.stop();
    const second = await running(() => [quote("2")], { store: first.store });
    await later(10_000);
    expect(second.asked.map(({ at }) => at)).toEqual([10_000]);
    await second.stop();
  });

  test("keeps every market of an answer, and each its own faults", async () => {
    const world = await running(() => [quote("1"), { fault: "no" }], { markets: [BTC, DAI] });
    await later(60_000);
    expect(await world.instants()).toHaveLength(7);
    expect(await world.instants("daiars")).toEqual([]);
    expect(await world.store.pollStatus("daiars")).toMatchObject({
      lastSuccessAt: null,
      lastError: "no",
      consecutiveFailures: 7,
      restsUntil: null,
    });
    expect(await world.store.pollStatus("btcars")).toMatchObject({ consecutiveFailures: 0 });
    await world.stop();
    expect(world.told.filter((one) => one !== "polled")).toEqual(["failing: no"]);
  });

  test("tries twice more inside the period, and tells a fault that lasts once", async () => {
    const fails = () => Promise.reject(new Problem("unavailable", "rota"));
    const world = await running(fails);
    await later(8_000);
    // Half of the jitter: 400 ms apart.
    expect(world.asked.slice(0, 3)).toEqual([
      { at: 3_000, withinMs: 8_000 },
      { at: 3_400, withinMs: 7_600 },
      { at: 3_800, withinMs: 7_200 },
    ]);
    expect(world.asked[3]!.at).toBe(10_000);
    await later(3_000);
    await world.stop();
    expect(world.told).toEqual(["failing: rota", "polled", "polled"]);
    expect(await world.store.pollStatus("btcars")).toMatchObject({
      lastError: "rota",
      lastErrorAt: NOON + 10_800,
      consecutiveFailures: 2,
    });
  });

  test("has the tick of the period when a retry succeeds, and no failure", async () => {
    let round = 0;
    const world = await running(() => {
      if (round++ < 2) throw new Problem("unavailable", "rota");
      return [quote("5")];
    });
    await later(2_000);
    expect(await world.instants()).toEqual([0]);
    expect(world.told).toEqual(["polled"]);
    await world.stop();
  });

  test("does not retry without time for it", async () => {
    const world = await running(async () => {
      await new Promise((wake) => setTimeout(wake, 7_700));
      throw new Problem("unavailable", "lenta");
    });
    await later(14_700);
    expect(world.asked.map(({ at }) => at)).toEqual([3_000, 10_700]);
    await world.stop(30_000);
  });

  test("never overlaps: a period that another poll ran into is left out", async () => {
    let under = 0, most = 0;
    const world = await running(async () => {
      most = Math.max(most, ++under);
      await new Promise((wake) => setTimeout(wake, 25_000));
      under--;
      return [quote("1")];
    });
    await later(60_000);
    expect(most).toBe(1);
    expect(await world.instants()).toEqual([0, 20_000]);
    await world.stop(30_000);
  });

  test("asks less often after failures in a row, up to 5 minutes, and recovers", async () => {
    let isDown = true;
    const world = await running(() => {
      if (isDown) throw new Problem("unavailable", "caída");
      return [quote("1")];
    });
    await later(1_300_000);
    const polls = world.asked.filter((_, i) => i % 3 === 0).map(({ at }) => at / 1_000);
    // Three polls a period apart; then two periods, four, eight, sixteen, and 300 s.
    expect(polls).toEqual([3, 10, 20, 40, 80, 160, 320, 620, 920, 1_220]);
    expect(await world.store.pollStatus("btcars")).toMatchObject({ restsUntil: NOON + 1_520_000 });
    isDown = false;
    await later(300_000);
    expect(await world.instants()).toEqual([
      1_520_000,
      ...Array.from({ length: 8 }, (_, i) => 1_530_000 + i * 10_000),
    ]);
    await world.stop();
    expect(world.told.filter((one) => one !== "polled")).toEqual(["failing: caída", "recovered"]);
  });

  test.each([
    [45_000, [3, 50], "what the source asked for"],
    [null, [3, 20], "a rest of our own where it did not say how long"],
    [86_400_000, [3, 3_610], "an hour at most"],
  ])("after 429 with Retry-After of %s ms rests: %s (%s)", async (restMs, seconds, _why) => {
    let round = 0;
    const world = await running(() => {
      if (round++ === 0) throw new RestProblem("El mercado respondió 429 y pide esperar", restMs);
      return [quote("1")];
    });
    await later(3_620_000);
    expect(world.asked.slice(0, 2).map(({ at }) => at / 1_000)).toEqual(seconds);
    await world.stop();
  });

  test("asks less often after failures in a row, though the source asks for no rest that counts", async () => {
    const world = await running(() => {
      throw new RestProblem("El mercado respondió 429 y pide esperar", 0);
    });
    await later(170_000);
    expect(world.asked.map(({ at }) => at / 1_000)).toEqual([3, 10, 20, 40, 80, 160]);
    await world.stop();
  });

  test("asks for the period of its clock, though that is set on or back", async () => {
    const hour = 3_600_000;
    const world = await running(() => [quote("1")]);
    await later(17_000);
    vi.setSystemTime(NOON + hour + 4_000);
    await later(10_000);
    expect(await world.instants()).toEqual([0, 10_000, 20_000, hour + 10_000]);
    vi.setSystemTime(NOON + 25_000);
    await later(20_000);
    expect(await world.instants()).toEqual([0, 10_000, 20_000, 30_000, 40_000, hour + 10_000]);
    await world.stop();
  });

  test("rests no longer than it ever would when its clock was set back meanwhile", async () => {
    let isDown = true;
    const world = await running(() => {
      if (isDown) throw new RestProblem("429", 3_600_000);
      return [quote("1")];
    });
    await later(1_000);
    isDown = false;
    vi.setSystemTime(NOON - 86_400_000);
    await later(19_000);
    expect(await world.instants()).toEqual([-86_400_000, -86_390_000]);
    await world.stop();
  });

  test("goes on resting for whoever takes over", async () => {
    const first = await running(() => {
      throw new RestProblem("429", 45_000);
    });
    await later(1);
    await first.stop();
    const second = await running(() => [quote("1")], { store: first.store });
    await later(60_000);
    expect(second.asked[0]!.at).toBe(50_000);
    await second.stop();
  });

  test("marks a jump and keeps it", async () => {
    const prices = ["100", "101", "140", "141"];
    const world = await running(() => [quote(prices.shift()!)]);
    await later(30_000);
    const ticks = await world.store.ticks("btcars", EVER, undefined, 9);
    expect(ticks.map(({ price, isOdd }) => [price, isOdd])).toEqual([
      ["100", false],
      ["101", false],
      ["140", true],
      ["141", false],
    ]);
    await world.stop();
  });

  test("asks nothing while it is not sure to be the only one, and completes the period when it is", async () => {
    let isSure = false;
    const world = await running(() => [quote("1")], { isSure: () => isSure });
    await later(4_000);
    expect(world.asked).toEqual([]);
    isSure = true;
    await later(2_000);
    expect(await world.instants()).toEqual([0]);
    await world.stop();
  });

  test("completes the period when the store is back in it", async () => {
    const store = memoryPriceStore();
    let isDown = true;
    const errors: unknown[] = [];
    const world = await running(() => [quote("1")], {
      store: {
        ...store,
        addTicks: (ticks) =>
          isDown ? Promise.reject(new Problem("unavailable", "disco")) : store.addTicks(ticks),
      },
      onError: (error) => errors.push(error),
    });
    await later(3_000);
    expect(errors).toHaveLength(2);
    isDown = false;
    await later(2_000);
    expect(await world.instants()).toEqual([0]);
    await world.stop();
  });

  test("keeps a row of failures through a stop, which is no failure", async () => {
    const world = await running((signal) =>
      new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(new Problem("unavailable", "cortada")))
      )
    );
    await later(1_000);
    await world.stop();
    expect(await world.store.pollStatus("btcars")).toBeUndefined();
  });
});
