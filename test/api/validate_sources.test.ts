// What strangers cannot make `POST /validate` read. The servers it is pointed at are real ones of this file, on both
// sides of what counts as internal; the reader is the one that harvests.

import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { createReadSource } from "../../src/host/read_source.ts";
import { createValidate } from "../../src/ingest/validate.ts";

const MB = 1024 * 1024;

describe("POST /validate", () => {
  const CSV = "indice_tiempo,a\n2000-01-01,1\n2000-02-01,2\n";
  const field = [
    { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1M" },
    { title: "a", id: "a", description: "A" },
  ];
  const catalogOf = (downloadURL: string) =>
    JSON.stringify({
      dataset: [{ identifier: "d", distribution: [{ identifier: "1.1", downloadURL, field }] }],
    });

  type Server = { readonly origin: string; readonly hits: string[]; close(): void };
  const open = new Set<http.ServerResponse>();
  let outside: Server, inside: Server;
  let poured = 0;
  /** Answers by path; a path ends with what it is for. */
  const answer = (path: string, response: http.ServerResponse) => {
    if (path === "/good.json") return response.end(catalogOf("good.csv"));
    if (path === "/good.csv") return response.end(CSV);
    if (path === "/to-inside.json") return response.end(catalogOf(`${inside.origin}/secret.csv`));
    if (path === "/to-moved.json") return response.end(catalogOf("moved"));
    if (path === "/to-huge.json") return response.end(catalogOf("huge"));
    if (path === "/to-file.json") return response.end(catalogOf("file:///etc/passwd"));
    if (path.startsWith("/moved")) {
      return response.writeHead(302, { location: `${inside.origin}/secret` }).end();
    }
    if (path === "/to-a-file") return response.writeHead(302, { location: "file:///etc/passwd" }).end();
    if (path === "/huge") return response.writeHead(200, { "content-length": 5e9 }).write("{");
    if (path === "/endless") {
      const chunk = new Uint8Array(64 * 1024).fill(0x20);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) poured += chunk.length;
      };
      response.on("drain", more);
      return more();
    }
    if (path === "/silent") return;
    response.writeHead(404).end();
  };

  async function serve(host: string, reply: typeof answer): Promise<Server> {
    const hits: string[] = [];
    const server = http.createServer((request, response) => {
      hits.push(request.url!);
      open.add(response.on("close", () => open.delete(response)));
      reply(request.url!, response);
    });
    await new Promise<void>((ready) => server.listen(0, host, ready));
    const { port } = server.address() as AddressInfo;
    return { origin: `http://${host}:${port}`, hits, close: () => server.close() };
  }

  beforeAll(async () => {
    outside = await serve("127.0.0.1", answer);
    inside = await serve("127.0.0.2", (_, response) => response.end("secreto"));
  });
  afterEach(() => {
    for (const response of open) response.destroy();
  });
  afterAll(() => {
    outside.close();
    inside.close();
  });

  /** The application whose reader takes one address of this machine for the internet. */
  const app = (firstByteMs = 5_000) =>
    createApp({
      snapshots: { current: () => Promise.resolve(undefined) },
      now: Date.now,
      version: "1",
      validate: createValidate({
        readSource: createReadSource({
          isInternal: (address) => address !== "127.0.0.1",
          resolve: (name) => Promise.resolve(name === "publico.ar" ? ["127.0.0.1"] : ["127.0.0.2"]),
          forStrangers: true,
          attempts: 1,
          firstByteMs,
        }),
        maxSourceBytes: MB,
      }),
    });
  const post = (app: ReturnType<typeof createApp>, catalogUrl: string) =>
    app.request("/series/api/validate/", {
      method: "POST",
      body: JSON.stringify({ catalog_url: catalogUrl, distribution_id: "1.1" }),
    });

  test("reads a catalog and its file outside", async () => {
    const response = await post(app(), `${outside.origin}/good.json`);
    expect((await response.json()).detail).toEqual([]);
  });

  const INTERNAL = "La dirección apunta a una red interna y está prohibida";
  const catalogFault = (text: string) => `Error en la lectura del catálogo: ${text}`;
  const fileFault = (text: string) => `1.1 no se puede leer: ${text}`;
  const ROWS: { why: string; url: () => string; detail: string }[] = [
    { why: "an internal address", url: () => `${inside.origin}/c.json`, detail: catalogFault(INTERNAL) },
    {
      why: "a name of an internal address",
      url: () => `http://interno.ar:${new URL(inside.origin).port}/c.json`,
      detail: catalogFault(INTERNAL),
    },
    { why: "loopback in six", url: () => "http://[::1]/c.json", detail: catalogFault(INTERNAL) },
    { why: "loopback as one number", url: () => "http://2130706434/c.json", detail: catalogFault(INTERNAL) },
    { why: "a redirect inside", url: () => `${outside.origin}/moved`, detail: catalogFault(INTERNAL) },
    {
      why: "a file that redirects inside",
      url: () => `${outside.origin}/to-moved.json`,
      detail: fileFault(INTERNAL),
    },
    { why: "a file inside", url: () => `${outside.origin}/to-inside.json`, detail: fileFault(INTERNAL) },
    {
      why: "a local file",
      url: () => "file:///etc/passwd",
      detail: catalogFault('Solo se leen direcciones http y https, no "file:"'),
    },
    {
      why: "a redirect to a local file",
      url: () => `${outside.origin}/to-a-file`,
      detail: catalogFault('El servidor redirige a "file:" y solo se admiten http y https'),
    },
    {
      why: "a local file that a catalog names",
      url: () => `${outside.origin}/to-file.json`,
      detail: fileFault(
        'Un catálogo leído de la red no puede nombrar archivos locales: "file:///etc/passwd"',
      ),
    },
    {
      why: "5 GB",
      url: () => `${outside.origin}/huge`,
      detail: catalogFault("El archivo supera el límite de 1 MB"),
    },
    {
      why: "a file of 5 GB",
      url: () => `${outside.origin}/to-huge.json`,
      detail: fileFault("El archivo supera el límite de 1 MB"),
    },
    {
      why: "no end",
      url: () => `${outside.origin}/endless`,
      detail: catalogFault("El archivo supera el límite de 1 MB"),
    },
    { why: "nothing", url: () => "nada", detail: catalogFault("La dirección no es una URL absoluta válida") },
    {
      why: "a scheme of ours",
      url: () => "data:,{}",
      detail: catalogFault('Solo se leen direcciones http y https, no "data:"'),
    },
  ];
  test.each(ROWS)("answers $why quickly and clearly", async ({ url, detail }) => {
    const start = performance.now();
    const catalogUrl = url();
    const response = await post(app(), catalogUrl);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      catalog_url: catalogUrl,
      distribution_id: "1.1",
      found_issues: 1,
      detail: [detail],
    });
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(inside.hits).toEqual([]);
    expect(poured).toBeLessThan(64 * MB);
  });

  test("does not wait for ever", async () => {
    const response = await post(app(50), `${outside.origin}/silent`);
    expect((await response.json()).detail).toEqual([catalogFault("Sin respuesta en 0.05 s")]);
  });

  test("says nothing of the machine", async () => {
    for (const { url } of ROWS) {
      const text = await (await post(app(), url())).text();
      expect(text.replaceAll(url(), "")).not.toMatch(
        /127\.0\.0\.2|::1|ALLOW_INTERNAL|\/home|\.ts|secreto|root:/,
      );
    }
  });
});
