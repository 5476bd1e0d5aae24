// The suite of blobs over a folder of this machine, and what only a folder can do.

import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { blobsSuite } from "./blobs_suite.ts";
import { pieceBlobsSuite } from "./piece_blobs_suite.ts";

const newFolder = () => mkdtemp(path.join(tmpdir(), "caudal-blobs-"));

const openFolder = async () => {
  const folder = await newFolder();
  const blobs = folderBlobs(path.join(folder, "snapshots"));
  return {
    blobs,
    close: async () => {
      blobs.close();
      await rm(folder, { recursive: true });
    },
  };
};
blobsSuite("a folder", openFolder);
pieceBlobsSuite("a folder", openFolder);

describe("folderBlobs", () => {
  let folder: string;
  let blobs: ReturnType<typeof folderBlobs>;
  const bytes = (text: string) => new TextEncoder().encode(text);
  beforeEach(async () => {
    folder = await newFolder();
    blobs = folderBlobs(path.join(folder, "snapshots"));
  });
  afterEach(async () => {
    blobs.close();
    await rm(folder, { recursive: true });
  });

  test("creates its folder when a file is first written", async () => {
    expect(existsSync(path.join(folder, "snapshots"))).toBe(false);
    await blobs.write("manifest/a.json", bytes("{}"));
    expect(readdirSync(path.join(folder, "snapshots"))).toEqual(["manifest"]);
  });

  test("leaves no other file beside what it wrote, nor after a write that failed", async () => {
    await blobs.write("current.json", bytes("{}"));
    await blobs.write("segment/folder/a.bin", bytes("x"));
    await expect(blobs.write("segment/folder", bytes("x"))).rejects.toThrow();
    expect(readdirSync(path.join(folder, "snapshots")).sort()).toEqual(["current.json", "segment"]);
    expect(readdirSync(path.join(folder, "snapshots/segment"))).toEqual(["folder"]);
  });

  test("tells of a large file that the machine cannot read, not of how it failed", async () => {
    await blobs.write("dump/a.bin/inside", bytes("x"));
    const pieces = blobs.pieces("dump/a.bin", { offset: 0, length: 1 })[Symbol.asyncIterator]();
    await expect(pieces.next()).rejects.toMatchObject({ code: "unavailable" });
  });

  test("shows what another process writes", async () => {
    const other = folderBlobs(path.join(folder, "snapshots"));
    expect(await other.read("current.json")).toBeUndefined();
    await blobs.write("current.json", bytes("one"));
    expect(await other.read("current.json")).toEqual(bytes("one"));
    await blobs.write("current.json", bytes("two"));
    expect(await other.read("current.json")).toEqual(bytes("two"));
    other.close();
  });

  test("tells the later of two publishers that read the same pointer", async () => {
    const other = folderBlobs(path.join(folder, "snapshots"));
    const textOf = async () => new TextDecoder().decode(await blobs.read("current.json"));
    // Nothing is there, then something.
    for (const round of ["first", "second"]) {
      await blobs.read("current.json");
      await other.read("current.json");
      await blobs.write("current.json", bytes(`one, ${round}`));
      for (const _ of [1, 2]) {
        await expect(other.write("current.json", bytes("two"))).rejects.toMatchObject({ code: "conflict" });
      }
      expect(await textOf()).toBe(`one, ${round}`);
    }
    await other.read("current.json");
    await other.write("current.json", bytes("two"));
    await other.write("current.json", bytes("three"));
    expect(await textOf()).toBe("three");
    expect(readdirSync(path.join(folder, "snapshots"))).toEqual(["current.json"]);
    other.close();
  });

  test("loses no change of a pointer that many change at once", async () => {
    const writers = Array.from({ length: 4 }, () => folderBlobs(path.join(folder, "snapshots")));
    const addTo = async (one: typeof blobs, name: string) => {
      for (;;) {
        const before = await one.read("current.json");
        const names: string[] = before ? JSON.parse(new TextDecoder().decode(before)) : [];
        try {
          return await one.write("current.json", bytes(JSON.stringify([...names, name])));
        } catch (error) {
          if ((error as { code?: string }).code !== "conflict") throw error;
        }
      }
    };
    const added = writers.map(async (one, w) => {
      for (let i = 0; i < 25; i++) await addTo(one, `${w} ${i}`);
    });
    await Promise.all(added);
    const names = JSON.parse(new TextDecoder().decode(await blobs.read("current.json"))) as string[];
    expect(names.toSorted()).toEqual(
      writers.flatMap((_, w) => Array.from({ length: 25 }, (_, i) => `${w} ${i}`)).toSorted(),
    );
    expect(readdirSync(path.join(folder, "snapshots"))).toEqual(["current.json"]);
    for (const one of writers) one.close();
  });

  test("a pointer that was removed meanwhile is not written over", async () => {
    const other = folderBlobs(path.join(folder, "snapshots"));
    await blobs.write("current.json", bytes("one"));
    await other.read("current.json");
    await blobs.remove("current.json");
    await expect(other.write("current.json", bytes("two"))).rejects.toMatchObject({ code: "conflict" });
    await other.read("current.json");
    await other.write("current.json", bytes("two"));
    expect(await blobs.read("current.json")).toEqual(bytes("two"));
    other.close();
  });

  test("reads ranges of more files than it keeps open", async () => {
    await blobs.write("segment/0.bin", bytes("0"));
    for (let i = 1; i < 600; i++) writeFileSync(path.join(folder, `snapshots/segment/${i}.bin`), `${i}`);
    for (const round of [1, 2]) {
      for (let i = 0; i < 600; i++) {
        const text = String(i);
        expect(await blobs.read(`segment/${i}.bin`, { offset: 0, length: text.length }), `${round}`).toEqual(
          bytes(text),
        );
      }
    }
  });

  test("lets a fault of the disk fly, other than a missing file", async () => {
    await blobs.write("segment/a.bin", bytes("x"));
    expect(() => blobs.read("segment")).toThrow();
    await expect(blobs.list("segment/a.bin")).rejects.toThrow();
  });
});
