// The behaviour that every canonical store has, whatever engine it is on: one part for each of its callers.

import { afterEach, beforeEach, describe } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { Journal } from "../../src/core/journal.ts";
import { activityStoreSuite } from "./activity_store_suite.ts";
import { dumpStoreSuite } from "./dump_store_suite.ts";
import { harvestStoreSuite } from "./harvest_store_suite.ts";
import { historyStoreSuite } from "./history_store_suite.ts";
import { inventoryStoreSuite } from "./inventory_store_suite.ts";
import { networkStoreSuite } from "./network_store_suite.ts";
import { outcomeSuite } from "./outcome_suite.ts";
import { popularityStoreSuite } from "./popularity_store_suite.ts";
import { publishStoreSuite } from "./publish_store_suite.ts";
import { reportStoreSuite } from "./report_store_suite.ts";
import { searchStoreSuite } from "./search_store_suite.ts";

/** A store with nothing in it. */
export type OpenedStore = {
  readonly store: CanonicalStore;
  readonly journal?: Journal;
  readonly close: () => Promise<void> | void;
};

export function canonicalStoreSuite(name: string, open: () => Promise<OpenedStore> | OpenedStore): void {
  describe(`canonical store on ${name}`, () => {
    let opened: OpenedStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const store = () => opened.store;
    harvestStoreSuite(store);
    outcomeSuite(store);
    publishStoreSuite(store);
    dumpStoreSuite(store);
    searchStoreSuite(store);
    activityStoreSuite(store);
    historyStoreSuite(store);
    inventoryStoreSuite(store);
    reportStoreSuite(store);
    networkStoreSuite(store);
    popularityStoreSuite(store);
  });
}
