// A whole Caudal for one data set: a store of its own, what it publishes in a temporary folder, and the read
// application behind a port of this machine. Closing it leaves nothing.

import { createHash } from "node:crypto";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import { DUMP_FORMATS } from "../../src/core/dump_files.ts";
import type { Journal } from "../../src/core/journal.ts";
import { Problem } from "../../src/core/problem.ts";
import { buenosAiresDay } from "../../src/core/time.ts";
import { compression } from "../../src/host/compression.ts";
import { runningSha256 } from "../../src/host/hash.ts";
import { createReadSource } from "../../src/host/read_source.ts";
import { createValidate } from "../../src/ingest/validate.ts";
import { dump } from "../../src/publish/dump.ts";
import { publishPopularity } from "../../src/publish/publish_popularity.ts";
import { publish } from "../../src/publish/publish.ts";
import { folderBlobs } from "../../src/store/folder/blobs.ts";
import { openDumps } from "../../src/store/segments/dumps.ts";
import { openPopularities } from "../../src/store/segments/popularities.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { dumpDatabase } from "../../src/store/sqlite/dump_file.ts";
import { DEFAULT_SEARCH, openBodies, openEngine, openTruth, type SearchEngine, sha256 } from "./engines.ts";

export type Instance = {
  /** Address of the server, without a final slash. */
  readonly base: string;
  readonly store: CanonicalStore;
  /** Where its published files are. */
  readonly published: string;
  /** Publishes what was changed in the store. */
  publish(): Promise<void>;
  /** Writes the files for download in every format, the first time it is asked. */
  generateDumps(): Promise<void>;
  close(): Promise<void>;
};

export const sha512 = (bytes: Uint8Array) => createHash("sha512").update(bytes).digest("hex");

/** Reads the servers of cases, which are on this machine. */
const validate = createValidate({
  readSource: createReadSource({ allowInternal: true, forStrangers: true }),
  maxSourceBytes: 20 * 1024 * 1024,
});

/** Fills a fresh store with `load`, publishes it and serves it. */
export async function startInstance(
  now: () => number,
  load: (store: CanonicalStore, journal: Journal) => Promise<unknown>,
  engine: SearchEngine = DEFAULT_SEARCH,
): Promise<Instance> {
  const { store, journal, close: closeTruth } = await openTruth();
  const folder = await Deno.makeTempDir({ prefix: "caudal_conformance_" });
  const blobs = folderBlobs(folder);
  const { searches, close } = await openEngine(engine, blobs, folder);
  const shared = openBodies();
  const clear = async () => {
    await close();
    blobs.close();
    shared?.close();
    await closeTruth();
    await Deno.remove(folder, { recursive: true });
  };
  const publishAll = async () => {
    await publish({ store, blobs, sha256, now });
    await publishPopularity({ store, blobs, sha256, now });
  };
  try {
    await load(store, journal);
    await publishAll();
  } catch (error) {
    await clear();
    throw error;
  }
  const app = createApp({
    site: wholeSite,
    snapshots: openSnapshots(blobs, now),
    popularities: openPopularities(blobs, now),
    searches,
    dumps: openDumps(blobs, now),
    now,
    version: "conformance",
    validate,
    ...(shared && { sharedBodies: shared.bodies }),
  });
  let dumped: Promise<unknown> | undefined;
  const generateDumps = () =>
    dump({
      store,
      blobs,
      compression,
      runningSha256,
      newDatabase: () => dumpDatabase(`${folder}/scratch`),
      at: now(),
      today: buenosAiresDay(now()),
      formats: DUMP_FORMATS,
    }).catch((error) => {
      // A data set without series has no files.
      if (!(error instanceof Problem && error.code === "not_found")) throw error;
    });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  return {
    base: `http://127.0.0.1:${server.addr.port}`,
    store,
    published: folder,
    publish: publishAll,
    generateDumps: async () => void await (dumped ??= generateDumps()),
    async close() {
      await server.shutdown();
      await clear();
    },
  };
}
