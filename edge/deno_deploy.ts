// The whole read application on Deno Deploy, pages included, over published files behind an HTTP address.
// Entry point: edge/deno_deploy.ts; settings: SNAPSHOT_URL, and PUBLIC_URL and SEARCH_MIN_SCORE where wanted.

import { priceStream } from "../src/api/price_stream.ts";
import { timed } from "../src/api/server_timing.ts";
import { wholeSite } from "../src/api/whole_site.ts";
import { httpBlobs } from "../src/store/http/blobs.ts";
import { cachedBlobs } from "../src/store/http/cached_blobs.ts";
import { edgeApp, POINTER_LIFE_MS } from "./read_app.ts";

/** What is used of the runtime: this file is checked without its types, as all of the edge. */
declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(answer: (request: Request) => Response | Promise<Response>): unknown;
};

const url = Deno.env.get("SNAPSHOT_URL");
if (url === undefined) throw new Error("SNAPSHOT_URL is missing: the HTTP address of published files");
const searchMinScore = Deno.env.get("SEARCH_MIN_SCORE");

/** Opened by its first use. */
let cache: Promise<Cache> | undefined;
const opened = () => cache ??= caches.open("caudal");

const app = edgeApp({
  blobs: cachedBlobs(
    { ...httpBlobs({ url, fetch: (url, init) => fetch(url, init) }), pointerLifeMs: POINTER_LIFE_MS },
    {
      cache: {
        match: async (url) => await (await opened()).match(url),
        put: async (url, response) => await (await opened()).put(url, response),
      },
      place: url,
    },
  ),
  site: wholeSite,
  priceStream: priceStream(new AbortController().signal),
  publicUrl: Deno.env.get("PUBLIC_URL"),
  searchMinScore: searchMinScore === undefined ? undefined : Number(searchMinScore),
  onError: (error, path) =>
    console.error(JSON.stringify({ event: "request.failed", path, error: String(error) })),
});

Deno.serve(timed((request) => app.fetch(request), () => performance.now()));
