// The application over a snapshot that was really published, with two small catalogs whose texts try to break
// out of a page.

import { gzipSync } from "node:zlib";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { buenosAiresDay } from "../../src/core/time.ts";
import { compression } from "../../src/host/compression.ts";
import { runningSha256 } from "../../src/host/hash.ts";
import { dump } from "../../src/publish/dump.ts";
import { publish } from "../../src/publish/publish.ts";
import { publishActivity } from "../../src/publish/publish_activity.ts";
import { memoryJournal, memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openActivities } from "../../src/store/segments/activities.ts";
import { openDumps } from "../../src/store/segments/dumps.ts";
import { openSearches } from "../../src/store/segments/search_index.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import {
  column,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";

export const VERSION = "9.8.7";
const PUBLISHED_AT = Date.UTC(2026, 6, 9, 15, 30);

/** The id of a monthly series, and of one that has a quote and an ampersand in it. */
export const MONTHLY = "m.1";
export const QUOTED = "q'1&2";

/** Ten years by month, and forty by year that end with them. */
const MONTHS = column(Array.from({ length: 120 }, (_, i) => 100 + i), { start: 2010 * 12 });
const YEARS = column(Array.from({ length: 40 }, (_, i) => i), { frequency: "year", start: 1980 });

/** An application before its first snapshot. */
export function unpublishedApp() {
  return createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(undefined) },
    now: Date.now,
    version: VERSION,
  });
}

/** Publishes the catalogs; `publishMore` adds a series and publishes again. */
export async function publishedApp() {
  const store = memoryStore(sha256);
  const blobs = memoryBlobs();
  let now = PUBLISHED_AT;
  const saveMonthly = async (id: number, ids: readonly string[]) => {
    const fields = ids.map((one) =>
      field(one, { description: one === MONTHLY ? `Producto "><img src=x onerror=alert(1)>` : "Otra" })
    );
    const metadata = { title: "<script>alert('título')</script>" };
    await store.saveReading(
      run(id),
      "hostil",
      reading([distribution("d", "d.1", fields)], { metadata }),
      source(String(id)),
    );
    await store.saveOutcome(
      run(id),
      key("d", "d.1", "hostil"),
      indexed(ids.map((one) => series(one, MONTHS)), { bytes: String(id) }),
    );
  };
  const journal = memoryJournal();
  for (const id of [1, 2, 3]) await journal.startRun("harvest", run(id).at);
  const publishNow = async () => {
    const report = await publish({ store, blobs, sha256, now: () => now });
    await publishActivity({ store, journal, blobs, sha256, now: () => now });
    return report;
  };

  await saveMonthly(1, [MONTHLY]);
  await store.saveReading(
    run(2),
    "otro",
    reading([distribution("e", "e.1", [field(QUOTED, { description: "Años" })])], {
      metadata: { title: "Catálogo & Cía." },
    }),
    source(),
    { text: new Uint8Array(gzipSync('{"title":"Catálogo & Cía."}')) },
  );
  await store.saveOutcome(run(2), key("e", "e.1", "otro"), indexed([series(QUOTED, YEARS)]));
  const { snapshot } = await publishNow();
  return {
    app: createApp({
      site: wholeSite,
      snapshots: openSnapshots(blobs, () => now),
      activities: openActivities(blobs, () => now),
      searches: openSearches(blobs),
      dumps: openDumps(blobs, () => now),
      now: () => now,
      version: VERSION,
    }),
    store,
    blobs,
    /** The time of all. */
    now: () => now,
    pass: (ms: number) => void (now += ms),
    /** Name of the first snapshot. */
    snapshot,
    /** Writes the files for download, as CSV. */
    async generateDumps() {
      now += 60_000;
      await dump({
        store,
        blobs,
        compression,
        runningSha256,
        newDatabase() {
          throw new Error("CSV needs none");
        },
        at: now,
        today: buenosAiresDay(now),
        formats: ["csv"],
      });
    },
    async publishMore() {
      now += 60_000;
      await saveMonthly(3, [MONTHLY, "m.2"]);
      await publishNow();
    },
  };
}
