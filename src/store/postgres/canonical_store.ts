// The canonical store on PostgreSQL: every method of the ports is one transaction, and any number of processes may
// write at once. Rows that a reading does not change are not written; positions of the change counter tell the
// publisher what did.

import type { CanonicalStore } from "../../core/canonical_store.ts";
import { activityStore } from "./activity_store.ts";
import type { Database } from "./database.ts";
import { dumpStore } from "./dump_store.ts";
import { harvestStore } from "./harvest_store.ts";
import { historyStore } from "./history_store.ts";
import { inventoryStore } from "./inventory_store.ts";
import { networkStore } from "./network_store.ts";
import { popularityStore } from "./popularity_store.ts";
import { publishStore } from "./publish_store.ts";
import { reportStore } from "./report_store.ts";
import type { Sha256 } from "./save_outcome.ts";
import { settingsStore } from "./settings_store.ts";

/** Opens the ports over a migrated database; `sha256` names packed observations. */
export function postgresStore(db: Database, sha256: Sha256): CanonicalStore {
  return {
    ...harvestStore(db, sha256),
    ...publishStore(db),
    ...dumpStore(db),
    ...activityStore(db),
    ...historyStore(db),
    ...settingsStore(db),
    ...inventoryStore(db),
    ...reportStore(db),
    ...networkStore(db),
    ...popularityStore(db),
    close: () => db.close(),
  };
}
