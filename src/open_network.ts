// What the operation of the network works with on this machine: the store, the one writer's lock, and a harvest of
// one distribution.

import type { CanonicalStore } from "./core/canonical_store.ts";
import type { Records } from "./core/records.ts";
import { harvestAndPublish, type SourceSettings } from "./harvest_and_publish.ts";
import type { Places } from "./open.ts";
import type { Network } from "./operation/network.ts";
import { whileNobodyWrites } from "./writer.ts";

/** The network of a store that is open. */
export function openNetwork(
  places: Places,
  settings: SourceSettings,
  { store, records }: { readonly store: CanonicalStore; readonly records: Records },
): Network {
  return {
    store,
    records,
    now: Date.now,
    exclusively: (work) => whileNobodyWrites(places, work),
    async refresh(distribution) {
      const { harvest } = await harvestAndPublish(places, settings, { distribution }, { force: true });
      const errors = harvest.nodes.flatMap(({ faults }) =>
        faults.filter(({ level, distributionId }) =>
          level === "catalog" || distributionId === distribution.distributionId
        ).flatMap(({ errors }) => errors)
      );
      const { series } = harvest.counts;
      return {
        run: harvest.run,
        errors,
        newSeries: series.new,
        changedSeries: series.changed,
        unchangedSeries: series.unchanged,
      };
    },
  };
}
