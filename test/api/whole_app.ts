// The application with everything that it may be given, each really published, for the tests that go over all routes.

import { type AppContext, createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { publishListing } from "../../src/publish/publish_listing.ts";
import { publishPopularity } from "../../src/publish/publish_popularity.ts";
import { publishPrices } from "../../src/publish/publish_prices.ts";
import { memoryPriceStore } from "../../src/store/memory_prices.ts";
import { openActivities } from "../../src/store/segments/activities.ts";
import { openDumps } from "../../src/store/segments/dumps.ts";
import { openListings } from "../../src/store/segments/listings.ts";
import { openPopularities } from "../../src/store/segments/popularities.ts";
import { openPrices } from "../../src/store/segments/prices.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { sha256 } from "../store/example_catalog.ts";
import { BTC, polled, tick } from "../store/price_examples.ts";
import { publishedApp, VERSION } from "./published_app.ts";

/** A catalog whose text was read. */
export const LISTED = "otro";

/** Unix seconds of the first of three ticks, ten seconds apart; they are long past. */
export const FIRST_TICK = Date.UTC(2026, 6, 9, 12) / 1000;

/** A built file. */
export const ASSET = "/assets/series-ABC.js";

export async function wholeApp(context: Partial<AppContext> = {}) {
  const { store, blobs, now, pass, generateDumps, publishMore } = await publishedApp();
  await generateDumps();
  const prices = memoryPriceStore();
  await prices.saveMarket(BTC);
  await prices.addTicks(polled(FIRST_TICK * 1000, ["1", "2", "3"]));
  await publishPrices({ store: prices, blobs, sha256, now });
  const network = { project: { title: "Red" }, nodes: [] };
  await publishListing({ store, network, blobs, sha256, now });
  await publishPopularity({ store, blobs, sha256, now });
  const script = { path: ASSET, contentType: "text/javascript; charset=utf-8", body: new Uint8Array([59]) };
  const app = createApp({
    site: wholeSite,
    snapshots: openSnapshots(blobs, now),
    activities: openActivities(blobs, now),
    popularities: openPopularities(blobs, now),
    searches: openSearches(blobs),
    dumps: openDumps(blobs, now),
    listings: openListings(blobs, now),
    prices: openPrices(blobs, now, 100_000),
    assets: { files: () => Promise.resolve(new Map([["series.js", script]])) },
    now,
    version: VERSION,
    ...context,
  });
  return {
    app,
    blobs,
    pass,
    /** Publishes another snapshot. */
    publishMore,
    /** A tick at these Unix seconds, published. */
    async addTick(at: number, price: string) {
      await prices.addTicks([tick(at * 1000, price)]);
      await publishPrices({ store: prices, blobs, sha256, now });
    },
  };
}
