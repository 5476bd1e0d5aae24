// What operators change of the network, on PostgreSQL: nodes taken out, datasets decided on, and what is deleted for
// good.

import type { DatasetKey, NetworkStore, Purged, PurgeTarget } from "../../core/canonical_store.ts";
import { Problem } from "../../core/problem.ts";
import type { Database, Statements, Writing } from "./database.ts";
import { distributionKey, hashesIn, keysIn, listed, textsIn } from "./rows.ts";

export function networkStore(db: Database): NetworkStore {
  return {
    removeNode: (catalogId) =>
      db.write(async (tx) => await tx.run("DELETE FROM caudal.node WHERE catalog_id = $1", catalogId) > 0),

    saveFederable: (keys, federable) =>
      db.write(async (tx) => {
        const known: DatasetKey[] = [];
        for (const key of keys) {
          const changed = await tx.run(
            `UPDATE caudal.dataset SET federable = $1, switched_off = NOT $1
             WHERE catalog_id = $2 AND id = $3`,
            federable,
            key.catalogId,
            key.datasetId,
          );
          if (changed > 0) known.push(key);
        }
        return known;
      }),

    purge: (target) => db.write((tx) => purge(tx, target)),
  };
}

/** Holds what it deletes in the order that readings and outcomes do: catalogs, distributions, series, counter. */
async function purge(tx: Writing, { distributions = [], seriesIds = [] }: PurgeTarget): Promise<Purged> {
  const whole = new Set<number>();
  for (const key of distributions) whole.add(await distributionKey(tx, key));
  const named = await tx.all(
    `SELECT id, distribution_key FROM caudal.series
     WHERE id = ANY (${textsIn("$1")})`,
    seriesIds,
  );
  const known = new Set(named.map(({ id }) => id));
  const unknown = seriesIds.find((id) => !known.has(id));
  if (unknown !== undefined) throw new Problem("not_found", `Cannot find series "${unknown}"`);

  const touched = [
    ...new Set([...whole, ...named.map(({ distribution_key }) => distribution_key as number)]),
  ];
  await readAnew(tx, touched);
  await tx.run(
    `SELECT FROM caudal.distribution WHERE key = ANY (${keysIn("$1")}) ORDER BY key FOR UPDATE`,
    touched,
  );
  const series = await tx.all(
    `SELECT key, id, distribution_key FROM caudal.series
     WHERE distribution_key = ANY (${keysIn("$1")}) OR id = ANY (${textsIn("$2")})
     ORDER BY id FOR UPDATE`,
    [...whole],
    seriesIds,
  );
  const versions = await deleteSeries(tx, series.map(({ key }) => key as number));
  await forgetFields(tx, series.filter(({ id }) => known.has(id)));
  await tx.run(`DELETE FROM caudal.field WHERE distribution_key = ANY (${keysIn("$1")})`, [...whole]);
  tx.atCommit(
    // What was published last is no ground to build on, nor what is being published: it has what is gone.
    "UPDATE caudal.change_counter SET position = position + 1, purged_position = position + 1",
    "DELETE FROM caudal.publication",
    `DELETE FROM caudal.data_change WHERE distribution_key = ANY (${listed([...whole])})`,
    `DELETE FROM caudal.distribution WHERE key = ANY (${listed([...whole])})`,
  );
  return { distributions: whole.size, seriesIds: series.map(({ id }) => id as string), versions };
}

/** Has the next harvest read the catalogs of distributions in full, though they did not change. */
async function readAnew(tx: Statements, distributions: readonly number[]): Promise<void> {
  const catalogs = await tx.all(
    `SELECT id, source FROM caudal.catalog WHERE source IS NOT NULL AND id IN (
       SELECT dataset.catalog_id FROM caudal.distribution
         JOIN caudal.dataset ON dataset.key = distribution.dataset_key
       WHERE distribution.key = ANY (${keysIn("$1")})
     ) ORDER BY id FOR NO KEY UPDATE`,
    distributions,
  );
  for (const { id, source } of catalogs) {
    const { etag: _etag, lastModified: _lastModified, ...rest } = JSON.parse(source as string);
    await tx.run("UPDATE caudal.catalog SET source = $1 WHERE id = $2", JSON.stringify(rest), id as string);
  }
}

/** Deletes series with their history, and columns that no other has; answers how many versions. */
async function deleteSeries(tx: Statements, keys: readonly number[]): Promise<number> {
  const versions = await tx.all(
    `DELETE FROM caudal.series_version WHERE series_key = ANY (${keysIn("$1")})
     RETURNING encode(observations_hash, 'hex') AS hash`,
    keys,
  );
  await tx.run(`DELETE FROM caudal.series WHERE key = ANY (${keysIn("$1")})`, keys);
  await tx.run(
    `DELETE FROM caudal.observations
     WHERE hash = ANY (${hashesIn("$1")})
       AND NOT EXISTS (SELECT FROM caudal.series_version WHERE observations_hash = observations.hash)`,
    [...new Set(versions.map(({ hash }) => hash))],
  );
  return versions.length;
}

/** Series named one by one: the next reading of their distributions has to bring back what it still names. */
async function forgetFields(
  tx: Statements,
  series: readonly { readonly id?: unknown; readonly distribution_key?: unknown }[],
): Promise<void> {
  for (const { id, distribution_key } of series) {
    const key = distribution_key as number;
    await tx.run("UPDATE caudal.distribution SET change_key = NULL WHERE key = $1", key);
    await tx.run(
      "DELETE FROM caudal.field WHERE distribution_key = $1 AND id = $2",
      key,
      id as string,
    );
  }
}
