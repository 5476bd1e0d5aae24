// The worker over an R2 bucket, as miniflare simulates bucket and cache around a real workerd.

import { Miniflare } from "miniflare";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buenosAiresDay } from "../../src/core/time.ts";
import { buildEdge, COMPATIBILITY_DATE } from "../../src/edge_bundle.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { runCases, urlTarget } from "../conformance/series_cases.ts";
import { OWN_SERIES_CASES, readSuite } from "../conformance/suites.ts";
import { eventually } from "./process.ts";

let folder: string;
let instance: Instance;
let edge: Miniflare;
let url: string;

const suite = readSuite(OWN_SERIES_CASES);
const file = (suite?.kind === "series" ? suite.files : []).find(({ title }) => title === "params.json")!;

/** The worker, over a bucket that fails as `/fail` says: so often, how, and for names with a text in them. */
const FAILING = `
import worker from "./worker.js";
let fault = { times: 0, how: "", named: "" };
const failing = (bucket) => ({
  async get(key, options) {
    if (fault.times === 0 || !key.includes(fault.named)) return await bucket.get(key, options);
    fault.times--;
    if (fault.how === "absent") return null;
    if (fault.how === "error") throw new Error("get: We encountered an internal error. Please try again. (10001)");
    const found = await bucket.get(key, options);
    if (fault.how === "breaks" && found) {
      const bytes = new Uint8Array(await found.arrayBuffer());
      const broken = async () => { throw new Error("Network connection lost"); };
      return { arrayBuffer: broken, body: new ReadableStream({
        pull(controller) {
          if (this.sent) return controller.error(new Error("Network connection lost"));
          this.sent = true;
          controller.enqueue(bytes.slice(0, bytes.length / 2));
        },
      }, { highWaterMark: 0 }) };
    }
    return found;
  },
});
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/fail") {
      fault = await request.json();
      return new Response();
    }
    const bucket = env.SNAPSHOT_BUCKET && failing(env.SNAPSHOT_BUCKET);
    return await worker.fetch(request, { ...env, SNAPSHOT_BUCKET: bucket }, context);
  },
};`;

async function* filesOf(folder: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    if (isDirectory) yield* filesOf(folder, `${below}${name}/`);
    else yield `${below}${name}`;
  }
}

/** An edge over a bucket with everything that was published. */
async function bucketEdge(): Promise<{ readonly edge: Miniflare; readonly url: string }> {
  const edge = await miniflare({
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
  return { edge, url: await addressOf(edge) };
}

const miniflare = async (options: object) =>
  new Miniflare({
    modules: [
      { type: "ESModule", path: "failing.js", contents: FAILING },
      {
        type: "ESModule",
        path: "worker.js",
        contents: await Deno.readTextFile(`${folder}/worker/worker.js`),
      },
    ],
    compatibilityDate: COMPATIBILITY_DATE,
    // What it tells of the faults.
    handleRuntimeStdio() {},
    ...options,
  });

const addressOf = async (edge: Miniflare) => String(await edge.ready).replace(/\/$/, "");

let id: string;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  await buildEdge(folder);
  const given: Given = JSON.parse(
    await Deno.readTextFile(`${OWN_SERIES_CASES}/${file.cases[0]!.given!.ref}`),
  );
  id = given.series[0]!.id;
  instance = await startInstance(Date.now, (store) => loadGiven(store, given, buenosAiresDay(Date.now())));
  await instance.generateDumps();
  ({ edge, url } = await bucketEdge());
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

test("a download is the server's, whole and by parts, with its length", async () => {
  const path = "/series/api/dump/series-tiempo-csv.zip";
  const whole = new Uint8Array(await (await fetch(`${instance.base}${path}`)).arrayBuffer());
  expect(whole.length).toBeGreaterThan(100);
  const got = await fetch(`${url}${path}`);
  expect(got.headers.get("content-length")).toBe(String(whole.length));
  expect(new Uint8Array(await got.arrayBuffer())).toEqual(whole);
  const part = await fetch(`${url}${path}`, { headers: { range: "bytes=10-49" } });
  expect([part.status, part.headers.get("content-length")]).toEqual([206, "40"]);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.subarray(10, 50));
});

describe("a bucket that fails", () => {
  let failing: Awaited<ReturnType<typeof bucketEdge>>;
  // Nothing is in any memory.
  beforeEach(async () => {
    failing = await bucketEdge();
  });
  afterEach(() => failing.edge.dispose());

  const fail = async (times: number, how: string, named: string) =>
    await fetch(`${failing.url}/fail`, { method: "POST", body: JSON.stringify({ times, how, named }) });
  const statusOf = async (path: string) => {
    const answer = await fetch(`${failing.url}${path}`);
    await answer.body?.cancel();
    return answer.status;
  };
  const series = () => statusOf(`/series/api/series/?ids=${encodeURIComponent(id)}`);

  test.each([
    { how: "error", named: "current.json" },
    { how: "error", named: "segment/" },
    { how: "breaks", named: "manifest/" },
    { how: "breaks", named: "segment/" },
  ])("twice ($how, $named) is asked again", async ({ how, named }) => {
    await fail(2, how, named);
    expect(await series()).toBe(200);
  });

  test.each([
    { how: "error", named: "current.json" },
    { how: "absent", named: "current.json" },
    { how: "absent", named: "manifest/" },
    { how: "error", named: "segment/" },
    { how: "breaks", named: "segment/" },
  ])("always ($how, $named) is told as 503, until it does not", async ({ how, named }) => {
    await fail(1_000, how, named);
    expect(await series()).toBe(503);
    await fail(0, "", "");
    // A pointer is looked for again after a second.
    await eventually(async () => await series() === 200);
  });

  test("goes on with downloads where they broke", async () => {
    const path = "/series/api/dump/series-tiempo-metadatos.csv";
    const whole = await (await fetch(`${instance.base}${path}`)).text();
    await fail(1, "breaks", "dump/");
    expect(await (await fetch(`${failing.url}${path}`)).text()).toBe(whole);
    await fail(1_000, "error", "dump/");
    expect(await statusOf(path)).toBe(500);
  });
});

test("an edge that was not told where anything is says so", async () => {
  const lost = await miniflare({});
  try {
    const answer = await fetch(`${await addressOf(lost)}/series/api/series/?ids=a`);
    expect([answer.status, answer.headers.get("content-type"), answer.headers.get("retry-after")]).toEqual(
      [503, "application/problem+json", "60"],
    );
    await answer.body?.cancel();
  } finally {
    await lost.dispose();
  }
});
