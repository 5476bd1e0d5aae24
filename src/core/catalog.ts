// What a reading of a catalog is made of: catalog › dataset › distribution › field, reduced to the time series
// it documents. Metadata is carried as declared, without children and without the keys nobody may see.

import { type Frequency, publishedFrequency } from "./frequency.ts";
import { isJsonObject, type JsonObject } from "./json.ts";

export type FieldReading = {
  readonly title: string;
  /** Public identifier; empty where the publisher gave none. */
  readonly id: string;
  readonly metadata: JsonObject;
};

export type DistributionReading = {
  readonly datasetId: string;
  readonly id: string;
  readonly metadata: JsonObject;
  readonly fields: readonly FieldReading[];
};

export type DatasetReading = {
  readonly id: string;
  readonly metadata: JsonObject;
  /** Entries of the catalog's taxonomy that the dataset names; null where none is known. */
  readonly themes: readonly JsonObject[] | null;
};

export type CatalogReading = {
  readonly metadata: JsonObject;
  readonly datasets: readonly DatasetReading[];
  readonly distributions: readonly DistributionReading[];
};

/** Identifies a distribution across catalogs. */
export type DistributionKey = {
  readonly catalogId: string;
  readonly datasetId: string;
  readonly distributionId: string;
};

export function isTimeIndex(field: JsonObject): boolean {
  return field.specialType === "time_index";
}

/** First field that is a time index. */
export function timeIndexOf(fields: readonly FieldReading[]): FieldReading | undefined {
  return fields.find(({ metadata }) => isTimeIndex(metadata));
}

/** Frequency that the time index declares; undefined where it is none that can be published. */
export function declaredFrequency(fields: readonly FieldReading[]): Frequency | undefined {
  const detail = timeIndexOf(fields)?.metadata.specialTypeDetail;
  return typeof detail === "string" ? publishedFrequency(detail) : undefined;
}

/** A distribution documents time series when one of its fields is a time index. */
export function hasTimeIndex(distribution: JsonObject): boolean {
  return Array.isArray(distribution.field) &&
    distribution.field.some((field) => isJsonObject(field) && isTimeIndex(field));
}

/** Name of the publisher that a dataset's metadata declares; empty where that is no text. */
export function publisherName({ publisher }: JsonObject): string {
  const name = isJsonObject(publisher) ? publisher.name : undefined;
  return typeof name === "string" ? name.trim() : "";
}
