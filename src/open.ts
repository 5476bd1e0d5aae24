// Which engine is behind each port. Today the embedded ones: SQLite for truth, a folder for what is published.

import path from "node:path";
import type { Activities } from "./core/activity.ts";
import type { CanonicalStore } from "./core/canonical_store.ts";
import type { DumpDatabase } from "./core/dump_database.ts";
import type { Dumps } from "./core/dumps.ts";
import type { Journal } from "./core/journal.ts";
import { type Searches, searchesWithFallback } from "./core/search.ts";
import type { Snapshots } from "./core/snapshot.ts";
import { sha256 } from "./host/hash.ts";
import { folderBlobs } from "./store/folder/blobs.ts";
import { openActivities } from "./store/segments/activities.ts";
import type { PieceBlobs, WriteBlobs } from "./store/segments/blobs.ts";
import { openDumps } from "./store/segments/dumps.ts";
import { openSearches, searchIndexReader } from "./store/segments/search_index.ts";
import { openSnapshots } from "./store/segments/snapshots.ts";
import { sqliteStore } from "./store/sqlite/canonical_store.ts";
import { openDatabase } from "./store/sqlite/database.ts";
import { dumpDatabase } from "./store/sqlite/dump_file.ts";
import { sqliteJournal } from "./store/sqlite/journal.ts";
import { sqliteSearches } from "./store/sqlite/search.ts";
import fs from "node:fs";
import { Problem } from "./core/problem.ts";

export type Places = {
  /** Folder of the embedded store. */
  readonly dataDir: string;
  /** Folder of published files; inside `dataDir` unless told. */
  readonly snapshotUrl?: string | undefined;
};

/** The write side: canonical store and journal. */
export function openStore({ dataDir }: Places): { store: CanonicalStore; journal: Journal } {
  try {
    fs.mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    throw new Problem(
      "unavailable",
      `No se puede crear la carpeta "${dataDir}": ${(cause as Error).message}`,
      [],
      {
        cause,
      },
    );
  }
  const database = openDatabase(path.join(dataDir, "caudal.sqlite"));
  return { store: sqliteStore(database, sha256), journal: sqliteJournal(database) };
}

/** Where published files are. */
export function openBlobs({ dataDir, snapshotUrl }: Places, keepBytes = 0): WriteBlobs & PieceBlobs {
  return folderBlobs(snapshotUrl ?? path.join(dataDir, "snapshots"), keepBytes);
}

/** The read side: never a database. `keepBytes` of published files may stay in memory. */
export function openPublished(places: Places, keepBytes: number): Snapshots {
  return openSnapshots(openBlobs(places, keepBytes), Date.now);
}

/** The files that people download. */
export function openPublishedDumps(places: Places): Dumps {
  return openDumps(openBlobs(places), Date.now);
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
  return openActivities(openBlobs(places), Date.now);
}

/**
 * The search of the embedded server, by index files in the data folder; where they can be neither read nor
 * written, the snapshot's own, which takes more memory. `tell` hears of it.
 */
export function openPublishedSearches(places: Places, tell: (error: unknown) => void): Searches {
  return searchesWithFallback(openIndexFiles(places), openSearches(openBlobs(places)), tell);
}

/** Writes the index file of a snapshot ahead of the server, which would make its first searcher wait. */
export async function prepareSearch(places: Places, snapshot: string): Promise<void> {
  const searches = openIndexFiles(places);
  try {
    await searches.of(snapshot);
  } catch (error) {
    // The server tries again, and tells.
    if (!(error instanceof Problem)) throw error;
  } finally {
    searches.close();
  }
}

function openIndexFiles(places: Places) {
  return sqliteSearches(path.join(places.dataDir, "search"), searchIndexReader(openBlobs(places)));
}
