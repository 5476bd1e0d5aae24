// A whole Caudal for one data set: a store in memory, what it publishes in a temporary folder, and the read
// application behind a port of this machine. Closing it leaves nothing.

import { createHash } from "node:crypto";
import { createApp } from "../../src/api/app.ts";
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
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";
import { openPopularities } from "../../src/store/segments/popularities.ts";
import { openSearches, searchIndexReader } from "../../src/store/segments/search_index.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import { sqliteStore } from "../../src/store/sqlite/canonical_store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { dumpDatabase } from "../../src/store/sqlite/dump_file.ts";
import { sqliteJournal } from "../../src/store/sqlite/journal.ts";
import { sqliteSearches } from "../../src/store/sqlite/search.ts";
import type { OpenedSearches } from "../store/search_engines.ts";

/** Engines that can answer `/search`. */
export const SEARCH_ENGINES = ["sqlite", "segments", "opensearch"] as const;
export type SearchEngine = (typeof SEARCH_ENGINES)[number];

export type Instance = {
  /** Address of the server, without a final slash. */
  readonly base: string;
  readonly store: CanonicalStore;
  /** Writes the files for download in every format, the first time it is asked. */
  generateDumps(): Promise<void>;
  close(): Promise<void>;
};

const hash = (algorithm: string) => (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("hex");
export const sha512 = hash("sha512");

/** Reads the servers of cases, which are on this machine. */
const validate = createValidate({
  readSource: createReadSource({ allowInternal: true, forStrangers: true }),
  maxSourceBytes: 20 * 1024 * 1024,
});

async function openEngine(engine: SearchEngine, blobs: WriteBlobs, folder: string): Promise<OpenedSearches> {
  if (engine === "segments") return { searches: openSearches(blobs), close() {} };
  if (engine === "opensearch") {
    // Read where it is asked for alone: most tests need no service.
    const [{ service }, { openSearchEngine }] = await Promise.all([
      import("../services.ts"),
      import("../services/opensearch_engine.ts"),
    ]);
    return openSearchEngine((await service("opensearch")).urls).open(blobs);
  }
  const indexFiles = sqliteSearches(`${folder}/index`, searchIndexReader(blobs));
  return { searches: indexFiles, close: () => indexFiles.close() };
}

/** Fills a fresh store with `load`, publishes it and serves it. */
export async function startInstance(
  now: () => number,
  load: (store: CanonicalStore, journal: Journal) => Promise<unknown>,
  engine: SearchEngine = "sqlite",
): Promise<Instance> {
  const sha256 = hash("sha256");
  const db = openDatabase(":memory:");
  const store = sqliteStore(db, sha256);
  const folder = await Deno.makeTempDir({ prefix: "caudal_conformance_" });
  const blobs = folderBlobs(folder);
  const { searches, close } = await openEngine(engine, blobs, folder);
  const clear = async () => {
    await close();
    blobs.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await load(store, sqliteJournal(db));
    await publish({ store, blobs, sha256, now });
    await publishPopularity({ store, blobs, sha256, now });
  } catch (error) {
    await clear();
    throw error;
  }
  const app = createApp({
    snapshots: openSnapshots(blobs, now),
    popularities: openPopularities(blobs, now),
    searches,
    dumps: openDumps(blobs, now),
    now,
    version: "conformance",
    validate,
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
    generateDumps: async () => void await (dumped ??= generateDumps()),
    async close() {
      await server.shutdown();
      await clear();
    },
  };
}
