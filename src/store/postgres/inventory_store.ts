// What operators look through, on PostgreSQL: catalogs, datasets, distributions and series without their values.

import type { DistributionEntity, InventoryStore, SeriesEntity } from "../../core/canonical_store.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Database } from "./database.ts";
import { readContext } from "./publish_store.ts";
import { IS_PRESENT, keyOf, parse, textIn } from "./rows.ts";

/** Distributions with the run that last changed anything of them, and when their values last changed. */
const DISTRIBUTIONS = `
  SELECT dataset.catalog_id, dataset.key AS dataset_key, dataset.id AS dataset_id,
    distribution.id AS distribution_id, distribution.metadata, distribution.present, distribution.fault,
    coalesce(data.series, 0) AS series, data.changed_at,
    greatest(distribution.changed_run, data.changed_run, fields.changed_run) AS changed_run
  FROM caudal.distribution JOIN caudal.dataset ON dataset.key = distribution.dataset_key
    LEFT JOIN (
      SELECT series.distribution_key, count(*) AS series, max(version.at) AS changed_at,
        max(version.run_id) AS changed_run
      FROM caudal.series JOIN caudal.series_version AS version
        ON version.series_key = series.key AND version.number = series.version
      GROUP BY series.distribution_key
    ) AS data ON data.distribution_key = distribution.key
    LEFT JOIN (
      SELECT distribution_key, max(changed_run) AS changed_run FROM caudal.field GROUP BY distribution_key
    ) AS fields ON fields.distribution_key = distribution.key`;

/** Datasets, the same way. */
const DATASETS = `
  SELECT dataset.catalog_id, dataset.id, dataset.metadata, dataset.present, dataset.federable,
    greatest(dataset.changed_run, below.changed_run) AS changed_run
  FROM caudal.dataset LEFT JOIN (
    SELECT dataset_key, max(changed_run) AS changed_run FROM (${DISTRIBUTIONS}) AS one GROUP BY dataset_key
  ) AS below ON below.dataset_key = dataset.key`;

export function inventoryStore(db: Database): InventoryStore {
  return {
    async catalogEntities() {
      const rows = await db.all(
        `SELECT catalog.*, greatest(catalog.changed_run, below.changed_run) AS last_changed_run
         FROM caudal.catalog LEFT JOIN (
           SELECT catalog_id, max(changed_run) AS changed_run FROM (${DATASETS}) AS one GROUP BY catalog_id
         ) AS below ON below.catalog_id = catalog.id
         ORDER BY catalog.id`,
      );
      return rows.map((row) => ({
        id: row.id as string,
        title: textIn(row.metadata, "title"),
        present: row.present as boolean,
        fault: row.fault as string | null,
        changedRun: row.last_changed_run as number,
        readRun: row.read_run as number,
        url: row.source === null ? null : textIn(row.source, "url"),
      }));
    },

    async datasetEntities() {
      const rows = await db.all(`${DATASETS} ORDER BY dataset.catalog_id, dataset.id`);
      return rows.map((row) => ({
        catalogId: row.catalog_id as string,
        datasetId: row.id as string,
        title: textIn(row.metadata, "title"),
        landingPage: textIn(row.metadata, "landingPage"),
        present: row.present as boolean,
        federable: row.federable as boolean,
        changedRun: row.changed_run as number,
      }));
    },

    async distributionEntities() {
      const rows = await db.all(
        `${DISTRIBUTIONS} ORDER BY dataset.catalog_id, dataset.id, distribution.id`,
      );
      return rows.map((row): DistributionEntity => ({
        ...keyOf(row),
        title: textIn(row.metadata, "title"),
        present: row.present as boolean,
        fault: row.fault as string | null,
        changedRun: row.changed_run as number,
        changedAt: row.changed_at as number | null,
        series: row.series as number,
      }));
    },

    seriesEntities: ({ catalogId, datasetId, distributionId, seriesId }, { offset, limit }) =>
      db.read(async (tx) => {
        const from =
          `FROM caudal.series JOIN caudal.distribution ON distribution.key = series.distribution_key
          JOIN caudal.dataset ON dataset.key = distribution.dataset_key
          WHERE ($1::text IS NULL OR dataset.catalog_id = $1) AND ($2::text IS NULL OR dataset.id = $2)
            AND ($3::text IS NULL OR distribution.id = $3) AND ($4::text IS NULL OR series.id = $4)`;
        const ids = [catalogId ?? null, datasetId ?? null, distributionId ?? null, seriesId ?? null];
        const rows = await tx.all(
          `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id, series.id,
             series.title, series.version, series.first_date, series.last_date, series.value_count,
             ${IS_PRESENT} AS present
           ${from} ORDER BY dataset.catalog_id, dataset.id, distribution.id, series.id LIMIT $5 OFFSET $6`,
          ...ids,
          limit,
          offset,
        );
        const { total } = (await tx.one(`SELECT count(*) AS total ${from}`, ...ids))!;
        const series = rows.map((row): SeriesEntity => ({
          ...keyOf(row),
          id: row.id as string,
          title: row.title as string,
          present: row.present as boolean,
          versions: row.version as number,
          first: row.first_date as string,
          last: row.last_date as string,
          values: row.value_count as number,
        }));
        return { total: total as number, series };
      }),

    async seriesUnits() {
      const rows = await db.all(
        `SELECT DISTINCT field.metadata FROM caudal.series JOIN caudal.field
           ON field.distribution_key = series.distribution_key
           AND field.title = series.title AND field.id = series.id`,
      );
      const units = rows.map(({ metadata }) => parse<JsonObject>(metadata).units);
      return [...new Set(units.filter((unit) => typeof unit === "string" && unit !== ""))] as string[];
    },

    wholeContext: (catalogId) => db.read((tx) => readContext(tx, catalogId, true)),

    async catalogText(catalogId) {
      const row = await db.one("SELECT gzip FROM caudal.catalog_text WHERE catalog_id = $1", catalogId);
      return row?.gzip as Uint8Array<ArrayBuffer> | undefined;
    },
  };
}
