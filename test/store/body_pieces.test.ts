// Bodies in pieces: what brings bytes gets room for many of them, what brings pieces hands them on.

import { expect, test } from "vitest";
import { piecesOf } from "../../src/store/http/body_pieces.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A network of so many bytes, each its place modulo 251, that fills whatever room it is given; 4 kB without any. */
function networkOf(bytes: number, ended: (why: string) => void): ReadableStream<Bytes> {
  let at = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const room = controller.byobRequest?.view?.byteLength ?? 4096;
      const piece = Uint8Array.from({ length: Math.min(room, bytes - at) }, (_, i) => (at + i) % 251);
      at += piece.length;
      if (piece.length > 0) return controller.enqueue(piece);
      controller.close();
      controller.byobRequest?.respond(0);
      ended("closed");
    },
    cancel: () => ended("left"),
  });
}

test("piecesOf reads the network in pieces of 64 kB, to its end", async () => {
  const ends: string[] = [];
  const pieces = await Array.fromAsync(piecesOf(networkOf(150_000, (why) => ends.push(why))));
  expect(pieces.map(({ length }) => length)).toEqual([65_536, 65_536, 18_928]);
  const whole = new Uint8Array(await new Blob(pieces).arrayBuffer());
  expect(whole.every((byte, i) => byte === i % 251)).toBe(true);
  expect(ends).toEqual(["closed"]);
});

test("piecesOf ends the transfer of who leaves early", async () => {
  const ends: string[] = [];
  for await (const piece of piecesOf(networkOf(150_000, (why) => ends.push(why)))) {
    expect(piece).toHaveLength(65_536);
    break;
  }
  expect(ends).toEqual(["left"]);
});

test("piecesOf hands on the pieces of a stream that was made of them", async () => {
  const pieces = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const read: Bytes[] = [];
  for await (const piece of piecesOf(ReadableStream.from(pieces))) read.push(piece);
  expect(read).toEqual(pieces);
});
