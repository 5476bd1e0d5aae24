// Published files through the web's own cache, as Deno has it.

import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { cachedBlobs, type FileCache } from "../../src/store/http/cached_blobs.ts";
import type { PieceBlobs, Range, ReadBlobs } from "../../src/store/segments/blobs.ts";

const NAME = `caudal-${crypto.randomUUID()}`;
let cache: FileCache;
beforeAll(async () => {
  cache = await caches.open(NAME);
});
afterAll(() => caches.delete(NAME));

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

/** A place that tells what it was asked for, and can be gone. */
function place(files: Record<string, string>) {
  const asked: [name: string, range: Range | undefined][] = [];
  const state = { gone: false };
  const pending: Promise<unknown>[] = [];
  const blobs: ReadBlobs & PieceBlobs = {
    read(name, range) {
      asked.push([name, range]);
      if (state.gone) throw new Problem("unavailable", "gone");
      const text = files[name];
      const part = range ? text?.slice(range.offset, range.offset + range.length) : text;
      return part === undefined ? undefined : bytesOf(part);
    },
    pieces() {
      throw new Error("not asked");
    },
    outlive: (work) => pending.push(work),
  };
  return { blobs, asked, state, settled: () => Promise.all(pending) };
}

test("cachedBlobs asks the place once for a file, whatever part of it is read, and another reader not at all", async () => {
  const { blobs, asked, state, settled } = place({ "segment/a.bin": "0123456789" });
  const first = cachedBlobs(blobs, { cache, place: "once" });
  expect(textOf(await first.read("segment/a.bin", { offset: 2, length: 3 }))).toBe("234");
  await settled();
  state.gone = true;
  const second = cachedBlobs(blobs, { cache, place: "once" });
  expect(textOf(await second.read("segment/a.bin"))).toBe("0123456789");
  expect(textOf(await second.read("segment/a.bin", { offset: 8, length: 2 }))).toBe("89");
  expect(await second.read("segment/a.bin", { offset: 8, length: 3 })).toBeUndefined();
  expect(asked).toEqual([["segment/a.bin", undefined]]);
});

test("cachedBlobs reads a pointer anew each time, and remembers the last that led somewhere", async () => {
  const files = { "current.json": "one" };
  const { blobs, state, settled } = place(files);
  const cached = cachedBlobs(blobs, { cache, place: "pointer" });
  expect(textOf(await cached.read("current.json"))).toBe("one");
  files["current.json"] = "two";
  expect(textOf(await cached.read("current.json"))).toBe("two");
  expect(await cached.lastPointers!.find("current.json")).toBeUndefined();
  for (const text of ["one", "two"]) cached.lastPointers!.keep("current.json", bytesOf(text));
  await settled();
  state.gone = true;
  await expect(cached.read("current.json")).rejects.toThrow("gone");
  for (const one of [cached, cachedBlobs(blobs, { cache, place: "pointer" })]) {
    expect(textOf(await one.lastPointers!.find("current.json"))).toBe("two");
  }
});

/** A cache whose writes are counted, the first as slow as `goOn`; those named fail. */
function countedCache(goOn: Promise<void>, failing: readonly number[] = []) {
  const state = { puts: 0 };
  const counted: FileCache = {
    match: (url) => cache.match(url),
    put: async (url, response) => {
      const put = ++state.puts;
      if (put === 1) await goOn;
      if (failing.includes(put)) throw new Error("full");
      await cache.put(url, response);
    },
  };
  return { counted, state };
}

test("cachedBlobs remembers the pointer that was kept last, however long the write of one before takes", async () => {
  const { blobs, settled } = place({});
  const goOn = Promise.withResolvers<void>();
  const { counted } = countedCache(goOn.promise);
  const { lastPointers } = cachedBlobs(blobs, { cache: counted, place: "slow" });
  for (const text of ["one", "two"]) lastPointers!.keep("current.json", bytesOf(text));
  goOn.resolve();
  await settled();
  expect(textOf(await lastPointers!.find("current.json"))).toBe("two");
});

test("cachedBlobs writes a pointer that stays the same once, and again where that failed", async () => {
  const { blobs, settled } = place({});
  const { counted, state } = countedCache(Promise.resolve(), [1]);
  const { lastPointers } = cachedBlobs(blobs, { cache: counted, place: "same" });
  for (let i = 0; i < 5; i++) {
    lastPointers!.keep("current.json", bytesOf("one"));
    await settled();
  }
  expect(state.puts).toBe(2);
  expect(textOf(await lastPointers!.find("current.json"))).toBe("one");
});

test("cachedBlobs fails as its place does where nothing was read before", async () => {
  const { blobs, state } = place({});
  state.gone = true;
  await expect(cachedBlobs(blobs, { cache, place: "none" }).read("current.json")).rejects.toThrow("gone");
  await expect(cachedBlobs(blobs, { cache, place: "none" }).read("segment/a.bin")).rejects.toThrow("gone");
});

test("cachedBlobs keeps the files of two places apart, and nothing of what is not there", async () => {
  const one = place({ "segment/a.bin": "one" }), other = place({});
  await cachedBlobs(one.blobs, { cache, place: "https://one.test" }).read("segment/a.bin");
  await one.settled();
  const cached = cachedBlobs(other.blobs, { cache, place: "https://other.test" });
  expect(await cached.read("segment/a.bin")).toBeUndefined();
  expect(await cached.read("segment/a.bin")).toBeUndefined();
  expect(other.asked.length).toBe(2);
});

test("cachedBlobs reads from the place where there is no cache, no more than is asked for", async () => {
  const failing: FileCache = {
    match: () => Promise.reject(new Error("No Cache was configured")),
    put: () => Promise.reject(new Error("No Cache was configured")),
  };
  const { blobs, asked, settled } = place({ "segment/a.bin": "abc", "current.json": "one" });
  const cached = cachedBlobs(blobs, { cache: failing, place: "x" });
  expect(textOf(await cached.read("segment/a.bin", { offset: 1, length: 1 }))).toBe("b");
  expect(textOf(await cached.read("current.json"))).toBe("one");
  await settled();
  expect(asked[0]).toEqual(["segment/a.bin", { offset: 1, length: 1 }]);
});
