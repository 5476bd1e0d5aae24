// Chunks of a log: how large they are, and that nothing of the lines is lost.

import { expect, test } from "vitest";
import { CHUNK_BYTES, linesOf, packLines, unpackLines } from "../../../src/core/etl/log_chunks.ts";
import type { LogLine } from "../../../src/core/etl/run.ts";

const line = (text: string): LogLine => ({ at: 1_700_000_000_123, stream: "stderr", text });
/** Of so many UTF-8 bytes, two a character. */
const wide = (bytes: number) => line("é".repeat(bytes / 2));

const CUTS: readonly { why: string; lines: readonly LogLine[]; counts: readonly number[] }[] = [
  { why: "nothing", lines: [], counts: [] },
  { why: "empty lines", lines: [line(""), line("")], counts: [2] },
  { why: "exactly one chunk", lines: [wide(CHUNK_BYTES / 2), wide(CHUNK_BYTES / 2), line("")], counts: [3] },
  { why: "one byte more", lines: [wide(CHUNK_BYTES / 2), wide(CHUNK_BYTES / 2), line("x")], counts: [2, 1] },
  { why: "lines as long as a chunk", lines: [wide(CHUNK_BYTES), wide(CHUNK_BYTES)], counts: [1, 1] },
  { why: "a longer line", lines: [line("a"), wide(3 * CHUNK_BYTES), line("b")], counts: [1, 1, 1] },
];

test.each(CUTS)("packLines cuts where 64 KiB are full: $why", ({ lines, counts }) => {
  const chunks = packLines(lines);
  expect(chunks.map(({ count }) => count)).toEqual(counts);
  expect(chunks.flatMap(({ packed }) => unpackLines(packed))).toEqual(lines);
});

test("linesOf answers a range of lines out of chunks that begin before it", () => {
  const lines = Array.from({ length: 10 }, (_, i) => line(`${i}`));
  const packed = [lines.slice(2, 5), lines.slice(5, 9)].flatMap((some) => packLines(some)).map((one) =>
    one.packed
  );
  expect(linesOf(2, packed, 4, 3)).toEqual(lines.slice(4, 7));
  expect(linesOf(2, packed, 2, 99)).toEqual(lines.slice(2, 9));
  expect(linesOf(2, packed, 9, 1)).toEqual([]);
  expect(linesOf(0, [], 3, 9)).toEqual([]);
});
