// The suite of counts on a real Redis, and a drainer that is killed.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { epochDay } from "../../src/core/time.ts";
import { connectRedis } from "../../src/store/redis/connection.ts";
import { redisCounts } from "../../src/store/redis/counts.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { startProgram } from "../slow/process.ts";
import { countsSuite, ledger } from "../store/counts_suite.ts";
import { type LookedInto, startRedis } from "./redis_client.ts";

let redis: LookedInto;
beforeAll(async () => {
  redis = await startRedis();
}, START_TIMEOUT_MS);
afterAll(() => redis[Symbol.asyncDispose]());

/** Two connections, as of two processes, over an empty Redis. */
async function open() {
  await redis.client.flushall();
  const connections = [1, 2].map(() => connectRedis({ url: redis.url }, () => {}));
  await Promise.all(connections.map((one) => new Promise((ready) => one.once("ready", ready))));
  const [counts, other] = connections.map(redisCounts);
  return {
    counts: counts!,
    other: other!,
    close: () => {
      for (const one of connections) one.disconnect();
    },
  };
}

countsSuite("Redis", open);

describe("redisCounts", () => {
  const day = epochDay(2026, 11, 21);
  const batch = (id: string, times: number) => ({ id, day, hits: new Map([["a", times], ["b", 1]]) });

  test("what a killed drainer had in hand is handed over again by its name", async () => {
    const { counts, close } = await open();
    await counts.add(batch("1", 7));
    const args = ["run", "-A", `${import.meta.dirname}/drainer.ts`, redis.url];
    await using drainer = startProgram(Deno.execPath(), args);
    const claim = await drainer.printed(/^taken (\S+)\n/m);
    drainer.kill("SIGKILL");
    await drainer.finished;
    await counts.add(batch("2", 30));

    const { take, sums, taken } = ledger();
    // What the killed one had written into the store.
    await take({ ...batch("1", 7), id: claim });
    await counts.drain(take);
    expect(taken.size).toBe(2);
    expect(Object.values(sums()).toSorted((a, b) => a - b)).toEqual([2, 37]);
    // Nothing of it is left but the marks of the batches, which end by themselves.
    const left = await redis.client.keys("*");
    expect(left.toSorted()).toEqual(["caudal:{hits}:added:1", "caudal:{hits}:added:2"]);
    for (const key of left) expect(await redis.client.pttl(key)).toBeGreaterThan(0);
    close();
  });

  test("a Redis that is gone is told, and nothing is lost when it is back with its data", async () => {
    const { counts, close } = await open();
    await counts.add(batch("1", 7));
    await redis.client.save();
    await redis.services.kill("redis");
    await expect(counts.add(batch("2", 1))).rejects.toMatchObject({ code: "unavailable" });
    await expect(counts.drain(() => Promise.resolve())).rejects.toMatchObject({ code: "unavailable" });
    await redis.services.up();
    await expect.poll(() => counts.add(batch("2", 1)).then(() => true, () => false), { timeout: 30_000 })
      .toBe(true);
    const { take, sums } = ledger();
    await counts.drain(take);
    expect(Object.values(sums()).toSorted((a, b) => a - b)).toEqual([2, 8]);
    close();
  });
});
