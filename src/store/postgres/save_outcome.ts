// Takes the outcome of one distribution into PostgreSQL. What every series was is read at once, what it becomes is
// worked out here, and all of it is written by one statement; then the publisher is told. Rows are locked in one
// order (distribution, series by id, columns by hash, counter), so that two runs wait for each other and never both.

import type {
  DistributionOutcome,
  IndexedSeries,
  RunRef,
  StoredChanges,
} from "../../core/canonical_store.ts";
import type { DistributionKey } from "../../core/catalog.ts";
import { firstLabel, lastLabel } from "../../core/label.ts";
import { compareObservations, countValues, type Observations } from "../../core/observations.ts";
import { packObservations, unpackObservations } from "../../core/packed.ts";
import type { Row, Value } from "./connection.ts";
import type { Database, Statements, Writing } from "./database.ts";
import { DISTRIBUTION_KEY, hashesIn, seriesRows, tell, textsIn, unknownDistribution } from "./rows.ts";

/** Names packed observations: hexadecimal. */
export type Sha256 = (bytes: Uint8Array) => string;

type Indexed = Extract<DistributionOutcome, { kind: "indexed" }>;

/** A series about to be stored, with its column as bytes. */
type Packed = IndexedSeries & { readonly packed: Uint8Array; readonly hash: string };

/** A series as it is stored, or will be. */
type State = {
  /** Absent while it is new. */
  readonly key?: number;
  readonly id: string;
  readonly distribution: number;
  readonly title: string;
  readonly version: number;
  readonly hash: string;
  readonly enriched: string;
  readonly column: number;
  /** Read where another column takes its place. */
  readonly observations?: Observations;
};

export function saveOutcome(
  db: Database,
  sha256: Sha256,
  run: RunRef,
  key: DistributionKey,
  outcome: DistributionOutcome,
): Promise<StoredChanges> {
  return Promise.try(() => {
    // Outside the transaction: nobody waits for it.
    const packed = outcome.kind === "indexed" ? outcome.series.map((one) => pack(one, sha256)) : [];
    return db.write((tx) => {
      if (outcome.kind === "indexed") return saveIndexed(tx, run, key, outcome, packed);
      if (outcome.kind === "failed") return noteFault(tx, key, outcome.fault);
      return noteUnchanged(tx, key, outcome.source);
    }, { soon: true });
  });
}

function pack(series: IndexedSeries, sha256: Sha256): Packed {
  const packed = packObservations(series.observations);
  return { ...series, packed, hash: sha256(packed) };
}

type Held = { readonly key: number; readonly catalog: number; readonly enriched: string };

/** Holds the row of the distribution until the end: outcomes of it come one after another. */
async function holdDistribution(tx: Statements, key: DistributionKey): Promise<Held> {
  const row = await tx.one(
    `SELECT key, enriched, (SELECT key FROM caudal.catalog WHERE id = $1) AS catalog
     FROM caudal.distribution WHERE key = (${DISTRIBUTION_KEY}) FOR NO KEY UPDATE`,
    key.catalogId,
    key.datasetId,
    key.distributionId,
  );
  if (!row) throw unknownDistribution(key);
  return { key: row.key as number, catalog: row.catalog as number, enriched: row.enriched as string };
}

const nothing = () => ({
  newSeries: [] as string[],
  changedSeries: [] as string[],
  unchangedSeries: [] as string[],
  observations: { added: 0, changed: 0, removed: 0 },
});

async function noteFault(tx: Statements, key: DistributionKey, fault: string): Promise<StoredChanges> {
  const row = await tx.one(
    `WITH one AS (${DISTRIBUTION_KEY}), noted AS (
       UPDATE caudal.distribution SET fault = $4 FROM one
       WHERE distribution.key = one.key AND fault IS DISTINCT FROM $4
     )
     SELECT key FROM one`,
    key.catalogId,
    key.datasetId,
    key.distributionId,
    fault,
  );
  if (!row) throw unknownDistribution(key);
  return nothing();
}

async function noteUnchanged(
  tx: Statements,
  key: DistributionKey,
  source: Indexed["source"],
): Promise<StoredChanges> {
  const rows = await tx.all(
    `WITH one AS (${DISTRIBUTION_KEY}), noted AS (
       UPDATE caudal.distribution SET fault = NULL, source = $4 FROM one
       WHERE distribution.key = one.key AND (fault IS NOT NULL OR source IS DISTINCT FROM $4)
     )
     SELECT series.id FROM one LEFT JOIN caudal.series ON series.distribution_key = one.key`,
    key.catalogId,
    key.datasetId,
    key.distributionId,
    JSON.stringify(source),
  );
  return { ...nothing(), unchangedSeries: seriesRows(rows, key).map(({ id }) => id as string) };
}

async function saveIndexed(
  tx: Writing,
  run: RunRef,
  key: DistributionKey,
  { source, changeKey, enriched }: Indexed,
  series: readonly Packed[],
): Promise<StoredChanges> {
  const distribution = await holdDistribution(tx, key);
  const before = await holdSeries(tx, series);
  const plan = planOf(distribution.key, before, series);
  const enrichedText = JSON.stringify(enriched);
  const columns = joined(plan.columns);
  await tx.run(
    WRITE,
    columns.bytes,
    columns.places,
    plan.after.map(rowOf),
    plan.versions,
    distribution.key,
    JSON.stringify(source),
    changeKey,
    enrichedText,
    run.id,
    run.at,
    source.hash,
  );
  const contextChanged = distribution.enriched !== enrichedText;
  if (plan.dataChanged || contextChanged) {
    tell(tx, {
      ...(plan.dataChanged && { data: [distribution.key, ...plan.movedFrom] }),
      ...(plan.gained > 0 && { gained: [distribution.key, plan.gained] }),
      ...(contextChanged && { contexts: [distribution.catalog], counted: plan.movedFrom }),
    });
  }
  return plan.changes;
}

/** Series that were known before by id, held until the end. */
async function holdSeries(tx: Statements, series: readonly Packed[]): Promise<Map<string, State>> {
  const rows = await tx.all(
    `SELECT key, id, distribution_key, title, version, encode(observations_hash, 'hex') AS hash, enriched,
       column_position
     FROM caudal.series WHERE id = ANY (${textsIn("$1")})
     ORDER BY id FOR NO KEY UPDATE`,
    series.map(({ id }) => id),
  );
  const stored = new Map(rows.map(({ id, hash }) => [id, hash]));
  const replaced = series.flatMap(({ id, hash }) => {
    const old = stored.get(id);
    return old === undefined || old === hash ? [] : [old];
  });
  const columns = replaced.length === 0 ? [] : await tx.all(
    `SELECT encode(hash, 'hex') AS hash, packed FROM caudal.observations
     WHERE hash = ANY (${hashesIn("$1")})`,
    replaced,
  );
  const packed = new Map(columns.map((row) => [row.hash, row.packed as Uint8Array]));
  return new Map(rows.map((row) => [row.id as string, stateOf(row, packed.get(row.hash))]));
}

function stateOf(row: Row, packed: Uint8Array | undefined): State {
  return {
    key: row.key as number,
    id: row.id as string,
    distribution: row.distribution_key as number,
    title: row.title as string,
    version: row.version as number,
    hash: row.hash as string,
    enriched: row.enriched as string,
    column: row.column_position as number,
    ...(packed && { observations: unpackObservations(packed) }),
  };
}

type Plan = {
  /** Series to write, by id. */
  readonly after: readonly (State & { readonly observations: Observations })[];
  readonly columns: readonly Packed[];
  readonly versions: readonly { readonly id: string; readonly number: number; readonly hash: string }[];
  readonly changes: StoredChanges;
  /** Whether anything that is published differs. */
  readonly dataChanged: boolean;
  /** Distributions that had one of the series until now. */
  readonly movedFrom: readonly number[];
  /** Series that the distribution did not have. */
  readonly gained: number;
};

/** What becomes of each series in turn; nothing is written. */
function planOf(distribution: number, before: ReadonlyMap<string, State>, series: readonly Packed[]): Plan {
  const changes = nothing();
  const now = new Map(before);
  const after = new Map<string, Plan["after"][number]>();
  const columns = new Map<string, Packed>();
  const versions: { id: string; number: number; hash: string }[] = [];
  const movedFrom = new Set<number>();
  let dataChanged = false;
  for (const [column, one] of series.entries()) {
    const { id, title, hash, observations } = one;
    const old = now.get(id);
    const enriched = JSON.stringify(one.enriched);
    const sameValues = old?.hash === hash;
    const moved = old !== undefined && old.distribution !== distribution;
    const same = sameValues && !moved && old.title === title && old.enriched === enriched;
    if (moved) movedFrom.add(old.distribution);
    if (!same) dataChanged = true;
    const version = (old?.version ?? 0) + (sameValues ? 0 : 1);
    // Nothing that is published depends on the place of a column.
    if (!same || old.column !== column) {
      const state = { ...old, id, distribution, title, version, hash, enriched, column, observations };
      after.set(id, state);
      now.set(id, state);
    }
    if (sameValues) {
      changes.unchangedSeries.push(id);
      continue;
    }
    columns.set(hash, one);
    versions.push({ id, number: version, hash });
    changes[old ? "changedSeries" : "newSeries"].push(id);
    const { added, changed, removed } = compareObservations(old?.observations, observations);
    changes.observations.added += added;
    changes.observations.changed += changed;
    changes.observations.removed += removed;
  }
  return {
    after: [...after.values()],
    columns: [...columns.values()],
    versions,
    changes,
    dataChanged,
    movedFrom: [...movedFrom],
    gained: [...after.keys()].filter((id) => before.get(id)?.distribution !== distribution).length,
  };
}

/** Columns as one parameter, which costs the server a third of what they cost as texts in a list, and their places. */
function joined(columns: readonly Packed[]): { bytes: Uint8Array; places: readonly Record<string, Value>[] } {
  const bytes = new Uint8Array(columns.reduce((size, { packed }) => size + packed.length, 0));
  let at = 0;
  const places = columns.map(({ hash, packed }) => {
    bytes.set(packed, at);
    at += packed.length;
    return { hash, at: at - packed.length, length: packed.length };
  });
  return { bytes, places };
}

function rowOf({ observations, ...state }: Plan["after"][number]): Record<string, Value> {
  return {
    key: state.key ?? null,
    id: state.id,
    distribution_key: state.distribution,
    title: state.title,
    version: state.version,
    hash: state.hash,
    enriched: state.enriched,
    value_count: countValues(observations),
    first_date: firstLabel(observations),
    last_date: lastLabel(observations),
    column_position: state.column,
  };
}

const WRITE = `
  WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($3::json) AS _ (
      key bigint, id text, distribution_key bigint, title text, version integer, hash text, enriched text,
      value_count integer, first_date text, last_date text, column_position integer
    )
  ), columns AS (
    INSERT INTO caudal.observations (hash, packed)
    SELECT decode(hash, 'hex'), substr($1::bytea, at + 1, length)
    FROM json_to_recordset($2::json) AS _ (hash text, at integer, length integer) ORDER BY hash
    ON CONFLICT DO NOTHING
  ), added AS (
    INSERT INTO caudal.series (id, distribution_key, title, version, observations_hash, enriched, value_count,
      first_date, last_date, column_position)
    SELECT id, distribution_key, title, version, decode(hash, 'hex'), enriched, value_count,
      first_date, last_date, column_position
    FROM given WHERE key IS NULL ORDER BY id COLLATE "C"
    RETURNING key, id
  ), changed AS (
    UPDATE caudal.series AS old SET distribution_key = given.distribution_key, title = given.title,
      version = given.version, observations_hash = decode(given.hash, 'hex'), enriched = given.enriched,
      value_count = given.value_count, first_date = given.first_date, last_date = given.last_date,
      column_position = given.column_position
    -- By their index (see rows.ts).
    FROM given WHERE old.key = given.key AND old.key = ANY (ARRAY(SELECT key FROM given WHERE key IS NOT NULL))
  ), versions AS (
    INSERT INTO caudal.series_version (series_key, number, run_id, at, source_hash, observations_hash)
    SELECT one.key, version.number, $9, $10, decode($11, 'hex'), decode(version.hash, 'hex')
    FROM json_to_recordset($4::json) AS version (id text, number integer, hash text)
      JOIN (SELECT key, id FROM added UNION ALL SELECT key, id FROM given WHERE key IS NOT NULL) AS one
        ON one.id = version.id
  )
  UPDATE caudal.distribution SET fault = NULL, source = $6, change_key = $7, enriched = $8, indexed_run = $9,
    indexed_at = $10
  WHERE key = $5`;
