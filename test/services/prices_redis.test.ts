// The old Redis set beside the ticks, with a real Redis that dies and comes back.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBlobs, openPriceStore, openPublishedPrices } from "../../src/open.ts";
import { pricesHere } from "../../src/prices_here.ts";
import { type MarketStub, quoting, startMarketStub } from "../prices/market_stub.ts";
import { expectNoLooseFile } from "../publish/racing_publishers.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually, runWell, startCommand } from "../slow/process.ts";
import { type LookedInto, startRedis } from "./redis_client.ts";

let redis: LookedInto;
let dataDir: string;
let market: MarketStub;
beforeAll(async () => {
  redis = await startRedis();
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-prices-redis-"));
  // Every poll has a price of its own, so that the set has them all.
  market = startMarketStub(
    ...Array.from({ length: 500 }, (_, i) => quoting({ btcars: `${84_436_700 + i}.5`, daiars: "1150.25" })),
  );
}, START_TIMEOUT_MS);
afterAll(async () => {
  await market.close();
  await redis[Symbol.asyncDispose]();
  fs.rmSync(dataDir, { recursive: true });
});

const EVER = { from: 0, to: 9e15 };
const entries = async () => {
  const flat = await redis.client.zrange("prices", 0, "-1", "WITHSCORES");
  return flat.flatMap((member, i) => i % 2 === 0 ? [[member, Number(flat[i + 1])]] : []);
};

test("a Redis that dies and returns loses no tick, and what it had is taken over once", async () => {
  await redis.client.zadd("prices", 1_717_135_270, "84436700.0", 1_717_135_280, "foo");
  const store = openPriceStore({ dataDir });
  const events: string[] = [];
  const end = new AbortController();
  const done = pricesHere({
    places: { dataDir },
    settings: {
      REDIS_URL: redis.url,
      BUENBIT_URL: market.url,
      // The set is of bitcoin in pesos, wherever that stands.
      PRICE_MARKETS: "daiars=DAI en pesos:ARS,btcars=Bitcoin en pesos:ARS",
      PRICE_PERIOD_SECONDS: 1,
      ALLOW_INTERNAL_SOURCES: true,
      HARVEST_USER_AGENT: "test",
    },
    log: (_, event) => events.push(event),
  }, end.signal);
  const ticks = () => store.ticks("btcars", EVER, undefined, 1_000);

  await eventually(async () => (await entries()).length >= 4);
  await redis.services.kill("redis");
  const lostAt = await store.count("btcars").then(Number);
  await eventually(async () => await store.count("btcars") >= lostAt + 3);
  await redis.services.up();
  const backAt = await store.count("btcars");
  await eventually(async () => await store.count("btcars") >= backAt + 2);
  const written = (await ticks()).filter(({ source }) => source === "buenbit");
  await eventually(async () => (await entries()).length >= written.length);
  end.abort();
  await done;

  const all = await ticks();
  expect(all[0]).toMatchObject({ source: "legacy", observedAt: 1_717_135_270_000, price: "84436700.0" });
  const polled = all.slice(1);
  expect(polled.every(({ source }) => source === "buenbit")).toBe(true);
  // Without a disk it forgot all with its death: even that is there again, but for members that were no prices.
  const inRedis = new Map((await entries()) as [string, number][]);
  expect(polled.length).toBeGreaterThanOrEqual(lostAt + 4);
  for (const { price, observedAt } of all.slice(0, -1)) {
    expect(inRedis.get(price)).toBe(Math.floor(observedAt / 1_000));
  }
  expect([inRedis.has("1150.25"), (await store.newest("daiars"))!.price]).toEqual([false, "1150.25"]);
  expect(await store.newest("daiars")).toMatchObject({ source: "buenbit" });
  expect(await store.count("daiars")).toBe(polled.length);
  expect(events.filter((event) => event === "redis.lost")).toHaveLength(1);
  expect(events.filter((event) => event === "prices.delayed")).toHaveLength(1);
  expect(events.filter((event) => event === "prices.refused")).toHaveLength(1);
  await store.close();
}, 120_000);

test("an import while another process polls: both publish, and nothing is lost", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-prices-race-"));
  const env = {
    DATA_DIR: home,
    REDIS_URL: redis.url,
    BUENBIT_URL: market.url,
    ALLOW_INTERNAL_SOURCES: "true",
    PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
    PRICE_PERIOD_SECONDS: "1",
  };
  const store = openPriceStore({ dataDir: home });
  const poller = startCommand("prices_command", ["poll"], env);
  try {
    await redis.client.del("prices");
    await eventually(async () => await store.count("btcars") >= 2);
    for (let round = 0; round < 3; round++) {
      const old = Array.from(
        { length: 1_500 },
        (_, i) => [1_600_000_000 + i * 1_000 + round, `${round * 1_500 + i}.25`],
      );
      await redis.client.zadd("prices", ...old.flat());
      // Two at once, beside the poller.
      await Promise.all([1, 2].map(() => runWell("prices_command", ["import"], env)));
    }
    const count = await store.count("btcars");
    expect(await store.ticks("btcars", { from: 0, to: 1_700_000_000_000 }, undefined, 9_999)).toHaveLength(
      4_500,
    );
    const prices = openPublishedPrices({ dataDir: home }, 1_000_000);
    await eventually(async () => (await prices.current())!.markets[0]!.entries >= count);
    poller.kill("SIGTERM");
    const { stderr } = await poller.finished;
    expect(stderr).toBe("");
    const { entries } = (await prices.current())!.markets[0]!;
    expect(entries).toBe(await store.count("btcars"));
    await expectNoLooseFile(openBlobs({ dataDir: home }));
  } finally {
    await poller[Symbol.asyncDispose]();
    await store.close();
    fs.rmSync(home, { recursive: true });
  }
}, 120_000);

test("prices import takes over what is new, and nothing twice", async () => {
  const env = {
    DATA_DIR: dataDir,
    REDIS_URL: redis.url,
    PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
  };
  await runWell("prices_command", ["import"], env);
  await redis.client.zadd("prices", 1_717_135_300, "5.0", 1_717_135_300, "1e+16");
  const first = await runWell("prices_command", ["import"], env);
  expect(first.stdout).toContain("2 precios nuevos");
  const second = await runWell("prices_command", ["import", "--json"], env);
  expect(JSON.parse(second.stdout)).toMatchObject({ added: 0 });
  // More than a page of one second, and several pages.
  const many = Array.from(
    { length: 3_000 },
    (_, i) => [i < 1_200 ? 1_717_140_000 : 1_717_140_000 + i, `${i}.5`],
  );
  await redis.client.zadd("prices", ...many.flat());
  const third = await runWell("prices_command", ["import", "--json"], env);
  expect(JSON.parse(third.stdout)).toMatchObject({ added: 3_000 });
  const fourth = await runWell("prices_command", ["import", "--json"], env);
  expect(JSON.parse(fourth.stdout)).toMatchObject({ read: JSON.parse(third.stdout).read, added: 0 });
  const other = { ...env, PRICE_MARKETS: "daiars=DAI en pesos:ARS" };
  await expect(runWell("prices_command", ["import"], other)).rejects.toThrow(/no tiene btcars/);
  await redis.client.set("other", "x");
  await redis.client.rename("other", "prices");
  await expect(runWell("prices_command", ["import"], env)).rejects.toThrow(/clave "prices" de Redis/);
}, 120_000);
