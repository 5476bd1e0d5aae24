// Several processes over one data folder: one writes and the others are told so; readers never notice a publish
// but by its data.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyFolder, readStored } from "./data_folder.ts";
import { type NetworkStates, writeStates } from "./network_states.ts";
import { addressOf, runWell, sleep, startCommand } from "./process.ts";

/** What a publish may take until every reader sees it. */
const SEEN_WITHIN_MS = 2_000;

let folder: string;
let network: NetworkStates;
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_concurrency_" });
  network = await writeStates(at("sources"), { series: 500, values: 100_000 });
  await network.show("a");
  await runWell("harvest", ["--network", network.register, "--data", at("a")]);
  await network.show("b");
});
afterAll(() => Deno.remove(folder, { recursive: true }));

describe("harvest", () => {
  test("leaves a data folder to the one that came first, and says so", async () => {
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    const catalog = await Deno.readFile(at("sources/a/cat0/data.json"));
    await using source = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
      const { pathname } = new URL(url);
      if (!pathname.endsWith(".json")) {
        return new Response(await Deno.readFile(at(`sources/a/cat0${pathname}`)));
      }
      // Two that read would wait for ever.
      if (++asked > 1) gate.resolve();
      await gate.promise;
      return new Response(catalog);
    });
    const url = `http://127.0.0.1:${source.addr.port}/data.json`;
    const data = at("two");
    const args = ["--catalog", `cat0=${url}`, "--data", data];
    const env = { ALLOW_INTERNAL_SOURCES: "true" };
    await using one = startCommand("harvest", args, env);
    await using other = startCommand("harvest", args, env);

    const refused = await Promise.race([one.finished, other.finished]);
    expect(refused).toMatchObject({ code: 1, signal: null, stdout: "" });
    // Who holds it is not told where that is just about to be written down.
    const holder = [one, other].find((running) => running.isRunning())!.pid;
    expect(refused.stderr.replace(` (${Deno.hostname()}, proceso ${holder})`, "")).toBe(
      `Error: Otro proceso está escribiendo en "${data}" (ya está corriendo una indexación): espere a que termine\n`,
    );
    gate.resolve();
    const ended = await Promise.all([one.finished, other.finished]);
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 1]);

    const { integrity, runs, versions } = readStored(data);
    expect(integrity).toBe("ok");
    expect(runs).toEqual(["harvest SUCCESS", "publish SUCCESS"]);
    expect(versions.size).toBe(405);
    expect(new Set([...versions.values()].map(({ length }) => length))).toEqual(new Set([1]));
  });
});

describe("serve", () => {
  type Answer = {
    readonly variant: number;
    readonly status: number;
    readonly body: string;
    readonly sentAt: number;
  };
  const VARIANTS = 27;

  /** Answers for each variant of a request: a series of a file that differs in B and one of a file that does not. */
  async function ask(url: string, variant: number): Promise<Answer> {
    const sentAt = performance.now();
    const ids = `bench_0.0_${variant},bench_0.1_${variant}`;
    const response = await fetch(`${url}/series/api/series/?ids=${ids}&last=3&metadata=none`);
    return { variant, status: response.status, body: await response.text(), sentAt };
  }

  test("answers every request while harvests publish, each from one snapshot and soon from the new one", async () => {
    const data = at("served");
    await copyFolder(at("a"), data);
    // Without memory: every answer is read from the files.
    const env = { BODY_CACHE_MB: "0", SEGMENT_CACHE_MB: "0" };
    await using server = startCommand("serve", ["--port", "0", "--data", data], env);
    const url = await addressOf(server);
    const bodies = async () =>
      await Promise.all(Array.from({ length: VARIANTS }, async (_, i) => (await ask(url, i)).body));
    let before = await bodies();
    let asked = 0;

    // More publishes than snapshots are kept: files of the first are removed under the reader.
    for (const state of ["older", "old", "b"] as const) {
      await network.show(state);
      let asking = true;
      const readers = Array.from({ length: 3 }, async (_, reader) => {
        const answers: Answer[] = [];
        for (let i = reader; asking; i++) {
          answers.push(await ask(url, i % VARIANTS));
          await sleep(4);
        }
        return answers;
      });
      const { stdout } = await runWell("harvest", ["--data", data, "--json"]);
      const endedAt = performance.now();
      await sleep(SEEN_WITHIN_MS + 300);
      asking = false;
      const answers = await Promise.all(readers);

      const { publish } = JSON.parse(stdout);
      expect((await (await fetch(`${url}/readyz`)).json()).snapshot).toBe(publish.snapshot);
      const after = await bodies();
      expect(after.filter((body) => before.includes(body))).toEqual([]);
      for (const sequence of answers) {
        const failed = sequence.filter(({ status, body, variant }) =>
          status !== 200 || (body !== before[variant] && body !== after[variant])
        );
        expect(failed).toEqual([]);
        const isNew = sequence.map(({ body, variant }) => body === after[variant]);
        expect(isNew.lastIndexOf(false), "goes back to the snapshot before").toBe(isNew.indexOf(true) - 1);
        const late = sequence.filter(({ sentAt }) => sentAt > endedAt + SEEN_WITHIN_MS);
        expect(late.length).toBeGreaterThan(0);
        expect(late.filter(({ body, variant }) => body !== after[variant])).toEqual([]);
        asked += sequence.length;
      }
      before = after;
    }
    expect(asked).toBeGreaterThan(100);
    server.kill("SIGTERM");
    expect(await server.finished).toMatchObject({ code: 0, stderr: "" });
  });
});
