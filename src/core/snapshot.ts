// Port of the read path: one published version of everything readers may ask for, immutable. Stores of
// segments implement it; the API reads nothing else.

import type { Enriched } from "./enriched.ts";
import type { JsonObject } from "./json.ts";
import type { Observations } from "./observations.ts";

/** A published series. */
export type SeriesRecord = {
  readonly id: string;
  /** Trimmed; half-years are dated 1 January and 1 July. */
  readonly observations: Observations;
  /** The rows of all observations as JSON text (core/row_text.ts), ASCII. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** The field as its publisher declares it. */
  readonly field: JsonObject;
  readonly enriched: Enriched;
  /** Identifiers of the levels above; null where the publisher gave none. */
  readonly catalogId: string | null;
  readonly datasetId: string | null;
  readonly distributionId: string | null;
};

/** Metadata of the levels above a series, without their children, computed values merged in. */
export type SeriesContext = {
  readonly catalog: JsonObject;
  readonly dataset: JsonObject;
  readonly distribution: JsonObject;
};

/** What is loaded of one catalog. */
export type CatalogSummary = {
  readonly id: string;
  readonly title: string;
  readonly datasets: number;
  readonly distributions: number;
  readonly series: number;
  readonly values: number;
  /** ISO dates of the first and last value of any series; empty text without series. */
  readonly first: string;
  readonly last: string;
  /** A series to show as an example: the first of the catalog. */
  readonly example: { readonly id: string; readonly description: string } | null;
};

export interface Snapshot {
  /** Hash of the whole content: the same data always has the same name. */
  readonly name: string;
  /** Epoch ms when it became current. */
  readonly publishedAt: number;
  readonly catalogs: readonly CatalogSummary[];
  /** Units that are percentages, by exact text. */
  readonly percentageUnits: ReadonlySet<string>;
  /** Reads series by id, in order; undefined where the id is unknown. */
  series(ids: readonly string[]): Promise<(SeriesRecord | undefined)[]>;
  context(record: SeriesRecord): Promise<SeriesContext>;
}

/** The current snapshot, followed as it is switched; undefined until the first is published. */
export type Snapshots = { current(): Promise<Snapshot | undefined> };
