// The application over catalogs that are really harvested from files, at times that the test says.

import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import type { Node } from "../../src/core/canonical_store.ts";
import { createReadSource } from "../../src/host/read_source.ts";
import { harvest } from "../../src/ingest/harvest.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/rules.ts";
import { publish } from "../../src/publish/publish.ts";
import { publishActivity } from "../../src/publish/publish_activity.ts";
import { memoryJournal, memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openActivities } from "../../src/store/segments/activities.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { createHash } from "node:crypto";

const hash = (algorithm: string) => (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("hex");

/** An application and the harvests that feed it; `clock.now` is the time of both. */
export function harvestedApp(at: string) {
  const clock = { now: Date.parse(at) };
  const now = () => clock.now;
  const [store, journal, blobs] = [memoryStore(hash("sha256")), memoryJournal(), memoryBlobs()];
  return {
    clock,
    app: createApp({
      site: wholeSite,
      snapshots: openSnapshots(blobs, now),
      activities: openActivities(blobs, now),
      now,
      version: "harvested",
    }),

    /** Harvests and publishes; answers the name of the snapshot. */
    async harvest(nodes: readonly Node[]): Promise<string> {
      await harvest(nodes, {
        store,
        journal,
        readSource: createReadSource({ allowInternal: true, userAgent: "test" }),
        sha512: hash("sha512"),
        now,
        limits: DEFAULT_LIMITS,
        maxSourceBytes: 64 * 1024 * 1024,
      });
      const { snapshot } = await publish({ store, blobs, sha256: hash("sha256"), now });
      await publishActivity({ store, journal, blobs, sha256: hash("sha256"), now });
      return snapshot;
    },
  };
}
