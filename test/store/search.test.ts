// The suite of the search on every engine, that all of them answer the same, and what each engine does with its
// files: following snapshots, missing and spoilt ones.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { randomNumbers } from "../../scripts/bench/network.ts";
import { Problem } from "../../src/core/problem.ts";
import {
  type Search,
  type SearchDocument,
  type Searches,
  searchesWithFallback,
} from "../../src/core/search.ts";
import { readSynonyms } from "../../src/core/synonyms.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { encodeJson, FORMAT, manifestName } from "../../src/store/segments/format.ts";
import { openSearches, searchIndexReader } from "../../src/store/segments/search_index.ts";
import { decodeSearchPart, encodeSearchPart } from "../../src/store/segments/search_part.ts";
import { sqliteSearches } from "../../src/store/sqlite/search.ts";
import { document, ENGINES, newFolder, openSearch, publishDocuments, query } from "./search_engines.ts";
import { searchSuite } from "./search_suite.ts";

for (const engine of ENGINES) searchSuite(engine);

const WORDS = "trigo soja índice índices precio precios IPC inflación de la producción EE.UU. 1,5 ñandú"
  .split(" ");

/** Series of few words, so that they share them. */
function randomDocuments(count: number, seed: number): SearchDocument[] {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const text = (most: number) =>
    random() < 0.1 ? null : Array.from({ length: Math.floor(random() * most) }, () => pick(WORDS)).join(" ");
  return Array.from({ length: count }, (_, i) =>
    document(`s${i}`, {
      description: text(8),
      units: text(2),
      frequency: pick(["R/P1M", "R/P1D", "R/P1Y", null]),
      hits90Days: Math.floor(random() * 4),
      catalogId: pick(["a", "b", "c", null]),
      dataset: pick([{ title: "Precios de soja" }, { source: "INDEC de la soja" }, { description: text(5) }]),
    }));
}

describe("engines of the search", () => {
  test.each([1, 2, 3])("answer the same, to the last digit: seed %j", async (seed) => {
    const documents = randomDocuments(1_200, seed);
    const settings = {
      synonyms: ["ipc,inflación,índice de precios"],
      catalogAliases: { ab: ["a", "b"] },
      ...(seed === 3 && {
        boosts: { description: 0.7, dataset_title: 2, dataset_source: 0, dataset_description: 1.3 },
      }),
    };
    const opened = [];
    for (const engine of ENGINES) opened.push(await openSearch(engine, documents, settings));
    const random = randomNumbers(seed + 100);
    for (let i = 0; i < 60; i++) {
      const words = Array.from({ length: 1 + i % 4 }, () => WORDS[Math.floor(random() * WORDS.length)]!);
      if (i % 5 === 0) words.push("sojas", "prodcucion");
      const asked = query({
        ...(i % 7 !== 6 && { text: words.join(" ") }),
        sortBy: (["relevance", "hits_90_days", "frequency"] as const)[i % 3]!,
        descending: i % 3 === 0 || i % 2 === 0,
        start: i % 4 * 5,
        limit: i % 11 * 3,
        facets: i % 2 === 0,
        minScore: i % 3,
        filters: i % 4 === 0 ? { catalog_id: ["ab"], units: WORDS } : {},
      });
      const [first, ...rest] = await Promise.all(opened.map(({ search }) => search.find(asked)));
      for (const other of rest) expect(other).toEqual(first);
    }
    for (const { close } of opened) close();
  });
});

describe("encodeSearchPart", () => {
  const synonyms = readSynonyms(["ipc,inflación"]);

  test("writes the same bytes for the same series, however they come", () => {
    const documents = randomDocuments(200, 9).map((one) => ({ ...one, catalogId: "c" }));
    const bytes = encodeSearchPart(documents, synonyms);
    expect(encodeSearchPart(documents.toReversed(), synonyms)).toEqual(bytes);
    expect(encodeSearchPart(structuredClone(documents), synonyms)).toEqual(bytes);
    const part = decodeSearchPart(bytes);
    const read = part.ids.map((_, n) => part.document(n));
    expect(read.sort((a, b) => a.id < b.id ? -1 : 1)).toEqual(
      documents.toSorted((a, b) => a.id < b.id ? -1 : 1),
    );
  });

  test("does not change the list it is given", () => {
    const documents = [document("b"), document("a")];
    encodeSearchPart(documents, synonyms);
    expect(documents.map(({ id }) => id)).toEqual(["b", "a"]);
  });

  test("keeps distances and counts of any size", () => {
    const text = (i: number) => i % 20_000 === 0 ? "lejos ".repeat(300) : "x";
    const documents = Array.from(
      { length: 40_001 },
      (_, i) => document(String(i).padStart(5, "0"), { description: text(i) }),
    );
    const found: number[][] = [];
    decodeSearchPart(encodeSearchPart(documents, synonyms)).visit(0, "lejos", 0, (...at) => found.push(at));
    expect(found).toEqual([[0, 300], [20_000, 300], [40_000, 300]]);
  });

  test.each(["cut in the text", "cut in the postings", "empty", "not JSON"])("is refused when %s", (why) => {
    const bytes = encodeSearchPart([document("a", { description: "trigo" })], synonyms);
    const spoilt = {
      "cut in the text": bytes.slice(0, 20),
      "cut in the postings": bytes.slice(0, -1),
      "empty": bytes.slice(0, 0),
      "not JSON": bytes.map((byte, i) => i === 4 ? 0 : byte),
    }[why]!;
    expect(() => decodeSearchPart(spoilt)).toThrow(Problem);
  });
});

const found = async (search: Search, text = "trigo") =>
  (await search.find(query({ text }))).hits.map(({ document }) => document.id);

describe("openSearches", () => {
  test("reads the files that the snapshot before did not have", async () => {
    const blobs = memoryBlobs();
    const a = document("a", { description: "trigo", catalogId: "c1" });
    const first = await publishDocuments(blobs, [a, document("b", { catalogId: "c2" })]);
    const second = await publishDocuments(blobs, [
      a,
      document("b", { description: "trigo", catalogId: "c2" }),
    ]);
    const read: string[] = [];
    const searches = openSearches({
      read: (name) => {
        read.push(name.split("/")[0]!);
        return blobs.read(name);
      },
    });
    expect(read).toEqual([]);
    expect(await found(await searches.of(first))).toEqual(["a"]);
    await searches.of(first);
    expect(read).toEqual(["manifest", "search", "search"]);
    expect(await found(await searches.of(second))).toEqual(["a", "b"]);
    expect(read).toEqual(["manifest", "search", "search", "manifest", "search"]);
  });

  test("reads once for all who ask at once", async () => {
    const blobs = memoryBlobs();
    const name = await publishDocuments(blobs, [document("a")]);
    let reads = 0;
    const searches = openSearches({ read: (name) => (reads++, blobs.read(name)) });
    await Promise.all(Array.from({ length: 10 }, () => searches.of(name)));
    expect(reads).toBe(2);
  });

  test.each(["manifest", "search"])(
    "is Problem unavailable without a file of %s, until it is there",
    async (folder) => {
      const blobs = memoryBlobs();
      const name = await publishDocuments(blobs, [document("a", { description: "trigo" })]);
      const [missing, bytes] = [...blobs.files].find(([file]) => file.startsWith(folder))!;
      blobs.files.delete(missing);
      const searches = openSearches(blobs);
      await expect(searches.of(name)).rejects.toMatchObject({ code: "unavailable" });
      blobs.files.set(missing, bytes);
      expect(await found(await searches.of(name))).toEqual(["a"]);
    },
  );

  test("is Problem unavailable for a snapshot from before there was a search", async () => {
    const blobs = memoryBlobs();
    await blobs.write(manifestName("old"), encodeJson({ format: FORMAT }));
    await expect(openSearches(blobs).of("old")).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("sqliteSearches", () => {
  let folder: string;
  const blobs = memoryBlobs();
  const publishOne = (id: string) => publishDocuments(blobs, [document(id, { description: "trigo" })]);
  let reads = 0;
  const read = searchIndexReader(blobs);
  const open = () =>
    sqliteSearches(folder, (snapshot) => {
      reads++;
      return read(snapshot);
    });
  const fileOf = (snapshot: string) => path.join(folder, `${snapshot}.sqlite`);
  beforeEach(() => {
    folder = newFolder();
    reads = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("writes a file once, and opens it again", async () => {
    const name = await publishOne("a");
    const searches = open();
    await Promise.all(Array.from({ length: 5 }, () => searches.of(name)));
    searches.close();
    const again = open();
    expect(await found(await again.of(name))).toEqual(["a"]);
    again.close();
    expect(reads).toBe(1);
    expect(readdirSync(folder)).toEqual([`${name}.sqlite`]);
  });

  test("makes the folder it needs", async () => {
    const name = await publishOne("a");
    const searches = sqliteSearches(path.join(folder, "x", "y"), read);
    expect(await found(await searches.of(name))).toEqual(["a"]);
    searches.close();
  });

  test("keeps the files of two snapshots, and lets those who began with the older finish", async () => {
    const searches = open();
    const names = [];
    for (const id of ["a", "b", "c"]) names.push(await publishOne(id));
    const older = await searches.of(names[0]!);
    utimesSync(fileOf(names[0]!), 1, 1);
    await searches.of(names[1]!);
    expect(await found(older)).toEqual(["a"]);
    const newest = await searches.of(names[2]!);
    expect(readdirSync(folder).sort()).toEqual(names.slice(1).map((name) => `${name}.sqlite`).sort());
    expect(await found(newest)).toEqual(["c"]);
    searches.close();
  });

  test("removes what a build that was cut off left, when it is old", async () => {
    const [old, young] = ["x.sqlite.1.tmp", "x.sqlite.2.tmp"].map((name) => path.join(folder, name));
    for (const file of [old!, young!]) writeFileSync(file, "");
    utimesSync(old!, 1, 1);
    const searches = open();
    await searches.of(await publishOne("a"));
    searches.close();
    expect([existsSync(old!), existsSync(young!)]).toEqual([false, true]);
  });

  const SPOILT: readonly { why: string; spoil: (file: string) => void }[] = [
    { why: "missing", spoil: (file) => rmSync(file) },
    { why: "empty", spoil: (file) => truncateSync(file, 0) },
    { why: "cut off", spoil: (file) => truncateSync(file, 8_192) },
    { why: "no database", spoil: (file) => writeFileSync(file, "no soy una base de datos\n".repeat(500)) },
    {
      why: "full of noise",
      spoil: (file) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.map((byte, i) => i > 4_096 && i % 7 === 0 ? byte ^ 0xa5 : byte));
      },
    },
  ];

  test.each(SPOILT)("writes a file anew that is $why", async ({ spoil }) => {
    const name = await publishOne("a");
    const searches = open();
    await searches.of(name);
    searches.close();
    spoil(fileOf(name));
    const again = open();
    expect(await found(await again.of(name))).toEqual(["a"]);
    again.close();
    expect(reads).toBe(2);
  });

  test("writes a file anew that is of another snapshot", async () => {
    const [a, b] = [await publishOne("a"), await publishOne("b")];
    const searches = open();
    await searches.of(a);
    searches.close();
    writeFileSync(fileOf(b), readFileSync(fileOf(a)));
    const again = open();
    expect(await found(await again.of(b))).toEqual(["b"]);
    again.close();
  });

  test("is Problem unavailable when a file is spoilt while it is open, and writes it anew", async () => {
    const documents = randomDocuments(3_000, 4);
    const name = await publishDocuments(blobs, documents);
    const searches = open();
    const search = await searches.of(name);
    const size = readFileSync(fileOf(name)).length;
    writeFileSync(fileOf(name), new Uint8Array(size).fill(7));
    const asked = query({ text: "trigo soja precio", limit: 3_000, minScore: 0 });
    await expect(search.find(asked)).rejects.toMatchObject({ code: "unavailable" });
    expect((await (await searches.of(name)).find(asked)).count).toBeGreaterThan(100);
    searches.close();
  });

  test("is Problem unavailable where it cannot write", async () => {
    const name = await publishOne("a");
    writeFileSync(path.join(folder, "no"), "");
    await expect(sqliteSearches(path.join(folder, "no"), read).of(name)).rejects.toMatchObject({
      code: "unavailable",
    });
    mkdirSync(fileOf(name));
    await expect(open().of(name)).rejects.toMatchObject({ code: "unavailable" });
    expect(readdirSync(folder).filter((file) => file.endsWith(".tmp"))).toEqual([]);
  });

  test("lets others work while it writes", async () => {
    const name = await publishDocuments(blobs, randomDocuments(4_000, 5));
    const searches = open();
    let turns = 0;
    const clock = setInterval(() => turns++, 0);
    await searches.of(name);
    clearInterval(clock);
    searches.close();
    expect(turns).toBeGreaterThan(5);
  });
});

describe("searchesWithFallback", () => {
  const answering = (name: string): Search => ({
    find: () => Promise.resolve({ hits: [], count: name.length }),
    values: () => Promise.resolve([name]),
  });
  const good: Searches = { of: () => Promise.resolve(answering("second")) };
  const fault = new Problem("unavailable", "x");

  test("asks the first while it answers", async () => {
    const searches = searchesWithFallback({ of: () => Promise.resolve(answering("first")) }, good, () => {});
    expect(await (await searches.of("a")).values("units")).toEqual(["first"]);
    expect(await (await searches.of("a")).find(query())).toMatchObject({ count: 5 });
  });

  test("asks the second from the first fault of a snapshot on, and tells once", async () => {
    const told: unknown[] = [];
    let asked = 0;
    const first: Searches = {
      of: (snapshot) => {
        asked++;
        return snapshot === "bad" ? Promise.reject(fault) : Promise.resolve(answering("first"));
      },
    };
    const searches = searchesWithFallback(first, good, (error) => told.push(error));
    const bad = await searches.of("bad");
    for (let i = 0; i < 3; i++) expect(await bad.values("units")).toEqual(["second"]);
    expect([asked, told]).toEqual([1, [fault]]);
    expect(await (await searches.of("next")).values("units")).toEqual(["first"]);
    expect(await bad.values("units")).toEqual(["second"]);
    expect(told).toHaveLength(1);
  });

  test("is for Problems alone", async () => {
    const bug = new TypeError("bug");
    const searches = searchesWithFallback({ of: () => Promise.reject(bug) }, good, () => {});
    await expect((await searches.of("a")).values("units")).rejects.toBe(bug);
  });
});
