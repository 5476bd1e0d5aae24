// Two servers that share a Redis: what one rendered the other answers, what both were asked is counted, and losing
// it in the middle changes no answer.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buenosAiresDay } from "../../src/core/time.ts";
import { connectRedis } from "../../src/store/redis/connection.ts";
import { redisCounts } from "../../src/store/redis/counts.ts";
import { writeNetwork } from "../../scripts/bench/network.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { copyFolder } from "../slow/data_folder.ts";
import { addressOf, eventually, type Running, runWell, sleep, startCommand } from "../slow/process.ts";
import { ledger } from "../store/counts_suite.ts";
import { type LookedInto, startRedis } from "./redis_client.ts";

let folder: string;
let ids: readonly string[];
let redis: LookedInto;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_redis_" });
  ({ ids } = writeNetwork(path.join(folder, "net"), { series: 200, values: 20_000 }));
  const args = ["--network", path.join(folder, "net/index.yaml"), "--data", path.join(folder, "data")];
  [redis] = await Promise.all([startRedis(), runWell("harvest", args)]);
}, START_TIMEOUT_MS);
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

type Answer = { readonly status: number; readonly tag: string | null; readonly body: string };

async function ask(url: string, query: string): Promise<Answer> {
  const response = await fetch(`${url}/series/api/series/?${query}`);
  return { status: response.status, tag: response.headers.get("etag"), body: await response.text() };
}

/** Starts a server over a data folder, with the shared Redis or alone. */
const serve = (data: string, env: Record<string, string> = { REDIS_URL: redis.url }): Running =>
  startCommand("serve", ["--port", "0", "--data", path.join(folder, data)], env);

const queries = (count: number) =>
  Array.from({ length: count }, (_, i) => `ids=${ids[i % ids.length]}&last=${10 + i}`);

describe("servers with a Redis", () => {
  test("answer what another one rendered, without a segment of their own", async () => {
    await redis.client.flushall();
    await copyFolder(path.join(folder, "data/snapshots"), path.join(folder, "bare/snapshots"));
    await Deno.remove(path.join(folder, "bare/snapshots/segment"), { recursive: true });
    await Deno.remove(path.join(folder, "bare/snapshots/directory"), { recursive: true });
    const { host } = new URL(redis.url);
    const [name, port] = host.split(":") as [string, string];
    await using one = serve("data");
    await using bare = serve("bare", { REDIS_HOST: name, REDIS_PORT: port });
    const [first, second] = [await addressOf(one), await addressOf(bare)];
    const asked = [...queries(30), `ids=${ids[0]}&format=csv`, `ids=${ids[0]}&metadata=full`];
    expect((await ask(second, asked[0]!)).status).toBe(503);

    const rendered: Answer[] = [];
    for (const query of asked) rendered.push(await ask(first, query));
    expect(new Set(rendered.map(({ status }) => status))).toEqual(new Set([200]));
    const isBody = (key: string) => key.startsWith("caudal:body:");
    await eventually(async () => (await redis.client.keys("*")).filter(isBody).length === asked.length);
    const hits = await redis.info("keyspace_hits");
    const shared: Answer[] = [];
    for (const query of asked) shared.push(await ask(second, query));
    expect(shared).toEqual(rendered);
    expect(await redis.info("keyspace_hits") - hits).toBe(asked.length);
    // From here on each has them itself.
    for (const query of asked) await ask(second, query);
    expect(await redis.info("keyspace_hits") - hits).toBe(asked.length);
  });

  test("count what they were asked, to the last query", async () => {
    await redis.client.flushall();
    const servers = [serve("data"), serve("data")];
    const urls = await Promise.all(servers.map(addressOf));
    const [a, b, c] = ids as [string, string, string];
    const begun = buenosAiresDay(Date.now());
    for (const url of urls) {
      const { tag } = await ask(url, `ids=${a}`);
      await Promise.all(Array.from({ length: 24 }, () => ask(url, `ids=${a}`)));
      await ask(url, `ids=${a}:change,${b},${a}:percent_change&format=csv`);
      await fetch(`${url}/api/series?ids=${encodeURIComponent(c)}`).then((response) =>
        response.body?.cancel()
      );
      // Neither of these was answered with 200.
      expect((await ask(url, `ids=${b},no_existe`)).status).toBe(400);
      expect((await ask(url, "")).status).toBe(400);
      const copy = await fetch(`${url}/series/api/series/?ids=${a}`, { headers: { "if-none-match": tag! } });
      expect(copy.status).toBe(304);
    }
    for (const server of servers) server.kill("SIGTERM");
    for (const server of servers) expect((await server.finished).code).toBe(0);
    const connection = connectRedis({ url: redis.url }, () => {});
    await new Promise((ready) => connection.once("ready", ready));
    const { take, taken } = ledger();
    await redisCounts(connection).drain(take);
    connection.disconnect();
    const sums = new Map<string, number>();
    for (const { hits } of taken.values()) {
      for (const [series, times] of hits) sums.set(series, (sums.get(series) ?? 0) + times);
    }
    // 25 plain ones and one of several, by each of two servers.
    expect(sums).toEqual(new Map([[a, 52], [b, 2], [c, 2]]));
    const days = [...taken.values()].map(({ day }) => day);
    expect(days.every((day) => day >= begun && day <= buenosAiresDay(Date.now()))).toBe(true);
  });

  test("answer right while it is killed, and use it again when it is back", async () => {
    await redis.client.flushall();
    await using alone = serve("data", {});
    const asked = queries(300);
    const expected = new Map<string, Answer>();
    const url = await addressOf(alone);
    for (const query of asked) expected.set(query, await ask(url, query));

    // Without memory of their own every answer is looked for in Redis.
    const settings = { REDIS_URL: redis.url, BODY_CACHE_MB: "0" };
    await using one = serve("data", settings);
    await using two = serve("data", settings);
    const urls = [await addressOf(one), await addressOf(two)];
    let loading = true;
    let answers = 0;
    const wrong: string[] = [];
    const load = async (url: string, step: number) => {
      for (let i = 0; loading; i += step) {
        const query = asked[i % asked.length]!;
        const { status, tag, body } = await ask(url, query);
        const right = expected.get(query)!;
        if (status !== right.status || tag !== right.tag || body !== right.body) wrong.push(query);
        answers++;
      }
    };
    const loads = urls.flatMap((url) => [1, 7, 11].map((step) => load(url, step)));
    const answered = async (more: number) => {
      const goal = answers + more;
      while (answers < goal) await sleep(5);
    };
    const used = async () => {
      const before = await redis.info("keyspace_hits");
      await eventually(async () => await redis.info("keyspace_hits") > before + 50);
    };
    await used();
    await redis.services.kill("redis");
    await answered(500);
    await redis.services.up();
    await used();
    await redis.services.kill("redis", "SIGSTOP");
    await answered(500);
    await redis.services.kill("redis", "SIGCONT");
    await used();
    loading = false;
    await Promise.all(loads);
    expect(wrong).toEqual([]);
  });
});
