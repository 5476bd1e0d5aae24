// The read application on workerd (Cloudflare Workers): published files come from an R2 bucket, from files that are
// served beside the worker, or from an HTTP origin, by what is bound. README tells the bindings.

import { problemJson } from "../src/api/problems.ts";
import { timed } from "../src/api/server_timing.ts";
import { Problem } from "../src/core/problem.ts";
import { httpBlobs } from "../src/store/http/blobs.ts";
import { cachedBlobs, type FileCache } from "../src/store/http/cached_blobs.ts";
import { type Bucket, r2Blobs } from "../src/store/r2/blobs.ts";
import type { PieceBlobs, ReadBlobs } from "../src/store/segments/blobs.ts";
import { edgeApp, POINTER_LIFE_MS } from "./read_app.ts";
import { edgeSite, type Fetcher } from "./site.ts";

/** Bindings and variables; which of the places is bound is where published files are. */
export type Env = {
  readonly SNAPSHOT_BUCKET?: Bucket;
  /** Where names begin in the bucket. */
  readonly SNAPSHOT_PREFIX?: string;
  readonly SNAPSHOT_URL?: string;
  /** A service of published files. */
  readonly SNAPSHOT_FILES?: Fetcher;
  /** Static files: the site's, and published ones under `snapshots/` where no other place is bound. */
  readonly ASSETS?: Fetcher;
  /** A server that writes the pages and validates. */
  readonly ORIGIN_URL?: string;
  readonly PUBLIC_URL?: string;
  readonly SEARCH_MIN_SCORE?: string;
};

declare class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(length: number);
}

type Lifetime = { waitUntil(work: Promise<unknown>): void };

/** The runtime takes every `waitUntil` as one of the request that is running, whichever request's it is. */
let lifetime: Lifetime | undefined;
const outlive = (work: Promise<unknown>) => lifetime?.waitUntil(work);

let answer: ReturnType<typeof timed> | undefined;

export default {
  fetch(request: Request, env: Env, context: Lifetime): Response | Promise<Response> {
    lifetime = context;
    try {
      answer ??= open(env);
    } catch (error) {
      console.error(JSON.stringify({ event: "worker.failed", ...told(error) }));
      return problemJson(503, "Falta decir dónde está lo publicado", { "retry-after": "60" });
    }
    const answering = answer(request);
    // Others may wait for what this request reads, though its caller has left.
    if (answering instanceof Promise) outlive(answering.catch(() => {}));
    return answering;
  },
};

function open(env: Env): ReturnType<typeof timed> {
  const { SNAPSHOT_PREFIX, ASSETS, ORIGIN_URL, PUBLIC_URL, SEARCH_MIN_SCORE } = env;
  const app = edgeApp({
    blobs: cachedBlobs({ ...published(env), pointerLifeMs: POINTER_LIFE_MS, outlive }, {
      cache: platformCache(),
      place: env.SNAPSHOT_URL || SNAPSHOT_PREFIX || "snapshots",
    }),
    site: edgeSite({ assets: ASSETS, origin: ORIGIN_URL || undefined }),
    publicUrl: PUBLIC_URL || undefined,
    searchMinScore: SEARCH_MIN_SCORE ? Number(SEARCH_MIN_SCORE) : undefined,
    onError: (error, path) =>
      console.error(JSON.stringify({ event: "request.failed", path, ...told(error) })),
  });
  // The platform's clock moves while it waits: what is told is the time of reading.
  return timed(async (request) => lengthened(await app.fetch(request)), Date.now);
}

/** The platform tells the length of a stream only where the stream does; what is encoded has another. */
function lengthened(response: Response): Response {
  const length = response.headers.get("content-length");
  if (length === null || !response.body || response.headers.has("content-encoding")) return response;
  return new Response(response.body.pipeThrough(new FixedLengthStream(Number(length))), response);
}

function published(env: Env): ReadBlobs & PieceBlobs {
  const { SNAPSHOT_BUCKET, SNAPSHOT_PREFIX, SNAPSHOT_FILES, SNAPSHOT_URL, ASSETS } = env;
  if (SNAPSHOT_BUCKET) return r2Blobs(SNAPSHOT_BUCKET, SNAPSHOT_PREFIX);
  if (SNAPSHOT_URL) return httpBlobs({ url: SNAPSHOT_URL, fetch: (url, init) => fetch(url, init) });
  const files = SNAPSHOT_FILES ?? ASSETS;
  if (!files) throw new Error("No published files: bind SNAPSHOT_BUCKET, or set SNAPSHOT_URL");
  const url = SNAPSHOT_FILES ? "http://files" : "http://assets/snapshots";
  return httpBlobs({ url, fetch: (url, init) => files.fetch(url, init) });
}

/** `caches.default` is the platform's own; asked for at each use, because there may be none. */
function platformCache(): FileCache {
  const opened = () => (caches as unknown as { readonly default: FileCache }).default;
  return {
    match: async (url) => await opened().match(url),
    put: async (url, response) => await opened().put(url, response),
  };
}

function told(error: unknown): Record<string, unknown> {
  const { message, stack, cause } = error as Error;
  return { error: message, cause: String(cause ?? ""), ...(!(error instanceof Problem) && { stack }) };
}
