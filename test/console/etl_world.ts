// The ETL rows over a project in a scratch folder and the store in memory, where a test decides and works itself.

import path from "node:path";
import { ETL_OPERATIONS } from "../../src/console/etl_operations.ts";
import { ETL_RUN_OPERATIONS } from "../../src/console/etl_run_operations.ts";
import { ETL_STATUS_OPERATION } from "../../src/console/etl_status.ts";
import type { AttemptOutcome, LogLine } from "../../src/core/etl/run.ts";
import type { EtlStore } from "../../src/core/etl/store.ts";
import type { EtlDesk } from "../../src/etl/desk.ts";
import { SCHEDULER_LEASE } from "../../src/etl/scheduler.ts";
import { openEtlDesk } from "../../src/open_etl.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { START } from "../operation/world.ts";
import { opsApp } from "./ops_app.ts";

export { START };
export const WORKER = { id: "w1", host: "maquina", pid: 77, startedAt: START, slots: 2 };
export const DAILY = "0 3 * * * America/Argentina/Buenos_Aires";

/** What the folder holds unless a test adds to it. */
const FILES: Readonly<Record<string, unknown>> = {
  "modules.json": {
    copy: { cmd: "true", secrets: ["CLAVE_DE_CARGA"] },
    fail: { cmd: "false" },
  },
  "etl_sequences/two.json": [
    { module_name: "copy", input: "modules.json", output: "postgresql://ana:s3cr3ta@db.example/x" },
    { module_name: "copy" },
  ],
  "etl_sequences/daily.json": {
    steps: [{ module_name: "copy" }],
    schedule: [{ cron: "0 3 * * *", timezone: "America/Argentina/Buenos_Aires" }],
  },
  "etl_sequences/fails.json": [{ module_name: "fail" }],
  "etl_sequences/broken.json": [{ module_name: "cpy" }],
};

export type EtlWorld = Awaited<ReturnType<typeof etlWorld>>;

/** `files` stand beside the usual ones, as JSON. */
export async function etlProjectFolder(files: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_etl_console_" });
  for (const [file, value] of Object.entries({ ...FILES, ...files })) {
    const full = path.join(folder, file);
    await Deno.mkdir(path.dirname(full), { recursive: true });
    await Deno.writeTextFile(full, typeof value === "string" ? value : JSON.stringify(value));
    if (file.endsWith(".sh")) await Deno.chmod(full, 0o755);
  }
  return folder;
}

/** A desk over a project, and the hands of a scheduler and a worker over its store. */
export function etlDesk(folder: string, now: () => number) {
  const store = memoryEtlStore(now);
  const pokes: number[] = [];
  const desk = openEtlDesk(
    { dataDir: folder } as Parameters<typeof openEtlDesk>[0],
    { ETL_DIR: folder },
    () => void pokes.push(now()),
    store,
  );
  return { desk, pokes, ...hands(store, now) };
}

function hands(store: EtlStore, now: () => number) {
  const held = () => store.takeLease(SCHEDULER_LEASE, "maquina:7:ab", 1e12);
  let lease: Awaited<ReturnType<typeof held>>;
  const leased = async () => lease ??= (await held())!;

  /** Starts a run and the first of its steps that waits; answers the attempt. */
  async function begin(id: number): Promise<number> {
    const { run, attempts } = (await store.run(id))!;
    const attempt = attempts.find(({ status }) => status === "PENDING")!;
    await store.decide(await leased(), id, run.revision, {
      run: { status: "STARTED", start: run.start ?? now() },
      attempts: [{ id: attempt.id, queuedAt: now() }],
    });
    await store.begin(attempt.id, WORKER, now());
    await store.notePid(attempt.id, WORKER.id, 4242, "x");
    return attempt.id;
  }

  async function end(attempt: number, outcome: Partial<AttemptOutcome> = {}): Promise<void> {
    await store.end(attempt, WORKER.id, {
      status: "SUCCESS",
      end: now(),
      exitCode: 0,
      signal: null,
      reason: null,
      message: null,
      peakMemoryBytes: null,
      fingerprint: null,
      summary: null,
      ...outcome,
    });
  }

  /** Ends a run; steps that did not begin are left out. */
  async function close(id: number, status: "SUCCESS" | "FAILURE" | "CANCELLED"): Promise<void> {
    const { run, attempts } = (await store.run(id))!;
    await store.decide(await leased(), id, run.revision, {
      run: {
        status,
        end: now(),
        ...(status === "FAILURE" && { reason: "exit_code", message: 'El paso "2" falló' }),
      },
      attempts: attempts.filter(({ status }) => status === "PENDING").map(({ id }) => ({
        id,
        status: "SKIPPED",
      })),
    });
  }

  const say = (attempt: number, texts: readonly string[], stream: LogLine["stream"] = "stdout") =>
    store.appendLog(attempt, texts.map((text) => ({ at: now(), stream, text })), false);

  return { store, leased, begin, end, close, say };
}

/** The rows over all that, with an account of each role. */
export async function etlWorld(files: Readonly<Record<string, unknown>> = {}) {
  const folder = await etlProjectFolder(files);
  const clock = { at: START };
  const etl = etlDesk(folder, () => clock.at);
  const closing = new AbortController();
  const ops = await opsApp<{ readonly etl: EtlDesk; readonly closing: AbortSignal }>(
    [...ETL_OPERATIONS, ...ETL_RUN_OPERATIONS, ETL_STATUS_OPERATION],
    { etl: etl.desk, closing: closing.signal },
  );
  const read = async (path: string) => {
    const answer = await ops.ask("GET", path, { as: "viewer" });
    return { status: answer.status, body: await answer.json() };
  };
  const post = async (path: string, json: unknown = {}, headers: Record<string, string> = {}) => {
    const answer = await ops.ask("POST", path, { as: "operator", json, headers });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return {
    ...ops,
    ...etl,
    folder,
    closing,
    read,
    post,
    /** Of the ETL: the accounts have a clock of their own. */
    pass: (ms: number) => void (clock.at += ms),
    start: async (name: string): Promise<number> => (await etl.desk.start(name, { by: "ana" })).run.id,
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}
