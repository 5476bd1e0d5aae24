// What operators look through, on SQLite: catalogs, datasets, distributions and series without their values.

import type { DistributionEntity, InventoryStore, SeriesEntity } from "../../core/canonical_store.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Database } from "./database.ts";
import { readContext } from "./publish_store.ts";
import { parse, textIn } from "./rows.ts";

/** Distributions with the run that last changed anything of them, and when their values last changed. */
const DISTRIBUTIONS = `
  SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id, distribution.metadata,
    distribution.present, distribution.fault, count(series.id) AS series, max(version.at) AS changed_at,
    max(distribution.changed_run, coalesce(max(version.run_id), 0),
      coalesce((SELECT max(changed_run) FROM field WHERE distribution_key = distribution.key), 0)) AS changed_run
  FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
    LEFT JOIN series ON series.distribution_key = distribution.key
    LEFT JOIN series_version AS version
      ON version.series_id = series.id AND version.number = series.version
  GROUP BY distribution.key`;

export function inventoryStore(db: Database): InventoryStore {
  return {
    catalogEntities: () =>
      Promise.try(() =>
        db.all(
          `SELECT catalog.id, catalog.metadata, catalog.present, catalog.fault, catalog.read_run, catalog.source,
             max(catalog.changed_run, coalesce(max(dataset.changed_run), 0), coalesce(max(below.changed_run), 0))
               AS changed_run
           FROM catalog LEFT JOIN dataset ON dataset.catalog_id = catalog.id
             LEFT JOIN (${DISTRIBUTIONS}) AS below
               ON below.catalog_id = catalog.id AND below.dataset_id = dataset.id
           GROUP BY catalog.id ORDER BY catalog.id`,
        ).map((row) => ({
          id: row.id as string,
          title: textIn(row.metadata, "title"),
          present: row.present === 1,
          fault: row.fault as string | null,
          changedRun: Number(row.changed_run),
          readRun: Number(row.read_run),
          url: row.source === null ? null : textIn(row.source, "url"),
        }))
      ),

    datasetEntities: () =>
      Promise.try(() =>
        db.all(
          `SELECT dataset.catalog_id, dataset.id, dataset.metadata, dataset.present, dataset.federable,
             max(dataset.changed_run, coalesce(max(below.changed_run), 0)) AS changed_run
           FROM dataset LEFT JOIN (${DISTRIBUTIONS}) AS below
             ON below.catalog_id = dataset.catalog_id AND below.dataset_id = dataset.id
           GROUP BY dataset.key ORDER BY dataset.catalog_id, dataset.id`,
        ).map((row) => ({
          catalogId: row.catalog_id as string,
          datasetId: row.id as string,
          title: textIn(row.metadata, "title"),
          landingPage: textIn(row.metadata, "landingPage"),
          present: row.present === 1,
          federable: row.federable === 1,
          changedRun: Number(row.changed_run),
        }))
      ),

    distributionEntities: () =>
      Promise.try(() =>
        db.all(`${DISTRIBUTIONS} ORDER BY dataset.catalog_id, dataset.id, distribution.id`)
          .map((row): DistributionEntity => ({
            catalogId: row.catalog_id as string,
            datasetId: row.dataset_id as string,
            distributionId: row.id as string,
            title: textIn(row.metadata, "title"),
            present: row.present === 1,
            fault: row.fault as string | null,
            changedRun: Number(row.changed_run),
            changedAt: row.changed_at === null ? null : Number(row.changed_at),
            series: Number(row.series),
          }))
      ),

    seriesEntities: ({ catalogId, datasetId, distributionId, seriesId }, { offset, limit }) =>
      Promise.try(() => {
        const from = `FROM series JOIN distribution ON distribution.key = series.distribution_key
          JOIN dataset ON dataset.key = distribution.dataset_key
          WHERE (?1 IS NULL OR dataset.catalog_id = ?1) AND (?2 IS NULL OR dataset.id = ?2)
            AND (?3 IS NULL OR distribution.id = ?3) AND (?4 IS NULL OR series.id = ?4)`;
        const ids = [catalogId ?? null, datasetId ?? null, distributionId ?? null, seriesId ?? null];
        const rows = db.all(
          `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id, series.*,
             EXISTS (SELECT 1 FROM field WHERE field.distribution_key = distribution.key
               AND field.id = series.id AND field.present = 1) AND distribution.present AS present
           ${from} ORDER BY dataset.catalog_id, dataset.id, distribution.id, series.id LIMIT ?5 OFFSET ?6`,
          ...ids,
          limit,
          offset,
        );
        const { total } = db.one(`SELECT count(*) AS total ${from}`, ...ids)!;
        const series = rows.map((row): SeriesEntity => ({
          catalogId: row.catalog_id as string,
          datasetId: row.dataset_id as string,
          distributionId: row.distribution_id as string,
          id: row.id as string,
          title: row.title as string,
          present: row.present === 1,
          versions: Number(row.version),
          first: row.first_date as string,
          last: row.last_date as string,
          values: Number(row.value_count),
        }));
        return { total: Number(total), series };
      }),

    seriesUnits: () =>
      Promise.try(() => {
        const rows = db.all(
          `SELECT DISTINCT field.metadata FROM series JOIN field
             ON field.distribution_key = series.distribution_key
             AND field.title = series.title AND field.id = series.id`,
        );
        const units = rows.map(({ metadata }) => parse<JsonObject>(metadata).units);
        return [...new Set(units.filter((unit) => typeof unit === "string" && unit !== ""))] as string[];
      }),

    wholeContext: (catalogId) => Promise.try(() => readContext(db, catalogId, true)),

    catalogText: (catalogId) =>
      Promise.try(() => {
        const row = db.one("SELECT gzip FROM catalog_text WHERE catalog_id = ?", catalogId);
        return row?.gzip as Uint8Array<ArrayBuffer> | undefined;
      }),
  };
}
