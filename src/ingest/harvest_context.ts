// What a harvest works with: the world as arguments.

import type { HarvestStore, Node, NodeFlags } from "../core/canonical_store.ts";
import type { DistributionKey } from "../core/catalog.ts";
import type { FedDistribution } from "../core/fed_distribution.ts";
import type { Journal } from "../core/journal.ts";
import type { ValidationLimits } from "./rules.ts";
import type { ReadSource } from "./source.ts";

/** A node to be harvested; flags that are not told are on. */
export type HarvestNode = Node & Partial<NodeFlags>;

export type Harvest = {
  readonly store: HarvestStore;
  readonly journal: Journal;
  readonly readSource: ReadSource;
  /** SHA-512, hexadecimal. */
  readonly sha512: (bytes: Uint8Array) => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly limits: ValidationLimits;
  /** A catalog or a CSV larger than this is refused. */
  readonly maxSourceBytes: number;
  /** A catalog of many answers that takes longer is given up; after five minutes unless told. */
  readonly maxCatalogMs?: number;
  /** Indexes again what did not change. */
  readonly force?: boolean;
  /** Reads catalogs alone and opens no distribution's file: values stay as they are. */
  readonly onlyMetadata?: boolean;
  /** Of the files reads this distribution's alone. */
  readonly only?: DistributionKey;
  /** Distributions that this installation feeds: their entries stand for the publishers', whose files are not asked for. */
  readonly fed?: readonly FedDistribution[];
  /** One of `fed` whose file is taken in, as FED_SOURCE; its catalog stays as it was last read. */
  readonly feeding?: FedDistribution;
  /** Gzips the text of a catalog that is to be kept; without it none is. */
  readonly gzip?: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
  /** Entries of the register left out, for the report. */
  readonly warnings?: readonly string[];
  readonly onProgress?: (progress: HarvestProgress) => void;
};

export type HarvestProgress = {
  readonly catalogs: number;
  readonly catalogsDone: number;
  /** Distributions known so far. */
  readonly distributions: number;
  readonly distributionsDone: number;
};
