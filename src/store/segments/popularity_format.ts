// Bytes of the published popularity: its pointer, and the one file that it names. FORMAT.md beside this file is the
// description; this is its encoding and decoding, nothing else.

import type { Hits } from "../../core/hits.ts";
import type { SeriesHits } from "../../core/popularity_store.ts";
import { decodeJson, encodeJson, requireFormat } from "./format.ts";

export const POPULARITY_FORMAT = 1;
export const POPULARITY_POINTER = "popularity.json";

export const popularityName = (hash: string) => `popularity/${hash}.json`;

export type PopularityPointer = {
  format: number;
  popularity: string;
  /** Epoch ms. */
  published_at: number;
  kept: string[];
};

type PopularityText = {
  format: number;
  ids: string[];
  total: number[];
  days_30: number[];
  days_90: number[];
  days_180: number[];
};

export function decodePopularityPointer(bytes: Uint8Array): PopularityPointer {
  const pointer = decodeJson<PopularityPointer>(bytes);
  requireFormat(pointer.format, POPULARITY_FORMAT);
  return pointer;
}

/** The bytes are a function of the hits alone: series come in whatever order. */
export function encodePopularity(series: readonly SeriesHits[]): Uint8Array<ArrayBuffer> {
  const sorted = series.toSorted((a, b) => a.seriesId < b.seriesId ? -1 : 1);
  const column = (key: keyof Hits) => sorted.map(({ hits }) => hits[key]);
  const text: PopularityText = {
    format: POPULARITY_FORMAT,
    ids: sorted.map(({ seriesId }) => seriesId),
    total: column("total"),
    days_30: column("days30"),
    days_90: column("days90"),
    days_180: column("days180"),
  };
  return encodeJson(text);
}

export function decodePopularity(bytes: Uint8Array): SeriesHits[] {
  const { format, ids, total, days_30, days_90, days_180 } = decodeJson<PopularityText>(bytes);
  requireFormat(format, POPULARITY_FORMAT);
  return ids.map((seriesId, i) => ({
    seriesId,
    hits: { total: total[i]!, days30: days_30[i]!, days90: days_90[i]!, days180: days_180[i]! },
  }));
}
