// Two processes that poll over one PostgreSQL, the active one killed at random: one tick a period.

import { afterAll, beforeAll, expect, test } from "vitest";
import { openEtlStore, openPriceStore } from "../../src/open.ts";
import { POLLER_LEASE } from "../../src/prices_here.ts";
import { type MarketStub, quoting, startMarketStub } from "../prices/market_stub.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { eventually, LONG, type Running, sleep, startCommand } from "../slow/process.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

const PERIOD_MS = 4_000;
const KILLS = LONG ? 50 : 4;

let database: FreshDatabase;
let market: MarketStub;
let folder: string;
beforeAll(async () => {
  database = await freshDatabase();
  market = startMarketStub(quoting({ btcars: "84436700.0" }));
  folder = Deno.makeTempDirSync({ prefix: "caudal-pollers-" });
}, START_TIMEOUT_MS);
afterAll(async () => {
  await market.close();
  await database.drop();
  Deno.removeSync(folder, { recursive: true });
});

test.each(["direct", "pooled"] as const)("two pollers, %s: one tick a period", async (way) => {
  const places = { dataDir: folder, databaseUrl: database[way] };
  const [store, leases] = [openPriceStore(places), openEtlStore(places)];
  const start = () =>
    startCommand("prices_command", ["poll"], {
      DATABASE_URL: database[way],
      DATA_DIR: folder,
      BUENBIT_URL: market.url,
      ALLOW_INTERNAL_SOURCES: "true",
      PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
      PRICE_PERIOD_SECONDS: String(PERIOD_MS / 1_000),
    });
  /** The process whose lease it is. */
  const active = async () => {
    const pid = (await leases.lease(POLLER_LEASE))?.holder.split(" ")[1];
    return pollers.find((one) => one.isRunning() && String(one.pid) === pid);
  };
  let pollers: Running[] = [start(), start()];
  try {
    await eventually(async () => await store.newest("btcars") !== undefined);
    const begun = (await store.newest("btcars"))!.observedAt;
    for (let kills = 0; kills < KILLS; kills++) {
      await sleep(PERIOD_MS * (1 + Math.random()));
      let victim: Running | undefined;
      await eventually(async () => (victim = await active()) !== undefined);
      victim!.kill("SIGKILL");
      await victim!.finished;
      pollers = [...pollers.filter((one) => one !== victim), start()];
    }
    await sleep(2 * PERIOD_MS);
    const ticks = await store.ticks("btcars", { from: begun, to: 9e15 }, undefined, 1_000);
    const instants = ticks.map(({ observedAt }) => observedAt);
    expect(instants.length).toBeGreaterThan(KILLS + 2);
    expect(instants).toEqual(instants.map((_, i) => begun + i * PERIOD_MS));
    expect(begun % PERIOD_MS).toBe(0);
  } finally {
    for (const one of pollers) await one[Symbol.asyncDispose]();
    await Promise.all([store.close(), leases.close()]);
    await database.ask("DELETE FROM caudal.price_tick; DELETE FROM caudal.price_poll");
  }
}, LONG ? 900_000 : 180_000);
