// The reader of published snapshots over blobs in memory: finding series, following the pointer, and what is
// left when files are missing or spoilt.

import { describe, expect, test } from "vitest";
import type { SeriesRecord } from "../../src/core/snapshot.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import {
  contextKey,
  encodeJson,
  encodeSeries,
  encodeShard,
  FORMAT,
  type Manifest,
  manifestName,
  packSegments,
  POINTER,
  segmentName,
  shardName,
} from "../../src/store/segments/format.ts";
import { openSnapshot, openSnapshots } from "../../src/store/segments/snapshots.ts";
import { column, sha256 } from "./example_catalog.ts";

type Series = Omit<SeriesRecord, "rows">;

const series = (over: Partial<Series> = {}): Series => ({
  id: "a",
  observations: column([1, null, 2.5]),
  field: { title: "t_a", id: "a" },
  enriched: { available: "true" },
  catalogId: "c",
  datasetId: "d1",
  distributionId: "d1.1",
  ...over,
});

type Blobs = ReturnType<typeof memoryBlobs>;

/** Publishes by hand: one segment of series, one of contexts, and the pointer. */
async function publishByHand(blobs: Blobs, records: readonly Series[], publishedAt: number): Promise<string> {
  const contexts: (readonly [string, Uint8Array])[] = [
    [contextKey("c"), encodeJson({ title: "C" })],
    [
      contextKey("c", "d1", "d1.1"),
      encodeJson({ dataset: { title: "D" }, distribution: { frequency: "R/P1M" } }),
    ],
  ];
  const root = async (blocks: readonly (readonly [string, Uint8Array])[]) => {
    const { segments, places } = packSegments(blocks, sha256);
    for (const { name, bytes } of segments) await blobs.write(segmentName(name), bytes);
    const shard = encodeShard(places);
    await blobs.write(shardName(sha256(shard)), shard);
    return { count: places.size, shards: [sha256(shard)] };
  };
  const manifest: Manifest = {
    format: FORMAT,
    series: await root(records.map((record) => [record.id, encodeSeries(record)])),
    contexts: await root(contexts),
    catalogs: [],
    percentage_units: ["%"],
    search: { analysis: 1, synonyms: [], catalog_aliases: {}, files: {} },
  };
  const snapshot = sha256(encodeJson(manifest));
  await blobs.write(manifestName(snapshot), encodeJson(manifest));
  const pointer = { format: FORMAT, snapshot, published_at: publishedAt, kept: [snapshot] };
  await blobs.write(POINTER, encodeJson(pointer));
  return snapshot;
}

describe("openSnapshot", () => {
  test("finds series in the order asked for, and undefined for unknown ids", async () => {
    const blobs = memoryBlobs();
    const records = ["a", "__proto__", "😀"].map((id) => series({ id }));
    const name = await publishByHand(blobs, records, 5);
    const snapshot = await openSnapshot(blobs, name, 5);
    expect(snapshot).toMatchObject({ name, publishedAt: 5, percentageUnits: new Set(["%"]), catalogs: [] });
    const found = await snapshot.series(["😀", "x", "a", "constructor", "__proto__", "a"]);
    expect(found.map((record) => record?.id)).toEqual(["😀", undefined, "a", undefined, "__proto__", "a"]);
    expect(found[2]).toMatchObject(series());
    expect(await snapshot.series([])).toEqual([]);
  });

  test("answers the metadata above a series, empty where none is published", async () => {
    const blobs = memoryBlobs();
    const orphan = series({ id: "b", catalogId: null, datasetId: null, distributionId: null });
    const snapshot = await openSnapshot(blobs, await publishByHand(blobs, [series(), orphan], 5), 5);
    const [a, b] = await snapshot.series(["a", "b"]);
    const expected = {
      catalog: { title: "C" },
      dataset: { title: "D" },
      distribution: { frequency: "R/P1M" },
    };
    expect(await snapshot.context(a!)).toEqual(expected);
    expect(await snapshot.context(b!)).toEqual({ catalog: {}, dataset: {}, distribution: {} });
    blobs.files.clear();
    expect(await snapshot.context(a!)).toEqual(expected);
  });

  test.each(["manifest", "directory", "segment"])(
    "is Problem unavailable without a file of %s",
    async (folder) => {
      const blobs = memoryBlobs();
      const name = await publishByHand(blobs, [series()], 5);
      const missing = new Map([...blobs.files].filter(([file]) => file.startsWith(folder)));
      for (const file of missing.keys()) blobs.files.delete(file);
      const read = async () => await (await openSnapshot(blobs, name, 5)).series(["a"]);
      await expect(read()).rejects.toMatchObject({ code: "unavailable" });
      for (const [file, bytes] of missing) blobs.files.set(file, bytes);
      expect(await read()).toHaveLength(1);
    },
  );

  test.each(["manifest", "directory", "segment"])(
    "is Problem unavailable, by its name, with a damaged file of %s",
    async (folder) => {
      const blobs = memoryBlobs();
      const name = await publishByHand(blobs, [series()], 5);
      for (const [file, bytes] of blobs.files) {
        if (file.startsWith(folder)) blobs.files.set(file, bytes.map((byte) => byte ^ 0x5a));
      }
      const read = async () => await (await openSnapshot(blobs, name, 5)).series(["a"]);
      await expect(read()).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(new RegExp(`"${folder}/.*damaged`)),
      });
    },
  );

  test("asks again for a context that could not be read", async () => {
    const blobs = memoryBlobs();
    const snapshot = await openSnapshot(blobs, await publishByHand(blobs, [series()], 5), 5);
    const [record] = await snapshot.series(["a"]);
    const files = new Map(blobs.files);
    blobs.files.clear();
    await expect(snapshot.context(record!)).rejects.toMatchObject({ code: "unavailable" });
    for (const [file, bytes] of files) blobs.files.set(file, bytes);
    expect((await snapshot.context(record!)).catalog).toEqual({ title: "C" });
  });
});

const SPOILT: readonly { why: string; spoil: (blobs: Blobs) => void }[] = [
  { why: "cut short", spoil: ({ files }) => files.set(POINTER, files.get(POINTER)!.subarray(0, 20)) },
  { why: "not JSON", spoil: ({ files }) => files.set(POINTER, new Uint8Array([0xff, 0xfe])) },
  {
    why: "of another format",
    spoil: ({ files }) => files.set(POINTER, encodeJson({ format: 99, snapshot: "x" })),
  },
  {
    why: "to a snapshot that is not there",
    spoil: ({ files }) =>
      files.set(POINTER, encodeJson({ format: FORMAT, snapshot: "x", published_at: 9, kept: [] })),
  },
  {
    why: "out of reach",
    spoil: (blobs) => {
      blobs.read = () => {
        throw new Error("EIO");
      };
    },
  },
  {
    why: "slowly out of reach",
    spoil: (blobs) => blobs.read = () => Promise.reject(new Error("ECONNRESET")),
  },
];

describe("openSnapshots", () => {
  const opened = () => {
    const blobs = memoryBlobs();
    const read = blobs.read;
    const clock = { now: 10_000, reads: 0 };
    blobs.read = (name, range) => {
      if (name === POINTER) clock.reads++;
      return read(name, range);
    };
    return { blobs, clock, read, snapshots: openSnapshots(blobs, () => clock.now) };
  };

  test("answers undefined until something is published, then follows the pointer within a second", async () => {
    const { blobs, clock, snapshots } = opened();
    expect(await snapshots.current()).toBeUndefined();
    const first = await publishByHand(blobs, [series()], 5);
    clock.now += 1_000;
    expect(await snapshots.current()).toMatchObject({ name: first, publishedAt: 5 });
    const second = await publishByHand(blobs, [series({ observations: column([7]) })], 6);
    expect(await snapshots.current()).toMatchObject({ name: first });
    clock.now += 1_000;
    const current = (await snapshots.current())!;
    expect(current).toMatchObject({ name: second, publishedAt: 6 });
    expect((await current.series(["a"]))[0]!.observations).toEqual(column([7]));
  });

  test("keeps the same snapshot while the pointer stays", async () => {
    const { blobs, clock, snapshots } = opened();
    await publishByHand(blobs, [series()], 5);
    const first = await snapshots.current();
    clock.now += 5_000;
    expect(await snapshots.current()).toBe(first);
  });

  test("reads the pointer once for all who ask at once, and once a second", async () => {
    const { blobs, clock, snapshots } = opened();
    await publishByHand(blobs, [series()], 5);
    const all = await Promise.all(Array.from({ length: 20 }, () => snapshots.current()));
    expect(new Set(all).size).toBe(1);
    expect(clock.reads).toBe(1);
    clock.now += 999;
    await snapshots.current();
    expect(clock.reads).toBe(1);
    clock.now += 1;
    await snapshots.current();
    expect(clock.reads).toBe(2);
  });

  test("reads the pointer again after the clock was set back", async () => {
    const { blobs, clock, snapshots } = opened();
    await publishByHand(blobs, [series()], 5);
    await snapshots.current();
    const second = await publishByHand(blobs, [series({ observations: column([7]) })], 6);
    clock.now -= 3_600_000;
    expect(await snapshots.current()).toMatchObject({ name: second });
  });

  test.each(SPOILT)("keeps the last good snapshot when the pointer is $why", async ({ spoil }) => {
    const { blobs, clock, read, snapshots } = opened();
    await publishByHand(blobs, [series()], 5);
    const good = await snapshots.current();
    spoil(blobs);
    clock.now += 1_000;
    expect(await snapshots.current()).toBe(good);
    blobs.read = read;
    const next = await publishByHand(blobs, [series({ observations: column([7]) })], 6);
    clock.now += 1_000;
    expect(await snapshots.current()).toMatchObject({ name: next });
  });

  test.each(SPOILT)(
    "is Problem unavailable, each time, when the first pointer is $why",
    async ({ spoil }) => {
      const { blobs, clock, read, snapshots } = opened();
      const name = await publishByHand(blobs, [series()], 5);
      const pointer = blobs.files.get(POINTER)!;
      spoil(blobs);
      for (let i = 0; i < 3; i++) {
        await expect(snapshots.current()).rejects.toMatchObject({ code: "unavailable" });
      }
      blobs.read = read;
      blobs.files.set(POINTER, pointer);
      clock.now += 1_000;
      expect(await snapshots.current()).toMatchObject({ name });
    },
  );

  test("keeps the last good snapshot when the pointer is gone", async () => {
    const { blobs, clock, snapshots } = opened();
    await publishByHand(blobs, [series()], 5);
    const good = await snapshots.current();
    blobs.files.delete(POINTER);
    clock.now += 1_000;
    expect(await snapshots.current()).toBe(good);
  });
});
