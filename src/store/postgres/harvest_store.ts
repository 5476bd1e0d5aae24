// The harvest's part of the canonical store on PostgreSQL: nodes, catalogs as stored, owners of series. What a reading
// changes is in save_reading.ts, what an outcome does in save_outcome.ts.

import type {
  CatalogFormat,
  HarvestStore,
  Node,
  NodeFlags,
  Owner,
  SourceState,
  StoredCatalog,
  StoredDistribution,
  StoredField,
  StoredNode,
} from "../../core/canonical_store.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Row } from "./connection.ts";
import type { Database, Statements } from "./database.ts";
import { IS_PRESENT, keyOf, parse, parseOptional, textsIn } from "./rows.ts";
import { saveOutcome, type Sha256 } from "./save_outcome.ts";
import { saveReading } from "./save_reading.ts";

export function harvestStore(db: Database, sha256: Sha256): HarvestStore {
  return {
    nodes: () => readNodes(db),
    saveNodes: (nodes) => db.write((tx) => saveNodes(tx, nodes)),
    catalog: (catalogId) => db.read((tx) => readCatalog(tx, catalogId)),
    saveReading: (run, catalogId, reading, source, options = {}) =>
      saveReading(db, run, catalogId, reading, source, options),
    saveCatalogFault: (run, catalogId, fault) =>
      db.write(async (tx) => {
        await tx.run(
          `INSERT INTO caudal.catalog (id, metadata, present, fault, created_run, changed_run, read_run)
           VALUES ($1, '{}', false, $2, $3, $3, $3)
           ON CONFLICT (id) DO UPDATE SET present = false, fault = $2, read_run = $3`,
          catalogId,
          fault,
          run.id,
        );
      }, { soon: true }),
    owners: (seriesIds) => readOwners(db, seriesIds),
    saveOutcome: (run, key, outcome) => saveOutcome(db, sha256, run, key, outcome),
  };
}

async function readNodes(db: Database): Promise<StoredNode[]> {
  const rows = await db.all("SELECT * FROM caudal.node ORDER BY position");
  return rows.map((row) => ({
    catalogId: row.catalog_id as string,
    url: row.url as string,
    ...(row.format !== null && { format: row.format as CatalogFormat }),
    federable: row.federable as boolean,
    newDatasetsFederable: row.new_datasets_federable as boolean,
    verifyTls: row.verify_tls as boolean,
  }));
}

async function saveNodes(tx: Statements, nodes: readonly (Node & Partial<NodeFlags>)[]): Promise<void> {
  // Two at once would give a place twice.
  await tx.run("LOCK TABLE caudal.node IN SHARE ROW EXCLUSIVE MODE");
  for (const { catalogId, url, format, federable, newDatasetsFederable, verifyTls } of nodes) {
    await tx.run(
      `INSERT INTO caudal.node AS old
         (catalog_id, url, format, position, federable, new_datasets_federable, verify_tls)
       VALUES ($1, $2, $3, (SELECT coalesce(max(position) + 1, 0) FROM caudal.node),
         coalesce($4, true), coalesce($5, true), coalesce($6, true))
       ON CONFLICT (catalog_id) DO UPDATE SET url = $2, format = $3, federable = coalesce($4, old.federable),
         new_datasets_federable = coalesce($5, old.new_datasets_federable),
         verify_tls = coalesce($6, old.verify_tls)`,
      catalogId,
      url,
      format ?? null,
      federable ?? null,
      newDatasetsFederable ?? null,
      verifyTls ?? null,
    );
  }
}

async function readOwners(db: Database, seriesIds: readonly string[]): Promise<Map<string, Owner>> {
  const rows = await db.all(
    `SELECT series.id, dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id,
       ${IS_PRESENT} AS present
     FROM caudal.series JOIN caudal.distribution ON distribution.key = series.distribution_key
       JOIN caudal.dataset ON dataset.key = distribution.dataset_key
     WHERE series.id = ANY (${textsIn("$1")})`,
    seriesIds,
  );
  return new Map(
    rows.map((row) => [row.id as string, { ...keyOf(row), present: row.present as boolean }]),
  );
}

async function readCatalog(tx: Statements, catalogId: string): Promise<StoredCatalog | undefined> {
  const row = await tx.one(
    `SELECT metadata, present, fault, source,
       EXISTS (SELECT FROM caudal.catalog_text WHERE catalog_id = catalog.id) AS has_text
     FROM caudal.catalog WHERE id = $1`,
    catalogId,
  );
  if (!row) return undefined;
  const datasets = await tx.all(
    "SELECT * FROM caudal.dataset WHERE catalog_id = $1 ORDER BY position, key",
    catalogId,
  );
  const distributions = await tx.all(
    `SELECT distribution.key, dataset.id AS dataset_id, distribution.id, distribution.metadata,
       distribution.present, distribution.fault, distribution.source, distribution.change_key
     FROM caudal.distribution JOIN caudal.dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = $1
     ORDER BY dataset.position, dataset.key, distribution.position, distribution.key`,
    catalogId,
  );
  const fields = await tx.all(
    `SELECT field.distribution_key, field.title, field.id, field.metadata, field.present
     FROM caudal.field JOIN caudal.distribution ON distribution.key = field.distribution_key
       JOIN caudal.dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = $1 ORDER BY field.position, field.key`,
    catalogId,
  );
  const fieldsOf = Map.groupBy(fields, (field) => field.distribution_key);
  const source = parseOptional<SourceState>(row.source);
  return {
    metadata: parse(row.metadata),
    present: row.present as boolean,
    fault: row.fault as string | null,
    ...(source && { source }),
    hasText: row.has_text as boolean,
    datasets: datasets.map((dataset) => ({
      id: dataset.id as string,
      metadata: parse<JsonObject>(dataset.metadata),
      themes: parseOptional<JsonObject[]>(dataset.themes) ?? null,
      present: dataset.present as boolean,
      federable: dataset.federable as boolean,
      switchedOff: dataset.switched_off as boolean,
    })),
    distributions: distributions.map((row) => distributionOf(row, fieldsOf.get(row.key) ?? [])),
  };
}

function distributionOf(row: Row, fields: readonly Row[]): StoredDistribution {
  const source = parseOptional<SourceState>(row.source);
  return {
    datasetId: row.dataset_id as string,
    id: row.id as string,
    metadata: parse<JsonObject>(row.metadata),
    present: row.present as boolean,
    fault: row.fault as string | null,
    fields: fields.map((field): StoredField => ({
      title: field.title as string,
      id: field.id as string,
      metadata: parse<JsonObject>(field.metadata),
      present: field.present as boolean,
    })),
    ...(source && { source }),
    ...(row.change_key !== null && { changeKey: row.change_key as string }),
  };
}
