// Which engine is behind each port. For truth SQLite or (open_postgres.ts) PostgreSQL; what is published is where
// open_blobs.ts finds it.

import path from "node:path";
import type { Activities } from "./core/activity.ts";
import type { CanonicalStore } from "./core/canonical_store.ts";
import type { DumpDatabase } from "./core/dump_database.ts";
import type { Dumps } from "./core/dumps.ts";
import type { EtlStore } from "./core/etl/store.ts";
import type { Popularities } from "./core/hits.ts";
import type { Journal } from "./core/journal.ts";
import type { Listings } from "./core/listing.ts";
import type { Prices } from "./core/prices/reader.ts";
import type { PriceStore } from "./core/prices/store.ts";
import type { Records, Trail } from "./core/records.ts";
import { type Searches, searchesWithFallback } from "./core/search.ts";
import { searchesWithStandIn } from "./core/search_stand_in.ts";
import type { Snapshots } from "./core/snapshot.ts";
import { sha256 } from "./host/hash.ts";
import { openPublishedBlobs, type PublishedPlace } from "./open_blobs.ts";
import { openPostgresEtlStore, openPostgresPorts, openPostgresPriceStore } from "./open_postgres.ts";
import { clusterSearches } from "./store/opensearch/search.ts";
import { openActivities } from "./store/segments/activities.ts";
import { openDumps } from "./store/segments/dumps.ts";
import { openListings } from "./store/segments/listings.ts";
import { openPopularities } from "./store/segments/popularities.ts";
import { openPrices } from "./store/segments/prices.ts";
import { openSearches, searchIndexReader, searchSourceReader } from "./store/segments/search_index.ts";
import { openSnapshots } from "./store/segments/snapshots.ts";
import { sqliteStore } from "./store/sqlite/canonical_store.ts";
import { type Database, openDatabase } from "./store/sqlite/database.ts";
import { dumpDatabase } from "./store/sqlite/dump_file.ts";
import { ETL_MIGRATIONS } from "./store/sqlite/etl_migrations.ts";
import { sqliteEtlStore } from "./store/sqlite/etl_store.ts";
import { sqliteJournal } from "./store/sqlite/journal.ts";
import { PRICE_MIGRATIONS } from "./store/sqlite/price_migrations.ts";
import { sqlitePriceStore } from "./store/sqlite/price_store.ts";
import { sqliteRecords, sqliteTrail } from "./store/sqlite/records.ts";
import { sqliteSearches } from "./store/sqlite/search.ts";
import fs from "node:fs";
import { Problem } from "./core/problem.ts";
import { makeFolder } from "./host/make_folder.ts";

export { openBlobs } from "./open_blobs.ts";

export type Places = PublishedPlace & {
  /** PostgreSQL, as `postgres://…`; without it SQLite in the data folder. */
  readonly databaseUrl?: string | undefined;
  /** Nodes of the cluster that searches; without them the embedded server's own search does. */
  readonly searchNodes?: readonly string[] | undefined;
};

/** The write side: canonical store, journal, and what operators keep. */
export function openStore(
  { dataDir, databaseUrl }: Places,
): { store: CanonicalStore; journal: Journal; records: Records } {
  if (databaseUrl !== undefined) return openPostgresPorts(databaseUrl);
  const database = openEmbedded(dataDir);
  return {
    store: sqliteStore(database, sha256),
    journal: sqliteJournal(database),
    records: sqliteRecords(database),
  };
}

/**
 * What operators keep and what happened. Opened by its first use, and again where that failed: a server that nobody
 * operates touches no database.
 */
export function openOperation(
  { dataDir, databaseUrl }: Places,
): { records: Records; trail: Trail; close(): void } {
  if (databaseUrl !== undefined) {
    const { records, trail, store } = openPostgresPorts(databaseUrl);
    return { records, trail, close: () => void store.close() };
  }
  let database: Database | undefined;
  const opened = () => database ??= openEmbedded(dataDir);
  const records = () => sqliteRecords(opened());
  const trail = () => sqliteTrail(opened());
  return {
    records: {
      record: async (kind, id) => await records().record(kind, id),
      records: async (kind) => await records().records(kind),
      write: async (changes) => await records().write(changes),
    },
    trail: {
      append: async (kind, subject, at, entry) => await trail().append(kind, subject, at, entry),
      entries: async (kind, query) => await trail().entries(kind, query),
    },
    close: () => database?.close(),
  };
}

/** Runs of sequences: in a file of their own, because their logs are large. */
export function openEtlStore({ dataDir, databaseUrl }: Places): EtlStore {
  if (databaseUrl !== undefined) return openPostgresEtlStore(databaseUrl);
  return sqliteEtlStore(openEmbedded(dataDir, ETL_FILE, ETL_MIGRATIONS));
}

const ETL_FILE = "etl.sqlite";
/** Where they are without a database. */
export const etlFile = ({ dataDir }: Pick<Places, "dataDir">): string => path.join(dataDir, ETL_FILE);

/** Prices: in a file of their own, which is written every few seconds. */
export function openPriceStore({ dataDir, databaseUrl }: Places): PriceStore {
  if (databaseUrl !== undefined) return openPostgresPriceStore(databaseUrl);
  return sqlitePriceStore(openEmbedded(dataDir, "prices.sqlite", PRICE_MIGRATIONS));
}

function openEmbedded(dataDir: string, file = "caudal.sqlite", steps?: readonly string[]): Database {
  makeFolder(dataDir);
  return openDatabase(path.join(dataDir, file), steps);
}

/** The read side: never a database. `keepBytes` of published files may stay in memory. */
export function openPublished(places: Places, keepBytes: number): Snapshots {
  return openSnapshots(openPublishedBlobs(places, keepBytes), Date.now);
}

/** The files that people download. */
export function openPublishedDumps(places: Places): Dumps {
  return openDumps(openPublishedBlobs(places), Date.now);
}

/** Nodes, distributions and catalogs as they were read. */
export function openPublishedListings(places: Places): Listings {
  return openListings(openPublishedBlobs(places), Date.now);
}

/** Where a dump writes SQLite files before they are packed: beside the store, because they are as large. */
export function dumpScratch({ dataDir }: Places): { newDatabase: () => DumpDatabase; clear(): void } {
  const folder = path.join(dataDir, "dump_scratch");
  return {
    newDatabase: () => dumpDatabase(folder),
    clear: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** What happened beside the data: a few small files, which need no memory of their own. */
export function openPublishedActivity(places: Places): Activities {
  return openActivities(openPublishedBlobs(places), Date.now);
}

/** How often series were asked for: one small file, which stays in memory. */
export function openPublishedPopularity(places: Places): Popularities {
  return openPopularities(openPublishedBlobs(places), Date.now);
}

/** Ticks of markets; `keepBytes` of them may stay in memory. */
export function openPublishedPrices(places: Places, keepBytes: number): Prices {
  return openPrices(openPublishedBlobs(places), Date.now, keepBytes);
}

/**
 * The search of the cluster where there is one, else by index files in the data folder. Where neither can be, the
 * snapshot's own, which takes more memory: `onLost` hears of it, and `onRecovered` when the cluster is back.
 */
export function openPublishedSearches(
  places: Places,
  onLost: (error: unknown) => void,
  onRecovered: () => void = () => {},
): Searches {
  const openOwn = () => openSearches(openPublishedBlobs(places));
  const cluster = openCluster(places);
  return cluster
    ? searchesWithStandIn(cluster, openOwn, { now: Date.now, onLost, onRecovered })
    : searchesWithFallback(openIndexFiles(places), openOwn(), onLost);
}

/** Writes the index of a snapshot ahead of the server, which would make its first searcher wait. */
export async function prepareSearch(places: Places, snapshot: string): Promise<void> {
  const cluster = openCluster(places), searches = cluster ?? openIndexFiles(places);
  try {
    await (cluster ? cluster.prepare(snapshot) : searches.of(snapshot));
  } catch (error) {
    // The server tries again, and tells.
    if (!(error instanceof Problem)) throw error;
  } finally {
    await searches.close();
  }
}

function openCluster(places: Places) {
  return places.searchNodes &&
    clusterSearches({ nodes: places.searchNodes }, searchSourceReader(openPublishedBlobs(places)));
}

function openIndexFiles(places: Places) {
  return sqliteSearches(path.join(places.dataDir, "search"), searchIndexReader(openPublishedBlobs(places)));
}
