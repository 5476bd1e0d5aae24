// The suite of blobs over a bucket of a real S3-compatible server, and what only such a place can do: fail in
// between, answer later, be written to by others.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { s3Blobs } from "../../src/store/s3/blobs.ts";
import { racePublishers } from "../publish/racing_publishers.ts";
import { blobsSuite } from "../store/blobs_suite.ts";
import { type Fault, type Link, openLink, SLOW_DOWN } from "./faulty_link.ts";
import { type S3Server, startS3Server } from "./s3_server.ts";

const MIB = 1024 * 1024;

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server[Symbol.asyncDispose]());

let buckets = 0;
function newBucket(): string {
  const name = `bucket-${++buckets}`;
  server.createBucket(name);
  return name;
}

/** What some services say of an upload that was completed already. */
const NO_SUCH_UPLOAD_XML = "<Error><Code>NoSuchUpload</Code></Error>";
const NO_SUCH_UPLOAD: Fault = {
  answers: `HTTP/1.1 404 Not Found\r\ncontent-length: ${NO_SUCH_UPLOAD_XML.length}\r\n` +
    `connection: close\r\n\r\n${NO_SUCH_UPLOAD_XML}`,
};

type Request = { readonly method: string; readonly query: URLSearchParams };

/** Opens a bucket and notes what is asked of the server; `before` hears of it before it is sent. */
function open(
  url: string,
  { keepBytes = 0, now = Date.now, access = server.access, before = (_: Request) => {} } = {},
) {
  const requests: Request[] = [];
  const noting = (url: string, init: RequestInit) => {
    const request = { method: init.method!, query: new URL(url).searchParams };
    requests.push(request);
    before(request);
    return fetch(url, init);
  };
  return { requests, ...s3Blobs({ url, access, fetch: noting, now, keepBytes }) };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

/** Bytes that tell where they are, to the last one. */
function pattern(size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4)).map((_, i) => i * 2654435761);
  return new Uint8Array(words.buffer, 0, size);
}

async function piecesOf(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(await Array.fromAsync(pieces)).arrayBuffer());
}

/** Whether all bytes are the same; comparing millions of them by `toEqual` takes a minute. */
function expectSame(found: Uint8Array | undefined, expected: Uint8Array): void {
  expect(found?.length).toBe(expected.length);
  expect(found!.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
}

blobsSuite("a bucket", () => ({ blobs: open(`s3://${newBucket()}`), close: () => {} }));
blobsSuite("a bucket with memory, below a prefix that needs escaping", () => ({
  blobs: open(`s3://${newBucket()}/a b/ñ+&`, { keepBytes: MIB }),
  close: () => {},
}));

describe("s3Blobs", () => {
  test("list pages through more files than the server tells at once", async () => {
    const bucket = newBucket();
    const names = Array.from({ length: 2_345 }, (_, i) => `segment/${String(i).padStart(5, "0")}.bin`);
    server.fill(bucket, [...names, "segment/deeper/a.bin", "segments.json"].map((name) => `p/${name}`));
    const { list, requests } = open(`s3://${bucket}/p`);
    expect((await list("segment")).toSorted()).toEqual(names);
    expect(requests).toHaveLength(3);
    expect(await list("")).toEqual(["segments.json"]);
  });

  test("read keeps whole files, asks once for what many want, and holds to its bound", async () => {
    const url = `s3://${newBucket()}`;
    const files = ["segment/a.bin", "segment/b.bin"];
    const { write, read, requests } = open(url, { keepBytes: 150 });
    for (const name of files) await write(name, pattern(100));
    requests.length = 0;
    const blocks = await Promise.all(
      Array.from({ length: 20 }, (_, i) => read("segment/a.bin", { offset: 5 * i, length: 5 })),
    );
    expectSame(await piecesOf(ReadableStream.from(blocks.map((block) => block!))), pattern(100));
    expect(requests).toHaveLength(1);
    await read("segment/a.bin", { offset: 0, length: 1 });
    expect(requests).toHaveLength(1);
    // There is no place for the second, which is read all the same.
    for (const i of [1, 2, 3]) {
      expectSame(await read("segment/b.bin", { offset: 40, length: 8 }), pattern(100).subarray(40, 48));
      expect(requests).toHaveLength(1 + i);
    }
  });

  describe("create", () => {
    /** Writes as the dumps do: in pieces that fit no part. */
    async function writeAll(blobs: ReturnType<typeof open>, content: Uint8Array) {
      const writer = await blobs.create("dumps");
      for (let at = 0; at < content.length; at += 300_007) {
        await writer.write(content.subarray(at, at + 300_007));
      }
      return writer;
    }

    test.each([
      { why: "nothing", size: 0, parts: 0 },
      { why: "a small file", size: 1_000, parts: 0 },
      { why: "one byte less than a part", size: 8 * MIB - 1, parts: 0 },
      { why: "a part", size: 8 * MIB, parts: 1 },
      { why: "parts and a byte", size: 16 * MIB + 1, parts: 3 },
      { why: "more than is copied at once", size: 64 * MIB + 5, parts: 9 },
    ])("writes $why", async ({ size, parts }) => {
      const bucket = newBucket();
      const blobs = open(`s3://${bucket}/p`);
      const content = pattern(size);
      await (await writeAll(blobs, content)).finish("dumps/whole");
      const sent = blobs.requests.filter(({ method, query }) => method === "PUT" && query.has("partNumber"));
      expect(sent.length).toBe(parts === 0 ? 0 : parts + Math.ceil(size / (64 * MIB)));
      expectSame(await piecesOf(blobs.pieces("dumps/whole", { offset: 0, length: size })), content);
      expect(server.keys(bucket)).toEqual(["p/dumps/whole"]);
    });

    test("writes pieces as they are when they are given", async () => {
      const blobs = open(`s3://${newBucket()}`);
      const writer = await blobs.create("dumps");
      const piece = bytes("one");
      await writer.write(piece);
      piece.set(bytes("two"));
      await writer.write(piece);
      await writer.finish("dumps/a");
      expect(textOf(await blobs.read("dumps/a"))).toBe("onetwo");
    });

    test.each([{ why: "small", size: 100 }, { why: "large", size: 20 * MIB }])(
      "abort leaves nothing of a $why file",
      async ({ size }) => {
        const bucket = newBucket();
        const blobs = open(`s3://${bucket}`);
        const writer = await writeAll(blobs, pattern(size));
        await writer.abort();
        expect(await blobs.list("dumps")).toEqual([]);
        expect(server.keys(bucket)).toEqual([]);
      },
    );

    test("gives up what a killed writer left after a day, not before", async () => {
      const bucket = newBucket();
      await writeAll(open(`s3://${bucket}`), pattern(9 * MIB));
      const isLeft = () => server.keys(bucket).length > 0;
      expect(isLeft()).toBe(true);
      const hours = (count: number) => ({ now: () => Date.now() + count * 3_600_000 });
      await (await open(`s3://${bucket}`, hours(23)).create("dumps")).abort();
      expect(isLeft()).toBe(true);
      await (await open(`s3://${bucket}`, hours(25)).create("dumps")).abort();
      expect(isLeft()).toBe(false);
    });
  });

  describe("write of a pointer", () => {
    test("tells the later of two publishers that read the same one", async () => {
      const url = `s3://${newBucket()}`;
      const [one, two] = [open(url), open(url)];
      // Nothing is there, then something.
      for (const round of ["first", "second"]) {
        await one.read("current.json");
        await two.read("current.json");
        await one.write("current.json", bytes(`one, ${round}`));
        await expect(two.write("current.json", bytes("two"))).rejects.toMatchObject({ code: "conflict" });
        await expect(two.write("current.json", bytes("two"))).rejects.toMatchObject({ code: "conflict" });
        expect(textOf(await one.read("current.json"))).toBe(`one, ${round}`);
      }
      await two.read("current.json");
      await two.write("current.json", bytes("two"));
      expect(textOf(await one.read("current.json"))).toBe("two");
    });

    test("of several publishers of prices loses none, and leaves no file that nobody names", async () => {
      const url = `s3://${newBucket()}`;
      await racePublishers(() => open(url), 4);
    });

    test("follows its own", async () => {
      const { read, write, remove } = open(`s3://${newBucket()}`);
      await read("current.json");
      await write("current.json", bytes("1"));
      await write("current.json", bytes("2"));
      await remove("current.json");
      await write("current.json", bytes("3"));
      expect(textOf(await read("current.json"))).toBe("3");
    });
  });

  describe("refusals", () => {
    const wrong = (over: Partial<S3Server["access"]>) => ({ access: { ...server.access, ...over } });

    test.each([
      {
        why: "a bucket that is not there",
        url: () => "s3://no-such-bucket",
        over: {},
        says: "no existe el bucket",
      },
      {
        why: "an access key",
        url: () => `s3://${newBucket()}`,
        over: { accessKey: "otra" },
        says: "S3_ACCESS_KEY",
      },
      {
        why: "a secret key",
        url: () => `s3://${newBucket()}`,
        over: { secretKey: "otra" },
        says: "S3_SECRET_KEY",
      },
    ])("are told of $why, for reading and writing", async ({ url, over, says }) => {
      const { read, write, list, create, pieces } = open(url(), wrong(over));
      const large = async () => {
        const writer = await create("dumps");
        await writer.write(pattern(9 * MIB));
        await writer.finish("dumps/a");
      };
      for (
        const work of [
          () => read("current.json"),
          () => write("current.json", bytes("{}")),
          () => list(""),
          () => piecesOf(pieces("dumps/a", { offset: 0, length: 1 })),
          large,
        ]
      ) {
        const error = await Promise.resolve(work()).then(() => undefined, (error) => error);
        expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining(says) });
        const told = JSON.stringify([error.message, String(error.cause), error.stack]);
        expect(told).not.toContain(server.access.secretKey);
        expect(told).not.toMatch(/Signature=|AWS4-HMAC/);
      }
    });

    test.each(["s3://", "s3://bucket-1/a//b", "s3://bucket-1/../b", "s3://b", "s3://bucket-1/a?b"])(
      "%s is no address of a bucket",
      (url) => {
        expect(() => open(url)).toThrow("no es una dirección s3://bucket/prefijo");
      },
    );
  });

  describe("over a bad link", () => {
    let link: Link;
    let blobs: ReturnType<typeof open>;
    let before: (request: Request) => void;
    beforeEach(() => {
      link = openLink(Number(new URL(server.access.endpoint).port));
      const access = { ...server.access, endpoint: `http://127.0.0.1:${link.port}` };
      before = () => {};
      blobs = open(`s3://${newBucket()}/p`, { access, before: (request) => before(request) });
    });
    afterEach(() => link[Symbol.asyncDispose]());

    const BAD: readonly { why: string; faults: readonly Fault[] }[] = [
      { why: "throttled twice", faults: [SLOW_DOWN, SLOW_DOWN] },
      { why: "refused twice", faults: ["refused", "refused"] },
      { why: "silent once", faults: ["silent"] },
      { why: "cut inside the head of the answer", faults: [{ cut: 20 }] },
      { why: "cut inside its body", faults: [{ cut: 100_000 }] },
    ];

    test.each(BAD)("read answers: $why", async ({ faults }) => {
      const content = pattern(200_000);
      await blobs.write("segment/a.bin", content);
      link.next(...faults);
      expectSame(await blobs.read("segment/a.bin"), content);
      link.next(...faults);
      expectSame(
        await blobs.read("segment/a.bin", { offset: 1, length: 150_000 }),
        content.subarray(1, 150_001),
      );
      expect(await blobs.exists("segment/a.bin")).toBe(true);
    });

    test.each(BAD.filter(({ why }) => why !== "silent once"))("write is done: $why", async ({ faults }) => {
      const content = pattern(200_000);
      await blobs.read("current.json");
      link.next(...faults);
      // The server may have written it before the answer was lost: its condition is broken by ourselves.
      await blobs.write("current.json", content);
      expectSame(await blobs.read("current.json"), content);
      link.next(...faults);
      await blobs.remove("current.json");
      expect(await blobs.list("")).toEqual([]);
    });

    test("pieces go on where a transfer was cut", async () => {
      const content = pattern(5 * MIB);
      const writer = await blobs.create("dumps");
      await writer.write(content);
      await writer.finish("dumps/a");
      link.next({ cut: 20 }, { cut: MIB }, SLOW_DOWN, { cut: MIB }, { cut: MIB }, { cut: MIB });
      expectSame(
        await piecesOf(blobs.pieces("dumps/a", { offset: 7, length: content.length - 9 })),
        content.subarray(7, content.length - 2),
      );
      expect(link.connections()).toBeGreaterThan(6);
    });

    test.each([
      { why: "begin an upload", is: ({ query }: Request) => query.has("uploads") },
      { why: "send or copy a part", is: ({ query }: Request) => query.has("partNumber") },
      {
        why: "complete an upload",
        is: ({ method, query }: Request) => method === "POST" && query.has("uploadId"),
      },
      { why: "remove the upload", is: ({ method }: Request) => method === "DELETE" },
      {
        why: "complete an upload, at a service that forgets it",
        is: ({ method, query }: Request) => method === "POST" && query.has("uploadId"),
        then: NO_SUCH_UPLOAD,
      },
    ])(
      "a large file gets whole though no first answer is heard to requests that $why",
      async ({ is, then }) => {
        const content = pattern(17 * MIB);
        let lost = 0;
        const heard = new Set<string>();
        before = (request) => {
          const text = `${request.method} ${request.query}`;
          if (request.method === "GET" || !is(request) || heard.has(text)) return;
          heard.add(text);
          lost++;
          // The server does what it is asked for.
          link.next({ cut: 1 }, ...(then ? [then] : []));
        };
        const writer = await blobs.create("dumps");
        for (let at = 0; at < content.length; at += 6 * MIB) {
          await writer.write(content.subarray(at, at + 6 * MIB));
        }
        await writer.finish("dumps/a");
        before = () => {};
        expect(lost).toBeGreaterThan(0);
        expectSame(await piecesOf(blobs.pieces("dumps/a", { offset: 0, length: content.length })), content);
        expect(await blobs.list("dumps")).toEqual(["dumps/a"]);
      },
    );

    test.each([{ why: "throttles", fault: SLOW_DOWN }, { why: "refuses", fault: "refused" as const }])(
      "what is not there is told from a place that $why for ever, which is come back to",
      async ({ fault }) => {
        expect(await blobs.read("current.json")).toBeUndefined();
        link.always(fault);
        await expect(Promise.resolve(blobs.read("current.json"))).rejects.toMatchObject({
          code: "unavailable",
        });
        await expect(blobs.exists("segment/a.bin")).rejects.toMatchObject({ code: "unavailable" });
        await expect(blobs.list("segment")).rejects.toMatchObject({ code: "unavailable" });
        link.always(undefined);
        expect(await blobs.read("current.json")).toBeUndefined();
      },
    );

    test("a server that is killed is unavailable, and good again when it is back", async () => {
      // More than any buffer on the way holds.
      const content = pattern(48 * MIB);
      const writer = await blobs.create("dumps");
      await writer.write(content);
      await writer.finish("dumps/a");
      const reading = blobs.pieces("dumps/a", { offset: 0, length: content.length })[Symbol.asyncIterator]();
      await reading.next();
      await server.kill();
      const rest = async () => {
        while (!(await reading.next()).done);
      };
      await expect(rest()).rejects.toMatchObject({ code: "unavailable" });
      await expect(Promise.resolve(blobs.read("dumps/a"))).rejects.toMatchObject({ code: "unavailable" });
      await server.restart();
      expectSame(await blobs.read("dumps/a"), content);
    });
  });
});
