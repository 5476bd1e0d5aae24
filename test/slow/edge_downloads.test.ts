// What the edge hands on under the platform's own runtime: downloads whole and by parts, and the pages, prices and
// files that others made.

import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { priceStream } from "../../src/api/price_stream.ts";
import { compressed } from "../../src/host/compressed.ts";
import { wholeApp } from "../api/whole_app.ts";
import { edgeWorld, yearsAt } from "../edge/edge_world.ts";
import { rawGet } from "../edge/raw_get.ts";

const { atEnd, edgeOver, folder, published } = edgeWorld();

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
    atEnd(async () => {
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
  atEnd(() => Deno.remove(spoilt, { recursive: true }));
  await Deno.symlink(`${folder()}/worker`, `${spoilt}/worker`);
  await Deno.mkdir(`${spoilt}/assets`);
  await Deno.writeTextFile(`${spoilt}/assets/site.json`, '[{"path":"/do');
  const edge = await edgeOver({ snapshots: instance.published }, spoilt);
  const answer = await fetch(`${edge.url}/docs`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
  await answer.body?.cancel();
  expect(await yearsAt(edge.url)).toBe(1);
});
