// Removes published files that no kept snapshot leads to, and what a write that was cut off left beside its name.

import type { ReadBlobs, WriteBlobs } from "../store/segments/blobs.ts";
import {
  decodeManifest,
  decodeShard,
  manifestName,
  POINTER,
  searchName,
  segmentName,
  shardName,
} from "../store/segments/format.ts";

/** Answers the number of files removed. A kept snapshot that cannot be followed whole keeps nothing of its own. */
export async function collectGarbage(blobs: WriteBlobs, kept: readonly string[]): Promise<number> {
  const named = new Set<string>();
  for (const snapshot of kept) await nameFiles(blobs, snapshot, named);
  let removed = 0;
  for (const folder of ["segment", "directory", "search", "manifest"]) {
    for (const name of await blobs.list(folder)) {
      if (named.has(name)) continue;
      await blobs.remove(name);
      removed++;
    }
  }
  for (const name of await blobs.list("")) {
    // Others may keep files there.
    if (!name.startsWith(`${POINTER}.`)) continue;
    await blobs.remove(name);
    removed++;
  }
  return removed;
}

async function nameFiles(blobs: ReadBlobs, snapshot: string, named: Set<string>): Promise<void> {
  const bytes = await blobs.read(manifestName(snapshot));
  if (!bytes) return;
  named.add(manifestName(snapshot));
  const { series, contexts, search } = decodeManifest(bytes);
  for (const hash of Object.values(search?.files ?? {})) named.add(searchName(hash));
  for (const hash of [...series.shards, ...contexts.shards]) {
    const name = shardName(hash);
    // A shard that another kept snapshot has too has been followed already.
    if (named.has(name)) continue;
    named.add(name);
    const shard = await blobs.read(name);
    if (!shard) continue;
    for (const { segment } of decodeShard(shard).values()) named.add(segmentName(segment));
  }
}
