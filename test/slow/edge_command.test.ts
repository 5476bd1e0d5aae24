// The commands of the edge, and the entry for Deno Deploy, as people run them.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorkerd } from "../../src/edge_workerd.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { fileOrigin } from "../edge/file_origin.ts";
import { freePort } from "../services/s3_server.ts";
import { eventually, runCommand, startCommand, startProgram } from "./process.ts";

const ROOT = `${import.meta.dirname}/../..`;
const GIVEN = {
  series: [{ id: "e_1", title: "e_1", frequency: "R/P1Y", observations: [["2000-01-01", 7]] }],
} as unknown as Given;
const SERIES = "/series/api/series/?ids=e_1&metadata=none";

let instance: Instance;
let folder: string;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  instance = await startInstance(Date.now, (store) => loadGiven(store, GIVEN, 18_000));
});
afterAll(async () => {
  await instance.close();
  await Deno.remove(folder, { recursive: true });
});

async function rowsAt(url: string): Promise<unknown> {
  return (await (await fetch(`${url}${SERIES}`)).json()).data;
}

test("edge serves a folder under workerd until it is told to stop", async () => {
  await using edge = startCommand("edge", ["--port", "0", "--from", instance.published]);
  const url = await edge.printed(/en el borde en (http:\S+)/);
  expect(await rowsAt(url)).toEqual([["2000-01-01", 7]]);
  edge.kill("SIGTERM");
  expect((await edge.finished).code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  { why: "a folder that is not there", args: ["--from", "/no/such"], code: 1, told: `"/no/such"` },
  { why: "a bucket, which needs a key", args: ["--from", "s3://a/b"], code: 2, told: "s3://a/b" },
  { why: "an origin that is no address", args: ["--from", ".", "--origin", "x"], code: 2, told: `"x"` },
  { why: "an unknown option", args: ["--no"], code: 2, told: "--no" },
  {
    why: "an address that is no address of this machine",
    args: ["--from", ".", "--host", "192.0.2.1"],
    code: 1,
    told: "No se puede escuchar en 192.0.2.1",
  },
])("edge refuses $why", async ({ args, code, told }) => {
  const ended = await runCommand("edge", args);
  expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(told)]);
});

test("edge tells that its port is taken, and nothing of workerd's insides", async () => {
  const { port } = new URL(instance.base);
  const ended = await runCommand("edge", ["--from", instance.published, "--port", port]);
  expect([ended.code, ended.stderr.trim()]).toEqual([
    1,
    `Error: No se puede escuchar en 127.0.0.1:${port}: está ocupado: elija otro con --port`,
  ]);
});

test("edge:build tells of a folder that it cannot make", async () => {
  const ended = await runCommand("edge_build", ["--out", `${import.meta.filename}/out`]);
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("No se puede crear la carpeta")]);
});

test("edge:build takes what is published along, and the worker answers from its own files", async () => {
  const built = await runCommand("edge_build", [
    "--out",
    `${folder}/out`,
    "--from",
    instance.published,
    "--json",
  ]);
  expect(built.code).toBe(0);
  const { bytes } = JSON.parse(built.stdout);
  expect((await Deno.stat(`${folder}/out/worker/worker.js`)).size).toBe(bytes);
  const edge = await startWorkerd(`${folder}/out`, { host: "127.0.0.1", port: 0 }, {}, () => {});
  try {
    expect(await rowsAt(edge.url)).toEqual([["2000-01-01", 7]]);
    expect((await fetch(`${edge.url}/snapshots/current.json`)).status).toBe(404);
  } finally {
    await edge.stop();
  }
});

/** The entry for Deno Deploy over an address, as a process that listens. */
async function deploy(snapshots: string) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const deployed = startProgram(Deno.execPath(), ["run", "-A", `${ROOT}/edge/deno_deploy.ts`], {
    SNAPSHOT_URL: snapshots,
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
  });
  await eventually(() =>
    fetch(`${url}/healthz`).then((answer) => answer.text()).then(() => true, () => false)
  );
  expect(deployed.isRunning()).toBe(true);
  return { url, [Symbol.asyncDispose]: () => deployed[Symbol.asyncDispose]() };
}

test("the entry for Deno Deploy serves the whole application over an address, and what it had without it", async () => {
  const origin = fileOrigin(instance.published);
  try {
    {
      await using first = await deploy(origin.url);
      expect(await rowsAt(first.url)).toEqual([["2000-01-01", 7]]);
      const page = await fetch(`${first.url}/serie/e_1`);
      expect(await page.text()).toContain("<svg");
      expect([page.headers.get("server-timing"), page.headers.get("cdn-cache-control")]).toEqual([
        expect.stringMatching(/^app;dur=\d/),
        expect.stringContaining("stale-if-error"),
      ]);
      const again = await fetch(`${first.url}/serie/e_1`, {
        headers: { "if-none-match": page.headers.get("etag")! },
      });
      expect(again.status).toBe(304);
      // There is a stream, and nothing to be streamed.
      const stream = await fetch(`${first.url}/api/ticker-stream/`);
      expect([stream.status, await stream.json()]).toEqual([503, {
        error: expect.stringContaining("precios"),
      }]);
    }
    await origin.stop();
    await using second = await deploy(origin.url);
    expect(await rowsAt(second.url)).toEqual([["2000-01-01", 7]]);
  } finally {
    await origin.stop();
  }
});

test("the entry for Deno Deploy says what it lacks", async () => {
  const ended = await startProgram(Deno.execPath(), ["run", "-A", `${ROOT}/edge/deno_deploy.ts`]).finished;
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("SNAPSHOT_URL")]);
});
