// The sorted set of the replaced system: what is taken over from it, and how it is kept in step, loss and all.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { exact } from "../../src/core/prices/aggregate.ts";
import { addDecimals, roundedMean, ZERO } from "../../src/core/prices/decimal.ts";
import type { LegacyEntry, LegacySet } from "../../src/core/prices/legacy_set.ts";
import { Problem } from "../../src/core/problem.ts";
import { importLegacy } from "../../src/prices/import_legacy.ts";
import { projectLegacy } from "../../src/prices/project_legacy.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { BTC, NOON, polled, tick } from "../store/price_examples.ts";

const SECOND = NOON / 1_000;
const EVER = { from: 0, to: 9e15 };

/** A sorted set as Redis has it, with GT. */
function memorySet(entries: readonly (readonly [string, number])[] = []) {
  const scores = new Map(entries);
  let isDown = false;
  /** In the order of the set: by score, then by member. */
  const sorted = () => [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  const set: LegacySet = {
    add: (added) =>
      Promise.try(() => {
        if (isDown) throw new Problem("unavailable", "caída");
        for (const { member, score } of added) {
          scores.set(member, Math.max(scores.get(member) ?? -Infinity, score));
        }
      }),
    has: ({ member, score }) =>
      Promise.try(() => {
        if (isDown) throw new Problem("unavailable", "caída");
        return (scores.get(member) ?? -Infinity) >= score;
      }),
    async *pages() {
      const all = sorted().map(([member, score]): LegacyEntry => ({ member, score }));
      for (let i = 0; i < all.length; i += 2) yield await Promise.resolve(all.slice(i, i + 2));
    },
  };
  return { set, scores, sorted, down: (yes: boolean) => isDown = yes };
}

async function btcStore() {
  const store = memoryPriceStore();
  await store.saveMarket(BTC);
  return store;
}

const told = (store: ReturnType<typeof memoryPriceStore>) =>
  store.ticks("btcars", EVER, undefined, 1_000).then((ticks) =>
    ticks.map(({ observedAt, price, source }) => [observedAt - NOON, price, source])
  );

type Expected = {
  readonly results?: readonly { readonly timestamp: number; readonly price: number }[];
  readonly average_price?: number;
};

type Case = {
  readonly id: string;
  readonly given: { readonly legacyZset: readonly [string, number][] };
  readonly expect: readonly { readonly json: Expected }[];
};

describe("importLegacy", () => {
  const { cases } = JSON.parse(
    readFileSync(path.join(import.meta.dirname!, "../conformance/prices/legacy-store.json"), "utf8"),
  ) as { readonly cases: readonly Case[] };

  test.each(cases.map((one) => [one.id, one] as const))("has the ticks that %s asks for", async (_, one) => {
    const store = await btcStore();
    await importLegacy(store, memorySet(one.given.legacyZset).set, "btcars");
    const ticks = await store.ticks("btcars", EVER, undefined, 99);
    const { results, average_price } = one.expect[0]!.json;
    if (results) {
      expect(ticks.map(({ observedAt, price }) => ({
        timestamp: Math.floor(observedAt / 1_000),
        price: Number(price),
      }))).toEqual(results);
    } else {
      const sum = ticks.reduce((sum, { price }) => addDecimals(sum, exact(price)), ZERO);
      expect(roundedMean(sum, ticks.length)).toBe(average_price);
    }
  });

  test("takes every number over once, and tells what is none", async () => {
    const store = await btcStore();
    const { set, scores } = memorySet([
      ["84436700.0", SECOND],
      ["1e+16", SECOND + 10],
      ["foo", SECOND + 20],
      ["nan", SECOND + 30],
      ["inf", SECOND + 40],
      ["-5.0", SECOND + 50],
      ["7.0", Infinity],
      ["8.0", 1e13],
      ["0x10", SECOND],
    ]);
    expect(await importLegacy(store, set, "btcars")).toEqual({
      read: 9,
      added: 3,
      known: 0,
      refused: { count: 6, examples: ["0x10", "foo", "nan", "inf", "8.0"] },
      tooOld: 0,
    });
    const after = [
      [0, "84436700.0", "legacy"],
      [10_000, "10000000000000000", "legacy"],
      [50_000, "-5.0", "legacy"],
    ];
    expect(await told(store)).toEqual(after);
    expect(await importLegacy(store, set, "btcars")).toMatchObject({ added: 0, known: 3 });
    expect(await told(store)).toEqual(after);
    expect(scores.size).toBe(9);
  });

  test("keeps several prices of a second, in the order of the set, whenever they come", async () => {
    const store = await btcStore();
    const { set, scores } = memorySet([["9.5", SECOND], ["10.5", SECOND], ["1.0", SECOND + 0.5]]);
    await importLegacy(store, set, "btcars");
    expect(await told(store)).toEqual([
      [0, "10.5", "legacy"],
      [1, "9.5", "legacy"],
      [500, "1.0", "legacy"],
    ]);
    scores.set("3.0", SECOND);
    expect(await importLegacy(store, set, "btcars")).toMatchObject({ added: 1, known: 3 });
    expect((await told(store)).map(([, price]) => price)).toEqual(["10.5", "9.5", "3.0", "1.0"]);
  });

  test("knows pairs that our own polls wrote, and merges those of an old writer that is still alive", async () => {
    const store = await btcStore();
    await store.addTicks(polled(NOON, ["84436700.00", "84500000.5"]));
    const world = memorySet();
    await projectLegacy(store, world.set, "btcars");
    world.scores.set("84436700.0", SECOND + 25);
    world.scores.set("3.0", SECOND + 10);
    expect(await importLegacy(store, world.set, "btcars")).toMatchObject({ read: 3, added: 2, known: 1 });
    expect(await told(store)).toEqual([
      [0, "84436700.00", "buenbit"],
      [10_000, "84500000.5", "buenbit"],
      [10_000, "3.0", "legacy"],
      [25_000, "84436700.0", "legacy"],
    ]);
  });

  test("finds what it knows among many ticks of a minute", async () => {
    const store = await btcStore();
    const many = Array.from({ length: 2_500 }, (_, i) => tick(NOON + i * 20, String(i + 1)));
    await store.addTicks(many);
    const { set } = memorySet([["1.0", SECOND], ["2500.0", SECOND + 49], ["2500.5", SECOND + 49]]);
    expect(await importLegacy(store, set, "btcars")).toMatchObject({ added: 1, known: 2 });
  });

  test("ends between two pages when it is told to, and takes the rest the next time", async () => {
    const store = await btcStore();
    const { set } = memorySet([["1.0", SECOND], ["2.0", SECOND + 10], ["3.0", SECOND + 20]]);
    const end = new AbortController();
    const stopping: LegacySet = {
      ...set,
      async *pages() {
        for await (const page of set.pages()) {
          yield page;
          end.abort();
        }
      },
    };
    expect(await importLegacy(store, stopping, "btcars", end.signal)).toMatchObject({ read: 2, added: 2 });
    expect(await importLegacy(store, set, "btcars")).toMatchObject({ read: 3, added: 1, known: 2 });
  });

  test("leaves what is older than the ticks that are kept", async () => {
    const store = await btcStore();
    const { set } = memorySet([["1.0", SECOND - 10], ["2.0", SECOND]]);
    await importLegacy(store, set, "btcars");
    await store.thin("btcars", NOON, 99);
    expect(await importLegacy(store, set, "btcars")).toMatchObject({ added: 0, known: 1, tooOld: 1 });
  });
});

describe("projectLegacy", () => {
  test.each([
    [["84436700.0", "84500000.5", "84436700.0"], [["84500000.5", 10], ["84436700.0", 20]], "a price moves"],
    [Array(6).fill("84436700.0"), [["84436700.0", 50]], "a flat market is one entry"],
    [["84436700", "10000000000000000", "0.00001"], [["84436700.0", 0], ["1e+16", 10], ["1e-05", 20]], "text"],
    [["83439260.1161559577375675"], [["83439260.11615595", 0]], "the nearest double"],
  ])("writes %j as the original did: %s", async (prices, entries) => {
    const store = await btcStore();
    await store.addTicks(polled(NOON, prices as string[]));
    const world = memorySet();
    await projectLegacy(store, world.set, "btcars");
    expect(world.sorted().map(([member, score]) => [member, score - SECOND])).toEqual(entries);
  });

  test("keeps of two hours of polls what the original would have, while the store has them all", async () => {
    const fixture = path.join(import.meta.dirname!, "../fixtures/prices/polls-2h.json");
    const { polls, distinct_prices } = JSON.parse(readFileSync(fixture, "utf8")) as {
      readonly polls: readonly [number, string][];
      readonly distinct_prices: number;
    };
    const store = await btcStore();
    await store.addTicks(polls.map(([second, price]) => tick(second * 1_000, price)));
    const world = memorySet();
    await projectLegacy(store, world.set, "btcars");
    expect(await store.count("btcars")).toBe(polls.length);
    expect(world.scores.size).toBe(distinct_prices);
    // Each price where it was last seen.
    expect(world.scores).toEqual(new Map(polls.map(([second, price]) => [price, second])));
  });

  test("writes the whole second of a tick, and nothing twice", async () => {
    const store = await btcStore();
    await store.addTicks([tick(NOON + 1_999, "5")]);
    const world = memorySet();
    expect(await projectLegacy(store, world.set, "btcars")).toBe(1);
    expect(await projectLegacy(store, world.set, "btcars")).toBe(0);
    expect([...world.scores]).toEqual([["5.0", SECOND + 1]]);
  });

  test("writes what waited while the set was away, in order", async () => {
    const store = await btcStore();
    const world = memorySet();
    await store.addTicks(polled(NOON, ["1", "2"]));
    await projectLegacy(store, world.set, "btcars");
    world.down(true);
    await store.addTicks(polled(NOON + 20_000, ["1", "3", "2"]));
    await expect(projectLegacy(store, world.set, "btcars")).rejects.toThrow("caída");
    world.down(false);
    expect(await projectLegacy(store, world.set, "btcars")).toBe(3);
    expect(world.sorted().map(([member, score]) => [member, score - SECOND])).toEqual([
      ["1.0", 20],
      ["3.0", 30],
      ["2.0", 40],
    ]);
  });

  test("writes all again where the set came back without what was written last", async () => {
    const store = await btcStore();
    const world = memorySet([["0.5", SECOND - 10]]);
    await importLegacy(store, world.set, "btcars");
    // More than a batch.
    await store.addTicks(polled(NOON, Array.from({ length: 1_500 }, (_, i) => `${i + 1}`)));
    await projectLegacy(store, world.set, "btcars");
    const whole = new Map(world.scores);
    expect(whole.size).toBe(1_501);
    for (const price of ["0.5", "1.0", "1500.0"]) world.scores.delete(price);
    // Stopped in between, it begins again.
    let isFirst = true;
    const failing = {
      ...world.set,
      add: (entries: readonly LegacyEntry[]) => {
        if (!isFirst) return Promise.reject(new Problem("unavailable", "caída"));
        isFirst = false;
        return world.set.add(entries);
      },
    };
    await expect(projectLegacy(store, failing, "btcars")).rejects.toThrow("caída");
    expect(await projectLegacy(store, world.set, "btcars")).toBe(1_501);
    expect(world.scores).toEqual(whole);
    expect(await projectLegacy(store, world.set, "btcars")).toBe(0);
    // An entry that an old writer moved on is not lost.
    world.scores.set("1500.0", SECOND + 99_999);
    expect(await projectLegacy(store, world.set, "btcars")).toBe(0);
  });

  test("writes back nothing that came from the set", async () => {
    const store = await btcStore();
    // Not as Python writes it: by our text it is not there.
    const world = memorySet([["1", SECOND + 99]]);
    await importLegacy(store, world.set, "btcars");
    for (const _ of [1, 2]) expect(await projectLegacy(store, world.set, "btcars")).toBe(0);
    expect([...world.scores]).toEqual([["1", SECOND + 99]]);
  });
});
