// What publishing leaves behind: files of older snapshots for as long as they may be read, the old snapshot where
// it is interrupted, a new one where it finds something spoilt.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { encodeJson, manifestName, POINTER } from "../../src/store/segments/format.ts";
import { openSnapshot } from "../../src/store/segments/snapshots.ts";
import {
  type Blobs,
  brought,
  expectPublished,
  filesOf,
  load,
  newStore,
  one,
  pointerOf,
  publishedOf,
  SMALL,
  SMALL_VALUES,
  type World,
} from "./example_world.ts";

describe("publish, of what is no longer needed,", () => {
  /** Publishes value after value of one series; answers the names of the snapshots. */
  async function publishValues(
    store: CanonicalStore,
    blobs: Blobs,
    values: readonly number[],
  ): Promise<string[]> {
    const names: string[] = [];
    for (const [i, value] of values.entries()) {
      await load(store, one({ ...SMALL_VALUES, "d1/d1.2": { c: [value] } }), i + 1);
      names.push((await brought(store, blobs, { now: i })).snapshot);
    }
    return names;
  }

  test("keeps the last three snapshots whole, and removes the rest", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const names = await publishValues(store, blobs, [1, 2, 3, 4, 5]);
    expect(pointerOf(blobs).kept).toEqual(names.slice(2).reverse());
    expect(filesOf(blobs, "manifest")).toEqual(names.slice(2).map(manifestName).sort());
    for (const [i, name] of names.slice(2).entries()) {
      const found = await (await openSnapshot(blobs, name, 0)).series(["a", "b", "c", "d"]);
      expect(found.map((record) => [...record!.observations.values])).toEqual([[1, NaN, 3], [4], [i + 3], [
        6,
        7,
      ]]);
      for (const record of found) await (await openSnapshot(blobs, name, 0)).context(record!);
    }
    // Three of "c", one of each of the others, one of contexts.
    expect(filesOf(blobs, "segment")).toHaveLength(3 + 2 + 1);
    expect(filesOf(blobs, "directory")).toHaveLength(3 + 1);
    await expectPublished(store, blobs);
  });

  test("tells how many files it removed", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await publishValues(store, blobs, [1, 2, 3]);
    await load(store, one({ ...SMALL_VALUES, "d1/d1.2": { c: [4] } }), 4);
    const before = filesOf(blobs).length;
    const { filesRemoved, filesWritten } = await brought(store, blobs);
    expect(filesRemoved).toBe(3);
    expect(filesOf(blobs)).toHaveLength(before + filesWritten - filesRemoved);
  });

  test("keeps a snapshot that became current again", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const names = await publishValues(store, blobs, [1, 2, 1, 3, 1]);
    expect(names[2]).toBe(names[0]);
    expect(pointerOf(blobs).kept).toEqual([names[0], names[3], names[1]]);
    await expectPublished(store, blobs);
  });

  test("removes what an interrupted publish left behind", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await publishValues(store, blobs, [1]);
    for (const name of ["segment/x.bin", "directory/x.json", "manifest/x.json"]) {
      await blobs.write(name, encodeJson({}));
    }
    await publishValues(store, blobs, [2]);
    expect(filesOf(blobs).filter((name) => name.includes("/x."))).toEqual([]);
    await expectPublished(store, blobs);
  });
});

/** Worlds to be interrupted between: one changed distribution, and one where much moves. */
const INTERRUPTED: readonly { why: string; after: World }[] = [
  { why: "a value", after: one({ ...SMALL_VALUES, "d1/d1.2": { c: [8] } }) },
  {
    why: "everything",
    after: one({ "d9/d9.1": { a: [1, 2], b: [4], e: [1] }, "d1/d1.2": { c: [8] }, "d2/d2.1": { d: [0] } }, {
      metadata: { title: "Otro" },
      enriched: { frequency: "R/P1Y" },
    }),
  },
];

describe("publish, when interrupted,", () => {
  async function started(after: World) {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, SMALL);
    await brought(store, blobs, { now: 5 });
    const old = { pointer: pointerOf(blobs), seen: await publishedOf(blobs, ["a", "b", "c", "d"]) };
    await load(store, after, 2);
    return { store, blobs, old };
  }

  test.each(INTERRUPTED)(
    "at any write, leaves the old snapshot whole and goes on next time: $why",
    async ({ after }) => {
      const whole = await started(after);
      let writes = 0;
      const write = whole.blobs.write;
      whole.blobs.write = (name, bytes) => {
        writes++;
        return write(name, bytes);
      };
      const { snapshot } = await brought(whole.store, whole.blobs);
      expect(writes).toBeGreaterThan(3);

      for (let fatal = 1; fatal <= writes; fatal++) {
        const { store, blobs, old } = await started(after);
        const { write } = blobs;
        let count = 0;
        blobs.write = (name, bytes) =>
          ++count >= fatal ? Promise.reject(new Error("ENOSPC")) : write(name, bytes);
        await expect(brought(store, blobs), `write ${fatal}`).rejects.toThrow("ENOSPC");
        expect(pointerOf(blobs)).toEqual(old.pointer);
        expect(await publishedOf(blobs, ["a", "b", "c", "d"])).toEqual(old.seen);
        blobs.write = write;
        expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: true });
        await expectPublished(store, blobs);
      }
    },
  );

  test.each(INTERRUPTED)("after the switch, is current and goes on next time: $why", async ({ after }) => {
    const { store, blobs, old } = await started(after);
    const forgetful = { ...store, savePublication: () => Promise.reject(new Error("SQLITE_FULL")) };
    await expect(brought(forgetful, blobs)).rejects.toThrow("SQLITE_FULL");
    const { snapshot } = pointerOf(blobs);
    expect(snapshot).not.toBe(old.pointer.snapshot);
    await expectPublished(store, blobs);
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: false, filesWritten: 0 });
    expect(await store.publication()).toMatchObject({ snapshot });
    await expectPublished(store, blobs);
  });

  test.each(INTERRUPTED)("while removing, is current and removes next time: $why", async ({ after }) => {
    const { store, blobs } = await started(after);
    await blobs.write("segment/x.bin", encodeJson({}));
    const { remove } = blobs;
    blobs.remove = () => Promise.reject(new Error("EBUSY"));
    await expect(brought(store, blobs)).rejects.toThrow("EBUSY");
    await expectPublished(store, blobs);
    blobs.remove = remove;
    await brought(store, blobs, { full: true });
    expect(await blobs.exists("segment/x.bin")).toBe(false);
    await expectPublished(store, blobs);
  });
});

const SPOILT: readonly { why: string; spoil: (blobs: Blobs) => void; full?: boolean }[] = [
  { why: "no pointer", spoil: ({ files }) => files.delete(POINTER) },
  { why: "a pointer that is no JSON", spoil: ({ files }) => files.set(POINTER, new Uint8Array([1, 2])) },
  {
    why: "a pointer of another format",
    spoil: ({ files }) => files.set(POINTER, encodeJson({ format: 99, snapshot: "x", kept: 1 })),
  },
  {
    why: "a pointer to another snapshot",
    spoil: ({ files }) =>
      files.set(POINTER, encodeJson({ format: 1, snapshot: "x", published_at: 1, kept: ["x", "y"] })),
  },
  { why: "no manifest", spoil: (blobs) => blobs.files.delete(filesOf(blobs, "manifest")[0]!) },
  {
    why: "no directory, in full",
    spoil: (blobs) => filesOf(blobs, "directory").forEach((name) => blobs.files.delete(name)),
    full: true,
  },
  {
    why: "no segments, in full",
    spoil: (blobs) => filesOf(blobs, "segment").forEach((name) => blobs.files.delete(name)),
    full: true,
  },
  { why: "nothing", spoil: ({ files }) => files.clear() },
];

describe("publish, over what it finds spoilt,", () => {
  test.each(SPOILT)("publishes anew: $why", async ({ spoil, full = false }) => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, SMALL);
    const { snapshot } = await brought(store, blobs);
    spoil(blobs);
    expect(await brought(store, blobs, { full })).toMatchObject({ snapshot, series: 4 });
    await expectPublished(store, blobs);
  });

  test("publishes another store's snapshot over", async () => {
    const blobs = memoryBlobs();
    const first = newStore();
    await load(first, SMALL);
    await brought(first, blobs);
    const second = newStore();
    await load(second, one({ "d1/d1.1": { z: [1] } }));
    expect(await brought(second, blobs)).toMatchObject({ switched: true, series: 1 });
    await expectPublished(second, blobs);
    expect(await brought(first, blobs)).toMatchObject({ switched: true, series: 4 });
    await expectPublished(first, blobs);
  });
});
