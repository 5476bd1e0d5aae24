// What the publisher of activity reads on SQLite: when catalogs were last tried, and of each series its last
// value and last change. Values stay packed: of a daily column only the mark of working days is read.

import type { ActivityStore, CatalogState, SeriesState } from "../../core/canonical_store.ts";
import { publisherName } from "../../core/catalog.ts";
import { FREQUENCIES, publishedFrequency } from "../../core/frequency.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Database } from "./database.ts";
import { parse, textIn } from "./rows.ts";

export function activityStore(db: Database): ActivityStore {
  return {
    catalogStates: () =>
      Promise.try(() =>
        db.all("SELECT id, metadata, read_run, fault FROM catalog ORDER BY id").map((row): CatalogState => ({
          id: row.id as string,
          title: textIn(row.metadata, "title") || row.id as string,
          readRun: Number(row.read_run),
          fault: row.fault as string | null,
        }))
      ),
    seriesStates: (catalogId) => Promise.try(() => readStates(db, catalogId)),
  };
}

function readStates(db: Database, catalogId: string): SeriesState[] {
  const publishers = new Map(
    db.all("SELECT key, metadata FROM dataset WHERE catalog_id = ?", catalogId)
      .map((row) => [row.key, publisherName(parse<JsonObject>(row.metadata))]),
  );
  const named = new Set(
    db.all(
      `SELECT field.distribution_key, field.id FROM field JOIN distribution ON distribution.key = field.distribution_key
         JOIN dataset ON dataset.key = distribution.dataset_key
       WHERE dataset.catalog_id = ? AND distribution.present = 1 AND field.present = 1`,
      catalogId,
    ).map((row) => `${row.distribution_key} ${row.id}`),
  );
  // Bytes 2 and 3 of a packed column are its frequency and the mark of working days (core/packed.ts).
  const rows = db.all(
    `SELECT series.id, series.last_date, dataset.key AS dataset_key, dataset.id AS dataset_id,
       distribution.id AS distribution_id, distribution.fault,
       series.enriched ->> '$.frequency' AS iso, series.enriched ->> '$.time_index_end' AS "end",
       CASE WHEN coalesce(series.enriched ->> '$.frequency', '') NOT IN ('R/P1Y', 'R/P6M', 'R/P3M', 'R/P1M')
         THEN (SELECT substr(packed, 2, 2) FROM observations WHERE hash = series.observations_hash) END AS head,
       distribution.key AS distribution_key,
       (SELECT at FROM series_version WHERE series_id = series.id AND number = series.version) AS changed_at
     FROM series JOIN distribution ON distribution.key = series.distribution_key
       JOIN dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = ? ORDER BY dataset.id, distribution.id, series.id`,
    catalogId,
  );
  return rows.map((row): SeriesState => {
    const head = row.head as Uint8Array | null;
    return {
      id: row.id as string,
      datasetId: row.dataset_id as string,
      distributionId: row.distribution_id as string,
      publisher: publishers.get(row.dataset_key!)!,
      frequency: head ? FREQUENCIES[head[0]!]! : publishedFrequency(row.iso as string)!,
      last: (row.end ?? row.last_date) as string,
      workdays: head?.[1] === 1,
      present: named.has(`${row.distribution_key} ${row.id}`),
      fault: row.fault as string | null,
      changedAt: Number(row.changed_at),
    };
  });
}
