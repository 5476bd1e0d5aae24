// The rows of popularity over HTTP: the gateway that hits are imported from, whose token comes out nowhere, and the
// hits of series by day.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { POPULARITY_OPERATIONS } from "../../src/console/popularity_operations.ts";
import { dayOfIso } from "../../src/core/time.ts";
import { importLog } from "../../src/ingest/analytics.ts";
import { checkGateway } from "../../src/ingest/gateway_pages.ts";
import { gatewayPlaceChanges, readGateway, readGatewayPlace } from "../../src/operation/analytics.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";
import { entry, type GatewayStub, startGateway, STUB_API, STUB_TOKEN } from "../ingest/gateway_stub.ts";
import { sha256 } from "../store/example_catalog.ts";
import { opsApp } from "./ops_app.ts";

async function popularityApp() {
  const store = memoryStore(sha256);
  const settings = memoryRecords();
  const context = { popularity: { store, records: settings, checkGateway: checkGateway({ fetch }) } };
  return { store, settings, ...await opsApp(POPULARITY_OPERATIONS, context) };
}

describe("/api/ops/analytics", () => {
  let stub: GatewayStub;
  let app: Awaited<ReturnType<typeof popularityApp>>;
  beforeEach(async () => {
    stub = startGateway();
    app = await popularityApp();
  });
  afterEach(() => stub.close());

  const given = (over: object = {}) => ({
    endpoint: stub.endpoint,
    token: STUB_TOKEN,
    kong_api_id: STUB_API,
    ...over,
  });
  const put = (json: unknown, as: "admin" | "operator" = "admin") =>
    app.ask("PUT", "/analytics", { as, json });
  const get = async () => await (await app.ask("GET", "/analytics", { as: "viewer" })).json();
  const EMPTY = { endpoint: null, kong_api_id: null, has_token: false, last_cursor: null };

  test("keeps a gateway that answers, and tells everything but its token", async () => {
    expect(await get()).toEqual(EMPTY);
    const saved = await put(given());
    const kept = { endpoint: stub.endpoint, kong_api_id: STUB_API, has_token: true, last_cursor: null };
    expect([saved.status, await saved.json()]).toEqual([200, kept]);
    expect(await get()).toEqual(kept);
    expect(stub.asked.map(({ method }) => method)).toEqual(["HEAD"]);
    expect(JSON.stringify(await app.audited())).not.toContain(STUB_TOKEN);
    expect((await app.audited())[0]).toMatchObject({ operation: "analytics.save" });
  });

  test("tells where the next import goes on", async () => {
    await put(given());
    stub.entries = [1, 2, 3].map((id) => entry(id, "a"));
    const gateway = await readGateway(app.settings);
    await importLog({
      store: app.store,
      gateway,
      reach: { fetch, wait: () => Promise.resolve() },
      sha256,
      now: Date.now,
    });
    expect(await get()).toMatchObject({ last_cursor: "p=2" });
  });

  test("keeps the token that it has, but shows it to no other place", async () => {
    await put(given());
    const { token: _, ...without } = given();
    expect((await put(without)).status).toBe(200);
    expect(await readGateway(app.settings)).toMatchObject({ token: STUB_TOKEN });
    const elsewhere = startGateway();
    try {
      const refused = await put({ ...without, endpoint: elsewhere.endpoint });
      expect(refused.status).toBe(400);
      expect(elsewhere.asked).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test("keeps its token when a document of settings tells the same place, and forgets it with any other", async () => {
    await put(given());
    const take = async (place: Parameters<typeof gatewayPlaceChanges>[1]) =>
      await app.settings.write(await gatewayPlaceChanges(app.settings, place));
    const place = { endpoint: stub.endpoint, kong_api_id: "otra" };
    await take(place);
    expect(await readGateway(app.settings)).toEqual({
      endpoint: stub.endpoint,
      kongApiId: "otra",
      token: STUB_TOKEN,
    });
    expect(await readGatewayPlace(app.settings)).toEqual(place);
    await take({ ...place, endpoint: "https://otro.example/log" });
    expect(await readGateway(app.settings)).toBeUndefined();
    expect(await get()).toMatchObject({ endpoint: "https://otro.example/log", has_token: false });
    await take(place);
    expect(await readGateway(app.settings)).toBeUndefined();
    for (let i = 0; i < 2; i++) await take(null);
    expect(await get()).toEqual(EMPTY);
  });

  const REFUSED: readonly { why: string; over: object; told: RegExp }[] = [
    { why: "another token", over: { token: "otro" }, told: /URL \/ Token inválido/ },
    {
      why: "an address where nothing is",
      over: { endpoint: "http://127.0.0.1:9/log" },
      told: /URL \/ Token inválido/,
    },
    { why: "no web address", over: { endpoint: "ftp://a/b" }, told: /endpoint: debe ser una dirección/ },
    { why: "an address with a password", over: { endpoint: "http://a:b@c/" }, told: /endpoint: debe ser/ },
    { why: "no API", over: { kong_api_id: " " }, told: /kong_api_id/ },
    { why: "a token with a line break", over: { token: "a\nb" }, told: /token: no puede tener/ },
    { why: "no token at all", over: { token: undefined }, told: /Falta el token/ },
  ];
  test.each(REFUSED)("refuses $why, and keeps nothing", async ({ over, told }) => {
    const response = await put(given(over));
    const text = await response.text();
    expect([response.status, JSON.parse(text).detail]).toEqual([400, expect.stringMatching(told)]);
    expect(text).not.toContain(STUB_TOKEN);
    expect(await get()).toEqual(EMPTY);
  });

  test("is for administrators to change", async () => {
    expect((await put(given(), "operator")).status).toBe(403);
    expect(stub.asked).toEqual([]);
  });
});

describe("/api/ops/hits", () => {
  let app: Awaited<ReturnType<typeof popularityApp>>;
  beforeAll(async () => {
    app = await popularityApp();
    for (const [day, hits] of [["2026-11-19", { a: 3, b: 1 }], ["2026-11-20", { a: 5 }]] as const) {
      await app.store.addHits({ id: day, day: dayOfIso(day)!, hits: new Map(Object.entries(hits)) }, 0);
    }
  });
  afterAll(() => app.store.close());

  const get = async (query: string) => {
    const response = await app.ask("GET", `/hits${query}`, { as: "viewer" });
    return { status: response.status, ...await response.json() };
  };
  const A20 = { series: "a", day: "2026-11-20", hits: 5 };
  const A19 = { series: "a", day: "2026-11-19", hits: 3 };
  const B19 = { series: "b", day: "2026-11-19", hits: 1 };

  test.each([
    { query: "", expected: { total: 3, hits: 9, rows: [A20, A19, B19] } },
    { query: "?limit=1&offset=1", expected: { total: 3, hits: 9, rows: [A19] } },
    { query: "?series=a", expected: { total: 2, hits: 8, rows: [A20, A19] } },
    { query: "?to=2026-11-19", expected: { total: 2, hits: 4, rows: [A19, B19] } },
    { query: "?from=2026-11-20&to=2026-11-20", expected: { total: 1, hits: 5, rows: [A20] } },
  ])("answers $query", async ({ query, expected }) => {
    expect(await get(query)).toEqual({ status: 200, ...expected });
  });

  test("refuses a date that is none", async () => {
    expect((await get("?from=2026-02-30")).status).toBe(400);
  });
});
