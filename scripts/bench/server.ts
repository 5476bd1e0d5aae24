// The servers that the benchmark compares, each a process of its own: the read application over a data folder,
// and the baseline, Deno.serve with a fixed string. Prints its port.
//
//   deno run -A scripts/bench/server.ts app DATA BODY_CACHE_MB [segments]   |   fixed BYTES

import { createApp } from "../../src/api/app.ts";
import { openBlobs, openPublished, openPublishedPrices, openPublishedSearches } from "../../src/open.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";

const [kind, subject, cacheMb, engine] = Deno.args;

function handler(): Deno.ServeHandler {
  if (kind === "fixed") {
    const body = "x".repeat(Number(subject));
    return () => new Response(body);
  }
  const app = createApp({
    snapshots: openPublished({ dataDir: subject! }, 96 * 1024 * 1024),
    searches: engine === "segments"
      ? openSearches(openBlobs({ dataDir: subject! }))
      : openPublishedSearches({ dataDir: subject! }, console.error),
    prices: openPublishedPrices({ dataDir: subject! }, 96 * 1024 * 1024),
    now: Date.now,
    version: "bench",
    cacheBytes: Number(cacheMb) * 1024 * 1024,
    onError: (error) => console.error(error),
  });
  return app.fetch;
}

Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, handler());
