// Caching by name: tags, what makes a copy fresh, and a store of bodies that never outgrows its bound.

import { describe, expect, test } from "vitest";
import { bodyCache, entityTag, httpDate, isFresh, namesTag } from "../../src/api/caching.ts";

const NAME = "0123456789abcdef".repeat(4);
const OTHER = "fedcba9876543210".repeat(4);

describe("entityTag", () => {
  test("entityTag is strong: a quoted text without a mark", () => {
    for (const tag of [entityTag({ name: NAME }, ""), entityTag({ name: NAME }, "ids=a", -3)]) {
      expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);
    }
  });

  test("entityTag depends on the snapshot, the request and the day, and on nothing else", () => {
    const tags = [
      entityTag({ name: NAME }, "ids=a"),
      entityTag({ name: OTHER }, "ids=a"),
      entityTag({ name: NAME }, "ids=b"),
      entityTag({ name: NAME }, "ids=a", 20_000),
      entityTag({ name: NAME }, "ids=a", 20_001),
    ];
    expect(new Set(tags).size).toBe(tags.length);
    expect(entityTag({ name: NAME }, "ids=a", 20_000)).toBe(tags[3]);
  });

  test("entityTag tells a hundred thousand requests apart", () => {
    const tags = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      tags.add(entityTag({ name: NAME }, `ids=serie_${i % 1000}&limit=${i / 1000 | 0}`));
    }
    expect(tags.size).toBe(100_000);
  });
});

const TAG = '"abc-1"';
const MODIFIED = Date.UTC(2026, 6, 9, 15, 30, 0, 987);

describe("isFresh", () => {
  test.each<{ why: string; headers: Record<string, string>; fresh: boolean; named?: boolean; day?: true }>([
    { why: "nothing known", headers: {}, fresh: false },
    { why: "the tag", headers: { "if-none-match": TAG }, fresh: true, named: true },
    { why: "weakly", headers: { "if-none-match": `W/${TAG}` }, fresh: true, named: true },
    { why: "in a list", headers: { "if-none-match": `"x", W/"y",${TAG} , "z"` }, fresh: true, named: true },
    { why: "anything", headers: { "if-none-match": " * " }, fresh: true },
    { why: "another", headers: { "if-none-match": '"abc-2"' }, fresh: false },
    { why: "part of it", headers: { "if-none-match": '"abc"' }, fresh: false },
    { why: "without quotes", headers: { "if-none-match": "abc-1" }, fresh: false },
    { why: "nothing named", headers: { "if-none-match": "" }, fresh: false },
    {
      why: "the second of publishing",
      headers: { "if-modified-since": "Thu, 09 Jul 2026 15:30:00 GMT" },
      fresh: true,
    },
    { why: "later", headers: { "if-modified-since": "Fri, 10 Jul 2026 00:00:00 GMT" }, fresh: true },
    {
      why: "a second before",
      headers: { "if-modified-since": "Thu, 09 Jul 2026 15:29:59 GMT" },
      fresh: false,
    },
    { why: "no date", headers: { "if-modified-since": "yesterday" }, fresh: false },
    ...["2027-01-01T00:00:00Z", "2027", "Fri, 10 Jul 2026 00:00:00", "Fri, 10 Jul 2026 03:00:00 +0300", ""]
      .map((
        date,
      ) => ({
        why: `no date of HTTP, which has to be passed over: "${date}"`,
        headers: { "if-modified-since": date },
        fresh: false,
      })),
    ...["Thursday, 09-Jul-26 15:30:00 GMT", "Thu Jul  9 15:30:00 2026"].map((date) => ({
      why: `the same in a form of old: "${date}"`,
      headers: { "if-modified-since": date },
      fresh: true,
    })),
    {
      why: "a second before, in a form of old without a zone",
      headers: { "if-modified-since": "Thu Jul  9 15:29:59 2026" },
      fresh: false,
    },
    {
      why: "another tag wins over a date",
      headers: { "if-none-match": '"x"', "if-modified-since": "Fri, 10 Jul 2026 00:00:00 GMT" },
      fresh: false,
    },
    {
      why: "a date says nothing of an answer of the day",
      headers: { "if-modified-since": "Fri, 10 Jul 2026 00:00:00 GMT" },
      day: true,
      fresh: false,
    },
    { why: "its tag does", headers: { "if-none-match": TAG }, day: true, fresh: true, named: true },
  ])("isFresh is $fresh: $why", ({ headers, fresh, named, day }) => {
    expect(isFresh(new Headers(headers), TAG, day ? undefined : MODIFIED)).toBe(fresh);
    expect(namesTag(new Headers(headers), TAG)).toBe(named ?? false);
  });
});

describe("httpDate", () => {
  test("httpDate is the date of HTTP, of one moment after another", () => {
    const texts = [
      "Thu, 09 Jul 2026 15:30:00 GMT",
      "Thu, 01 Jan 1970 00:00:00 GMT",
      "Thu, 09 Jul 2026 15:30:00 GMT",
    ];
    expect([MODIFIED, 0, MODIFIED + 12].map(httpDate)).toEqual(texts);
  });
});

const rendered = (body: string) => ({ body, headers: { "content-type": "text/plain" }, tag: TAG });

describe("bodyCache", () => {
  test("bodyCache gives back body, headers and what tells of freshness", async () => {
    const cache = bodyCache(100_000);
    cache.set("k", { ...rendered("uno " + "ñ".repeat(5)), lastModified: MODIFIED });
    const known = cache.get("k")!;
    expect(known).toMatchObject({ body: "uno ñññññ", tag: TAG, lastModified: MODIFIED });
    const response = new Response(known.body, known);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(await response.text()).toBe("uno ñññññ");
  });

  test("bodyCache knows nothing of other keys and keeps the first body of one", () => {
    const cache = bodyCache(100_000);
    cache.set("k", rendered("1"));
    cache.set("k", rendered("2"));
    expect([cache.get("k")?.body, cache.get("K")]).toEqual(["1", undefined]);
  });

  test("bodyCache of no bytes keeps nothing", () => {
    const cache = bodyCache(0);
    cache.set("k", rendered(""));
    expect(cache.get("k")).toBeUndefined();
  });

  test("bodyCache does not let one huge body drive the others out", () => {
    const cache = bodyCache(80_000);
    cache.set("small", rendered("x"));
    cache.set("huge", rendered("x".repeat(20_000)));
    expect([cache.get("small")?.body, cache.get("huge")]).toEqual(["x", undefined]);
  });

  test("bodyCache never holds more than its bound, and the most recently used", () => {
    const most = 50_000;
    const cache = bodyCache(most);
    const size = (i: number) => 100 + i * 37 % 3_000;
    const keys = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    keys.forEach((key, i) => {
      cache.set(key, rendered("x".repeat(size(i))));
      // Used all the time, so it is never the oldest.
      expect(cache.get("key 0")).toBeDefined();
    });
    const held = keys.filter((key) => cache.get(key) !== undefined);
    const bytes = held.reduce((sum, key) => sum + cache.get(key)!.body.length + key.length, 0);
    expect(bytes).toBeLessThanOrEqual(most);
    expect(held.length).toBeGreaterThan(10);
    // Besides the one in use, an unbroken run of the newest.
    expect(held.slice(1)).toEqual(keys.slice(keys.indexOf(held[1]!)));
  });
});
