// What the operation of the network works with, and the address of a place in what is sent or told.

import type { CanonicalStore } from "../core/canonical_store.ts";
import type { DistributionKey } from "../core/catalog.ts";
import type { Records } from "../core/records.ts";
import { buenosAiresDay, isoDate } from "../core/time.ts";

/** What of the canonical store it uses. */
export type NetworkStores = Pick<
  CanonicalStore,
  | "nodes"
  | "saveNodes"
  | "removeNode"
  | "saveFederable"
  | "purge"
  | "catalogEntities"
  | "datasetEntities"
  | "distributionEntities"
  | "seriesEntities"
  | "seriesUnits"
  | "wholeContext"
  | "dumpSeriesById"
  | "versions"
  | "percentageUnits"
  | "searchSettings"
  | "savePercentageUnits"
  | "saveSynonyms"
  | "saveCatalogAliases"
  | "saveBoosts"
  | "saveMinScore"
>;

/** What was read of one distribution. */
export type Refreshed = {
  /** Of the harvest, in the journal. */
  readonly run: number;
  /** Why the file was not taken in; empty where it was. */
  readonly errors: readonly string[];
  readonly newSeries: number;
  readonly changedSeries: number;
  readonly unchangedSeries: number;
};

export type Network = {
  readonly store: NetworkStores;
  readonly records: Records;
  /** Epoch ms. */
  readonly now: () => number;
  /**
   * Reads a distribution anew, changed or not, and publishes.
   * Errors: Problem `conflict` while another process writes, `unavailable`.
   */
  readonly refresh: (key: DistributionKey) => Promise<Refreshed>;
  /** Does what only the one writer may: Problem `conflict` while another process writes. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
};

/** The day in Buenos Aires: `YYYY-MM-DD`. */
export const dayOf = (ms: number): string => isoDate(buenosAiresDay(ms));
/** ISO 8601, UTC. */
export const momentOf = (ms: number): string => new Date(ms).toISOString();
