// What the output of a step was, so that a later run can tell whether it still is: the re-run from a failed step takes
// up what earlier steps made.
//
//   file    path, size, mtimeMs, sha256 of its bytes
//   folder  path, files, size of all, latest mtimeMs, sha256 over its entries in order of their names
//
// An entry is its name and its digest; in folders of more than 10,000 files its name, size and mtime.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { JsonObject } from "../core/json.ts";

const MOST_READ = 10_000;

/** Null where there is neither a file nor a folder, or it cannot be read. */
export async function fingerprintOf(place: string): Promise<JsonObject | null> {
  try {
    const found = await fs.promises.stat(place);
    if (found.isDirectory()) return await folderFingerprint(place);
    if (!found.isFile()) return null;
    return { path: place, size: found.size, mtimeMs: found.mtimeMs, sha256: await digestOf(place) };
  } catch {
    return null;
  }
}

/**
 * Whether what was there is there still. A file that was only touched, or put back, is the same.
 * Null is what could not be read: it is like nothing, not even itself.
 */
export function sameFingerprint(a: JsonObject | null, b: JsonObject | null): boolean {
  return a !== null && b !== null &&
    a.path === b.path && a.size === b.size && a.files === b.files && a.sha256 === b.sha256;
}

async function folderFingerprint(folder: string): Promise<JsonObject> {
  const names = (await fs.promises.readdir(folder, { recursive: true })).sort();
  const isRead = names.length <= MOST_READ;
  const sum = createHash("sha256");
  let files = 0, size = 0, mtimeMs = 0;
  for (const name of names) {
    const place = path.join(folder, name);
    const entry = await fs.promises.lstat(place);
    // Links are what they point to by name: they may lead out of the folder, or in a circle.
    const says = entry.isSymbolicLink()
      ? ["link", await fs.promises.readlink(place)]
      : !entry.isFile()
      ? [entry.isDirectory() ? "folder" : "other"]
      : isRead
      ? ["file", await digestOf(place)]
      : ["file", entry.size, entry.mtimeMs];
    sum.update(JSON.stringify([name, ...says]));
    if (!entry.isFile()) continue;
    files++;
    size += entry.size;
    mtimeMs = Math.max(mtimeMs, entry.mtimeMs);
  }
  return { path: folder, files, size, mtimeMs, sha256: sum.digest("hex") };
}

async function digestOf(file: string): Promise<string> {
  const sum = createHash("sha256");
  await pipeline(fs.createReadStream(file), sum);
  return sum.digest("hex");
}
