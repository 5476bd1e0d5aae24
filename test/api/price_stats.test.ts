// Statistics of prices by minute, hour and day, and what answers are like once ticks became minutes.

import { describe, expect, test } from "vitest";
import { DAY_MS } from "../../src/core/time.ts";
import { NOON, tick } from "../store/price_examples.ts";
import { priceApp, ticksFrom } from "./price_app.ts";

const T0 = NOON / 1000;

describe("/api/ticker-stats/", () => {
  test("answers open, high, low, close, mean and count by bucket", async () => {
    const { add, json } = await priceApp();
    await add(...ticksFrom(["5", "9", "1", "7.5"]), ...ticksFrom(["3", "4"], NOON + 120_000));
    const { market, bucket, data } = await json("/api/ticker-stats/?bucket=minute");
    expect(market).toEqual({ name: "btcars", title: "Bitcoin en pesos", currency: "ARS", is_real: true });
    expect(bucket).toBe("minute");
    expect(data).toEqual([
      { timestamp: T0, open: 5, high: 9, low: 1, close: 7.5, mean: 22.5 / 4, count: 4 },
      { timestamp: T0 + 120, open: 3, high: 4, low: 3, close: 4, mean: 3.5, count: 2 },
    ]);
  });

  test("has days of Buenos Aires", async () => {
    const { add, json } = await priceApp();
    const midnight = Date.UTC(2024, 5, 1, 3);
    await add(tick(midnight - 10_000, "5"), tick(midnight, "6"));
    const { data } = await json("/api/ticker-stats/?bucket=day");
    expect(data.map(({ timestamp, close }: { timestamp: number; close: number }) => [timestamp, close]))
      .toEqual([[(midnight - DAY_MS) / 1000, 5], [midnight / 1000, 6]]);
  });

  test("cuts days at midnight in Buenos Aires, wherever the range ends", async () => {
    const { add, json } = await priceApp();
    const midnight = Date.UTC(2024, 5, 1, 3), second = midnight / 1000;
    // At 23:59:50, 00:00:00 and 00:00:10; the last is 00:00 in UTC, in the middle of a day here.
    await add(...ticksFrom(["1", "2", "3"], midnight - 10_000), tick(midnight + 21 * 3_600_000, "4"));
    const days = async (range: string) =>
      (await json(`/api/ticker-stats/?bucket=day&${range}`)).data
        .map((one: Record<string, number>) => [one.timestamp! - second, one.open, one.close, one.count]);
    expect(await days("since=0")).toEqual([[-86_400, 1, 1, 1], [0, 2, 4, 3]]);
    expect(await days(`since=0&until=${second}`)).toEqual([[-86_400, 1, 1, 1], [0, 2, 2, 1]]);
    expect(await days(`since=0&until=${second - 1}`)).toEqual([[-86_400, 1, 1, 1]]);
    expect(await days(`since=${second}`)).toEqual([[0, 2, 4, 3]]);
    expect(await days(`until=${second - 10}`)).toEqual([[-86_400, 1, 1, 1]]);
    expect(await days(`until=${second - 11}`)).toEqual([]);
    expect(await days("since=inf")).toEqual([]);
    expect(await days("until=-inf")).toEqual([]);
    const hours = (await json(`/api/ticker-stats/?bucket=hour&since=${second - 10}`)).data;
    expect(hours.map(({ timestamp }: { timestamp: number }) => timestamp - second)).toEqual([
      -3_600,
      0,
      75_600,
    ]);
  });

  test("counts the ticks of the range alone, both ends in", async () => {
    const { add, json } = await priceApp();
    await add(...ticksFrom(["1", "2", "3", "4"]));
    const { data } = await json(`/api/ticker-stats/?since=${T0 + 10}&until=${T0 + 20}`);
    expect(data).toEqual([{ timestamp: T0, open: 2, high: 3, low: 2, close: 3, mean: 2.5, count: 2 }]);
  });

  test.each([
    { query: "bucket=week", error: '"bucket" debe ser minute, hour, day, no "week"' },
    { query: "since=x", error: '"since" debe ser un número de segundos, no "x"' },
    {
      query: "bucket=minute&since=0",
      error: "El rango pedido tiene 1501 intervalos, y el máximo es 1500: acórtelo o use intervalos mayores",
    },
  ])("refuses $query", async ({ query, error }) => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "1"), tick(NOON + 1_500 * 60_000, "2"));
    const answer = await ask(`/api/ticker-stats/?${query}`);
    expect([answer.status, await answer.json()]).toEqual([400, { error }]);
  });

  test("of nothing has no buckets", async () => {
    const { add, json } = await priceApp();
    await add();
    expect((await json("/api/ticker-stats/")).data).toEqual([]);
  });
});

describe("after ticks became minutes", () => {
  test("means and buckets of whole minutes are as before, lists have the last of each", async () => {
    const { add, store, json } = await priceApp();
    const prices = Array.from({ length: 1_080 }, (_, i) => `${80_000_000 + (i * 7_919) % 1_000}.${i}`);
    await add(...ticksFrom(prices));
    const minutes = (from: number, to: number) => `since=${T0 + from * 60}&until=${T0 + to * 60 - 1}`;
    const answers = () =>
      Promise.all([
        json(`/api/average-price/?${minutes(0, 60)}`),
        json(`/api/average-price/?${minutes(7, 131)}`),
        json(`/api/ticker-stats/?bucket=minute&${minutes(100, 140)}`),
        json(`/api/ticker-stats/?bucket=hour&${minutes(0, 180)}`),
        json(`/api/ticker-stats/?bucket=day`),
      ]);
    const before = await answers();
    const list = async (query: string) => (await json(`/api/ticker-list/?page_size=10000&${query}`)).results;
    const [old, fresh] = [await list(minutes(0, 120)), await list(minutes(120, 180))];
    expect(await store.thin("btcars", NOON + 7_200_000, 10_000)).toBe(720);
    await add();
    expect(await answers()).toEqual(before);
    expect(await list(minutes(0, 120))).toEqual(old.filter((_: unknown, i: number) => i % 6 === 5));
    expect(await list(minutes(120, 180))).toEqual(fresh);
  });
});
