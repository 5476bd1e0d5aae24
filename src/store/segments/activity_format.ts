// Bytes of the published activity: its pointer, its root, and the files that the root names. FORMAT.md beside
// this file is the description; this is its encoding and decoding, nothing else.

import type { CatalogActivity, LateSeries, PublisherTally } from "../../core/activity.ts";
import type { Frequency } from "../../core/frequency.ts";
import type { ChangeTimes } from "../../core/tally.ts";
import { decodeJson, encodeJson, requireFormat } from "./format.ts";

export const ACTIVITY_FORMAT = 1;
export const ACTIVITY_POINTER = "activity.json";

export const activityName = (hash: string) => `activity/${hash}.json`;

/** `published_at` is absent in pointers of an earlier version. */
export type ActivityPointer = { format: number; activity: string; published_at?: number; kept: string[] };

export type ActivityRoot = {
  format: number;
  catalogs: {
    id: string;
    title: string;
    last_harvest: number | null;
    error: string | null;
    last_change: number | null;
    /** Hash of its times of change; null without series. */
    changes: string | null;
  }[];
  publishers: string;
};

type PublisherText = {
  catalog: string;
  name: string;
  last_change: number;
  last_values: [frequency: Frequency, last: string, workdays: 0 | 1, present: number, discontinued: number][];
  late: [
    id: string,
    dataset: string,
    distribution: string,
    frequency: Frequency,
    last: string,
    workdays: 0 | 1,
    error: string | null,
  ][];
};

export function decodeActivityPointer(bytes: Uint8Array): ActivityPointer {
  const pointer = decodeJson<ActivityPointer>(bytes);
  requireFormat(pointer.format, ACTIVITY_FORMAT);
  return pointer;
}

export function decodeActivityRoot(bytes: Uint8Array): ActivityRoot {
  const root = decodeJson<ActivityRoot>(bytes);
  requireFormat(root.format, ACTIVITY_FORMAT);
  return root;
}

export function encodeActivityRoot(
  catalogs: readonly (CatalogActivity & { readonly changes: string | null })[],
  publishers: string,
): Uint8Array<ArrayBuffer> {
  const root: ActivityRoot = {
    format: ACTIVITY_FORMAT,
    catalogs: catalogs.map(({ id, title, lastHarvest, error, lastChange, changes }) => ({
      id,
      title,
      last_harvest: lastHarvest,
      error,
      last_change: lastChange,
      changes,
    })),
    publishers,
  };
  return encodeJson(root);
}

export const encodeChanges = ({ distributions, series }: ChangeTimes) =>
  encodeJson({ distributions, series });
export const decodeChanges = (bytes: Uint8Array) => decodeJson<ChangeTimes>(bytes);

export function encodePublishers(tallies: readonly PublisherTally[]): Uint8Array<ArrayBuffer> {
  const publishers = tallies.map(({ catalogId, name, lastChange, lastValues, late }): PublisherText => ({
    catalog: catalogId,
    name,
    last_change: lastChange,
    last_values: lastValues.map((
      { frequency, last, workdays, present, discontinued },
    ) => [frequency, last, workdays ? 1 : 0, present, discontinued]),
    late: late.map((
      { id, dataset, distribution, frequency, last, workdays, error },
    ) => [id, dataset, distribution, frequency, last, workdays ? 1 : 0, error]),
  }));
  return encodeJson({ publishers });
}

export function decodePublishers(bytes: Uint8Array): PublisherTally[] {
  const { publishers } = decodeJson<{ publishers: PublisherText[] }>(bytes);
  return publishers.map(({ catalog, name, last_change, last_values, late }) => ({
    catalogId: catalog,
    name,
    lastChange: last_change,
    lastValues: last_values.map(([frequency, last, workdays, present, discontinued]) => ({
      frequency,
      last,
      workdays: workdays === 1,
      present,
      discontinued,
    })),
    late: late.map(([id, dataset, distribution, frequency, last, workdays, error]): LateSeries => ({
      id,
      dataset,
      distribution,
      frequency,
      last,
      workdays: workdays === 1,
      error,
    })),
  }));
}
