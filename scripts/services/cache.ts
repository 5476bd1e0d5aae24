// What is downloaded or built once for all folders of a user.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";

/** Where `name` is kept, or will be. */
export function cacheFolder(name: string): string {
  const home = Deno.env.get("XDG_CACHE_HOME") || path.join(Deno.env.get("HOME") ?? "/", ".cache");
  return path.join(home, "caudal", name);
}

/**
 * `folder`, after `make` filled it where it is missing: beside it and renamed when whole, so that one that was
 * interrupted is made anew. Others who want the same wait.
 */
export async function inCache(folder: string, make: (made: string) => Promise<void>): Promise<string> {
  if (fs.existsSync(folder)) return folder;
  using lock = await openLock(folder);
  await lock.lock(true);
  if (!fs.existsSync(folder)) {
    const made = `${folder}.new`;
    fs.rmSync(made, { recursive: true, force: true });
    fs.mkdirSync(made);
    try {
      await make(made);
      fs.renameSync(made, folder);
    } finally {
      fs.rmSync(made, { recursive: true, force: true });
    }
  }
  await lock.unlock();
  return folder;
}

async function openLock(folder: string): Promise<Deno.FsFile> {
  try {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    return await Deno.open(`${folder}.lock`, { create: true, write: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem("unavailable", `No se puede escribir en "${path.dirname(folder)}": ${reason}`, [], {
      cause,
    });
  }
}
