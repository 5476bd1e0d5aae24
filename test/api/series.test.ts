// `/series` over a snapshot that was really published from memory: the HTTP around the answers, whose contents
// the recorded cases hold.

import { describe, expect, test } from "vitest";
import { type AppContext, createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { enrich } from "../../src/core/enriched.ts";
import type { Observations } from "../../src/core/observations.ts";
import { Problem } from "../../src/core/problem.ts";
import { publish } from "../../src/publish/publish.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import {
  column,
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

const PUBLISHED_AT = Date.UTC(2026, 6, 9, 15, 30, 0, 250);
const MONTHS = column([1, 2.5, null, 4], { start: 2020 * 12 });
/** Thursday 29 July 2021 to Tuesday 3 August. */
const WORKDAYS = column([1, 2, null, null, 3, 4], {
  frequency: "day",
  start: Date.parse("2021-07-29") / 86_400_000,
  workdays: true,
});
const PATH = "/series/api/series/";
const SERIES: Record<string, Observations> = { m: MONTHS, w: WORKDAYS };

/** An application over published series of one distribution. */
async function world(context: Partial<AppContext> = {}) {
  const store = memoryStore(sha256);
  const blobs = memoryBlobs();
  let now = PUBLISHED_AT;
  let runs = 0;
  const app = createApp({
    site: wholeSite,
    snapshots: openSnapshots(blobs, () => now),
    now: () => now,
    version: "1",
    ...context,
  });
  const world = {
    app,
    store,
    blobs,
    at(moment: string | number) {
      now = typeof moment === "number" ? moment : Date.parse(moment);
    },
    /** Publishes series by id, a second later than what is published. */
    async publish(all: Record<string, Observations>) {
      const [id, fields] = [++runs, Object.keys(all).map((id) => field(id, { units: "Pesos" }))];
      await store.saveReading(run(id), "c", reading([distribution("d", "d.1", fields)]), source(String(id)));
      const outcomes = Object.entries(all).map(([id, o]) => series(id, o, { enriched: enrich(o) }));
      await store.saveOutcome(run(id), key("d", "d.1"), indexed(outcomes, { bytes: String(id) }));
      await publish({ store, blobs, sha256, now: () => now });
    },
    get: (query: string, headers: Record<string, string> = {}, path = PATH) =>
      Promise.resolve(app.request(`${path}?${query}`, { headers })),
  };
  await world.publish(SERIES);
  return world;
}

const { app, get } = await world();

/** Everything of a response that a client sees. */
const seen = async (response: Response) => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: await response.text(),
});
const etag = async (query: string, of = get) => (await of(query)).headers.get("etag");

describe("/series ETag", () => {
  test("/series gives a strong ETag that is the same for the same request, also in another process", async () => {
    const other = await world();
    const tag = await etag("ids=m");
    expect(tag).toMatch(/^"[^"]+"$/);
    expect(await etag("ids=m")).toBe(tag);
    expect(await etag("ids=m", other.get)).toBe(tag);
  });

  test("/series gives another ETag to another request and to other data", async () => {
    const other = await world();
    const tag = await etag("ids=m", other.get);
    expect(
      new Set([tag, await etag("ids=m&limit=1"), await etag("ids=w"), await etag("ids=m&format=csv")]).size,
    ).toBe(4);
    other.at(PUBLISHED_AT + 60_000);
    await other.publish({ ...SERIES, m: column([1, 2.5, null, 5], { start: 2020 * 12 }) });
    expect(await etag("ids=m", other.get)).not.toBe(tag);
  });

  test.each([
    { why: "full metadata depends on the day", query: "ids=m&metadata=full", changes: true },
    { why: "metadata alone", query: "ids=m&metadata=ONLY", changes: true },
    { why: "however it is written", query: "ids=m&%6detadata=full", changes: true },
    { why: "simple metadata does not", query: "ids=m", changes: false },
    { why: "nor without any", query: "ids=m&metadata=none", changes: false },
    { why: "the last of repeated parameters", query: "ids=m&metadata=full&metadata=none", changes: false },
  ])(
    "/series gives a new ETag when the day of Buenos Aires changes, at 03:00 UTC: $why",
    async ({ query, changes }) => {
      const { at, get } = await world();
      const tags = [];
      for (const time of ["2026-07-10T03:00:00Z", "2026-07-11T02:59:59.999Z", "2026-07-11T03:00:00Z"]) {
        at(time);
        tags.push(await etag(query, get));
      }
      expect([tags[1] === tags[0], tags[2] === tags[0]]).toEqual([true, !changes]);
    },
  );

  test("/series counts the days without data by the day of Buenos Aires", async () => {
    const { at, get } = await world();
    const days = async (time: string) => {
      at(time);
      return (await (await get("ids=m&metadata=full")).json()).meta[1].field.days_without_data;
    };
    // The last value's month ended with April 2020.
    expect(await days("2020-05-01T03:00:00Z")).toBe("0");
    expect(await days("2020-05-02T02:59:59Z")).toBe("0");
    expect(await days("2020-05-02T03:00:00Z")).toBe("1");
  });
});

describe("/series conditional requests", () => {
  const LATER = "Fri, 10 Jul 2026 00:00:00 GMT";

  test.each<{ why: string; query?: string; tags?: string; since?: string; status: number }>([
    { why: "its tag", tags: "TAG", status: 304 },
    { why: "weakly, among others", tags: '"a", W/TAG', status: 304 },
    { why: "any", tags: "*", status: 304 },
    { why: "another, though not modified since", tags: '"a"', since: LATER, status: 200 },
    { why: "not modified since", since: LATER, status: 304 },
    { why: "the second it was published in", since: "Thu, 09 Jul 2026 15:30:00 GMT", status: 304 },
    { why: "the second before", since: "Thu, 09 Jul 2026 15:29:59 GMT", status: 200 },
    { why: "full metadata, the same day", query: "ids=m&metadata=full", since: LATER, status: 304 },
    { why: "a tag does", query: "ids=m&metadata=full", tags: "TAG", status: 304 },
  ])("/series answers $status, fresh and cached: $why", async ({ query = "ids=m", tags, since, status }) => {
    const { get } = await world();
    // The tag is known from elsewhere, so that nothing is cached here.
    const tag = (await etag(query))!;
    const asked = {
      ...(tags && { "if-none-match": tags.replace("TAG", tag) }),
      ...(since && { "if-modified-since": since }),
    };
    for (let i = 0; i < 2; i++) {
      const { body, ...response } = await seen(await get(query, asked));
      expect([response.status, body === ""]).toEqual([status, status === 304]);
      expect(response.headers).toMatchObject({
        etag: tag,
        "access-control-allow-origin": "*",
        "last-modified": "Thu, 09 Jul 2026 15:30:00 GMT",
        "cache-control": expect.stringMatching(/^public,.* stale-while-revalidate=\d+, stale-if-error=\d+$/),
      });
      await get(query);
    }
  });

  test.each([
    { why: "an unknown series", query: "ids=nope" },
    { why: "no series", query: "" },
    { why: "a parameter that is none", query: "ids=m&limit=x" },
  ])("/series does not call an error not modified: $why", async ({ query }) => {
    expect((await get(query, { "if-none-match": "*" })).status).toBe(400);
    expect((await get(query, { "if-modified-since": LATER })).status).toBe(400);
  });

  test("/series errors are kept by nobody", async () => {
    const { headers } = await seen(await get("ids=nope"));
    expect([headers["cache-control"], headers.etag]).toEqual(["no-store", undefined]);
  });
});

describe("/series methods", () => {
  test.each([
    { why: "rows", query: "ids=m" },
    { why: "CSV", query: "ids=m&format=csv" },
    { why: "an error", query: "ids=nope" },
    { why: "letters of several bytes", query: "ids=m&x=ñ€" },
  ])("/series answers HEAD as GET without the body: $why", async ({ query }) => {
    const full = await seen(await get(query));
    const head = await seen(await app.request(`${PATH}?${query}`, { method: "HEAD" }));
    const length = String(new TextEncoder().encode(full.body).length);
    expect(head).toEqual({
      status: full.status,
      headers: { ...full.headers, "content-length": length },
      body: "",
    });
  });

  test("/series answers a preflight for any origin, X-Source among the headers", async () => {
    const { status, headers } = await seen(
      await app.request(`${PATH}?ids=m`, {
        method: "OPTIONS",
        headers: { origin: "https://x.example", "access-control-request-headers": "x-source" },
      }),
    );
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers["access-control-allow-headers"]!.split(", ")).toContain("X-Source");
    expect(headers["access-control-allow-methods"]!.split(", ")).toEqual(
      expect.arrayContaining(["GET", "HEAD", "OPTIONS"]),
    );
  });

  test.each(["POST", "PUT", "DELETE"])("/series does not take %s", async (method) => {
    const response = await app.request(`${PATH}?ids=m`, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  test.each(["/series/api/series", "/api/series/", "/api/series"])(
    "/series answers the same at %s",
    async (path) => {
      expect(await seen(await get("ids=m&last=2", {}, path))).toEqual(await seen(await get("ids=m&last=2")));
    },
  );

  test("/series lets any page read its headers and none frame it", async () => {
    const { headers } = await seen(await get("ids=m"));
    expect(headers["access-control-expose-headers"]!.split(", ")).toEqual([
      "ETag",
      "Link",
      "Content-Disposition",
    ]);
    expect(headers).toMatchObject({ "x-frame-options": "SAMEORIGIN", "x-content-type-options": "nosniff" });
  });
});

describe("/series query", () => {
  const params = async (query: string) => (await (await get(query)).json()).params;

  test.each<{ why: string; query: string; params: Record<string, string> }>([
    { why: "semicolons", query: "ids=m;limit=1", params: { ids: "m", limit: "1" } },
    {
      why: "the last of a repeated name",
      query: "ids=nope&limit=x&limit=1&ids=m",
      params: { ids: "m", limit: "1" },
    },
    {
      why: "invalid escapes are what they are",
      query: "ids=m&x=%zz%41%FF",
      params: { ids: "m", x: "%zza\uFFFD" },
    },
    {
      why: "unknown ones are echoed",
      query: "ids=m&chartType=Line",
      params: { ids: "m", chartType: "line" },
    },
  ])("/series reads $query: $why", async ({ query, params: expected }) => {
    expect(await params(query)).toMatchObject(expected);
  });

  test("/series names the series that is not there, as it was asked for", async () => {
    const { status, body } = await seen(await get("ids=%C3%91%FF"));
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({
      errors: [{ error: "Serie inexistente: Ñ\uFFFD" }],
      failed_series: ["Ñ\uFFFD"],
    });
  });
});

describe("/series cache", () => {
  const QUERIES =
    "ids=m ids=m,w ids=m:change&metadata=full ids=m&format=csv ids=w&collapse=month ids=m&x=ñ€😀";

  test.each(QUERIES.split(" "))("/series answers %s from memory as without any", async (query) => {
    const { get: uncached } = await world({ cacheBytes: 0 });
    const first = await seen(await get(query));
    expect(await seen(await get(query))).toEqual(first);
    expect(await seen(await uncached(query))).toEqual(first);
  });

  test("/series does not show what was published before", async () => {
    const { get, publish, at } = await world();
    const before = await (await get("ids=m&metadata=none")).json();
    at(PUBLISHED_AT + 60_000);
    await publish({ ...SERIES, m: column([7], { start: 2020 * 12 }) });
    expect(before.count).toBe(4);
    expect((await (await get("ids=m&metadata=none")).json()).data).toEqual([["2020-01-01", 7]]);
  });
});

describe("/series of working days", () => {
  test("/series shows weekends as days without a value", async () => {
    const { data, count, meta } = await (await get("ids=w")).json();
    expect(data).toEqual([
      ["2021-07-29", 1],
      ["2021-07-30", 2],
      ["2021-07-31", null],
      ["2021-08-01", null],
      ["2021-08-02", 3],
      ["2021-08-03", 4],
    ]);
    expect(count).toBe(6);
    expect(meta[0]).toEqual({ frequency: "day", start_date: "2021-07-29", end_date: "2021-08-03" });
  });

  test.each<[why: string, query: string, data: (string | number | null)[][]]>([
    ["a change over a weekend has nothing before it", "w:change&start_date=2021-08", [["2021-08-03", 1]]],
    ["weeks begin with the series", "w:sum&collapse=week", [["2021-07-29", 10]]],
    ["no month is whole", "w&collapse=month", []],
    ["the last two", "w&last=2", [["2021-08-02", 3], ["2021-08-03", 4]]],
  ])("/series of working days: %s", async (_why, query, data) => {
    expect((await (await get(`ids=${query}&metadata=none`)).json()).data).toEqual(data);
  });
});

describe("/series faults", () => {
  const broken = (error: unknown, onError: AppContext["onError"]) =>
    createApp({
      snapshots: { current: () => Promise.reject(error) },
      now: () => 0,
      version: "1",
      ...(onError && { onError }),
    });

  test("/series answers 503 with Retry-After before anything is published", async () => {
    const empty = createApp({
      snapshots: { current: () => Promise.resolve(undefined) },
      now: () => 0,
      version: "1",
    });
    const { status, headers, body } = await seen(await empty.request(`${PATH}?ids=m`));
    expect([status, Number(headers["retry-after"]) > 0, headers["cache-control"]]).toEqual([
      503,
      true,
      "no-store",
    ]);
    expect(JSON.parse(body).errors[0].error).toEqual(expect.any(String));
  });

  test.each([
    { why: "a bug", error: new TypeError("secreto de /etc"), status: 500, text: "Error interno" },
    {
      why: "files that cannot be read",
      error: new Problem("unavailable", "secreto de /etc"),
      status: 503,
      text: "no se pueden leer",
    },
  ])("/series tells strangers nothing and onError once: $why", async ({ error, status, text }) => {
    const told: unknown[] = [];
    const response = await broken(error, (...all) => told.push(all)).request(`${PATH}?ids=m`);
    const { body, headers } = await seen(response);
    expect(response.status).toBe(status);
    expect(JSON.parse(body)).toEqual({ errors: [{ error: expect.stringContaining(text) }] });
    expect(body).not.toContain("secreto");
    expect(headers["cache-control"]).toBe("no-store");
    expect(told).toEqual([[error, PATH]]);
  });

  test("/nothing is a problem of status 404, in JSON", async () => {
    const { status, headers, body } = await seen(await app.request("/series/api/nothing?x=1"));
    expect([status, headers["content-type"]]).toEqual([404, "application/problem+json"]);
    expect(JSON.parse(body)).toMatchObject({
      status: 404,
      detail: expect.stringContaining("/series/api/nothing"),
    });
  });

  test("/series answers from a newer snapshot when the files of the one it began with are gone", async () => {
    const { blobs, publish, at } = await world();
    const current = async () => (await openSnapshots(blobs, () => 0).current())!;
    const old = await current();
    const oldFiles = [...blobs.files.keys()];
    at(PUBLISHED_AT + 60_000);
    await publish({ m: column([7], { start: 2020 * 12 }) });
    for (const name of oldFiles) if (name.startsWith("segment/")) blobs.files.delete(name);
    const answers = [old, await current()];
    const late = createApp({
      snapshots: { current: () => Promise.resolve(answers.shift()) },
      now: () => 0,
      version: "1",
    });
    const response = await late.request(`${PATH}?ids=m&metadata=none`);
    expect((await response.json()).data).toEqual([["2020-01-01", 7]]);
  });

  test("/series never touches the store, which may be closed", async () => {
    const { store, get } = await world();
    for (const name of Object.keys(store)) {
      Object.assign(store, { [name]: () => Promise.reject(new Error(`store.${name} was asked`)) });
    }
    for (const query of ["ids=m,w:change&metadata=full", "ids=m&format=csv", "ids=nope"]) {
      expect((await get(query)).status).toBe(query === "ids=nope" ? 400 : 200);
    }
  });
});
