// That the password of an address and the secret of a module, which its program shows on purpose, are nowhere: no page,
// no answer, no stream, no figure, no file of the data folder, no log of a process.

import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { linksOf } from "../pages/console_world.ts";
import { type EtlProject, SECRETS, startEtlProject } from "./etl_project.ts";
import { sleep } from "./process.ts";

let project: EtlProject;
/** Of the sequence that uses both, of one with errors, and of one whose program tells the secret as it fails. */
let good: number;
let bad: number;
let failed: number;

beforeAll(async () => {
  project = await startEtlProject();
  good = await project.start("guardar");
  bad = await project.start("sucia");
  failed = await project.start("tropezar");
  for (const id of [good, failed]) {
    for (let status = ""; !["SUCCESS", "FAILURE"].includes(status); await sleep(100)) {
      ({ status } = await (await project.ask("viewer", `/api/ops/etl/runs/${id}`)).json());
    }
  }
  await project.ask("operator", `/api/ops/etl/runs/${good}/cancel`, { method: "POST" });
}, 120_000);
afterAll(() => project?.close(), 60_000);

/** What of the secrets a text has. */
const secretsIn = (text: string) =>
  Object.entries(SECRETS).filter(([, secret]) =>
    text.includes(secret) || text.includes(encodeURIComponent(secret)) || text.includes(btoa(secret))
  ).map(([name]) => name);

/** `told` is what it has to have: else nothing was looked at. */
function expectNone(where: string, text: string, told: string): void {
  expect([where, text.includes(told), secretsIn(text)]).toEqual([where, true, []]);
}

test("the program was given both", async () => {
  const { status, attempts } = await (await project.ask("viewer", `/api/ops/etl/runs/${good}`)).json();
  expect(status).toBe("SUCCESS");
  const log = await project.ask("viewer", `/api/ops/etl/runs/${good}/attempts/${attempts[0].id}/log`);
  const lines = (await log.json()).lines.map(({ text }: { text: string }) => text);
  const address = "postgresql://ana:***@db.example/x";
  expect(lines[0]).toBe(`con *** hacia --input modules.json --output ${address}`);
  expect(attempts[0].summary).toEqual({ hacia: address, con: "***" });
});

test("no answer of the operation API, no stream, no figure and no status has one", async () => {
  const paths = [
    ["/api/ops/etl/sequences", "guardar"],
    ["/api/ops/etl/sequences/guardar", "postgresql://ana:***@db.example/x"],
    ["/api/ops/etl/faults", "sucia"],
    ["/api/ops/etl/modules", "FUENTE"],
    ["/api/ops/etl/schedules", "diaria"],
    ["/api/ops/etl/queue", "running"],
    ["/api/ops/etl/workers", "workers"],
    ["/api/ops/etl/runs", "guardar"],
    [`/api/ops/etl/runs/${good}`, "***"],
    [`/api/ops/etl/runs/${bad}`, "validation"],
    [`/api/ops/etl/runs/${failed}`, "no pude entrar con ***"],
    [`/api/ops/etl/runs/${good}/events`, "event: log"],
    ["/api/ops/audit", "etl.runs.start"],
    ["/getstatus", "postgresql://ana:***@db.example/x"],
    ["/metrics", 'sequence="guardar"'],
  ] as const;
  for (const [at, told] of paths) {
    const answer = await project.ask("admin", at);
    expect([at, answer.status]).toEqual([at, 200]);
    expectNone(at, await answer.text(), told);
  }
});

test("no page of the console has one", async () => {
  const seen = new Set<string>();
  const waiting = ["/consola/corridas", "/consola/secuencias", "/consola/horarios", "/consola/trabajadores"];
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    const answer = await project.ask("operator", at);
    const html = await answer.text();
    expect([at, answer.status, secretsIn(html)]).toEqual([at, 200, []]);
    for (const href of linksOf(html)) {
      const plain = href.replace(/#.*/, "");
      if (seen.has(plain) || !/^\/consola\/(corridas|secuencias|horarios|trabajadores)/.test(plain)) continue;
      seen.add(plain);
      waiting.push(plain);
    }
  }
  for (
    const name of [
      `corridas/${good}`,
      `corridas/${bad}`,
      `corridas/${failed}`,
      "secuencias/guardar",
      "secuencias/sucia",
    ]
  ) {
    expect([name, seen.has(`/consola/${name}`)]).toEqual([name, true]);
  }
});

test("no file of the data folder and no log of a process has one", async () => {
  // What SQLite has not yet taken from its log stands there: both are read while the processes live.
  const texts = new Map<string, string>();
  const walk = async (folder: string) => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const file = path.join(folder, name);
      if (isDirectory) await walk(file);
      if (isFile) texts.set(name, new TextDecoder("latin1").decode(await Deno.readFile(file)));
    }
  };
  await walk(project.dataDir);
  for (const file of ["etl.sqlite", "etl.sqlite-wal", "caudal.sqlite"]) {
    expect([file, texts.has(file)]).toEqual([file, true]);
  }
  expect([...texts.values()].some((text) => text.includes("postgresql://ana:***@db.example/x"))).toBe(true);
  for (const [file, text] of texts) expect([file, secretsIn(text)]).toEqual([file, []]);

  project.worker.kill("SIGTERM");
  project.server.kill("SIGTERM");
  for (const process of [project.worker, project.server]) {
    const { stdout, stderr } = await process.finished;
    expect([stderr.length > 0, secretsIn(stdout + stderr)]).toEqual([true, []]);
  }
}, 60_000);
