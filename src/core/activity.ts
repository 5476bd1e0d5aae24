// Port of what happens beside the data: when each catalog was harvested, when values last changed, and the
// series counted by their last value. It changes though no series does, so no snapshot holds it; stores of
// segments implement it.

import type { Frequency } from "./frequency.ts";
import type { SeriesRecord } from "./snapshot.ts";

/** What the last harvest came to in one catalog. Times are epoch ms. */
export type CatalogActivity = {
  readonly id: string;
  readonly title: string;
  /** When the last harvest that tried it began, read or not. */
  readonly lastHarvest: number | null;
  /** Why that harvest could not read it. */
  readonly error: string | null;
  /** When the values of any of its series last changed; null without series. */
  readonly lastChange: number | null;
};

/** Series of one publisher whose last values are of the same day. */
export type LastValues = {
  readonly frequency: Frequency;
  /** First day of the last value's period, as published: `YYYY-MM-DD`. */
  readonly last: string;
  readonly workdays: boolean;
  /** Series that their catalog names. */
  readonly present: number;
  /** Series that it no longer names. */
  readonly discontinued: number;
};

/** A series that its catalog names, among the first of its publisher to be late. */
export type LateSeries = {
  readonly id: string;
  readonly dataset: string;
  readonly distribution: string;
  readonly frequency: Frequency;
  readonly last: string;
  readonly workdays: boolean;
  /** Why the file of its distribution was last refused. */
  readonly error: string | null;
};

/** The series of one publisher in one catalog, counted. */
export type PublisherTally = {
  readonly catalogId: string;
  /** Name of the datasets' publisher; empty where none is declared. */
  readonly name: string;
  readonly lastChange: number;
  readonly lastValues: readonly LastValues[];
  /** The first `LATE_KEPT` by the day they are late from. */
  readonly late: readonly LateSeries[];
};

/** Late series that are named of one publisher. */
export const LATE_KEPT = 10;

export interface Activity {
  /** Hash of the whole content. */
  readonly name: string;
  /** Epoch ms when it became current; absent where who published it did not tell. */
  readonly publishedAt?: number | undefined;
  /** By id. */
  readonly catalogs: readonly CatalogActivity[];
  /** When the values of a series last changed, in epoch ms; undefined where it is not known. */
  lastChange(record: SeriesPlace): Promise<number | undefined>;
  /** By catalog and name. */
  publishers(): Promise<readonly PublisherTally[]>;
}

export type SeriesPlace = Pick<SeriesRecord, "id" | "catalogId" | "datasetId" | "distributionId">;

/** The current activity, followed as it is switched; undefined until the first is published. */
export type Activities = { current(): Promise<Activity | undefined> };
