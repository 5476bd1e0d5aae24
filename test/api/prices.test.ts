// What the price routes do besides the recorded cases (test/conformance/prices): markets, caching, links behind
// proxies, status. Ticks are NOON, NOON + 10 s, ….

import { describe, expect, test } from "vitest";
import { DAY_MS } from "../../src/core/time.ts";
import { NOON, tick } from "../store/price_examples.ts";
import { priceApp, SIMULATED, ticksFrom } from "./price_app.ts";

const T0 = NOON / 1000;

describe("before anything is published", () => {
  test.each([
    "/api/ticker-list/",
    "/api/average-price/?since=1&until=2",
    "/api/ticker-price/?timestamp=1",
    "/api/ticker-stats/",
    "/api/prices/status",
  ])("%s answers 503 with Retry-After", async (path) => {
    const { ask } = await priceApp();
    const answer = await ask(path);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect((await answer.json()).error).toContain("Todavía no hay precios publicados");
  });
});

describe("when the storage is gone", () => {
  test("answers 503 without saying where it was", async () => {
    const gone = () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.7:9000"));
    const { openPrices } = await import("../../src/store/segments/prices.ts");
    const { ask } = await priceApp({ prices: openPrices({ read: gone }, Date.now, 0) });
    const answer = await ask("/api/ticker-list/?since=1");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.text()).not.toContain("10.0.0.7");
  });

  test("answers 503 where its files are damaged, and tells whoever runs it which", async () => {
    const told: string[] = [];
    const onError = (error: unknown) => void told.push((error as Error).message);
    const { add, ask, blobs } = await priceApp({ onError });
    // One more than the open end has room for.
    await add(...ticksFrom(Array.from({ length: 1_100 }, (_, i) => String(i + 1))));
    for (const [name, bytes] of blobs.files) {
      if (name.startsWith("price/")) blobs.files.set(name, bytes.subarray(0, 7));
    }
    const answer = await ask("/api/ticker-list/");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await answer.json()).toEqual({ error: "Los datos publicados no se pueden leer ahora" });
    expect(told).toEqual([expect.stringMatching(/"price\/.*damaged/)]);
  });

  test("goes on with what was read before", async () => {
    const { add, json, blobs, clock } = await priceApp();
    await add(...ticksFrom(["5", "6"]));
    expect((await json("/api/ticker-list/")).count).toBe(2);
    blobs.files.clear();
    clock.now += 60_000;
    expect((await json("/api/ticker-list/")).count).toBe(2);
  });
});

describe("market", () => {
  test("chooses one; bitcoin in pesos without it", async () => {
    const { add, json } = await priceApp();
    await add(
      tick(NOON, "5"),
      tick(NOON, "7", { market: "daiars" }),
      tick(NOON, "9", { market: "simulacion" }),
    );
    const price = async (query: string) => (await json(`/api/ticker-list/${query}`)).results[0].price;
    expect([await price(""), await price("?market="), await price("?market=daiars")]).toEqual([5, 5, 7]);
    expect(await price("?market=simulacion")).toBe(9);
  });

  test("that is named twice is the last one", async () => {
    const { add, json } = await priceApp();
    await add(tick(NOON, "5"), tick(NOON, "7", { market: "daiars" }));
    expect((await json("/api/ticker-list/?market=x&market=daiars")).results[0].price).toBe(7);
    expect((await json("/api/ticker-list/?market=daiars&market=")).results[0].price).toBe(5);
  });

  test("that is not there is a 404 that names those that are", async () => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "5"));
    const answer = await ask("/api/average-price/?since=1&until=2&market=x");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect((await answer.json()).detail).toBe('No hay un mercado "x": hay btcars, daiars, simulacion');
  });

  test("is never a simulated one that nobody asked for", async () => {
    const { add, ask } = await priceApp({}, [SIMULATED]);
    await add(tick(NOON, "9", { market: "simulacion" }));
    expect((await ask("/api/ticker-list/")).status).toBe(503);
    expect((await ask("/api/ticker-list/?market=simulacion")).status).toBe(200);
  });
});

describe("page_size", () => {
  test("above 10,000 is lowered, and links show what was asked", async () => {
    const { add, json } = await priceApp();
    await add(...ticksFrom(Array.from({ length: 10_005 }, (_, i) => `${i + 1}`)));
    const first = await json("/api/ticker-list/?page_size=20000");
    expect([first.count, first.results.length]).toEqual([10_005, 10_000]);
    expect(first.next).toBe("http://prices.test/api/ticker-list/?page=2&page_size=20000");
    const last = await json("/api/ticker-list/?page_size=20000&page=last");
    expect(last.results.map(({ price }: { price: number }) => price)).toEqual([
      10_001,
      10_002,
      10_003,
      10_004,
      10_005,
    ]);
  });
});

describe("links", () => {
  const asked = async (context: Parameters<typeof priceApp>[0], headers: Record<string, string>) => {
    const { add, ask } = await priceApp(context);
    await add(...ticksFrom(["1", "2"]));
    return (await (await ask("/api/ticker-list/?page_size=1", headers)).json()).next;
  };
  const forwarded = {
    "x-forwarded-host": "evil.example, precios.example:8443",
    "x-forwarded-proto": "http, https",
  };
  const rest = "/api/ticker-list/?page=2&page_size=1";

  test.each([
    { why: "the host that was asked", context: {}, headers: forwarded, origin: "http://prices.test" },
    {
      why: "its port and capitals as they were written",
      context: {},
      headers: { host: "Precios.example:80" },
      origin: "http://Precios.example:80",
    },
    {
      why: "what was read, where that is no host",
      context: {},
      headers: { host: "a/b" },
      origin: "http://prices.test",
    },
    {
      why: "the configured address first",
      context: { publicUrl: "https://api.example/", trustedProxies: 1 },
      headers: forwarded,
      origin: "https://api.example",
    },
    {
      why: "the word of our proxy",
      context: { trustedProxies: 1 },
      headers: forwarded,
      origin: "https://precios.example:8443",
    },
    {
      why: "nothing that is no host",
      context: { trustedProxies: 1 },
      headers: { "x-forwarded-host": "a/b?c", "x-forwarded-proto": "javascript" },
      origin: "http://prices.test",
    },
  ])("begin with $why", async ({ context, headers, origin }) => {
    expect(await asked(context, headers)).toBe(`${origin}${rest}`);
  });
});

describe("caching", () => {
  const IMMUTABLE = "public, max-age=31536000, immutable";
  const SHORT = "public, max-age=5, stale-if-error=86400";

  test.each([
    { why: "a range that ended", path: `/api/ticker-list/?until=${T0 + 10}`, control: IMMUTABLE },
    {
      why: "an average that ended",
      path: `/api/average-price/?since=0&until=${T0 + 10}`,
      control: IMMUTABLE,
    },
    { why: "a second that passed", path: `/api/ticker-price/?timestamp=${T0 + 10}`, control: IMMUTABLE },
    { why: "hours that ended", path: `/api/ticker-stats/?since=0&until=${T0 + 10}`, control: IMMUTABLE },
    { why: "an open end", path: "/api/ticker-list/", control: SHORT },
    { why: "an end in the last period", path: `/api/ticker-list/?until=${T0 + 995}`, control: SHORT },
    { why: "an end to come", path: `/api/average-price/?since=0&until=9999999999`, control: SHORT },
    { why: "what no later tick vouches for", path: `/api/ticker-list/?until=${T0 + 40}`, control: SHORT },
  ])("$why: $control", async ({ path, control }) => {
    const { add, ask, clock } = await priceApp();
    await add(...ticksFrom(["1", "2", "3"]));
    clock.now = NOON + 1_000_000;
    const answer = await ask(path);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, control]);
    expect(answer.headers.get("etag")).toMatch(/^"[^"]+"$/);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  test("a price of a time to come vouches for nothing", async () => {
    const { add, ask, clock } = await priceApp();
    await add(...ticksFrom(["1", "2", "3"]), tick(NOON + DAY_MS, "9"));
    clock.now = NOON + 1_000_000;
    const control = async (until: number) =>
      (await ask(`/api/ticker-list/?until=${until}`)).headers.get("cache-control");
    expect([await control(T0 + 10), await control(T0 + 40)]).toEqual([IMMUTABLE, SHORT]);
  });

  test("a closed answer keeps its tag when ticks come, an open one does not", async () => {
    const { add, ask, clock } = await priceApp();
    const closed = `/api/ticker-list/?until=${T0}`, open = "/api/ticker-list/";
    await add(...ticksFrom(["1", "2"]));
    clock.now += 60_000;
    const tags =
      async () => [(await ask(closed)).headers.get("etag")!, (await ask(open)).headers.get("etag")!];
    const before = await tags();
    await add(tick(NOON + 60_000, "3"));
    const after = await tags();
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    for (
      const [path, tag, status] of [[closed, after[0]!, 304], [open, after[1]!, 304], [
        open,
        before[1]!,
        200,
      ]] as const
    ) {
      const answer = await ask(path, { "if-none-match": `W/${tag}` });
      expect(answer.status).toBe(status);
      expect(await answer.text() === "").toBe(status === 304);
    }
  });

  test.each([`/api/ticker-list/?until=${T0}`, "/api/ticker-list/"])(
    "%s is unchanged for who has any copy, asked first or again",
    async (path) => {
      const { add, ask, clock } = await priceApp();
      await add(...ticksFrom(["1", "2"]));
      clock.now += 60_000;
      for (const _ of [1, 2]) {
        expect((await ask(path, { "if-none-match": "*" })).status).toBe(304);
        expect((await ask(path)).status).toBe(200);
      }
      expect((await ask("/api/ticker-list/?since=x", { "if-none-match": "*" })).status).toBe(400);
    },
  );

  test("tags tell requests and hosts apart", async () => {
    const { add, ask, app } = await priceApp();
    await add(...ticksFrom(["1", "2"]));
    const answers = [
      await ask("/api/ticker-list/"),
      await ask("/api/ticker-list/?page_size=1"),
      await ask("/api/ticker-list/?market=daiars"),
      await app.request("http://other.test/api/ticker-list/"),
    ];
    expect(new Set(answers.map(({ headers }) => headers.get("etag"))).size).toBe(answers.length);
  });

  test("faults are not kept", async () => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "1"));
    for (const path of ["/api/ticker-list/?page=9", "/api/average-price/", "/api/ticker-list/?since=x"]) {
      expect((await ask(path)).headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("every route", () => {
  const PATHS = [
    "/api/average-price/?since=1&until=2",
    "/api/average-price?since=1&until=2",
    "/api/ticker-average-price/?since=1&until=2",
    "/api/ticker-list/",
    "/api/ticker-list",
    "/api/ticker-list/?page=9",
    "/api/ticker-list/?since=x",
    "/api/ticker-list/?market=x",
    "/api/ticker-price/?timestamp=1",
    "/api/ticker-stats/",
    "/api/ticker-stats/?bucket=x",
    "/api/prices/status",
  ];

  test.each(PATHS)("answers HEAD %s as GET without its body", async (path) => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "5"));
    const [get, head] = [await ask(path), await ask(path, {}, "HEAD")];
    const body = await get.text();
    expect([head.status, await head.text()]).toEqual([get.status, ""]);
    const length = body === "" ? [] : [["content-length", String(new TextEncoder().encode(body).length)]];
    expect([...head.headers]).toEqual([...get.headers, ...length].sort(([a], [b]) => a! < b! ? -1 : 1));
    expect(get.headers.get("access-control-allow-origin")).toBe("*");
  });

  test.each(PATHS)("allows %s to be read from anywhere, and nothing else", async (path) => {
    const { ask } = await priceApp();
    const preflight = await ask(path, { origin: "https://otra.example" }, "OPTIONS");
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("GET");
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const refused = await ask(path, {}, method);
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
      expect(await refused.json()).toEqual({ detail: `Method "${method}" not allowed.` });
    }
  });

  test.each(PATHS.filter((path) => !/page=9|=x|status|[a-z]\?|list$/.test(path)))(
    "answers %s with 304 to who has it",
    async (path) => {
      const { add, ask, clock } = await priceApp();
      await add(tick(NOON, "5"));
      clock.now += 60_000;
      const { headers } = await ask(path);
      const tag = headers.get("etag")!;
      for (const named of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
        const answer = await ask(path, { "if-none-match": named });
        expect([answer.status, await answer.text(), answer.headers.get("etag")]).toEqual([304, "", tag]);
        expect(answer.headers.get("cache-control")).toBe(headers.get("cache-control"));
      }
      expect((await ask(path, { "if-none-match": '"x"' })).status).toBe(200);
    },
  );
});

describe("numbers", () => {
  test("are written as the replaced system writes them", async () => {
    const { add, ask } = await priceApp();
    await add(tick(NOON, "82000000"), tick(NOON + 10_000, "10000000000000000"));
    expect(await (await ask("/api/ticker-list/")).text()).toBe(
      `{"count":2,"next":null,"previous":null,"results":[{"timestamp":${T0},"price":82000000.0},` +
        `{"timestamp":${T0 + 10},"price":1e+16}]}`,
    );
  });
});

describe("/api/prices/status", () => {
  test("tells each market's polling, and raises the alarm past six periods", async () => {
    const { add, json, store, clock } = await priceApp({}, [SIMULATED]);
    await store.savePollStatus({
      market: "simulacion",
      lastSuccessAt: NOON,
      lastErrorAt: NOON + 10_000,
      lastError: "El mercado respondió 500",
      consecutiveFailures: 2,
      restsUntil: null,
    });
    await add(tick(NOON, "5.5", { market: "simulacion" }));
    clock.now = NOON + 60_000;
    const { markets: [market] } = await json("/api/prices/status");
    expect(market).toMatchObject({
      name: "simulacion",
      title: "Simulación",
      is_real: false,
      period_seconds: 10,
      count: 1,
      newest: { timestamp: T0, price: 5.5 },
      age_seconds: 60,
      alarm: false,
      last_success: "2024-05-31T15:00:00.000Z",
      last_error: "El mercado respondió 500",
      consecutive_failures: 2,
      rests_until: null,
    });
    clock.now += 1;
    expect((await json("/api/prices/status")).markets[0].alarm).toBe(true);
  });

  test("tells the newest price up to now, though there are some of times to come", async () => {
    const { add, json, clock } = await priceApp({}, [SIMULATED]);
    const simulated = { market: "simulacion" };
    await add(tick(NOON, "5", simulated), tick(NOON + DAY_MS, "9", simulated));
    const told = async (at: number) => {
      clock.now = at;
      const { newest, age_seconds, alarm } = (await json("/api/prices/status")).markets[0];
      return [newest?.price, age_seconds, alarm];
    };
    expect(await told(NOON + 60_000)).toEqual([5, 60, false]);
    expect(await told(NOON + 60_001)).toEqual([5, 60, true]);
    expect(await told(NOON + DAY_MS)).toEqual([9, 0, false]);
    expect(await told(NOON - 1)).toEqual([undefined, null, true]);
  });

  test("raises the alarm for a market without any price", async () => {
    const { add, json } = await priceApp({}, [SIMULATED]);
    await add();
    expect((await json("/api/prices/status")).markets[0]).toMatchObject({
      newest: null,
      age_seconds: null,
      alarm: true,
    });
  });
});
