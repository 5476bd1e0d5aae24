// The edge under the platform's own runtime over origins that fail: while they are silent, while they say that they do
// not fail, and halfway. What was good is answered, nothing bad is kept, and what can be answered again is.

import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { POINTER_LIFE_MS } from "../../edge/read_app.ts";
import { priceStream } from "../../src/api/price_stream.ts";
import { buildEdge } from "../../src/edge_bundle.ts";
import { startWorkerd, type Workerd, type WorkerdPlace } from "../../src/edge_workerd.ts";
import { compressed } from "../../src/host/compressed.ts";
import { wholeApp } from "../api/whole_app.ts";
import { type Instance, startInstance } from "../conformance/instance.ts";
import { type Given, loadGiven } from "../conformance/load_given.ts";
import { type CacheService, startCacheService } from "../edge/cache_service.ts";
import { type FileOrigin, fileOrigin } from "../edge/file_origin.ts";
import { rawGet } from "../edge/raw_get.ts";
import { eventually, sleep } from "./process.ts";

const TODAY = 18_000;
const SERIES = "/series/api/series/?ids=e_1&metadata=none";
const given = (values: readonly number[]) =>
  ({
    series: [{
      id: "e_1",
      title: "e_1",
      frequency: "R/P1Y",
      observations: values.map((value, i) => [`${2000 + i}-01-01`, value]),
    }],
  }) as unknown as Given;

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  await buildEdge(folder);
});
afterAll(() => Deno.remove(folder, { recursive: true }));

/** What a test began, ended after it in the opposite order. */
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function edgeOver(place: WorkerdPlace): Promise<Workerd> {
  const edge = await startWorkerd(folder, { host: "127.0.0.1", port: 0 }, place, () => {});
  ends.push(edge.stop);
  return edge;
}

/** A series of one year, published in a folder that an origin serves; `publish` goes on with another year. */
async function published() {
  const values = [1];
  const instance: Instance = await startInstance(
    Date.now,
    (store) => loadGiven(store, given(values), TODAY),
  );
  ends.push(instance.close);
  const origin: FileOrigin = fileOrigin(instance.published);
  ends.push(origin.stop);
  return {
    instance,
    origin,
    async publish() {
      values.push(values.length + 1);
      await loadGiven(instance.store, given(values), TODAY);
      await instance.publish();
    },
  };
}

function platformCache(): CacheService {
  const cache = startCacheService();
  ends.push(cache.close);
  return cache;
}

/** How many years of the series are answered; the status where none is. */
async function yearsAt(url: string): Promise<number> {
  const answer = await fetch(`${url}${SERIES}`);
  const body = await answer.json();
  return answer.ok ? body.data.length : answer.status;
}

const isPointer = (path: string) => !path.slice(1).includes("/");
const isFile = (path: string) => !isPointer(path);
const PAGE = () =>
  new Response("<!doctype html><title>Mantenimiento</title>", { headers: { "content-type": "text/html" } });

/** What an origin answers in place of a file. */
const FAULTS: readonly { why: string; fault: () => Response }[] = [
  { why: "500", fault: () => new Response("roto", { status: 500 }) },
  { why: "404", fault: () => new Response(null, { status: 404 }) },
  { why: "403", fault: () => new Response(null, { status: 403 }) },
  { why: "a page that says that all is well", fault: PAGE },
  { why: "half a file", fault: () => new Response('{"format":1,"snapshot":"') },
  { why: "nothing", fault: () => new Response("") },
  {
    why: "a way to a host that is not there",
    fault: () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:9/" } }),
  },
  {
    why: "a way that leads nowhere",
    fault: () => new Response(null, { status: 302, headers: { location: "/current.json" } }),
  },
];

describe("an edge that begins while its origin answers", () => {
  test.each(FAULTS)("$why: refuses plainly for now, and answers as soon as it can", async ({ fault }) => {
    const { origin } = await published();
    origin.fault = fault;
    const edge = await edgeOver({ snapshots: origin.url });
    for (
      const [path, type] of [
        [SERIES, "application/json"],
        ["/series/api/search/?q=e", "application/json"],
        ["/api/ticker-list/", "application/json"],
        ["/readyz", "application/problem+json"],
        ["/nodes.json", "application/problem+json"],
        ["/api/freshness", "application/problem+json"],
      ] as const
    ) {
      const answer = await fetch(`${edge.url}${path}`);
      expect([path, answer.status, answer.headers.get("content-type")]).toEqual([path, 503, type]);
      expect([answer.headers.get("retry-after"), answer.headers.get("cache-control")]).toEqual([
        "5",
        "no-store",
      ]);
      expect(JSON.stringify(await answer.json())).not.toContain(origin.url);
    }
    expect((await fetch(`${edge.url}/docs`)).status).toBe(200);
    origin.fault = undefined;
    await eventually(async () => await yearsAt(edge.url) === 1);
  });

  test("nothing at all: refuses in the end, and answers as soon as it can", async () => {
    const { origin } = await published();
    const release = origin.hold();
    const edge = await edgeOver({ snapshots: origin.url });
    try {
      expect(await yearsAt(edge.url)).toBe(503);
    } finally {
      release();
    }
    await eventually(async () => await yearsAt(edge.url) === 1);
  });

  test("nothing at all, where another isolate has been: with what that had last, at once", async () => {
    const { origin } = await published();
    const cache = platformCache();
    const before = await edgeOver({ snapshots: origin.url, cache: cache.url });
    expect(await yearsAt(before.url)).toBe(1);
    await eventually(() =>
      Promise.resolve([...cache.kept.keys()].some((url) => url.endsWith("current.json")))
    );
    const release = origin.hold();
    try {
      const edge = await edgeOver({ snapshots: origin.url, cache: cache.url });
      expect(await yearsAt(edge.url)).toBe(1);
    } finally {
      release();
    }
  });

  test("a fault for its pointers, where another isolate has been: with what that had last", async () => {
    const { origin, publish } = await published();
    const cache = platformCache();
    const before = await edgeOver({ snapshots: origin.url, cache: cache.url });
    expect(await yearsAt(before.url)).toBe(1);
    await eventually(() =>
      Promise.resolve([...cache.kept.keys()].some((url) => url.endsWith("current.json")))
    );
    const tooEarly = () =>
      Response.json({ format: 1, snapshot: "0".repeat(64), published_at: Date.now(), kept: [] });
    for (const { why, fault } of [...FAULTS, { why: "what is not there yet", fault: tooEarly }]) {
      origin.fault = (path) => isPointer(path) ? fault() : undefined;
      const edge = await startWorkerd(folder, { host: "127.0.0.1", port: 0 }, {
        snapshots: origin.url,
        cache: cache.url,
      }, () => {});
      const years = await yearsAt(edge.url).finally(edge.stop);
      expect([why, years]).toEqual([why, 1]);
    }
    // Whoever looks at the pointer again goes on as well.
    origin.fault = (path) => isPointer(path) ? PAGE() : undefined;
    await sleep(POINTER_LIFE_MS + 100);
    for (let i = 0; i < 3; i++) expect(await yearsAt(before.url)).toBe(1);
    await publish();
    origin.fault = undefined;
    await eventually(async () => await yearsAt(before.url) === 2);
  });
});

describe("files that are not what their names say", () => {
  test.each(FAULTS)("$why: are refused, and kept by nobody", async ({ fault }) => {
    const { origin } = await published();
    const cache = platformCache();
    const edge = await edgeOver({ snapshots: origin.url, cache: cache.url });
    origin.fault = (path) => path.startsWith("/segment/") ? fault() : undefined;
    expect(await yearsAt(edge.url)).toBe(503);
    origin.fault = undefined;
    expect(await yearsAt(edge.url)).toBe(1);
    // Another isolate, and no origin: only what is kept.
    await origin.stop();
    const next = await edgeOver({ snapshots: origin.url, cache: cache.url });
    await eventually(async () => await yearsAt(next.url) === 1);
  });

  test("half of it with a length that says more: is asked for again", async () => {
    const { origin } = await published();
    let left = 2;
    origin.fault = (path) =>
      isFile(path) && left-- > 0
        ? new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new Uint8Array(10));
              controller.close();
            },
          }),
          { headers: { "content-length": "1000" } },
        )
        : undefined;
    const edge = await edgeOver({ snapshots: origin.url });
    await eventually(async () => await yearsAt(edge.url) === 1);
    expect(left).toBeLessThanOrEqual(0);
  });
});

describe("pointers", () => {
  test("that go back are followed back, with the tag of then", async () => {
    const { origin, instance, publish } = await published();
    const edge = await edgeOver({ snapshots: origin.url });
    const tagAt = async () => {
      const answer = await fetch(`${edge.url}${SERIES}`);
      await answer.body?.cancel();
      return answer.headers.get("etag");
    };
    const [first, older] = [await tagAt(), await Deno.readFile(`${instance.published}/current.json`)];
    await publish();
    await eventually(async () => await yearsAt(edge.url) === 2);
    const second = await tagAt();
    origin.fault = (path) => path === "/current.json" ? new Response(older) : undefined;
    await eventually(async () => await yearsAt(edge.url) === 1);
    expect([await tagAt(), second === first]).toEqual([first, false]);
  });

  test("are followed by all isolates in the stated time, and by one that begins when the origin is gone", async () => {
    const { origin, publish } = await published();
    const cache = platformCache();
    const [one, two] = await Promise.all(
      [1, 2].map(() => edgeOver({ snapshots: origin.url, cache: cache.url })),
    );
    expect(await Promise.all([one!, two!].map(({ url }) => yearsAt(url)))).toEqual([1, 1]);
    await publish();
    const until = Date.now() + 2 * POINTER_LIFE_MS;
    const seen = await Promise.all([one!, two!].map(async ({ url }) => {
      let years = 1;
      while (years === 1 && Date.now() < until) {
        years = await yearsAt(url);
        await sleep(100);
      }
      return years;
    }));
    expect(seen).toEqual([2, 2]);
    await origin.stop();
    const third = await edgeOver({ snapshots: origin.url, cache: cache.url });
    await eventually(async () => await yearsAt(third.url) === 2);
  });

  test("and files may be elsewhere: who answers with a way to another host is followed", async () => {
    const { origin, instance } = await published();
    const other = fileOrigin(instance.published);
    ends.push(other.stop);
    origin.fault = (path) =>
      new Response(null, { status: 302, headers: { location: `${other.url}${path}` } });
    const edge = await edgeOver({ snapshots: origin.url });
    expect(await yearsAt(edge.url)).toBe(1);
  });
});

describe("an edge without anything published", () => {
  test("that has files of its own alone refuses plainly", async () => {
    const edge = await edgeOver({});
    const answer = await fetch(`${edge.url}/readyz`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining("publicados") });
    expect(await yearsAt(edge.url)).toBe(503);
  });
});

describe("downloads", () => {
  const PATH = "/series/api/dump/series-tiempo-metadatos.csv";

  async function downloads() {
    const { origin, instance } = await published();
    await instance.generateDumps();
    const whole = new Uint8Array(await (await fetch(`${instance.base}${PATH}`)).arrayBuffer());
    return { origin, whole, tag: `"${createHash("sha256").update(whole).digest("hex")}"` };
  }

  test("have their length, whole and by parts, and go on with the same file alone", async () => {
    const { origin, whole, tag } = await downloads();
    const edge = await edgeOver({ snapshots: origin.url });
    const size = whole.length;
    const table: readonly [headers: Record<string, string>, status: number, from: number, to: number][] = [
      [{}, 200, 0, size],
      [{ range: "bytes=10-19" }, 206, 10, 20],
      [{ range: "bytes=10-" }, 206, 10, size],
      [{ range: "bytes=-10" }, 206, size - 10, size],
      [{ range: "bytes=0-1,5-6" }, 200, 0, size],
      [{ range: "bytes=10-19", "if-range": tag }, 206, 10, 20],
      [{ range: "bytes=10-19", "if-range": '"other"' }, 200, 0, size],
      [{ range: `bytes=${size}-` }, 416, 0, 0],
      [{ range: "bytes=10-19", "if-match": '"other"' }, 412, 0, 0],
      [{ range: "bytes=10-19", "if-none-match": tag }, 304, 0, 0],
    ];
    for (const [headers, status, from, to] of table) {
      const answer = await fetch(`${edge.url}${PATH}`, {
        headers: { "accept-encoding": "identity", ...headers },
      });
      const body = new Uint8Array(await answer.arrayBuffer());
      expect([headers, answer.status]).toEqual([headers, status]);
      if (status > 206) continue;
      expect(body).toEqual(whole.subarray(from, to));
      expect([answer.headers.get("content-length"), answer.headers.get("etag")]).toEqual([
        String(to - from),
        tag,
      ]);
    }
    const head = await fetch(`${edge.url}${PATH}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(size)]);
  });

  test("that break halfway are told to be broken, and those that cannot begin are refused", async () => {
    const { origin, whole } = await downloads();
    const edge = await edgeOver({ snapshots: origin.url });
    expect((await fetch(`${edge.url}${PATH}`)).status).toBe(200);
    origin.fault = (path) =>
      path.startsWith("/dump/") ? new Response(whole.slice(0, whole.length - 10)) : undefined;
    const answer = await fetch(`${edge.url}${PATH}`);
    await expect(answer.arrayBuffer()).rejects.toThrow();
    origin.fault = (path) => path.startsWith("/dump/") ? new Response(null, { status: 404 }) : undefined;
    expect((await fetch(`${edge.url}${PATH}`)).status).toBe(500);
  });
});

describe("the origin of the pages", () => {
  /** A server of the whole application that compresses, beside answers of its own. */
  async function pages(own: Readonly<Record<string, () => Response | Promise<Response>>> = {}) {
    const end = new AbortController();
    const { app } = await wholeApp({ priceStream: priceStream(end.signal) });
    const front = compressed((request) => app.fetch(request), 1_000_000);
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => own[new URL(request.url).pathname]?.() ?? front(request),
    );
    ends.push(async () => {
      end.abort();
      await server.shutdown();
    });
    return `http://127.0.0.1:${server.addr.port}`;
  }

  test("is handed on as it encodes them, once, and asked about by the tags it gave", async () => {
    const origin = await pages();
    const edge = await edgeOver({ origin });
    const plain = await (await fetch(`${origin}/serie/m.1`, { headers: { "accept-encoding": "identity" } }))
      .text();
    for (
      const [encoding, decode] of [["br", zlib.brotliDecompressSync], ["gzip", zlib.gunzipSync]] as const
    ) {
      const { headers, body } = await rawGet(`${edge.url}/serie/m.1`, { "accept-encoding": encoding });
      expect([headers["content-encoding"], headers.vary]).toEqual([encoding, "Accept-Encoding"]);
      expect(decode(body).toString()).toBe(plain);
      const again = await rawGet(`${edge.url}/serie/m.1`, {
        "accept-encoding": encoding,
        "if-none-match": headers.etag!,
      });
      expect([again.status, again.body.length]).toEqual([304, 0]);
    }
    const asIs = await rawGet(`${edge.url}/serie/m.1`, { "accept-encoding": "identity" });
    expect([asIs.headers["content-encoding"], new TextDecoder().decode(asIs.body)]).toEqual([
      undefined,
      plain,
    ]);
    expect((await rawGet(`${edge.url}/serie/m.1`, {}, "HEAD")).status).toBe(200);
  });

  test("is given up when it says nothing, and its ways elsewhere are the reader's to follow", async () => {
    const silent = Promise.withResolvers<Response>();
    const origin = await pages({
      "/": () => silent.promise,
      "/precios": () => new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } }),
    });
    const edge = await edgeOver({ origin });
    try {
      const answer = await fetch(`${edge.url}/`);
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(await answer.json()).toMatchObject({ status: 503, detail: expect.stringContaining("páginas") });
    } finally {
      silent.resolve(new Response());
    }
    const moved = await fetch(`${edge.url}/precios`, { redirect: "manual" });
    expect([moved.status, moved.headers.get("location")]).toEqual([302, "https://elsewhere.test/"]);
    await moved.body?.cancel();
  });

  test("streams prices; without it they are refused plainly", async () => {
    const edge = await edgeOver({ origin: await pages() });
    const answer = await fetch(`${edge.url}/api/ticker-stream/`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
    ]);
    let text = "";
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes("data:")) break;
    }
    expect(text).toContain('"price":3');

    const alone = await edgeOver({});
    const refused = await fetch(`${alone.url}/api/ticker-stream/`);
    expect([refused.status, refused.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
    expect((await refused.json()).detail).toContain("/api/ticker-list/");
  });
});

test("a spoilt list of its own files takes the reference away, and nothing else", async () => {
  const { instance } = await published();
  const spoilt = await Deno.makeTempDir({ prefix: "caudal_edge_" });
  ends.push(() => Deno.remove(spoilt, { recursive: true }));
  await Deno.symlink(`${folder}/worker`, `${spoilt}/worker`);
  await Deno.mkdir(`${spoilt}/assets`);
  await Deno.writeTextFile(`${spoilt}/assets/site.json`, '[{"path":"/do');
  const edge = await startWorkerd(
    spoilt,
    { host: "127.0.0.1", port: 0 },
    { snapshots: instance.published },
    () => {},
  );
  ends.push(edge.stop);
  const answer = await fetch(`${edge.url}/docs`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
  await answer.body?.cancel();
  expect(await yearsAt(edge.url)).toBe(1);
});
