// What a dump leaves when something breaks: files of what can be read, and what was served before.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { DumpFormat } from "../../src/core/dump_files.ts";
import { Problem } from "../../src/core/problem.ts";
import type { Dump } from "../../src/publish/dump.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { DUMP_POINTER } from "../../src/store/segments/dump_format.ts";
import { key } from "../store/example_catalog.ts";
import {
  change,
  expectTidy,
  FORMATS,
  listed,
  NAMES,
  namesOf,
  served,
  storedFiles,
  worldStore,
} from "./dump_runs.ts";
import { AT, type DumpBlobs, dumped, fileOf, scratchFolder } from "./dump_world.ts";

const folder = scratchFolder();

describe("dump, where a distribution cannot be read,", () => {
  /** The store, without the distributions that `isSpoilt`. */
  const spoilt = (store: CanonicalStore, isSpoilt: (path: string) => boolean): Dump["store"] => ({
    ...store,
    dumpSeries: (key) =>
      isSpoilt(`${key.catalogId}/${key.distributionId}`)
        ? Promise.reject(new Error("malformed"))
        : store.dumpSeries(key),
  });

  test("goes on with the others, and tells of it", async () => {
    const blobs = memoryBlobs();
    const store = await worldStore();
    const report = await dumped(spoilt(store, (path) => path === "uno/9.1"), blobs, folder, {
      formats: ["csv"],
    });
    expect(report.faults).toEqual([{ ...key("9", "9.1", "uno"), fault: "malformed" }]);
    expect(report).toMatchObject({ catalogs: 2, series: 6, values: 12 });
    const text = new TextDecoder().decode(await fileOf(blobs, null, "series-tiempo-metadatos.csv"));
    expect(text.trimEnd().split("\r\n").slice(1).map((line) => line.split(",")[3])).toEqual(
      ["d", "sin", "a", "z", "y", "s"],
    );
  });

  test.each(FORMATS)("writes whole files of the others: %s", async (format) => {
    const [all, some] = [memoryBlobs(), memoryBlobs()];
    const store = await worldStore();
    await dumped(store, all, folder, { formats: [format] });
    await dumped(spoilt(store, (path) => path.startsWith("uno/")), some, folder, { formats: [format] });
    const whole = await served(all);
    for (const [name, hash] of await served(some)) {
      if (name.startsWith("dos/") && format !== "dta") expect([name, hash]).toEqual([name, whole.get(name)]);
    }
    expect(listed(some)).toEqual(namesOf([null, "dos"], [format]));
  });

  test("keeps the files of a catalog nothing of which can be read", async () => {
    const blobs = memoryBlobs();
    const store = await worldStore();
    await dumped(store, blobs, folder, { formats: ["csv"] });
    const before = await served(blobs);
    const report = await dumped(spoilt(store, (path) => path.startsWith("uno/")), blobs, folder, {
      formats: ["csv"],
      at: AT + 1,
    });
    expect(report.faults).toHaveLength(4);
    const after = await served(blobs);
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, hash] of after) if (name.startsWith("uno/")) expect(hash).toBe(before.get(name));
    expectTidy(blobs);
  });

  test("says which, and leaves what there is, where none can", async () => {
    const blobs = memoryBlobs();
    const store = await worldStore();
    await dumped(store, blobs, folder, { formats: ["csv"] });
    const before = await served(blobs);
    await expect(dumped(spoilt(store, () => true), blobs, folder)).rejects.toMatchObject({
      code: "unavailable",
      message: 'No se puede leer ninguna distribución; "1.1" del catálogo "dos": malformed',
    });
    expect(await served(blobs)).toEqual(before);
  });

  test("leaves what there is where one breaks only while it is written", async () => {
    const blobs = memoryBlobs();
    const store = await worldStore();
    await dumped(store, blobs, folder);
    const before = await served(blobs);
    let reads = 0;
    // Read once without its values being needed; then for each format.
    const later: Dump["store"] = {
      ...store,
      dumpSeries: (key) =>
        key.distributionId === "9.1" && ++reads > 1
          ? Promise.reject(new Error("gone"))
          : store.dumpSeries(key),
    };
    await expect(dumped(later, blobs, folder, { at: AT + 1 })).rejects.toThrow("gone");
    expect(await served(blobs)).toEqual(before);
    expectTidy(blobs);
  });
});

test("a dump whose turn another process took leaves what there is", async () => {
  const [store, blobs] = [await worldStore(), memoryBlobs()];
  await dumped(store, blobs, folder, { formats: ["csv"] });
  const before = await served(blobs);
  await change(store, 8);
  const beforeSwitch = () => Promise.reject(new Problem("conflict", "Otro proceso escribe"));
  await expect(dumped(store, blobs, folder, { formats: ["csv"], at: AT + 1, beforeSwitch }))
    .rejects.toMatchObject({ code: "conflict" });
  expect(await served(blobs)).toEqual(before);
});

describe("dump, when it breaks,", () => {
  /** Blobs whose `n`th writing step fails; counts the steps, and the files that are neither whole nor given up. */
  function failingAt(blobs: DumpBlobs, n: number) {
    let steps = 0;
    const open = new Set<unknown>();
    const step = <T>(work: () => Promise<T>) =>
      ++steps === n ? Promise.reject(new Error("disk full")) : work();
    const failing: DumpBlobs = {
      ...blobs,
      write: (name, bytes) => step(() => blobs.write(name, bytes)),
      create: (folder) =>
        step(async () => {
          const writer = await blobs.create(folder);
          open.add(writer);
          return {
            write: (bytes) => step(() => writer.write(bytes)),
            finish: (name) => step(() => writer.finish(name).then(() => void open.delete(writer))),
            abort: () => writer.abort().then(() => void open.delete(writer)),
          };
        }),
    };
    return { failing, steps: () => steps, open };
  }

  /** A store with two generations, of which the later is served, and a third that is due. */
  async function due(formats: readonly DumpFormat[]) {
    const [store, blobs] = [await worldStore(), memoryBlobs()];
    await dumped(store, blobs, folder, { formats, at: AT - 2 });
    await change(store, 8);
    await dumped(store, blobs, folder, { formats, at: AT - 1 });
    const before = await served(blobs);
    await change(store, 9);
    return { store, blobs, before };
  }

  test.each(FORMATS)(
    "at any step, leaves every file as it was, and goes on next time: %s",
    async (format) => {
      const formats = [format];
      const { store, blobs, before } = await due(formats);
      const whole = memoryBlobs();
      const counted = failingAt(whole, 0);
      await dumped(store, counted.failing, folder, { formats, at: AT + 1 });
      // A file is created, written and named; then the list.
      expect(counted.steps()).toBeGreaterThan(3 * 3 * NAMES[format].length);
      for (let n = 1; n <= counted.steps(); n++) {
        const { failing, open } = failingAt(blobs, n);
        await expect(dumped(store, failing, folder, { formats, at: AT + 1 })).rejects.toThrow("disk full");
        expect(open.size).toBe(0);
        expect(await served(blobs)).toEqual(before);
        expectTidy(blobs);
      }
      await dumped(store, blobs, folder, { formats, at: AT + 1 });
      expect(await served(blobs)).toEqual(await served(whole));
      expectTidy(blobs);
    },
  );

  test("without being able to tidy up, leaves that to the next run", async () => {
    const { store, blobs, before } = await due(["csv"]);
    const stuck: DumpBlobs = {
      ...blobs,
      write: () => Promise.reject(new Error("disk full")),
      remove: () => Promise.reject(new Error("read only")),
    };
    await expect(dumped(store, stuck, folder, { formats: ["csv"] })).rejects.toThrow("disk full");
    await blobs.write("dumps.json.x.tmp", new Uint8Array(3));
    await blobs.write("dump/x.tmp", new Uint8Array(3));
    expect(storedFiles(blobs).length).toBeGreaterThan(new Set(before.values()).size + 2);
    expect(await served(blobs)).toEqual(before);
    await dumped(store, blobs, folder, { formats: ["csv"], catalog: "dos" });
    expectTidy(blobs);
  });

  test.each([
    { why: "no JSON", bytes: "{" },
    { why: "of a later format", bytes: '{"format":2,"files":[]}' },
  ])("over a list that cannot be read, removes nothing that may be served: $why", async ({ bytes }) => {
    const { store, blobs } = await due(["csv"]);
    const before = storedFiles(blobs);
    await blobs.write(DUMP_POINTER, new TextEncoder().encode(bytes));
    const { failing } = failingAt(blobs, 5);
    await expect(dumped(store, failing, folder, { formats: ["csv"] })).rejects.toThrow("disk full");
    expect(storedFiles(blobs)).toEqual(before);
    await dumped(store, blobs, folder, { formats: ["csv"] });
    expect(listed(blobs)).toEqual(namesOf([null, "uno", "dos"], ["csv"]));
    expectTidy(blobs);
  });
});
