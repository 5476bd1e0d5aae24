// What the publisher of activity reads on PostgreSQL: when catalogs were last tried, and of each series its last
// value and last change. Values stay packed: of a daily column only the mark of working days is read.

import type { ActivityStore, CatalogState, SeriesState } from "../../core/canonical_store.ts";
import { publisherName } from "../../core/catalog.ts";
import { FREQUENCIES, publishedFrequency } from "../../core/frequency.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Database, Statements } from "./database.ts";
import { parse, textIn } from "./rows.ts";

export function activityStore(db: Database): ActivityStore {
  return {
    async catalogStates() {
      const rows = await db.all("SELECT id, metadata, read_run, fault FROM caudal.catalog ORDER BY id");
      return rows.map((row): CatalogState => ({
        id: row.id as string,
        title: textIn(row.metadata, "title") || row.id as string,
        readRun: row.read_run as number,
        fault: row.fault as string | null,
      }));
    },
    seriesStates: (catalogId) => db.read((tx) => readStates(tx, catalogId)),
  };
}

async function readStates(tx: Statements, catalogId: string): Promise<SeriesState[]> {
  const datasets = await tx.all("SELECT key, metadata FROM caudal.dataset WHERE catalog_id = $1", catalogId);
  const publishers = new Map(
    datasets.map(({ key, metadata }) => [key, publisherName(parse<JsonObject>(metadata))]),
  );
  const fields = await tx.all(
    `SELECT field.distribution_key, field.id
     FROM caudal.field JOIN caudal.distribution ON distribution.key = field.distribution_key
       JOIN caudal.dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = $1 AND distribution.present AND field.present`,
    catalogId,
  );
  const named = new Set(fields.map((row) => `${row.distribution_key} ${row.id}`));
  // Bytes 2 and 3 of a packed column are its frequency and the mark of working days (core/packed.ts).
  const rows = await tx.all(
    `SELECT series.id, series.last_date, dataset.key AS dataset_key, dataset.id AS dataset_id,
       distribution.key AS distribution_key, distribution.id AS distribution_id, distribution.fault,
       enriched.frequency AS iso, enriched.time_index_end AS last,
       CASE WHEN coalesce(enriched.frequency, '') NOT IN ('R/P1Y', 'R/P6M', 'R/P3M', 'R/P1M')
         THEN (SELECT substr(packed, 2, 2) FROM caudal.observations WHERE hash = series.observations_hash)
       END AS head,
       (SELECT at FROM caudal.series_version WHERE series_key = series.key AND number = series.version)
         AS changed_at
     FROM caudal.series JOIN caudal.distribution ON distribution.key = series.distribution_key
       JOIN caudal.dataset ON dataset.key = distribution.dataset_key
       CROSS JOIN LATERAL json_to_record(series.enriched::json)
         AS enriched (frequency text, time_index_end text)
     WHERE dataset.catalog_id = $1 ORDER BY dataset.id, distribution.id, series.id`,
    catalogId,
  );
  return rows.map((row): SeriesState => {
    const head = row.head as Uint8Array | null;
    return {
      id: row.id as string,
      datasetId: row.dataset_id as string,
      distributionId: row.distribution_id as string,
      publisher: publishers.get(row.dataset_key)!,
      frequency: head ? FREQUENCIES[head[0]!]! : publishedFrequency(row.iso as string)!,
      last: (row.last ?? row.last_date) as string,
      workdays: head?.[1] === 1,
      present: named.has(`${row.distribution_key} ${row.id}`),
      fault: row.fault as string | null,
      changedAt: row.changed_at as number,
    };
  });
}
