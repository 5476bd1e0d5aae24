// Publishing the activity over a store and blobs in memory, read back through its reader: what it tells, what
// stays while nothing happens, what is removed, and what readers get from files that are missing or spoilt.

import { describe, expect, test } from "vitest";
import type { SeriesPlace } from "../../src/core/activity.ts";
import type { CanonicalStore, IndexedSeries } from "../../src/core/canonical_store.ts";
import type { Journal } from "../../src/core/journal.ts";
import { publishActivity } from "../../src/publish/publish_activity.ts";
import { memoryJournal, memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openActivities } from "../../src/store/segments/activities.ts";
import {
  ACTIVITY_POINTER,
  activityName,
  decodeActivityPointer,
  decodeActivityRoot,
} from "../../src/store/segments/activity_format.ts";
import {
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";

type Blobs = ReturnType<typeof memoryBlobs>;

type World = {
  readonly store: CanonicalStore;
  readonly journal: Journal;
  readonly blobs: Blobs;
  /** Clock of the reader. */
  now: number;
};

const world = (): World => ({
  store: memoryStore(sha256),
  journal: memoryJournal(),
  blobs: memoryBlobs(),
  now: 0,
});

/** One harvest of catalog `c`: distributions of dataset d1 with these series. The nth run begins when `run` says. */
async function harvest({ store, journal }: World, values: Record<string, readonly IndexedSeries[]>) {
  const [last] = await journal.runs("harvest", 1);
  const { id } = await journal.startRun("harvest", run((last?.id ?? 0) + 1).at);
  const distributions = Object.entries(values).map(([name, own]) =>
    distribution("d1", name, own.map((one) => field(one.id, {}, one.title)))
  );
  const datasets = [dataset("d1", { publisher: { name: "INDEC" } })];
  await store.saveReading(run(id), "c", reading(distributions, { datasets }), source());
  for (const [name, own] of Object.entries(values)) {
    await store.saveOutcome(run(id), key("d1", name), indexed(own, { bytes: `v${id}` }));
  }
}

const brought = ({ store, journal, blobs, now }: World) =>
  publishActivity({ store, journal, blobs, sha256, now: () => now });

const place = (id: string, distributionId: string, catalogId = "c"): SeriesPlace => ({
  id,
  catalogId,
  datasetId: "d1",
  distributionId,
});

const filesOf = ({ files }: Blobs) => [...files.keys()].sort();
const pointerOf = ({ files }: Blobs) => decodeActivityPointer(files.get(ACTIVITY_POINTER)!);
const rootOf = (blobs: Blobs) =>
  decodeActivityRoot(blobs.files.get(activityName(pointerOf(blobs).activity))!);

const reader = (of: World) => openActivities(of.blobs, () => of.now += 1_000);

describe("publishActivity", () => {
  test("tells harvests, changes and series counted, and reads back", async () => {
    const w = world();
    await harvest(w, {
      "d1.1": [series("a", [1]), series("b", [1]), series("s", [1])],
      "d1.2": [series("x", [1])],
    });
    await harvest(w, {
      "d1.1": [series("a", [1, 2]), series("b", [1, 2]), series("s", [1])],
      "d1.2": [series("x", [1])],
    });
    await w.store.saveCatalogFault(run(2), "roto", "no responde");
    const { activity, switched } = await brought(w);
    expect(switched).toBe(true);

    const found = (await reader(w).current())!;
    expect(found.name).toBe(activity);
    expect(found.catalogs).toEqual([
      { id: "c", title: "Catálogo", lastHarvest: run(2).at, error: null, lastChange: run(2).at },
      { id: "roto", title: "roto", lastHarvest: run(2).at, error: "no responde", lastChange: null },
    ]);
    expect(await found.lastChange(place("a", "d1.1"))).toBe(run(2).at);
    expect(await found.lastChange(place("s", "d1.1"))).toBe(run(1).at);
    expect(await found.lastChange(place("x", "d1.2"))).toBe(run(1).at);
    expect(await found.lastChange(place("x", "d9"))).toBeUndefined();
    expect(await found.lastChange(place("x", "d1.2", "roto"))).toBeUndefined();
    expect(await found.lastChange(place("x", "d1.2", "otro"))).toBeUndefined();
    const [publisher, ...others] = await found.publishers();
    expect(others).toEqual([]);
    expect(publisher).toMatchObject({
      catalogId: "c",
      name: "INDEC",
      lastChange: run(2).at,
      lastValues: [
        { frequency: "month", last: "2020-01-01", workdays: false, present: 2, discontinued: 0 },
        { frequency: "month", last: "2020-02-01", workdays: false, present: 2, discontinued: 0 },
      ],
    });
    expect(publisher!.late.map(({ id }) => id)).toEqual(["s", "x", "a", "b"]);
    expect(publisher!.late[0]).toEqual({
      id: "s",
      dataset: "d1",
      distribution: "d1.1",
      frequency: "month",
      last: "2020-01-01",
      workdays: false,
      error: null,
    });
  });

  test("writes nothing anew while nothing happens, and after an unchanged harvest its root alone", async () => {
    const w = world();
    const values = { "d1.1": [series("a", [1])] };
    await harvest(w, values);
    const first = await brought(w);
    const files = filesOf(w.blobs);
    expect(await brought(w)).toEqual({ activity: first.activity, switched: false });
    expect(filesOf(w.blobs)).toEqual(files);

    await harvest(w, values);
    const second = await brought(w);
    expect(second.activity).not.toBe(first.activity);
    expect(filesOf(w.blobs).filter((name) => !files.includes(name))).toEqual([activityName(second.activity)]);
    expect(rootOf(w.blobs).catalogs[0]).toMatchObject({
      last_harvest: run(2).at,
      last_change: run(1).at,
    });
  });

  test("keeps the files of three activities", async () => {
    const w = world();
    const names: string[] = [];
    for (let i = 1; i <= 5; i++) {
      await harvest(w, { "d1.1": [series("a", [i])] });
      await w.blobs.write(`${ACTIVITY_POINTER}.${i}.tmp`, new Uint8Array(1));
      await w.blobs.write("ajeno.json", new Uint8Array(1));
      names.unshift((await brought(w)).activity);
    }
    expect(pointerOf(w.blobs).kept).toEqual(names.slice(0, 3));
    // A root, its series counted and its times of change, three times; the counts are the same each time but
    // for their time.
    expect(filesOf(w.blobs)).toHaveLength(1 + 3 * 3 + 1);
    for (const name of names.slice(0, 3)) expect(filesOf(w.blobs)).toContain(activityName(name));
    expect(await (await reader(w).current())!.lastChange(place("a", "d1.1"))).toBe(run(5).at);
  });

  test("leaves its pointer where it was when a write fails, and mends later", async () => {
    const w = world();
    await harvest(w, { "d1.1": [series("a", [1])] });
    const first = await brought(w);
    await harvest(w, { "d1.1": [series("a", [2])] });
    const { write } = w.blobs;
    for (const failAt of [1, 2, 3, 4]) {
      let writes = 0;
      const blobs = {
        ...w.blobs,
        write: (name: string, bytes: Uint8Array) =>
          ++writes === failAt ? Promise.reject(new Error("full")) : write(name, bytes),
        exists: () => Promise.resolve(false),
      };
      await expect(publishActivity({ ...w, blobs, sha256, now: () => w.now })).rejects.toThrow(
        "full",
      );
      expect(pointerOf(w.blobs).activity).toBe(first.activity);
    }
    const second = await brought(w);
    expect(pointerOf(w.blobs).kept).toEqual([second.activity, first.activity]);
  });

  test("publishes over a pointer that cannot be read", async () => {
    const w = world();
    await harvest(w, { "d1.1": [series("a", [1])] });
    w.blobs.files.set(ACTIVITY_POINTER, new TextEncoder().encode('{"format":9}'));
    const { activity } = await brought(w);
    expect(pointerOf(w.blobs)).toEqual({ format: 1, activity, published_at: w.now, kept: [activity] });
  });

  test("tells no time of a run that the journal does not know, and takes any id", async () => {
    const w = world();
    const ids = ["__proto__", "constructor", "ñ", '"'];
    await w.store.saveReading(run(7), "__proto__", reading([distribution("d1", "d1.1", ids)]), source());
    await w.store.saveOutcome(
      run(7),
      key("d1", "d1.1", "__proto__"),
      indexed(ids.map((id) => series(id, [1]))),
    );
    await w.store.saveOutcome(run(8), key("d1", "d1.1", "__proto__"), indexed([series("ñ", [2])]));
    await brought(w);
    const found = (await reader(w).current())!;
    expect(found.catalogs).toMatchObject([{ id: "__proto__", lastHarvest: null }]);
    const times = await Promise.all(ids.map((id) => found.lastChange(place(id, "d1.1", "__proto__"))));
    expect(times).toEqual([run(7).at, run(7).at, run(8).at, run(7).at]);
  });

  test("finds levels without identifiers", async () => {
    const w = world();
    await w.store.saveReading(run(1), "", reading([distribution("", "", ["a"])]), source());
    await w.store.saveOutcome(run(1), key("", "", ""), indexed([series("a", [1])]));
    await brought(w);
    const nowhere = { id: "a", catalogId: null, datasetId: null, distributionId: null };
    expect(await (await reader(w).current())!.lastChange(nowhere)).toBe(run(1).at);
  });
});

describe("openActivities", () => {
  test("answers undefined until something is published, then follows the pointer within a second", async () => {
    const w = world();
    const activities = openActivities(w.blobs, () => w.now);
    expect(await activities.current()).toBeUndefined();
    await harvest(w, { "d1.1": [series("a", [1])] });
    const { activity } = await brought(w);
    w.now = 999;
    expect(await activities.current()).toBeUndefined();
    w.now = 1_000;
    const found = await activities.current();
    expect(found?.name).toBe(activity);
    w.now = 2_000;
    expect(await activities.current()).toBe(found);
  });

  test("reads a file once, also for the next activity that names it", async () => {
    const w = world();
    const values = { "d1.1": [series("a", [1])] };
    await harvest(w, values);
    await brought(w);
    const read: string[] = [];
    const activities = openActivities({
      read(name) {
        read.push(name);
        return w.blobs.read(name);
      },
    }, () => w.now += 1_000);
    const ask = async () => {
      const activity = (await activities.current())!;
      await Promise.all([activity.lastChange(place("a", "d1.1")), activity.publishers()]);
      await activity.lastChange(place("b", "d1.1"));
    };
    await ask();
    expect(read).toHaveLength(4);
    await harvest(w, values);
    await brought(w);
    await ask();
    const { activity } = pointerOf(w.blobs);
    expect(read.slice(4)).toEqual([ACTIVITY_POINTER, activityName(activity)]);
  });

  test.each([
    {
      why: "pointer cut short",
      spoil: ({ files }: Blobs) => files.set(ACTIVITY_POINTER, new Uint8Array([123])),
    },
    {
      why: "pointer of another format",
      spoil: ({ files }: Blobs) => files.set(ACTIVITY_POINTER, new TextEncoder().encode('{"format":2}')),
    },
    {
      why: "root that is not there",
      spoil: (blobs: Blobs) => blobs.files.delete(activityName(pointerOf(blobs).activity)),
    },
  ])("answers undefined with a $why, and the last good one where it had one", async ({ spoil }) => {
    const w = world();
    await harvest(w, { "d1.1": [series("a", [1])] });
    await brought(w);
    const had = reader(w);
    const known = await had.current();
    spoil(w.blobs);
    expect(await reader(w).current()).toBeUndefined();
    expect((await had.current())?.name).toBe(known?.name);
  });

  test("is Problem unavailable for a file that is not there, and asks again", async () => {
    const w = world();
    await harvest(w, { "d1.1": [series("a", [1])] });
    await brought(w);
    const found = (await reader(w).current())!;
    const { publishers } = rootOf(w.blobs);
    const bytes = w.blobs.files.get(activityName(publishers))!;
    w.blobs.files.delete(activityName(publishers));
    await expect(found.publishers()).rejects.toMatchObject({ code: "unavailable" });
    w.blobs.files.set(activityName(publishers), bytes);
    expect(await found.publishers()).toHaveLength(1);
  });
});
