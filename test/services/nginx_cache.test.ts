// A real nginx with the configuration that is recommended, between readers and the application: what it keeps, how
// it asks again, and what readers get when nobody answers behind it.

import path from "node:path";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { priceStream } from "../../src/api/price_stream.ts";
import { findOrInstall, findProgram } from "../../scripts/services/packages.ts";
import { timed } from "../../src/api/server_timing.ts";
import { compressed } from "../../src/host/compressed.ts";
import { MONTHLY } from "../api/published_app.ts";
import { FIRST_TICK, wholeApp } from "../api/whole_app.ts";
import { rawGet as ask, type Reply } from "../edge/raw_get.ts";
import { eventually, startProgram } from "../slow/process.ts";
import { freePort } from "./s3_server.ts";

const PATH = `/series/api/series/?ids=${MONTHLY}&limit=1000`;
const DEPLOYED = `${import.meta.dirname}/../../scripts/deploy/nginx.conf`;

/** The application on a port, whose answers live a second or what `life` says, and what it was asked and answered. */
async function startApp(port: number) {
  const closing = new AbortController();
  const whole = await wholeApp({ trustedProxies: 1, priceStream: priceStream(closing.signal) });
  const { app } = whole;
  const answered: string[] = [];
  const state = {
    life: (caching: string) => caching.replace(/(s-maxage=60|max-age=5)/, (text) => text.replace(/\d+/, "1")),
    fails: false,
  };
  const answer = compressed(timed((request) => app.fetch(request), Date.now), 1024 * 1024);
  const listen = () =>
    Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
      const response = state.fails ? new Response("roto", { status: 500 }) : await answer(request);
      answered.push(`${response.status} ${new URL(request.url).pathname}`);
      const caching = response.headers.get("cache-control");
      if (caching) response.headers.set("cache-control", state.life(caching));
      return response;
    });
  let server = listen();
  return {
    ...whole,
    answered,
    state,
    stop: () => server.shutdown(),
    start: () => void (server = listen()),
    async end() {
      closing.abort();
      await server.shutdown();
    },
  };
}

let folder: string;
let program: string;
let nginx: ReturnType<typeof startProgram>;
let backend: Awaited<ReturnType<typeof startApp>>;
let base: string;

beforeAll(async () => {
  program = await findOrInstall("nginx", () => findProgram("nginx"), ["nginx"], console.log);
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
  await backend?.end();
  if (folder) await Deno.remove(folder, { recursive: true });
});

const cacheStatus = ({ headers }: Reply) => headers["x-cache-status"];

/** Asks until nginx does not simply hand out what it keeps any more. */
async function asksAgain(url: string): Promise<Reply> {
  let reply: Reply;
  await eventually(async () => cacheStatus(reply = await ask(url)) !== "HIT");
  return reply!;
}

describe("nginx before the application", () => {
  test("takes the configuration without a warning", async () => {
    const { code, stderr } = await startProgram(program, ["-t", "-e", "stderr", "-c", `${folder}/nginx.conf`])
      .finished;
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/warn|emerg/)]);
  });

  test("tells the application where it was asked", async () => {
    const { body } = await ask(`${base}/api/ticker-list/?page_size=1`, { host: "precios.test:8080" });
    const { next } = JSON.parse(new TextDecoder().decode(body));
    expect(next).toBe("http://precios.test:8080/api/ticker-list/?page=2&page_size=1");
  });

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
      { accepts: "br;q=0, gzip;q=0.5", encoding: "gzip", decode: zlib.gunzipSync },
      { accepts: "br;q=0.0, gzip; q=0", encoding: undefined, decode: (bytes: Uint8Array) => bytes },
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

  test.each([
    { what: "a refusal", path: "/series/api/series/?ids=no.such", status: 400 },
    { what: "what is not there", path: "/no/such", status: 404 },
    { what: "how things are at this moment", path: "/api/prices/status", status: 200 },
  ])("does not keep $what", async ({ path, status }) => {
    for (let i = 0; i < 2; i++) {
      const reply = await ask(`${base}${path}`);
      expect([reply.status, cacheStatus(reply)]).toEqual([status, "MISS"]);
    }
  });

  test.each([
    "/nodes.json",
    "/catalog/otro/data.json",
    "/api/freshness",
    "/",
    `/api/ticker-list/?until=${FIRST_TICK}`,
    "/api/ticker-price",
  ])("keeps %s", async (path) => {
    const [first, second] = [await ask(`${base}${path}`), await ask(`${base}${path}`)];
    expect([first, second].map(cacheStatus)).toEqual(["MISS", "HIT"]);
    expect([second.status, second.headers.etag]).toEqual([first.status, first.headers.etag]);
  });

  test("hands downloads on by parts, and goes on with the same file alone", async () => {
    const url = `${base}/series/api/dump/series-tiempo-metadatos.csv`;
    const whole = await ask(url, { "accept-encoding": "br" });
    expect([whole.status, whole.headers["content-encoding"]]).toEqual([200, undefined]);
    const part = await ask(url, { range: "bytes=10-29", "if-range": whole.headers.etag! });
    expect([part.status, part.body]).toEqual([206, whole.body.subarray(10, 30)]);
    const other = await ask(url, { range: "bytes=10-29", "if-range": '"other"' });
    expect([other.status, other.body]).toEqual([200, whole.body]);
    expect((await ask(url, { range: `bytes=${whole.body.length}-` })).status).toBe(416);
  });

  test("hands prices on as they come, to several readers", async () => {
    const readers = await Promise.all([1, 2].map(() => fetch(`${base}/api/ticker-stream/`)));
    for (const reader of readers) {
      let text = "";
      for await (const piece of reader.body!.pipeThrough(new TextDecoderStream())) {
        text += piece;
        if (text.includes("data:")) break;
      }
      expect(text).toContain(`data: {"timestamp":${FIRST_TICK + 20},"price":3}`);
    }
  });

  test("shows no price that is older than it may be while it could ask for another", async () => {
    const url = `${base}/api/ticker-list/?page_size=5`;
    const first = await ask(url);
    await backend.addTick(FIRST_TICK + 30, "4");
    backend.pass(2_000);
    const second = await asksAgain(url);
    expect(cacheStatus(second)).toBe("EXPIRED");
    const counts = [first, second].map(({ body }) => JSON.parse(new TextDecoder().decode(body)).count);
    expect(counts).toEqual([3, 4]);
  });

  test("needs nobody to purge it after a publication", async () => {
    const url = `${base}${PATH}&start=7`;
    const before = (await ask(url)).headers.etag!;
    await backend.publishMore();
    backend.pass(2_000);
    // An old answer may be shown while the new one is fetched, once.
    expect(cacheStatus(await asksAgain(url))).toBe("STALE");
    await eventually(async () => (await ask(url)).headers.etag !== before);
  });

  test("answers what it has while the application fails", async () => {
    const url = `${base}${PATH}&start=8`;
    const { life } = backend.state;
    // Otherwise it would be shown while the application is asked.
    backend.state.life = (caching) => life(caching).replace(/, stale-while-revalidate=\d+/, "");
    const first = await ask(url);
    Object.assign(backend.state, { life, fails: true });
    try {
      const reply = await asksAgain(url);
      expect([reply.status, cacheStatus(reply), reply.body]).toEqual([200, "STALE", first.body]);
    } finally {
      backend.state.fails = false;
    }
    expect(backend.answered.at(-1)).toBe("500 /series/api/series/");
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
