// The module http_fetch as the scheduler runs it: arguments, exit codes, settings and secrets of the environment, the
// memory that a large file takes, and what is left when it is told to end.

import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { peakMemory } from "../../scripts/bench/process.ts";
import { LONG, runCommand, startCommand, startProgram } from "./process.ts";

const PROGRAM = "modules/http_fetch/program";
const INSIDE = { ALLOW_INTERNAL_SOURCES: "true" };
const MB = 1024 * 1024;
const LARGE_MB = LONG ? 400 : 100;

let folder: string;
let server: http.Server;
let origin: string;
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-fetch-"));
  fs.writeFileSync(at("conf.json"), JSON.stringify({ secret_headers: { Authorization: "SOURCE_TOKEN" } }));
  fs.writeFileSync(at("digest.json"), JSON.stringify({ sha256: "0".repeat(64) }));
  const piece = new Uint8Array(MB);
  server = http.createServer(({ url, headers }, response) => {
    if (url === "/secret") {
      return void response.writeHead(headers.authorization === "k3y" ? 200 : 401).end("abc");
    }
    if (url === "/endless") return void response.write("abc");
    if (url !== "/large") {
      const known = headers["if-none-match"] === '"v1"';
      return void response.writeHead(known ? 304 : 200, { ETag: '"v1"' }).end(known ? undefined : "abc");
    }
    let left = LARGE_MB;
    const more = () => {
      while (left > 0) if (!(left--, response.write(piece))) return void response.once("drain", more);
      response.end();
    };
    more();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  fs.rmSync(folder, { recursive: true });
});
beforeEach(() => {
  fs.rmSync(at("out"), { recursive: true, force: true });
  fs.mkdirSync(at("out"));
});

const summaryOf = (stdout: string) => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);

test.each<{ why: string; args: () => string[]; env?: Record<string, string>; code: number; stderr?: string }>(
  [
    { why: "an address", args: () => ["--input", `${origin}/t`], code: 0 },
    {
      why: "a secret of the environment",
      args: () => ["--input", `${origin}/secret`, "--config", at("conf.json")],
      env: { ...INSIDE, SOURCE_TOKEN: "k3y" },
      code: 0,
    },
    {
      why: "a secret that is not given",
      args: () => ["--input", `${origin}/secret`, "--conf", at("conf.json")],
      code: 2,
      stderr: "falta la variable de entorno SOURCE_TOKEN",
    },
    {
      why: "a secret that is wrong",
      args: () => ["--input", `${origin}/secret`, "--conf", at("conf.json")],
      env: { ...INSIDE, SOURCE_TOKEN: "wr0ng" },
      code: 1,
      stderr: "El servidor respondió 401",
    },
    {
      why: "an address inside",
      args: () => ["--input", `${origin}/t`],
      env: {},
      code: 1,
      stderr: "apunta a una red interna (127.0.0.1) y está prohibida",
    },
    {
      why: "another content",
      args: () => ["--input", `${origin}/t`, "--conf", at("digest.json")],
      code: 1,
      stderr: "El sha256 es ",
    },
    { why: "no address", args: () => [], code: 2, stderr: "Falta --input" },
    {
      why: "both configurations, saying different things",
      args: () => ["--input", `${origin}/t`, "--conf", at("conf.json"), "--config", at("digest.json")],
      code: 2,
      stderr: "--conf y --config dicen cosas distintas",
    },
  ],
)("$why: ends with $code", async ({ args, env = INSIDE, code, stderr = "" }) => {
  const finished = await runCommand(PROGRAM, [...args(), "--output", at("out/t.csv")], env);
  expect(finished.stderr).toContain(stderr);
  expect(finished.stderr).not.toContain("at file:");
  expect(finished.stdout + finished.stderr).not.toMatch(/k3y|wr0ng/);
  expect(finished.code).toBe(code);
  expect(fs.readdirSync(at("out")).sort()).toEqual(code === 0 ? ["t.csv", "t.csv.http.json"] : []);
  if (code === 0) expect(summaryOf(finished.stdout)).toMatchObject({ changed: true, bytes: 3 });
});

test("what did not change ends with 0 and says so", async () => {
  const args = ["--input", `${origin}/t`, "--output", at("out/t.csv")];
  const changes = [await runCommand(PROGRAM, args, INSIDE), await runCommand(PROGRAM, args, INSIDE)];
  expect(changes.map(({ code }) => code)).toEqual([0, 0]);
  expect(changes.map(({ stdout }) => summaryOf(stdout).changed)).toEqual([true, false]);
});

test("--help tells all options", async () => {
  const { code, stdout } = await runCommand(PROGRAM, ["--help"]);
  expect(code).toBe(0);
  for (const name of ["--input", "--output", "--conf", "--config", "--help"]) expect(stdout).toContain(name);
});

test("a large file goes to the disk, not to the memory", async () => {
  await using running = startProgram(
    // Itself, as its first line says how it is run.
    `${import.meta.dirname}/../../src/${PROGRAM}.ts`,
    ["--input", `${origin}/large`, "--output", at("out/t.csv")],
    INSIDE,
  );
  let peak = 0;
  const watch = setInterval(() => peak = Math.max(peak, peakMemory(running.pid) || 0), 20);
  const { code } = await running.finished;
  clearInterval(watch);
  expect(code).toBe(0);
  expect(fs.statSync(at("out/t.csv")).size).toBe(LARGE_MB * MB);
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(200);
});

test("leaves nothing when it is told to end", async () => {
  await using running = startCommand(
    PROGRAM,
    ["--input", `${origin}/endless`, "--output", at("out/t.csv")],
    INSIDE,
  );
  const deadline = Date.now() + 30_000;
  const written = () => fs.readdirSync(at("out")).some((name) => fs.statSync(at(`out/${name}`)).size > 0);
  while (!written()) {
    expect(Date.now()).toBeLessThan(deadline);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  running.kill("SIGTERM");
  expect((await running.finished).code).not.toBe(0);
  expect(fs.readdirSync(at("out"))).toEqual([]);
});
