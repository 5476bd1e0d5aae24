// Takes the reading of a catalog into PostgreSQL: each level is read whole, compared here, and what is new, differs or
// is gone is written by a statement each. The row of the catalog is held meanwhile, so two readings of it come one
// after another. Rows that do not differ are not even locked.

import type { ReadingOptions, RunRef, SourceState } from "../../core/canonical_store.ts";
import type { CatalogReading } from "../../core/catalog.ts";
import type { Row } from "./connection.ts";
import type { Database, Statements } from "./database.ts";
import { keysIn, tell } from "./rows.ts";

type Cell = string | number | boolean | null;

/** A table of entities: its columns with their types, what tells two rows of it apart, and what else goes with them. */
type Level = {
  readonly table: string;
  readonly columns: Readonly<Record<string, "text" | "bigint" | "integer" | "boolean">>;
  readonly identity: readonly string[];
  /** Columns that only a new row is given. */
  readonly initial?: readonly string[];
  /** What is forgotten of one that is gone. */
  readonly forget?: string;
  /** Rows of a catalog, `$1`. */
  readonly stored: string;
};

const DATASET: Level = {
  table: "dataset",
  columns: {
    catalog_id: "text",
    id: "text",
    metadata: "text",
    themes: "text",
    position: "integer",
    federable: "boolean",
  },
  identity: ["catalog_id", "id"],
  initial: ["federable"],
  stored: "SELECT * FROM caudal.dataset WHERE catalog_id = $1",
};

const DISTRIBUTION: Level = {
  table: "distribution",
  columns: { dataset_key: "bigint", id: "text", metadata: "text", position: "integer" },
  identity: ["dataset_key", "id"],
  forget: "fault = NULL",
  stored: `SELECT distribution.* FROM caudal.distribution
    JOIN caudal.dataset ON dataset.key = distribution.dataset_key WHERE dataset.catalog_id = $1`,
};

const FIELD: Level = {
  table: "field",
  columns: { distribution_key: "bigint", title: "text", id: "text", metadata: "text", position: "integer" },
  identity: ["distribution_key", "title", "id"],
  stored:
    `SELECT field.* FROM caudal.field JOIN caudal.distribution ON distribution.key = field.distribution_key
    JOIN caudal.dataset ON dataset.key = distribution.dataset_key WHERE dataset.catalog_id = $1`,
};

export function saveReading(
  db: Database,
  run: RunRef,
  catalogId: string,
  reading: CatalogReading,
  source: SourceState,
  { newDatasetsFederable = true, text }: ReadingOptions,
): Promise<void> {
  return db.write(async (tx) => {
    const catalog = await saveCatalog(tx, run, catalogId, JSON.stringify(reading.metadata), source);
    const known = catalog.isNew ? undefined : catalogId;
    const datasets = await saveLevel(
      tx,
      run,
      known,
      DATASET,
      reading.datasets.map(({ id, metadata, themes }, position) => ({
        catalog_id: catalogId,
        id,
        metadata: JSON.stringify(metadata),
        themes: themes && JSON.stringify(themes),
        position,
        federable: newDatasetsFederable,
      })),
    );
    if (newDatasetsFederable && !catalog.isNew) {
      await tx.run(
        `UPDATE caudal.dataset SET federable = true
         WHERE catalog_id = $1 AND present AND NOT federable AND NOT switched_off`,
        catalogId,
      );
    }
    const datasetKey = (id: string) => {
      const key = datasets.keys.get(identityOf([catalogId, id]));
      if (key === undefined) throw new Error(`No dataset "${id}" in the reading`);
      return key;
    };
    const distributions = await saveLevel(
      tx,
      run,
      known,
      DISTRIBUTION,
      reading.distributions.map(({ datasetId, id, metadata }, position) => ({
        dataset_key: datasetKey(datasetId),
        id,
        metadata: JSON.stringify(metadata),
        position,
      })),
    );
    // Of distributions that nothing tells apart the last is the one that is stored.
    const fieldsOf = new Map(
      reading.distributions.map(({ datasetId, id, fields }) =>
        [distributions.keys.get(identityOf([datasetKey(datasetId), id]))!, fields] as const
      ),
    );
    const fields = await saveLevel(
      tx,
      run,
      known,
      FIELD,
      [...fieldsOf].flatMap(([key, fields]) =>
        fields.map(({ title, id, metadata }, position) => ({
          distribution_key: key,
          title,
          id,
          metadata: JSON.stringify(metadata),
          position,
        }))
      ),
    );
    if (text) {
      await tx.run(
        `INSERT INTO caudal.catalog_text (catalog_id, gzip) VALUES ($1, $2)
         ON CONFLICT (catalog_id) DO UPDATE SET gzip = $2`,
        catalogId,
        text,
      );
    }
    const contextChanged = catalog.changed || datasets.written.length > 0 || distributions.written.length > 0;
    const touched = [...new Set(fields.written.map(({ distribution_key }) => distribution_key))];
    if (contextChanged || touched.length > 0) {
      tell(tx, { fields: touched, ...(contextChanged && { contexts: [catalog.key] }) });
    }
  }, { soon: true });
}

/** Stores the catalog's own row and holds it; answers its key, and whether it or its metadata are new. */
async function saveCatalog(
  tx: Statements,
  run: RunRef,
  catalogId: string,
  metadata: string,
  source: SourceState,
): Promise<{ key: number; isNew: boolean; changed: boolean }> {
  const values = [catalogId, metadata, JSON.stringify(source), run.id] as const;
  const held = () =>
    tx.one("SELECT key, metadata FROM caudal.catalog WHERE id = $1 FOR NO KEY UPDATE", catalogId);
  let before = await held();
  if (!before) {
    const inserted = await tx.one(
      `INSERT INTO caudal.catalog (id, metadata, present, source, created_run, changed_run, read_run)
       VALUES ($1, $2, true, $3, $4, $4, $4) ON CONFLICT (id) DO NOTHING RETURNING key`,
      ...values,
    );
    if (inserted) return { key: inserted.key as number, isNew: true, changed: true };
    // Another run has just brought it.
    before = await held();
  }
  await tx.run(
    `UPDATE caudal.catalog SET present = true, fault = NULL, source = $3, read_run = $4, metadata = $2,
       changed_run = CASE WHEN metadata = $2 THEN changed_run ELSE $4 END
     WHERE id = $1`,
    ...values,
  );
  return { key: before!.key as number, isNew: false, changed: before!.metadata !== metadata };
}

/** Text as it is stored, so that what the store cannot tell apart is one. */
const identityOf = (cells: readonly unknown[]) =>
  JSON.stringify(cells.map((cell) => typeof cell === "string" ? cell.toWellFormed() : cell));

/**
 * Makes the rows of a level those of the reading; the last of those that nothing tells apart. `catalogId` is undefined
 * of a catalog that had no rows until now.
 * Answers the keys of all by identity, and what was new or differed.
 */
async function saveLevel<T extends Readonly<Record<string, Cell>>>(
  tx: Statements,
  run: RunRef,
  catalogId: string | undefined,
  { table, columns, identity, initial = [], forget, stored }: Level,
  read: readonly T[],
): Promise<{ keys: ReadonlyMap<string, number>; written: readonly T[] }> {
  const identityIn = (row: Row) => identityOf(identity.map((column) => row[column]));
  const rows = catalogId === undefined ? [] : await tx.all(stored, catalogId);
  const old = new Map(rows.map((row) => [identityIn(row), row]));
  const given = new Map(read.map((row) => [identityIn(row), row]));
  const keys = new Map([...old].map(([one, { key }]) => [one, key as number]));

  const names = Object.keys(columns);
  const values = names.filter((name) => !identity.includes(name) && !initial.includes(name));
  const shape = Object.entries(columns).map(([name, type]) => `${name} ${type}`).join(", ");
  const added = [...given].filter(([one]) => !old.has(one)).map(([, row]) => row);
  if (added.length > 0) {
    const inserted = await tx.all(
      `INSERT INTO caudal.${table} (${names}, present, created_run, changed_run)
       SELECT ${names}, true, $1, $1 FROM json_to_recordset($2::json) AS _ (${shape})
       RETURNING key, ${identity}`,
      run.id,
      added,
    );
    for (const row of inserted) keys.set(identityIn(row), row.key as number);
  }

  const changed = [...given].filter(([one, row]) => {
    const before = old.get(one);
    return before && !(before.present && values.every((name) => before[name] === row[name]));
  });
  if (changed.length > 0) {
    // Another place in the catalog is no change of the entity.
    const same = values.filter((name) => name !== "position")
      .map((name) => `old.${name} IS NOT DISTINCT FROM given.${name}`).join(" AND ");
    await tx.run(
      `UPDATE caudal.${table} AS old
       SET ${values.map((name) => `${name} = given.${name}`)}, present = true,
         changed_run = CASE WHEN old.present AND ${same} THEN old.changed_run ELSE $1 END
       FROM json_to_recordset($2::json) AS given (key bigint, ${shape}) WHERE old.key = given.key`,
      run.id,
      changed.map(([one, row]) => ({ key: keys.get(one)!, ...row })),
    );
  }

  const gone = [...old].filter(([one, { present }]) => present && !given.has(one));
  if (gone.length > 0) {
    await tx.run(
      `UPDATE caudal.${table} SET present = false${forget ? `, ${forget}` : ""}
       WHERE key = ANY (${keysIn("$1")})`,
      gone.map(([one]) => keys.get(one)!),
    );
  }
  return { keys, written: [...added, ...changed.map(([, row]) => row)] };
}
