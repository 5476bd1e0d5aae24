// Published files in memory, for tests and for programs that keep nothing.

import { Problem } from "../core/problem.ts";
import type { PieceBlobs, WriteBlobs } from "./segments/blobs.ts";

/** Small, so that tests see more than one of them. */
const PIECE_BYTES = 1024;

/** `files` is what is stored, by name: a test may look into it and spoil it. */
export function memoryBlobs(): WriteBlobs & PieceBlobs & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,

    read(name, range) {
      const bytes = files.get(name);
      if (!bytes) return undefined;
      const { offset, length } = range ?? { offset: 0, length: bytes.length };
      return offset + length > bytes.length
        ? undefined
        : new Uint8Array(bytes.subarray(offset, offset + length));
    },

    write(name, bytes) {
      files.set(name, bytes.slice());
      return Promise.resolve();
    },

    create() {
      const pieces: Uint8Array[] = [];
      return Promise.resolve({
        write(bytes: Uint8Array) {
          pieces.push(bytes.slice());
          return Promise.resolve();
        },
        async finish(name: string) {
          files.set(name, new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
        },
        abort: () => Promise.resolve(),
      });
    },

    async *pieces(name, { offset, length }) {
      const bytes = files.get(name);
      if (!bytes || bytes.length < offset + length) {
        throw new Problem("unavailable", `Cannot read "${name}": not there whole`);
      }
      for (let at = offset; at < offset + length; at += PIECE_BYTES) {
        yield new Uint8Array(bytes.subarray(at, Math.min(at + PIECE_BYTES, offset + length)));
      }
    },

    exists: (name) => Promise.resolve(files.has(name)),

    list: (folder) =>
      Promise.resolve([...files.keys()].filter((name) => name.split("/").slice(0, -1).join("/") === folder)),

    remove(name) {
      files.delete(name);
      return Promise.resolve();
    },
  };
}
