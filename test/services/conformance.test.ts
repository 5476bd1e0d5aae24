// Every recorded case over PostgreSQL behind PgBouncer, OpenSearch and Redis, chosen by the environment alone.

import { expect, test } from "vitest";
import { service, START_TIMEOUT_MS } from "../services.ts";
import { type Finished, sleep, startProgram } from "../slow/process.ts";

const SCRIPT = `${import.meta.dirname}/../../scripts/conformance.ts`;

test.each([
  { folder: "golden/series-api", least: 1_150 },
  { folder: "fixtures/catalogs", least: 90 },
])("$folder passes on the engines of a server", async ({ folder, least }) => {
  const [database, search, redis] = await Promise.all([
    service("pgbouncer"),
    service("opensearch"),
    service("redis"),
  ]);
  const run = async (): Promise<Finished> => {
    await using running = startProgram(Deno.execPath(), [
      "run",
      "-A",
      SCRIPT,
      "--cases",
      `${import.meta.dirname}/../${folder}`,
    ], { DATABASE_URL: database.url, OPENSEARCH_URL: search.url, REDIS_URL: redis.url });
    return await running.finished;
  };
  let { stdout, code } = await run();
  // Another file of tests serves the same fixtures for a few seconds.
  for (let left = 60; left > 0 && stdout.includes("El puerto 3456 está ocupado"); left--) {
    await sleep(2_000);
    ({ stdout, code } = await run());
  }
  const [, passed] = /(\d+) passed, 0 failed\s*$/.exec(stdout) ?? [];
  expect(Number(passed), stdout.slice(-2_000)).toBeGreaterThan(least);
  expect(code).toBe(0);
}, START_TIMEOUT_MS);
