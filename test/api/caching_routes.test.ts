// HTTP caching of every route that is read, by one table: tags, 304, HEAD, dates, and how long who may keep an answer.
// A route that is in the application and not in the table fails.

import zlib from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { priceStream } from "../../src/api/price_stream.ts";
import { CACHE_CONTROL, CDN_CACHE_CONTROL } from "../../src/api/caching.ts";
import { timed } from "../../src/api/server_timing.ts";
import { compressed } from "../../src/host/compressed.ts";
import { MONTHLY } from "./published_app.ts";
import { ASSET, FIRST_TICK, LISTED, wholeApp } from "./whole_app.ts";

type Row = {
  readonly path: string;
  /**
   * Whether a date can tell a copy from the answer: "moment", when all that it is made of was published; "day", then or
   * when the day began. Pages have no date: they change with the program too.
   */
  readonly dated?: "moment" | "day";
  /** Instead of the common life of answers. */
  readonly life?: string;
  /** Instead of the life at CDNs; null for none of its own. */
  readonly cdn?: string | null;
};

const withSlash = (path: string) => [path, `${path}/`];
const seriesApi = (path: string) => ["/series/api", "/api"].flatMap((prefix) => withSlash(prefix + path));
const rows = (paths: readonly string[], query = "", row: Omit<Row, "path"> = {}): Row[] =>
  paths.map((path) => ({ path: path + query, ...row }));

const IMMUTABLE = { life: "public, max-age=31536000, immutable", cdn: null };
const SHORT = { life: "public, max-age=5, stale-if-error=86400", cdn: null };
const PRICE_WIRE = [
  "/api/average-price",
  "/api/ticker-average-price",
  "/api/ticker-list",
  "/api/ticker-price",
];
const CLOSED = `?since=${FIRST_TICK}&until=${FIRST_TICK}`;

/** Answers that may be kept. */
const KEPT: readonly Row[] = [
  ...rows(seriesApi("/series"), `?ids=${MONTHLY}`, { dated: "moment" }),
  ...rows(["/api/series"], `?ids=${MONTHLY}&format=csv`, { dated: "moment" }),
  ...rows(["/api/series"], `?ids=${MONTHLY}&format=xlsx`, { dated: "day" }),
  ...rows(["/api/series"], `?ids=${MONTHLY}&metadata=full`, { dated: "day" }),
  ...rows(seriesApi("/search"), "?q=otra", { dated: "moment" }),
  ...["dataset_source", "field_units", "dataset_publisher_name", "dataset_theme", "catalog_id"].flatMap((
    list,
  ) => rows(seriesApi(`/search/${list}`), "", { dated: "moment" })),
  ...rows(seriesApi("/freshness"), "", { dated: "day" }),
  ...["", "/hostil"].flatMap((catalog) =>
    rows(seriesApi(`/dump${catalog}/series-tiempo-metadatos.csv`), "", {
      dated: "moment",
      life: `${CACHE_CONTROL}, no-transform`,
      cdn: `${CDN_CACHE_CONTROL}, no-transform`,
    })
  ),
  ...[
    "/nodes.json",
    "/nodes.csv",
    "/nodes.xlsx",
    "/nodos.csv",
    "/nodos.xlsx",
    "/distribuciones.csv",
    "/distribuciones.xlsx",
    `/catalog/${LISTED}/data.json`,
    `/catalog/${LISTED}/catalog.xlsx`,
  ].flatMap((path) => rows(withSlash(path), "", { dated: "moment" })),
  ...["/api/average-price/", "/api/ticker-average-price/"].flatMap((path) => [
    ...rows([path], CLOSED, { dated: "moment", ...IMMUTABLE }),
    ...rows([path], `?since=0&until=9999999999`, { dated: "moment", ...SHORT }),
  ]),
  ...rows(["/api/ticker-list/"], CLOSED, { dated: "moment", ...IMMUTABLE }),
  ...rows(["/api/ticker-list/"], "", { dated: "moment", ...SHORT }),
  ...rows(["/api/ticker-price/"], `?timestamp=${FIRST_TICK}`, { dated: "moment", ...IMMUTABLE }),
  ...rows(["/api/ticker-price/"], "?timestamp=9999999999", { dated: "moment", ...SHORT }),
  ...rows(withSlash("/api/ticker-stats"), CLOSED, { dated: "moment", ...IMMUTABLE }),
  ...rows(["/api/ticker-stats/"], "", { dated: "moment", ...SHORT }),
  ...rows(["/", ...withSlash(`/serie/${MONTHLY}`), ...withSlash("/docs"), ...withSlash("/precios")]),
  ...rows(["/?q=otra", "/docs?lang=en", "/precios?market=btcars", "/openapi.json"]),
  { path: "/assets/caudal.css", life: "public, max-age=300", cdn: null },
  { path: ASSET, ...IMMUTABLE },
  ...rows(["/favicon.svg", "/favicon.ico"], "", { life: "public, max-age=86400", cdn: null }),
];

/** What tells how things are at this moment. */
const NEVER_KEPT = ["/healthz", "/readyz", "/version", ...withSlash("/api/prices/status")];
const STREAMS = withSlash("/api/ticker-stream");

const LATE = "Fri, 01 Jan 2100 00:00:00 GMT";

/** Of whoever has any copy, or one of any day. */
const CONDITIONS: readonly Record<string, string>[] = [
  {},
  { "if-none-match": "*" },
  { "if-modified-since": LATE },
];

const end = new AbortController();
const { app, pass } = await wholeApp({ priceStream: priceStream(end.signal) });
afterAll(() => end.abort());

const ask = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
  await app.request(path, { method, headers });

/** The status alone. */
async function statusOf(path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  const answer = await ask(path, headers, method);
  await answer.body?.cancel();
  return answer.status;
}

test("every route that is read is in a table", () => {
  const isOf = (route: string) => (path: string) => {
    const [names, given] = [route, path.replace(/\?.*/, "")].map((one) => one.split("/"));
    return names!.length === given!.length &&
      names!.every((name, i) => name.startsWith(":") ? given![i] !== "" : name === given![i]);
  };
  const tabled = [...KEPT.map(({ path }) => path), ...NEVER_KEPT, ...STREAMS, ...PRICE_WIRE];
  const routes = new Set(app.routes.filter(({ method }) => method === "GET").map(({ path }) => path));
  expect(routes.size).toBeGreaterThan(80);
  // A page of no series: there is nothing to keep.
  const without = [...routes].filter((route) => !tabled.some(isOf(route)));
  expect(without).toEqual(["/serie", "/serie/"]);
});

describe.each(KEPT)("$path", ({ path, dated, life = CACHE_CONTROL, cdn = CDN_CACHE_CONTROL }) => {
  test("has a strong tag and says how long it may be kept", async () => {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(headers.get("etag")).toMatch(/^"[\x21\x23-\x7e]+"$/);
    const seen = [headers.get("cache-control"), headers.get("vary")];
    expect(seen).toEqual([life, null]);
    expect(headers.get("cdn-cache-control")).toBe(
      life === CACHE_CONTROL || cdn !== CDN_CACHE_CONTROL ? cdn : null,
    );
    await body?.cancel();
  });

  test("answers 304 to whoever has it, without a body and with what renews the copy", async () => {
    const { headers, body } = await ask(path);
    await body?.cancel();
    const tag = headers.get("etag")!;
    for (const tags of [tag, `W/${tag}`, `"x", W/"y" ,${tag}`, "*"]) {
      const again = await ask(path, { "if-none-match": tags });
      expect([tags, again.status, await again.text()]).toEqual([tags, 304, ""]);
      for (const name of ["etag", "cache-control", "cdn-cache-control", "last-modified", "vary"]) {
        expect([name, again.headers.get(name)]).toEqual([name, headers.get(name)]);
      }
      expect(await statusOf(path, { "if-none-match": tags }, "HEAD")).toBe(304);
    }
    expect(await statusOf(path, { "if-none-match": '"another"', "if-modified-since": LATE })).toBe(200);
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

  test(dated ? "can be asked about by its date" : "is not taken for the same by a date", async () => {
    const answer = await ask(path);
    await answer.body?.cancel();
    const modified = answer.headers.get("last-modified");
    expect(modified === null).toBe(dated === undefined);
    if (modified === null) {
      expect(await statusOf(path, { "if-modified-since": LATE })).toBe(
        200,
      );
      return;
    }
    expect(Date.parse(modified)).toBeLessThanOrEqual(Date.UTC(2026, 6, 9, 15, 31));
    expect(await statusOf(path, { "if-modified-since": modified })).toBe(304);
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    expect(await statusOf(path, { "if-modified-since": before })).toBe(200);
    expect(await statusOf(path, { "if-modified-since": modified, "if-none-match": '"another"' })).toBe(200);
  });

  test("is encoded once or not at all, in forms with tags of their own", async () => {
    const front = compressed(timed((request) => app.fetch(request), () => performance.now()), 1_000_000);
    const asked = async (headers: Record<string, string>) =>
      await front(new Request(`http://localhost${path}`, { headers }));
    const plain = await asked({});
    const bytes = new Uint8Array(await plain.arrayBuffer());
    const isText = /json|text|svg/.test(plain.headers.get("content-type")!) && !life.endsWith("no-transform");
    const vary = isText ? "Accept-Encoding" : null;
    expect([plain.headers.get("content-encoding"), plain.headers.get("vary")]).toEqual([null, vary]);
    for (
      const [encoding, decode] of [["br", zlib.brotliDecompressSync], ["gzip", zlib.gunzipSync]] as const
    ) {
      const form = await asked({ "accept-encoding": encoding });
      const isEncoded = isText && bytes.length >= 1_000;
      const tag = plain.headers.get("etag")!.replace(/"$/, isEncoded ? `-${encoding}"` : '"');
      expect([form.headers.get("content-encoding"), form.headers.get("etag"), form.headers.get("vary")])
        .toEqual([
          isEncoded ? encoding : null,
          tag,
          vary,
        ]);
      const sent = new Uint8Array(await form.arrayBuffer());
      expect(new Uint8Array(isEncoded ? decode(sent) : sent)).toEqual(bytes);
      expect(form.headers.get("server-timing")).toMatch(/^app;dur=\d+(\.\d)?$/);
      const again = await asked({ "accept-encoding": encoding, "if-none-match": tag });
      const known = [again.status, again.headers.get("etag"), again.headers.get("vary")];
      expect(known).toEqual([304, tag, life.endsWith("no-transform") ? null : "Accept-Encoding"]);
    }
  });
});

describe.each(NEVER_KEPT)("%s", (path) => {
  test("is kept by nobody, and has nothing to be compared with", async () => {
    for (const asked of CONDITIONS) {
      const { status, headers, body } = await ask(path, asked);
      await body?.cancel();
      expect(status).toBe(200);
      expect([headers.get("cache-control"), headers.get("etag"), headers.get("last-modified")]).toEqual(
        ["no-store", null, null],
      );
    }
  });
});

test.each(STREAMS)("%s is kept by nobody, and nothing on its way may gather it", async (path) => {
  const { status, headers, body } = await ask(path);
  await body?.cancel();
  expect([status, headers.get("cache-control")]).toEqual([200, "no-store, no-transform"]);
});

test.each(PRICE_WIRE)("%s leads elsewhere, for a day", async (path) => {
  const { status, headers } = await ask(`${path}?a=1`);
  expect([status, headers.get("location"), headers.get("cache-control")]).toEqual(
    [301, `${path}/?a=1`, "public, max-age=86400"],
  );
});

describe("what went wrong", () => {
  test.each([
    { path: "/series/api/series/?ids=no.such", status: 400 },
    { path: "/series/api/search/?limit=x", status: 400 },
    { path: `/serie/${MONTHLY}?start_date=x`, status: 400 },
    { path: "/serie", status: 404 },
    { path: "/serie/no.such", status: 404 },
    { path: "/no/such", status: 404 },
    { path: "/assets/no.js", status: 404 },
    { path: "/series/api/dump/no.csv", status: 404 },
    { path: "/catalog/no/data.json", status: 400 },
    { path: "/precios?market=no", status: 404 },
    { path: "/api/ticker-list/?market=no", status: 404 },
    { path: "/api/ticker-list/?page=99", status: 404 },
    { path: "/api/average-price/", status: 400 },
    { path: "/series/api/validate", status: 405 },
    { path: "/docs", status: 405, method: "DELETE" },
    { path: "/api/ticker-list/", status: 405, method: "POST" },
    { path: "/catalog/x/data.json", status: 405, method: "PUT" },
  ])("$path ($status) is kept by nobody, whatever copy is asked about", async ({ path, status, method }) => {
    for (const asked of CONDITIONS) {
      const answer = await ask(path, asked, method);
      await answer.body?.cancel();
      expect([asked, answer.status]).toEqual([asked, status]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect([answer.headers.get("etag"), answer.headers.get("last-modified")]).toEqual([null, null]);
    }
  });
});

// Last: the clock goes on.
test("a copy of yesterday is not taken for today's by its date", async () => {
  const today = KEPT.filter(({ dated }) => dated === "day");
  const before = await Promise.all(today.map(async ({ path }) => (await ask(path)).headers));
  pass(24 * 3_600_000);
  for (const [i, { path }] of today.entries()) {
    for (const name of ["last-modified", "etag"] as const) {
      const condition = name === "etag" ? "if-none-match" : "if-modified-since";
      const { status, headers, body } = await ask(path, { [condition]: before[i]!.get(name)! });
      await body?.cancel();
      expect([path, name, status]).toEqual([path, name, 200]);
      expect(headers.get("last-modified")).toBe("Fri, 10 Jul 2026 03:00:00 GMT");
    }
  }
});
