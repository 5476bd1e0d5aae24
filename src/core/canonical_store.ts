// Ports of the canonical store: where harvested truth is written and the publisher reads. Split by caller.
// Everything is kept: what a catalog stops naming is marked absent, what changes gets a new version.
// Long because it is every port of one store.

import type {
  CatalogReading,
  DatasetReading,
  DistributionKey,
  DistributionReading,
  FieldReading,
} from "./catalog.ts";
import type { CatalogHistory } from "./catalog_history.ts";
import type { Enriched } from "./enriched.ts";
import type { Frequency } from "./frequency.ts";
import type { JsonObject } from "./json.ts";
import type { PopularityStore } from "./popularity_store.ts";
import type { SearchDocument, SearchSettings } from "./search.ts";
import type { CatalogSummary } from "./snapshot.ts";
import type { ObservationChanges, Observations } from "./observations.ts";

export const CATALOG_FORMATS = ["json", "xlsx", "ckan"] as const;
export type CatalogFormat = (typeof CATALOG_FORMATS)[number];

/** A publisher's catalog that is harvested. */
export type Node = {
  readonly catalogId: string;
  readonly url: string;
  /** Undefined: told by the address or the content. */
  readonly format?: CatalogFormat;
};

/** What operators decide of a node. */
export type NodeFlags = {
  /** Whether a harvest of the store's own nodes reads it. */
  readonly federable: boolean;
  /** Whether datasets that nobody decided on may be harvested. */
  readonly newDatasetsFederable: boolean;
  /** Whether its servers have to prove who they are. */
  readonly verifyTls: boolean;
};

export type StoredNode = Node & NodeFlags;

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

export type StoredDataset = DatasetReading & {
  readonly present: boolean;
  /** Whether it may be harvested. */
  readonly federable: boolean;
  /** Whether an operator decided that it may not; else nobody decided yet. */
  readonly switchedOff: boolean;
};

export type StoredCatalog = {
  readonly metadata: JsonObject;
  readonly present: boolean;
  readonly fault: Fault;
  readonly source?: SourceState;
  /** Whether the text of its last reading is kept. */
  readonly hasText: boolean;
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
  nodes(): Promise<StoredNode[]>;
  /** Adds or replaces nodes by catalog id. Flags that are not told are on in a new node, and stay in a known one. */
  saveNodes(nodes: readonly (Node & Partial<NodeFlags>)[]): Promise<void>;
  catalog(catalogId: string): Promise<StoredCatalog | undefined>;
  /**
   * Makes the catalog's entities those of the reading: upserts by identifier, marks absent what it lacks.
   * Rows that do not differ are not written.
   */
  saveReading(
    run: RunRef,
    catalogId: string,
    reading: CatalogReading,
    source: SourceState,
    options?: ReadingOptions,
  ): Promise<void>;
  /** Notes that a catalog could not be read; its children stay as they are. */
  saveCatalogFault(run: RunRef, catalogId: string, fault: string): Promise<void>;
  owners(seriesIds: readonly string[]): Promise<Map<string, Owner>>;
  saveOutcome(run: RunRef, key: DistributionKey, outcome: DistributionOutcome): Promise<StoredChanges>;
}

export type ReadingOptions = {
  /** Whether datasets that nobody decided on become federable; yes unless told. */
  readonly newDatasetsFederable?: boolean;
  /** Text of the catalog, UTF-8 and gzipped; without it the one that is kept stays. */
  readonly text?: Uint8Array<ArrayBuffer>;
};

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
  /** As last saved; at first DEFAULT_SYNONYMS, no aliases, DEFAULT_BOOSTS and no minimum score. */
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

export type DatasetKey = { readonly catalogId: string; readonly datasetId: string };

/** A catalog as operators look through it. */
export type CatalogEntity = {
  readonly id: string;
  readonly title: string;
  readonly present: boolean;
  readonly fault: Fault;
  /** The run that last changed its metadata, those of anything in it, or values. */
  readonly changedRun: number;
  /** The run that last tried to read it. */
  readonly readRun: number;
  /** Address of its last good reading. */
  readonly url: string | null;
};

export type DatasetEntity = DatasetKey & {
  readonly title: string;
  /** Empty where none is declared. */
  readonly landingPage: string;
  readonly present: boolean;
  readonly federable: boolean;
  /** The run that last changed its metadata, those of anything in it, or values. */
  readonly changedRun: number;
};

export type DistributionEntity = DistributionKey & {
  readonly title: string;
  readonly present: boolean;
  readonly fault: Fault;
  /** The run that last changed its metadata, those of its fields, or values. */
  readonly changedRun: number;
  /** Epoch ms of the last version of any of its series; null without series. */
  readonly changedAt: number | null;
  /** Available ones. */
  readonly series: number;
};

export type SeriesEntity = DistributionKey & {
  readonly id: string;
  readonly title: string;
  /** Whether its catalog named it when last read. */
  readonly present: boolean;
  readonly versions: number;
  /** First days of the first and last values' periods. */
  readonly first: string;
  readonly last: string;
  readonly values: number;
};

export type SeriesFilter = {
  readonly catalogId?: string;
  readonly datasetId?: string;
  readonly distributionId?: string;
  readonly seriesId?: string;
};

/** What operators look through, without values. Everything by ids, in order of UTF-8 bytes. */
export interface InventoryStore {
  /** Every catalog that a harvest ever tried. */
  catalogEntities(): Promise<CatalogEntity[]>;
  datasetEntities(): Promise<DatasetEntity[]>;
  distributionEntities(): Promise<DistributionEntity[]>;
  /** Available series that all given ids fit, those from `offset` on, and how many there are in all. */
  seriesEntities(
    filter: SeriesFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly total: number; readonly series: SeriesEntity[] }>;
  /** Units that available series declare, in no order that counts. */
  seriesUnits(): Promise<string[]>;
  /** As `publishableContext`, with the distributions that have no series. */
  wholeContext(catalogId: string): Promise<PublishableContext>;
  /** Text of the last good reading, UTF-8 and gzipped; undefined where none is kept. */
  catalogText(catalogId: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** What reports of a harvest tell of. */
export interface ReportStore {
  /** Undefined of a catalog that no harvest ever tried. */
  catalogHistory(catalogId: string): Promise<CatalogHistory | undefined>;
}

/** What is to be deleted for good. */
export type PurgeTarget = {
  readonly distributions?: readonly DistributionKey[];
  readonly seriesIds?: readonly string[];
};

/** What was deleted for good. */
export type Purged = {
  readonly distributions: number;
  /** Ids of the series, which are free again. */
  readonly seriesIds: readonly string[];
  readonly versions: number;
};

/** What operators change of the network. Every method is one transaction. */
export interface NetworkStore {
  /** Takes a node out; what was harvested of it stays. Answers whether there was one. */
  removeNode(catalogId: string): Promise<boolean>;
  /** Decides on datasets; answers those that there are. */
  saveFederable(keys: readonly DatasetKey[], federable: boolean): Promise<DatasetKey[]>;
  /**
   * Deletes distributions with their series, and series, with every version. What the catalog still names is taken in
   * again by its next reading. The next publish writes everything anew.
   * Errors: Problem `not_found` where one is not there; nothing is deleted then.
   */
  purge(target: PurgeTarget): Promise<Purged>;
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
  /** Errors: Problem `invalid` where one is out of bounds, or all are 0. */
  saveBoosts(boosts: SearchSettings["boosts"]): Promise<void>;
  saveMinScore(minScore: SearchSettings["minScore"]): Promise<void>;
};

export type CanonicalStore =
  & HarvestStore
  & PublishStore
  & DumpStore
  & ActivityStore
  & HistoryStore
  & SettingsStore
  & InventoryStore
  & ReportStore
  & NetworkStore
  & PopularityStore
  & {
    close(): Promise<void>;
  };
