// Reads what catalogs written by strangers point at: files, and HTTP with every hop's address checked, limits of
// size and time, and a few retries. Which catalogs may name files, and what the bytes mean, is the caller's.
//
// The address is checked where it is used: `checkedLookup` is the only resolver the socket has, it answers once
// per hop and only with addresses that all passed, so a second DNS answer has nobody to ask for it. Addresses
// written as numbers skip the look-up and are checked before the request. Proxies of the environment are not
// used: they would resolve names for us. Long because what checks an address, watches its answer and ends the
// connection is one: a part of it used alone would be an open door.

import { Buffer } from "node:buffer";
import { lookup } from "node:dns/promises";
import { readFile, stat } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { unescape } from "node:querystring";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { Problem } from "../core/problem.ts";
import type { ReadSource, SourceAnswer, SourceRequest, SourceSink } from "../ingest/source.ts";
import { isInternalAddress } from "./internal_address.ts";

const DEFAULTS = {
  /** Reads from loopback and private networks too. */
  allowInternal: false,
  /** For what strangers ask over HTTP: reads no files, and says nothing of what addresses inside are. */
  forStrangers: false,
  /** What counts as internal; tests narrow it, to have local servers on both sides. */
  isInternal: isInternalAddress,
  userAgent: "Caudal/1 (+harvest)",
  /** From the start of a hop (name, connection, TLS) until its response headers are whole. */
  firstByteMs: 30_000,
  /** Between two chunks of the body. */
  idleMs: 20_000,
  /** One attempt with all its redirects. */
  totalMs: 300_000,
  /** Mean of the body as it travels (compressed), judged at each chunk once `rateGraceMs` went by. */
  minBytesPerSecond: 1024,
  rateGraceMs: 15_000,
  maxRedirects: 5,
  attempts: 3,
  /** Wait before the second attempt, doubled before each later one up to the cap; half of it is jitter. */
  backoffMs: 500,
  backoffCapMs: 5_000,
  /** A longer `Retry-After` is cut to this. */
  retryAfterCapMs: 10_000,
  /** PEM authorities to trust instead of the system's. */
  ca: undefined as string | undefined,
  /** Addresses of a name; for custom resolvers and tests. All are checked, and only these are connected to. */
  resolve: async (name: string): Promise<readonly string[]> =>
    (await lookup(name, { all: true })).map(({ address }) => address),
  sleep: (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms)),
  random: Math.random,
  /** Epoch ms. */
  now: Date.now,
};

type Settings = Readonly<typeof DEFAULTS>;
export type ReadSourceOptions = Partial<Settings>;

type Reply = SourceAnswer | { readonly status: "moved"; readonly to: URL };
type Hop = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly verifyTls: boolean;
  readonly conditional: boolean;
  readonly endsAt: number;
  /** From the first hop to `endsAt`, for whoever is told that it was too long. */
  readonly totalMs: number;
  readonly sink: SourceSink | undefined;
};

type Expect = (what: "headers" | "chunk" | "end", ms: number, fault: () => Problem) => void;

/** A fault that another attempt may cure. */
class PassingProblem extends Problem {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 0, cause?: unknown) {
    super("unavailable", message, [], { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

const RETRIED_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);
const CONNECTION_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "rechazó la conexión; revise el puerto y que el servicio esté encendido",
  ECONNRESET: "cortó la conexión",
  EHOSTUNREACH: "es inalcanzable desde esta red",
  ENETUNREACH: "es inalcanzable desde esta red",
  ETIMEDOUT: "no aceptó la conexión a tiempo",
};

// An empty `proxyEnv`, or the agents would follow HTTP_PROXY wherever NODE_USE_ENV_PROXY is set.
const DIRECT = { keepAlive: false, proxyEnv: {} };
const CLIENTS = {
  "http:": { request: http.request, agent: new http.Agent(DIRECT) },
  "https:": { request: https.request, agent: new https.Agent(DIRECT) },
};

/** The reader of sources for `file:`, `http:` and `https:`. Holds nothing open between two calls. */
export function createReadSource(options: ReadSourceOptions = {}): ReadSource {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings: Settings = { ...DEFAULTS, ...Object.fromEntries(given) };
  return async (request) => {
    if (!URL.canParse(request.url)) {
      throw new Problem("invalid", "La dirección no es una URL absoluta válida");
    }
    const url = new URL(request.url);
    if (url.protocol === "file:" && !settings.forStrangers) {
      return await readLocalFile(url, request.maxBytes);
    }
    if (!isHttp(url)) {
      const read = settings.forStrangers ? "http y https" : "http, https y file";
      throw new Problem("invalid", `Solo se leen direcciones ${read}, no "${url.protocol}"`);
    }
    return await retried(() => followed(url, request, settings), settings);
  };
}

async function readLocalFile(url: URL, maxBytes: number): Promise<SourceAnswer> {
  let path: string;
  try {
    path = fileURLToPath(url);
  } catch (cause) {
    throw new Problem("invalid", "La dirección file: no nombra un archivo de esta máquina", [], { cause });
  }
  try {
    const entry = await stat(path);
    if (!entry.isFile()) throw new Problem("invalid", `"${path}" no es un archivo`); // also pipes and devices
    if (entry.size > maxBytes) throw tooLarge(maxBytes);
    const bytes = new Uint8Array(await readFile(path));
    return { status: "fresh", bytes, validators: {}, contentType: "" };
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const code = codeOf(cause);
    const message = code === "ENOENT" || code === "ENOTDIR"
      ? `No existe el archivo "${path}"`
      : `No se pudo leer el archivo "${path}" (${code}); revise sus permisos`;
    throw new Problem("unavailable", message, [], { cause });
  }
}

async function retried(
  attempt: () => Promise<SourceAnswer>,
  { attempts, backoffMs, backoffCapMs, retryAfterCapMs, random, sleep }: Settings,
): Promise<SourceAnswer> {
  for (let made = 1;; made++) {
    try {
      return await attempt();
    } catch (fault) {
      if (!(fault instanceof PassingProblem)) throw fault;
      if (made >= attempts) {
        const message = made === 1 ? fault.message : `${fault.message} (${made} intentos)`;
        throw new Problem(fault.code, message, [], { cause: fault });
      }
      const backoff = Math.min(backoffMs * 2 ** (made - 1), backoffCapMs) * (1 + random()) / 2;
      await sleep(Math.max(backoff, Math.min(fault.retryAfterMs, retryAfterCapMs)));
    }
  }
}

/** One attempt: the address and what it redirects to. Credentials stay with the origin they were given for. */
async function followed(start: URL, request: SourceRequest, settings: Settings): Promise<SourceAnswer> {
  const { etag, lastModified } = request.validators ?? {};
  const headers: Record<string, string> = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip", // no "br": node:zlib of Deno takes a cut brotli stream for a whole, empty one
    "User-Agent": settings.userAgent,
    ...(isSendable(etag) && { "If-None-Match": etag }),
    ...(isSendable(lastModified) && { "If-Modified-Since": lastModified }),
    ...request.headers,
  };
  const conditional = "If-None-Match" in headers || "If-Modified-Since" in headers;
  if (start.username !== "" || start.password !== "") {
    const pair = `${unescape(start.username)}:${unescape(start.password)}`;
    headers["Authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  const totalMs = Math.min(settings.totalMs, request.maxMs ?? Infinity);
  const endsAt = settings.now() + totalMs;
  const seen = new Set<string>();
  for (let url = withoutSecrets(start);;) {
    seen.add(url.href);
    const reply = await exchanged(
      {
        url,
        headers,
        conditional,
        endsAt,
        totalMs,
        maxBytes: request.maxBytes,
        verifyTls: request.verifyTls ?? true,
        sink: request.sink,
      },
      settings,
    );
    if (reply.status !== "moved") return reply;
    const to = withoutSecrets(reply.to);
    if (seen.has(to.href)) {
      throw new Problem("unavailable", `La dirección "${clipped(to.href)}" redirige a sí misma`);
    }
    if (seen.size > settings.maxRedirects) {
      throw new Problem("unavailable", `La dirección redirige más de ${settings.maxRedirects} veces`);
    }
    if (to.origin !== url.origin) {
      for (const name of ["Authorization", ...Object.keys(request.headers ?? {})]) delete headers[name];
    }
    url = to;
  }
}

/** One request and its answer. Whatever ends it first, the connection and the timers are gone afterwards. */
function exchanged(hop: Hop, settings: Settings): Promise<Reply> {
  const { url, headers } = hop;
  const request = guardedRequest(
    url,
    { headers, rejectUnauthorized: hop.verifyTls, ca: settings.ca },
    settings,
  );

  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const expect: Expect = (what, ms, fault) => {
    clearTimeout(timers.get(what));
    timers.set(what, setTimeout(() => reject(fault()), ms));
  };
  expect("end", Math.max(0, hop.endsAt - settings.now()), () => {
    return new Problem("unavailable", `La descarga no terminó en ${seconds(hop.totalMs)}`);
  });
  expect("headers", settings.firstByteMs, () => {
    return new PassingProblem(`Sin respuesta en ${seconds(settings.firstByteMs)}`);
  });

  let body: Readable | undefined; // from there on it tells the faults: a gunzip may outlive the socket
  request.on("error", (error) => body ?? reject(connectionFault(error, url)));
  request.on("close", () => body ?? reject(connectionFault({ code: "ECONNRESET" }, url)));
  request.on("response", (response) => {
    const cut = (cause?: unknown) => reject(new PassingProblem("La descarga llegó incompleta", 0, cause));
    body = response.on("error", cut).on("close", () => response.complete || cut());
    clearTimeout(timers.get("headers"));
    try {
      const reply = replyWithoutBody(response, hop, settings);
      if (reply !== undefined) return resolve(reply);
      hop.sink?.begin();
    } catch (fault) {
      return reject(fault);
    }

    watchPace(response, hop, settings, expect, reject);
    const chunks: Uint8Array[] = [];
    let size = 0;
    const keep = hop.sink?.take ?? ((chunk: Uint8Array) => void chunks.push(chunk));
    if (isCompressed(response)) body = response.pipe(createGunzip()).on("error", cut);
    body.on("data", (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > hop.maxBytes) return reject(tooLarge(hop.maxBytes));
      try {
        keep(chunk);
      } catch (fault) {
        reject(fault);
      }
    });
    body.on("end", () => {
      const { etag, "last-modified": lastModified, "content-type": type = "" } = response.headers;
      const validators = { ...(etag && { etag }), ...(lastModified && { lastModified }) };
      const contentType = type.split(";")[0]!.trim().toLowerCase();
      resolve({ status: "fresh", bytes: joined(chunks), validators, contentType });
    });
  });
  request.end();
  return promise.finally(() => {
    for (const timer of timers.values()) clearTimeout(timer);
    request.destroy();
    body?.destroy();
  });
}

/** Ends a body that stalls, crawls, or swells without becoming anything. Counts bytes as they travel. */
function watchPace(
  response: http.IncomingMessage,
  { maxBytes }: Hop,
  { idleMs, rateGraceMs, minBytesPerSecond, now }: Settings,
  expect: Expect,
  fail: (fault: Problem) => void,
): void {
  const startedAt = now();
  let received = 0;
  const expectChunk = () =>
    expect("chunk", idleMs, () => {
      return new Problem("unavailable", `El servidor dejó de enviar datos durante ${seconds(idleMs)}`);
    });
  expectChunk();
  response.on("data", (chunk: Uint8Array) => {
    expectChunk();
    received += chunk.length;
    if (received > 2 * maxBytes + 1024) fail(tooLarge(maxBytes)); // such as an endless gzip header
    const elapsedMs = now() - startedAt;
    const rate = Math.floor(received * 1000 / elapsedMs);
    if (elapsedMs >= rateGraceMs && rate < minBytesPerSecond) {
      const found = `${rate} bytes/s, se esperan al menos ${minBytesPerSecond}`;
      fail(new Problem("unavailable", `El servidor es demasiado lento: ${found}`));
    }
  });
}

/** What the status line and headers settle alone; undefined when the body is wanted. */
function replyWithoutBody(response: http.IncomingMessage, hop: Hop, settings: Settings): Reply | undefined {
  const status = response.statusCode ?? 0;
  const { location, "content-length": length = "0", "retry-after": wait = "" } = response.headers;
  if (status === 304 && hop.conditional) return { status: "unchanged" };
  if (REDIRECT_STATUS.has(status) && location !== undefined) {
    const written = Buffer.from(location, "latin1").toString(); // portals write "ñ" there as UTF-8
    if (!URL.canParse(written, hop.url.href)) {
      throw new Problem("unavailable", "El servidor redirige a una dirección que no es válida");
    }
    const to = new URL(written, hop.url);
    if (isHttp(to)) return { status: "moved", to };
    throw new Problem("invalid", `El servidor redirige a "${to.protocol}" y solo se admiten http y https`);
  }
  if (status !== 200) {
    const message = `El servidor respondió ${status} (${http.STATUS_CODES[status] ?? "estado desconocido"})`;
    if (!RETRIED_STATUS.has(status)) throw new Problem("unavailable", message);
    const waitMs = /^\d+$/.test(wait) ? Number(wait) * 1000 : Date.parse(wait) - settings.now();
    throw new PassingProblem(message, Number.isFinite(waitMs) ? waitMs : 0);
  }
  if (!isCompressed(response) && Number(length) > hop.maxBytes) throw tooLarge(hop.maxBytes);
  return undefined;
}

function isCompressed({ headers }: http.IncomingMessage): boolean {
  const encoding = (headers["content-encoding"] || "identity").toLowerCase();
  if (encoding === "identity") return false;
  if (encoding === "gzip" || encoding === "x-gzip") return true;
  throw new Problem("unavailable", `El servidor comprimió con "${clipped(encoding)}" y solo se pidió gzip`);
}

/** What tells a request which addresses it may connect to. */
type AddressGuard = Pick<Settings, "allowInternal" | "forStrangers" | "isInternal" | "resolve">;

/** For requests that are made elsewhere. */
export const addressGuard = (allowInternal: boolean): AddressGuard => ({ ...DEFAULTS, allowInternal });

/**
 * Begins a request that goes directly and only where `guard` lets it. `url` is one of http or https.
 * Errors: Problem `invalid` for an address inside; of a name that leads inside the request tells it.
 */
export function guardedRequest(
  url: URL,
  options: https.RequestOptions,
  guard: AddressGuard,
): http.ClientRequest {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) refuseInternal([host], guard);
  const { request, agent } = CLIENTS[url.protocol as keyof typeof CLIENTS];
  return request(url, { ...options, agent, lookup: checkedLookup(guard) });
}

/** The only resolver of our sockets: it answers with addresses that all passed, or with a Problem. */
function checkedLookup(settings: AddressGuard): LookupFunction {
  return (name, { all }, answer) => {
    settings.resolve(name).then((addresses) => {
      if (addresses.length === 0) throw unresolved(name);
      refuseInternal(addresses, settings);
      return addresses.map((address) => ({ address, family: isIP(address) }));
    }, (cause) => {
      throw unresolved(name, cause);
    }).then(
      (checked) => all ? answer(null, checked) : answer(null, checked[0]!.address, checked[0]!.family),
      (fault) => answer(fault, ""),
    );
  };
}

/** Errors: Problem `invalid` for an address inside. */
function refuseInternal(addresses: readonly string[], settings: AddressGuard): void {
  const internal = settings.allowInternal ? undefined : addresses.find(settings.isInternal);
  if (internal === undefined) return;
  const message = settings.forStrangers
    ? "La dirección apunta a una red interna y está prohibida"
    : `La dirección apunta a una red interna (${internal}) y está prohibida; use ALLOW_INTERNAL_SOURCES=true si es intencional`;
  throw new Problem("invalid", message);
}

/** Why there was no answer, in words. */
export function connectionFault(cause: unknown, { host }: URL): Problem {
  if (cause instanceof Problem) return cause;
  const code = codeOf(cause);
  if (/CERT|UNABLE_TO_/.test(code)) {
    const message =
      `El certificado TLS de "${host}" no es válido (${code}); revise vencimiento, nombre y cadena`;
    return new Problem("unavailable", message, [], { cause });
  }
  const known = CONNECTION_FAULTS[code] ?? (code.startsWith("HPE_") ? "no responde HTTP válido" : undefined);
  const fault = known ?? `no completó la conexión (${code})`;
  return new PassingProblem(`El servidor "${host}" ${fault}`, 0, cause);
}

function unresolved(name: string, cause?: unknown): Problem {
  return new PassingProblem(`No se pudo resolver el nombre "${clipped(name)}"`, 0, cause);
}

function tooLarge(maxBytes: number): Problem {
  const unit = maxBytes % 2 ** 20 === 0 ? 2 ** 20 : 1_000_000;
  const limit = maxBytes < 1_000_000 ? `${maxBytes} bytes` : `${Number((maxBytes / unit).toFixed(1))} MB`;
  return new Problem("invalid", `El archivo supera el límite de ${limit}`);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function withoutSecrets(url: URL): URL {
  return Object.assign(new URL(url), { username: "", password: "", hash: "" });
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}

/** Whether a stored validator can be a header; what a server once sent always can. */
function isSendable(text: string | undefined): text is string {
  return text !== undefined && /^[\x20-\x7e\x80-\xff]+$/.test(text);
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "sin código");
}

const seconds = (ms: number): string => `${ms / 1000} s`;
const clipped = (text: string): string => text.length > 200 ? `${text.slice(0, 200)}…` : text;
