// The ports over PostgreSQL: for whoever reads and decides, and for the one that writes.

import type { CanonicalStore } from "./core/canonical_store.ts";
import type { EtlStore } from "./core/etl/store.ts";
import type { Journal } from "./core/journal.ts";
import type { PriceStore } from "./core/prices/store.ts";
import type { Records, Trail } from "./core/records.ts";
import { sha256 } from "./host/hash.ts";
import { postgresStore } from "./store/postgres/canonical_store.ts";
import { type Database, openPostgres } from "./store/postgres/database.ts";
import { postgresEtlStore } from "./store/postgres/etl_store.ts";
import { postgresJournal } from "./store/postgres/journal.ts";
import { withLease } from "./store/postgres/lease.ts";
import { migrating } from "./store/postgres/migrate.ts";
import { postgresPriceStore } from "./store/postgres/price_store.ts";
import { postgresRecords, postgresTrail } from "./store/postgres/records.ts";

/** What is kept in a database. */
export type PostgresPorts = {
  readonly store: CanonicalStore;
  readonly journal: Journal;
  readonly records: Records;
  readonly trail: Trail;
};

/** Connects, and migrates, when first used; `store.close` closes all of them. */
export function openPostgresPorts(databaseUrl: string): PostgresPorts {
  return portsOver(migrating(openPostgres(databaseUrl)));
}

/** Connects, and migrates, when first used; over connections of its own. */
export function openPostgresEtlStore(databaseUrl: string): EtlStore {
  return postgresEtlStore(migrating(openPostgres(databaseUrl)));
}

/** The same for prices. */
export function openPostgresPriceStore(databaseUrl: string): PriceStore {
  return postgresPriceStore(migrating(openPostgres(databaseUrl)));
}

/**
 * Runs `work` as the only writer of the database, on whatever host; `confirm` throws when it is no longer that.
 * Errors: Problem `conflict` at once while another process writes, and of every method that writes once another does.
 */
export function withPostgresWriter<T>(
  databaseUrl: string,
  work: (ports: PostgresPorts, confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return withPorts(databaseUrl, "writer", "está escribiendo (ya está corriendo una indexación)", work);
}

/** The same for the only worker. */
export function withPostgresWorker<T>(
  databaseUrl: string,
  work: (ports: PostgresPorts, confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return withPorts(databaseUrl, "worker", "trabaja", work);
}

async function withPorts<T>(
  databaseUrl: string,
  name: "writer" | "worker",
  busy: string,
  work: (ports: PostgresPorts, confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const db = migrating(openPostgres(databaseUrl));
  const holder = `${Deno.hostname()}, proceso ${Deno.pid}`;
  try {
    return await withLease(db, { name, holder, busy }, (held) => work(portsOver(held.db), held.confirm));
  } finally {
    await db.close();
  }
}

function portsOver(db: Database): PostgresPorts {
  return {
    store: postgresStore(db, sha256),
    journal: postgresJournal(db),
    records: postgresRecords(db),
    trail: postgresTrail(db),
  };
}
