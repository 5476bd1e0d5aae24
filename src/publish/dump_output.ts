// Files of a dump while they are written: what writers of formats put in, at once, goes to the blobs in pieces of
// a few hundred kB and is counted and summed on the way. Nothing has a name before it is whole.

import type { DumpFile } from "../core/dump_files.ts";
import type { EpochDay } from "../core/time.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import { DUMP_FOLDER, dumpName } from "../store/segments/dump_format.ts";
import { type Compression, zipFile } from "./zip.ts";

/** Most files are small, so the first pieces are. */
const [FIRST_PIECE_BYTES, PIECE_BYTES] = [16 * 1024, 256 * 1024];

/** SHA-256 of bytes as they come, hexadecimal. */
export type RunningSha256 = { update(bytes: Uint8Array): void; digest(): string };

export type Output = {
  /** Takes the next bytes and copies them. */
  write(bytes: Uint8Array): void;
  /** Hands on what is complete of what was taken: to be waited for now and then. */
  drain(): Promise<void>;
  finish(): Promise<void>;
  abort(): Promise<void>;
};

/** The bytes that readers get to see in a file: the file itself, or the one entry of a zip. */
export type Content = {
  add(raw: Uint8Array, deflated?: Uint8Array): void;
  drain(): Promise<void>;
  finish(): Promise<void>;
  readonly zipped: boolean;
};

/** Opens a file; `done` is told what it came to. */
export async function openOutput(
  blobs: WriteBlobs,
  sum: RunningSha256,
  done: (written: { bytes: number; sha256: string }) => void,
): Promise<Output> {
  const writer = await blobs.create(DUMP_FOLDER);
  let bytes = 0;
  let pieces: Uint8Array[] = [];
  let piece = new Uint8Array(FIRST_PIECE_BYTES);
  let filled = 0;
  const drain = async () => {
    const full = pieces;
    pieces = [];
    for (const one of full) {
      sum.update(one);
      bytes += one.length;
      await writer.write(one);
    }
  };
  return {
    write(given) {
      for (let at = 0; at < given.length;) {
        const part = given.subarray(at, at + piece.length - filled);
        piece.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < piece.length) continue;
        pieces.push(piece);
        piece = new Uint8Array(Math.min(2 * piece.length, PIECE_BYTES));
        filled = 0;
      }
    },
    drain,
    async finish() {
      pieces.push(piece.subarray(0, filled));
      await drain();
      const sha256 = sum.digest();
      await writer.finish(dumpName(sha256));
      done({ bytes, sha256 });
    },
    abort: () => writer.abort(),
  };
}

/** What readers see of a file of `DUMP_FILES`: plain, or zipped under its entry's name. */
export function contentOf(
  output: Output,
  { entry: name }: DumpFile,
  compression: Compression,
  day: EpochDay,
): Content {
  const { drain } = output;
  if (name === undefined) {
    return { add: (raw) => output.write(raw), drain, finish: () => output.finish(), zipped: false };
  }
  const zip = zipFile(output.write, compression, day);
  const entry = zip.entry(name);
  return {
    add: (raw, deflated) => entry.add(raw, deflated),
    drain,
    finish() {
      entry.end();
      zip.end();
      return output.finish();
    },
    zipped: true,
  };
}

/** Puts the same bytes into several files, deflated once. */
export function addToAll(contents: readonly Content[], raw: Uint8Array, compression: Compression): void {
  const deflated = contents.some(({ zipped }) => zipped) ? compression.deflate(raw) : undefined;
  for (const content of contents) content.add(raw, deflated);
}
