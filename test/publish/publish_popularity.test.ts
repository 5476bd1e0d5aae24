// Popularity as it is published and read back: a pointer of its own, that moves without the snapshot, and answers that
// follow it.

import { beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { buenosAiresDay } from "../../src/core/time.ts";
import { publish } from "../../src/publish/publish.ts";
import { publishPopularity } from "../../src/publish/publish_popularity.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openPopularities } from "../../src/store/segments/popularities.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { saveOne, series, sha256 } from "../store/example_catalog.ts";

const HOUR = 3_600_000;
/** Half past ten at night in Buenos Aires, when it is the next day in UTC. */
const EVENING = Date.parse("2026-11-20T22:30:00-03:00");

describe("publishPopularity", () => {
  let store: ReturnType<typeof memoryStore>;
  let blobs: ReturnType<typeof memoryBlobs>;
  let now: number;
  let batches: number;
  beforeEach(async () => {
    store = memoryStore(sha256);
    blobs = memoryBlobs();
    now = EVENING;
    batches = 0;
    await saveOne(store, [series("a", [1]), series("b", [1]), series("quiet", [1])]);
    await publish({ store, blobs, sha256, now: () => now });
  });

  const publishHits = () => publishPopularity({ store, blobs, sha256, now: () => now });
  const ask = (ids: Record<string, number>, ago = 0) =>
    store.addHits({
      id: String(batches++),
      day: buenosAiresDay(now) - ago,
      hits: new Map(Object.entries(ids)),
    }, now);
  const readBack = () => openPopularities(blobs, () => now).current();
  const files = () => blobs.list("popularity");

  test("is nothing before the first time", async () => {
    expect(await readBack()).toBeUndefined();
  });

  test("tells hits of every series, none of those that nobody asked for", async () => {
    await ask({ b: 1, a: 2, unknown: 9 });
    await ask({ a: 30 }, 31);
    expect(await publishHits()).toMatchObject({ switched: true, series: 2 });
    const popularity = (await readBack())!;
    expect(popularity.ids).toEqual(["a", "b"]);
    expect(popularity.of("a")).toEqual({ total: 32, days30: 2, days90: 32, days180: 32 });
    expect(popularity.of("quiet")).toEqual({ total: 0, days30: 0, days90: 0, days180: 0 });
    expect(popularity.of("constructor")).toEqual({ total: 0, days30: 0, days90: 0, days180: 0 });
    expect(popularity.publishedAt).toBe(EVENING);
  });

  test("has the same name for the same hits, whenever and however they came", async () => {
    await ask({ a: 1 });
    await ask({ b: 2 });
    const first = await publishHits();
    now += HOUR / 2;
    expect(await publishHits()).toEqual({ ...first, switched: false });
    const other = memoryStore(sha256);
    await saveOne(other, [series("b", [5]), series("a", [1])]);
    const hits = new Map([["b", 2], ["a", 1]]);
    await other.addHits({ id: "x", day: buenosAiresDay(now), hits }, 0);
    const again = await publishPopularity({ store: other, blobs: memoryBlobs(), sha256, now: () => now });
    expect(again.popularity).toBe(first.popularity);
  });

  test("moves at midnight in Buenos Aires, and at no other", async () => {
    await ask({ a: 1 }, 30);
    await publishHits();
    expect((await readBack())!.of("a").days30).toBe(1);
    // Midnight of UTC was an hour and a half ago.
    now += HOUR + HOUR / 4;
    expect(await publishHits()).toMatchObject({ switched: false });
    now += HOUR / 2;
    expect(await publishHits()).toMatchObject({ switched: true });
    expect((await readBack())!.of("a")).toEqual({ total: 1, days30: 0, days90: 1, days180: 1 });
  });

  test("leaves the snapshot as it is, and the snapshot leaves it", async () => {
    const { snapshot } = await publish({ store, blobs, sha256, now: () => now });
    await ask({ a: 1 });
    const { popularity } = await publishHits();
    for (const full of [false, true]) {
      expect(await publish({ store, blobs, sha256, now: () => now, full })).toMatchObject({ snapshot });
    }
    expect((await readBack())!.name).toBe(popularity);
  });

  test("keeps the files of the last three, and takes a pointer that is spoilt for none", async () => {
    const names: string[] = [];
    for (let i = 0; i < 4; i++) {
      await ask({ a: 1 });
      names.push((await publishHits()).popularity);
    }
    expect((await files()).toSorted()).toEqual(
      names.slice(1).map((name) => `popularity/${name}.json`).toSorted(),
    );
    await blobs.write("popularity.json", new TextEncoder().encode("{"));
    expect(await readBack()).toBeUndefined();
    expect(await publishHits()).toMatchObject({ switched: true, popularity: names[3] });
    expect((await readBack())!.name).toBe(names[3]);
  });

  test("is as if there were none while its file is missing", async () => {
    await ask({ a: 1 });
    await publishHits();
    for (const file of await files()) await blobs.remove(file);
    expect(await readBack()).toBeUndefined();
  });

  describe("answers", () => {
    const app = () =>
      createApp({
        site: wholeSite,
        snapshots: openSnapshots(blobs, () => now),
        popularities: openPopularities(blobs, () => now),
        searches: openSearches(blobs),
        now: () => now,
        version: "1",
      });
    const SEARCH = "/series/api/search/?sort_by=hits_90_days";

    test("have the hits, in the order of them", async () => {
      await ask({ a: 2, b: 5 });
      await ask({ a: 1 }, 100);
      await publishHits();
      const { data } = await (await app().request(SEARCH)).json();
      expect(data.map(({ field }: { field: Record<string, unknown> }) => [field.id, field.hits_90_days]))
        .toEqual([["b", 5], ["a", 2], ["quiet", 0]]);
      const { meta } = await (await app().request("/series/api/series/?ids=a&metadata=full")).json();
      expect(meta[1].field).toMatchObject({
        hits_total: "3",
        hits_30_days: "2",
        hits_90_days: "2",
        hits_180_days: "3",
      });
    });

    test.each([
      { path: SEARCH, changes: true },
      { path: "/series/api/series/?ids=a&metadata=full", changes: true },
      { path: "/?q=serie", changes: true },
      { path: "/series/api/series/?ids=a", changes: false },
      { path: "/series/api/series/?ids=a&format=xlsx", changes: false },
      { path: "/series/api/search/field_units/", changes: false },
      { path: "/series/api/series/?ids=a&metadata=only", changes: true },
    ])("$path has another ETag with another popularity: $changes", async ({ path, changes }) => {
      const server = app();
      const tagOf = async () => {
        const response = await server.request(path);
        expect(response.status).toBe(200);
        return response.headers.get("etag")!;
      };
      await publishHits();
      const before = await tagOf();
      now += 60_000;
      await ask({ a: 1 });
      await publishHits();
      const after = await tagOf();
      expect(after !== before).toBe(changes);
      const again = await server.request(path, { headers: { "if-none-match": after } });
      expect(again.status).toBe(304);
      const old = await server.request(path, { headers: { "if-none-match": before } });
      expect(old.status).toBe(after === before ? 304 : 200);
    });

    test("of the search are as new as the popularity in them", async () => {
      await publishHits();
      const server = app();
      const since = (await server.request(SEARCH)).headers.get("last-modified")!;
      const asked = () => server.request(SEARCH, { headers: { "if-modified-since": since } });
      expect((await asked()).status).toBe(304);
      now += 60_000;
      await ask({ a: 1 });
      await publishHits();
      const response = await asked();
      expect(response.status).toBe(200);
      expect(response.headers.get("last-modified")).toBe(new Date(now).toUTCString());
    });
  });
});
