// What reports tell of, on PostgreSQL: a catalog with everything it ever had.

import type { ReportStore } from "../../core/canonical_store.ts";
import { withChangesBelow } from "../../core/catalog_history.ts";
import type { Row } from "./connection.ts";
import type { Database } from "./database.ts";
import { parse } from "./rows.ts";

const historyOf = (row: Row) => ({
  metadata: parse<never>(row.metadata),
  present: row.present as boolean,
  createdRun: row.created_run as number,
  changedRun: row.changed_run as number,
});

export function reportStore(db: Database): ReportStore {
  return {
    catalogHistory: (catalogId) =>
      db.read(async (tx) => {
        const catalog = await tx.one("SELECT * FROM caudal.catalog WHERE id = $1", catalogId);
        if (!catalog) return undefined;
        const rows = (columns: string, tables: string) =>
          tx.all(`SELECT ${columns} FROM ${tables} WHERE dataset.catalog_id = $1`, catalogId);
        const distributions =
          "caudal.distribution JOIN caudal.dataset ON dataset.key = distribution.dataset_key";
        const parents = "dataset.id AS dataset_id, distribution.id AS distribution_id";
        const ofDatasets = await rows("dataset.*", "caudal.dataset");
        const ofDistributions = await rows("dataset.id AS dataset_id, distribution.*", distributions);
        const ofFields = await rows(
          `${parents}, field.*`,
          `${distributions} JOIN caudal.field ON field.distribution_key = distribution.key`,
        );
        const ofSeries = await rows(
          `${parents}, series.id, series.value_count, version.run_id`,
          `${distributions} JOIN caudal.series ON series.distribution_key = distribution.key
            JOIN caudal.series_version AS version
              ON version.series_key = series.key AND version.number = series.version`,
        );
        return withChangesBelow({
          ...historyOf(catalog),
          fault: catalog.fault as string | null,
          readRun: catalog.read_run as number,
          known: catalog.source !== null,
          datasets: ofDatasets.map((row) => ({
            ...historyOf(row),
            id: row.id as string,
            federable: row.federable as boolean,
          })),
          distributions: ofDistributions.map((row) => ({
            ...historyOf(row),
            datasetId: row.dataset_id as string,
            id: row.id as string,
            fault: row.fault as string | null,
          })),
          fields: ofFields.map((row) => ({
            ...historyOf(row),
            datasetId: row.dataset_id as string,
            distributionId: row.distribution_id as string,
            title: row.title as string,
            id: row.id as string,
          })),
          series: ofSeries.map((row) => ({
            datasetId: row.dataset_id as string,
            distributionId: row.distribution_id as string,
            id: row.id as string,
            changedRun: row.run_id as number,
            values: row.value_count as number,
          })),
        });
      }),
  };
}
