// Published files in a folder of this machine. Reads are synchronous: the bytes of a block are in the page
// cache or a seek away, and going through a thread costs more than either.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../core/problem.ts";
import { isPointer } from "../../core/published_files.ts";
import type { BlobWriter, PieceBlobs, Range, WriteBlobs } from "../segments/blobs.ts";
import { keptFiles } from "./kept_files.ts";
import { replacePointer } from "./replace_pointer.ts";

/** Files kept open for reading. */
const OPEN_FILES = 512;

/** Size of the pieces that a large file is read in. */
const PIECE_BYTES = 256 * 1024;

/** What keeps a machine from writing, by the code of the fault; others are told by their code. */
const WRITE_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: "el disco está lleno",
  EDQUOT: "se agotó la cuota de disco",
  EFBIG: "supera el tamaño de archivo que se permite al proceso",
  EROFS: "el disco es de solo lectura",
  EACCES: "faltan permisos",
  EPERM: "faltan permisos",
  EIO: "falla el disco",
};

/**
 * Opens a folder, creating it when a writer first needs it.
 * `keepBytes` is how much of the files read by range may stay in memory: from there a block costs no copy.
 */
export function folderBlobs(folder: string, keepBytes = 0): WriteBlobs & PieceBlobs & { close(): void } {
  const open = new Map<string, number>();
  const kept = keptFiles(keepBytes);
  /** Pointers as they were last read or written; undefined of those that were not there. */
  const pointers = new Map<string, Uint8Array | undefined>();

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
    const whole = kept(`${folder}/${name}`);
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
      const bytes = readWhole(path.join(folder, name));
      if (isPointer(name)) pointers.set(name, bytes?.slice());
      return bytes;
    },

    async write(name, bytes) {
      const target = path.join(folder, name);
      const beside = `${target}.${crypto.randomUUID()}.tmp`;
      try {
        await fs.promises.mkdir(path.dirname(target), { recursive: true });
        const file = await fs.promises.open(beside, "w");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        if (pointers.has(name)) await replacePointer(target, pointers.get(name), beside);
        else await fs.promises.rename(beside, target);
        if (isPointer(name)) pointers.set(name, bytes.slice());
        forget(name);
      } catch (error) {
        await fs.promises.rm(beside, { force: true }).catch(() => {});
        throw writeFault(target, error);
      }
    },

    async create(subfolder) {
      const target = path.join(folder, subfolder);
      const beside = path.join(target, `${crypto.randomUUID()}.tmp`);
      try {
        await fs.promises.mkdir(target, { recursive: true });
        return fileWriter(fs.openSync(beside, "wx"), beside, async (name) => {
          await fs.promises.rename(beside, path.join(folder, name));
          forget(name);
        });
      } catch (error) {
        throw writeFault(target, error);
      }
    },

    pieces: (name, range) => readPieces(path.join(folder, name), range),

    exists: (name) => Promise.resolve(fs.existsSync(path.join(folder, name))),

    async list(subfolder) {
      try {
        const entries = await fs.promises.readdir(path.join(folder, subfolder), { withFileTypes: true });
        const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
        return subfolder === "" ? names : names.map((name) => `${subfolder}/${name}`);
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return [];
        throw error;
      }
    },

    async remove(name) {
      forget(name);
      pointers.delete(name);
      const target = path.join(folder, name);
      await fs.promises.rm(target, { force: true }).catch((error) => {
        throw writeFault(target, error);
      });
      // Read again while it was being removed.
      forget(name);
    },

    close() {
      for (const fd of open.values()) fs.closeSync(fd);
      open.clear();
    },
  };
}

/**
 * Writes into a file that has no name yet; `name` gives it one. Pieces are written at once: handing each to a
 * thread took four times as long.
 */
function fileWriter(fd: number, beside: string, name: (name: string) => Promise<void>): BlobWriter {
  let isOpen = true;
  const close = () => {
    if (isOpen) fs.closeSync(fd);
    isOpen = false;
  };
  const guarded = (work: () => void | Promise<void>) =>
    Promise.try(work).catch((error) => {
      throw writeFault(beside, error);
    });
  return {
    write: (bytes) =>
      guarded(() => {
        for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at, bytes.length - at);
      }),
    finish: (chosen) =>
      guarded(async () => {
        fs.fsyncSync(fd);
        close();
        await name(chosen);
      }),
    async abort() {
      close();
      await fs.promises.rm(beside, { force: true }).catch(() => {});
    },
  };
}

function readWhole(file: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(fs.readFileSync(file));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Reads through a descriptor of its own: one that is kept would hold the place of a file long removed. */
async function* readPieces(
  file: string,
  { offset, length }: Range,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const unreadable = (cause?: unknown) =>
    new Problem("unavailable", `Cannot read "${file}": not there whole`, [], { cause });
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(file, "r");
  } catch (cause) {
    throw unreadable(cause);
  }
  try {
    const end = offset + length;
    if ((await handle.stat()).size < end) throw unreadable();
    for (let at = offset; at < end;) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, end - at));
      const { bytesRead } = await handle.read(piece, 0, piece.length, at).catch((cause) => {
        throw unreadable(cause);
      });
      if (bytesRead !== piece.length) throw unreadable();
      yield piece;
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** A fault of the machine as a sentence for who runs it; a bug stays what it is. */
function writeFault(target: string, cause: unknown): unknown {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return cause;
  return new Problem("unavailable", `No se puede escribir "${target}": ${WRITE_FAULTS[code] ?? code}`, [], {
    cause,
  });
}
