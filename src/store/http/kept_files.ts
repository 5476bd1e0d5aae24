// Whole files of a distant place kept in memory, up to a bound: from there a block is read without a request.
// Nothing is dropped while it is in use, and a file that many want at once is asked for once.

import type { Range, ReadBlobs } from "../segments/blobs.ts";

/** A file that nobody read for this long makes place for another, in ms. */
const IDLE_MS = 60_000;

/** How long a full memory takes nothing in, in ms; blocks are read by range meanwhile. */
const FULL_MS = 1_000;

type Bytes = Uint8Array<ArrayBuffer>;
type KeptFile = { readonly bytes: Bytes; usedAt: number };

/** Reads ranges through a memory of `maxBytes`; `forget` is for a name that leads to other bytes from now on. */
export function keepFiles(
  read: ReadBlobs["read"],
  maxBytes: number,
): { readonly read: ReadBlobs["read"]; readonly forget: (name: string) => void } {
  const kept = new Map<string, KeptFile>();
  const coming = new Map<string, Promise<Bytes | undefined>>();
  let keptBytes = 0;
  let fullUntil = maxBytes === 0 ? Infinity : 0;

  function drop(name: string): void {
    keptBytes -= kept.get(name)?.bytes.length ?? 0;
    kept.delete(name);
  }

  function keep(name: string, bytes: Bytes): void {
    const now = Date.now();
    for (const [other, { usedAt }] of kept) {
      if (keptBytes + bytes.length <= maxBytes) break;
      if (now - usedAt >= IDLE_MS) drop(other);
    }
    if (keptBytes + bytes.length > maxBytes) {
      fullUntil = now + FULL_MS;
      return;
    }
    kept.set(name, { bytes, usedAt: now });
    keptBytes += bytes.length;
    fullUntil = 0;
  }

  function fetchWhole(name: string): Promise<Bytes | undefined> {
    // After it was full, one file finds out whether there is place again.
    if (fullUntil > 0) fullUntil = Date.now() + FULL_MS;
    const reading: Promise<Bytes | undefined> = Promise.resolve(read(name)).then((bytes) => {
      if (bytes && coming.get(name) === reading) keep(name, bytes);
      return bytes;
    }).finally(() => {
      if (coming.get(name) === reading) coming.delete(name);
    });
    coming.set(name, reading);
    return reading;
  }

  return {
    read(name, range) {
      if (!range) return read(name);
      const known = kept.get(name);
      if (known) {
        known.usedAt = Date.now();
        return partOf(known.bytes, range);
      }
      const whole = coming.get(name) ?? (Date.now() < fullUntil ? undefined : fetchWhole(name));
      return whole ? whole.then((bytes) => bytes && partOf(bytes, range)) : read(name, range);
    },
    forget(name) {
      coming.delete(name);
      drop(name);
    },
  };
}

/** Undefined where the file ends before the part does. */
export function partOf(bytes: Bytes, { offset, length }: Range): Bytes | undefined {
  return offset + length > bytes.length ? undefined : bytes.subarray(offset, offset + length);
}
