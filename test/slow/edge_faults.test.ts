// The edge under the platform's own runtime over origins that fail: while they are silent, while they say that they do
// not fail, and halfway. What was good is answered, nothing bad is kept, and what can be answered again is.

import { describe, expect, test } from "vitest";
import { POINTER_LIFE_MS } from "../../edge/read_app.ts";
import { edgeWorld, SERIES, yearsAt } from "../edge/edge_world.ts";
import { fileOrigin } from "../edge/file_origin.ts";
import { eventually, sleep } from "./process.ts";

const { atEnd, edgeOver, published, platformCache } = edgeWorld();

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
      const edge = await edgeOver({ snapshots: origin.url, cache: cache.url });
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
    atEnd(other.stop);
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
