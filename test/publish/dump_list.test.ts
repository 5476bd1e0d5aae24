// What is done with the list of generated files: telling them, and removing some with their bytes.

import { describe, expect, test } from "vitest";
import type { DumpKey } from "../../src/core/dumps.ts";
import { Problem } from "../../src/core/problem.ts";
import { listDumps, removeDumps } from "../../src/publish/dump_list.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { DUMP_POINTER } from "../../src/store/segments/dump_format.ts";
import { change, entriesOf, expectTidy, listed, namesOf, storedFiles, worldStore } from "./dump_runs.ts";
import { AT, dumped, fileOf, scratchFolder } from "./dump_world.ts";

const folder = scratchFolder();
const ready = () => Promise.resolve();

/** Two generations of text files, of all catalogs and of each. */
async function twice() {
  const blobs = memoryBlobs();
  const store = await worldStore();
  await dumped(store, blobs, folder, { formats: ["csv"] });
  await change(store, 7);
  await dumped(store, blobs, folder, { formats: ["csv"], at: AT + 1_000 });
  return blobs;
}

const METADATA = "series-tiempo-metadatos.csv";

describe("listDumps", () => {
  test("tells the files there are, those of all catalogs first", async () => {
    const blobs = await twice();
    const files = await listDumps(blobs);
    expect(files.map(({ catalogId, name }) => `${catalogId ?? "*"}/${name}`).sort()).toEqual(listed(blobs));
    expect(files.slice(0, 4).map(({ catalogId }) => catalogId)).toEqual([null, null, null, null]);
    const { bytes, sha256, generatedAt } = files.find(({ catalogId, name }) =>
      catalogId === "dos" && name === METADATA
    )!;
    expect(bytes).toBe((await fileOf(blobs, "dos", METADATA))!.length);
    expect(storedFiles(blobs)).toContain(`dump/${sha256}.bin`);
    expect(generatedAt).toBe(AT + 1_000);
  });

  test("tells nothing before anything is generated, and is Problem unavailable for a spoilt list", async () => {
    const blobs = memoryBlobs();
    expect(await listDumps(blobs)).toEqual([]);
    await blobs.write(DUMP_POINTER, new TextEncoder().encode("{"));
    await expect(listDumps(blobs)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("removeDumps", () => {
  test("removes files with the generation before, and leaves the others", async () => {
    const blobs = await twice();
    // Of those that changed, both generations are there.
    expect(entriesOf(blobs).some(({ previous }) => previous !== undefined)).toBe(true);
    expectTidy(blobs);
    await removeDumps(
      blobs,
      [{ catalogId: null, name: METADATA }, { catalogId: "dos", name: METADATA }],
      ready,
    );
    expect(listed(blobs)).toEqual(
      namesOf([null, "dos", "uno"], ["csv"]).filter((name) =>
        ![`*/${METADATA}`, `dos/${METADATA}`].includes(name)
      ),
    );
    expect(await fileOf(blobs, null, METADATA)).toBe(undefined);
    expect(await fileOf(blobs, "uno", METADATA)).toBeDefined();
    expectTidy(blobs);
  });

  test("removes all of them", async () => {
    const blobs = await twice();
    await removeDumps(blobs, await listDumps(blobs), ready);
    expect([listed(blobs), storedFiles(blobs)]).toEqual([[], []]);
  });

  const MISSING: readonly { why: string; keys: DumpKey[]; says: string }[] = [
    {
      why: "no such name",
      keys: [{ catalogId: "dos", name: METADATA }, { catalogId: "dos", name: "otro.csv" }],
      says: 'No hay un archivo "otro.csv" del catálogo "dos"',
    },
    {
      why: "a format that was not generated",
      keys: [{ catalogId: null, name: "series-tiempo.xlsx" }],
      says: 'No hay un archivo "series-tiempo.xlsx" de todos los catálogos',
    },
  ];

  test.each(MISSING)("removes nothing where one is not there: $why", async ({ keys, says }) => {
    const blobs = await twice();
    const before = listed(blobs);
    await expect(removeDumps(blobs, keys, ready)).rejects.toMatchObject({ code: "not_found", message: says });
    expect(listed(blobs)).toEqual(before);
    expectTidy(blobs);
  });

  test("removes nothing where somebody else writes by now", async () => {
    const blobs = await twice();
    const before = [listed(blobs), storedFiles(blobs)];
    const lost = () => Promise.reject(new Problem("conflict", "otro escribe"));
    await expect(removeDumps(blobs, await listDumps(blobs), lost)).rejects.toMatchObject({
      code: "conflict",
    });
    expect([listed(blobs), storedFiles(blobs)]).toEqual(before);
  });
});
