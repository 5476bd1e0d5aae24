// Published files in a folder of this machine. Reads are synchronous: the bytes of a block are in the page
// cache or a seek away, and going through a thread costs more than either.

import fs from "node:fs";
import path from "node:path";
import type { Range, WriteBlobs } from "../segments/blobs.ts";

/** Files kept open for reading. */
const OPEN_FILES = 512;

/**
 * A kept file that nobody read for this long makes place for another, in ms. While all are in use none is
 * dropped: under even load a full cache that keeps what it has beats one that is always refilled.
 */
const IDLE_MS = 60_000;

type KeptFile = { readonly bytes: Uint8Array<ArrayBuffer>; usedAt: number };

/**
 * Opens a folder, creating it when a writer first needs it.
 * `keepBytes` is how much of the files read by range may stay in memory: from there a block costs no copy.
 */
export function folderBlobs(folder: string, keepBytes = 0): WriteBlobs & { close(): void } {
  const open = new Map<string, number>();
  const kept = new Map<string, KeptFile>();
  let keptBytes = 0;

  /** Whether a file of this size may be kept, after dropping idle ones. */
  function makePlace(size: number, now: number): boolean {
    for (const [name, { bytes, usedAt }] of kept) {
      if (keptBytes + size <= keepBytes || now - usedAt < IDLE_MS) break;
      kept.delete(name);
      keptBytes -= bytes.length;
    }
    return keptBytes + size <= keepBytes;
  }

  /** The whole of an immutable file, when it is or may be kept. */
  function keptFile(name: string, now: number): Uint8Array<ArrayBuffer> | undefined {
    const known = kept.get(name);
    if (known) {
      known.usedAt = now;
      return known.bytes;
    }
    if (keptBytes >= keepBytes && !makePlace(1, now)) return undefined;
    const fd = descriptor(name);
    if (fd === undefined) return undefined;
    const { size } = fs.fstatSync(fd);
    if (!makePlace(size, now)) return undefined;
    const bytes = new Uint8Array(size);
    if (fs.readSync(fd, bytes, 0, size, 0) !== size) return undefined;
    kept.set(name, { bytes, usedAt: now });
    keptBytes += size;
    return bytes;
  }

  /** Descriptor of an immutable file, the least recently opened one closed when there are too many. */
  function descriptor(name: string): number | undefined {
    const known = open.get(name);
    if (known !== undefined) return known;
    let fd: number;
    try {
      fd = fs.openSync(path.join(folder, name), "r");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      throw error;
    }
    open.set(name, fd);
    if (open.size > OPEN_FILES) {
      const [oldest, oldestFd] = open.entries().next().value!;
      open.delete(oldest);
      fs.closeSync(oldestFd);
    }
    return fd;
  }

  /** A descriptor still leads to what was behind the name. */
  function forget(name: string): void {
    const fd = open.get(name);
    if (fd === undefined) return;
    open.delete(name);
    fs.closeSync(fd);
  }

  function readRange(name: string, { offset, length }: Range): Uint8Array<ArrayBuffer> | undefined {
    const whole = keepBytes > 0 ? keptFile(name, Date.now()) : undefined;
    if (whole) return whole.subarray(offset, offset + length);
    const fd = descriptor(name);
    if (fd === undefined) return undefined;
    const bytes = new Uint8Array(length);
    const read = fs.readSync(fd, bytes, 0, length, offset);
    return read === length ? bytes : undefined;
  }

  return {
    read(name, range) {
      if (range) return readRange(name, range);
      try {
        return new Uint8Array(fs.readFileSync(path.join(folder, name)));
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return undefined;
        throw error;
      }
    },

    async write(name, bytes) {
      const target = path.join(folder, name);
      await fs.promises.mkdir(path.dirname(target), { recursive: true });
      const beside = `${target}.${crypto.randomUUID()}.tmp`;
      try {
        const file = await fs.promises.open(beside, "w");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await fs.promises.rename(beside, target);
        forget(name);
      } catch (error) {
        await fs.promises.rm(beside, { force: true });
        throw error;
      }
    },

    exists: (name) => Promise.resolve(fs.existsSync(path.join(folder, name))),

    async list(subfolder) {
      try {
        const names = await fs.promises.readdir(path.join(folder, subfolder));
        return names.map((name) => `${subfolder}/${name}`);
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return [];
        throw error;
      }
    },

    async remove(name) {
      forget(name);
      await fs.promises.rm(path.join(folder, name), { force: true });
      // Read again while it was being removed.
      forget(name);
    },

    close() {
      for (const fd of open.values()) fs.closeSync(fd);
      open.clear();
    },
  };
}
