// Folders of test runs: each run has its own, named by its process, with a folder of services for what its tests
// share and one for each private instance. Whoever runs them takes them down, also those of runs that were killed.

import fs from "node:fs";
import path from "node:path";
import { send } from "./processes.ts";
import { remove } from "./stack.ts";

/** Where every run of this project has its folder. */
export const RUNS = path.resolve(import.meta.dirname!, "../../.caudal/test");

export const runFolder = (pid: number): string => path.join(RUNS, String(pid));

/** Ends all services of a run and removes its folder. */
export async function endRun(folder: string): Promise<void> {
  if (!fs.existsSync(folder)) return;
  await Promise.all(fs.readdirSync(folder).map((name) => remove(path.join(folder, name), () => {})));
  fs.rmSync(folder, { recursive: true, force: true });
}

/** Ends what runs left that are no more. */
export async function endDeadRuns(): Promise<void> {
  const names = fs.existsSync(RUNS) ? fs.readdirSync(RUNS) : [];
  // Signal 0 only asks.
  await Promise.all(
    names.filter((name) => !send(Number(name), 0)).map((name) => endRun(path.join(RUNS, name))),
  );
}
