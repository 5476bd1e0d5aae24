// Reads the published popularity: follows its pointer, and keeps the one file that it names in memory.

import { type Hits, NO_HITS, type Popularities, type Popularity } from "../../core/hits.ts";
import type { SeriesHits } from "../../core/popularity_store.ts";
import { Problem } from "../../core/problem.ts";
import type { ReadBlobs } from "./blobs.ts";
import { followPointer } from "./follow_pointer.ts";
import {
  decodePopularity,
  decodePopularityPointer,
  POPULARITY_POINTER,
  popularityName,
} from "./popularity_format.ts";

/**
 * Follows the popularity of `blobs`.
 * Errors: none of its own; what cannot be read is as if it were not published, because answers do without it.
 */
export function openPopularities(blobs: ReadBlobs, now: () => number): Popularities {
  const current = followPointer<Popularity>(blobs, POPULARITY_POINTER, now, async (bytes, known) => {
    const { popularity, published_at } = decodePopularityPointer(bytes);
    if (known?.name === popularity) return known;
    const file = await blobs.read(popularityName(popularity));
    if (!file) throw new Problem("unavailable", `Cannot read popularity "${popularity}": no such file`);
    return popularityOf(popularity, published_at, decodePopularity(file));
  });
  return {
    current: () =>
      current().catch((error) => {
        if (error instanceof Problem) return undefined;
        throw error;
      }),
  };
}

/** `series` in order of their ids. */
export function popularityOf(
  name: string,
  publishedAt: number,
  series: readonly SeriesHits[],
): Popularity {
  const hits = new Map<string, Hits>(series.map(({ seriesId, hits }) => [seriesId, hits]));
  return { name, publishedAt, ids: [...hits.keys()], of: (id) => hits.get(id) ?? NO_HITS };
}
