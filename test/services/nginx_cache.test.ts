// A real nginx with the configuration that is recommended, between readers and the application: what it keeps, how
// it asks again, and what readers get when nobody answers behind it.

import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findOrInstall, findProgram } from "../../scripts/services/packages.ts";
import { timed } from "../../src/api/server_timing.ts";
import { compressed } from "../../src/host/compressed.ts";
import { MONTHLY, publishedApp } from "../api/published_app.ts";
import { eventually, startProgram } from "../slow/process.ts";
import { freePort } from "./s3_server.ts";

const PATH = `/series/api/series/?ids=${MONTHLY}&limit=1000`;
const DEPLOYED = `${import.meta.dirname}/../../scripts/deploy/nginx.conf`;

type Reply = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Uint8Array;
};

/** Asks as written: `fetch` adds encodings of its own and decodes what comes. */
function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const parts: Uint8Array[] = [];
      response.on("data", (part) => parts.push(part));
      response.on(
        "end",
        () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    request.once("error", reject);
    request.end();
  });
}

/** The application on a port, whose shared answers live a second, and what it was asked and answered. */
async function startApp(port: number) {
  const { app } = await publishedApp();
  const answered: string[] = [];
  const answer = compressed(timed((request) => app.fetch(request), Date.now), 1024 * 1024);
  const listen = () =>
    Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
      const response = await answer(request);
      answered.push(`${response.status} ${new URL(request.url).pathname}`);
      const caching = response.headers.get("cache-control");
      if (caching) response.headers.set("cache-control", caching.replace("s-maxage=60", "s-maxage=1"));
      return response;
    });
  let server = listen();
  return {
    app,
    answered,
    stop: () => server.shutdown(),
    start: () => void (server = listen()),
  };
}

let folder: string;
let nginx: ReturnType<typeof startProgram>;
let backend: Awaited<ReturnType<typeof startApp>>;
let base: string;

beforeAll(async () => {
  const program = await findOrInstall("nginx", () => findProgram("nginx"), ["nginx"], console.log);
  folder = await Deno.makeTempDir({ prefix: "caudal_nginx_" });
  const [port, behind] = [await freePort(), await freePort()];
  backend = await startApp(behind);
  const site = (await Deno.readTextFile(DEPLOYED))
    .replace("/var/cache/nginx/caudal", `${folder}/cache`)
    .replace("server 127.0.0.1:8000;", `server 127.0.0.1:${behind};`)
    .replace("listen 80;", `listen 127.0.0.1:${port};`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
  await Deno.writeTextFile(`${folder}/site.conf`, site);
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off; ${Deno.uid() === 0 ? "user root;" : ""} worker_processes 1; pid ${folder}/pid;
error_log ${folder}/error.log; events {}
http { access_log off; ${temporary} include ${folder}/site.conf; }
`,
  );
  nginx = startProgram(program, [
    "-p",
    folder,
    "-e",
    path.join(folder, "error.log"),
    "-c",
    `${folder}/nginx.conf`,
  ]);
  base = `http://127.0.0.1:${port}`;
  await eventually(() => ask(`${base}/healthz`).then(({ status }) => status === 200, () => false));
}, 600_000);

afterAll(async () => {
  // Its workers leave with it when it is asked; killed, it would leave them behind.
  nginx?.kill("SIGTERM");
  await nginx?.finished;
  await backend?.stop();
  if (folder) await Deno.remove(folder, { recursive: true });
});

const cacheStatus = ({ headers }: Reply) => headers["x-cache-status"];

describe("nginx before the application", () => {
  test("asks once for what many want, and answers the rest by itself", async () => {
    const before = backend.answered.length;
    const first = await ask(`${base}${PATH}&start=1`);
    expect([first.status, cacheStatus(first)]).toEqual([200, "MISS"]);
    const second = await ask(`${base}${PATH}&start=1`);
    expect(cacheStatus(second)).toBe("HIT");
    expect(second.body).toEqual(first.body);
    expect(second.headers.etag).toBe(first.headers.etag);
    expect(backend.answered.slice(before)).toEqual(["200 /series/api/series/"]);
  });

  test("answers 304 and HEAD from what it keeps", async () => {
    const first = await ask(`${base}${PATH}&start=2`);
    const before = backend.answered.length;
    expect((await ask(`${base}${PATH}&start=2`, { "if-none-match": first.headers.etag! })).status).toBe(304);
    const head = await ask(`${base}${PATH}&start=2`, {}, "HEAD");
    expect([head.status, head.body.length, head.headers.etag]).toEqual([200, 0, first.headers.etag]);
    expect(backend.answered.length).toBe(before);
  });

  test("asks about an old answer by its tag, and is told that it is still the one", async () => {
    const url = `${base}${PATH}&start=3`;
    const first = await ask(url, { "accept-encoding": "br" });
    await eventually(async () => {
      expect((await ask(url, { "accept-encoding": "br" })).body).toEqual(first.body);
      return backend.answered.includes("304 /series/api/series/");
    });
  });

  test("keeps the forms of an answer apart, and compresses none again", async () => {
    const url = `${base}${PATH}&start=4`;
    const plain = await (await backend.app.request(`${PATH}&start=4`)).text();
    const forms = [
      { accepts: "br, gzip", encoding: "br", decode: zlib.brotliDecompressSync },
      { accepts: "gzip", encoding: "gzip", decode: zlib.gunzipSync },
      { accepts: "gzip, deflate, br, zstd", encoding: "br", decode: zlib.brotliDecompressSync },
      { accepts: "identity", encoding: undefined, decode: (bytes: Uint8Array) => bytes },
    ];
    for (const round of ["first", "again"]) {
      const tags = new Set<string | undefined>();
      for (const { accepts, encoding, decode } of forms) {
        const reply = await ask(url, { "accept-encoding": accepts });
        expect([round, accepts, reply.headers["content-encoding"]]).toEqual([round, accepts, encoding]);
        expect(new TextDecoder().decode(decode(reply.body))).toBe(plain);
        expect(reply.headers.vary).toBe("Accept-Encoding");
        tags.add(reply.headers.etag);
      }
      expect(tags.size).toBe(3);
    }
  });

  test("keeps no refusal", async () => {
    for (let i = 0; i < 2; i++) {
      const reply = await ask(`${base}/series/api/series/?ids=no.such`);
      expect([reply.status, cacheStatus(reply)]).toEqual([400, "MISS"]);
    }
  });

  test("answers what it has while the application is down, and anew once it is back", async () => {
    const url = `${base}${PATH}&start=5`;
    const first = await ask(url);
    await backend.stop();
    await eventually(async () => {
      const reply = await ask(url);
      expect([reply.status, reply.body]).toEqual([200, first.body]);
      return cacheStatus(reply) === "STALE";
    });
    expect((await ask(`${base}${PATH}&start=6`)).status).toBe(502);
    backend.start();
    await eventually(
      async () => (await ask(`${base}${PATH}&start=6`)).status === 200,
    );
  });
});
