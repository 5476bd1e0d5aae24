// Replacing a pointer of a folder only while it is what its publisher read: a folder has no conditional writes, so who
// compares holds the kernel's lock on the file meanwhile, which goes with its process.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../core/problem.ts";

/**
 * Gives the file `beside` the name `target`, whose bytes are `was`; undefined where there was none.
 * Errors: Problem `conflict` where another replaced it, or does so now.
 */
export async function replacePointer(
  target: string,
  was: Uint8Array | undefined,
  beside: string,
): Promise<void> {
  if (!await (was ? replaced(target, was, beside) : created(target, beside))) {
    throw new Problem(
      "conflict",
      `Otro proceso cambió "${path.basename(target)}" en "${path.dirname(target)}" mientras se publicaba: ` +
        "vuelva a publicar",
    );
  }
}

async function replaced(target: string, was: Uint8Array, beside: string): Promise<boolean> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(target, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  using held = file;
  if (!await held.tryLock(true)) return false;
  // The lock may be that of a file that has just lost its name.
  if (!fs.readFileSync(target).equals(was)) return false;
  await fs.promises.rename(beside, target);
  return true;
}

/** A link is refused where there is a file, which no renaming is; some file systems have no links. */
async function created(target: string, beside: string): Promise<boolean> {
  try {
    await fs.promises.link(beside, target);
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") return false;
    await fs.promises.rename(beside, target);
    return true;
  }
  await fs.promises.rm(beside);
  return true;
}
