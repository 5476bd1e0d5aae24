// How long services of tests live: private ones until they are disposed of, those of a run until it ends, however
// it ends.

import { Client } from "@opensearch-project/opensearch";
import { Redis } from "ioredis";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScratchProject, type ScratchProject } from "../scratch_project.ts";
import { service, START_TIMEOUT_MS, startPrivate } from "../services.ts";
import { eventually } from "../slow/process.ts";
import { processesBelow } from "./processes.ts";

const ROOT = path.resolve(import.meta.dirname!, "../..");

describe("service", () => {
  test("starts one service for all that ask", async () => {
    const asked = await Promise.all([service("redis"), service("redis"), service("redis")]);
    const { url } = asked[0];
    expect(asked).toEqual([{ url, urls: [url] }, { url, urls: [url] }, { url, urls: [url] }]);
    const redis = new Redis(url);
    expect(await redis.ping()).toBe("PONG");
    redis.disconnect();
  }, START_TIMEOUT_MS);
});

describe("startPrivate", () => {
  test("gives a test services that it may kill, and leaves nothing", async () => {
    let folder: string;
    {
      await using own = await startPrivate("redis");
      folder = own.folder;
      const { url } = own.at("redis");
      expect(url).not.toBe((await service("redis")).url);
      const { redis: pid } = await own.pids();
      await own.kill("redis");
      expect(processesBelow(folder)).toEqual([]);
      expect(await own.pids()).toEqual({});
      await own.up();
      expect((await own.pids()).redis).not.toBe(pid);
      expect(own.at("redis").url).toBe(url);
    }
    expect(processesBelow(folder)).toEqual([]);
    expect(fs.existsSync(folder)).toBe(false);
  }, START_TIMEOUT_MS);

  test("lets a test take nodes from OpenSearch and give them back", async () => {
    await using own = await startPrivate("opensearch");
    const { urls } = own.at("opensearch");
    const client = new Client({ node: urls[0]! });
    const nodes = async (count: number) => {
      const { body } = await client.cluster.health();
      return body.number_of_nodes === count;
    };
    const before = await own.pids();
    await own.kill("opensearch-3");
    await eventually(() => nodes(2));
    await own.start("opensearch-3");
    await eventually(() => nodes(3));
    const after = await own.pids();
    expect(after).toMatchObject({
      "opensearch-1": before["opensearch-1"],
      "opensearch-2": before["opensearch-2"],
    });
    expect(after["opensearch-3"]).not.toBe(before["opensearch-3"]);
    expect((await new Client({ node: urls[2]! }).info()).body.name).toBe("opensearch-3");
    await client.close();
  }, START_TIMEOUT_MS);
});

/** Starts Redis, tells where, and does `then`. */
const startingRedis = (then: string) => `
import { expect, test } from "vitest";
import { service } from "../services.ts";
test("starts Redis", async () => {
  await service("redis");
  const run = Deno.env.get("CAUDAL_TEST_RUN");
  Deno.writeTextFileSync(Deno.env.get("TOLD")!, run);
  const runner = Number(run.split("/").at(-1));
  ${then}
});`;

const SCRATCH = {
  "test/pass/one.test.ts": startingRedis(""),
  "test/fail/one.test.ts": startingRedis("expect(1).toBe(2);"),
  "test/terminated/one.test.ts": startingRedis(
    `Deno.kill(runner, "SIGTERM"); await new Promise((done) => setTimeout(done, 50_000));`,
  ),
  "test/interrupted/one.test.ts": startingRedis(
    `Deno.kill(runner, "SIGINT"); await new Promise((done) => setTimeout(done, 50_000));`,
  ),
  "test/killed/one.test.ts": startingRedis(`Deno.kill(runner, "SIGKILL");`),
  "test/services/one.test.ts": `import { test } from "vitest"; test("once", () => {});`,
};

/** What a scratch project needs to start services. */
function ownFiles(): Record<string, string> {
  const files = ["src/core/problem.ts", "src/api/zip.ts", "test/services.ts"];
  const read = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path.join(ROOT, folder))) {
      if (isDirectory) read(`${folder}/${name}`);
      else files.push(`${folder}/${name}`);
    }
  };
  read("scripts/services");
  return Object.fromEntries(files.map((file) => [file, Deno.readTextFileSync(path.join(ROOT, file))]));
}

describe("deno task test", () => {
  let project: ScratchProject;
  let told: string;
  beforeAll(async () => {
    project = await createScratchProject({ ...ownFiles(), ...SCRATCH });
    told = await Deno.makeTempFile({ prefix: "caudal_told_" });
  });
  afterAll(async () => {
    await project?.remove();
    await Deno.remove(told);
  });

  /** Runs a folder of the scratch project's tests; answers where its services were, too. */
  async function run(folder: string) {
    Deno.writeTextFileSync(told, "");
    const { code, stdout, stderr } = await project.run("test.ts", [folder], { TOLD: told });
    const services = Deno.readTextFileSync(told);
    if (services === "") throw new Error(`Redis was not started: ${stdout}${stderr}`);
    return { code, last: stdout.trimEnd().split("\n").at(-1), folder: path.resolve(services) };
  }

  test.each([
    { folder: "test/pass", code: 0, last: "2 passed, 0 failed" },
    { folder: "test/fail", code: 1, last: "0 passed, 2 failed" },
    { folder: "test/terminated", code: 143, last: undefined },
    { folder: "test/interrupted", code: 130, last: undefined },
  ])("takes down the services of $folder, ending with $code", async ({ folder, code, last }) => {
    const ended = await run(folder);
    expect(processesBelow(ended.folder)).toEqual([]);
    expect(fs.existsSync(ended.folder)).toBe(false);
    expect(ended.code).toBe(code);
    if (last !== undefined) expect(ended.last).toBe(last);
  }, START_TIMEOUT_MS);

  test("takes down what a killed run left, at the end of the next", async () => {
    const killed = await run("test/killed");
    expect(processesBelow(killed.folder)).toHaveLength(1);
    expect((await run("test/pass")).code).toBe(0);
    expect(processesBelow(killed.folder)).toEqual([]);
    expect(fs.existsSync(killed.folder)).toBe(false);
  }, START_TIMEOUT_MS);

  test("runs test/services once, and not with --fast", async () => {
    const once = await project.run("test.ts", ["test/services"]);
    expect(once.stdout.trimEnd().split("\n").at(-1)).toBe("1 passed, 0 failed");
    const fast = await project.run("test.ts", ["--fast", "test/services"]);
    expect(fast.stdout.trimEnd().split("\n").at(-1)).toBe("0 passed, 0 failed");
  });
});
