// Steps for the tests of the module wrapper: commands of shells, and what becomes of them.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { LogLine } from "../../src/core/etl/run.ts";
import type { StepCommand } from "../../src/etl/step_process.ts";
import { processTable } from "../../src/host/step_process_table.ts";
import { stepProcesses, type StepProcessesOptions } from "../../src/host/step_processes.ts";

export const SEARCH_PATH = "/usr/bin:/bin";
/** A worker of one step, as a program. */
export const PARENT = `${import.meta.dirname}/step_parent.ts`;

export type Changes = Partial<StepCommand>;

export function stepFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal_step_"));
  let count = 0;
  /** Each is of another run, so that no step finds the processes of another. */
  const commandOf = (argv: readonly string[], changes: Changes = {}): StepCommand => ({
    argv,
    cwd: folder,
    timeoutSeconds: 60,
    killGraceSeconds: 1,
    maxOutputMB: 10,
    secrets: [],
    ...changes,
    env: {
      PATH: SEARCH_PATH,
      ETL_RUN_ID: `${Deno.pid}.${++count}`,
      ETL_STEP_ID: "extraer",
      ETL_ATTEMPT: "1",
      ETL_WORK_DIR: folder,
      ...changes.env,
    },
  });
  return {
    path: folder,
    commandOf,
    shell: (script: string, changes?: Changes) => commandOf(["/bin/sh", "-c", script], changes),
    file(name: string, text: string, mode: number): string {
      const place = path.join(folder, name);
      fs.writeFileSync(place, text);
      fs.chmodSync(place, mode);
      return place;
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

export async function runStep(
  command: StepCommand,
  options: Partial<StepProcessesOptions> = {},
  signal?: AbortSignal,
) {
  const lines: LogLine[] = [];
  let started: { pid: number; processStart: string } | undefined;
  const end = await stepProcesses({ searchPath: SEARCH_PATH, now: Date.now, ...options }).run(command, {
    signal: signal ?? new AbortController().signal,
    onStart: (pid, processStart) => {
      if (pid > 0) started = { pid, processStart };
      return Promise.resolve();
    },
    onLines: (more) => Promise.resolve(void lines.push(...more)),
  });
  const said = (stream: LogLine["stream"]) =>
    lines.filter((line) => line.stream === stream).map(({ text }) => text);
  return { end, lines, started, stdout: said("stdout"), stderr: said("stderr"), told: said("caudal") };
}

/** Pids of what lives of a step, told by the environment alone. */
export function living({ env }: StepCommand): number[] {
  const table = processTable()!;
  const pids = table.list().map(({ pid }) => pid);
  return pids.filter((pid) => table.environment(pid)?.ETL_RUN_ID === env.ETL_RUN_ID);
}

export const isAlive = (pid: number): boolean => processTable()!.list().some((row) => row.pid === pid);
