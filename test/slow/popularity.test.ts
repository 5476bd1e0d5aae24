// Popularity as it runs: `start` counts what it answers, and an import that is killed at every page, before and after it
// wrote, counts each query of the log once.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buenosAiresDay } from "../../src/core/time.ts";
import { checkGateway } from "../../src/ingest/gateway_pages.ts";
import { openStore } from "../../src/open.ts";
import { saveGateway } from "../../src/operation/analytics.ts";
import { entry, startGateway, STUB_API, STUB_TOKEN } from "../ingest/gateway_stub.ts";
import { addressOf, eventually, sleep, startCommand, startProgram } from "./process.ts";

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_popularity_" });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function sumsIn(dataDir: string): Promise<{ sums: Record<string, number>; days: Set<number> }> {
  const { store } = openStore({ dataDir });
  const { rows } = await store.dailyHits({}, { offset: 0, limit: 1_000 });
  await store.close();
  const sums: Record<string, number> = {};
  for (const { seriesId, hits } of rows) sums[seriesId] = (sums[seriesId] ?? 0) + hits;
  return { sums, days: new Set(rows.map(({ day }) => day)) };
}

describe("start", () => {
  test("counts the queries that it answers, and takes the last ones to the store when it ends", async () => {
    const dataDir = path.join(folder, "start");
    const begun = buenosAiresDay(Date.now());
    await using server = startCommand("start", ["--port", "0", "--data", dataDir]);
    const url = await addressOf(server);
    const ask = async (query: string) => {
      const response = await fetch(`${url}/series/api/series/?${query}`);
      await response.body?.cancel();
      return response.status;
    };
    await eventually(async () => await ask("ids=sol_manchas,no_existe") === 400);
    for (let i = 0; i < 25; i++) expect(await ask("ids=sol_manchas:change,sol_manchas&limit=2")).toBe(200);
    expect(await ask("ids=sol_manchas&format=csv")).toBe(200);
    server.kill("SIGTERM");
    expect(await server.finished).toMatchObject({ code: 0 });
    const { sums, days } = await sumsIn(dataDir);
    expect(sums).toEqual({ sol_manchas: 26 });
    expect([...days].every((day) => day >= begun && day <= buenosAiresDay(Date.now()))).toBe(true);
  }, 120_000);
});

describe("the task analytics", () => {
  test("counts each query once, though it is killed at every page", async () => {
    const dataDir = path.join(folder, "import");
    const stub = startGateway(10);
    try {
      const gateway = { endpoint: stub.endpoint, token: STUB_TOKEN, kong_api_id: STUB_API };
      const { store, records } = openStore({ dataDir });
      await saveGateway(records, checkGateway({ fetch }), gateway);
      await store.close();
      // Of 60 entries every third comes twice, some on another page.
      const own = Array.from({ length: 60 }, (_, i) => entry(i, i % 2 === 0 ? "a,b" : "a"));
      stub.entries = own.flatMap((one, i) => i % 3 === 0 ? [one, own[(i * 5) % 60]!] : [one]);
      const importer = () =>
        startProgram(Deno.execPath(), ["run", "-A", `${import.meta.dirname}/importer.ts`, dataDir]);
      let pages = 0;
      for (let round = 0;; round++) {
        await using running = importer();
        const reached = Promise.withResolvers<void>();
        // Lets one more page through each time, and hangs at the next.
        let left = round % 2 + 1;
        stub.fail = () => {
          if (left-- > 0) return undefined;
          reached.resolve();
          return new Promise<Response>(() => {});
        };
        const ended = await Promise.race([running.finished, reached.promise.then(() => undefined)]);
        if (ended) {
          expect(ended).toMatchObject({ code: 0 });
          expect(ended.stdout + ended.stderr).not.toContain(STUB_TOKEN);
          break;
        }
        await sleep(round % 3);
        running.kill("SIGKILL");
        await running.finished;
        pages++;
      }
      expect(pages).toBeGreaterThan(3);
      expect((await sumsIn(dataDir)).sums).toEqual({ a: 60, b: 30 });
      // What is kept of them has neither addresses nor parameters.
      const bytes = await Deno.readFile(path.join(dataDir, "caudal.sqlite"));
      const text = new TextDecoder("latin1").decode(bytes);
      for (const personal of ["203.0.113.9", "curl/8", "Fulana"]) expect(text).not.toContain(personal);
    } finally {
      // Those that hang are nobody's any more.
      void stub.close();
    }
  }, 120_000);
});
