// A project of sequences in a folder of its own, with its store, for tests that run Caudal's processes over it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { EtlRun, StepAttempt } from "../../src/core/etl/run.ts";
import type { EtlStore, RunWithAttempts } from "../../src/core/etl/store.ts";
import { openEtlStore } from "../../src/open.ts";
import {
  eventually,
  type Finished,
  runCommand,
  type Running,
  type Settings,
  startCommand,
} from "../slow/process.ts";

const ROOT = path.resolve(import.meta.dirname!, "../..");

export type EtlWorld = AsyncDisposable & {
  /** Of this world alone. */
  readonly folder: string;
  readonly dataDir: string;
  readonly store: EtlStore;
  write(file: string, text: string, mode?: number): Promise<void>;
  /** Modules of the project: those given, beside the shipped ones unless `alone`. */
  modules(entries: object, options?: { alone: true }): Promise<void>;
  sequence(name: string, content: unknown): Promise<void>;
  /** A process that schedules and performs steps. */
  worker(settings?: Settings): Running;
  etl(...args: string[]): Promise<Finished>;
  /** The number of the run that was asked for. */
  ask(name: string): Promise<number>;
  found(id: number): Promise<RunWithAttempts>;
  ended(id: number): Promise<RunWithAttempts>;
  /** All runs of a sequence, oldest first. */
  runs(name: string): Promise<EtlRun[]>;
};

/** `databaseUrl`: PostgreSQL; without it SQLite. */
export async function etlWorld(databaseUrl?: string): Promise<EtlWorld> {
  const folder = await Deno.makeTempDir({ prefix: "caudal_etl_" });
  const dataDir = path.join(folder, "data");
  const settings: Settings = {
    ETL_DIR: folder,
    ETL_GRACE_SECONDS: "0",
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  };
  const store = openEtlStore({ dataDir, databaseUrl });
  const write = async (file: string, text: string, mode = 0o644) => {
    const place = path.join(folder, file);
    await Deno.mkdir(path.dirname(place), { recursive: true });
    await Deno.writeTextFile(place, text, { mode });
  };
  const found = async (id: number) => (await store.run(id))!;
  return {
    folder,
    dataDir,
    store,
    write,
    async modules(entries, options) {
      const shipped = options?.alone ? {} : shippedModules();
      await write("modules.json", JSON.stringify({ ...shipped, ...entries }));
    },
    sequence: (name, content) =>
      write(`etl_sequences/${name}.json`, typeof content === "string" ? content : JSON.stringify(content)),
    worker: (more = {}) => startCommand("worker", ["--data", dataDir], { ...settings, ...more }),
    etl: (...args) => runCommand("etl_command", [...args, "--data", dataDir], settings),
    async ask(name) {
      const { code, stdout, stderr } = await runCommand(
        "etl_command",
        ["run", name, "--json", "--data", dataDir],
        settings,
      );
      if (code !== 0) throw new Error(`etl run ${name} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout).id;
    },
    found,
    async ended(id) {
      await eventually(async () => (await found(id)).run.end !== null);
      return await found(id);
    },
    async runs(name) {
      return (await store.runs({ name, limit: 10_000 })).toReversed();
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Those of the project's own map, wherever the map is that they are written in. */
function shippedModules(): Record<string, object> {
  const map = JSON.parse(readFileSync(path.join(ROOT, "modules.json"), "utf8"));
  return Object.fromEntries(
    Object.entries<{ cmd: string }>(map).map(([name, { cmd, ...rest }]) => [name, {
      cmd: cmd.startsWith("./") ? path.join(ROOT, cmd) : cmd,
      ...rest,
    }]),
  );
}

export const lastOf = ({ attempts }: RunWithAttempts, step: string): StepAttempt =>
  attempts.findLast(({ stepId }) => stepId === step)!;

/** Pids of processes whose command line has a text, as the kernel tells. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const state = /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return state !== "Z" &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").includes(text);
    } catch {
      return false;
    }
  });
}

/** The most memory that a process has had so far, in MB. */
export function peakMemoryMB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

/** Files below a folder that hold a text. */
export function filesWith(folder: string, text: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}
