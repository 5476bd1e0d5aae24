// One writer at a time: of a data folder by its lock, and of PostgreSQL by a lease.

import type { CanonicalStore } from "./core/canonical_store.ts";
import type { Journal } from "./core/journal.ts";
import type { Records } from "./core/records.ts";
import { withWriterLock } from "./host/writer_lock.ts";
import { openStore, type Places } from "./open.ts";
import { withPostgresWriter } from "./open_postgres.ts";

export type Writer = {
  readonly store: CanonicalStore;
  readonly journal: Journal;
  readonly records: Records;
  /** For what is written beside the store. Errors: Problem `conflict` when another process is the writer by now. */
  readonly confirm: () => Promise<void>;
};

/**
 * Opens the store for `work`, as its only writer, and closes it.
 * Errors: Problem `conflict` at once while another process writes.
 */
export function withWriter<T>(places: Places, work: (writer: Writer) => Promise<T>): Promise<T> {
  return withWriterLock(places.dataDir, async () => {
    if (places.databaseUrl !== undefined) {
      return await withPostgresWriter(places.databaseUrl, (ports, confirm) => work({ ...ports, confirm }));
    }
    const opened = openStore(places);
    try {
      // Nobody takes a lock of the kernel from a process that lives.
      return await work({ ...opened, confirm: () => Promise.resolve() });
    } finally {
      await opened.store.close();
    }
  });
}

/** Runs `work` while no other process writes, with a store that is open already. */
export function whileNobodyWrites<T>(places: Places, work: () => Promise<T>): Promise<T> {
  return withWriterLock(
    places.dataDir,
    () => places.databaseUrl === undefined ? work() : withPostgresWriter(places.databaseUrl, work),
  );
}
