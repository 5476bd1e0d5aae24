// Ports of the canonical store: where harvested truth is written and the publisher reads. Split by caller.
// Everything is kept: what a catalog stops naming is marked absent, what changes gets a new version.

import type {
  CatalogReading,
  DatasetReading,
  DistributionKey,
  DistributionReading,
  FieldReading,
} from "./catalog.ts";
import type { Enriched } from "./enriched.ts";
import type { Frequency } from "./frequency.ts";
import type { JsonObject } from "./json.ts";
import type { SearchDocument, SearchSettings } from "./search.ts";
import type { CatalogSummary } from "./snapshot.ts";
import type { ObservationChanges, Observations } from "./observations.ts";

export const CATALOG_FORMATS = ["json", "xlsx"] as const;
export type CatalogFormat = (typeof CATALOG_FORMATS)[number];

/** A publisher's catalog that is harvested. */
export type Node = {
  readonly catalogId: string;
  readonly url: string;
  /** Undefined: told by the address or the content. */
  readonly format?: CatalogFormat;
};

/** How the bytes behind an address were last seen. */
export type SourceState = {
  readonly url: string;
  /** SHA-512 of the bytes, hexadecimal. */
  readonly hash: string;
  readonly etag?: string;
  readonly lastModified?: string;
};

/** Why an entity could not be taken in by its last reading; null when it could. */
export type Fault = string | null;

export type StoredField = FieldReading & { readonly present: boolean };

export type StoredDistribution = Omit<DistributionReading, "fields"> & {
  readonly present: boolean;
  readonly fault: Fault;
  readonly fields: readonly StoredField[];
  /** Bytes last indexed with success. */
  readonly source?: SourceState;
  /** Key of everything the indexed values depend on; absent until the first success. */
  readonly changeKey?: string;
};

export type StoredDataset = DatasetReading & { readonly present: boolean; readonly federable: boolean };

export type StoredCatalog = {
  readonly metadata: JsonObject;
  readonly present: boolean;
  readonly fault: Fault;
  readonly source?: SourceState;
  readonly datasets: readonly StoredDataset[];
  readonly distributions: readonly StoredDistribution[];
};

/** Who publishes a series id. `present`: its catalog still named it when last read. */
export type Owner = DistributionKey & { readonly present: boolean };

/** One series of a distribution as indexed. */
export type IndexedSeries = {
  readonly id: string;
  readonly title: string;
  readonly observations: Observations;
  readonly enriched: Enriched;
};

/** What one distribution came to. Either values replace the old ones, or a fault is noted and they stay. */
export type DistributionOutcome =
  | {
    readonly kind: "indexed";
    readonly source: SourceState;
    readonly changeKey: string;
    /** In the order of the columns of the file. */
    readonly series: readonly IndexedSeries[];
    /** Computed metadata of the distribution. */
    readonly enriched: Enriched;
  }
  | { readonly kind: "unchanged"; readonly source: SourceState }
  | { readonly kind: "failed"; readonly fault: string };

/** What a stored outcome changed. */
export type StoredChanges = {
  readonly newSeries: readonly string[];
  /** Series that got a new version. */
  readonly changedSeries: readonly string[];
  /** Series of the distribution whose values stayed. */
  readonly unchangedSeries: readonly string[];
  readonly observations: ObservationChanges;
};

/** What the harvest needs. Every method is one transaction. */
export interface HarvestStore {
  nodes(): Promise<Node[]>;
  /** Adds or replaces nodes by catalog id. */
  saveNodes(nodes: readonly Node[]): Promise<void>;
  catalog(catalogId: string): Promise<StoredCatalog | undefined>;
  /**
   * Makes the catalog's entities those of the reading: upserts by identifier, marks absent what it lacks.
   * Rows that do not differ are not written.
   */
  saveReading(run: RunRef, catalogId: string, reading: CatalogReading, source: SourceState): Promise<void>;
  /** Notes that a catalog could not be read; its children stay as they are. */
  saveCatalogFault(run: RunRef, catalogId: string, fault: string): Promise<void>;
  owners(seriesIds: readonly string[]): Promise<Map<string, Owner>>;
  saveOutcome(run: RunRef, key: DistributionKey, outcome: DistributionOutcome): Promise<StoredChanges>;
}

/** The run that writes, and its clock (epoch ms). */
export type RunRef = { readonly id: number; readonly at: number };

/** A series ready to be published. */
export type PublishableSeries = Omit<IndexedSeries, "title"> & { readonly field: JsonObject };

export type PublishableContext = {
  readonly catalog: JsonObject;
  readonly distributions: readonly {
    readonly datasetId: string;
    readonly distributionId: string;
    readonly dataset: JsonObject;
    readonly themes: readonly JsonObject[] | null;
    readonly distribution: JsonObject;
    readonly enriched: Enriched;
  }[];
};

export type StoreChanges = {
  /** Position to ask from next time. */
  readonly position: number;
  readonly distributions: readonly DistributionKey[];
  /** Catalogs whose metadata, at any level above the series, changed. */
  readonly catalogs: readonly string[];
};

/** What was published last: the snapshot and the store's position it shows. */
export type Publication = { readonly snapshot: string; readonly position: number };

/**
 * What the publisher needs. Distributions that have series are told of, and those that lost their last one, with
 * nothing to publish.
 */
export interface PublishStore {
  /** Everything that changed after `position`; 0 asks for everything. */
  changes(position: number): Promise<StoreChanges>;
  /** Available series of a distribution, in the order of its fields. */
  publishableSeries(key: DistributionKey): Promise<PublishableSeries[]>;
  publishableContext(catalogId: string): Promise<PublishableContext>;
  /** What is available of a catalog; undefined without any series. */
  catalogSummary(catalogId: string): Promise<CatalogSummary | undefined>;
  percentageUnits(): Promise<string[]>;
  /** Every available series of a catalog, present or not, in no order that counts. */
  searchDocuments(catalogId: string): Promise<SearchDocument[]>;
  /** As last saved; at first the synonyms of DEFAULT_SYNONYMS and no aliases. */
  searchSettings(): Promise<SearchSettings>;
  publication(): Promise<Publication | undefined>;
  savePublication(publication: Publication): Promise<void>;
}

/** A series as dumps tell of it. `present`: its catalog named it when last read. */
export type DumpSeries = PublishableSeries & { readonly present: boolean };

/** What the generator of dumps needs. */
export interface DumpStore {
  /** Distributions that have series, by catalog, dataset and id. */
  availableDistributions(): Promise<DistributionKey[]>;
  publishableContext(catalogId: string): Promise<PublishableContext>;
  /** Available series of a distribution, in the order of the columns of the last file that had them. */
  dumpSeries(key: DistributionKey): Promise<DumpSeries[]>;
  /** Series by id, in the order asked; one that is not known is left out. */
  dumpSeriesById(seriesIds: readonly string[]): Promise<DumpSeries[]>;
}

/** A catalog as its last reading left it. */
export type CatalogState = {
  readonly id: string;
  readonly title: string;
  /** The harvest that last tried to read it. */
  readonly readRun: number;
  readonly fault: Fault;
};

/** What the freshness of a series is told from, without its values. */
export type SeriesState = {
  readonly id: string;
  readonly datasetId: string;
  readonly distributionId: string;
  /** Name of the dataset's publisher; empty where none is declared. */
  readonly publisher: string;
  readonly frequency: Frequency;
  /** First day of the last value's period, as published: `YYYY-MM-DD`. */
  readonly last: string;
  readonly workdays: boolean;
  /** Whether its catalog named it when last read. */
  readonly present: boolean;
  /** Fault of its distribution. */
  readonly fault: Fault;
  /** Epoch ms of its last version. */
  readonly changedAt: number;
};

/** What the publisher of activity needs. */
export interface ActivityStore {
  /** Every catalog that a harvest ever tried, by id. */
  catalogStates(): Promise<CatalogState[]>;
  /** Available series of a catalog, by dataset, distribution and id. */
  seriesStates(catalogId: string): Promise<SeriesState[]>;
}

/** One version of a series: what it was after a run that changed it. */
export type Version = {
  readonly number: number;
  readonly runId: number;
  /** Epoch ms. */
  readonly at: number;
  /** SHA-512 of the source file. */
  readonly sourceHash: string;
  /** SHA-256 of the packed observations. */
  readonly observationsHash: string;
};

/** What operators and later parts read: the history of a series. */
export interface HistoryStore {
  versions(seriesId: string): Promise<Version[]>;
  observations(observationsHash: string): Promise<Observations | undefined>;
}

export type SettingsStore = {
  savePercentageUnits(units: readonly string[]): Promise<void>;
  /** Replaces all lists. Errors: Problem `invalid` where one has no two different terms. */
  saveSynonyms(synonyms: SearchSettings["synonyms"]): Promise<void>;
  /** Replaces all aliases. Errors: Problem `conflict` where one is the id of a catalog. */
  saveCatalogAliases(aliases: SearchSettings["catalogAliases"]): Promise<void>;
};

export type CanonicalStore =
  & HarvestStore
  & PublishStore
  & DumpStore
  & ActivityStore
  & HistoryStore
  & SettingsStore
  & {
    close(): Promise<void>;
  };
