// The history of series on PostgreSQL: their versions, and packed columns by the hash of their bytes.

import type { HistoryStore, Version } from "../../core/canonical_store.ts";
import { unpackObservations } from "../../core/packed.ts";
import type { Database } from "./database.ts";

export function historyStore(db: Database): HistoryStore {
  return {
    async versions(seriesId) {
      const rows = await db.all(
        `SELECT number, run_id, at, encode(source_hash, 'hex') AS source_hash,
           encode(series_version.observations_hash, 'hex') AS observations_hash
         FROM caudal.series JOIN caudal.series_version ON series_version.series_key = series.key
         WHERE series.id = $1 ORDER BY number`,
        seriesId,
      );
      return rows.map((row): Version => ({
        number: row.number as number,
        runId: row.run_id as number,
        at: row.at as number,
        sourceHash: row.source_hash as string,
        observationsHash: row.observations_hash as string,
      }));
    },

    async observations(hash) {
      // What is no hash names nothing.
      if (!/^([0-9a-f]{2})*$/.test(hash)) return undefined;
      const row = await db.one(
        "SELECT packed FROM caudal.observations WHERE hash = decode($1, 'hex')",
        hash,
      );
      return row && unpackObservations(row.packed as Uint8Array);
    },
  };
}
