// The import of a gateway's log against a stub of the gateway: what counts, pages, and that whatever happens midway
// each query is counted once.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ImportLog, importLog, REMEMBERED_DAYS } from "../../src/ingest/analytics.ts";
import { checkGateway } from "../../src/ingest/gateway_pages.ts";
import { buenosAiresDay, dayOfIso, isoDate } from "../../src/core/time.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { sha256 } from "../store/example_catalog.ts";
import { entry, type GatewayStub, startGateway, STUB_API, STUB_TOKEN } from "./gateway_stub.ts";

const NOW = Date.parse("2026-11-21T00:05:00-03:00");

describe("importLog", () => {
  let stub: GatewayStub;
  let store: ReturnType<typeof memoryStore>;
  let waited: number[];
  beforeEach(() => {
    stub = startGateway();
    store = memoryStore(sha256);
    waited = [];
  });
  afterEach(() => stub.close());

  const gateway = (over: object = {}) => ({
    endpoint: stub.endpoint,
    token: STUB_TOKEN,
    kongApiId: STUB_API,
    ...over,
  });
  const run = (over: Partial<ImportLog> = {}) =>
    importLog({
      store,
      gateway: gateway(),
      reach: { fetch, wait: (ms) => Promise.resolve(void waited.push(ms)) },
      sha256,
      now: () => NOW,
      ...over,
    });
  const rows = async () => {
    const { rows } = await store.dailyHits({}, { offset: 0, limit: 100 });
    return Object.fromEntries(rows.map(({ seriesId, day, hits }) => [`${isoDate(day)} ${seriesId}`, hits]));
  };
  const queries = (count: number, ids = "a") => Array.from({ length: count }, (_, i) => entry(i + 1, ids));

  const COUNTED: readonly {
    why: string;
    entry: ReturnType<typeof entry>;
    counted: Record<string, number>;
  }[] = [
    { why: "one series", entry: entry(1, "a"), counted: { "2026-11-20 a": 1 } },
    { why: "an id that is text", entry: entry("x-1", "a"), counted: { "2026-11-20 a": 1 } },
    {
      why: "several series, each once, without modes",
      entry: entry(1, "a:change:sum, b ,a,:sum,"),
      counted: { "2026-11-20 a": 1, "2026-11-20 b": 1 },
    },
    {
      why: "the last of repeated ids",
      entry: entry(1, "", { querystring: "ids=a&ids=b" }),
      counted: { "2026-11-20 b": 1 },
    },
    {
      why: "a path below another",
      entry: entry(1, "a", { uri: "/x/series/api/series" }),
      counted: { "2026-11-20 a": 1 },
    },
    { why: "a status as text", entry: entry(1, "a", { status_code: "200" }), counted: { "2026-11-20 a": 1 } },
    {
      why: "the day in Buenos Aires, just before midnight",
      entry: entry(1, "a", { start_time: "2026-11-20T02:59:59.999Z" }),
      counted: { "2026-11-19 a": 1 },
    },
    {
      why: "the day in Buenos Aires, from midnight on",
      entry: entry(1, "a", { start_time: "2026-11-20T03:00:00Z" }),
      counted: { "2026-11-20 a": 1 },
    },
    {
      why: "a moment without zone as of Buenos Aires",
      entry: entry(1, "a", { start_time: "2026-11-20 23:30:00" }),
      counted: { "2026-11-20 a": 1 },
    },
    { why: "another path", entry: entry(1, "a", { uri: "/georef/api/" }), counted: {} },
    { why: "OPTIONS", entry: entry(1, "a", { request_method: "OPTIONS" }), counted: {} },
    { why: "an error", entry: entry(1, "a", { status_code: 400 }), counted: {} },
    { why: "no ids", entry: entry(1, "", { querystring: "limit=5" }), counted: {} },
    { why: "empty ids", entry: entry(1, ""), counted: {} },
    { why: "a null query string", entry: entry(1, "", { querystring: null }), counted: {} },
  ];

  test.each(COUNTED)("counts $counted of $why", async ({ entry, counted }) => {
    stub.entries = [entry];
    await run();
    expect(await rows()).toEqual(counted);
  });

  test("tells of entries that it cannot understand, and counts the others", async () => {
    stub.entries = [
      entry(1, "a", { start_time: "ayer" }),
      entry(2, "a", { start_time: null }),
      entry(3, "a", { id: null }),
      entry(4, "a"),
    ];
    expect(await run()).toEqual({ pages: 2, entries: 4, queries: 1, unreadable: 3 });
    expect(await rows()).toEqual({ "2026-11-20 a": 1 });
  });

  test("follows the pages with its token in the header, and goes on from the last one", async () => {
    stub.entries = queries(5);
    expect(await run()).toMatchObject({ pages: 3, queries: 5 });
    expect(stub.asked).toEqual(
      [null, "p=2", "p=4"].map((cursor) => ({ method: "GET", cursor, token: `Token ${STUB_TOKEN}` })),
    );
    stub.entries.push(entry(6, "a"), entry(7, "a"));
    stub.asked.length = 0;
    // The last page has grown: its first entry is known.
    expect(await run()).toMatchObject({ pages: 2, queries: 2 });
    expect(stub.asked.map(({ cursor }) => cursor)).toEqual(["p=4", "p=6"]);
    expect(await rows()).toEqual({ "2026-11-20 a": 7 });
  });

  test("adds nothing when it runs again, from where it was or from the beginning", async () => {
    stub.entries = [...queries(5), entry(3, "a"), entry(1, "a")];
    expect(await run()).toMatchObject({ queries: 5 });
    for (const all of [false, true]) expect(await run({ all })).toMatchObject({ queries: 0 });
    expect(stub.asked.filter(({ cursor }) => cursor === null)).toHaveLength(2);
    expect(await rows()).toEqual({ "2026-11-20 a": 5 });
  });

  test("adds nothing from the beginning of a log that is older than what is remembered", async () => {
    const days = [0, 1, REMEMBERED_DAYS, REMEMBERED_DAYS + 1, 400];
    const today = buenosAiresDay(NOW);
    stub.entries = days.map((ago, i) =>
      entry(i, "a", { start_time: `${isoDate(today - ago)}T12:00:00-03:00` })
    );
    expect(await run()).toMatchObject({ queries: days.length });
    expect(await run({ all: true })).toMatchObject({ queries: 0 });
    expect(await store.logPosition()).toMatchObject({ closedBefore: today - REMEMBERED_DAYS });
    expect(Object.values(await rows())).toEqual(days.map(() => 1));
  });

  test("reads another API from its beginning, and the same one at another address from where it was", async () => {
    stub.entries = queries(3);
    await run();
    stub.asked.length = 0;
    await run({ gateway: gateway({ endpoint: stub.endpoint.replace("order=asc", "") }) });
    expect(stub.asked.map(({ cursor }) => cursor)).toEqual(["p=2"]);
    await expect(run({ gateway: gateway({ kongApiId: "otra" }) })).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(stub.asked.at(-1)!.cursor).toBeNull();
  });

  test("asks again where the gateway is busy or hangs up", async () => {
    stub.entries = queries(3);
    stub.fail = (cursor, attempt) =>
      cursor === null && attempt < 3 ? new Response("", { status: attempt === 1 ? 503 : 429 }) : undefined;
    expect(await run()).toMatchObject({ queries: 3 });
    expect(waited).toEqual([1_000, 5_000]);
  });

  const FAULTS: readonly { why: string; answer: () => Response; code: string; message: RegExp }[] = [
    {
      why: "an error that stays",
      answer: () => new Response("", { status: 500 }),
      code: "unavailable",
      message: /500/,
    },
    { why: "no JSON", answer: () => new Response("<html>"), code: "unavailable", message: /JSON/ },
    {
      why: "no results",
      answer: () => Response.json({ next: null }),
      code: "unavailable",
      message: /results/,
    },
    {
      why: "a next page without cursor",
      answer: () => Response.json({ next: "http://x/log", results: [] }),
      code: "unavailable",
      message: /cursor/,
    },
    {
      why: "a redirection",
      answer: () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
      code: "unavailable",
      message: /302/,
    },
    {
      why: "a refusal",
      answer: () => new Response("", { status: 403 }),
      code: "invalid",
      message: /^URL \/ Token inválido$/,
    },
    {
      why: "a page that leads back",
      answer: () => Response.json({ next: "/?cursor=p%3D2", results: [] }),
      code: "unavailable",
      message: /no terminan/,
    },
  ];

  test.each(FAULTS)(
    "keeps what came before $why, and follows from there",
    async ({ answer, code, message }) => {
      stub.entries = queries(5);
      stub.fail = (cursor) => cursor === "p=2" ? answer() : undefined;
      const error = await run().then(() => undefined, (error) => error);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(error.message).not.toContain(STUB_TOKEN);
      expect(await rows()).toEqual({ "2026-11-20 a": 2 });
      stub.fail = () => undefined;
      stub.asked.length = 0;
      expect(await run()).toMatchObject({ queries: 3 });
      expect(stub.asked.map(({ cursor }) => cursor)).toEqual(["p=2", "p=4"]);
      expect(await rows()).toEqual({ "2026-11-20 a": 5 });
    },
  );

  test("ends between two pages when it is told to", async () => {
    stub.entries = queries(6);
    const end = new AbortController();
    await expect(run({ signal: end.signal, onPage: () => end.abort() })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/se interrumpió/),
    });
    expect(await rows()).toEqual({ "2026-11-20 a": 2 });
    expect(await run()).toMatchObject({ queries: 4 });
  });

  test("is stopped by another import that goes on meanwhile, and nothing is counted twice", async () => {
    stub.entries = queries(7);
    const ends = await Promise.allSettled([run(), run(), run()]);
    const faults = ends.flatMap((end) => end.status === "rejected" ? [end.reason.code] : []);
    expect(new Set(faults)).toEqual(new Set(faults.length > 0 ? ["conflict"] : []));
    await run();
    expect(await rows()).toEqual({ "2026-11-20 a": 7 });
  });

  test("refuses a page larger than its limit", async () => {
    stub.fail = () => new Response(new Uint8Array(33 * 1024 * 1024));
    await expect(run()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/32 MB/),
    });
  });

  test("tells that no gateway was told", async () => {
    await expect(run({ gateway: undefined })).rejects.toMatchObject({
      code: "invalid",
      message: "Configuración de importación de analytics no inicializada",
    });
    expect(await store.logPosition()).toBeUndefined();
  });

  test("counts an entry as of the day it says, whenever it comes", async () => {
    stub.entries = [entry(1, "a", { start_time: "2026-11-25T10:00:00Z" })];
    await run();
    expect((await store.dailyHits({}, { offset: 0, limit: 1 })).rows[0]!.day).toBe(dayOfIso("2026-11-25"));
  });
});

describe("checkGateway", () => {
  test("asks with HEAD and the token, and takes 200 alone", async () => {
    const stub = startGateway();
    const check = checkGateway({ fetch });
    const gateway = { endpoint: stub.endpoint, token: STUB_TOKEN, kongApiId: STUB_API };
    expect(await check(gateway)).toBe(true);
    expect(stub.asked).toEqual([{ method: "HEAD", cursor: null, token: `Token ${STUB_TOKEN}` }]);
    expect(await check({ ...gateway, token: "otro" })).toBe(false);
    stub.fail = () => new Response(null, { status: 204 });
    expect(await check(gateway)).toBe(false);
    await stub.close();
    expect(await check(gateway)).toBe(false);
  });
});
