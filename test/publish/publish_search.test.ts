// The search files that publishing writes: read back through both engines against what the store says, the same
// by every way, written again only where something changed.

import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import { DEFAULT_BOOSTS } from "../../src/core/search_boosts.ts";
import type { SearchDocument, Searches, SearchSettings } from "../../src/core/search.ts";
import { publish } from "../../src/publish/publish.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { encodeJson, manifestName, POINTER, searchName } from "../../src/store/segments/format.ts";
import { openSearches, searchIndexReader } from "../../src/store/segments/search_index.ts";
import { sqliteSearches } from "../../src/store/sqlite/search.ts";
import { sqliteStore } from "../../src/store/sqlite/canonical_store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { sha256 } from "../store/example_catalog.ts";
import { newFolder, query } from "../store/search_engines.ts";
import {
  type Blobs,
  brought,
  filesOf,
  load,
  manifestOf,
  newStore,
  one,
  pointerOf,
  SMALL,
  SMALL_VALUES,
  type World,
} from "./example_world.ts";

type Searched = World & Partial<SearchSettings>;

async function loadAll(store: CanonicalStore, world: Searched, id = 1): Promise<void> {
  await load(store, world, id);
  if (world.synonyms) await store.saveSynonyms(world.synonyms);
  if (world.catalogAliases) await store.saveCatalogAliases(world.catalogAliases);
  if (world.boosts) await store.saveBoosts(world.boosts);
  if ("minScore" in world) await store.saveMinScore(world.minScore);
}

/** Everything that the store has to search, by id. */
async function expectedOf(store: CanonicalStore): Promise<SearchDocument[]> {
  const { distributions } = await store.changes(0);
  const catalogs = [...new Set(distributions.map(({ catalogId }) => catalogId))];
  const documents = await Promise.all(catalogs.map((id) => store.searchDocuments(id)));
  return documents.flat().sort((a, b) => a.id < b.id ? -1 : 1);
}

async function expectSearched(
  store: CanonicalStore,
  blobs: Blobs,
  searches: Searches = openSearches(blobs),
): Promise<void> {
  const search = await searches.of(pointerOf(blobs).snapshot);
  const { hits } = await search.find(query({ limit: 10_000 }));
  expect(hits.map(({ document }) => document)).toEqual(await expectedOf(store));
}

const TWO: World = { catalogs: { ...SMALL.catalogs, e: { values: { "d1/d1.1": { x: [1] } } } } };

const BOOSTS = { ...DEFAULT_BOOSTS, dataset_title: 3 };

const CHANGES: readonly { why: string; worlds: readonly Searched[] }[] = [
  { why: "nothing", worlds: [SMALL, SMALL] },
  { why: "descriptions", worlds: [SMALL, one(SMALL_VALUES, { of: { field: { description: "IPC" } } })] },
  { why: "units and back", worlds: [SMALL, one(SMALL_VALUES, { of: { field: { units: "%" } } }), SMALL] },
  { why: "datasets", worlds: [SMALL, one(SMALL_VALUES, { of: { dataset: { source: "INDEC" } } })] },
  {
    why: "themes",
    worlds: [
      SMALL,
      one(SMALL_VALUES, { of: { dataset: { theme: ["x"] }, themes: [{ id: "x", label: "X" }] } }),
    ],
  },
  { why: "another catalog", worlds: [SMALL, TWO] },
  { why: "more series", worlds: [SMALL, one({ ...SMALL_VALUES, "d0/d0.1": { e: [1], f: [2] } })] },
  {
    why: "series that move to another catalog",
    worlds: [TWO, {
      catalogs: {
        e: { values: { "d1/d1.1": { x: [1] }, "d7/d7.1": { a: [1, null, 3], b: [4], c: [5], d: [6, 7] } } },
      },
    }],
  },
  { why: "synonyms", worlds: [TWO, { ...TWO, synonyms: ["serie,columna"] }] },
  {
    why: "synonyms in another order",
    worlds: [{ ...TWO, synonyms: ["b1,a1", "c1,d1"] }, { ...TWO, synonyms: ["c1,d1", "b1,a1"] }],
  },
  { why: "synonyms with data", worlds: [SMALL, { ...TWO, synonyms: ["serie,columna"] }] },
  { why: "aliases", worlds: [TWO, { ...TWO, catalogAliases: { todos: ["c", "e"] } }] },
  { why: "boosts", worlds: [TWO, { ...TWO, boosts: BOOSTS }] },
  { why: "a minimum score", worlds: [TWO, { ...TWO, minScore: 0 }] },
  {
    why: "boosts and a minimum score, and back",
    worlds: [TWO, { ...TWO, boosts: BOOSTS, minScore: 3 }, {
      ...TWO,
      boosts: DEFAULT_BOOSTS,
      minScore: undefined,
    }],
  },
  {
    why: "settings and back",
    worlds: [{ ...TWO, synonyms: [] }, { ...TWO, synonyms: ["a1,b1"] }, { ...TWO, synonyms: [] }],
  },
];

const ENGINES = [newStore, () => sqliteStore(openDatabase(":memory:"), sha256)];
const touched = (before: ReadonlySet<string>, blobs: Blobs) =>
  filesOf(blobs, "search").filter((name) => !before.has(name));

describe("publish", () => {
  test.each(CHANGES)(
    "names search files by their series and synonyms, by every way: $why",
    async ({ worlds }) => {
      const names = new Set<string>();
      for (const open of ENGINES) {
        const [store, blobs] = [open(), memoryBlobs()];
        for (const [i, world] of worlds.entries()) {
          await loadAll(store, world, i + 1);
          await brought(store, blobs);
          await expectSearched(store, blobs);
        }
        names.add(pointerOf(blobs).snapshot);
        names.add((await brought(store, memoryBlobs(), { full: true })).snapshot);
        const fresh = open();
        await loadAll(fresh, worlds.at(-1)!);
        names.add((await brought(fresh, memoryBlobs())).snapshot);
        for (const one of [store, fresh]) await one.close();
      }
      expect(names.size).toBe(1);
    },
  );

  test("publishes what SQLite indexes", async () => {
    const [store, blobs, folder] = [newStore(), memoryBlobs(), newFolder()];
    const searches = sqliteSearches(folder, searchIndexReader(blobs));
    for (const [i, world] of [SMALL, TWO].entries()) {
      await load(store, world, i + 1);
      await brought(store, blobs);
      await expectSearched(store, blobs, searches);
    }
    searches.close();
    rmSync(folder, { recursive: true });
  });

  test("writes the search file of a changed catalog alone", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, TWO);
    await brought(store, blobs);
    const before = new Set(filesOf(blobs, "search"));
    expect(before.size).toBe(2);
    await load(store, { catalogs: { ...TWO.catalogs, e: { values: { "d1/d1.1": { x: [1], y: [2] } } } } }, 2);
    await brought(store, blobs);
    expect(touched(before, blobs)).toEqual([searchName(manifestOf(blobs).search.files.e!)]);
  });

  test("writes none for other values", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, TWO);
    await brought(store, blobs);
    const before = new Set(filesOf(blobs, "search"));
    await load(store, { catalogs: { ...TWO.catalogs, e: { values: { "d1/d1.1": { x: [9] } } } } }, 2);
    expect(await brought(store, blobs)).toMatchObject({ switched: true });
    expect(touched(before, blobs)).toEqual([]);
  });

  test("publishes settings though nothing else changed, and the synonyms in every file", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await loadAll(store, { ...TWO, synonyms: [] });
    await brought(store, blobs);
    const before = new Set(filesOf(blobs, "search"));
    await store.saveCatalogAliases({ todos: ["c", "e"] });
    expect(await brought(store, blobs)).toMatchObject({ switched: true, distributions: 0 });
    expect(touched(before, blobs)).toEqual([]);
    const search = await openSearches(blobs).of(pointerOf(blobs).snapshot);
    expect((await search.find(query({ filters: { catalog_id: ["todos"] } }))).count).toBe(5);

    await store.saveSynonyms(["serie,columna"]);
    expect(await brought(store, blobs)).toMatchObject({ switched: true, distributions: 0 });
    expect(touched(before, blobs)).toHaveLength(2);
    const found = await (await openSearches(blobs).of(pointerOf(blobs).snapshot)).find(
      query({ text: "columna" }),
    );
    expect(found.count).toBe(5);
    expect(await brought(store, blobs)).toMatchObject({ switched: false, filesWritten: 0 });
  });

  test("publishes boosts and the minimum score where they are not the program's, and no search file for them", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, TWO);
    const { snapshot } = await brought(store, blobs);
    const { files: _, ...plain } = manifestOf(blobs).search;
    expect(Object.keys(plain)).toEqual(["analysis", "synonyms", "catalog_aliases"]);
    const before = new Set(filesOf(blobs, "search"));
    await store.saveBoosts({ ...DEFAULT_BOOSTS });
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: false });

    // However they are written.
    const { description, ...others } = BOOSTS;
    await store.saveBoosts({ ...others, description });
    const boosted = await brought(store, blobs);
    expect(boosted).toMatchObject({ switched: true, distributions: 0 });
    expect(boosted.snapshot).not.toBe(snapshot);
    expect(JSON.stringify(manifestOf(blobs).search.boosts)).toBe(JSON.stringify(BOOSTS));
    expect(manifestOf(blobs).search).not.toHaveProperty("min_score");
    await store.saveBoosts(BOOSTS);
    expect(await brought(store, blobs)).toMatchObject({ snapshot: boosted.snapshot, switched: false });

    await store.saveMinScore(0);
    expect(await brought(store, blobs)).toMatchObject({ switched: true, distributions: 0 });
    expect(manifestOf(blobs).search).toMatchObject({ boosts: BOOSTS, min_score: 0 });
    await store.saveBoosts(DEFAULT_BOOSTS);
    await store.saveMinScore(undefined);
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: true });
    expect(touched(before, blobs)).toEqual([]);
  });

  test("writes every search file anew where texts became words otherwise", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, TWO);
    const { snapshot } = await brought(store, blobs);
    const { search, ...rest } = manifestOf(blobs);
    const old = { ...rest, search: { ...search, analysis: 0, files: { c: "old", e: "older" } } };
    blobs.files.set(manifestName("old"), encodeJson(old));
    blobs.files.set(POINTER, encodeJson({ ...pointerOf(blobs), snapshot: "old", kept: ["old"] }));
    await store.savePublication({ snapshot: "old", position: (await store.changes(0)).position });
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: true });
  });

  test("removes search files with the last snapshot that has them", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    const states = ["uno", "dos", "tres", "cuatro", "cinco"];
    const files: string[] = [];
    for (const [i, description] of states.entries()) {
      await load(store, one(SMALL_VALUES, { of: { field: { description } } }), i + 1);
      await brought(store, blobs);
      files.push(searchName(manifestOf(blobs).search.files.c!));
      expect(filesOf(blobs, "search")).toEqual(files.slice(-3).sort());
    }
    for (const snapshot of pointerOf(blobs).kept) await openSearches(blobs).of(snapshot);
  });

  test("publishes from nothing over a snapshot that has no search", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, SMALL);
    const { snapshot } = await brought(store, blobs);
    const { search: _, ...old } = manifestOf(blobs);
    blobs.files.set(manifestName("old"), encodeJson(old));
    blobs.files.set(POINTER, encodeJson({ ...pointerOf(blobs), snapshot: "old", kept: ["old"] }));
    await store.savePublication({ snapshot: "old", position: (await store.changes(0)).position });
    expect(await brought(store, blobs)).toMatchObject({ snapshot, switched: true });
    await expectSearched(store, blobs);
  });

  test("tells of a new snapshot before readers are sent to it, and of no other", async () => {
    const [store, blobs] = [newStore(), memoryBlobs()];
    await load(store, SMALL);
    const told: [string, boolean][] = [];
    const beforeSwitch = async (name: string) => {
      await openSearches(blobs).of(name);
      told.push([name, blobs.files.has(POINTER)]);
    };
    const { snapshot } = await publish({ store, blobs, sha256, now: () => 1, beforeSwitch });
    await publish({ store, blobs, sha256, now: () => 1, beforeSwitch });
    await publish({ store, blobs, sha256, now: () => 1, beforeSwitch, full: true });
    expect(told).toEqual([[snapshot, false]]);
  });
});
