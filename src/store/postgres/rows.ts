// What the parts of the canonical store share: JSON columns, keys of distributions, and the change counter
// that tells the publisher what is new.
//
//   changes ─▶ counter (its row is locked until the end) ─▶ data_change, context_change ─▶ COMMIT
//
// Who changes what is published takes the counter last, and nothing after it but the two tables, which nobody else
// writes. So positions are committed in their order, a publisher that reads one has read all before it, and nobody
// waits for a row while others wait for the counter.

import type { DistributionKey } from "../../core/catalog.ts";
import type { JsonObject } from "../../core/json.ts";
import { Problem } from "../../core/problem.ts";
import type { Row } from "./connection.ts";
import type { Statements, Writing } from "./database.ts";

export const parse = <T>(text: unknown): T => JSON.parse(text as string);

export const parseOptional = <T>(text: unknown): T | undefined =>
  text === null ? undefined : JSON.parse(text as string);

/** A key of stored metadata where it is text, else nothing: publishers declare whatever they like. */
export function textIn(metadata: unknown, key: string): string {
  const value = parseOptional<JsonObject>(metadata)?.[key];
  return typeof value === "string" ? value : "";
}

export function keyOf(row: Row): DistributionKey {
  return {
    catalogId: row.catalog_id as string,
    datasetId: row.dataset_id as string,
    distributionId: row.distribution_id as string,
  };
}

/**
 * A list in a parameter as an array. The planner expects ten values in it and goes by an index, where a join with the
 * list would have it read tables whole that are not large yet.
 */
export const textsIn = (parameter: `$${number}`) =>
  `ARRAY(SELECT value FROM json_array_elements_text(${parameter}::json))`;
export const keysIn = (parameter: `$${number}`) =>
  `ARRAY(SELECT value::bigint FROM json_array_elements_text(${parameter}::json))`;
export const hashesIn = (parameter: `$${number}`) =>
  `ARRAY(SELECT decode(value, 'hex') FROM json_array_elements_text(${parameter}::json))`;

/** Whether the catalog of `series` named it in their `distribution` when last read. */
export const IS_PRESENT = `distribution.present AND EXISTS (SELECT FROM caudal.field AS named
  WHERE named.distribution_key = distribution.key AND named.present
    AND hashtextextended(named.id, 0) = hashtextextended(series.id, 0) AND named.id = series.id)`;

/** The key of a distribution by its identifiers `$1`, `$2`, `$3`. */
export const DISTRIBUTION_KEY = `SELECT distribution.key FROM caudal.distribution
  JOIN caudal.dataset ON dataset.key = distribution.dataset_key
  WHERE dataset.catalog_id = $1 AND dataset.id = $2 AND distribution.id = $3
    AND hashtextextended(dataset.id, 0) = hashtextextended($2, 0)
    AND hashtextextended(distribution.id, 0) = hashtextextended($3, 0)`;

/**
 * Rows of the series of a distribution, which DISTRIBUTION_KEY left-joins: without any there is one row without an id.
 * Errors: Problem `not_found` for a distribution that is not known.
 */
export function seriesRows(rows: readonly Row[], key: DistributionKey): readonly Row[] {
  if (rows.length === 0) throw unknownDistribution(key);
  return rows.filter(({ id }) => id !== null);
}

/** Row of a distribution. Errors: Problem `not_found`. */
export async function distributionKey(tx: Statements, key: DistributionKey): Promise<number> {
  const row = await tx.one(DISTRIBUTION_KEY, key.catalogId, key.datasetId, key.distributionId);
  if (!row) throw unknownDistribution(key);
  return row.key as number;
}

export function unknownDistribution(key: DistributionKey): Problem {
  return new Problem("not_found", `Cannot find distribution "${key.distributionId}" of "${key.catalogId}"`);
}

/** Rows of distributions and catalogs, by their keys. */
export type Told = {
  /** Distributions with new series, or that lost one. */
  readonly data?: readonly number[];
  /** Of `data` those whose catalogs are not told of in any case; all of them unless told. */
  readonly counted?: readonly number[];
  /** Distributions with new metadata of fields; told of where they have series, or had. */
  readonly fields?: readonly number[];
  /** Catalogs with new metadata above the series. */
  readonly contexts?: readonly number[];
  /** A distribution with new series, and how many: the first ones bring it itself among what is published. */
  readonly gained?: readonly [distribution: number, series: number];
};

/**
 * Tells the publisher, in the order above. Which distributions have series, or had, only who holds the counter can say.
 * A distribution in `data` that has no series left takes itself away from what is published.
 */
export function tell(
  tx: Writing,
  { data = [], counted = data, fields = [], contexts = [], gained }: Told,
): void {
  tx.atCommit("UPDATE caudal.change_counter SET position = position + 1");
  if (data.length > 0) {
    tx.atCommit(`INSERT INTO caudal.data_change
      SELECT key, position FROM unnest(${listed(data)}) AS key, caudal.change_counter
      ON CONFLICT (distribution_key) DO UPDATE SET position = excluded.position`);
  }
  if (fields.length > 0) {
    tx.atCommit(`UPDATE caudal.data_change SET position = change_counter.position FROM caudal.change_counter
      WHERE distribution_key = ANY (${listed(fields)})`);
  }
  const [distribution, series] = gained ?? [0, 0];
  const comeOrGone = counted.length === 0 ? "" : `UNION
        SELECT catalog.key FROM caudal.catalog JOIN caudal.dataset ON dataset.catalog_id = catalog.id
          JOIN caudal.distribution ON distribution.dataset_key = dataset.key
        WHERE distribution.key = ANY (${listed(counted)}) AND (
          SELECT count(*) FROM caudal.series WHERE distribution_key = distribution.key
        ) = CASE WHEN distribution.key = ${distribution} THEN ${series} ELSE 0 END`;
  if (counted.length > 0 || contexts.length > 0) {
    tx.atCommit(`INSERT INTO caudal.context_change
      SELECT key, position FROM caudal.change_counter, (
        SELECT unnest(${listed(contexts)}) AS key ${comeOrGone}
      ) AS changed
      ON CONFLICT (catalog_key) DO UPDATE SET position = excluded.position`);
  }
}

/** Keys as an array, for statements without parameters. */
export const listed = (keys: readonly number[]) => `'{${keys.map(Number).join()}}'::bigint[]`;
