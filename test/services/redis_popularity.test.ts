// Two servers that count in Redis and drainers that are killed over and over: in the end the store has every query that
// was answered, once; and what it has is published and told.

import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeNetwork } from "../../scripts/bench/network.ts";
import { buenosAiresDay } from "../../src/core/time.ts";
import { openStore } from "../../src/open.ts";
import { popularityTasks } from "../../src/popularity.ts";
import { START_TIMEOUT_MS } from "../services.ts";
import { addressOf, eventually, LONG, runWell, sleep, startCommand, startProgram } from "../slow/process.ts";
import { type LookedInto, startRedis } from "./redis_client.ts";

const ROUNDS = LONG ? 40 : 6;

let folder: string;
let ids: readonly string[];
let redis: LookedInto;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_popularity_" });
  ({ ids } = writeNetwork(path.join(folder, "net"), { series: 30, values: 3_000 }));
  const args = ["--network", path.join(folder, "net/index.yaml"), "--data", path.join(folder, "data")];
  [redis] = await Promise.all([startRedis(), runWell("harvest", args)]);
}, START_TIMEOUT_MS);
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

test("every query that two servers answer is counted once, though drainers are killed", async () => {
  const dataDir = path.join(folder, "data");
  const expected = new Map<string, number>();
  const drainer = () =>
    startProgram(Deno.execPath(), ["run", "-A", `${import.meta.dirname}/hit_drainer.ts`, redis.url, dataDir]);
  const begun = buenosAiresDay(Date.now());
  {
    await using first = drainer();
    await using second = drainer();
    await Promise.all([first, second].map((one) => one.printed(/(drains)/)));
    for (let round = 0; round < ROUNDS; round++) {
      const servers = [1, 2].map(() =>
        startCommand("serve", ["--port", "0", "--data", dataDir], { REDIS_URL: redis.url })
      );
      const urls = await Promise.all(servers.map(addressOf));
      await using killed = drainer();
      await killed.printed(/(drains)/);
      await Promise.all(urls.flatMap((url, i) =>
        Array.from({ length: 40 }, async (_, n) => {
          const asked = [ids[n % ids.length]!, ids[(n * 7 + i) % ids.length]!];
          const response = await fetch(
            `${url}/series/api/series/?ids=${asked.join(",")}&last=${round + 1}&collapse=year`,
          );
          await response.body?.cancel();
          if (response.status !== 200) return;
          for (const id of new Set(asked)) expected.set(id, (expected.get(id) ?? 0) + 1);
        })
      ));
      for (const server of servers) server.kill("SIGTERM");
      // The counts are handed on now: one of those that take them is killed then.
      await sleep(round * 3 % 20);
      killed.kill("SIGKILL");
      for (const server of servers) expect((await server.finished).code).toBe(0);
    }
    first.kill("SIGKILL");
    await first.finished;
    await eventually(async () => !(await redis.client.keys("*")).some((key) => /:(day|claim):/.test(key)));
    second.kill("SIGTERM");
    expect((await second.finished).code).toBe(0);
  }

  const { store } = openStore({ dataDir });
  const { rows } = await store.dailyHits({}, { offset: 0, limit: 1_000 });
  await store.close();
  const sums = new Map<string, number>();
  for (const { seriesId, hits } of rows) sums.set(seriesId, (sums.get(seriesId) ?? 0) + hits);
  expect(sums).toEqual(expected);
  expect(expected.size).toBeGreaterThan(10);
  expect(rows.every(({ day }) => day >= begun && day <= buenosAiresDay(Date.now()))).toBe(true);

  const lines: string[] = [];
  const { popularity } = popularityTasks({ dataDir }, new AbortController().signal);
  const report = await popularity({}, (line) => Promise.resolve(void lines.push(line)));
  expect(report).toMatchObject({ switched: true, series: expected.size });
  await using server = startCommand("serve", ["--port", "0", "--data", dataDir], {});
  const answer = await fetch(`${await addressOf(server)}/series/api/search/?sort_by=hits_90_days&limit=100`);
  const { data } = await answer.json();
  const told = data.map((
    { field }: { field: { id: string; hits_90_days: number } },
  ) => [field.id, field.hits_90_days]);
  const order = ids.map((id) => [id, expected.get(id) ?? 0] as const)
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  expect(told).toEqual(order);
}, LONG ? 600_000 : 120_000);
