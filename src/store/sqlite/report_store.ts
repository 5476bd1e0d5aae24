// What reports tell of, on SQLite: a catalog with everything it ever had.

import type { ReportStore } from "../../core/canonical_store.ts";
import { withChangesBelow } from "../../core/catalog_history.ts";
import type { Database } from "./database.ts";
import { parse } from "./rows.ts";

type Row = Record<string, unknown>;

const historyOf = (row: Row) => ({
  metadata: parse<never>(row.metadata),
  present: row.present === 1,
  createdRun: Number(row.created_run),
  changedRun: Number(row.changed_run),
});

export function reportStore(db: Database): ReportStore {
  return {
    catalogHistory: (catalogId) =>
      Promise.try(() => {
        const catalog = db.one("SELECT * FROM catalog WHERE id = ?", catalogId);
        if (!catalog) return undefined;
        const rows = (columns: string, tables: string): Row[] =>
          db.all(`SELECT ${columns} FROM ${tables} WHERE dataset.catalog_id = ?`, catalogId);
        const distributions = "distribution JOIN dataset ON dataset.key = distribution.dataset_key";
        const parents = "dataset.id AS dataset_id, distribution.id AS distribution_id";
        return withChangesBelow({
          ...historyOf(catalog),
          fault: catalog.fault as string | null,
          readRun: Number(catalog.read_run),
          known: catalog.source !== null,
          datasets: rows("*", "dataset").map((row) => ({
            ...historyOf(row),
            id: row.id as string,
            federable: row.federable === 1,
          })),
          distributions: rows("dataset.id AS dataset_id, distribution.*", distributions).map((row) => ({
            ...historyOf(row),
            datasetId: row.dataset_id as string,
            id: row.id as string,
            fault: row.fault as string | null,
          })),
          fields: rows(
            `${parents}, field.*`,
            `field JOIN distribution ON distribution.key = field.distribution_key
              JOIN dataset ON dataset.key = distribution.dataset_key`,
          ).map((row) => ({
            ...historyOf(row),
            datasetId: row.dataset_id as string,
            distributionId: row.distribution_id as string,
            title: row.title as string,
            id: row.id as string,
          })),
          series: rows(
            `${parents}, series.id, series.value_count, version.run_id`,
            `series JOIN distribution ON distribution.key = series.distribution_key
              JOIN dataset ON dataset.key = distribution.dataset_key
              JOIN series_version AS version
                ON version.series_id = series.id AND version.number = series.version`,
          ).map((row) => ({
            datasetId: row.dataset_id as string,
            distributionId: row.distribution_id as string,
            id: row.id as string,
            changedRun: Number(row.run_id),
            values: Number(row.value_count),
          })),
        });
      }),
  };
}
