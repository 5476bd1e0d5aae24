// Published files behind plain web servers: one that knows ranges, one that does not, and a bad link before it.

import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findOrInstall, findProgram } from "../../scripts/services/packages.ts";
import { httpBlobs } from "../../src/store/http/blobs.ts";
import { addressOf, eventually, runCommand, runWell, startCommand, startProgram } from "../slow/process.ts";
import { goodPages, type Publisher, startPublisher } from "../slow/publisher.ts";
import { type Link, openLink, SLOW_DOWN } from "./faulty_link.ts";
import { freePort } from "./s3_server.ts";

type Origin = AsyncDisposable & { readonly url: string; readonly asked: Headers[] };

/** Serves the files of a folder, with ranges or without. */
function serveFolder(folder: string, ranges: boolean): Origin {
  const asked: Headers[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    asked.push(new Headers(request.headers));
    const name = new URL(request.url).pathname;
    if (name.startsWith("/closed")) return new Response(null, { status: 403 });
    const bytes = await Deno.readFile(folder + name).catch(() => undefined);
    if (!bytes) return new Response("No está", { status: 404 });
    const [, first, last] = (ranges && /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "")) || [];
    if (first === undefined) return new Response(bytes);
    if (Number(first) >= bytes.length) return new Response(null, { status: 416 });
    return new Response(bytes.subarray(Number(first), Number(last) + 1), {
      status: 206,
      headers: { "content-range": `bytes ${first}-${Number(last)}/${bytes.length}` },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_http_origin_" });
  await Deno.mkdir(path.join(folder, "files/segment"), { recursive: true });
  await Deno.writeTextFile(path.join(folder, "files/segment/a.bin"), "abcdef");
  await Deno.writeTextFile(path.join(folder, "files/current.json"), "{}");
});
afterAll(() => Deno.remove(folder, { recursive: true }));

describe.each([{ kind: "with ranges", ranges: true }, { kind: "without ranges", ranges: false }])(
  "httpBlobs of a server $kind",
  ({ ranges }) => {
    let origin: Origin;
    let link: Link;
    beforeEach(() => {
      origin = serveFolder(path.join(folder, "files"), ranges);
      link = openLink(Number(new URL(origin.url).port));
    });
    afterEach(async () => {
      await link[Symbol.asyncDispose]();
      await origin[Symbol.asyncDispose]();
    });
    const open = (keepBytes = 0) => httpBlobs({ url: `http://127.0.0.1:${link.port}/`, fetch, keepBytes });

    test.each([
      { offset: 0, length: 2, expected: "ab" },
      { offset: 2, length: 3, expected: "cde" },
      { offset: 0, length: 6, expected: "abcdef" },
      { offset: 3, length: 0, expected: "" },
      { offset: 4, length: 3, expected: undefined },
      { offset: 9, length: 1, expected: undefined },
    ])("read answers $length bytes from $offset on", async ({ expected, ...range }) => {
      expect(textOf(await open().read("segment/a.bin", range))).toBe(expected);
      expect(textOf(await open(1_000).read("segment/a.bin", range))).toBe(expected);
    });

    test("read tells what is not there from what cannot be had", async () => {
      const { read } = open();
      expect(textOf(await read("current.json"))).toBe("{}");
      expect(await read("segment/b.bin")).toBeUndefined();
      expect(await read("segment/b.bin", { offset: 0, length: 1 })).toBeUndefined();
      await expect(Promise.resolve(read("closed/a"))).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("responde 403"),
      });
      link.always("refused");
      await expect(Promise.resolve(read("current.json"))).rejects.toMatchObject({ code: "unavailable" });
      link.always(SLOW_DOWN);
      await expect(Promise.resolve(read("segment/b.bin"))).rejects.toMatchObject({ code: "unavailable" });
      link.always(undefined);
      expect(textOf(await read("current.json"))).toBe("{}");
    });

    test("pieces come whole through cuts, or tell that they cannot", async () => {
      const content = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * i) >> 8);
      await Deno.writeFile(path.join(folder, "files/large"), content);
      const { pieces } = open();
      link.next({ cut: 10 }, { cut: 700_000 }, { cut: 1_400_000 });
      const found = await Array.fromAsync(pieces("large", { offset: 3, length: 1_999_990 }));
      const joined = new Uint8Array(await new Blob(found).arrayBuffer());
      expect(joined.length).toBe(1_999_990);
      expect(joined.findIndex((byte, i) => byte !== content[i + 3])).toBe(-1);
      const missing = Array.fromAsync(pieces("large", { offset: 3, length: 2_000_000 }));
      await expect(missing).rejects.toMatchObject({ code: "unavailable" });
      await expect(Array.fromAsync(pieces("none", { offset: 0, length: 1 }))).rejects.toMatchObject({
        code: "unavailable",
      });
    });

    test("pointers are asked for past caches, files are not", async () => {
      const { read } = open();
      await read("current.json");
      await read("segment/a.bin");
      expect(origin.asked.map((headers) => headers.get("cache-control"))).toEqual(["no-cache", null]);
    });
  },
);

describe("an HTTP origin", () => {
  let publisher: Publisher;
  beforeAll(async () => {
    publisher = startPublisher();
    publisher.put("a", goodPages("a", 100));
    const args = ["--catalog", `a=${publisher.catalogUrl("a")}`, "--data", path.join(folder, "writer")];
    await runWell("harvest", args, { ALLOW_INTERNAL_SOURCES: "true" });
  });
  afterAll(() => publisher[Symbol.asyncDispose]());

  test("is served from, also when it is a server that knows no ranges", async () => {
    const port = String(await freePort());
    const python = await findOrInstall("Python", () => findProgram("python3"), ["python3"], console.log);
    const args = [
      "-m",
      "http.server",
      port,
      "--bind",
      "127.0.0.1",
      "--directory",
      path.join(folder, "writer"),
    ];
    await using origin = startProgram(python, args);
    const address = `http://127.0.0.1:${port}/snapshots`;
    await eventually(async () => {
      if (!origin.isRunning()) throw new Error((await origin.finished).stderr);
      return await fetch(`${address}/current.json`).then(async (response) => {
        await response.body?.cancel();
        return response.ok;
      }, () => false);
    });
    await using server = startCommand("serve", ["--port", "0", "--data", path.join(folder, "reader")], {
      SNAPSHOT_URL: address,
    });
    await using local = startCommand("serve", ["--port", "0", "--data", path.join(folder, "writer")]);
    const [far, near] = [await addressOf(server), await addressOf(local)];
    for (
      const query of [
        "series/?ids=a.uno,a.dos&metadata=full",
        "search/?q=uno",
        "series/?ids=a.uno&format=csv",
      ]
    ) {
      const [one, other] = await Promise.all(
        [far, near].map(async (url) => {
          const response = await fetch(`${url}/series/api/${query}`);
          return { status: response.status, tag: response.headers.get("etag"), body: await response.text() };
        }),
      );
      expect(one).toEqual(other);
      expect(one!.status).toBe(200);
    }
  });

  test.each(["publish", "dump", "start"])("is not published to by %s", async (command) => {
    const refused = await runCommand(command, ["--data", path.join(folder, "writer")], {
      SNAPSHOT_URL: "https://example.org/caudal",
    });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toBe(
      "Error: https://example.org/caudal es un origen HTTP, que sólo se lee: " +
        "para publicar, SNAPSHOT_URL debe ser una carpeta o s3://bucket/prefijo\n",
    );
  });
});
