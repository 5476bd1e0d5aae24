// Published files in memory, for tests and for programs that keep nothing.

import type { WriteBlobs } from "./segments/blobs.ts";

/** `files` is what is stored, by name: a test may look into it and spoil it. */
export function memoryBlobs(): WriteBlobs & { readonly files: Map<string, Uint8Array> } {
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

    exists: (name) => Promise.resolve(files.has(name)),

    list: (folder) => Promise.resolve([...files.keys()].filter((name) => name.startsWith(`${folder}/`))),

    remove(name) {
      files.delete(name);
      return Promise.resolve();
    },
  };
}
