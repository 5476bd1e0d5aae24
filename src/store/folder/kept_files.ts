// Whole files of a folder kept in memory, up to a bound: from there a block is read without a copy. Nothing is
// dropped while it is in use: under even load a full memory that keeps what it has beats one that is always
// refilled.

import fs from "node:fs";

/** A file that nobody read for this long makes place for another, in ms. */
const IDLE_MS = 60_000;

/** How long a full memory takes nothing in, in ms, so that finding it full costs nothing meanwhile. */
const FULL_MS = 1_000;

type KeptFile = { readonly bytes: Uint8Array<ArrayBuffer>; usedAt: number };

/** Answers a file's bytes from memory, taking it in where there is place; undefined where it must be read. */
export function keptFiles(maxBytes: number): (path: string) => Uint8Array<ArrayBuffer> | undefined {
  const kept = new Map<string, KeptFile>();
  let keptBytes = 0;
  let fullUntil = maxBytes === 0 ? Infinity : 0;

  function makePlace(size: number, now: number): boolean {
    for (const [path, { bytes, usedAt }] of kept) {
      if (keptBytes + size <= maxBytes) return true;
      if (now - usedAt < IDLE_MS) continue;
      kept.delete(path);
      keptBytes -= bytes.length;
    }
    return keptBytes + size <= maxBytes;
  }

  return (path) => {
    const now = Date.now();
    const known = kept.get(path);
    if (known) {
      known.usedAt = now;
      return known.bytes;
    }
    if (now < fullUntil) return undefined;
    const size = fs.statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return undefined;
    if (!makePlace(size, now)) {
      fullUntil = now + FULL_MS;
      return undefined;
    }
    const bytes = new Uint8Array(fs.readFileSync(path));
    kept.set(path, { bytes, usedAt: now });
    keptBytes += bytes.length;
    return bytes;
  };
}
