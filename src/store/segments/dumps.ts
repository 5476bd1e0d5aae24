// Finds and reads generated dumps: follows their list, and reads files piece by piece.

import type { Dumps, StoredDump } from "../../core/dumps.ts";
import type { PieceBlobs, ReadBlobs } from "./blobs.ts";
import { decodeDumpPointer, DUMP_POINTER, type DumpEntry, dumpName } from "./dump_format.ts";
import { followPointer } from "./follow_pointer.ts";

type Files = ReadonlyMap<string, DumpEntry>;

const keyOf = (catalogId: string | null, name: string) => JSON.stringify([catalogId, name]);

/** Follows the dumps of `blobs`. */
export function openDumps(blobs: ReadBlobs & PieceBlobs, now: () => number): Dumps {
  const current = followPointer<Files>(
    blobs,
    DUMP_POINTER,
    now,
    (bytes) =>
      new Map(decodeDumpPointer(bytes).files.map((entry) => [keyOf(entry.catalog, entry.name), entry])),
  );
  return {
    async find(catalogId, name): Promise<StoredDump | undefined> {
      const entry = (await current())?.get(keyOf(catalogId, name));
      if (!entry) return undefined;
      const { bytes, sha256, generated_at } = entry;
      return {
        name,
        bytes,
        sha256,
        generatedAt: generated_at,
        read: (from, to) => blobs.pieces(dumpName(sha256), { offset: from, length: to - from }),
      };
    },
  };
}
