// A whole Caudal for one data set: a store in memory, what it publishes in a temporary folder, and the read
// application behind a port of this machine. Closing it leaves nothing.

import { createHash } from "node:crypto";
import { createApp } from "../../src/api/app.ts";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { Journal } from "../../src/core/journal.ts";
import { publish } from "../../src/publish/publish.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { sqliteStore } from "../../src/store/sqlite/canonical_store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { sqliteJournal } from "../../src/store/sqlite/journal.ts";

export type Instance = {
  /** Address of the server, without a final slash. */
  readonly base: string;
  readonly store: CanonicalStore;
  close(): Promise<void>;
};

const hash = (algorithm: string) => (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("hex");
export const sha512 = hash("sha512");

/** Fills a fresh store with `load`, publishes it and serves it. */
export async function startInstance(
  now: () => number,
  load: (store: CanonicalStore, journal: Journal) => Promise<unknown>,
): Promise<Instance> {
  const sha256 = hash("sha256");
  const db = openDatabase(":memory:");
  const store = sqliteStore(db, sha256);
  const folder = await Deno.makeTempDir({ prefix: "caudal_conformance_" });
  const blobs = folderBlobs(folder);
  const clear = async () => {
    blobs.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await load(store, sqliteJournal(db));
    await publish({ store, blobs, sha256, now });
  } catch (error) {
    await clear();
    throw error;
  }
  const app = createApp({ snapshots: openSnapshots(blobs, now), now, version: "conformance" });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  return {
    base: `http://127.0.0.1:${server.addr.port}`,
    store,
    async close() {
      await server.shutdown();
      await clear();
    },
  };
}
