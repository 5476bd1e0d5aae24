// A network to operate over nothing but memory: two read catalogs, and a clock that stands still unless it is moved.

import type { Network, Refreshed } from "../../src/operation/network.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";
import {
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";

/** Noon of 9 July 2026 in Buenos Aires. */
export const NOON = Date.UTC(2026, 6, 9, 15);

export const REFRESHED: Refreshed = {
  run: 7,
  errors: [],
  newSeries: 0,
  changedSeries: 1,
  unchangedSeries: 1,
};

export const FIRST = reading([
  distribution("d1", "d1.1", [field("a", { units: "Pesos" }), field("b", { units: "%" })]),
  distribution("d2", "d2.1", []),
], { datasets: [dataset("d1", { landingPage: "https://d1.example" })] });

export function networkWorld() {
  const store = memoryStore(sha256);
  const records = memoryRecords();
  const clock = { at: NOON };
  const refreshed: string[] = [];
  let locks = 0;
  const network: Network = {
    store,
    records,
    now: () => clock.at,
    refresh({ distributionId }) {
      refreshed.push(distributionId);
      return Promise.resolve(REFRESHED);
    },
    exclusively(work) {
      locks++;
      return work();
    },
  };
  return { network, store, records, clock, refreshed, locks: () => locks };
}

/** `c` with two datasets, d1 indexed, and `e` with one that waits for a decision. */
export async function readWorld() {
  const world = networkWorld();
  const { store } = world;
  await store.saveReading(run(1), "c", FIRST, source());
  await store.saveOutcome(run(1), key("d1", "d1.1"), indexed([series("a", [1, 2]), series("b", [3])]));
  await store.saveOutcome(run(1), key("d2", "d2.1"), { kind: "failed", fault: "HTTP 404" });
  const other = reading([distribution("d1", "d1.1", ["z"])]);
  await store.saveReading(run(1), "e", other, source(), { newDatasetsFederable: false });
  return world;
}
