// `/search` and its lists through the application: shape, errors, caching and what is told before there is data.
// What matches is the suite's of the engines.

import { describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { Problem } from "../../src/core/problem.ts";
import type { Search, SearchDocument, Searches, SearchQuery } from "../../src/core/search.ts";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";
import { openSnapshot } from "../../src/store/segments/snapshots.ts";
import { document, popularityOfDocuments, publishDocuments } from "../store/search_engines.ts";

const PUBLISHED_AT = Date.UTC(2026, 6, 9, 15, 30);

const DOCUMENTS: readonly SearchDocument[] = [
  document("s.ipc", {
    title: "ipc_nivel_general",
    description: "IPC Nivel general",
    units: "Índice",
    hits90Days: 90,
    catalogId: "sspm",
    dataset: { title: "Precios", source: "INDEC", publisherName: "Dirección", theme: "Precios" },
  }),
  document("s.nada", { title: null, catalogId: null, start: null, end: null, frequency: null }),
  document("s.soja", {
    description: "Soja; & más",
    units: "a;b",
    catalogId: "sspre",
    dataset: { source: "INDEC" },
  }),
];

async function searchApp(over: Partial<Parameters<typeof createApp>[0]> = {}) {
  const blobs = memoryBlobs();
  const name = await publishDocuments(blobs, DOCUMENTS, { catalogAliases: { todos: ["sspm", "sspre"] } });
  const snapshot = await openSnapshot(blobs, name, PUBLISHED_AT);
  const app = createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(snapshot) },
    searches: openSearches(blobs),
    popularities: { current: () => Promise.resolve(popularityOfDocuments(DOCUMENTS)) },
    now: () => PUBLISHED_AT,
    version: "1",
    ...over,
  });
  return { app, blobs, snapshot };
}

const { app } = await searchApp();
const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const idsOf = async (path: string) => {
  const { data } = await (await get(path)).json();
  return data.map(({ field }: { field: { id: string } }) => field.id);
};

const LISTS: Readonly<Record<string, readonly string[]>> = {
  dataset_source: ["INDEC"],
  field_units: ["a;b", "Índice"],
  dataset_publisher_name: ["Dirección"],
  dataset_theme: ["Precios"],
  catalog_id: ["sspm", "sspre"],
};

describe("/search", () => {
  test("answers a series with every key, null where there is nothing, on all its paths", async () => {
    const bodies = new Set<string>();
    for (const prefix of ["/series/api", "/api"]) {
      for (const end of ["", "/"]) bodies.add(await (await get(`${prefix}/search${end}`)).text());
    }
    expect(bodies.size).toBe(1);
    expect(JSON.parse([...bodies][0]!)).toEqual({
      data: [
        {
          field: {
            id: "s.ipc",
            description: "IPC Nivel general",
            title: "ipc_nivel_general",
            frequency: "R/P1M",
            time_index_start: "2020-01-01",
            time_index_end: "2020-12-01",
            units: "Índice",
            hits_90_days: 90,
          },
          dataset: { title: "Precios", publisher: { name: "Dirección" }, source: "INDEC", theme: "Precios" },
        },
        {
          field: {
            id: "s.nada",
            description: null,
            title: null,
            frequency: null,
            time_index_start: null,
            time_index_end: null,
            units: null,
            hits_90_days: 0,
          },
          dataset: { title: null, publisher: { name: null }, source: null, theme: null },
        },
        expect.anything(),
      ],
      count: 3,
      limit: 10,
      start: 0,
    });
  });

  test.each([
    ["q=ipc", ["s.ipc"]],
    ["q=", []],
    ["q", []],
    ["q=%00%01%07", []],
    ["q=IPC+NIVEL", ["s.ipc"]],
    ["q=m%C3%A1s", ["s.soja"]],
    ["q=x&q=soja", ["s.soja"]],
    ["units=%C3%8Dndice", ["s.ipc"]],
    ["units=%C3%ADndice", []],
    ["units=a%3Bb", ["s.soja"]],
    ["units=a%3Bb||%C3%8Dndice", ["s.ipc", "s.soja"]],
    ["catalog_id=todos", ["s.ipc", "s.soja"]],
    ["catalog_id=TODOS", []],
    ["Q=ipc&field_units=x&nada", ["s.ipc", "s.nada", "s.soja"]],
    ["start=1&limit=1", ["s.nada"]],
    ["start=3", []],
    ["limit=0", []],
  ])("?%s finds %j", async (asked, ids) => expect(await idsOf(`/series/api/search/?${asked}`)).toEqual(ids));

  test("tells the page as numbers, however they were written", async () => {
    const answer = await (await get("/series/api/search/?limit=%2B1_0&start=%2000")).json();
    expect(answer).toMatchObject({ limit: 10, start: 0, count: 3 });
  });

  test("adds the counts where they are asked for, in the contract's order", async () => {
    const { aggregations } = await (await get("/series/api/search/?aggregations&limit=0")).json();
    expect(Object.keys(aggregations)).toEqual([
      "dataset_theme",
      "units",
      "dataset_publisher_name",
      "dataset_source",
      "catalog_id",
    ]);
    expect(aggregations.dataset_source).toEqual([{ label: "INDEC", series_count: 2 }]);
    expect(await (await get("/series/api/search/")).json()).not.toHaveProperty("aggregations");
  });

  test("answers errors alone, all of them, with 400, and keeps them nowhere", async () => {
    const response = await get("/series/api/search/?limit=-1&start=x&sort=asc&q=ipc");
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      errors: [
        { error: "Parámetro limit inválido: -1" },
        { error: "Parámetro start inválido: x" },
        { error: "El ordenamiento por relevancia solo puede ser descendente" },
      ],
    });
  });

  test.each(["a".repeat(100_000), "%00".repeat(30_000), "%F0%9F%8C%BE".repeat(8_000), "a+".repeat(50_000)])(
    "answers quickly to 100 kB of text",
    async (q) => {
      const begun = performance.now();
      const response = await get(`/series/api/search/?q=${q}&aggregations`);
      expect(response.status).toBe(200);
      expect(performance.now() - begun).toBeLessThan(500);
    },
  );

  test("asks with the minimum score it is given, else the contract's", async () => {
    const asked: SearchQuery[] = [];
    const search: Search = {
      find: (query) => (asked.push(query), Promise.resolve({ hits: [], count: 0 })),
      values: () => Promise.resolve([]),
    };
    const searches: Searches = { of: () => Promise.resolve(search) };
    for (const over of [{ searches }, { searches, searchMinScore: 0.5 }]) {
      await (await searchApp(over)).app.request("/series/api/search/?q=x");
    }
    expect(asked.map(({ minScore }) => minScore)).toEqual([5, 0.5]);
  });
});

describe("lists of /search", () => {
  test.each(Object.entries(LISTS))("%s answers %j, whatever the parameters", async (list, data) => {
    for (const end of ["", "/", "?q=zzz&units=nada&limit=x"]) {
      for (const prefix of ["/series/api", "/api"]) {
        const response = await get(`${prefix}/search/${list}${end}`);
        expect([response.status, await response.json()]).toEqual([200, { data }]);
      }
    }
  });

  test.each(["units", "title", "x", "dataset_source/x", "__proto__"])(
    "%s is not there",
    async (list) => expect((await get(`/series/api/search/${list}/`)).status).toBe(404),
  );
});

const CACHED = ["/series/api/search/", "/series/api/search/?q=ipc&aggregations", "/api/search/field_units/"];

describe("answers of the search", () => {
  test.each([
    { why: "any copy", header: "if-none-match", value: "*" },
    { why: "a new enough copy", header: "if-modified-since", value: "Fri, 01 Jan 2100 00:00:00 GMT" },
  ])("an invalid search is told so, not 304, to whom has $why", async ({ header, value }) => {
    const answer = await app.request("/series/api/search/?limit=-1", { headers: { [header]: value } });
    expect(answer.status).toBe(400);
  });

  test.each(CACHED)("%s have a strong ETag, and are 304 to whom has them", async (path) => {
    const { app } = await searchApp();
    for (let i = 0; i < 2; i++) {
      const response = await app.request(path);
      const { headers } = response;
      const tag = headers.get("etag")!;
      expect(tag).toMatch(/^"[0-9a-z-]+"$/);
      expect(headers.get("last-modified")).toBe(new Date(PUBLISHED_AT).toUTCString());
      expect(headers.get("cache-control")).toContain("s-maxage");
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("content-type")).toBe("application/json");
      const again = await app.request(path, { headers: { "if-none-match": tag } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", tag]);
      const since = await app.request(path, {
        headers: { "if-modified-since": headers.get("last-modified")! },
      });
      expect(since.status).toBe(304);
      const other = await app.request(path, { headers: { "if-none-match": '"x"' } });
      expect([other.status, await other.text()]).toEqual([200, await response.text()]);
    }
  });

  test("have ETags that tell them apart", async () => {
    const paths = [
      ...CACHED,
      "/series/api/search/?q=IPC",
      "/series/api/search/dataset_theme/",
      "/series/api/series/?q=ipc",
    ];
    const tags = await Promise.all(paths.map(async (path) => (await get(path)).headers.get("etag")));
    expect(new Set(tags).size).toBe(paths.length);
  });

  test("come from memory the second time", async () => {
    let asked = 0;
    const inner = await searchApp();
    const searches = openSearches(inner.blobs);
    const { app } = await searchApp({
      searches: { of: (snapshot) => (asked++, searches.of(snapshot)) },
      snapshots: { current: () => Promise.resolve(inner.snapshot) },
    });
    const bodies = [];
    for (let i = 0; i < 3; i++) bodies.push(await (await app.request("/series/api/search/?q=ipc")).text());
    expect([asked, new Set(bodies).size]).toEqual([1, 1]);
  });

  test("have a HEAD of the same length, a preflight, and no other methods", async () => {
    const whole = await (await get("/series/api/search/")).arrayBuffer();
    const head = await app.request("/series/api/search/", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(whole.byteLength));
    const preflight = await app.request("/api/search/catalog_id", { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([
      204,
      expect.stringContaining("X-Source"),
    ]);
    const post = await app.request("/series/api/search/", { method: "POST" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  test("are 503 with Retry-After before anything is published", async () => {
    const { app } = await searchApp({ snapshots: { current: () => Promise.resolve(undefined) } });
    for (const path of CACHED) {
      const response = await app.request(path);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
      expect((await response.json()).errors).toHaveLength(1);
    }
  });

  test("come from a newer snapshot when the files of the one they began with are gone", async () => {
    const { blobs, snapshot } = await searchApp();
    const gone = { ...snapshot, name: "gone" } as Snapshot;
    const order = [gone, snapshot];
    const { app } = await searchApp({
      searches: openSearches(blobs),
      snapshots: { current: () => Promise.resolve(order.shift() ?? snapshot) },
    });
    expect((await app.request("/series/api/search/?q=ipc")).status).toBe(200);
  });

  test.each([
    ["files that cannot be read", new Problem("unavailable", "secreto"), 503],
    ["a bug", new TypeError("secreto"), 500],
  ])("tell strangers nothing of %s, and onError once", async (_why, error, status) => {
    const told: unknown[] = [];
    const { app } = await searchApp({
      searches: { of: () => Promise.reject(error) },
      onError: (error) => told.push(error),
    });
    for (const path of CACHED) {
      const response = await app.request(path);
      expect(response.status).toBe(status);
      const text = await response.text();
      expect(JSON.parse(text).errors).toHaveLength(1);
      expect(text).not.toContain("secreto");
    }
    expect(told).toEqual([error, error, error]);
  });

  test("are not there where nothing can be searched", async () => {
    const { snapshot } = await searchApp();
    const app = createApp({
      site: wholeSite,
      snapshots: { current: () => Promise.resolve(snapshot) },
      now: Date.now,
      version: "1",
    });
    for (const path of CACHED) expect((await app.request(path)).status).toBe(404);
  });
});
