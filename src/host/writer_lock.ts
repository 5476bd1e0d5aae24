// One writer at a time for a data folder, and one worker: an advisory lock on a file, which the kernel lets go of when
// its process ends, however it ends.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../core/problem.ts";

/**
 * Runs `work` as the only writer of `folder`.
 * Errors: Problem `conflict` at once while another process writes, `unavailable` when the folder cannot be written to.
 */
export function withWriterLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const busy = `está escribiendo en "${folder}" (ya está corriendo una indexación): espere a que termine`;
  return withLock(folder, "writer.lock", busy, work);
}

/** The same for the only worker of `folder`. */
export function withWorkerLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  return withLock(folder, "worker.lock", `trabaja con "${folder}"`, work);
}

async function withLock<T>(folder: string, name: string, busy: string, work: () => Promise<T>): Promise<T> {
  using file = await openLock(folder, name);
  if (!await file.tryLock(true)) {
    throw new Problem("conflict", `Otro proceso${await holderOf(folder, name)} ${busy}`);
  }
  try {
    await tellHolder(file);
    return await work();
  } finally {
    await file.unlock();
  }
}

/** Leaves in the file, for people, who holds it. A full disk keeps nobody from working. */
async function tellHolder(file: Deno.FsFile): Promise<void> {
  try {
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.hostname()}, proceso ${Deno.pid}\n`));
  } catch {
    // Only the words of a refusal depend on it.
  }
}

async function holderOf(folder: string, name: string): Promise<string> {
  try {
    const holder = (await Deno.readTextFile(path.join(folder, name))).trim();
    return holder === "" ? "" : ` (${holder})`;
  } catch {
    // Windows lets nobody else read a locked file.
    return "";
  }
}

async function openLock(folder: string, name: string): Promise<Deno.FsFile> {
  try {
    fs.mkdirSync(folder, { recursive: true });
    return await Deno.open(path.join(folder, name), { create: true, write: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem("unavailable", `No se puede escribir en la carpeta "${folder}": ${reason}`, [], {
      cause,
    });
  }
}
