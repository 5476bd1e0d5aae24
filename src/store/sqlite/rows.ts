// What the parts of the canonical store share: JSON columns, keys of distributions, and the change counter
// that tells the publisher what is new.

import type { DistributionKey } from "../../core/catalog.ts";
import type { JsonObject } from "../../core/json.ts";
import { Problem } from "../../core/problem.ts";
import type { Database } from "./database.ts";

export const parse = <T>(text: unknown): T => JSON.parse(text as string);

export const parseOptional = <T>(text: unknown): T | undefined =>
  text === null ? undefined : JSON.parse(text as string);

/** A key of stored metadata where it is text, else nothing: publishers declare whatever they like. */
export function textIn(metadata: unknown, key: string): string {
  const value = parseOptional<JsonObject>(metadata)?.[key];
  return typeof value === "string" ? value : "";
}

/** Row of a distribution. Errors: Problem `not_found`. */
export function distributionKey(db: Database, key: DistributionKey): number {
  const row = db.one(
    `SELECT distribution.key FROM distribution JOIN dataset ON dataset.key = distribution.dataset_key
     WHERE dataset.catalog_id = ? AND dataset.id = ? AND distribution.id = ?`,
    key.catalogId,
    key.datasetId,
    key.distributionId,
  );
  if (!row) {
    throw new Problem("not_found", `Cannot find distribution "${key.distributionId}" of "${key.catalogId}"`);
  }
  return Number(row.key);
}

/** Whether a distribution has series now. */
export function hasSeries(db: Database, distribution: number): boolean {
  return db.one("SELECT 1 FROM series WHERE distribution_key = ? LIMIT 1", distribution) !== undefined;
}

/** Position of a change about to be written. */
function nextPosition(db: Database): number {
  return Number(db.one("UPDATE change_counter SET position = position + 1 RETURNING position")!.position);
}

/** Tells of new series or field metadata. Only those that have series, or had, are ever touched. */
export function touchData(db: Database, distribution: number): void {
  db.run("UPDATE distribution SET data_position = ? WHERE key = ?", nextPosition(db), distribution);
}

/** Tells of new metadata above the series, or of other distributions with series. */
export function touchContext(db: Database, catalogId: string): void {
  db.run("UPDATE catalog SET context_position = ? WHERE id = ?", nextPosition(db), catalogId);
}
