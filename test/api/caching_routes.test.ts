// HTTP caching of every read route, by one table: tags, 304, HEAD, dates, and how long shared caches may keep them.

import { beforeAll, describe, expect, test } from "vitest";
import { CACHE_CONTROL } from "../../src/api/caching.ts";
import { MONTHLY, publishedApp } from "./published_app.ts";

type Row = {
  readonly path: string;
  /** Whether the moment of its publication is all it depends on, so that a date can tell a copy from it. */
  readonly dated?: true;
  /** Instead of the common life of answers. */
  readonly caching?: RegExp;
};

const ROUTES: readonly Row[] = [
  { path: `/series/api/series/?ids=${MONTHLY}`, dated: true },
  { path: `/series/api/series/?ids=${MONTHLY}&format=csv`, dated: true },
  { path: `/series/api/series/?ids=${MONTHLY}&format=xlsx` },
  { path: `/series/api/series/?ids=${MONTHLY}&metadata=full` },
  { path: `/api/series?ids=${MONTHLY}`, dated: true },
  { path: "/series/api/search/?q=otra", dated: true },
  { path: "/series/api/search/dataset_source/", dated: true },
  { path: "/series/api/search/catalog_id/", dated: true },
  { path: "/api/freshness" },
  { path: "/series/api/dump/series-tiempo-metadatos.csv", dated: true, caching: /no-transform$/ },
  { path: "/" },
  { path: "/?q=otra" },
  { path: `/serie/${MONTHLY}` },
  { path: "/docs" },
  { path: "/docs?lang=en" },
  { path: "/openapi.json" },
  { path: "/assets/caudal.css", caching: /^public, max-age=300$/ },
  { path: "/favicon.svg", caching: /^public, max-age=86400$/ },
];

const { app, generateDumps } = await publishedApp();
const ask = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
  await app.request(path, { method, headers });

beforeAll(() => generateDumps());

describe("the common life of answers", () => {
  test.each(["public", "s-maxage=", "stale-while-revalidate=", "stale-if-error="])("has %s", (directive) => {
    expect(CACHE_CONTROL).toContain(directive);
  });
});

describe.each(ROUTES)("$path", ({ path, dated, caching }) => {
  test("has a strong tag and says how long it may be kept", async () => {
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("etag")).toMatch(/^"[^"]+"$/);
    if (caching) expect(answer.headers.get("cache-control")).toMatch(caching);
    else expect(answer.headers.get("cache-control")).toBe(CACHE_CONTROL);
    expect(answer.headers.has("vary")).toBe(false);
    await answer.body?.cancel();
  });

  test("answers 304 to whoever has it, without a body and with what renews the copy", async () => {
    const { headers } = await ask(path);
    const again = await ask(path, { "if-none-match": headers.get("etag")! });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    for (const name of ["etag", "cache-control"]) expect(again.headers.get(name)).toBe(headers.get(name));
    const other = await ask(path, { "if-none-match": '"another"' });
    expect(other.status).toBe(200);
    await other.body?.cancel();
  });

  test("answers HEAD as GET, with its length", async () => {
    const got = await ask(path);
    const head = await ask(path, {}, "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const length = String((await got.arrayBuffer()).byteLength);
    expect(Object.fromEntries(head.headers)).toEqual({
      ...Object.fromEntries(got.headers),
      "content-length": length,
    });
  });

  test(dated ? "can be asked about by its date" : "is not taken for the same by a date alone", async () => {
    const modified = (await ask(path)).headers.get("last-modified");
    if (dated) expect(modified).not.toBeNull();
    const since = modified ?? new Date(Date.UTC(2100, 0)).toUTCString();
    const answer = await ask(path, { "if-modified-since": since });
    expect(answer.status).toBe(dated ? 304 : 200);
    await answer.body?.cancel();
  });
});

describe("what says how the server is", () => {
  test.each(["/healthz", "/readyz", "/version"])("%s is kept by nobody", async (path) => {
    expect((await ask(path)).headers.get("cache-control")).toBe("no-store");
  });
});

test("a refusal is kept by nobody", async () => {
  const answer = await ask("/series/api/series/?ids=no.such");
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([400, "no-store"]);
});
