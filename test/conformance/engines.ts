// Which engines an instance is made of: the embedded ones, or those that the environment names, as the program itself
// would choose. Each instance has a database, an index and keys of its own there.

import { createHash, randomUUID } from "node:crypto";
import postgres from "postgres";
import { readEnv } from "../../src/config.ts";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { Journal } from "../../src/core/journal.ts";
import type { SharedBodies } from "../../src/core/shared_bodies.ts";
import { openPostgresPorts } from "../../src/open_postgres.ts";
import { redisPlace } from "../../src/open_redis.ts";
import { connectRedis } from "../../src/store/redis/connection.ts";
import { redisBodies } from "../../src/store/redis/bodies.ts";
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";
import { openSearches, searchIndexReader } from "../../src/store/segments/search_index.ts";
import { sqliteStore } from "../../src/store/sqlite/canonical_store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import { sqliteJournal } from "../../src/store/sqlite/journal.ts";
import { sqliteSearches } from "../../src/store/sqlite/search.ts";
import type { OpenedSearches } from "../store/search_engines.ts";

/** Engines that can answer `/search`. */
export const SEARCH_ENGINES = ["sqlite", "segments", "opensearch"] as const;
export type SearchEngine = (typeof SEARCH_ENGINES)[number];

const { DATABASE_URL, OPENSEARCH_URL, ...REDIS } = readEnv([
  "DATABASE_URL",
  "OPENSEARCH_URL",
  "REDIS_URL",
  "REDIS_HOST",
  "REDIS_PORT",
]);

export const DEFAULT_SEARCH: SearchEngine = OPENSEARCH_URL ? "opensearch" : "sqlite";

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export type OpenedTruth = {
  readonly store: CanonicalStore;
  readonly journal: Journal;
  close(): Promise<void>;
};

export async function openTruth(): Promise<OpenedTruth> {
  if (DATABASE_URL === undefined) {
    const db = openDatabase(":memory:");
    const store = sqliteStore(db, sha256);
    return { store, journal: sqliteJournal(db), close: () => store.close() };
  }
  const name = `caudal_conformance_${randomUUID().slice(0, 8)}`;
  const address = new URL(DATABASE_URL);
  address.pathname = name;
  await askOnce(DATABASE_URL, `CREATE DATABASE ${name}`);
  const { store, journal } = openPostgresPorts(address.href);
  return {
    store,
    journal,
    async close() {
      await store.close();
      await askOnce(DATABASE_URL, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function askOnce(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, prepare: false, fetch_types: false, onnotice: () => {} });
  try {
    await sql.unsafe(statement).simple();
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function openEngine(
  engine: SearchEngine,
  blobs: WriteBlobs,
  folder: string,
): Promise<OpenedSearches> {
  if (engine === "segments") return { searches: openSearches(blobs), close() {} };
  if (engine === "opensearch") {
    // Read where it is asked for alone: most tests need no service.
    const { openSearchEngine } = await import("../services/opensearch_engine.ts");
    const nodes = OPENSEARCH_URL ?? (await (await import("../services.ts")).service("opensearch")).urls;
    return openSearchEngine(nodes).open(blobs);
  }
  const indexFiles = sqliteSearches(`${folder}/index`, searchIndexReader(blobs));
  return { searches: indexFiles, close: () => indexFiles.close() };
}

/** Undefined without a Redis. */
export function openBodies(): { readonly bodies: SharedBodies; close(): void } | undefined {
  const place = redisPlace(REDIS);
  if (!place) return undefined;
  const redis = connectRedis(place, (error) => console.error(error));
  return {
    bodies: redisBodies({ redis, sha256, version: `conformance-${randomUUID()}` }),
    close: () => redis.disconnect(),
  };
}
