// Asks one address of an operator's setting for a text, again and again: short limits of time and size, no retries, and
// the same care for addresses inside as for catalogs. Which status means what is the caller's.

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { Problem } from "../core/problem.ts";
import { addressGuard, connectionFault, guardedRequest, isHttp } from "./read_source.ts";

export type TextFetching = {
  readonly url: string;
  readonly allowInternal: boolean;
  readonly userAgent: string;
  /** Name, connection and TLS. */
  readonly connectMs: number;
  readonly maxBytes: number;
};

export type Fetched = {
  readonly status: number;
  /** What `Retry-After` asked for, as seconds or as a date; null without one that can be read. */
  readonly retryAfterMs: number | null;
  readonly text: string;
};

const MOST_REDIRECTS = 3;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);

/** Errors: Problem `invalid` for an address that must not be asked, `unavailable` without a whole answer in time. */
export function textFetcher(settings: TextFetching) {
  return async (withinMs: number, signal: AbortSignal): Promise<Fetched> => {
    const late = AbortSignal.timeout(Math.max(1, Math.round(withinMs)));
    const end = AbortSignal.any([signal, late]);
    let url = new URL(settings.url);
    for (let left = MOST_REDIRECTS;; left--) {
      const answer = await exchanged(url, settings, end, late, withinMs);
      if (answer.to === undefined) return answer;
      if (left === 0) {
        throw new Problem(
          "unavailable",
          `${new URL(settings.url).host} redirige más de ${MOST_REDIRECTS} veces`,
        );
      }
      url = answer.to;
    }
  };
}

function exchanged(
  url: URL,
  { allowInternal, userAgent, connectMs, maxBytes }: TextFetching,
  end: AbortSignal,
  late: AbortSignal,
  withinMs: number,
): Promise<Fetched & { readonly to?: URL }> {
  if (!isHttp(url)) throw new Problem("invalid", `Se pide por http o https, no por "${url.protocol}"`);
  const { promise, resolve, reject } = Promise.withResolvers<Fetched & { to?: URL }>();
  const fail = (cause: unknown) =>
    reject(
      late.aborted
        ? new Problem("unavailable", `${url.host} no respondió en ${seconds(withinMs)}`, [], { cause })
        : connectionFault(cause, url),
    );
  const headers = {
    "content-type": "application/json",
    "accept": "application/json",
    "user-agent": userAgent,
  };
  const request = guardedRequest(url, { signal: end, headers }, addressGuard(allowInternal));
  const connecting = setTimeout(
    () => fail(new Problem("unavailable", `${url.host} no aceptó la conexión en ${seconds(connectMs)}`)),
    connectMs,
  );
  const connected = () => clearTimeout(connecting);
  request.on(
    "socket",
    (socket: Socket) => socket.once(url.protocol === "https:" ? "secureConnect" : "connect", connected),
  );
  request.on("error", fail);
  request.on("response", (response) => {
    connected();
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (REDIRECT_STATUS.has(status) && location !== undefined && URL.canParse(location, url.href)) {
      return resolve({ status, retryAfterMs: null, text: "", to: new URL(location, url) });
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    response.on("data", (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > maxBytes) {
        return fail(new Problem("unavailable", `${url.host} envía más de ${maxBytes / 2 ** 20} MB`));
      }
      chunks.push(chunk);
    });
    response.on("error", fail);
    response.on("close", () => {
      if (!response.complete) return fail(new Problem("unavailable", `${url.host} cortó la respuesta`));
      resolve({
        status,
        retryAfterMs: retryAfter(response.headers["retry-after"]),
        text: Buffer.concat(chunks).toString(),
      });
    });
  });
  request.end();
  return promise.finally(() => {
    clearTimeout(connecting);
    request.destroy();
  });
}

function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

const seconds = (ms: number) => `${Number((ms / 1_000).toFixed(1))} s`;
