// The log of an attempt as stores keep it: chunks of lines, each written once and never again. A chunk knows the number
// of its first line, so that any range of lines is a few rows beside each other.

import { LOG_STREAMS, type LogLine } from "./run.ts";

/** UTF-8 bytes of text in a chunk, but for a single line that has more. */
export const CHUNK_BYTES = 64 * 1024;

export type LogChunk = {
  /** Lines in it, at least one. */
  readonly count: number;
  /** JSON, without any character that a database refuses. */
  readonly packed: string;
};

/** Halves of surrogate pairs become U+FFFD, as in every store. */
export function packLines(lines: readonly LogLine[]): LogChunk[] {
  const chunks: LogChunk[] = [];
  let rows: unknown[] = [], bytes = 0;
  const flush = () => {
    if (rows.length > 0) chunks.push({ count: rows.length, packed: JSON.stringify(rows) });
    [rows, bytes] = [[], 0];
  };
  for (const { at, stream, text } of lines) {
    const size = utf8Length(text);
    if (bytes + size > CHUNK_BYTES) flush();
    rows.push([at, LOG_STREAMS.indexOf(stream), text.toWellFormed()]);
    bytes += size;
  }
  flush();
  return chunks;
}

export function unpackLines(packed: string): LogLine[] {
  const rows = JSON.parse(packed) as [at: number, stream: number, text: string][];
  return rows.map(([at, stream, text]) => ({ at, stream: LOG_STREAMS[stream]!, text }));
}

/**
 * Lines `from` on, at most `limit`, out of chunks that follow each other; those of the first may come before it.
 * `first`: number of the first line of the first chunk.
 */
export function linesOf(first: number, packed: readonly string[], from: number, limit: number): LogLine[] {
  return packed.flatMap(unpackLines).slice(from - first, from - first + limit);
}

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
