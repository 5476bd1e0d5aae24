// A server over PostgreSQL, OpenSearch and Redis that loses each of them while it is asked: `/series` and `/search` go on
// without one error, the operation tells what it lacks, and everything is used again when it is back.

import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeNetwork } from "../../scripts/bench/network.ts";
import { type PrivateServices, START_TIMEOUT_MS, startPrivate } from "../services.ts";
import { addressOf, eventually, type Running, runWell, sleep, startCommand } from "../slow/process.ts";

/** How long readers go on asking while a service is gone. */
const LOST_MS = 3_000;

let folder: string;
let services: PrivateServices;
let server: Running;
let url: string;
let ids: readonly string[];
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_lost_" });
  ({ ids } = writeNetwork(path.join(folder, "net"), { series: 400, values: 20_000 }));
  services = await startPrivate("postgres", "pgbouncer", "redis", "opensearch");
  const env = {
    DATABASE_URL: services.at("pgbouncer").url,
    OPENSEARCH_URL: services.at("opensearch").url,
    REDIS_URL: services.at("redis").url,
  };
  const data = path.join(folder, "data");
  await runWell("harvest", ["--network", path.join(folder, "net/index.yaml"), "--data", data], env);
  server = startCommand("serve", ["--port", "0", "--data", data], env);
  url = await addressOf(server);
  await eventually(async () => (await readiness()).search?.status === "ready");
}, START_TIMEOUT_MS);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await services?.[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

async function readiness(): Promise<{ search?: { status: string } }> {
  const response = await fetch(`${url}/readyz`);
  return await response.json();
}

type Reading = { asked: number; readonly wrong: string[]; stoodIn: number };

/** Four readers who ask for series and search until told to stop. */
function read(): { readonly reading: Reading; stop(): Promise<void> } {
  const reading: Reading = { asked: 0, wrong: [], stoodIn: 0 };
  let stopped = false;
  const reader = async (first: number) => {
    for (let i = first; !stopped; i += 4) {
      // No two are alike, or the server would answer from what it rendered.
      const query = i % 2 === 0
        ? `series/?ids=${ids[i % ids.length]}&limit=${1 + i % 997}`
        : `search/?q=indicador&limit=${1 + i % 50}&start=${Math.floor(i / 50) % 200}`;
      const response = await fetch(`${url}/series/api/${query}`);
      const body = await response.json();
      reading.asked++;
      if (response.headers.has("search-fallback")) reading.stoodIn++;
      const isWhole = query.startsWith("series") ? body.data?.length > 0 : body.count === ids.length;
      if (response.status !== 200 || !isWhole) reading.wrong.push(`${response.status} ${query}`);
    }
  };
  const readers = [0, 1, 2, 3].map(reader);
  return {
    reading,
    async stop() {
      stopped = true;
      await Promise.all(readers);
    },
  };
}

const NODES = ["opensearch-1", "opensearch-2", "opensearch-3"];

test.each([
  { what: "one node of OpenSearch", units: ["opensearch-2"], standsIn: false },
  { what: "all nodes of OpenSearch", units: NODES, standsIn: true },
  { what: "Redis", units: ["redis"], standsIn: false },
  { what: "PostgreSQL and PgBouncer", units: ["postgres", "pgbouncer"], standsIn: false },
])(
  "losing $what loses no answer, and it is used again when it is back",
  async ({ what, units, standsIn }) => {
    const { reading, stop } = read();
    try {
      await sleep(1_000);
      for (const unit of units) await services.kill(unit);
      const before = reading.asked;
      await sleep(LOST_MS);
      expect(reading.asked).toBeGreaterThan(before);
      if (standsIn) {
        expect(reading.stoodIn).toBeGreaterThan(0);
        expect((await readiness()).search?.status).toBe("fallback");
      }
      if (units.includes("postgres")) {
        const authorization = `Basic ${btoa("nobody:nothing at all")}`;
        const refused = await fetch(`${url}/api/ops/session`, { headers: { authorization } });
        expect(refused.status).toBe(503);
        await refused.body?.cancel();
      }
      await services.up();
      await eventually(async () => (await readiness()).search?.status === "ready");
      if (units.includes("postgres")) {
        const authorization = `Basic ${btoa("nobody:nothing at all")}`;
        await eventually(async () => {
          const response = await fetch(`${url}/api/ops/session`, { headers: { authorization } });
          await response.body?.cancel();
          return response.status === 401;
        });
      }
      const stood = reading.stoodIn;
      await sleep(500);
      expect(reading.stoodIn).toBe(stood);
    } finally {
      await stop();
    }
    console.log(
      `${what}: ${reading.asked} answers, ${reading.wrong.length} wrong, ${reading.stoodIn} stood in for`,
    );
    expect(reading.wrong).toEqual([]);
  },
  240_000,
);
