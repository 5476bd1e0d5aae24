// Every case talks to a real server of this file, over HTTP or byte by byte over TCP; only names are invented.
// After each case all sockets must have been closed by the reader itself. Long because the cases are one table
// over one set of servers.

import { Buffer } from "node:buffer";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem, type ProblemCode } from "../../src/core/problem.ts";
import { isInternalAddress } from "../../src/host/internal_address.ts";
import { createReadSource, type ReadSourceOptions } from "../../src/host/read_source.ts";
import type { SourceRequest } from "../../src/ingest/source.ts";

const closing: (() => void)[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  vi.unstubAllEnvs();
  try {
    await vi.waitFor(() => expect(sockets.size).toBe(0), { interval: 5 });
  } finally {
    for (const close of closing.splice(0)) close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  }
});

/** Listens on a free port of 127.0.0.1, follows its sockets until they close, and answers the port. */
async function listening(server: net.Server): Promise<number> {
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, nth: number) => void;

/** An HTTP server; `hits` are the requests it saw, and `answer` gets the number of each, from 1. */
async function webServer(answer: Answer) {
  const hits: http.IncomingMessage[] = [];
  const port = await listening(http.createServer((request, response) => {
    hits.push(request);
    answer(request, response, hits.length);
  }));
  return { origin: `http://127.0.0.1:${port}`, port, hits };
}

/** A TCP server that speaks after the client did. */
async function rawServer(speak: (socket: Socket, nth: number, head: string) => void) {
  let nth = 0;
  const port = await listening(net.createServer((socket) => {
    socket.once("data", (head) => {
      socket.resume();
      speak(socket, ++nth, String(head));
    });
  }));
  return { origin: `http://127.0.0.1:${port}`, port, hits: () => nth };
}

/** Writes a chunk again and again, as fast as it is taken; `written` counts its bytes. */
function pour(socket: Socket, chunk: Uint8Array) {
  const poured = { written: 0 };
  const more = () => {
    while (!socket.destroyed) {
      poured.written += chunk.length;
      if (!socket.write(chunk)) return;
    }
  };
  socket.on("drain", more);
  more();
  return poured;
}

/** Writes a chunk every `ms` until the socket closes. */
function drip(socket: Socket, ms: number, chunk = "x") {
  const timer = setInterval(() => socket.write(chunk), ms);
  socket.on("close", () => clearInterval(timer));
}

function reader(options: ReadSourceOptions = {}) {
  const slept: number[] = [];
  const read = createReadSource({
    allowInternal: true,
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
    random: () => 0,
    ...options,
  });
  return {
    slept,
    read: (url: string, more: Partial<SourceRequest> = {}) => read({ url, maxBytes: 1_000_000, ...more }),
  };
}

async function faultOf(work: Promise<unknown>): Promise<Problem> {
  const fault = await work.then(() => undefined, (error: unknown) => error);
  if (!(fault instanceof Problem)) throw fault ?? new Error("Nothing was thrown");
  return fault;
}

async function textOf(work: ReturnType<ReturnType<typeof createReadSource>>): Promise<string> {
  const answer = await work;
  return answer.status === "fresh" ? new TextDecoder().decode(answer.bytes) : answer.status;
}

describe("createReadSource over HTTP", () => {
  it("createReadSource answers the bytes with validators and media type", async () => {
    const { origin, hits } = await webServer((_, response) => {
      response.writeHead(200, {
        "Content-Type": "Text/CSV; charset=utf-8",
        "ETag": '"a1"',
        "Last-Modified": "Wed, 01 Jan 2020 00:00:00 GMT",
      }).end("año,1\n");
    });
    expect(await reader().read(`${origin}/d.csv?x=1#fila`)).toEqual({
      status: "fresh",
      bytes: new TextEncoder().encode("año,1\n"),
      validators: { etag: '"a1"', lastModified: "Wed, 01 Jan 2020 00:00:00 GMT" },
      contentType: "text/csv",
    });
    expect(hits[0]).toMatchObject({ method: "GET", url: "/d.csv?x=1" });
    expect(hits[0]!.headers).toMatchObject({ "user-agent": "Caudal/1 (+harvest)", connection: "close" });
    expect(hits[0]!.headers).not.toHaveProperty("if-none-match");
    expect(hits[0]!.headers).not.toHaveProperty("authorization");
  });

  it.each([
    { type: "application/json", told: "application/json", why: "plain" },
    { type: " APPLICATION/JSON ;charset=x;y=z", told: "application/json", why: "parameters and case" },
    { type: ";charset=utf-8", told: "", why: "parameters alone" },
    { type: undefined, told: "", why: "not told" },
  ])("createReadSource reads the media type $type as $told: $why", async ({ type, told }) => {
    const { origin } = await webServer((_, response) => {
      if (type !== undefined) response.setHeader("Content-Type", type);
      response.end();
    });
    expect(await reader().read(origin)).toMatchObject({ contentType: told, validators: {} });
  });

  it.each([
    { validators: { etag: '"a"' }, sent: { "if-none-match": '"a"' } },
    { validators: { lastModified: "ayer" }, sent: { "if-modified-since": "ayer" } },
    {
      validators: { etag: '"a"', lastModified: "x" },
      sent: { "if-none-match": '"a"', "if-modified-since": "x" },
    },
  ])("createReadSource asks with $sent and takes 304 as unchanged", async ({ validators, sent }) => {
    const { origin, hits } = await webServer((_, response) => response.writeHead(304).end());
    expect(await reader().read(origin, { validators })).toEqual({ status: "unchanged" });
    expect(hits[0]!.headers).toMatchObject(sent);
  });

  it.each([
    { validators: undefined, why: "none were given" },
    { validators: {}, why: "given ones are empty" },
    { validators: { etag: '"a\nb"' }, why: "given ones cannot be a header" },
  ])("createReadSource refuses a 304 it did not ask for: $why", async ({ validators }) => {
    const { origin, hits } = await webServer((_, response) => response.writeHead(304).end());
    const fault = await faultOf(reader().read(origin, { validators }));
    expect(fault).toMatchObject({ code: "unavailable", message: "El servidor respondió 304 (Not Modified)" });
    expect(hits).toHaveLength(1);
  });

  /** What a process of its own prints for the answer or fault; agents read the environment as they load. */
  async function printedAlone(url: string, env: Record<string, string>): Promise<string> {
    const module = new URL("../../src/host/read_source.ts", import.meta.url).href;
    const script = `const { createReadSource } = await import(${JSON.stringify(module)});
      const read = createReadSource({ allowInternal: true, firstByteMs: 200, attempts: 1 });
      const work = read({ url: ${JSON.stringify(url)}, maxBytes: 9 });
      console.log(await work.then((a) => new TextDecoder().decode(a.bytes), (e) => e.message));`;
    const options = { timeout: 10_000, env: { ...process.env, ...env } };
    return (await promisify(execFile)(process.execPath, ["eval", script], options)).stdout.trim();
  }

  it("createReadSource connects directly when the environment names a proxy", async () => {
    const { origin } = await webServer((_, response) => response.end("directo"));
    const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "", no_proxy: "" };
    expect(await printedAlone(origin, env)).toBe("directo");
  });

  it("createReadSource leaves nothing behind that keeps the process from ending", async () => {
    const { origin } = await rawServer(() => {});
    expect(await printedAlone(origin, {})).toBe("Sin respuesta en 0.2 s");
  });
});

describe("createReadSource statuses and retries", () => {
  it.each([
    [204, "No Content"],
    [300, "Multiple Choices"],
    [302, "Found"],
    [400, "Bad Request"],
    [401, "Unauthorized"],
    [403, "Forbidden"],
    [404, "Not Found"],
    [410, "Gone"],
    [501, "Not Implemented"],
    [599, "estado desconocido"],
  ])("createReadSource tells status %i (%s) and asks once", async (status, name) => {
    const { origin, hits } = await webServer((_, response) => response.writeHead(status, "Secreto").end());
    const fault = await faultOf(reader().read(origin));
    expect(fault).toMatchObject({
      code: "unavailable",
      message: `El servidor respondió ${status} (${name})`,
    });
    expect(hits).toHaveLength(1);
  });

  it.each([408, 429, 500, 502, 503, 504])("createReadSource asks again after %i", async (status) => {
    const { origin, hits } = await webServer((_, response, nth) => {
      response.writeHead(nth === 1 ? status : 200).end("bien");
    });
    expect(await textOf(reader().read(origin))).toBe("bien");
    expect(hits).toHaveLength(2);
  });

  it("createReadSource gives up after the attempts with the last cause", async () => {
    const { origin, hits } = await webServer((_, response) => response.writeHead(503).end());
    const { read, slept } = reader();
    expect(await faultOf(read(origin))).toMatchObject({
      code: "unavailable",
      message: "El servidor respondió 503 (Service Unavailable) (3 intentos)",
    });
    expect(hits).toHaveLength(3);
    expect(slept).toEqual([250, 500]);
  });

  it("createReadSource doubles the wait up to its cap, with half of it left to chance", async () => {
    const { origin } = await webServer((_, response) => response.writeHead(503).end());
    const { read, slept } = reader({ attempts: 7, random: () => 0.5 });
    await faultOf(read(origin));
    expect(slept).toEqual([375, 750, 1500, 3000, 3750, 3750]);
  });

  it.each([
    { wait: "2", slept: 2000, why: "seconds" },
    { wait: "0", slept: 250, why: "never less than the back-off" },
    { wait: "3600", slept: 10_000, why: "cut to the cap" },
    { wait: "Thu, 01 Jan 1970 00:00:07 GMT", slept: 6000, why: "a date, by the given clock" },
    { wait: "Wed, 31 Dec 1969 00:00:00 GMT", slept: 250, why: "a date gone by" },
    { wait: "pronto", slept: 250, why: "neither" },
  ])("createReadSource waits $slept ms for Retry-After $wait: $why", async ({ wait, slept: expected }) => {
    const { origin } = await webServer((_, response, nth) => {
      response.writeHead(nth === 1 ? 429 : 200, { "Retry-After": wait }).end();
    });
    const { read, slept } = reader({ now: () => 1000 });
    await read(origin);
    expect(slept).toEqual([expected]);
  });
});

describe("createReadSource clocks", () => {
  it.each([
    { why: "nothing comes", speak: (_: Socket) => {} },
    {
      why: "headers drip and never end",
      speak: (s: Socket) => {
        s.write("HTTP/1.1 200 OK\r\n");
        drip(s, 5, "A: b\r\n");
      },
    },
  ])("createReadSource stops waiting for headers and tries again: $why", async ({ speak }) => {
    const { origin, hits } = await rawServer(speak);
    const fault = await faultOf(reader({ firstByteMs: 100 }).read(origin));
    expect(fault).toMatchObject({ code: "unavailable", message: "Sin respuesta en 0.1 s (3 intentos)" });
    expect(hits()).toBe(3);
  });

  it.each([
    {
      why: "a byte at a time is too slow",
      options: { rateGraceMs: 100, minBytesPerSecond: 1024 },
      dripMs: 20,
      message: /^El servidor es demasiado lento: \d+ bytes\/s, se esperan al menos 1024$/,
    },
    {
      why: "silence after a first chunk",
      options: { idleMs: 50 },
      dripMs: 10_000,
      message: /^El servidor dejó de enviar datos durante 0\.05 s$/,
    },
    {
      why: "a body without end",
      options: { totalMs: 100 },
      dripMs: 10,
      message: /^La descarga no terminó en 0\.1 s$/,
    },
  ])("createReadSource ends a body once and for all: $why", async ({ options, dripMs, message }) => {
    const { origin, hits } = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
      drip(socket, dripMs);
    });
    const fault = await faultOf(reader(options).read(origin));
    expect(fault.code).toBe("unavailable");
    expect(fault.message).toMatch(message);
    expect(hits()).toBe(1);
  });

  it("createReadSource counts all redirects of an attempt into its whole time", async () => {
    const { origin } = await webServer((_, response, nth) => {
      setTimeout(() => response.writeHead(302, { Location: `/${nth}` }).end(), 40);
    });
    const fault = await faultOf(reader({ totalMs: 100, maxRedirects: 50 }).read(origin));
    expect(fault.message).toBe("La descarga no terminó en 0.1 s");
  });

  it("createReadSource lets a slow body pass: each clock starts anew, and the grace is not over", async () => {
    const { origin } = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
      drip(socket, 50);
    });
    expect(await textOf(reader({ firstByteMs: 200, idleMs: 200 }).read(origin))).toBe("xxxxx");
  });

  it("createReadSource also stops a resolver that does not answer", async () => {
    const { read } = reader({ firstByteMs: 50, resolve: () => new Promise(() => {}), attempts: 1 });
    expect((await faultOf(read("http://datos.example.org/"))).message).toBe("Sin respuesta en 0.05 s");
  });
});

describe("createReadSource redirects", () => {
  /** `/3` leads to `/2`, and so on until `/0`, which answers. */
  const countdown = () =>
    webServer(({ url }, response) => {
      const left = Number(url!.slice(1));
      if (left === 0) response.end("llegó");
      else response.writeHead([301, 302, 303, 307, 308][left % 5]!, { Location: `${left - 1}` }).end("no");
    });

  it("createReadSource follows five redirects of every status", async () => {
    expect(await textOf(reader().read(`${(await countdown()).origin}/5`))).toBe("llegó");
  });

  it("createReadSource refuses the sixth redirect without trying again", async () => {
    const { origin, hits } = await countdown();
    const fault = await faultOf(reader().read(`${origin}/6`));
    expect(fault).toMatchObject({ code: "unavailable", message: "La dirección redirige más de 5 veces" });
    expect(hits).toHaveLength(6);
  });

  it.each([
    { why: "to itself", next: { "/a": "/a" }, named: "/a", hits: 1 },
    { why: "to itself with a fragment", next: { "/a": "/a#x" }, named: "/a", hits: 1 },
    { why: "by an empty address", next: { "/a": "" }, named: "/a", hits: 1 },
    { why: "through another", next: { "/a": "/b", "/b": "/a" }, named: "/a", hits: 2 },
  ] as { why: string; next: Record<string, string>; named: string; hits: number }[])(
    "createReadSource names a loop: $why",
    async ({ next, named, hits: expected }) => {
      const { origin, hits } = await webServer(({ url }, response) => {
        response.writeHead(302, { Location: next[url!] }).end();
      });
      const fault = await faultOf(reader().read(`${origin}/a`));
      expect(fault.message).toBe(`La dirección "${origin}${named}" redirige a sí misma`);
      expect(fault.code).toBe("unavailable");
      expect(hits).toHaveLength(expected);
    },
  );

  it.each([
    { to: "file:///etc/hostname", scheme: "file:" },
    { to: "ftp://example.org/x", scheme: "ftp:" },
    { to: "data:text/csv,a", scheme: "data:" },
  ])("createReadSource never leaves HTTP for $to", async ({ to, scheme }) => {
    const { origin, hits } = await webServer((_, response) =>
      response.writeHead(302, { Location: to }).end()
    );
    expect(await faultOf(reader().read(origin))).toMatchObject({
      code: "invalid",
      message: `El servidor redirige a "${scheme}" y solo se admiten http y https`,
    });
    expect(hits).toHaveLength(1);
  });

  it("createReadSource names a redirect to what is no address", async () => {
    const { origin } = await webServer((_, response) =>
      response.writeHead(302, { Location: "http://" }).end()
    );
    const fault = await faultOf(reader().read(origin));
    expect(fault.message).toBe("El servidor redirige a una dirección que no es válida");
  });

  it("createReadSource follows an address written in UTF-8", async () => {
    const found = Buffer.from("HTTP/1.1 302 Found\r\nLocation: /año.csv\r\nContent-Length: 0\r\n\r\n");
    const paths: string[] = [];
    const { origin } = await rawServer((socket, nth, head) => {
      paths.push(head.split(" ")[1]!);
      socket.end(nth === 1 ? found : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbien");
    });
    expect(await textOf(reader().read(origin))).toBe("bien");
    expect(paths).toEqual(["/", "/a%C3%B1o.csv"]);
  });

  it("createReadSource sends credentials to their origin alone, decoded", async () => {
    const other = await webServer((_, response) => response.end("bien"));
    const own = await webServer(({ url }, response) => {
      const to = url === "/a" ? "/b" : `${other.origin.replace("//", "//otro:clave@")}/c`;
      response.writeHead(302, { Location: to }).end();
    });
    const url = `${own.origin.replace("//", "//ana:%C3%B1%zz@")}/a`;
    expect(await textOf(reader().read(url))).toBe("bien");
    const basic = `Basic ${Buffer.from("ana:ñ%zz").toString("base64")}`;
    expect(own.hits.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
    expect(other.hits[0]!.headers).not.toHaveProperty("authorization");
  });

  it.each([
    { why: "a status", location: undefined },
    { why: "a loop", location: "/" },
    { why: "a loop that names other credentials", location: "//ana:secreto@HOST/" },
    { why: "a scheme", location: "ftp://ana:secreto@HOST/" },
  ])("createReadSource never tells credentials: $why", async ({ location }) => {
    const { port } = await webServer(({ headers }, response) => {
      const to = location?.replace("HOST", headers.host!);
      response.writeHead(to === undefined ? 404 : 302, to === undefined ? {} : { Location: to }).end();
    });
    const { message } = await faultOf(reader().read(`http://ana:secreto@127.0.0.1:${port}/`));
    expect(message).not.toMatch(/ana|secreto/);
  });
});

describe("createReadSource refused addresses", () => {
  const refusal = (address: string) =>
    `La dirección apunta a una red interna (${address}) y está prohibida; ` +
    "use ALLOW_INTERNAL_SOURCES=true si es intencional";

  it.each([
    { host: "127.0.0.1", told: "127.0.0.1", why: "loopback" },
    { host: "2130706433", told: "127.0.0.1", why: "decimal" },
    { host: "0x7f.1", told: "127.0.0.1", why: "hexadecimal and short" },
    { host: "0177.0.0.1", told: "127.0.0.1", why: "octal" },
    { host: "１２７.0.0.1", told: "127.0.0.1", why: "full-width digits" },
    { host: "0.0.0.0", told: "0.0.0.0", why: "unspecified" },
    { host: "169.254.169.254", told: "169.254.169.254", why: "metadata of a cloud" },
    { host: "[::1]", told: "::1", why: "IPv6 loopback" },
    { host: "[::ffff:10.0.0.1]", told: "::ffff:a00:1", why: "IPv4-mapped" },
  ])("createReadSource refuses $host without trying again: $why", async ({ host, told }) => {
    const { port, hits } = await webServer((_, response) => response.end("secreto"));
    const { read, slept } = reader({ allowInternal: false });
    const fault = await faultOf(read(`http://${host}:${port}/`));
    expect(fault).toMatchObject({ code: "invalid", message: refusal(told) });
    expect(hits).toHaveLength(0);
    expect(slept).toEqual([]);
  });

  it("createReadSource refuses localhost by what the system resolves it to", async () => {
    const { port, hits } = await webServer((_, response) => response.end("secreto"));
    const fault = await faultOf(reader({ allowInternal: false }).read(`http://localhost:${port}/`));
    expect(fault.code).toBe("invalid");
    expect([refusal("127.0.0.1"), refusal("::1")]).toContain(fault.message);
    expect(hits).toHaveLength(0);
  });

  it.each([
    { addresses: ["93.184.216.34", "127.0.0.1"], told: "127.0.0.1" },
    { addresses: ["127.0.0.1", "93.184.216.34"], told: "127.0.0.1" },
    { addresses: ["93.184.216.34", "fd00::1"], told: "fd00::1" },
    { addresses: ["dato raro"], told: "dato raro" },
  ])(
    "createReadSource refuses a name with one internal address in $addresses",
    async ({ addresses, told }) => {
      for (const scheme of ["http", "https"]) {
        const { port, hits } = await webServer((_, response) => response.end("secreto"));
        const { read } = reader({ allowInternal: false, resolve: () => Promise.resolve(addresses) });
        const fault = await faultOf(read(`${scheme}://datos.example.org:${port}/`));
        expect(fault).toMatchObject({ code: "invalid", message: refusal(told) });
        expect(hits).toHaveLength(0);
      }
    },
  );

  it.each([
    { to: "http://127.0.0.2:PORT/", told: "127.0.0.2", why: "by number" },
    { to: "http://interno.example.org:PORT/", told: "127.0.0.2", why: "by name" },
    { to: "https://interno.example.org:PORT/", told: "127.0.0.2", why: "by name over TLS" },
  ])("createReadSource checks each redirect anew: $why", async ({ to, told }) => {
    const { port, hits } = await webServer(({ headers }, response) => {
      response.writeHead(302, { Location: to.replace("PORT", headers.host!.split(":")[1]!) }).end();
    });
    const { read, slept } = reader({
      allowInternal: false,
      isInternal: (address) => address !== "127.0.0.1",
      resolve: (name) => Promise.resolve([name === "interno.example.org" ? "127.0.0.2" : "127.0.0.1"]),
    });
    const fault = await faultOf(read(`http://datos.example.org:${port}/`));
    expect(fault).toMatchObject({ code: "invalid", message: refusal(told) });
    expect(hits).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  it("createReadSource resolves a name once and connects to what it checked", async () => {
    const { port, hits } = await webServer((_, response) => response.end("bien"));
    const resolve = vi.fn((_: string) => Promise.resolve<readonly string[]>(["127.0.0.9"]))
      .mockResolvedValueOnce(["127.0.0.1"]);
    const { read } = reader({
      allowInternal: false,
      isInternal: (address) => address !== "127.0.0.1",
      resolve,
    });
    expect(await textOf(read(`http://datos.example.org:${port}/`))).toBe("bien");
    expect(resolve.mock.calls).toEqual([["datos.example.org"]]);
    expect(hits[0]!.headers.host).toBe(`datos.example.org:${port}`);
  });

  it("createReadSource tries the next address when the first is dead", async () => {
    const { port } = await webServer((_, response) => response.end("bien"));
    const { read } = reader({ resolve: () => Promise.resolve(["::1", "127.0.0.2", "127.0.0.1"]) });
    expect(await textOf(read(`http://datos.example.org:${port}/`))).toBe("bien");
  });

  it.each([
    { why: "the system's resolver knows none", options: {} },
    { why: "the list is empty", options: { resolve: () => Promise.resolve([]) } },
    { why: "the resolver fails", options: { resolve: () => Promise.reject(new Error("caído")) } },
  ])("createReadSource tells a name it cannot resolve: $why", async ({ options }) => {
    const { read, slept } = reader({ allowInternal: false, ...options });
    expect(await faultOf(read("http://no-existe.invalid/"))).toMatchObject({
      code: "unavailable",
      message: 'No se pudo resolver el nombre "no-existe.invalid" (3 intentos)',
    });
    expect(slept).toHaveLength(2);
  });
});

describe("isInternalAddress", () => {
  it.each<[string, boolean, string]>([
    ["93.184.216.34", false, "public"],
    ["172.15.255.255", false, "just below private"],
    ["172.16.0.1", true, "private"],
    ["10.255.0.1", true, "private"],
    ["192.168.1.1", true, "private"],
    ["100.64.0.1", true, "CGNAT"],
    ["100.128.0.1", false, "just above CGNAT"],
    ["169.254.1.1", true, "link-local"],
    ["127.255.255.254", true, "loopback"],
    ["0.1.2.3", true, "this network"],
    ["224.0.0.1", true, "multicast"],
    ["240.0.0.1", true, "reserved"],
    ["255.255.255.255", true, "broadcast"],
    ["198.18.0.1", true, "benchmarking"],
    ["203.0.113.1", true, "documentation"],
    ["2800:3f0:4002::1", false, "public IPv6"],
    ["::", true, "unspecified"],
    ["::1", true, "loopback"],
    ["::127.0.0.1", true, "IPv4-compatible, withdrawn"],
    ["::5db8:d822", true, "IPv4-compatible, withdrawn"],
    ["::ffff:127.0.0.1", true, "mapped loopback"],
    ["::ffff:93.184.216.34", false, "mapped public"],
    ["::ffff:0:127.0.0.1", true, "translated"],
    ["64:ff9b::10.0.0.1", true, "NAT64 of private"],
    ["64:ff9b::93.184.216.34", false, "NAT64 of public"],
    ["64:ff9b:1::93.184.216.34", true, "NAT64 of one network"],
    ["2002:7f00:1::", true, "6to4 of loopback"],
    ["2002:5db8:d822::1", false, "6to4 of public"],
    ["2001:0:5db8:d822::1", true, "Teredo"],
    ["fe80::1", true, "link-local"],
    ["fe80::1%eth0", true, "link-local with its interface"],
    ["fec0::1", true, "site-local, withdrawn"],
    ["fd12:3456::1", true, "unique local"],
    ["ff02::1", true, "multicast"],
    ["2001:db8::1", true, "documentation"],
    ["4000::1", true, "not assigned"],
    ["0177.0.0.1", true, "not the usual spelling"],
    ["datos.example.org", true, "a name"],
    ["", true, "nothing"],
  ])("isInternalAddress of %s is %s: %s", (address, internal) => {
    expect(isInternalAddress(address)).toBe(internal);
  });
});

describe("createReadSource sizes", () => {
  const head = (more: string) => `HTTP/1.1 200 OK\r\n${more}\r\n\r\n`;
  const zeros = Buffer.alloc(64 * 1024);

  it.each([
    { why: "a body without end", header: "Connection: close", chunk: zeros },
    {
      why: "chunks without end",
      header: "Transfer-Encoding: chunked",
      chunk: Buffer.concat([Buffer.from("10000\r\n"), zeros, Buffer.from("\r\n")]),
    },
    { why: "a gzip name without end", header: "Content-Encoding: gzip", chunk: Buffer.alloc(65536, "x") },
  ])("createReadSource stops at the limit and hangs up: $why", async ({ header, chunk }) => {
    const poured: { written: number }[] = [];
    const { origin, hits } = await rawServer((socket) => {
      socket.write(head(header));
      if (header.endsWith("gzip")) socket.write(Buffer.from([31, 139, 8, 8, 0, 0, 0, 0, 0, 3]));
      poured.push(pour(socket, chunk));
    });
    const fault = await faultOf(reader().read(origin, { maxBytes: 2 ** 20 }));
    expect(fault).toMatchObject({ code: "invalid", message: "El archivo supera el límite de 1 MB" });
    expect(hits()).toBe(1);
    expect(poured[0]!.written).toBeLessThan(50_000_000);
  });

  it("createReadSource stops a small gzip that grows past the limit", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { origin, hits } = await webServer((_, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": bomb.length }).end(bomb);
    });
    const fault = await faultOf(reader().read(origin, { maxBytes: 1_500_000 }));
    expect(fault).toMatchObject({ code: "invalid", message: "El archivo supera el límite de 1.5 MB" });
    expect(hits).toHaveLength(1);
  });

  it("createReadSource believes a Content-Length above the limit", async () => {
    const { origin, hits } = await rawServer((socket) => socket.write(head("Content-Length: 11")));
    const fault = await faultOf(reader().read(origin, { maxBytes: 10 }));
    expect(fault).toMatchObject({ code: "invalid", message: "El archivo supera el límite de 10 bytes" });
    expect(hits()).toBe(1);
  });

  it.each(["identity", "gzip", "X-Gzip"])(
    "createReadSource takes a body as large as the limit: %s",
    async (how) => {
      const plain = Buffer.alloc(300_000, "hola,mundo\n");
      const { origin } = await webServer((_, response) => {
        response.setHeader("Content-Encoding", how).end(how === "identity" ? plain : gzipSync(plain));
      });
      expect(await reader().read(origin, { maxBytes: plain.length })).toMatchObject({
        bytes: new Uint8Array(plain),
      });
    },
  );

  it("createReadSource refuses an encoding it did not ask for", async () => {
    const { origin, hits } = await webServer((_, response) => {
      response.setHeader("Content-Encoding", "br").end("x");
    });
    const fault = await faultOf(reader().read(origin));
    expect(fault).toMatchObject({
      code: "unavailable",
      message: 'El servidor comprimió con "br" y solo se pidió gzip',
    });
    expect(hits).toHaveLength(1);
    expect(hits[0]!.headers["accept-encoding"]).toBe("gzip");
  });

  const whole = gzipSync("hola ".repeat(1000));
  it.each([
    { why: "fewer bytes than Content-Length", header: "Content-Length: 100", body: "hola" },
    { why: "chunks without the last", header: "Transfer-Encoding: chunked", body: "4\r\nhola\r\n" },
    { why: "a chunk that is none", header: "Transfer-Encoding: chunked", body: "4\r\nhola\r\nzz\r\n" },
    { why: "a gzip cut in its data", header: "Content-Encoding: gzip", body: whole.subarray(0, -20) },
    { why: "a gzip cut in its check", header: "Content-Encoding: gzip", body: whole.subarray(0, -4) },
    { why: "a gzip that is none", header: "Content-Encoding: gzip", body: "hola" },
  ])("createReadSource never takes a part for the whole and tries again: $why", async ({ header, body }) => {
    const { origin, hits } = await rawServer((socket, nth) => {
      socket.write(head(nth === 2 ? "Content-Length: 4" : header));
      socket.end(nth === 2 ? "bien" : body);
    });
    expect(await textOf(reader({ attempts: 2 }).read(origin))).toBe("bien");
    expect(hits()).toBe(2);
    const fault = await faultOf(reader({ attempts: 1 }).read(origin));
    expect(fault).toMatchObject({ code: "unavailable", message: "La descarga llegó incompleta" });
  });
});

describe("createReadSource connections", () => {
  it.each([
    { why: "hangs up", speak: (s: Socket) => s.end(), told: "cortó la conexión" },
    { why: "resets", speak: (s: Socket) => s.resetAndDestroy(), told: "cortó la conexión" },
    {
      why: "cuts its headers",
      speak: (s: Socket) => s.end("HTTP/1.1 200 OK\r\nA"),
      told: "cortó la conexión",
    },
    { why: "speaks SSH", speak: (s: Socket) => s.end("SSH-2.0-x\r\n"), told: "no responde HTTP válido" },
    {
      why: "switches protocols",
      speak: (s: Socket) => s.write("HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
      told: "cortó la conexión",
    },
    {
      why: "sends headers without end",
      speak: (s: Socket) => {
        s.write("HTTP/1.1 200 OK\r\n");
        pour(s, Buffer.from(`X: ${"a".repeat(8000)}\r\n`));
      },
      told: "no responde HTTP válido",
    },
  ])("createReadSource tells a server that $why, after three attempts", async ({ speak, told }) => {
    const { origin, port, hits } = await rawServer(speak);
    expect(await faultOf(reader().read(origin))).toMatchObject({
      code: "unavailable",
      message: `El servidor "127.0.0.1:${port}" ${told} (3 intentos)`,
    });
    expect(hits()).toBe(3);
  });

  it("createReadSource tells a port where nobody listens", async () => {
    expect((await faultOf(reader().read("http://127.0.0.1:1/"))).message).toBe(
      'El servidor "127.0.0.1:1" rechazó la conexión; revise el puerto y que el servicio esté encendido (3 intentos)',
    );
  });

  // Self-signed for datos.example.org, 2020 to 2120; its key guards nothing.
  const cert = `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ6gAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFkYXRvcy5l
eGFtcGxlLm9yZzAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowHDEa
MBgGA1UEAwwRZGF0b3MuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAQ5WqxHwsC+n3v5bjJaUtSU8GnXi1R9AEm4OqpOih7H6L3FRzRUvvGZ3fOS
GPsg3WjfVWzb+EctREne6hthGucGoz8wPTAcBgNVHREEFTATghFkYXRvcy5leGFt
cGxlLm9yZzAdBgNVHQ4EFgQUdJWx//hjSA7VLUJmS462WonRB3cwCgYIKoZIzj0E
AwIDRwAwRAIgHOJPy+3iCXwd0cvjTkPYTOwsKshT1VpQvO9t0bZjDVACIGHfqNpW
3m/AEDNWQwjxfsbtXrRWFC6Fw3uTGLjgo+i3
-----END CERTIFICATE-----
`;
  const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQga5ESC5TGynGaB4Tq
Zq0EVPrFcSfORaT+oOITagatBqmhRANCAAQ5WqxHwsC+n3v5bjJaUtSU8GnXi1R9
AEm4OqpOih7H6L3FRzRUvvGZ3fOSGPsg3WjfVWzb+EctREne6hthGucG
-----END PRIVATE KEY-----
`;
  const secureServer = () =>
    listening(https.createServer({ key, cert }, ({ headers, url }, response) => {
      if (url === "/") response.end(`bien ${headers.host}`);
      else response.writeHead(302, { Location: `http://127.0.0.1:${url!.slice(1)}/` }).end();
    }));
  const resolve = () => Promise.resolve(["127.0.0.1"]);

  it("createReadSource reads over TLS from the checked address under the name", async () => {
    const port = await secureServer();
    const { read } = reader({
      resolve,
      ca: cert,
      allowInternal: false,
      isInternal: (ip) => ip !== "127.0.0.1",
    });
    expect(await textOf(read(`https://datos.example.org:${port}/`))).toBe(`bien datos.example.org:${port}`);
  });

  it("createReadSource follows a redirect from https to http", async () => {
    const plain = await webServer((_, response) => response.end("llano"));
    const { read } = reader({ resolve, ca: cert });
    expect(await textOf(read(`https://datos.example.org:${await secureServer()}/${plain.port}`))).toBe(
      "llano",
    );
  });

  it.each([
    {
      host: "datos.example.org",
      ca: undefined,
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
      why: "unknown authority",
    },
    { host: "otro.example.org", ca: cert, code: "ERR_TLS_CERT_ALTNAME_INVALID", why: "another name" },
    { host: "127.0.0.1", ca: cert, code: "ERR_TLS_CERT_ALTNAME_INVALID", why: "a number" },
  ])("createReadSource verifies certificates and asks once: $why", async ({ host, ca, code }) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const port = await secureServer();
    const { read, slept } = reader({ resolve, ca });
    expect(await faultOf(read(`https://${host}:${port}/`))).toMatchObject({
      code: "unavailable",
      message:
        `El certificado TLS de "${host}:${port}" no es válido (${code}); revise vencimiento, nombre y cadena`,
    });
    expect(slept).toEqual([]);
  });

  it("createReadSource takes any certificate where it is told to, and there alone", async () => {
    const port = await secureServer();
    const { read } = reader({ resolve });
    const url = `https://otro.example.org:${port}/`;
    expect(await textOf(read(url, { verifyTls: false }))).toBe(`bien otro.example.org:${port}`);
    expect(await faultOf(read(url, { verifyTls: true }))).toMatchObject({ code: "unavailable" });
    expect(await faultOf(read(url))).toMatchObject({ code: "unavailable" });
  });
});

describe("createReadSource of files and other schemes", () => {
  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), "read_source-"));
    closing.push(() => void rm(path, { recursive: true }));
    return path;
  }

  it("createReadSource reads a file whole, as large as the limit", async () => {
    const path = join(await folder(), "año 1.csv");
    await writeFile(path, "a,b\n");
    expect(await reader().read(pathToFileURL(path).href, { maxBytes: 4 })).toEqual({
      status: "fresh",
      bytes: new TextEncoder().encode("a,b\n"),
      validators: {},
      contentType: "",
    });
  });

  it.each<{ why: string; name: string; code: ProblemCode; message: string }>([
    { why: "too large", name: "a.csv", code: "invalid", message: "El archivo supera el límite de 3 bytes" },
    { why: "missing", name: "b.csv", code: "unavailable", message: 'No existe el archivo "DIR/b.csv"' },
    {
      why: "under a file",
      name: "a.csv/b",
      code: "unavailable",
      message: 'No existe el archivo "DIR/a.csv/b"',
    },
    { why: "a folder", name: "", code: "invalid", message: '"DIR/" no es un archivo' },
  ])("createReadSource tells a file that is $why", async ({ name, code, message }) => {
    const path = await folder();
    await writeFile(join(path, "a.csv"), "a,b\n");
    const fault = await faultOf(reader().read(`${pathToFileURL(path).href}/${name}`, { maxBytes: 3 }));
    expect({ code: fault.code, message: fault.message.replace(path, "DIR") }).toEqual({ code, message });
  });

  it.each([
    { url: "file://servidor/a.csv", message: "La dirección file: no nombra un archivo de esta máquina" },
    { url: "file:///a%2Fb.csv", message: "La dirección file: no nombra un archivo de esta máquina" },
    {
      url: "ftp://ana:secreto@example.org/",
      message: 'Solo se leen direcciones http, https y file, no "ftp:"',
    },
    { url: "data.json", message: "La dirección no es una URL absoluta válida" },
    { url: "http://ana:secreto@/", message: "La dirección no es una URL absoluta válida" },
  ])("createReadSource refuses $url", async ({ url, message }) => {
    expect(await faultOf(reader().read(url))).toMatchObject({ code: "invalid", message });
  });
});
