// Publishing over a store and blobs in memory, read back through the reader of snapshots. What is published is
// held against what the store says; names of step by step publishing against those of publishing all at once.

import { describe, expect, test } from "vitest";
import { publish, type PublishReport } from "../../src/publish/publish.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { sqliteStore } from "../../src/store/sqlite/canonical_store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { run, sha256, source } from "../store/example_catalog.ts";
import {
  brought,
  expectPublished,
  filesOf,
  load,
  manifestOf,
  newStore,
  one,
  pointerOf,
  readingOf,
  SMALL,
  SMALL_VALUES,
  type Values,
  type World,
} from "./example_world.ts";

/** `count` distributions with `each` series of one value. */
function wide(count: number, each: number): Values {
  const ids = (n: number) => Array.from({ length: n }, (_, i) => i);
  return Object.fromEntries(
    ids(count).map((
      n,
    ) => [`d${n % 7}/x${n}`, Object.fromEntries(ids(each).map((i) => [`s${n}.${i}`, [n, i]]))]),
  );
}

const CHANGES: readonly { why: string; worlds: readonly World[] }[] = [
  { why: "nothing", worlds: [SMALL, SMALL] },
  { why: "the first data", worlds: [{ catalogs: {} }, SMALL] },
  { why: "a value", worlds: [SMALL, one({ ...SMALL_VALUES, "d1/d1.2": { c: [8] } })] },
  { why: "a value and back", worlds: [SMALL, one({ ...SMALL_VALUES, "d1/d1.2": { c: [8] } }), SMALL] },
  {
    why: "values of everything",
    worlds: [SMALL, one({ "d1/d1.1": { a: [9], b: [9] }, "d1/d1.2": { c: [9] }, "d2/d2.1": { d: [9] } })],
  },
  {
    why: "a new series, before the others",
    worlds: [SMALL, one({ ...SMALL_VALUES, "d1/d1.1": { aa: [1], a: [1, null, 3], b: [4] } })],
  },
  { why: "a new distribution", worlds: [SMALL, one({ ...SMALL_VALUES, "d1/d1.0": { e: [1] } })] },
  {
    why: "a new catalog, and one without identifiers",
    worlds: [SMALL, {
      catalogs: {
        "": { values: { "/": { e: [1] } } },
        b: { values: { "d1/d1.1": { f: [1] } } },
        ...SMALL.catalogs,
      },
    }],
  },
  {
    why: "another order of the fields",
    worlds: [SMALL, one({ ...SMALL_VALUES, "d1/d1.1": { b: [4], a: [1, null, 3] } })],
  },
  { why: "metadata of the catalog", worlds: [SMALL, one(SMALL_VALUES, { metadata: { title: "Otro" } })] },
  { why: "metadata of datasets", worlds: [SMALL, one(SMALL_VALUES, { of: { dataset: { source: "x" } } })] },
  { why: "themes", worlds: [SMALL, one(SMALL_VALUES, { of: { themes: [{ id: "x", label: "X" }] } })] },
  {
    why: "metadata of distributions",
    worlds: [SMALL, one(SMALL_VALUES, { of: { distribution: { format: "CSV" } } })],
  },
  { why: "metadata of fields", worlds: [SMALL, one(SMALL_VALUES, { of: { field: { units: "%" } } })] },
  {
    why: "computed metadata of distributions",
    worlds: [SMALL, one(SMALL_VALUES, { enriched: { frequency: "R/P1Y" } })],
  },
  { why: "units that are percentages", worlds: [SMALL, { ...SMALL, units: ["%", "Porcentaje"] }] },
  { why: "such units and back", worlds: [SMALL, { ...SMALL, units: ["%"] }, SMALL] },
  {
    why: "a series that moves between distributions that have others",
    worlds: [
      SMALL,
      one({ "d1/d1.1": { a: [1, null, 3] }, "d1/d1.2": { c: [5], b: [4] }, "d2/d2.1": { d: [6, 7] } }),
    ],
  },
  {
    why: "a distribution that gets another id",
    worlds: [
      SMALL,
      one({ "d1/d1.1": { a: [1, null, 3], b: [4] }, "d1/d1.9": { c: [5] }, "d2/d2.1": { d: [6, 7] } }),
    ],
  },
  {
    why: "a dataset that gets another id, and back",
    worlds: [
      SMALL,
      one({ "d1/d1.1": { a: [1, null, 3], b: [4] }, "d1/d1.2": { c: [5] }, "d9/d2.1": { d: [6, 7] } }),
      SMALL,
    ],
  },
  {
    why: "all series of a catalog move to another",
    worlds: [
      { catalogs: { ...SMALL.catalogs, e: { values: { "d1/d1.1": { x: [1] } } } } },
      {
        catalogs: {
          e: { values: { "d1/d1.1": { x: [1] }, "d7/d7.1": { a: [1, null, 3], b: [4], c: [5], d: [6, 7] } } },
        },
      },
    ],
  },
  { why: "a directory that grows past two doublings", worlds: [one(wide(10, 40)), one(wide(30, 40))] },
  {
    why: "both directories grow, series by series",
    worlds: [one(wide(500, 1)), one(wide(520, 1)), one(wide(1_200, 1))],
  },
  {
    why: "a directory of contexts that shrinks",
    worlds: [one(wide(600, 1)), one({ "d0/x0": Object.assign({}, ...Object.values(wide(600, 1))) })],
  },
];

const ENGINES = [newStore, () => sqliteStore(openDatabase(":memory:"), sha256)];

describe("publish", () => {
  test("publishes everything that is available, and nothing else", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, { ...SMALL, units: ["%"] });
    await store.saveReading(run(2), "none", readingOf({ values: { "d1/d1.1": { z: [1] } } }), source());
    const report = await brought(store, blobs, { now: 77 });
    expect(report).toEqual(
      {
        snapshot: pointerOf(blobs).snapshot,
        switched: true,
        distributions: 3,
        series: 4,
        filesWritten: filesOf(blobs).length - 1,
        bytesWritten: expect.any(Number),
        filesRemoved: 0,
      } satisfies PublishReport,
    );
    expect(pointerOf(blobs)).toMatchObject({ published_at: 77, kept: [report.snapshot] });
    expect(manifestOf(blobs)).toMatchObject({ series: { count: 4 }, contexts: { count: 4 } });
    await expectPublished(store, blobs);
    const snapshot = (await openSnapshots(blobs, () => 0).current())!;
    expect(await snapshot.series(["z", "x"])).toEqual([undefined, undefined]);
    expect(await store.publication()).toEqual({
      snapshot: report.snapshot,
      position: (await store.changes(0)).position,
    });
  });

  test("publishes a store with nothing in it", async () => {
    const blobs = memoryBlobs();
    const report = await brought(newStore(), blobs);
    expect(report).toMatchObject({ switched: true, distributions: 0, series: 0 });
    expect(await openSnapshots(blobs, () => 0).current()).toMatchObject({ catalogs: [] });
  });

  test.each(["again", "after a reading without changes", "in full"])(
    "neither writes nor switches where nothing changed: %s",
    async (way) => {
      const [store, blobs] = [newStore(), memoryBlobs()];
      await load(store, SMALL);
      const { snapshot } = await brought(store, blobs, { now: 5 });
      const before = new Map(blobs.files);
      if (way !== "again") await load(store, SMALL, 2);
      blobs.write = () => Promise.reject(new Error("It wrote"));
      const report = await brought(store, blobs, { full: way === "in full", now: 6 });
      expect(report).toMatchObject({
        snapshot,
        switched: false,
        series: 4,
        filesWritten: 0,
        filesRemoved: 0,
      });
      expect(blobs.files).toEqual(before);
    },
  );

  test("notes the position of changes that show nothing new, so that they are not looked at again", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, SMALL);
    const { snapshot } = await brought(store, blobs);
    await load(store, one({ ...SMALL_VALUES, "d1/d1.2": { c: [8] } }), 2);
    await load(store, SMALL, 3);
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: false, distributions: 1 });
    expect(await store.publication()).toEqual({ snapshot, position: (await store.changes(0)).position });
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: false, distributions: 0 });
  });

  test.each(CHANGES)(
    "names a snapshot by its data, however and in whatever store it came to be: $why",
    async ({ worlds }) => {
      const names = new Set<string>();
      for (const open of ENGINES) {
        const [store, blobs] = [open(), memoryBlobs()];
        for (const [i, world] of worlds.entries()) {
          await load(store, world, i + 1);
          await brought(store, blobs);
          await expectPublished(store, blobs);
        }
        names.add(pointerOf(blobs).snapshot);
        names.add((await brought(store, memoryBlobs(), { full: true })).snapshot);
        names.add((await brought(store, blobs, { full: true })).snapshot);
        const fresh = open();
        await load(fresh, worlds.at(-1)!);
        names.add((await brought(fresh, memoryBlobs())).snapshot);
        for (const one of [store, fresh]) await one.close();
      }
      expect([...names]).toHaveLength(1);
    },
  );

  test("has a directory of as many shards as its keys ask for, before and after", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const shards = () => [manifestOf(blobs).series.shards.length, manifestOf(blobs).contexts.shards.length];
    await load(store, one(wide(600, 1)));
    await brought(store, blobs);
    expect(shards()).toEqual([2, 2]);
    await load(store, one(wide(30, 40)), 2);
    await brought(store, blobs);
    expect(manifestOf(blobs)).toMatchObject({ series: { count: 1_770 }, contexts: { count: 601 } });
    expect(shards()).toEqual([4, 2]);
    await load(
      store,
      one({ "d0/x0": Object.assign({}, ...Object.values(wide(600, 1)), ...Object.values(wide(30, 40))) }),
      3,
    );
    await brought(store, blobs);
    expect(manifestOf(blobs)).toMatchObject({ series: { count: 1_770 }, contexts: { count: 2 } });
    expect(shards()).toEqual([4, 1]);
    await expectPublished(store, blobs);
  });

  test("writes only the segments and the shards of what changed", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const values = wide(30, 40);
    await load(store, one(values));
    await brought(store, blobs);
    const before = { files: new Set(filesOf(blobs)), manifest: manifestOf(blobs) };
    const changed = { ...values, "d3/x3": { ...values["d3/x3"], "s3.7": [99] } };
    await load(store, one(changed), 2);
    const seen: string[] = [];
    const report = await publish({
      store,
      blobs,
      sha256,
      now: () => 1,
      onProgress: (done, all) => seen.push(`${done}/${all}`),
    });
    // The segment is the whole distribution's, so the shards of all its forty series move.
    const written = filesOf(blobs).filter((name) => !before.files.has(name));
    expect(written.map((name) => name.split("/")[0])).toEqual([
      ...Array(4).fill("directory"),
      "manifest",
      "segment",
    ]);
    expect(report).toMatchObject({ distributions: 1, series: 1_200, filesWritten: 6, switched: true });
    expect(manifestOf(blobs).contexts).toEqual(before.manifest.contexts);
    expect(seen).toEqual(["1/1"]);
    await expectPublished(store, blobs);
  });

  test("writes one segment and one shard for metadata of a catalog", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, SMALL);
    await brought(store, blobs);
    const before = manifestOf(blobs);
    await load(store, one(SMALL_VALUES, { metadata: { title: "Otro" } }), 2);
    expect(await brought(store, blobs)).toMatchObject({ distributions: 0, filesWritten: 3, switched: true });
    expect(manifestOf(blobs).series).toEqual(before.series);
  });
});
