// The history of series on SQLite: their versions, and packed columns by the hash of their bytes.

import type { HistoryStore, Version } from "../../core/canonical_store.ts";
import type { Observations } from "../../core/observations.ts";
import { unpackObservations } from "../../core/packed.ts";
import type { Database } from "./database.ts";

export function historyStore(db: Database): HistoryStore {
  return {
    versions: (seriesId) =>
      Promise.try(() => {
        const rows = db.all("SELECT * FROM series_version WHERE series_id = ? ORDER BY number", seriesId);
        return rows.map((row): Version => ({
          number: Number(row.number),
          runId: Number(row.run_id),
          at: Number(row.at),
          sourceHash: row.source_hash as string,
          observationsHash: row.observations_hash as string,
        }));
      }),

    observations: (hash) => Promise.try(() => readObservations(db, hash)),
  };
}

export function readObservations(db: Database, hash: string): Observations | undefined {
  const row = db.one("SELECT packed FROM observations WHERE hash = ?", hash);
  return row && unpackObservations(row.packed as Uint8Array);
}
