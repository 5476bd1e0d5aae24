// What the generator of dumps reads on SQLite: distributions that have series, and their series by column or by id.

import type { DumpSeries, DumpStore } from "../../core/canonical_store.ts";
import type { Enriched } from "../../core/enriched.ts";
import type { JsonObject } from "../../core/json.ts";
import { unpackObservations } from "../../core/packed.ts";
import type { Database } from "./database.ts";
import { distributionKey, parse } from "./rows.ts";

const SERIES = `SELECT series.id, series.enriched, observations.packed, field.metadata,
    distribution.present AND EXISTS (SELECT 1 FROM field AS named
      WHERE named.distribution_key = distribution.key AND named.id = series.id AND named.present = 1) AS present
  FROM series JOIN observations ON observations.hash = series.observations_hash
    JOIN distribution ON distribution.key = series.distribution_key
    LEFT JOIN field ON field.distribution_key = series.distribution_key
      AND field.title = series.title AND field.id = series.id`;

export function dumpStore(db: Database): Omit<DumpStore, "publishableContext"> {
  return {
    availableDistributions: () =>
      Promise.try(() =>
        db.all(
          `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id
           FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
           WHERE EXISTS (SELECT 1 FROM series WHERE series.distribution_key = distribution.key)
           ORDER BY dataset.catalog_id, dataset.id, distribution.id`,
        ).map((row) => ({
          catalogId: row.catalog_id as string,
          datasetId: row.dataset_id as string,
          distributionId: row.distribution_id as string,
        }))
      ),

    dumpSeries: (key) =>
      Promise.try(() =>
        db.all(
          `${SERIES} WHERE series.distribution_key = ? ORDER BY present DESC, series.column_position, series.id`,
          distributionKey(db, key),
        ).map(seriesOf)
      ),

    dumpSeriesById: (seriesIds) =>
      Promise.try(() =>
        seriesIds.flatMap((id) => {
          const row = db.one(`${SERIES} WHERE series.id = ?`, id);
          return row ? [seriesOf(row)] : [];
        })
      ),
  };
}

function seriesOf(row: Record<string, unknown>): DumpSeries {
  return {
    id: row.id as string,
    observations: unpackObservations(row.packed as Uint8Array),
    enriched: parse<Enriched>(row.enriched),
    field: parse<JsonObject>(row.metadata ?? "{}"),
    present: row.present === 1,
  };
}
