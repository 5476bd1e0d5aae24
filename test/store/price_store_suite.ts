// What every store of prices does.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../src/core/prices/aggregate.ts";
import type { PriceStore } from "../../src/core/prices/store.ts";
import type { KeptTick } from "../../src/core/prices/tick.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { BTC, DAI, NOON, polled, tick } from "./price_examples.ts";

export type PriceStoreWorld = {
  readonly store: PriceStore;
  /** Over the same data, as another process has it. */
  readonly other: PriceStore;
  close(): Promise<void> | void;
};

const EVER = { from: 0, to: 9e15 };
const prices = (ticks: readonly KeptTick[]) => ticks.map(({ price }) => price);

export function priceStoreSuite(engine: string, open: () => Promise<PriceStoreWorld> | PriceStoreWorld) {
  describe(`PriceStore, ${engine}`, () => {
    let world: PriceStoreWorld;
    let store: PriceStore;
    beforeEach(async () => {
      world = await open();
      store = world.store;
      await store.saveMarket(BTC);
      await store.saveMarket(DAI);
    });
    afterEach(async () => await world.close());

    test("markets are rows that are saved again with what changed", async () => {
      await store.saveMarket({ ...DAI, title: "Dai", isReal: false, periodMs: 60_000 });
      expect(await world.other.markets()).toEqual([
        BTC,
        { ...DAI, title: "Dai", isReal: false, periodMs: 60_000 },
      ]);
    });

    test("addTicks keeps what was told, to the last digit", async () => {
      const full = tick(NOON, "83439260.1161559577375675", {
        purchasePrice: "82781100.0",
        openPrice: "0.10",
        isOdd: true,
      });
      expect(await store.addTicks([full])).toBe(1);
      expect(await world.other.newest("btcars")).toEqual({ ...full, id: expect.any(Number) });
    });

    test("addTicks keeps every poll of one price", async () => {
      expect(await store.addTicks(polled(NOON, Array(5).fill("84436700.0")))).toBe(5);
      expect((await store.ticks("btcars", EVER, undefined, 9)).map(({ observedAt }) => observedAt)).toEqual(
        [0, 1, 2, 3, 4].map((i) => NOON + 10_000 * i),
      );
      expect(await store.count("btcars")).toBe(5);
    });

    test("addTicks leaves out an instant of a source that is there, whatever its price", async () => {
      await store.addTicks(polled(NOON, ["1", "2"]));
      expect(await world.other.addTicks(polled(NOON, ["9", "9", "3"]))).toBe(1);
      expect(await store.addTicks([tick(NOON, "7", { source: "legacy" })])).toBe(1);
      expect(await store.addTicks([tick(NOON, "8", { market: "daiars" })])).toBe(1);
      expect(prices(await store.ticks("btcars", EVER, undefined, 9))).toEqual(["1", "7", "2", "3"]);
      expect([await store.count("btcars"), await store.count("daiars")]).toEqual([4, 1]);
    });

    test("addTicks of one instant in one call keeps the first", async () => {
      expect(await store.addTicks([tick(NOON, "1"), tick(NOON, "2")])).toBe(1);
      expect(prices(await store.ticks("btcars", EVER, undefined, 9))).toEqual(["1"]);
    });

    test("addTicks is all or nothing", async () => {
      const add = store.addTicks([tick(NOON, "1"), tick(NOON, "2", { market: "nobody" })]);
      await expect(add).rejects.toThrow();
      expect(await store.count("btcars")).toBe(0);
      expect(await store.newest("btcars")).toBeUndefined();
      expect(await store.aggregates("btcars", DAY_MS, 0, 9e15)).toEqual([]);
    });

    test("addTicks from two sides at once gives each instant one tick", async () => {
      const twice = [0, 1, 2, 3].flatMap((i) => {
        const ticks = polled(NOON + i * 20_000, ["1", "2", "3"]);
        return [store.addTicks(ticks), world.other.addTicks(ticks)];
      });
      const added = (await Promise.all(twice)).reduce((sum, one) => sum + one, 0);
      expect(added).toBe(9);
      expect(await store.count("btcars")).toBe(9);
      expect(await store.aggregates("btcars", DAY_MS, 0, 9e15)).toMatchObject([{ count: 9 }]);
    });

    test("ticksSince goes by the order ticks were taken in, page by page", async () => {
      await store.addTicks(polled(NOON, ["1", "2"]));
      await store.addTicks([tick(NOON - 5_000, "0", { source: "legacy" })]);
      const all = await world.other.ticksSince("btcars", 0, 9);
      expect(prices(all)).toEqual(["1", "2", "0"]);
      expect(all.every(({ id }, i) => i === 0 || id > all[i - 1]!.id)).toBe(true);
      expect(prices(await store.ticksSince("btcars", all[0]!.id, 1))).toEqual(["2"]);
      expect(await store.ticksSince("btcars", all[2]!.id, 9)).toEqual([]);
      expect(await store.ticksSince("daiars", 0, 9)).toEqual([]);
    });

    test("ticks are by instant, then as they were taken in, page after page", async () => {
      await store.addTicks(polled(NOON, ["10", "20", "30"]));
      await store.addTicks([
        tick(NOON + 10_000, "9", { source: "legacy" }),
        tick(NOON - 1, "1", { source: "legacy" }),
      ]);
      const range = { from: NOON, to: NOON + 10_000 };
      const first = await store.ticks("btcars", range, undefined, 2);
      expect(prices(first)).toEqual(["10", "20"]);
      const second = await store.ticks("btcars", range, first[1], 2);
      expect(prices(second)).toEqual(["9"]);
      expect(await store.ticks("btcars", range, second[0], 2)).toEqual([]);
      expect((await store.newest("btcars"))?.price).toBe("30");
    });

    test("a day is that of Buenos Aires, of all ticks, in whatever order they come", async () => {
      const midnight = Date.UTC(2024, 5, 1, 3);
      await store.addTicks([
        tick(midnight - 1, "5"),
        tick(midnight, "100.10"),
        tick(midnight + 20_000, "0.2"),
      ]);
      await store.addTicks([
        tick(midnight + 10_000, "1", { source: "legacy" }),
        tick(midnight + 1, "7", { source: "legacy" }),
      ]);
      expect(await world.other.aggregates("btcars", DAY_MS, midnight - DAY_MS, midnight + DAY_MS)).toEqual([
        {
          market: "btcars",
          widthMs: DAY_MS,
          startsAt: midnight - DAY_MS,
          count: 1,
          sum: "5",
          least: "5",
          greatest: "5",
          first: "5",
          firstAt: midnight - 1,
          last: "5",
          lastAt: midnight - 1,
        },
        {
          market: "btcars",
          widthMs: DAY_MS,
          startsAt: midnight,
          count: 4,
          sum: "108.30",
          least: "0.2",
          greatest: "100.10",
          first: "100.10",
          firstAt: midnight,
          last: "0.2",
          lastAt: midnight + 20_000,
        },
      ]);
      expect(await store.aggregates("btcars", DAY_MS, midnight - DAY_MS, midnight)).toHaveLength(1);
    });

    test("thin makes minutes and hours of whole hours, in parts too", async () => {
      // 12:59:40 to 13:00:20 in steps of 10 s.
      await store.addTicks(polled(NOON + HOUR_MS - 20_000, ["4", "2", "8", "1", "5"]));
      const before = NOON + HOUR_MS + 59_000;
      expect(await store.thin("btcars", before, 1)).toBe(1);
      expect(await store.thin("btcars", before, 9)).toBe(1);
      expect(await store.thin("btcars", before, 9)).toBe(0);
      expect(prices(await store.ticks("btcars", EVER, undefined, 9))).toEqual(["8", "1", "5"]);
      expect(await store.count("btcars")).toBe(3);
      const hour = {
        count: 2,
        sum: "6",
        least: "2",
        greatest: "4",
        first: "4",
        firstAt: NOON + HOUR_MS - 20_000,
        last: "2",
        lastAt: NOON + HOUR_MS - 10_000,
      };
      const read = (width: number) => world.other.aggregates("btcars", width, 0, 9e15);
      expect(await read(HOUR_MS)).toEqual([
        { market: "btcars", widthMs: HOUR_MS, startsAt: NOON, ...hour },
      ]);
      expect(await read(MINUTE_MS)).toEqual([
        { market: "btcars", widthMs: MINUTE_MS, startsAt: NOON + HOUR_MS - MINUTE_MS, ...hour },
      ]);
      expect(await read(DAY_MS)).toMatchObject([{ count: 5, sum: "20", last: "5" }]);
    });

    test("what was removed is not taken in again", async () => {
      const old = polled(NOON - 30_000, ["1", "2", "3"]);
      await store.addTicks(old);
      expect(await store.thinnedBefore("btcars")).toBeNull();
      expect(await store.thin("daiars", NOON, 9)).toBe(0);
      expect(await store.thinnedBefore("daiars")).toBeNull();
      await store.thin("btcars", NOON, 9);
      expect(await world.other.thinnedBefore("btcars")).toBe(NOON);
      expect(await store.addTicks([...old, tick(NOON, "4")])).toBe(1);
      expect(await store.aggregates("btcars", DAY_MS, 0, 9e15)).toMatchObject([{ count: 4, sum: "10" }]);
      expect(await store.aggregates("btcars", HOUR_MS, 0, 9e15)).toMatchObject([{ count: 3, sum: "6" }]);
    });

    test("what a poller brings is left out once another claimed its market", async () => {
      const refused = { code: "conflict", message: expect.stringContaining("btcars") };
      const status = {
        market: "btcars",
        lastSuccessAt: NOON,
        lastErrorAt: null,
        lastError: null,
        consecutiveFailures: 0,
        restsUntil: null,
      };
      await expect(store.addTicks([tick(NOON, "1")], "one")).rejects.toMatchObject(refused);
      await store.claim("btcars", "one");
      expect(await store.addTicks([tick(NOON, "1")], "one")).toBe(1);
      await store.savePollStatus(status, "one");
      await world.other.claim("btcars", "two");
      await expect(store.addTicks([tick(NOON + 10_000, "2")], "one")).rejects.toMatchObject(refused);
      await expect(store.savePollStatus({ ...status, lastSuccessAt: 0 }, "one")).rejects.toMatchObject(
        refused,
      );
      // All or nothing.
      await store.claim("daiars", "one");
      await expect(
        store.addTicks([tick(NOON, "3", { market: "daiars" }), tick(NOON + 10_000, "2")], "one"),
      ).rejects.toMatchObject(refused);
      expect(await store.pollStatus("btcars")).toEqual(status);
      await world.other.saveMarket({ ...BTC, title: "Bitcoin" });
      expect(await world.other.addTicks([tick(NOON + 20_000, "4")], "two")).toBe(1);
      // Who tells of no poller adds what nobody polls now, as an import does.
      expect(await store.addTicks([tick(NOON, "5", { source: "legacy" })])).toBe(1);
      expect(prices(await store.ticks("btcars", EVER, undefined, 9))).toEqual(["1", "5", "4"]);
      expect(await store.count("daiars")).toBe(0);
      await expect(store.claim("nobody", "one")).rejects.toThrow(TypeError);
    });

    test("the status of polling is the last one that was saved", async () => {
      expect(await store.pollStatus("btcars")).toBeUndefined();
      const status = {
        market: "btcars",
        lastSuccessAt: null,
        lastErrorAt: NOON,
        lastError: "El servidor respondió 500",
        consecutiveFailures: 3,
        restsUntil: NOON + 20_000,
      };
      await store.savePollStatus(status);
      expect(await world.other.pollStatus("btcars")).toEqual(status);
      const well = { ...status, lastSuccessAt: NOON + 1, consecutiveFailures: 0, restsUntil: null };
      await store.savePollStatus(well);
      expect(await world.other.pollStatus("btcars")).toEqual(well);
    });

    test("cursors are of a market and a name", async () => {
      await store.saveCursor({ market: "btcars", name: "a" }, 7);
      await store.saveCursor({ market: "btcars", name: "a" }, NOON);
      expect(await world.other.cursor({ market: "btcars", name: "a" })).toBe(NOON);
      expect(await store.cursor({ market: "btcars", name: "b" })).toBe(0);
      expect(await store.cursor({ market: "daiars", name: "a" })).toBe(0);
    });
  });
}
