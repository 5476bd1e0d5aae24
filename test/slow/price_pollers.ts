// Two processes that poll for one store, the active one killed or stopped at random: one tick a period.

import { expect } from "vitest";
import { openEtlStore, openPriceStore, type Places } from "../../src/open.ts";
import { POLLER_LEASE } from "../../src/prices_here.ts";
import { quoting, startMarketStub } from "../prices/market_stub.ts";
import { eventually, LONG, type Running, sleep, startCommand } from "./process.ts";

const PERIOD_MS = 4_000;
const KILLS = LONG ? 50 : 3;
/** Times that the active one stands still for longer than its lease, and wakes up when it is another's. */
const STOPS = LONG ? 20 : 1;

export const POLLERS_TIMEOUT_MS = LONG ? 900_000 : 180_000;

export async function pollAndKill(places: Places): Promise<void> {
  const market = startMarketStub(quoting({ btcars: "84436700.0" }));
  const [store, leases] = [openPriceStore(places), openEtlStore(places)];
  const start = () =>
    startCommand("prices_command", ["poll"], {
      ...(places.databaseUrl !== undefined && { DATABASE_URL: places.databaseUrl }),
      DATA_DIR: places.dataDir,
      BUENBIT_URL: market.url,
      ALLOW_INTERNAL_SOURCES: "true",
      PRICE_MARKETS: "btcars=Bitcoin en pesos:ARS",
      PRICE_PERIOD_SECONDS: String(PERIOD_MS / 1_000),
    });
  let pollers: Running[] = [start(), start()];
  /** The process whose lease it is. */
  const active = async () => {
    const pid = (await leases.lease(POLLER_LEASE))?.holder.split(" ")[1];
    return pollers.find((one) => one.isRunning() && String(one.pid) === pid);
  };
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
    for (let stops = 0; stops < STOPS; stops++) {
      let sleeper: Running | undefined;
      await eventually(async () => (sleeper = await active()) !== undefined);
      sleeper!.kill("SIGSTOP");
      await eventually(async () => ![undefined, sleeper].includes(await active()));
      await sleep(PERIOD_MS * Math.random());
      sleeper!.kill("SIGCONT");
      await sleep(PERIOD_MS);
      expect(sleeper!.isRunning()).toBe(true);
    }
    await sleep(2 * PERIOD_MS);
    const ticks = await store.ticks("btcars", { from: begun, to: 9e15 }, undefined, 1_000);
    const instants = ticks.map(({ observedAt }) => observedAt);
    expect(instants.length).toBeGreaterThan(KILLS + 2);
    expect(instants).toEqual(instants.map((_, i) => begun + i * PERIOD_MS));
    expect(begun % PERIOD_MS).toBe(0);
  } finally {
    for (const one of pollers) await one[Symbol.asyncDispose]();
    await Promise.all([store.close(), leases.close(), market.close()]);
  }
}
