// Encoded answers: which, how they are told apart, and that none is encoded twice.

import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { compressed, preferredEncoding } from "../../src/host/compressed.ts";

const TEXT = "una serie de tiempo; ".repeat(200);
const TAG = '"abc-1"';
const MB = 1024 * 1024;

function app(headers: Record<string, string> = {}, body: BodyInit | null = TEXT, status = 200) {
  let made = 0;
  const answer = compressed((request) => {
    made++;
    const tag = headers.etag ?? TAG;
    if (request.headers.get("if-none-match") === tag) {
      return new Response(null, { status: 304, headers: { etag: tag } });
    }
    return new Response(body, {
      status,
      headers: { "content-type": "application/json", etag: tag, ...headers },
    });
  }, MB);
  return {
    made: () => made,
    ask: async (asked: Record<string, string> = {}, method = "GET") =>
      await answer(new Request("http://caudal.test/x?y=1", { method, headers: asked })),
  };
}

describe("preferredEncoding", () => {
  test.each([
    { header: "gzip, deflate, br", encoding: "br", why: "the best of those that weigh the same" },
    { header: "gzip", encoding: "gzip", why: "the only one" },
    { header: "br;q=0.5, gzip", encoding: "gzip", why: "weights win" },
    { header: "br;q=0, gzip;q=0", encoding: undefined, why: "refused" },
    { header: "*", encoding: "br", why: "anything" },
    { header: "*;q=0", encoding: undefined, why: "nothing" },
    { header: "br;q=0, *", encoding: "gzip", why: "anything but one" },
    { header: "identity", encoding: undefined, why: "as it is" },
    { header: "", encoding: undefined, why: "empty" },
    { header: "BR", encoding: "br", why: "names have no case" },
  ])("$header: $why", ({ header, encoding }) => expect(preferredEncoding(header)).toBe(encoding));
});

describe("compressed", () => {
  test.each([
    { encoding: "br", decode: zlib.brotliDecompressSync },
    { encoding: "gzip", decode: zlib.gunzipSync },
  ])("answers $encoding, under a tag of its own", async ({ encoding, decode }) => {
    const { ask } = app();
    for (const round of ["made", "kept"]) {
      const answer = await ask({ "accept-encoding": encoding });
      expect([
        round,
        answer.headers.get("content-encoding"),
        answer.headers.get("etag"),
        answer.headers.get("vary"),
      ])
        .toEqual([round, encoding, `"abc-1-${encoding}"`, "Accept-Encoding"]);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      expect(bytes.length).toBeLessThan(TEXT.length);
      expect(decode(bytes).toString()).toBe(TEXT);
    }
  });

  test("answers as it is whoever names no encoding, and says that others get another form", async () => {
    const answer = await app().ask();
    expect([answer.headers.get("content-encoding"), answer.headers.get("etag"), answer.headers.get("vary")])
      .toEqual([null, TAG, "Accept-Encoding"]);
    expect(await answer.text()).toBe(TEXT);
  });

  test.each([
    {
      why: "the form that is asked for",
      asked: "gzip",
      tag: '"abc-1-gzip"',
      status: 304,
      told: '"abc-1-gzip"',
    },
    { why: "a plain copy is the same answer", asked: "gzip", tag: TAG, status: 304, told: TAG },
    {
      why: "another form is another answer",
      asked: "gzip",
      tag: '"abc-1-br"',
      status: 200,
      told: '"abc-1-gzip"',
    },
    { why: "an old answer", asked: "br", tag: '"abc-0-br"', status: 200, told: '"abc-1-br"' },
    { why: "a form without a wish", asked: "", tag: '"abc-1-br"', status: 200, told: TAG },
  ])("knows a copy by its tag: $why", async ({ asked, tag, status, told }) => {
    const answer = await app().ask({ ...(asked && { "accept-encoding": asked }), "if-none-match": tag });
    expect([answer.status, answer.headers.get("etag")]).toEqual([status, told]);
    expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    await answer.body?.cancel();
  });

  test.each<{ why: string; headers: Record<string, string> }>([
    { why: "encoded already", headers: { "content-encoding": "zstd" } },
    { why: "not to be transformed", headers: { "cache-control": "public, no-transform" } },
    { why: "compressed by its format", headers: { "content-type": "application/zip" } },
    { why: "a stream of events", headers: { "content-type": "text/event-stream" } },
  ])("leaves alone what is $why", async ({ headers }) => {
    const answer = await app(headers).ask({ "accept-encoding": "br" });
    expect(answer.headers.get("content-encoding")).toBe(
      headers["content-encoding"] ?? null,
    );
    expect([answer.headers.get("etag"), answer.headers.get("vary")]).toEqual([TAG, null]);
    expect(await answer.text()).toBe(TEXT);
  });

  test("leaves small answers and parts alone", async () => {
    expect((await app({}, "{}").ask({ "accept-encoding": "br" })).headers.get("content-encoding")).toBeNull();
    expect((await app({}, TEXT, 206).ask({ "accept-encoding": "br" })).headers.get("content-encoding"))
      .toBeNull();
  });

  test("answers HEAD with the headers of GET, without a length that is not known", async () => {
    const { ask } = app({ "content-length": String(TEXT.length) }, null);
    const { headers } = await ask({ "accept-encoding": "br" }, "HEAD");
    expect([headers.get("content-encoding"), headers.get("etag"), headers.get("content-length")])
      .toEqual(["br", '"abc-1-br"', null]);
  });

  test("keeps the status of what was refused", async () => {
    const answer = await app({}, TEXT, 400).ask({ "accept-encoding": "gzip" });
    expect([answer.status, answer.headers.get("content-encoding")]).toEqual([400, "gzip"]);
    await answer.body?.cancel();
  });
});
