// HTTP caching derived from the snapshot: its name and the request make a strong ETag, so an unchanged answer
// is known before anything is read; rendered bodies are kept, bounded in bytes.

import type { SharedBodies } from "../core/shared_bodies.ts";
import type { Snapshot } from "../core/snapshot.ts";

/** Shared caches keep an answer a minute, then show it while they ask again, and for a day when nobody answers. */
export const CACHE_CONTROL =
  "public, max-age=0, s-maxage=60, stale-while-revalidate=600, stale-if-error=86400";

/**
 * The same for caches of CDNs (RFC 9213), which read it instead: those that go by the letter take `s-maxage` for a
 * word against everything stale (RFC 9111, 5.2.2.10).
 */
export const CDN_CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400";

/** The common life of answers, and what renews a copy; `modified` in epoch ms, where it is known. */
export function cachingHeaders(tag: string, modified?: number): Record<string, string> {
  return {
    etag: tag,
    ...(modified !== undefined && { "last-modified": httpDate(modified) }),
    "cache-control": CACHE_CONTROL,
    "cdn-cache-control": CDN_CACHE_CONTROL,
  };
}

/** When an answer changed last that is made of several things, in epoch ms; undefined where one of them does not tell. */
export function lastChange(...moments: readonly (number | undefined)[]): number | undefined {
  const latest = Math.max(...moments.map((at) => at ?? NaN));
  return Number.isNaN(latest) ? undefined : latest;
}

/** 53-bit hash of a text (cyrb53's mixing), as base 36: tells requests of one snapshot apart in their ETags. */
function hashText(text: string): string {
  let low = 0xdeadbeef, high = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return (4294967296 * (2097151 & high) + (low >>> 0)).toString(36);
}

/** Strong ETag of an answer from what has a name; `day` where it depends on the date of the question. */
export function entityTag(snapshot: Pick<Snapshot, "name">, request: string, day?: number): string {
  return `"${snapshot.name.slice(0, 20)}-${hashText(request)}${day === undefined ? "" : `-${day}`}"`;
}

/**
 * Whether the caller names the tag of the current answer. Only answers that went well were ever given one, so
 * nothing needs to be read to know.
 */
export function namesTag(headers: Headers, tag: string): boolean {
  const tags = headers.get("if-none-match");
  return tags !== null && tags.split(",").some((text) => text.trim().replace(/^W\//, "") === tag);
}

/**
 * Whether the caller's copy is the current answer, which must have gone well: a date and `*` say nothing of the
 * request. `If-None-Match` wins over `If-Modified-Since`.
 */
export function isFresh(headers: Headers, tag: string, lastModified: number | undefined): boolean {
  const tags = headers.get("if-none-match");
  if (tags !== null) return tags.trim() === "*" || namesTag(headers, tag);
  const since = headers.get("if-modified-since");
  // HTTP dates have no milliseconds.
  return since !== null && lastModified !== undefined &&
    parseHttpDate(since) >= Math.floor(lastModified / 1000) * 1000;
}

/** The form that is written today, and the two before it that everybody has to read (RFC 9110, 5.6.7). */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d [\d:]{8} GMT|([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}))$/;

/** A date of HTTP in epoch ms; NaN for any other text, which is to be left out of account. */
export function parseHttpDate(text: string): number {
  const [date, unzoned] = HTTP_DATE.exec(text.trim()) ?? [];
  return date === undefined ? NaN : Date.parse(unzoned === undefined ? date : `${unzoned} GMT`);
}

let dateShown = NaN;
let dateText = "";

/** HTTP date of a moment; nearly always the same one, so the last is kept. */
export function httpDate(at: number): string {
  if (at !== dateShown) {
    dateShown = at;
    dateText = new Date(at).toUTCString();
  }
  return dateText;
}

/** Text of few parts, which its first answer puts together, or the bytes of a file. */
export type Body = string | Uint8Array<ArrayBuffer>;

/** A rendered answer with all its headers, and what tells whether a caller's copy is still it. */
export type Rendered<H = Record<string, string>> = {
  readonly body: Body;
  readonly headers: H;
  readonly tag: string;
  /** Epoch ms; absent where the answer may change without the snapshot. */
  readonly lastModified?: number;
};

export type BodyCache = {
  get(key: string): Rendered<Headers> | undefined;
  /** What another process rendered, for where this one did not; kept from then on. */
  shared(key: string): Promise<Rendered<Headers> | undefined> | undefined;
  set(key: string, rendered: Rendered): void;
};

/** `ready` is made for the second answer: most have none. */
type KeptBody = { readonly rendered: Rendered; ready?: Rendered<Headers> };

/**
 * Keeps the most recently used bodies up to `maxBytes`, counting a character as a byte: texts are ASCII mostly.
 * What is rendered here is handed to `shared` too.
 */
export function bodyCache(maxBytes: number, shared?: SharedBodies): BodyCache {
  const entries = new Map<string, KeptBody>();
  const cost = (key: string, { body }: { body: Body }) => body.length + key.length + 500;
  let bytes = 0;

  function keep(key: string, rendered: Rendered): void {
    const size = cost(key, rendered);
    // One huge answer must not empty the cache.
    if (size > maxBytes / 8 || entries.has(key)) return;
    entries.set(key, { rendered });
    bytes += size;
    for (const [oldest, { rendered: old }] of entries) {
      if (bytes <= maxBytes) break;
      entries.delete(oldest);
      bytes -= cost(oldest, old);
    }
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      const { rendered } = entry;
      return entry.ready ??= { ...rendered, headers: new Headers(rendered.headers) };
    },
    shared: (key) =>
      shared?.find(key).then((found) => {
        if (!found) return undefined;
        keep(key, found);
        return { ...found, headers: new Headers(found.headers) };
      }),
    set(key, rendered) {
      keep(key, rendered);
      shared?.keep(key, rendered);
    },
  };
}
