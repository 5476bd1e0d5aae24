// The module over servers of this file, within this process: what is asked, what is kept, and that a download that
// fails leaves things as they were. As a process it is in test/slow/http_fetch.test.ts.

import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { ConfigurationFault } from "../../src/modules/configuration.ts";
import { readFetchConfiguration } from "../../src/modules/http_fetch/configuration.ts";
import { fetchFile } from "../../src/modules/http_fetch/fetch_file.ts";

const SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, B.1
const SHA512_OF_ABC = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" + // FIPS 180-2, C.1
  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

let folder: string;
let servers: http.Server[];
const at = (name: string) => path.join(folder, name);
const files = () => fs.readdirSync(folder).sort();

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-fetch-"));
  servers = [];
});
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  fs.rmSync(folder, { recursive: true });
});

async function webServer(
  answer: (request: http.IncomingMessage, response: http.ServerResponse, nth: number) => void,
) {
  const hits: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    hits.push(request);
    answer(request, response, hits.length);
  });
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/t.csv`, hits };
}

async function download(url: string, conf: object = {}, allowInternal = true) {
  fs.writeFileSync(at("conf.json"), JSON.stringify(conf));
  const configuration = await readFetchConfiguration(url, at("conf.json"), (name) => {
    return name === "TOKEN" ? "Bearer abc" : undefined;
  });
  fs.rmSync(at("conf.json"));
  return await fetchFile(configuration, at("t.csv"), {
    allowInternal,
    tell: () => {},
    onDiscard: () => {},
    reader: { backoffMs: 1 },
  });
}

describe("http_fetch", () => {
  test("asks only for a change of what it has", async () => {
    const { url, hits } = await webServer((request, response) => {
      const known = request.headers["if-none-match"] === '"v1"';
      response.writeHead(known ? 304 : 200, {
        "ETag": '"v1"',
        "Last-Modified": "Sat, 16 Nov 2019 00:00:00 GMT",
      })
        .end(known ? undefined : "abc");
    });
    const first = { output: at("t.csv"), changed: true, bytes: 3, sha256: SHA256_OF_ABC };
    expect(await download(url)).toEqual(first);
    expect(fs.readFileSync(at("t.csv"), "utf8")).toBe("abc");
    expect(files()).toEqual(["t.csv", "t.csv.http.json"]);
    expect(JSON.parse(fs.readFileSync(at("t.csv.http.json"), "utf8"))).toEqual({
      url,
      etag: '"v1"',
      last_modified: "Sat, 16 Nov 2019 00:00:00 GMT",
      bytes: 3,
      sha256: SHA256_OF_ABC,
      sha512: SHA512_OF_ABC,
    });
    expect(await download(url)).toEqual({ ...first, changed: false });
    expect(hits.map(({ headers }) => headers["if-modified-since"])).toEqual([
      undefined,
      "Sat, 16 Nov 2019 00:00:00 GMT",
    ]);
    expect(files()).toEqual(["t.csv", "t.csv.http.json"]);
  });

  test.each([
    { why: "the file is another", spoil: () => fs.writeFileSync(at("t.csv"), "abd") },
    { why: "the file is gone", spoil: () => fs.rmSync(at("t.csv")) },
    { why: "what was kept is no JSON", spoil: () => fs.writeFileSync(at("t.csv.http.json"), "{") },
    {
      why: "what was kept is of another address",
      spoil: () =>
        fs.writeFileSync(
          at("t.csv.http.json"),
          fs.readFileSync(at("t.csv.http.json"), "utf8").replace("/t.csv", "/u.csv"),
        ),
    },
  ])("downloads again where $why", async ({ spoil }) => {
    const { url, hits } = await webServer((_, response) => {
      response.writeHead(200, { "ETag": '"v1"' }).end("abc");
    });
    await download(url);
    spoil();
    await download(url);
    expect(hits.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, undefined]);
    expect(fs.readFileSync(at("t.csv"), "utf8")).toBe("abc");
  });

  test("tells the same bytes from others where the server tells nothing", async () => {
    const { url } = await webServer((_, response, nth) => void response.end(nth < 3 ? "abc" : "abd"));
    const changes = [await download(url), await download(url), await download(url)];
    expect(changes.map(({ changed }) => changed)).toEqual([true, false, true]);
    expect(fs.readFileSync(at("t.csv"), "utf8")).toBe("abd");
  });

  test("begins the file again after a download that was cut", async () => {
    const { url, hits } = await webServer((_, response, nth) => {
      response.writeHead(200, { "Content-Length": "3" });
      if (nth === 1) response.write("xx", () => response.destroy());
      else response.end("abc");
    });
    expect(await download(url)).toMatchObject({ bytes: 3, sha256: SHA256_OF_ABC });
    expect(fs.readFileSync(at("t.csv"), "utf8")).toBe("abc");
    expect(hits.length).toBe(2);
  });

  test("writes what was compressed on the way as it was before", async () => {
    const { url } = await webServer((_, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("abc"));
    });
    expect(await download(url, { sha256: SHA256_OF_ABC, sha512: SHA512_OF_ABC.toUpperCase() }))
      .toMatchObject({ bytes: 3 });
  });

  test("writes files of many pieces", async () => {
    const body = new Uint8Array(5 * 1024 * 1024).map((_, i) => i % 251);
    const { url } = await webServer((_, response) => void response.end(body));
    const { sha256 } = await download(url);
    expect(sha256).toBe(createHash("sha256").update(fs.readFileSync(at("t.csv"))).digest("hex"));
    expect(sha256).toBe(createHash("sha256").update(body).digest("hex"));
  });

  test("gives its headers, secret ones too, to the server they are for and no other", async () => {
    const other = await webServer((_, response) => void response.end("abc"));
    const { url, hits } = await webServer((_, response) => {
      response.writeHead(302, { "Location": other.url }).end();
    });
    await download(url, { headers: { "X-Plain": "1" }, secret_headers: { "authorization": "TOKEN" } });
    expect(hits[0]!.headers).toMatchObject({ "x-plain": "1", "authorization": "Bearer abc" });
    expect(Object.keys(other.hits[0]!.headers)).not.toContain("x-plain");
    expect(Object.keys(other.hits[0]!.headers)).not.toContain("authorization");
    expect(fs.readFileSync(at("t.csv.http.json"), "utf8")).not.toContain("Bearer");
  });

  test.each<{ why: string; conf?: object; body?: string | Uint8Array; status?: number; message: string }>([
    {
      why: "another digest",
      conf: { sha256: "0".repeat(64) },
      message: `El sha256 es ${SHA256_OF_ABC} y se`,
    },
    {
      why: "another long digest",
      conf: { sha512: "0".repeat(128) },
      message: `El sha512 es ${SHA512_OF_ABC}`,
    },
    {
      why: "more than the limit",
      conf: { max_mb: 1 },
      body: new Uint8Array(1024 * 1024 + 1),
      message: "El archivo supera el límite de 1 MB",
    },
    { why: "a file that is not there", status: 404, message: "El servidor respondió 404 (Not Found)" },
    {
      why: "a server that stays down",
      status: 503,
      conf: { attempts: 2 },
      message: "El servidor respondió 503 (Service Unavailable) (2 intentos)",
    },
  ])("refuses $why, and keeps the file of before", async ({ conf, body = "abc", status = 200, message }) => {
    const { url } = await webServer((_, response) => void response.writeHead(status).end(body));
    fs.writeFileSync(at("t.csv"), "before");
    const error = await download(url, conf).then(() => undefined, (reason) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect(error.message).toContain(message);
    expect(error.message).toContain(url);
    expect(fs.readFileSync(at("t.csv"), "utf8")).toBe("before");
    expect(files()).toEqual(["t.csv"]);
  });

  test("refuses addresses inside unless they are allowed", async () => {
    const { url, hits } = await webServer((_, response) => void response.end("abc"));
    await expect(download(url, {}, false)).rejects.toThrow(/red interna.*ALLOW_INTERNAL_SOURCES/);
    expect(hits).toEqual([]);
    expect(files()).toEqual([]);
  });

  test("says that the folder of the result is not there", async () => {
    const configuration = await readFetchConfiguration("http://127.0.0.1/x", undefined, () => undefined);
    const run = fetchFile(configuration, at("none/t.csv"), {
      allowInternal: true,
      tell: () => {},
      onDiscard: () => {},
    });
    await expect(run).rejects.toThrow(/No se pudo escribir ".*none\/t\.csv": no existe su carpeta/);
  });
});

describe("readFetchConfiguration", () => {
  const read = (url: string | undefined, conf: unknown) => {
    fs.writeFileSync(at("conf.json"), typeof conf === "string" ? conf : JSON.stringify(conf));
    return readFetchConfiguration(url, at("conf.json"), () => undefined);
  };

  test("takes the address from the file", async () => {
    const { url } = await read(undefined, { url: "https://datos.example/t.csv?a=1#b" });
    expect(url.href).toBe("https://datos.example/t.csv?a=1");
  });

  test.each<{ why: string; url?: string; conf?: unknown; message: string }>([
    { why: "no address", conf: {}, message: "URL absoluta http o https" },
    { why: "a file", url: "file:///etc/passwd", message: "URL absoluta http o https" },
    { why: "a password in the address", url: "http://u:p@datos.example/", message: 'use "secret_headers"' },
    {
      why: "two addresses",
      url: "http://a.example/",
      conf: { url: "http://b.example/" },
      message: "dicen direcciones distintas",
    },
    {
      why: "a short digest",
      conf: { sha256: "ab" },
      message: '"sha256" debe ser de 64 cifras hexadecimales',
    },
    {
      why: "a header of the transfer",
      conf: { headers: { Range: "x" } },
      message: '"Range" lo pone la descarga',
    },
    { why: "a header of two lines", conf: { headers: { a: "x\r\nb: y" } }, message: '"a" debe ser un texto' },
    { why: "a name that is none", conf: { headers: { "a b": "x" } }, message: '"a b" no es un encabezado' },
    {
      why: "a secret that is not there",
      conf: { secret_headers: { Authorization: "TOKEN" } },
      message: '"Authorization": falta la variable de entorno TOKEN',
    },
    { why: "an unknown key", conf: { max: 1 }, message: 'no existe la clave "max"' },
    { why: "no JSON", conf: '{\n "url": }', message: "conf.json, línea 2, columna 9: no es JSON válido" },
  ])("refuses $why", async ({ url, conf = {}, message }) => {
    const given = url ?? (message.includes("URL") ? undefined : "http://a.example/");
    const error = await read(given, conf).then(() => undefined, (reason) => reason);
    expect(error).toBeInstanceOf(ConfigurationFault);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("u:p@");
  });
});
