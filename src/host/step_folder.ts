// The folder of a run that only its steps see: `DATA_DIR/etl/runs/<id>`, with `tmp` in it. It goes when the run ended
// well, and some days later when it did not, so that somebody can look at what is left.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../core/problem.ts";

const DAY_MS = 86_400_000;
const OWNER_ONLY = 0o700;

export type RunFolder = {
  /** Absolute. */
  readonly workDir: string;
  readonly temporaryDir: string;
};

const folderOf = (dataDir: string, runId: number) => path.join(runsFolder(dataDir), String(runId));
const runsFolder = (dataDir: string) => path.resolve(dataDir, "etl", "runs");

/**
 * Makes what is missing of it: each step of a run asks for the same.
 * Errors: Problem `unavailable` where it cannot be made.
 */
export async function runFolder(dataDir: string, runId: number): Promise<RunFolder> {
  const workDir = folderOf(dataDir, runId);
  const temporaryDir = path.join(workDir, "tmp");
  try {
    await fs.promises.mkdir(temporaryDir, { recursive: true, mode: OWNER_ONLY });
  } catch (cause) {
    throw new Problem(
      "unavailable",
      `No se puede crear la carpeta "${temporaryDir}": ${(cause as Error).message}`,
      [],
      { cause },
    );
  }
  return { workDir, temporaryDir };
}

/** Nothing happens where there is none. */
export function removeRunFolder(dataDir: string, runId: number): Promise<void> {
  return removeFolder(folderOf(dataDir, runId));
}

/**
 * Removes those whose first level did not change for so many days, but not of runs that go on; answers how many.
 * `now` is epoch ms.
 */
export async function removeOldRunFolders(
  dataDir: string,
  { days, now, active }: {
    readonly days: number;
    readonly now: number;
    readonly active: ReadonlySet<number>;
  },
): Promise<number> {
  const names = await fs.promises.readdir(runsFolder(dataDir)).catch(() => []);
  let removed = 0;
  for (const name of names) {
    if (!/^\d+$/.test(name) || active.has(Number(name))) continue;
    const folder = path.join(runsFolder(dataDir), name);
    const found = await fs.promises.stat(folder).catch(() => undefined);
    if (found === undefined || found.mtimeMs > now - days * DAY_MS) continue;
    await removeFolder(folder);
    removed++;
  }
  return removed;
}

async function removeFolder(folder: string): Promise<void> {
  const remove = () => fs.promises.rm(folder, { recursive: true, force: true });
  try {
    await remove();
  } catch {
    // Some programs leave folders that not even their owner may write to.
    openFolders(folder);
    await remove();
  }
}

function openFolders(folder: string): void {
  fs.chmodSync(folder, OWNER_ONLY);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openFolders(path.join(folder, entry.name));
  }
}
