// What the generator of dumps reads on PostgreSQL: distributions that have series, and their series by column or by
// id.

import type { DumpSeries, DumpStore } from "../../core/canonical_store.ts";
import type { Enriched } from "../../core/enriched.ts";
import type { JsonObject } from "../../core/json.ts";
import { unpackObservations } from "../../core/packed.ts";
import type { Row } from "./connection.ts";
import type { Database } from "./database.ts";
import { DISTRIBUTION_KEY, IS_PRESENT, keyOf, parse, seriesRows, textsIn } from "./rows.ts";

const SERIES = `SELECT series.id, series.enriched, observations.packed, field.metadata,
    series.distribution_key, series.column_position, ${IS_PRESENT} AS present
  FROM caudal.series JOIN caudal.observations ON observations.hash = series.observations_hash
    JOIN caudal.distribution ON distribution.key = series.distribution_key
    LEFT JOIN caudal.field ON field.distribution_key = series.distribution_key
      AND field.title = series.title AND field.id = series.id`;

export function dumpStore(db: Database): Omit<DumpStore, "publishableContext"> {
  return {
    async availableDistributions() {
      const rows = await db.all(
        `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id
         FROM caudal.distribution JOIN caudal.dataset ON dataset.key = distribution.dataset_key
         WHERE EXISTS (SELECT FROM caudal.series WHERE series.distribution_key = distribution.key)
         ORDER BY dataset.catalog_id, dataset.id, distribution.id`,
      );
      return rows.map(keyOf);
    },

    async dumpSeries(key) {
      const rows = await db.all(
        `SELECT of_one.* FROM (${DISTRIBUTION_KEY}) AS one
           LEFT JOIN (${SERIES}) AS of_one ON of_one.distribution_key = one.key
         ORDER BY present DESC, column_position, id`,
        key.catalogId,
        key.datasetId,
        key.distributionId,
      );
      return seriesRows(rows, key).map(seriesOf);
    },

    async dumpSeriesById(seriesIds) {
      const rows = await db.all(
        `${SERIES} WHERE series.id = ANY (${textsIn("$1")})`,
        seriesIds,
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return seriesIds.flatMap((id) => {
        const row = byId.get(id);
        return row ? [seriesOf(row)] : [];
      });
    },
  };
}

function seriesOf(row: Row): DumpSeries {
  return {
    id: row.id as string,
    observations: unpackObservations(row.packed as Uint8Array),
    enriched: parse<Enriched>(row.enriched),
    field: parse<JsonObject>(row.metadata ?? "{}"),
    present: row.present as boolean,
  };
}
