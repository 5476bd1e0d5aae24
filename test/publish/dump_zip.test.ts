// The zip files of dumps: pieces one after another as one entry, and entries too large for 32 bits.

import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { epochDay } from "../../src/core/time.ts";
import { compression } from "../../src/host/compression.ts";
import { addToAll, contentOf, type Output } from "../../src/publish/dump_output.ts";
import { dumpFile } from "../../src/core/dump_files.ts";
import { zipFile } from "../../src/publish/zip.ts";
import { unzipped } from "./read_dump.ts";

const DAY = epochDay(2020, 7, 10);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Takes bytes in, as `write`, and answers all of them. */
function collector() {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: (bytes: Uint8Array) => void pieces.push(new Uint8Array(bytes)),
    bytes: async () => new Uint8Array(await new Blob(pieces).arrayBuffer()),
    pieces,
  };
}

describe("zipFile", () => {
  test.each([
    { why: "one piece", pieces: ["hola"] },
    { why: "many", pieces: Array.from({ length: 500 }, (_, i) => `pieza ${i % 7} `) },
    { why: "nothing", pieces: [] },
    { why: "an empty piece between others", pieces: ["a", "", "b"] },
  ])("makes one entry of $why", async ({ pieces }) => {
    const { write, bytes } = collector();
    const zip = zipFile(write, compression, DAY);
    const entry = zip.entry("año.csv");
    for (const piece of pieces) entry.add(bytesOf(piece));
    entry.end();
    zip.end();
    const files = unzipped(await bytes());
    expect([...files].map(([name, content]) => [name, new TextDecoder().decode(content)])).toEqual([
      ["año.csv", pieces.join("")],
    ]);
  });

  test("dates its entries, from 1980 on", async () => {
    const dateOf = async (day: number) => {
      const { write, bytes } = collector();
      const zip = zipFile(write, compression, day);
      zip.entry("a").end();
      zip.end();
      return new DataView((await bytes()).buffer).getUint16(12, true);
    };
    expect(await dateOf(DAY)).toBe((2020 - 1980) * 512 + 7 * 32 + 10);
    expect(await dateOf(epochDay(1970, 1, 1))).toBe(1 * 32 + 1);
  });

  test("takes what somebody has deflated already, for several files at once", async () => {
    const [one, two, plain] = [collector(), collector(), collector()];
    const outputOf = ({ write }: typeof one): Output => ({
      write,
      drain: () => Promise.resolve(),
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    });
    let deflated = 0;
    const counting = { ...compression, deflate: (raw: Uint8Array) => (deflated++, compression.deflate(raw)) };
    const contents = [
      contentOf(outputOf(one), dumpFile("series-tiempo-csv.zip")!, counting, DAY),
      contentOf(outputOf(two), dumpFile("series-tiempo-csv.zip")!, counting, DAY),
      contentOf(outputOf(plain), dumpFile("series-tiempo-metadatos.csv")!, counting, DAY),
    ];
    for (const text of ["a,b\r\n", "1,2\r\n"]) addToAll(contents, bytesOf(text), counting);
    for (const content of contents) await content.finish();
    expect(deflated).toBe(2);
    for (const { bytes } of [one, two]) {
      expect(new TextDecoder().decode(unzipped(await bytes()).get("series-tiempo.csv"))).toBe(
        "a,b\r\n1,2\r\n",
      );
    }
    expect(new TextDecoder().decode(await plain.bytes())).toBe("a,b\r\n1,2\r\n");
  });

  test("gives entries beyond 4 GB the records of 64 bits, and only them", async () => {
    const LARGE = 5_000_000_000;
    const { write, bytes } = collector();
    const zip = zipFile(write, compression, DAY);
    const small = bytesOf("pequeño");
    const entry = (name: string, raw: Uint8Array, deflated: Uint8Array) => {
      const written = zip.entry(name);
      written.add(raw, deflated);
      written.end();
    };
    entry("a", small, deflateRawSync(small));
    // Only its length is asked of it: nobody has to have it in memory.
    const huge = { length: LARGE } as Uint8Array;
    const sumOf = compression.crc32;
    const zipLarge = zipFile(write, {
      ...compression,
      crc32: (raw, before) => raw === huge ? 7 : sumOf(raw, before),
    }, DAY);
    const written = zipLarge.entry("b");
    written.add(huge, new Uint8Array(3));
    written.end();
    zipLarge.end();
    const all = await bytes();
    const view = new DataView(all.buffer);
    // "b" begins anew after the only entry of the zip before it.
    const start = 30 + 1 + deflateRawSync(small).length + 2 + 16;
    const descriptor = start + 30 + 1 + 3 + 2;
    expect(view.getUint32(start, true)).toBe(0x04034b50);
    expect([0, 4].map((add) => view.getUint32(descriptor + add, true))).toEqual([0x08074b50, 7]);
    expect([8, 16].map((add) => view.getBigUint64(descriptor + add, true))).toEqual([5n, BigInt(LARGE)]);
    const central = descriptor + 24;
    expect(view.getUint32(central, true)).toBe(0x02014b50);
    // Needs version 4.5; sizes and place are in the extra field.
    expect(view.getUint16(central + 6, true)).toBe(45);
    expect([20, 24, 42].map((add) => view.getUint32(central + add, true))).toEqual(
      Array(3).fill(0xffff_ffff),
    );
    const extra = central + 46 + 1;
    expect([view.getUint16(extra, true), view.getUint16(extra + 2, true)]).toEqual([1, 24]);
    expect([4, 12, 20].map((add) => view.getBigUint64(extra + add, true))).toEqual([BigInt(LARGE), 5n, 0n]);
    expect(crc32(small)).toBe(view.getUint32(start - 12, true));
  });
});
