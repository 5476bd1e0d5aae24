// The behaviour that every place for published files has with large ones: written piece by piece without a name,
// then read part by part.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PieceBlobs, WriteBlobs } from "../../src/store/segments/blobs.ts";

export type OpenedPieceBlobs = {
  readonly blobs: WriteBlobs & PieceBlobs;
  readonly close: () => Promise<void> | void;
};

/** Larger than the pieces that any place reads at once. */
const SIZE = 700_001;
const FILE = Uint8Array.from({ length: SIZE }, (_, i) => i * 7 % 251);

export function pieceBlobsSuite(
  name: string,
  open: () => Promise<OpenedPieceBlobs> | OpenedPieceBlobs,
): void {
  describe(`large files on ${name}`, () => {
    let opened: OpenedPieceBlobs;
    let blobs: OpenedPieceBlobs["blobs"];
    beforeEach(async () => {
      opened = await open();
      blobs = opened.blobs;
    });
    afterEach(() => opened.close());

    /** Writes in pieces of one buffer, as the generator of dumps does. */
    async function write(pieces: readonly Uint8Array[], name: string): Promise<void> {
      const writer = await blobs.create("dump");
      const buffer = new Uint8Array(Math.max(1, ...pieces.map(({ length }) => length)));
      for (const piece of pieces) {
        buffer.set(piece);
        await writer.write(buffer.subarray(0, piece.length));
        buffer.fill(0);
      }
      await writer.finish(name);
    }

    async function read(name: string, offset: number, length: number): Promise<Uint8Array> {
      const pieces = await Array.fromAsync(blobs.pieces(name, { offset, length }));
      return new Uint8Array(await new Blob(pieces).arrayBuffer());
    }

    test.each([
      { why: "one piece", cuts: [] },
      { why: "many", cuts: [1, 2, 1_000, 300_000, 300_001, 700_000] },
      { why: "an empty one among them", cuts: [5, 5] },
    ])("are what was written, in $why", async ({ cuts }) => {
      const ends = [...cuts, SIZE];
      await write(ends.map((end, i) => FILE.subarray(i === 0 ? 0 : ends[i - 1], end)), "dump/a.bin");
      expect(await read("dump/a.bin", 0, SIZE)).toEqual(FILE);
      expect(await blobs.read("dump/a.bin", { offset: 300_000, length: 3 })).toEqual(
        FILE.slice(300_000, 300_003),
      );
      expect(await blobs.list("dump")).toEqual(["dump/a.bin"]);
    });

    test("may be empty", async () => {
      await write([], "dump/a.bin");
      expect(await blobs.read("dump/a.bin")).toEqual(new Uint8Array(0));
      expect(await read("dump/a.bin", 0, 0)).toEqual(new Uint8Array(0));
    });

    test("have no name before they are whole, and none when they are given up", async () => {
      const writer = await blobs.create("dump");
      await writer.write(FILE);
      expect(await blobs.exists("dump/a.bin")).toBe(false);
      expect((await blobs.list("dump")).filter((name) => name.endsWith(".bin"))).toEqual([]);
      await writer.abort();
      expect(await blobs.list("dump")).toEqual([]);
    });

    test("replace what had their name, for readers that begin afterwards", async () => {
      await write([FILE], "dump/a.bin");
      const begun = blobs.pieces("dump/a.bin", { offset: 0, length: SIZE })[Symbol.asyncIterator]();
      const first = await begun.next();
      await write([FILE.subarray(1)], "dump/a.bin");
      expect(await read("dump/a.bin", 0, 3)).toEqual(FILE.slice(1, 4));
      const pieces: Uint8Array<ArrayBuffer>[] = [first.value];
      for (let next = await begun.next(); !next.done; next = await begun.next()) pieces.push(next.value);
      expect(new Uint8Array(await new Blob(pieces).arrayBuffer())).toEqual(FILE);
    });

    test.each([
      { why: "the first byte", offset: 0, length: 1 },
      { why: "the last byte", offset: SIZE - 1, length: 1 },
      { why: "the middle, over pieces", offset: 100_001, length: 500_000 },
      { why: "none", offset: 5, length: 0 },
    ])("are read part by part: $why", async ({ offset, length }) => {
      await write([FILE], "dump/a.bin");
      expect(await read("dump/a.bin", offset, length)).toEqual(FILE.slice(offset, offset + length));
    });

    test.each([
      { why: "there is no such file", name: "dump/x.bin", offset: 0, length: 1 },
      { why: "it ends before", name: "dump/a.bin", offset: SIZE - 1, length: 2 },
      { why: "it ends long before", name: "dump/a.bin", offset: 2 * SIZE, length: 1 },
    ])("are refused before the first piece where $why", async ({ name, offset, length }) => {
      await write([FILE], "dump/a.bin");
      const pieces = blobs.pieces(name, { offset, length })[Symbol.asyncIterator]();
      await expect(pieces.next()).rejects.toMatchObject({ code: "unavailable" });
    });
  });
}
