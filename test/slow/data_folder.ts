// What is in a data folder: the published snapshot down to its last value, the files that make it up, and what
// the store kept of every series and run.

import { createHash } from "node:crypto";
import path from "node:path";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";

/** A snapshot as readers get it: every series with its values and metadata, digested. */
export type Published = { readonly name: string; readonly series: ReadonlyMap<string, string> };

const hash = (...parts: (string | Uint8Array)[]) => {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part).update("\n");
  return sum.digest("hex");
};

export const snapshotsFolder = (data: string) => path.join(data, "snapshots");

/** Reads `ids` from the current snapshot, undefined where nothing is published; throws when one is not whole. */
export async function readPublished(
  folder: string,
  ids: readonly string[],
): Promise<Published | undefined> {
  const blobs = folderBlobs(folder);
  try {
    const snapshot = await openSnapshots(blobs, Date.now).current();
    return snapshot && { name: snapshot.name, series: await digests(snapshot, ids) };
  } finally {
    blobs.close();
  }
}

async function digests(snapshot: Snapshot, ids: readonly string[]): Promise<Map<string, string>> {
  const records = await snapshot.series(ids);
  const found = new Map<string, string>();
  for (const record of records) {
    if (!record) continue;
    const { observations: { values, ...span }, rows, ...metadata } = record;
    const context = await snapshot.context(record);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    found.set(record.id, hash(JSON.stringify([span, metadata, context]), bytes, rows));
  }
  return found;
}

/**
 * Every published file by its path, those of the activity and the listings apart: they move by themselves.
 * Errors: one that has other bytes than its name says, or that a pointer leads to and is not there.
 */
export async function publishedFiles(folder: string): Promise<string[]> {
  const files = (await Array.fromAsync(filesBelow(folder, ""))).sort();
  const texts = new Map<string, string>();
  for (const file of files) {
    const bytes = await Deno.readFile(path.join(folder, file));
    const named = /([0-9a-f]{64})\.[\w.]+$/.exec(file)?.[1];
    if (named !== undefined && named !== createHash("sha256").update(bytes).digest("hex")) {
      throw new Error(`${file} has other bytes than its name says`);
    }
    texts.set(named ?? file, file.endsWith(".json") ? new TextDecoder().decode(bytes) : "");
  }
  const led = files.filter((file) => /^(current|activity|listing)\.json$/.test(file));
  // Sets go on over what is added to them meanwhile.
  const reached = new Set(led);
  for (const name of reached) {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`${name} is published and not there`);
    for (const [hash] of text.matchAll(/\b[0-9a-f]{64}\b/g)) reached.add(hash);
  }
  return files.filter((file) => !/^(activity|listing)(\/[0-9a-f]{64})?\.json(\.gz)?$/.test(file));
}

async function* filesBelow(folder: string, prefix: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(path.join(folder, prefix))) {
    if (isDirectory) yield* filesBelow(folder, `${prefix}${name}/`);
    else yield prefix + name;
  }
}

export type Stored = {
  /** "ok", or what SQLite found. */
  readonly integrity: unknown;
  /** Kind and status of each run, oldest first. */
  readonly runs: readonly string[];
  /** Number and columns of each version of each series. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
};

/** Opens the store of a data folder as the program does, and reads what it kept. */
export function readStored(data: string): Stored {
  const db = openDatabase(path.join(data, "caudal.sqlite"));
  try {
    const rows = db.all("SELECT * FROM series_version ORDER BY series_id, number");
    const versions = Map.groupBy(rows, (row) => String(row.series_id));
    return {
      integrity: db.one("PRAGMA integrity_check")?.integrity_check,
      runs: db.all("SELECT kind, status FROM run ORDER BY id").map(({ kind, status }) => `${kind} ${status}`),
      versions: new Map(
        Array.from(
          versions,
          ([id, rows]) => [id, rows.map((row) => `${row.number}:${row.observations_hash}`)],
        ),
      ),
    };
  } finally {
    db.close();
  }
}

/** A copy of a folder that nobody changes meanwhile, or whose writer was killed. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(path.join(from, name), path.join(to, name));
    else await Deno.copyFile(path.join(from, name), path.join(to, name));
  }
}
