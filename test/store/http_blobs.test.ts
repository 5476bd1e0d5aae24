// What an HTTP origin answers, held against what was asked for: origins that fail while they say that they do not.

import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { httpBlobs } from "../../src/store/http/blobs.ts";

const FILE = new TextEncoder().encode("0123456789".repeat(50));
const NAME = `segment/${createHash("sha256").update(FILE).digest("hex")}.bin`;
const RANGE = { offset: 3, length: 4 };

/** An origin that answers its files after these answers, and what it was asked for. */
function originOf(...before: (() => Response)[]) {
  const asked: string[] = [];
  const blobs = httpBlobs({
    url: "http://origin.test/",
    keepBytes: 100_000,
    fetch: (url, { headers }) => {
      const range = new Headers(headers).get("range");
      asked.push(`${url.replace("http://origin.test/", "")} ${range}`);
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
      const answer = before.shift() ??
        (() =>
          from === undefined
            ? new Response(FILE)
            : new Response(FILE.slice(Number(from), Number(to) + 1), { status: 206 }));
      return Promise.resolve(answer());
    },
  });
  return { blobs, asked };
}

const page = () => new Response("<!doctype html><title>Mantenimiento</title>");
const half = () => new Response(FILE.slice(0, 250));
const otherFile = () => new Response(new Uint8Array(FILE.length));
const nothing = () => new Response("");

const PASSING = [
  { why: "a page in place of it", answer: page },
  { why: "half of it", answer: half },
  { why: "other bytes", answer: otherFile },
  { why: "nothing", answer: nothing },
];

describe("httpBlobs", () => {
  test.each(PASSING)("asks again for a file where $why came", async ({ answer }) => {
    const { blobs, asked } = originOf(answer);
    expect(await blobs.read(NAME)).toEqual(FILE);
    expect(asked).toHaveLength(2);
  });

  test.each(PASSING)(
    "refuses a file where $why comes always, and keeps nothing of it",
    async ({ answer }) => {
      const { blobs } = originOf(answer, answer, answer);
      await expect(Promise.resolve(blobs.read(NAME, RANGE))).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("manda otros bytes"),
      });
      expect(await blobs.read(NAME, RANGE)).toEqual(FILE.slice(3, 7));
    },
  );

  test("takes a pointer as it comes: its name says nothing of it", async () => {
    const { blobs } = originOf(page);
    expect(new TextDecoder().decode(await blobs.read("current.json"))).toContain("Mantenimiento");
  });

  test("asks again where another part came", async () => {
    const other = () =>
      new Response(FILE.slice(0, 4), {
        status: 206,
        headers: { "content-range": `bytes 0-3/${FILE.length}` },
      });
    const pieces = async (blobs: ReturnType<typeof originOf>["blobs"]) =>
      new Uint8Array(await new Blob(await Array.fromAsync(blobs.pieces("dump/x.bin", RANGE))).arrayBuffer());
    expect(await pieces(originOf(other).blobs)).toEqual(FILE.slice(3, 7));
    await expect(pieces(originOf(other, other, other).blobs)).rejects.toThrow("manda otra parte");
  });

  describe("with a clock of its own", () => {
    afterEach(() => vi.restoreAllMocks());

    test("gives up a file that comes a byte at a time", async () => {
      let now = 0;
      vi.spyOn(Date, "now").mockImplementation(() => now);
      const trickle = () => {
        let sent = 0;
        return new Response(
          new ReadableStream({
            pull(controller) {
              now += 1_000;
              controller.enqueue(FILE.slice(sent, ++sent));
              if (sent === FILE.length) controller.close();
            },
          }),
        );
      };
      const { blobs } = originOf(trickle, trickle, trickle);
      await expect(Promise.resolve(blobs.read(NAME))).rejects.toThrow("demasiado despacio");
      // A second for each of 500 bytes, three times, would be more.
      expect(now).toBeLessThan(60_000);
    });
  });
});
