// The reader of a bucket, where the bucket fails; that it reads a real one is shown by slow/edge_bucket.test.ts.

import { describe, expect, test } from "vitest";
import { type Bucket, r2Blobs } from "../../src/store/r2/blobs.ts";

const TEXT = "0123456789";
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

/** A bucket of one file whose requests end as told, then well. */
function bucketOf(...faults: readonly ("fails" | "breaks")[]) {
  const keys: string[] = [];
  const left = [...faults];
  const bucket: Bucket = {
    get(key, { range } = { range: { offset: 0, length: TEXT.length } }) {
      keys.push(key);
      const fault = left.shift();
      if (fault === "fails") {
        return Promise.reject(new Error("get: We encountered an internal error (10001)"));
      }
      if (!key.endsWith("a.bin")) return Promise.resolve(null);
      if (range.offset >= TEXT.length) {
        return Promise.reject(new Error("get: The requested range is not satisfiable (10039)"));
      }
      const part = bytesOf(TEXT.slice(range.offset, range.offset + range.length));
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          controller.enqueue(part.slice(0, 4));
          if (fault === "breaks") return controller.error(new Error("Network connection lost"));
          if (part.length > 4) controller.enqueue(part.slice(4));
          controller.close();
        },
      }, { highWaterMark: 0 });
      return Promise.resolve({
        body,
        arrayBuffer: () =>
          fault === "breaks"
            ? Promise.reject(new Error("Network connection lost"))
            : Promise.resolve(part.buffer),
      });
    },
  };
  return { bucket, keys };
}

async function collected(blobs: ReturnType<typeof r2Blobs>, offset: number, length: number): Promise<string> {
  let text = "";
  for await (const piece of blobs.pieces("a.bin", { offset, length })) text += textOf(piece);
  return text;
}

describe("r2Blobs", () => {
  test("reads whole files and parts below its prefix", async () => {
    const { bucket, keys } = bucketOf();
    const blobs = r2Blobs(bucket, "/publicado/");
    expect(textOf(await blobs.read("a.bin"))).toBe(TEXT);
    expect(textOf(await blobs.read("a.bin", { offset: 3, length: 4 }))).toBe("3456");
    expect(keys).toEqual(["publicado/a.bin", "publicado/a.bin"]);
  });

  test.each([
    { why: "no such file", name: "b.bin", range: undefined },
    { why: "a part that goes past the end", name: "a.bin", range: { offset: 8, length: 3 } },
    { why: "a part behind the end", name: "a.bin", range: { offset: 10, length: 3 } },
  ])("knows of nothing where there is $why", async ({ name, range }) => {
    expect(await r2Blobs(bucketOf().bucket).read(name, range)).toBeUndefined();
  });

  test("asks again where that may help, and gives up in the end", async () => {
    expect(textOf(await r2Blobs(bucketOf("fails", "breaks").bucket).read("a.bin"))).toBe(TEXT);
    await expect(r2Blobs(bucketOf("fails", "fails", "fails").bucket).read("a.bin")).rejects.toThrow("10001");
  });

  test("takes pieces up again where they broke", async () => {
    expect(await collected(r2Blobs(bucketOf("fails", "breaks").bucket), 1, 8)).toBe(TEXT.slice(1, 9));
    await expect(collected(r2Blobs(bucketOf("fails", "fails", "fails").bucket), 0, 10)).rejects.toThrow(
      "10001",
    );
  });

  test("refuses pieces of what is not there, or ends early", async () => {
    await expect(collected(r2Blobs(bucketOf().bucket), 5, 10)).rejects.toThrow(`"a.bin"`);
    const pieces = r2Blobs(bucketOf().bucket).pieces("b.bin", { offset: 0, length: 1 });
    await expect(Array.fromAsync(pieces)).rejects.toThrow("no está");
  });
});
