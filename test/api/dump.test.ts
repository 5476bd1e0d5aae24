// The downloads over HTTP: where they are, what they are told to be, and what is answered where there is none.
// Parts of them, and copies that are still good, are in dump_parts.test.ts.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Dumps } from "../../src/core/dumps.ts";
import { Problem } from "../../src/core/problem.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { DUMP_POINTER, encodeDumpPointer } from "../../src/store/segments/dump_format.ts";
import { openDumps } from "../../src/store/segments/dumps.ts";
import {
  appOf,
  bytesOf,
  FILE,
  FILES,
  GENERATED,
  GENERATED_AT,
  HASH,
  NAMES,
  ODD_CATALOGS,
  serve,
  SIZE,
  TAG,
} from "./dump_app.ts";

const { ask } = serve();
const PATH = "/series/api/dump/series-tiempo.xlsx";

describe("a download", () => {
  test.each(
    ["/series/api/dump", "/api/dump"].flatMap((root) =>
      ["", "/"].flatMap((end) => NAMES.map((name) => ({ root, end, name })))
    ),
  )("is at $root/$name$end, of all catalogs and of one", async ({ root, end, name }) => {
    for (const path of [`${root}/${name}${end}`, `${root}/c/${name}${end}`]) {
      const response = await ask(path);
      expect(response.status).toBe(200);
      expect(await bytesOf(response)).toEqual(FILE);
      expect(response.headers.get("content-type")).toBe(FILES[name]);
      expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${name}"`);
    }
  });

  test("tells its length, a strong tag, its digest, its date and that it has parts", async () => {
    const response = await ask(PATH);
    const digest = createHash("sha256").update(await bytesOf(response)).digest("base64");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-length": "5000",
      etag: TAG,
      "repr-digest": `sha-256=:${digest}:`,
      digest: `SHA-256=${digest}`,
      "last-modified": GENERATED,
      "accept-ranges": "bytes",
      "access-control-allow-origin": "*",
      "x-frame-options": "SAMEORIGIN",
    });
    expect(response.headers.get("cache-control")).toContain("no-transform");
    const exposed = response.headers.get("access-control-expose-headers")!.split(", ");
    expect(exposed).toEqual(
      expect.arrayContaining(["Content-Disposition", "Content-Range", "ETag", "Repr-Digest"]),
    );
  });

  test("is of the catalog that is asked for, however it is called", async () => {
    for (const catalog of ODD_CATALOGS) {
      const response = await ask(
        `/api/dump/${encodeURIComponent(catalog).replaceAll(".", "%2e")}/${NAMES[0]}`,
      );
      // Dots alone are taken away by every client, also where they are escaped.
      expect([catalog, response.status]).toEqual([catalog, catalog === ".." ? 404 : 200]);
    }
  });

  test("is the latest", async () => {
    const { blobs } = serve();
    let now = 0;
    const app = appOf(openDumps(blobs, () => now));
    expect(await bytesOf(await app.request(PATH))).toEqual(FILE);
    const later = Uint8Array.of(1, 2, 3);
    const sha256 = createHash("sha256").update(later).digest("hex");
    blobs.files.set(`dump/${sha256}.bin`, later);
    blobs.files.set(
      DUMP_POINTER,
      encodeDumpPointer([{
        catalog: null,
        name: "series-tiempo.xlsx",
        bytes: 3,
        sha256,
        generated_at: GENERATED_AT + 1000,
        previous: { bytes: SIZE, sha256: HASH, generated_at: GENERATED_AT },
      }]),
    );
    now += 2_000;
    const response = await app.request(PATH, { headers: { "if-none-match": TAG } });
    expect([response.status, response.headers.get("etag")]).toEqual([200, `"${sha256}"`]);
    expect(await bytesOf(response)).toEqual(later);
  });

  test("has a HEAD without a body, whatever part it asks for", async () => {
    const get = await ask(PATH);
    const askedFor: Record<string, string>[] = [{}, { range: "bytes=0-9" }];
    for (const headers of askedFor) {
      const head = await ask(PATH, headers, "HEAD");
      expect(head.status).toBe(200);
      expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
      expect(await head.text()).toBe("");
    }
  });

  test("answers OPTIONS to anybody, and refuses other methods", async () => {
    const options = await ask(PATH, {}, "OPTIONS");
    expect(options.status).toBe(204);
    expect(options.headers.get("access-control-allow-headers")).toMatch(/If-Range.*Range.*X-Source/);
    for (const path of [PATH, `/api/dump/c/${NAMES[0]}/`]) {
      const refused = await ask(path, {}, "DELETE");
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    }
  });
});

describe("where there is no file", () => {
  test.each([
    ...["series-tiempo.csv", "series-tiempo-valores.csv", "series-tiempo.sqlite", "series-tiempo-valores.dta"]
      .map((path) => ({ why: "only there zipped", path })),
    ...["series-tiempo-metadatos-csv.zip", "series-tiempo-fuentes-csv.zip", "series-tiempo-xlsx.zip"]
      .map((path) => ({ why: "not there zipped", path })),
    ...["series-tiempo.dta", "series-tiempo.badextension", "otro.csv", "series-tiempo-fuentes.parquet"]
      .map((path) => ({ why: "no such name", path })),
    ...["series-tiempo", "series-tiempo.tar.gz", "series-tiempo..xlsx", ".xlsx", "series-tiempo.xlsx."]
      .map((path) => ({ why: "not exactly one dot", path })),
    ...["SERIES-TIEMPO.XLSX", "%20series-tiempo.xlsx", "series-tiempo.xlsx%00", "dumps.json"]
      .map((path) => ({ why: "another spelling", path })),
    ...["x/series-tiempo.xlsx", "C/series-tiempo.xlsx", "c/series-tiempo.csv", "c/x.xlsx"]
      .map((path) => ({ why: "no such catalog, or not of it", path })),
    ...[`dump/${HASH}.bin`, "..%2fdumps.json", "..%2f..%2fcaudal.sqlite", "c/..%2fseries-tiempo.xlsx"]
      .map((path) => ({ why: "another file of the folder", path })),
    ...["%2e%2e%2fc/series-tiempo.xlsx", "..%5cc/series-tiempo.xlsx", "c%2fseries-tiempo.xlsx"]
      .map((path) => ({ why: "a way around", path })),
    ...["%/series-tiempo.xlsx", "%E0%A4%A/series-tiempo.xlsx", "%ff", "__proto__", "constructor/toString"]
      .map((path) => ({ why: "no text", path })),
    ...["", "c/series-tiempo.xlsx/x"].map((path) => ({ why: "no such place", path })),
  ])("answers 404: $why: $path", async ({ path }) => {
    for (const root of ["/series/api/dump/", "/api/dump/"]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await ask(root + path, { range: "bytes=0-9" }, method);
        expect(response.status).toBe(404);
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(response.headers.get("content-type")).toBe("application/problem+json");
      }
    }
  });

  test("names what was asked for", async () => {
    const { detail } = await (await ask("/api/dump/nada/series-tiempo.xlsx")).json();
    expect(detail).toBe('No hay un archivo "series-tiempo.xlsx" del catálogo "nada", o todavía no se generó');
  });

  test("answers 404 before any was generated, and where none ever will be", async () => {
    for (const dumps of [openDumps(memoryBlobs(), () => 0), undefined]) {
      const response = await appOf(dumps).request(PATH);
      expect(response.status).toBe(404);
    }
  });

  test("answers 404 for one of those that this run did not generate", async () => {
    const { ask } = serve([]);
    expect((await ask(PATH)).status).toBe(200);
    expect((await ask("/series/api/dump/c/series-tiempo.xlsx")).status).toBe(404);
  });
});

describe("where a file cannot be read", () => {
  const SPOILT: readonly { why: string; spoil: (files: Map<string, Uint8Array>) => void }[] = [
    { why: "it is gone", spoil: (files) => files.delete(`dump/${HASH}.bin`) },
    { why: "it is shorter", spoil: (files) => files.set(`dump/${HASH}.bin`, FILE.subarray(0, SIZE - 1)) },
    { why: "the list is no list", spoil: (files) => files.set(DUMP_POINTER, Uint8Array.of(123)) },
    {
      why: "the list is of a later format",
      spoil: (files) => files.set(DUMP_POINTER, new TextEncoder().encode('{"format":2,"files":[]}')),
    },
  ];
  test.each(SPOILT)("answers the contract's 500, and tells who runs it: $why", async ({ spoil }) => {
    const { blobs, ask, faults } = serve();
    spoil(blobs.files);
    const askedFor: Record<string, string>[] = [{}, { range: "bytes=4000-" }];
    for (const headers of askedFor) {
      const response = await ask(PATH, headers);
      expect(response.status).toBe(500);
      expect(await response.text()).toBe("Error en la lectura del archivo pedido");
      expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("content-disposition")).toBeNull();
    }
    expect(faults).toHaveLength(2);
    for (const fault of faults) expect(fault).toMatchObject({ code: "unavailable" });
  });

  /** A file of two pieces; `read` is told when its reader lets go of it. */
  function twoPieces(second: () => Uint8Array<ArrayBuffer>) {
    let isOpen = 0;
    const dumps: Dumps = {
      find: (_, name) =>
        Promise.resolve({
          name,
          bytes: 4,
          sha256: HASH,
          generatedAt: GENERATED_AT,
          async *read() {
            isOpen++;
            try {
              yield Uint8Array.of(1, 2);
              yield second();
            } finally {
              isOpen--;
            }
          },
        }),
    };
    return { app: appOf(dumps), isOpen: () => isOpen };
  }

  test("after its beginning was sent, ends the answer as one that was cut off", async () => {
    const { app, isOpen } = twoPieces(() => {
      throw new Problem("unavailable", "gone");
    });
    const response = await app.request(PATH);
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "4"]);
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(isOpen()).toBe(0);
  });

  test.each([
    { why: "a reader that goes away", leave: async (response: Response) => await response.body!.cancel() },
    { why: "one that read all", leave: async (response: Response) => void await response.arrayBuffer() },
  ])("or is not read to its end, lets go of it: $why", async ({ leave }) => {
    const { app, isOpen } = twoPieces(() => Uint8Array.of(3, 4));
    const response = await app.request(PATH);
    expect(isOpen()).toBe(1);
    await leave(response);
    expect(isOpen()).toBe(0);
  });

  test("lets go of it after HEAD", async () => {
    const { app, isOpen } = twoPieces(() => Uint8Array.of(3, 4));
    expect((await app.request(PATH, { method: "HEAD" })).headers.get("content-length")).toBe("4");
    expect(isOpen()).toBe(0);
  });

  test("tells nothing of a fault of ours", async () => {
    const faults: unknown[] = [];
    const bug = new TypeError("secreto");
    const app = appOf({ find: () => Promise.reject(bug) }, (error) => faults.push(error));
    const response = await app.request(PATH);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secreto");
    expect(faults).toEqual([bug]);
  });
});

test("the description of the API names every file", async () => {
  const { paths } = await (await ask("/openapi.json")).json();
  for (const path of ["/series/api/dump/{file}/", "/series/api/dump/{catalog}/{file}/"]) {
    const { parameters, responses } = paths[path].get;
    expect(parameters.find(({ name }: { name: string }) => name === "file").schema.enum).toEqual(NAMES);
    expect(Object.keys(responses)).toEqual(["200", "206", "304", "404", "412", "416", "500"]);
  }
});
