// The read application over published files, as every edge runs it: the same `createApp`, without a database, a
// search engine or a counter of its own.

import type { Hono } from "hono";
import { type AppContext, createApp } from "../src/api/app.ts";
import { keepFiles } from "../src/store/http/kept_files.ts";
import { openActivities } from "../src/store/segments/activities.ts";
import type { PieceBlobs, ReadBlobs } from "../src/store/segments/blobs.ts";
import { openDumps } from "../src/store/segments/dumps.ts";
import { openListings } from "../src/store/segments/listings.ts";
import { openPopularities } from "../src/store/segments/popularities.ts";
import { openPrices } from "../src/store/segments/prices.ts";
import { openSearches } from "../src/store/segments/search_index.ts";
import { openSnapshots } from "../src/store/segments/snapshots.ts";
import { VERSION } from "../src/version.ts";

/** Bytes of published files, and of rendered answers, that stay in memory: an isolate has 128 MB for everything. */
const KEEP_BYTES = 24 * 1024 * 1024;
const BODY_BYTES = 12 * 1024 * 1024;
const PRICE_BYTES = 12 * 1024 * 1024;

/** How long a pointer is believed at the edge, in ms: each look is a request of every isolate to a distant place. */
export const POINTER_LIFE_MS = 5_000;

export type EdgeApp = {
  readonly blobs: ReadBlobs & PieceBlobs;
  readonly site: NonNullable<AppContext["site"]>;
  readonly publicUrl?: string | undefined;
  readonly searchMinScore?: number | undefined;
  readonly priceStream?: NonNullable<AppContext["priceStream"]>;
  readonly onError: (error: unknown, path: string) => void;
};

/** Builds the application. Nothing is read before it is asked. */
export function edgeApp({ blobs, site, publicUrl, searchMinScore, priceStream, onError }: EdgeApp): Hono {
  const { now } = Date;
  const parts = { ...blobs, read: keepFiles(blobs.read, KEEP_BYTES).read };
  return createApp({
    snapshots: openSnapshots(parts, now),
    activities: openActivities(blobs, now),
    popularities: openPopularities(blobs, now),
    searches: openSearches(blobs),
    dumps: openDumps(blobs, now),
    listings: openListings(blobs, now),
    prices: openPrices(blobs, now, PRICE_BYTES),
    site,
    now,
    version: VERSION,
    cacheBytes: BODY_BYTES,
    onError,
    ...(priceStream && { priceStream }),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(searchMinScore !== undefined && { searchMinScore }),
  });
}
