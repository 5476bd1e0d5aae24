// The behaviour that every place for published files has.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";

export type OpenedBlobs = { readonly blobs: WriteBlobs; readonly close: () => Promise<void> | void };

const bytes = (text: string) => new TextEncoder().encode(text);

const RANGES: readonly { why: string; offset: number; length: number; expected: string | undefined }[] = [
  { why: "from the beginning", offset: 0, length: 2, expected: "ab" },
  { why: "inside", offset: 2, length: 3, expected: "cde" },
  { why: "to the end", offset: 4, length: 2, expected: "ef" },
  { why: "everything", offset: 0, length: 6, expected: "abcdef" },
  { why: "past the end", offset: 4, length: 3, expected: undefined },
  { why: "after the end", offset: 9, length: 1, expected: undefined },
];

export function blobsSuite(name: string, open: () => Promise<OpenedBlobs> | OpenedBlobs): void {
  describe(`blobs on ${name}`, () => {
    let opened: OpenedBlobs;
    let blobs: WriteBlobs;
    beforeEach(async () => {
      opened = await open();
      blobs = opened.blobs;
    });
    afterEach(() => opened.close());

    const textOf = async (...asked: Parameters<WriteBlobs["read"]>) => {
      const found = await blobs.read(...asked);
      return found && new TextDecoder().decode(found);
    };

    test("read answers undefined where there is no such file", async () => {
      expect(await blobs.read("current.json")).toBeUndefined();
      expect(await blobs.read("segment/x.bin")).toBeUndefined();
      expect(await blobs.read("segment/x.bin", { offset: 0, length: 1 })).toBeUndefined();
    });

    test("read answers the bytes that were written, empty ones too", async () => {
      await blobs.write("segment/a.bin", bytes("abc"));
      await blobs.write("segment/b.bin", bytes(""));
      await blobs.write("current.json", bytes("{}"));
      expect(await textOf("segment/a.bin")).toBe("abc");
      expect(await textOf("segment/b.bin")).toBe("");
      expect(await textOf("current.json")).toBe("{}");
    });

    test.each(RANGES)(
      "read answers a range whole or not at all: $why",
      async ({ offset, length, expected }) => {
        await blobs.write("segment/a.bin", bytes("abcdef"));
        expect(await textOf("segment/a.bin", { offset, length })).toBe(expected);
      },
    );

    test("read answers bytes of its own", async () => {
      const written = bytes("abc");
      await blobs.write("segment/a.bin", written);
      written[0] = 0;
      (await blobs.read("segment/a.bin"))![1] = 0;
      (await blobs.read("segment/a.bin", { offset: 2, length: 1 }))![0] = 0;
      expect(await textOf("segment/a.bin")).toBe("abc");
    });

    test("write takes a part of a longer buffer", async () => {
      await blobs.write("segment/a.bin", bytes("xxabcxx").subarray(2, 5));
      expect(await textOf("segment/a.bin")).toBe("abc");
    });

    test("write replaces, for readers of ranges too", async () => {
      await blobs.write("current.json", bytes("old text"));
      expect(await textOf("current.json", { offset: 0, length: 3 })).toBe("old");
      await blobs.write("current.json", bytes("new"));
      expect(await textOf("current.json")).toBe("new");
      expect(await textOf("current.json", { offset: 0, length: 3 })).toBe("new");
    });

    test("write of many at once loses none", async () => {
      const names = Array.from({ length: 60 }, (_, i) => `segment/${i}.bin`);
      await Promise.all(names.map((name) => blobs.write(name, bytes(name))));
      expect((await blobs.list("segment")).toSorted()).toEqual(names.toSorted());
      expect(await Promise.all(names.map((name) => textOf(name)))).toEqual(names);
    });

    test("exists tells whether there is such a file", async () => {
      expect(await blobs.exists("segment/a.bin")).toBe(false);
      await blobs.write("segment/a.bin", bytes("a"));
      expect(await blobs.exists("segment/a.bin")).toBe(true);
      expect(await blobs.exists("segment/b.bin")).toBe(false);
      expect(await blobs.exists("directory/a.bin")).toBe(false);
    });

    test("list answers the names below a folder, with the folder", async () => {
      expect(await blobs.list("segment")).toEqual([]);
      await blobs.write("segment/b.bin", bytes("b"));
      await blobs.write("segment/a.bin", bytes("a"));
      await blobs.write("segments.json", bytes("{}"));
      await blobs.write("manifest/a.json", bytes("{}"));
      expect((await blobs.list("segment")).toSorted()).toEqual(["segment/a.bin", "segment/b.bin"]);
      expect(await blobs.list("directory")).toEqual([]);
      expect(await blobs.list("")).toEqual(["segments.json"]);
    });

    test("remove takes a file away, for readers of ranges too", async () => {
      await blobs.write("segment/a.bin", bytes("a"));
      await blobs.write("segment/b.bin", bytes("b"));
      expect(await textOf("segment/a.bin", { offset: 0, length: 1 })).toBe("a");
      await blobs.remove("segment/a.bin");
      expect(await blobs.read("segment/a.bin")).toBeUndefined();
      expect(await blobs.read("segment/a.bin", { offset: 0, length: 1 })).toBeUndefined();
      expect(await blobs.exists("segment/a.bin")).toBe(false);
      expect(await blobs.list("segment")).toEqual(["segment/b.bin"]);
      await blobs.write("segment/a.bin", bytes("c"));
      expect(await textOf("segment/a.bin", { offset: 0, length: 1 })).toBe("c");
    });

    test("remove of what is not there does nothing", async () => {
      await blobs.remove("segment/a.bin");
      expect(await blobs.list("segment")).toEqual([]);
    });
  });
}
