// Copies of downloads that are still good, and parts of them: what a download that was cut off goes on with.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bytesOf, FILE, GENERATED, serve, SIZE, TAG } from "./dump_app.ts";

const { ask } = serve();
const PATH = "/series/api/dump/series-tiempo.xlsx";

describe("a copy", () => {
  const COPIES: readonly { why: string; headers: Record<string, string>; status: number }[] = [
    { why: "its tag", headers: { "if-none-match": TAG }, status: 304 },
    { why: "its tag among others", headers: { "if-none-match": `"x", ${TAG}` }, status: 304 },
    { why: "any tag", headers: { "if-none-match": "*" }, status: 304 },
    { why: "another tag", headers: { "if-none-match": '"x"' }, status: 200 },
    { why: "its date", headers: { "if-modified-since": GENERATED }, status: 304 },
    { why: "a later date", headers: { "if-modified-since": "Fri, 10 Jul 2026 00:00:00 GMT" }, status: 304 },
    {
      why: "an earlier date",
      headers: { "if-modified-since": "Thu, 09 Jul 2026 15:30:11 GMT" },
      status: 200,
    },
    { why: "no date", headers: { "if-modified-since": "ayer" }, status: 200 },
    {
      why: "another tag, which counts more than its date",
      headers: { "if-none-match": '"x"', "if-modified-since": GENERATED },
      status: 200,
    },
    {
      why: "its tag, which counts more than the part asked for",
      headers: { "if-none-match": TAG, range: "bytes=0-9" },
      status: 304,
    },
  ];
  test.each(COPIES)("is still good or not, by $why", async ({ headers, status }) => {
    const response = await ask(PATH, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get("etag")).toBe(TAG);
    expect((await bytesOf(response)).length).toBe(status === 304 ? 0 : SIZE);
  });
});

describe("a copy that is gone on with", () => {
  const EARLIER = "Thu, 09 Jul 2026 15:30:11 GMT";
  test.each<{ why: string; headers: Record<string, string>; status: number }>([
    { why: "its tag", headers: { "if-match": `"x", ${TAG}` }, status: 206 },
    { why: "any tag", headers: { "if-match": "*" }, status: 206 },
    { why: "its date", headers: { "if-unmodified-since": GENERATED }, status: 206 },
    { why: "another tag", headers: { "if-match": '"x"' }, status: 412 },
    { why: "a weak tag", headers: { "if-match": `W/${TAG}` }, status: 412 },
    { why: "an earlier date", headers: { "if-unmodified-since": EARLIER }, status: 412 },
    { why: "no date, which says nothing", headers: { "if-unmodified-since": "ayer" }, status: 206 },
    {
      why: "its tag, which counts more than an earlier date",
      headers: { "if-match": TAG, "if-unmodified-since": EARLIER },
      status: 206,
    },
    {
      why: "another tag, which counts more than what is still good",
      headers: { "if-match": '"x"', "if-none-match": TAG },
      status: 412,
    },
  ])("is still the one or not, by $why", async ({ headers, status }) => {
    const response = await ask(PATH, { range: "bytes=10-19", ...headers });
    expect(response.status).toBe(status);
    if (status === 206) expect(await bytesOf(response)).toEqual(FILE.slice(10, 20));
    else expect(await response.json()).toMatchObject({ status: 412 });
  });
});

describe("a part", () => {
  const PARTS: readonly { why: string; range: string; from: number; to: number }[] = [
    { why: "the first bytes", range: "bytes=0-9", from: 0, to: 10 },
    { why: "the first byte", range: "bytes=0-0", from: 0, to: 1 },
    { why: "the middle, over pieces", range: "bytes=1000-3099", from: 1000, to: 3100 },
    { why: "the rest", range: "bytes=4990-", from: 4990, to: 5000 },
    { why: "the last byte", range: "bytes=4999-4999", from: 4999, to: 5000 },
    { why: "as much as there is", range: "bytes=4990-9999", from: 4990, to: 5000 },
    { why: "everything", range: "bytes=0-", from: 0, to: 5000 },
    { why: "the last ten", range: "bytes=-10", from: 4990, to: 5000 },
    { why: "more at the end than there is", range: "bytes=-9999", from: 0, to: 5000 },
    { why: "an end that no number holds", range: `bytes=1-${"9".repeat(40)}`, from: 1, to: 5000 },
    { why: "in capitals", range: "Bytes=0-9", from: 0, to: 10 },
  ];
  test.each(PARTS)("is answered by itself: $why", async ({ range, from, to }) => {
    const response = await ask(PATH, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/5000`);
    expect(response.headers.get("content-length")).toBe(String(to - from));
    expect(await bytesOf(response)).toEqual(FILE.slice(from, to));
    // The tag and the digest are those of the whole.
    expect(response.headers.get("etag")).toBe(TAG);
    expect(response.headers.get("repr-digest")).toContain(createHash("sha256").update(FILE).digest("base64"));
  });

  test.each([
    { why: "after the end", range: "bytes=5000-" },
    { why: "far after the end", range: `bytes=${"9".repeat(40)}-` },
    { why: "after the end, with an end", range: "bytes=6000-7000" },
    { why: "the last none", range: "bytes=-0" },
  ])("that is not there is refused with the size: $why", async ({ range }) => {
    const response = await ask(PATH, { range });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */5000");
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect((await response.json()).status).toBe(416);
  });

  test.each([
    { why: "several parts", range: "bytes=0-9,20-29" },
    { why: "another unit", range: "items=0-9" },
    { why: "no numbers", range: "bytes=a-b" },
    { why: "nothing", range: "bytes=-" },
    { why: "backwards", range: "bytes=9-0" },
    { why: "no unit", range: "0-9" },
    { why: "a negative start", range: "bytes=--9" },
    { why: "empty", range: "" },
  ])("that cannot be told is the whole file: $why", async ({ range }) => {
    const response = await ask(PATH, { range });
    expect([response.status, response.headers.get("content-range")]).toEqual([200, null]);
    expect(await bytesOf(response)).toEqual(FILE);
  });

  test.each([
    { why: "its tag", condition: TAG, status: 206 },
    { why: "its date", condition: GENERATED, status: 206 },
    { why: "another tag", condition: '"x"', status: 200 },
    { why: "a weak tag", condition: `W/${TAG}`, status: 200 },
    { why: "an earlier date", condition: "Thu, 09 Jul 2026 15:30:11 GMT", status: 200 },
    { why: "a later date", condition: "Thu, 09 Jul 2026 15:30:13 GMT", status: 200 },
    { why: "neither", condition: "ayer", status: 200 },
  ])("goes on with the file that it began with alone: $why", async ({ condition, status }) => {
    const response = await ask(PATH, { range: "bytes=4990-", "if-range": condition });
    expect(response.status).toBe(status);
    expect(await bytesOf(response)).toEqual(status === 206 ? FILE.slice(4990) : FILE);
  });

  test("that is not there is the whole of another file", async () => {
    const response = await ask(PATH, { range: "bytes=9999-", "if-range": '"x"' });
    expect([response.status, (await bytesOf(response)).length]).toEqual([200, SIZE]);
  });
});
