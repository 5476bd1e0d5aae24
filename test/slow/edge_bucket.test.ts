// The worker over an R2 bucket, as miniflare simulates bucket and cache around a real workerd.

import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buenosAiresDay } from "../../src/core/time.ts";
import { buildEdge, COMPATIBILITY_DATE } from "../../src/edge_bundle.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { runCases, urlTarget } from "../conformance/series_cases.ts";
import { OWN_SERIES_CASES, readSuite } from "../conformance/suites.ts";

let folder: string;
let instance: Instance;
let edge: Miniflare;
let url: string;

const suite = readSuite(OWN_SERIES_CASES);
const file = (suite?.kind === "series" ? suite.files : []).find(({ title }) => title === "params.json")!;

async function* filesOf(folder: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    if (isDirectory) yield* filesOf(folder, `${below}${name}/`);
    else yield `${below}${name}`;
  }
}

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  await buildEdge(folder);
  const given: Given = JSON.parse(
    await Deno.readTextFile(`${OWN_SERIES_CASES}/${file.cases[0]!.given!.ref}`),
  );
  instance = await startInstance(Date.now, (store) => loadGiven(store, given, buenosAiresDay(Date.now())));
  await instance.generateDumps();
  edge = new Miniflare({
    modules: [{
      type: "ESModule",
      path: "worker.js",
      contents: await Deno.readTextFile(`${folder}/worker.js`),
    }],
    compatibilityDate: COMPATIBILITY_DATE,
    r2Buckets: { SNAPSHOT_BUCKET: "caudal" },
    bindings: { SNAPSHOT_PREFIX: "publicado", SNAPSHOT_URL: "" },
  });
  // Its types are in a package of their own.
  const bucket = await edge.getR2Bucket("SNAPSHOT_BUCKET") as unknown as {
    put(key: string, bytes: Uint8Array): Promise<unknown>;
  };
  for await (const name of filesOf(instance.published)) {
    await bucket.put(`publicado/${name}`, await Deno.readFile(`${instance.published}/${name}`));
  }
  url = String(await edge.ready).replace(/\/$/, "");
});

afterAll(async () => {
  await edge?.dispose();
  await instance?.close();
  await Deno.remove(folder, { recursive: true });
});

test("the recorded cases pass over a bucket", async () => {
  const { results } = await runCases(file, urlTarget(url));
  expect(results).toHaveLength(file.cases.length);
  expect(results.filter(({ differences }) => differences.length > 0)).toEqual([]);
});

test("a download is the server's, whole and by parts", async () => {
  const path = "/series/api/dump/series-tiempo-csv.zip";
  const whole = new Uint8Array(await (await fetch(`${instance.base}${path}`)).arrayBuffer());
  expect(whole.length).toBeGreaterThan(100);
  expect(new Uint8Array(await (await fetch(`${url}${path}`)).arrayBuffer())).toEqual(whole);
  const part = await fetch(`${url}${path}`, { headers: { range: "bytes=10-49" } });
  expect(part.status).toBe(206);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.subarray(10, 50));
});
