// The harvest's part of the canonical store on SQLite: nodes, readings of catalogs, owners of series. What an
// outcome changes is in save_outcome.ts.

import type {
  CatalogFormat,
  HarvestStore,
  Node,
  NodeFlags,
  Owner,
  ReadingOptions,
  RunRef,
  SourceState,
  StoredCatalog,
  StoredDistribution,
  StoredField,
  StoredNode,
} from "../../core/canonical_store.ts";
import type { CatalogReading, FieldReading } from "../../core/catalog.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Database } from "./database.ts";
import { parse, parseOptional, touchContext, touchData } from "./rows.ts";
import { saveOutcome, type Sha256 } from "./save_outcome.ts";

export function harvestStore(db: Database, sha256: Sha256): HarvestStore {
  return {
    nodes: () => Promise.try(() => readNodes(db)),
    saveNodes: (nodes) => Promise.try(() => db.transaction(() => saveNodes(db, nodes))),
    catalog: (catalogId) => Promise.try(() => readCatalog(db, catalogId)),
    saveReading: (run, catalogId, reading, source, options = {}) =>
      Promise.try(() => db.transaction(() => saveReading(db, run, catalogId, reading, source, options))),
    saveCatalogFault: (run, catalogId, fault) =>
      Promise.try(() => {
        db.run(
          `INSERT INTO catalog (id, metadata, present, fault, created_run, changed_run, read_run, context_position)
           VALUES (?1, '{}', 0, ?2, ?3, ?3, ?3, 0)
           ON CONFLICT (id) DO UPDATE SET present = 0, fault = ?2, read_run = ?3`,
          catalogId,
          fault,
          run.id,
        );
      }),
    owners: (seriesIds) => Promise.try(() => readOwners(db, seriesIds)),
    saveOutcome: (run, key, outcome) =>
      Promise.try(() => db.transaction(() => saveOutcome(db, sha256, run, key, outcome))),
  };
}

function readNodes(db: Database): StoredNode[] {
  const rows = db.all("SELECT * FROM node ORDER BY position");
  return rows.map(({ catalog_id, url, format, federable, new_datasets_federable, verify_tls }) => ({
    catalogId: catalog_id as string,
    url: url as string,
    ...(format !== null && { format: format as CatalogFormat }),
    federable: federable === 1,
    newDatasetsFederable: new_datasets_federable === 1,
    verifyTls: verify_tls === 1,
  }));
}

function saveNodes(db: Database, nodes: readonly (Node & Partial<NodeFlags>)[]): void {
  const bit = (flag: boolean | undefined) => flag === undefined ? null : Number(flag);
  for (const { catalogId, url, format, federable, newDatasetsFederable, verifyTls } of nodes) {
    db.run(
      `INSERT INTO node (catalog_id, url, format, position, federable, new_datasets_federable, verify_tls)
       VALUES (?1, ?2, ?3, (SELECT coalesce(max(position) + 1, 0) FROM node),
         coalesce(?4, 1), coalesce(?5, 1), coalesce(?6, 1))
       ON CONFLICT (catalog_id) DO UPDATE SET url = ?2, format = ?3, federable = coalesce(?4, federable),
         new_datasets_federable = coalesce(?5, new_datasets_federable), verify_tls = coalesce(?6, verify_tls)`,
      catalogId,
      url,
      format ?? null,
      bit(federable),
      bit(newDatasetsFederable),
      bit(verifyTls),
    );
  }
}

function readOwners(db: Database, seriesIds: readonly string[]): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const id of seriesIds) {
    const row = db.one(
      `SELECT dataset.catalog_id, dataset.id AS dataset_id, distribution.id AS distribution_id,
         EXISTS (SELECT 1 FROM field WHERE field.distribution_key = distribution.key
           AND field.id = series.id AND field.present = 1) AND distribution.present AS present
       FROM series JOIN distribution ON distribution.key = series.distribution_key
         JOIN dataset ON dataset.key = distribution.dataset_key
       WHERE series.id = ?`,
      id,
    );
    if (row) {
      owners.set(id, {
        catalogId: row.catalog_id as string,
        datasetId: row.dataset_id as string,
        distributionId: row.distribution_id as string,
        present: row.present === 1,
      });
    }
  }
  return owners;
}

function readCatalog(db: Database, catalogId: string): StoredCatalog | undefined {
  const row = db.one(
    `SELECT metadata, present, fault, source,
       EXISTS (SELECT 1 FROM catalog_text WHERE catalog_id = catalog.id) AS has_text
     FROM catalog WHERE id = ?`,
    catalogId,
  );
  if (!row) return undefined;
  const datasets = db.all("SELECT * FROM dataset WHERE catalog_id = ? ORDER BY position, key", catalogId);
  const source = parseOptional<SourceState>(row.source);
  return {
    metadata: parse(row.metadata),
    present: row.present === 1,
    fault: row.fault as string | null,
    ...(source && { source }),
    hasText: row.has_text === 1,
    datasets: datasets.map((dataset) => ({
      id: dataset.id as string,
      metadata: parse<JsonObject>(dataset.metadata),
      themes: parseOptional<JsonObject[]>(dataset.themes) ?? null,
      present: dataset.present === 1,
      federable: dataset.federable === 1,
      switchedOff: dataset.switched_off === 1,
    })),
    distributions: datasets.flatMap((dataset) =>
      readDistributions(db, Number(dataset.key), dataset.id as string)
    ),
  };
}

function readDistributions(db: Database, datasetKey: number, datasetId: string): StoredDistribution[] {
  const rows = db.all("SELECT * FROM distribution WHERE dataset_key = ? ORDER BY position, key", datasetKey);
  return rows.map((row) => {
    const source = parseOptional<SourceState>(row.source);
    return {
      datasetId,
      id: row.id as string,
      metadata: parse<JsonObject>(row.metadata),
      present: row.present === 1,
      fault: row.fault as string | null,
      fields: readFields(db, Number(row.key)),
      ...(source && { source }),
      ...(row.change_key !== null && { changeKey: row.change_key as string }),
    };
  });
}

function readFields(db: Database, distribution: number): StoredField[] {
  const rows = db.all(
    "SELECT title, id, metadata, present FROM field WHERE distribution_key = ? ORDER BY position, key",
    distribution,
  );
  return rows.map((row) => ({
    title: row.title as string,
    id: row.id as string,
    metadata: parse<JsonObject>(row.metadata),
    present: row.present === 1,
  }));
}

function saveReading(
  db: Database,
  run: RunRef,
  catalogId: string,
  reading: CatalogReading,
  source: SourceState,
  { newDatasetsFederable = true, text }: ReadingOptions,
): void {
  const metadata = JSON.stringify(reading.metadata);
  const before = db.one("SELECT metadata FROM catalog WHERE id = ?", catalogId);
  let contextChanged = before?.metadata !== metadata;
  db.run(
    `INSERT INTO catalog (id, metadata, present, source, created_run, changed_run, read_run, context_position)
     VALUES (?1, ?2, 1, ?3, ?4, ?4, ?4, 0)
     ON CONFLICT (id) DO UPDATE SET present = 1, fault = NULL, source = ?3, read_run = ?4, metadata = ?2,
       changed_run = iif(metadata = ?2, changed_run, ?4)`,
    catalogId,
    metadata,
    JSON.stringify(source),
    run.id,
  );

  const datasetKeys = new Map<string, number>();
  reading.datasets.forEach(({ id, metadata, themes }, position) => {
    const { key, changed } = upsert(
      db,
      "dataset",
      { catalog_id: catalogId, id },
      {
        metadata: JSON.stringify(metadata),
        themes: themes === null ? null : JSON.stringify(themes),
        present: 1,
        position,
      },
      run,
      { federable: Number(newDatasetsFederable) },
    );
    datasetKeys.set(id, key);
    contextChanged ||= changed;
  });
  const staleDatasets = db.all("SELECT key FROM dataset WHERE catalog_id = ? AND present = 1", catalogId);
  const seenDatasets = new Set(datasetKeys.values());
  for (const { key } of staleDatasets) {
    if (!seenDatasets.has(Number(key))) db.run("UPDATE dataset SET present = 0 WHERE key = ?", key!);
  }
  if (newDatasetsFederable) {
    db.run(
      `UPDATE dataset SET federable = 1
       WHERE catalog_id = ? AND present = 1 AND federable = 0 AND switched_off = 0`,
      catalogId,
    );
  }

  const seen = new Set<number>();
  reading.distributions.forEach(({ datasetId, id, metadata, fields }, position) => {
    const { key, changed } = upsert(
      db,
      "distribution",
      { dataset_key: datasetKeys.get(datasetId)!, id },
      {
        metadata: JSON.stringify(metadata),
        present: 1,
        position,
      },
      run,
      { data_position: 0 },
    );
    seen.add(key);
    contextChanged ||= changed;
    if (saveFields(db, run, key, fields) && isPublished(db, key)) touchData(db, key);
  });
  const staleDistributions = db.all(
    `SELECT distribution.key FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = ? AND distribution.present = 1`,
    catalogId,
  );
  for (const { key } of staleDistributions) {
    if (seen.has(Number(key))) continue;
    db.run("UPDATE distribution SET present = 0, fault = NULL WHERE key = ?", key!);
    db.run("UPDATE field SET present = 0 WHERE distribution_key = ? AND present = 1", key!);
  }
  if (contextChanged) touchContext(db, catalogId);
  if (text) db.run("INSERT OR REPLACE INTO catalog_text (catalog_id, gzip) VALUES (?, ?)", catalogId, text);
}

/** Whether a distribution has series, or had. */
function isPublished(db: Database, distribution: number): boolean {
  const row = db.one("SELECT data_position FROM distribution WHERE key = ?", distribution)!;
  return Number(row.data_position) > 0;
}

/** Inserts or updates the row of an identity; writes nothing where no value differs. */
function upsert(
  db: Database,
  table: "dataset" | "distribution" | "field",
  identity: Record<string, string | number>,
  values: Record<string, string | number | null>,
  run: RunRef,
  initial: Record<string, number> = {},
): { key: number; changed: boolean } {
  const idColumns = Object.keys(identity);
  const columns = Object.keys(values);
  const where = idColumns.map((column) => `${column} = ?`).join(" AND ");
  const row = db.one(
    `SELECT key, changed_run, ${columns.join(", ")} FROM ${table} WHERE ${where}`,
    ...Object.values(identity),
  );
  if (!row) {
    const all = { ...identity, ...values, ...initial, created_run: run.id, changed_run: run.id };
    const names = Object.keys(all);
    const { lastId } = db.run(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      ...Object.values(all),
    );
    return { key: lastId, changed: true };
  }
  const key = Number(row.key);
  const differing = columns.filter((column) => row[column] !== values[column]);
  if (differing.length === 0) return { key, changed: false };
  // Another place in the catalog is no change of the entity.
  const changedRun = differing.every((column) => column === "position") ? Number(row.changed_run) : run.id;
  db.run(
    `UPDATE ${table} SET ${
      columns.map((column) => `${column} = ?`).join(", ")
    }, changed_run = ? WHERE key = ?`,
    ...Object.values(values),
    changedRun,
    key,
  );
  return { key, changed: true };
}

function saveFields(
  db: Database,
  run: RunRef,
  distribution: number,
  fields: readonly FieldReading[],
): boolean {
  // Fields that nothing tells apart are one row, the last of them: taken one by one they would change it each time.
  const rows = new Map(
    fields.map((field, position) => [JSON.stringify([field.title, field.id]), { field, position }]),
  );
  let anyChanged = false;
  const seen = new Set<number>();
  for (const { field: { title, id, metadata }, position } of rows.values()) {
    const values = { metadata: JSON.stringify(metadata), present: 1, position };
    const { key, changed } = upsert(db, "field", { distribution_key: distribution, title, id }, values, run);
    seen.add(key);
    anyChanged ||= changed;
  }
  for (
    const { key } of db.all("SELECT key FROM field WHERE distribution_key = ? AND present = 1", distribution)
  ) {
    if (!seen.has(Number(key))) db.run("UPDATE field SET present = 0 WHERE key = ?", key!);
  }
  return anyChanged;
}
