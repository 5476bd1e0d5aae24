// Bytes of the list of generated dumps (FORMAT.md, "Dumps"): which files there are, and what was there before.

import { decodeJson, encodeJson, requireFormat } from "./format.ts";

export const DUMP_FORMAT = 1;
export const DUMP_POINTER = "dumps.json";
export const DUMP_FOLDER = "dump";

/** One generated file. */
export type DumpVersion = { readonly bytes: number; readonly sha256: string; readonly generated_at: number };

export type DumpEntry = DumpVersion & {
  /** Null for the files of all catalogs. */
  readonly catalog: string | null;
  readonly name: string;
  /** The generation before, which stays for readers that began with it and for people who need it back. */
  readonly previous?: DumpVersion;
};

export type DumpPointer = { readonly format: number; readonly files: readonly DumpEntry[] };

export const dumpName = (sha256: string) => `${DUMP_FOLDER}/${sha256}.bin`;

export function encodeDumpPointer(files: readonly DumpEntry[]): Uint8Array<ArrayBuffer> {
  return encodeJson({ format: DUMP_FORMAT, files } satisfies DumpPointer);
}

/** Errors: Problem `unavailable` for another format, or for bytes that are no list. */
export function decodeDumpPointer(bytes: Uint8Array): DumpPointer {
  const pointer = decodeJson<DumpPointer>(bytes);
  requireFormat(pointer.format, DUMP_FORMAT);
  return pointer;
}
