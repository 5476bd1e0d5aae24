// What operators change of the network, on SQLite: nodes taken out, datasets decided on, and what is deleted for good.

import type { NetworkStore, Purged, PurgeTarget } from "../../core/canonical_store.ts";
import { Problem } from "../../core/problem.ts";
import type { Database } from "./database.ts";
import { distributionKey } from "./rows.ts";

export function networkStore(db: Database): NetworkStore {
  return {
    removeNode: (catalogId) =>
      Promise.try(() => db.run("DELETE FROM node WHERE catalog_id = ?", catalogId).changes > 0),

    saveFederable: (keys, federable) =>
      Promise.try(() =>
        db.transaction(() =>
          keys.filter(({ catalogId, datasetId }) =>
            db.run(
              "UPDATE dataset SET federable = ?, switched_off = ? WHERE catalog_id = ? AND id = ?",
              Number(federable),
              Number(!federable),
              catalogId,
              datasetId,
            ).changes > 0
          )
        )
      ),

    purge: (target) => Promise.try(() => db.transaction(() => purge(db, target))),
  };
}

function purge(db: Database, { distributions = [], seriesIds = [] }: PurgeTarget): Purged {
  const whole = new Set(distributions.map((key) => distributionKey(db, key)));
  const ids = new Set<string>();
  for (const id of seriesIds) {
    const row = db.one("SELECT distribution_key FROM series WHERE id = ?", id);
    if (!row) throw new Problem("not_found", `Cannot find series "${id}"`);
    ids.add(id);
    readAnew(db, Number(row.distribution_key));
    // The next reading of the distribution has to bring back what it still names.
    db.run("UPDATE distribution SET change_key = NULL WHERE key = ?", row.distribution_key!);
    db.run("DELETE FROM field WHERE distribution_key = ? AND id = ?", row.distribution_key!, id);
  }
  for (const key of whole) {
    for (const { id } of db.all("SELECT id FROM series WHERE distribution_key = ?", key)) {
      ids.add(id as string);
    }
  }

  const hashes: string[] = [];
  for (const id of ids) {
    const rows = db.all("SELECT observations_hash FROM series_version WHERE series_id = ?", id);
    hashes.push(...rows.map(({ observations_hash }) => observations_hash as string));
    db.run("DELETE FROM series_version WHERE series_id = ?", id);
    db.run("DELETE FROM series WHERE id = ?", id);
  }
  db.run(
    `DELETE FROM observations WHERE hash IN (SELECT value FROM json_each(?))
       AND hash NOT IN (SELECT observations_hash FROM series_version)`,
    JSON.stringify(hashes),
  );
  for (const key of whole) {
    readAnew(db, key);
    db.run("DELETE FROM field WHERE distribution_key = ?", key);
    db.run("DELETE FROM distribution WHERE key = ?", key);
  }
  // What was published last is no ground to build on: it has what is gone.
  db.run("DELETE FROM publication");
  return { distributions: whole.size, seriesIds: [...ids], versions: hashes.length };
}

/** Has the next harvest read the catalog of a distribution in full, though it did not change. */
function readAnew(db: Database, distribution: number): void {
  db.run(
    `UPDATE catalog SET source = json_remove(source, '$.etag', '$.lastModified')
     WHERE source IS NOT NULL AND id = (SELECT dataset.catalog_id FROM distribution
       JOIN dataset ON dataset.key = distribution.dataset_key WHERE distribution.key = ?)`,
    distribution,
  );
}
