// What follows the ticks beside the polling: the runner of such work, retention, and the days as a CSV.

import { describe, expect, test } from "vitest";
import { HOUR_MS } from "../../src/core/prices/aggregate.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { daysCsv, fedOf } from "../../src/price_series.ts";
import { follower } from "../../src/prices/followers.ts";
import { thinOld } from "../../src/prices/retention.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { BTC, NOON, polled, tick } from "../store/price_examples.ts";

describe("follower", () => {
  test("does what is asked for while it works once more, and no two at a time", async () => {
    let under = 0, most = 0, done = 0;
    const { poke, idle } = follower(async () => {
      most = Math.max(most, ++under);
      await Promise.resolve();
      under--;
      done++;
    }, () => {});
    for (let i = 0; i < 5; i++) poke();
    await idle();
    expect([most, done]).toEqual([1, 2]);
    poke();
    await idle();
    expect(done).toBe(3);
  });

  test("tells the first failure of a row", async () => {
    const told: string[] = [];
    const outcomes = [false, false, true, true, false];
    const { poke, idle } = follower(
      () => outcomes.shift() ? Promise.resolve() : Promise.reject(new Error("no")),
      (error) => told.push((error as Error).message),
    );
    for (let i = 0; i < 5; i++) {
      poke();
      await idle();
    }
    expect(told).toEqual(["no", "no"]);
  });
});

test("thinOld leaves the last days tick by tick, by whole hours", async () => {
  const store = memoryPriceStore();
  await store.saveMarket(BTC);
  await store.addTicks(polled(NOON - 2 * DAY_MS - HOUR_MS, Array(12_000).fill("2")));
  const now = NOON + 1_800_000;
  expect(await thinOld(store, "btcars", 2, now, new AbortController().signal)).toBe(360);
  expect(await store.thinnedBefore("btcars")).toBe(NOON - 2 * DAY_MS);
  expect(await store.aggregates("btcars", HOUR_MS, 0, 9e15)).toMatchObject([{ count: 360, sum: "720" }]);
  expect(await store.count("btcars")).toBe(11_640);
  expect(await thinOld(store, "btcars", 1, now, new AbortController().signal)).toBe(8_640);
});

describe("Days as series", () => {
  test("have a row for every day from the first to the last", async () => {
    const store = memoryPriceStore();
    await store.saveMarket(BTC);
    await store.addTicks([
      tick(NOON, "84436700.0"),
      tick(NOON + 10_000, "84500000.5"),
      tick(NOON + 20_000, "84436700.0"),
      tick(NOON + 2 * DAY_MS, "83439260.1161559577375675"),
      tick(NOON + 3 * DAY_MS, "0.000000005"),
      tick(NOON + 3 * DAY_MS + 1, "0.00000002"),
    ]);
    expect(daysCsv(await store.aggregates("btcars", DAY_MS, 0, 9e15))).toBe(
      [
        "indice_tiempo,promedio,cierre,maximo,minimo",
        // The recorded average of these three.
        "2024-05-31,84457800.17,84436700.0,84500000.5,84436700.0",
        "2024-06-01,,,,",
        "2024-06-02,83439260.11615595,83439260.1161559577375675,83439260.1161559577375675,83439260.1161559577375675",
        "2024-06-03,0.0000000125,0.00000002,0.00000002,0.000000005",
        "",
      ].join("\n"),
    );
  });

  test("are four series of a catalog of their own", () => {
    const { catalogId, dataset, distribution } = fedOf(BTC);
    expect([catalogId, dataset.id, distribution.id]).toEqual(["precios", "btcars", "btcars-diario"]);
    expect(distribution.fields.map(({ id, title }) => [id, title]).slice(1)).toEqual([
      ["btcars_promedio", "promedio"],
      ["btcars_cierre", "cierre"],
      ["btcars_maximo", "maximo"],
      ["btcars_minimo", "minimo"],
    ]);
  });
});
