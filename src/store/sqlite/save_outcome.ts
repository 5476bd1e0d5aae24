// Takes the outcome of one distribution into SQLite, inside the transaction of its caller: series, versions,
// packed columns, and what the publisher has to be told.

import type {
  DistributionOutcome,
  IndexedSeries,
  RunRef,
  StoredChanges,
} from "../../core/canonical_store.ts";
import type { DistributionKey } from "../../core/catalog.ts";
import { firstLabel, lastLabel } from "../../core/label.ts";
import { compareObservations, countValues, type ObservationChanges } from "../../core/observations.ts";
import { packObservations } from "../../core/packed.ts";
import type { Database } from "./database.ts";
import { readObservations } from "./history_store.ts";
import { distributionKey, hasSeries, touchContext, touchData } from "./rows.ts";

/** Names packed observations: hexadecimal. */
export type Sha256 = (bytes: Uint8Array) => string;

const NO_CHANGES: ObservationChanges = { added: 0, changed: 0, removed: 0 };

export function saveOutcome(
  db: Database,
  sha256: Sha256,
  run: RunRef,
  key: DistributionKey,
  outcome: DistributionOutcome,
): StoredChanges {
  const distribution = distributionKey(db, key);
  const none = { newSeries: [], changedSeries: [], unchangedSeries: [], observations: NO_CHANGES };
  if (outcome.kind === "failed") {
    db.run(
      "UPDATE distribution SET fault = ?1 WHERE key = ?2 AND fault IS NOT ?1",
      outcome.fault,
      distribution,
    );
    return none;
  }
  if (outcome.kind === "unchanged") {
    db.run(
      "UPDATE distribution SET fault = NULL, source = ?1 WHERE key = ?2 AND (fault IS NOT NULL OR source IS NOT ?1)",
      JSON.stringify(outcome.source),
      distribution,
    );
    const kept = db.all("SELECT id FROM series WHERE distribution_key = ?", distribution);
    return { ...none, unchangedSeries: kept.map(({ id }) => id as string) };
  }
  return saveIndexed(db, sha256, run, distribution, key.catalogId, outcome);
}

function saveIndexed(
  db: Database,
  sha256: Sha256,
  run: RunRef,
  distribution: number,
  catalogId: string,
  { source, changeKey, series, enriched }: Extract<DistributionOutcome, { kind: "indexed" }>,
): StoredChanges {
  const changes = {
    newSeries: [] as string[],
    changedSeries: [] as string[],
    unchangedSeries: [] as string[],
    observations: { added: 0, changed: 0, removed: 0 },
  };
  const hadSeries = hasSeries(db, distribution);
  const movedFrom = new Set<number>();
  let dataChanged = false;
  for (const [column, one] of series.entries()) {
    const change = saveSeries(db, sha256, run, distribution, source.hash, one, column);
    dataChanged ||= change.written;
    if (change.movedFrom !== undefined) movedFrom.add(change.movedFrom);
    changes[`${change.kind}Series`].push(one.id);
    changes.observations.added += change.observations.added;
    changes.observations.changed += change.observations.changed;
    changes.observations.removed += change.observations.removed;
  }
  for (const old of movedFrom) noteMoved(db, old);

  const enrichedText = JSON.stringify(enriched);
  const { enriched: before } = db.one("SELECT enriched FROM distribution WHERE key = ?", distribution)!;
  // The first series bring the distribution itself among what is published.
  if (before !== enrichedText || (!hadSeries && series.length > 0)) touchContext(db, catalogId);
  db.run(
    `UPDATE distribution SET fault = NULL, source = ?, change_key = ?, enriched = ?, indexed_run = ?, indexed_at = ?
     WHERE key = ?`,
    JSON.stringify(source),
    changeKey,
    enrichedText,
    run.id,
    run.at,
    distribution,
  );
  if (dataChanged) touchData(db, distribution);
  return changes;
}

/** Tells of a distribution that lost series to another; without any left its catalog has one less. */
function noteMoved(db: Database, distribution: number): void {
  touchData(db, distribution);
  if (hasSeries(db, distribution)) return;
  const row = db.one(
    `SELECT dataset.catalog_id FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
     WHERE distribution.key = ?`,
    distribution,
  )!;
  touchContext(db, row.catalog_id as string);
}

type SeriesChange = {
  kind: "new" | "changed" | "unchanged";
  /** Whether anything that is published differs. */
  written: boolean;
  observations: ObservationChanges;
  /** The distribution that had the series until now. */
  movedFrom?: number;
};

function saveSeries(
  db: Database,
  sha256: Sha256,
  run: RunRef,
  distribution: number,
  sourceHash: string,
  { id, title, observations, enriched }: IndexedSeries,
  column: number,
): SeriesChange {
  const packed = packObservations(observations);
  const hash = sha256(packed);
  const enrichedText = JSON.stringify(enriched);
  const before = db.one("SELECT * FROM series WHERE id = ?", id);
  const sameValues = before?.observations_hash === hash;
  const moved = before !== undefined && before.distribution_key !== distribution;
  const same = sameValues && !moved && before.title === title && before.enriched === enrichedText;
  if (same) {
    // Nothing that is published depends on the place of a column.
    if (before.column_position !== column) {
      db.run("UPDATE series SET column_position = ? WHERE id = ?", column, id);
    }
    return { kind: "unchanged", written: false, observations: NO_CHANGES };
  }

  const version = Number(before?.version ?? 0) + (sameValues ? 0 : 1);
  if (!sameValues) db.run("INSERT OR IGNORE INTO observations (hash, packed) VALUES (?, ?)", hash, packed);
  db.run(
    `INSERT INTO series VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
     ON CONFLICT (id) DO UPDATE SET distribution_key = ?2, title = ?3, version = ?4, observations_hash = ?5,
       enriched = ?6, value_count = ?7, first_date = ?8, last_date = ?9, column_position = ?10`,
    id,
    distribution,
    title,
    version,
    hash,
    enrichedText,
    countValues(observations),
    firstLabel(observations),
    lastLabel(observations),
    column,
  );
  const written = { written: true, ...(moved && { movedFrom: Number(before.distribution_key) }) };
  if (sameValues) return { kind: "unchanged", observations: NO_CHANGES, ...written };
  db.run(
    "INSERT INTO series_version VALUES (?, ?, ?, ?, ?, ?)",
    id,
    version,
    run.id,
    run.at,
    sourceHash,
    hash,
  );
  const old = before && readObservations(db, before.observations_hash as string);
  return {
    kind: before ? "changed" : "new",
    observations: compareObservations(old, observations),
    ...written,
  };
}
