// Prices as people run them: polled by processes, published, simulated, and found as series.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS } from "../../src/core/prices/aggregate.ts";
import { decimalText } from "../../src/core/prices/decimal.ts";
import { totalsOf } from "../../src/core/prices/reader.ts";
import { BUENOS_AIRES_MS, buenosAiresDay, DAY_MS, isoDate } from "../../src/core/time.ts";
import { openPriceStore, openPublishedPrices } from "../../src/open.ts";
import { publishPriceSeries } from "../../src/price_series.ts";
import { pricesHere } from "../../src/prices_here.ts";
import { quoting, startMarketStub } from "../prices/market_stub.ts";
import { BTC, tick } from "../store/price_examples.ts";
import { pollAndKill, POLLERS_TIMEOUT_MS } from "./price_pollers.ts";
import { addressOf, runCommand, runWell, sleep, startCommand } from "./process.ts";

let dataDir: string;
beforeEach(() => void (dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-prices-"))));
afterEach(() => fs.rmSync(dataDir, { recursive: true }));

const json = async (url: string) => await (await fetch(url)).json();

/** Asks until `done`; what it answered then. */
async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    await sleep(100);
  }
}

describe("prices poll", () => {
  test("observes every market once, and tells what failed", async () => {
    const stub = startMarketStub(quoting({ btcars: "84436700.0" }));
    try {
      const env = { BUENBIT_URL: stub.url, ALLOW_INTERNAL_SOURCES: "true", DATA_DIR: dataDir };
      const both = { ...env, PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS,daiars=DAI:ARS" };
      const { stdout, stderr } = await runWell("prices_command", ["poll", "--once"], both);
      expect(stdout).toBe("btcars: 84436700.0\n");
      expect(stderr).toBe('daiars: La respuesta del mercado no tiene el par "daiars"\n');
      stub.answer({ status: 500, text: "oops" });
      const one = { ...env, PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS" };
      const failed = await runCommand("prices_command", ["poll", "--once"], one);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toBe("btcars: El mercado respondió 500\n");
      expect((await runCommand("prices_command", ["poll", "--once"], { DATA_DIR: dataDir })).stderr)
        .toContain("PRICE_MARKETS=no");
    } finally {
      await stub.close();
    }
  });

  test.each([[[]], [["drop"]], [["import", "--once"]], [["poll", "poll"]], [["--all"]]])(
    "%j is wrong usage",
    async (args) => {
      expect((await runCommand("prices_command", args, { DATA_DIR: dataDir })).code).toBe(2);
    },
  );
});

test("start --simulate-prices serves a market of nobody, and an unreachable one shows in the status alone", async () => {
  const closed = startMarketStub(quoting({}));
  await closed.close();
  await using server = startCommand(
    "start",
    ["--port", "0", "--data", dataDir, "--simulate-prices"],
    {
      PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
      PRICE_PERIOD_SECONDS: "1",
      BUENBIT_URL: closed.url,
      ALLOW_INTERNAL_SOURCES: "true",
    },
  );
  const url = await addressOf(server);
  const list = () => json(`${url}/api/ticker-list/?market=simulacion`);
  const { results } = await until(list, ({ count = 0 }) => count >= 3);
  // No second is there twice.
  const seconds = results.map(({ timestamp }: { timestamp: number }) => timestamp);
  expect(seconds).toEqual([...new Set<number>(seconds)].sort((a, b) => a - b));
  expect(await json(`${url}/api/ticker-list/`)).toEqual({
    count: 0,
    next: null,
    previous: null,
    results: [],
  });
  const { markets } = await until(
    () => json(`${url}/api/prices/status`),
    ({ markets }) => markets.some((one: { last_error: string | null }) => one.last_error !== null),
  );
  const [btcars, simulated] = markets;
  expect(btcars).toMatchObject({ name: "btcars", alarm: true, is_real: true });
  expect(btcars.last_error).toContain("rechaz");
  expect(simulated).toMatchObject({ name: "simulacion", is_real: false, last_error: null, alarm: false });
  expect(simulated.title).toContain("Simulación");
  await until(() => fetch(`${url}/readyz`), ({ status }) => status === 200);
  server.kill("SIGTERM");
  const { stderr } = await server.finished;
  const events = stderr.split("\n").flatMap((line) => line.startsWith("{") ? [JSON.parse(line).event] : []);
  expect(events.filter((event) => event.startsWith("prices."))).toEqual([]);
});

test("two pollers of a folder, of which the active one is killed, have one tick a period", async () => {
  await pollAndKill({ dataDir });
}, POLLERS_TIMEOUT_MS);

test("a poller whose market another claimed for no reason takes it back", async () => {
  const store = openPriceStore({ dataDir });
  const stub = startMarketStub(quoting({ btcars: "7.5" }));
  const events: string[] = [];
  const end = new AbortController();
  const done = pricesHere({
    places: { dataDir },
    settings: {
      BUENBIT_URL: stub.url,
      PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
      PRICE_PERIOD_SECONDS: 1,
      ALLOW_INTERNAL_SOURCES: true,
      HARVEST_USER_AGENT: "test",
    },
    log: (_, event) => events.push(event),
  }, end.signal);
  const count = () => store.count("btcars");
  await until(count, (ticks) => ticks >= 2);
  await store.claim("btcars", "one that woke up late");
  const claimedAt = await count();
  await until(count, (ticks) => ticks >= claimedAt + 3);
  end.abort();
  await done;
  expect(events).toEqual(["prices.failed"]);
  await stub.close();
  await store.close();
});

test("old ticks become minutes and hours, and count as before for readers", async () => {
  const places = { dataDir };
  const store = openPriceStore(places);
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  await store.saveMarket(BTC);
  await store.addTicks([0, 10, 20, 70].map((second) => tick(hour - 50 * HOUR_MS + second * 1_000, "2.5")));
  const stub = startMarketStub(quoting({ btcars: "7.5" }));
  const end = new AbortController();
  const done = pricesHere({
    places,
    settings: {
      BUENBIT_URL: stub.url,
      PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
      PRICE_PERIOD_SECONDS: 1,
      PRICE_KEEP_DAYS: 2,
      ALLOW_INTERNAL_SOURCES: true,
      HARVEST_USER_AGENT: "test",
    },
    log: (_, event, fields) => {
      throw new Error(`${event} ${JSON.stringify(fields)}`);
    },
  }, end.signal);
  try {
    const prices = openPublishedPrices(places, 1_000_000);
    const ofOld = async () => {
      const reader = (await prices.current())?.markets[0];
      return reader && await totalsOf(reader, 0, hour - 49 * HOUR_MS);
    };
    const totals = await until(ofOld, (found) => found?.entries === 2);
    expect(totals).toMatchObject({ count: 4 });
    expect(decimalText(totals!.sum)).toBe("10.0");
    expect(await store.aggregates("btcars", HOUR_MS, 0, 9e15)).toMatchObject([{ count: 4, sum: "10.0" }]);
    expect((await store.newest("btcars"))!.price).toBe("7.5");
  } finally {
    end.abort();
    await done;
    await stub.close();
    await store.close();
  }
});

test("days of a market are series: searched, combined, and kept by harvests", async () => {
  const places = { dataDir };
  const today = buenosAiresDay(Date.now()) * DAY_MS - BUENOS_AIRES_MS;
  const store = openPriceStore(places);
  await store.saveMarket(BTC);
  await store.addTicks([
    tick(today - 3 * DAY_MS, "84436700.0"),
    tick(today - 3 * DAY_MS + 10_000, "84500000.5"),
    tick(today - 3 * DAY_MS + 20_000, "84436700.0"),
    tick(today - DAY_MS - 1, "5"),
    tick(today - 1, "6.25"),
    tick(today, "7"),
  ]);
  expect(await publishPriceSeries(places, store, BTC, Date.now())).toBe(true);
  expect(await publishPriceSeries(places, store, BTC, Date.now())).toBe(false);
  // The day after there is one day more.
  expect(await publishPriceSeries(places, store, { ...BTC, isReal: false }, Date.now() + DAY_MS)).toBe(false);
  expect(await publishPriceSeries(places, store, BTC, Date.now() + DAY_MS)).toBe(true);
  // A clock that was a day ahead is no reason to wait for a day.
  expect(await publishPriceSeries(places, store, BTC, Date.now())).toBe(true);
  // An import changes days that were published.
  await store.addTicks([tick(today - 3 * DAY_MS + 30_000, "90000000", { source: "legacy" })]);
  await store.saveCursor({ market: "btcars", name: "series" }, 0);
  expect(await publishPriceSeries(places, store, BTC, Date.now() + DAY_MS)).toBe(true);
  await store.close();
  await runWell("harvest", ["--data", dataDir]);

  await using server = startCommand("serve", ["--port", "0", "--data", dataDir]);
  const url = await addressOf(server);
  const ids = ["promedio", "cierre", "maximo", "minimo"].map((key) => `btcars_${key}`).join(",");
  const day = (back: number) => isoDate(buenosAiresDay(Date.now()) - back);
  const { data } = await json(`${url}/series/api/series/?ids=${ids}&metadata=none`);
  expect(data).toEqual([
    // (2 · 84436700 + 84500000.5 + 90000000) / 4
    [day(3), 85843350.12, 90000000, 90000000, 84436700],
    [day(2), 5, 5, 5, 5],
    [day(1), 6.25, 6.25, 6.25, 6.25],
    [day(0), 7, 7, 7, 7],
  ]);
  const found = await json(`${url}/series/api/search/?q=bitcoin`);
  expect(found.data.map(({ field }: { field: { id: string } }) => field.id).sort()).toEqual(
    ids.split(",").sort(),
  );
  const combined = await json(
    `${url}/series/api/series/?ids=btcars_cierre,sol_manchas&collapse=year&collapse_aggregation=avg&last=1`,
  );
  expect(combined.data).toHaveLength(1);
  expect(combined.data[0]).toHaveLength(3);
});
