// A dump as a whole: which files a run leaves, and what it keeps of those before. What it leaves when it breaks is
// in dump_faults.test.ts.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { DumpFormat } from "../../src/core/dump_files.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { distribution, indexed, key, reading, run, series, source } from "../store/example_catalog.ts";
import {
  change,
  entriesOf,
  expectTidy,
  FORMATS,
  listed,
  namesOf,
  served,
  storedFiles,
  worldStore,
} from "./dump_runs.ts";
import { AT, type DumpBlobs, dumped, fileOf, newStore, scratchFolder } from "./dump_world.ts";

const folder = scratchFolder();

describe("dump", () => {
  test("leaves the files of the contract, of all catalogs and of each that has series", async () => {
    const blobs = memoryBlobs();
    const report = await dumped(await worldStore(), blobs, folder);
    expect(listed(blobs)).toEqual(namesOf([null, "uno", "dos"]));
    expectTidy(blobs);
    expect(report).toMatchObject({ generated_at: AT, catalogs: 2, series: 8, values: 16, faults: [] });
    expect(report.files.map(({ catalog, name }) => `${catalog ?? "*"}/${name}`).sort()).toEqual(
      listed(blobs),
    );
    for (const { catalog, name, bytes, sha256, generated_at } of report.files) {
      const file = (await fileOf(blobs, catalog, name))!;
      expect([bytes, sha256, generated_at]).toEqual([
        file.length,
        createHash("sha256").update(file).digest("hex"),
        AT,
      ]);
    }
  });

  test.each(FORMATS)("writes %s alone where that is asked for", async (format) => {
    const blobs = memoryBlobs();
    await dumped(await worldStore(), blobs, folder, { formats: [format] });
    expect(listed(blobs)).toEqual(namesOf([null, "uno", "dos"], [format]));
  });

  test("of one catalog writes its files alone", async () => {
    const blobs = memoryBlobs();
    const { catalogs, series, values } = await dumped(await worldStore(), blobs, folder, { catalog: "dos" });
    expect(listed(blobs)).toEqual(namesOf(["dos"]));
    expect({ catalogs, series, values }).toEqual({ catalogs: 1, series: 2, values: 4 });
  });

  test.each([
    { why: "its files in a run of its own", over: { catalog: "uno" } },
    { why: "in one of some formats", over: { formats: ["csv", "dta"] as const } },
    { why: "in one of some formats of a catalog", over: { catalog: "dos", formats: ["parquet"] as const } },
  ])("writes the same bytes however it is asked: $why", async ({ over }) => {
    const store = await worldStore();
    const [all, some] = [memoryBlobs(), memoryBlobs()];
    await dumped(store, all, folder);
    await dumped(store, some, folder, over);
    const whole = await served(all);
    for (const [name, hash] of await served(some)) {
      // Widths of Stata's texts are those of the longest of a run.
      if (!/dta(\.zip)?$/.test(name) || !("catalog" in over)) {
        expect([name, hash]).toEqual([name, whole.get(name)]);
      }
    }
    expect((await served(some)).size).toBeGreaterThan(2);
  });

  test("keeps what it was not asked to write anew", async () => {
    const [store, blobs] = [await worldStore(), memoryBlobs()];
    await dumped(store, blobs, folder);
    const before = await served(blobs);
    await change(store, 9);
    await dumped(store, blobs, folder, { catalog: "dos", formats: ["csv"], at: AT + 1 });
    const after = await served(blobs);
    const changed = [...after].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name);
    expect(changed.sort()).toEqual([
      "dos/series-tiempo-csv.zip",
      "dos/series-tiempo-metadatos.csv",
      "dos/series-tiempo-valores-csv.zip",
    ]);
    expect([...after.keys()].sort()).toEqual(namesOf([null, "uno", "dos"]));
    expectTidy(blobs);
  });

  test("of everything forgets a catalog that has no series any more; of one catalog, none", async () => {
    const blobs = memoryBlobs();
    await dumped(await worldStore(), blobs, folder);
    const store = newStore();
    await store.saveReading(run(1), "uno", reading([distribution("d", "d.1", ["s"])]), source());
    await store.saveOutcome(run(1), key("d", "d.1", "uno"), indexed([series("s", [1])]));
    await dumped(store, blobs, folder, { catalog: "uno" });
    expect(listed(blobs)).toEqual(namesOf([null, "uno", "dos"]));
    await dumped(store, blobs, folder, { formats: ["csv"] });
    expect(listed(blobs)).toEqual(namesOf([null, "uno"]));
    expectTidy(blobs);
  });

  test.each([
    {
      why: "a catalog without series",
      catalog: "vacio",
      message: "No hay series cargadas para el catálogo vacio",
    },
    {
      why: "a catalog that there is not",
      catalog: "x",
      message: "No hay series cargadas para el catálogo x",
    },
  ])("is refused, and leaves what there is: $why", async ({ catalog, message }) => {
    const [store, blobs] = [await worldStore(), memoryBlobs()];
    await dumped(store, blobs, folder);
    const before = await served(blobs);
    await expect(dumped(store, blobs, folder, { catalog })).rejects.toMatchObject({
      code: "not_found",
      message,
    });
    expect(await served(blobs)).toEqual(before);
  });

  test("is refused where nothing was ever harvested", async () => {
    const blobs = memoryBlobs();
    await expect(dumped(newStore(), blobs, folder)).rejects.toMatchObject({
      code: "not_found",
      message: "No hay series cargadas",
    });
    expect([...blobs.files]).toEqual([]);
  });

  test("tells how far each format is", async () => {
    const told: [DumpFormat, number][] = [];
    const onProgress = (format: DumpFormat, share: number) => told.push([format, share]);
    await dumped(await worldStore(), memoryBlobs(), folder, { onProgress });
    for (const format of FORMATS) {
      const shares = told.filter(([of]) => of === format).map(([, share]) => share);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares.at(-1)).toBeCloseTo(1, 9);
    }
  });
});

describe("of each file, dump", () => {
  const NAME = "series-tiempo-metadatos.csv";
  const entryOf = (blobs: DumpBlobs) =>
    entriesOf(blobs).find(({ catalog, name }) => catalog === "dos" && name === NAME)!;

  test("keeps the two latest generations", async () => {
    const [store, blobs] = [await worldStore(), memoryBlobs()];
    const hashes: string[] = [];
    for (const value of [1, 2, 3]) {
      await change(store, value);
      const { filesRemoved } = await dumped(store, blobs, folder, { formats: ["csv"], at: value });
      hashes.push(entryOf(blobs).sha256);
      expectTidy(blobs);
      // Those of the values and the metadata that changed, of "dos" and of all.
      expect(filesRemoved).toBe(value === 3 ? 6 : 0);
    }
    expect(new Set(hashes).size).toBe(3);
    expect(entryOf(blobs)).toMatchObject({
      sha256: hashes[2],
      generated_at: 3,
      previous: { sha256: hashes[1], generated_at: 2 },
    });
    expect(storedFiles(blobs)).not.toContain(`dump/${hashes[0]}.bin`);
  });

  test("counts the same bytes again as the same generation, generated later", async () => {
    const [store, blobs] = [await worldStore(), memoryBlobs()];
    await dumped(store, blobs, folder, { formats: ["csv"], at: 1 });
    const first = entryOf(blobs);
    await dumped(store, blobs, folder, { formats: ["csv"], at: 2 });
    expect(entryOf(blobs)).toEqual({ ...first, generated_at: 2 });
    await change(store, 9);
    await dumped(store, blobs, folder, { formats: ["csv"], at: 3 });
    await dumped(store, blobs, folder, { formats: ["csv"], at: 4 });
    expect(entryOf(blobs)).toMatchObject({
      generated_at: 4,
      previous: { sha256: first.sha256, generated_at: 2 },
    });
  });
});
