// Caudal over a bucket, as several processes: one publishes, two serve and follow what it says; nobody shares a
// disk. The server of the bucket goes away and comes back.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { goodPages, type Publisher, startPublisher } from "../slow/publisher.ts";
import {
  addressOf,
  eventually,
  runCommand,
  type Running,
  runWell,
  type Settings,
  startCommand,
} from "../slow/process.ts";
import { type S3Server, startS3Server } from "./s3_server.ts";

const DUMP = "/series/api/dump/series-tiempo-metadatos.csv";

let folder: string;
let bucket: S3Server;
let publisher: Publisher;
let env: Settings;
const dataOf = (name: string) => ["--data", path.join(folder, name)];

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_s3_processes_" });
  [bucket, publisher] = [await startS3Server(), startPublisher()];
  bucket.createBucket("open-data");
  env = { ...bucket.settings("s3://open-data/caudal"), ALLOW_INTERNAL_SOURCES: "true" };
  publisher.put("a", goodPages("a", 100));
});
afterAll(async () => {
  await bucket[Symbol.asyncDispose]();
  await publisher[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

const harvest = () =>
  runWell("harvest", ["--catalog", `a=${publisher.catalogUrl("a")}`, ...dataOf("writer")], env);

async function startServers(): Promise<AsyncDisposable & { readonly urls: readonly string[] }> {
  const servers: Running[] = ["one", "two"].map((name) =>
    startCommand("serve", ["--port", "0", ...dataOf(name)], env)
  );
  return {
    urls: await Promise.all(servers.map(addressOf)),
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

/** The values of the first series by a server. */
async function valuesAt(url: string): Promise<unknown> {
  const response = await fetch(`${url}/series/api/series/?ids=a.uno&metadata=none`);
  const body = await response.json();
  return response.status === 200 ? body.data.map(([, value]: [string, number]) => value) : response.status;
}

/** A year of values that count up from `first`, as the publisher has them. */
const yearFrom = (first: number) => Array.from({ length: 12 }, (_, i) => first + i);

describe("a bucket", () => {
  test("is published to by one process, and followed by all that serve", async () => {
    await using servers = await startServers();
    for (const url of servers.urls) expect((await fetch(`${url}/readyz`)).status).toBe(503);
    await harvest();
    for (const url of servers.urls) {
      await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
      expect(await valuesAt(url)).toEqual(yearFrom(100));
      expect(await (await fetch(`${url}/series/api/search/?q=uno`)).json()).toMatchObject({ count: 1 });
    }
    publisher.put("a", goodPages("a", 500));
    await harvest();
    for (const url of servers.urls) {
      await eventually(async () => JSON.stringify(await valuesAt(url)) === JSON.stringify(yearFrom(500)));
    }

    for (const url of servers.urls) expect((await fetch(`${url}${DUMP}`)).status).toBe(404);
    await runWell("dump", ["--format", "csv", ...dataOf("writer")], env);
    for (const url of servers.urls) {
      await eventually(async () => (await fetch(`${url}${DUMP}`)).status === 200);
      const whole = await fetch(`${url}${DUMP}`);
      const text = await whole.text();
      expect(text.split("\r\n").slice(1, 3).map((row) => row.split(",").slice(0, 5).join())).toEqual([
        "a,1,1.1,a.dos,R/P1M",
        "a,1,1.1,a.uno,R/P1M",
      ]);
      const part = await fetch(`${url}${DUMP}`, { headers: { range: "bytes=5-14" } });
      expect([part.status, await part.text()]).toEqual([206, text.slice(5, 15)]);
    }
  });

  test("that goes away is answered from what is known, and followed again when it is back", async () => {
    await using servers = await startServers();
    const [url] = servers.urls as [string];
    const before = await valuesAt(url);
    expect(before).toHaveLength(12);
    await bucket.kill();
    expect(await valuesAt(url)).toEqual(before);
    // Another answer from the same file, which is in memory.
    expect((await fetch(`${url}/series/api/series/?ids=a.dos&last=2&metadata=none`)).status).toBe(200);
    const refused = await runCommand("publish", ["--full", ...dataOf("writer")], env);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("s3://open-data/caudal");
    expect(refused.stderr).not.toContain(bucket.access.secretKey);

    await bucket.restart();
    publisher.put("a", goodPages("a", 900));
    await harvest();
    for (const one of servers.urls) {
      await eventually(async () => JSON.stringify(await valuesAt(one)) === JSON.stringify(yearFrom(900)));
    }
  });

  const REFUSED: readonly { why: string; env: Settings; says: string }[] = [
    { why: "without keys", env: { S3_SECRET_KEY: "" }, says: "necesita S3_SECRET_KEY" },
    { why: "that is not there", env: { SNAPSHOT_URL: "s3://no-such-bucket" }, says: "no existe el bucket" },
    { why: "with a wrong key", env: { S3_SECRET_KEY: "clave-que-no-es" }, says: "S3_SECRET_KEY" },
    { why: "of an unknown kind", env: { SNAPSHOT_URL: "gs://open-data" }, says: "s3://bucket/prefijo" },
    { why: "that is only read", env: { SNAPSHOT_URL: "http://127.0.0.1:1/a" }, says: "que sólo se lee" },
  ];

  test.each(REFUSED)("$why is refused with its reason", async (row) => {
    const refused = await runCommand("publish", dataOf("writer"), { ...env, ...row.env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(row.says);
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
    expect(refused.stderr).not.toContain("clave-que-no-es");
  });
});
