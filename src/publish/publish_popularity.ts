// Publishes the popularity beside the snapshot: hits of series as of a day. It has a pointer of its own, because it
// moves every day though the data stay (FORMAT.md).

import type { PopularityStore } from "../core/popularity_store.ts";
import { buenosAiresDay } from "../core/time.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import { encodeJson } from "../store/segments/format.ts";
import {
  decodePopularityPointer,
  encodePopularity,
  POPULARITY_FORMAT,
  POPULARITY_POINTER,
  popularityName,
  type PopularityPointer,
} from "../store/segments/popularity_format.ts";

/** Popularities whose files stay, the current one included: readers may still follow an older pointer. */
const POPULARITIES_KEPT = 3;

export type PublishPopularity = {
  readonly store: Pick<PopularityStore, "seriesHits">;
  readonly blobs: WriteBlobs;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Epoch ms; windows end with its day in Buenos Aires. */
  readonly now: () => number;
};

export type PopularityReport = {
  readonly popularity: string;
  readonly switched: boolean;
  /** Series that were ever asked for. */
  readonly series: number;
};

/**
 * Brings the published popularity up to the store.
 * Errors: any failure leaves its pointer where it was.
 */
export async function publishPopularity(
  { store, blobs, sha256, now }: PublishPopularity,
): Promise<PopularityReport> {
  const hits = await store.seriesHits(buenosAiresDay(now()));
  const bytes = encodePopularity(hits);
  const popularity = sha256(bytes);
  if (!await blobs.exists(popularityName(popularity))) await blobs.write(popularityName(popularity), bytes);
  const pointer = await readPointer(blobs);
  const switched = pointer?.popularity !== popularity;
  const older = (pointer?.kept ?? []).filter((name) => name !== popularity);
  const kept = [popularity, ...older].slice(0, POPULARITIES_KEPT);
  if (switched) {
    const next: PopularityPointer = {
      format: POPULARITY_FORMAT,
      popularity,
      published_at: now(),
      kept,
    };
    await blobs.write(POPULARITY_POINTER, encodeJson(next));
  }
  await removeOthers(blobs, kept);
  return { popularity, switched, series: hits.length };
}

async function readPointer(blobs: WriteBlobs): Promise<PopularityPointer | undefined> {
  const bytes = await blobs.read(POPULARITY_POINTER);
  if (!bytes) return undefined;
  try {
    return decodePopularityPointer(bytes);
  } catch {
    // Another format, or no pointer at all, is published over from nothing.
    return undefined;
  }
}

/** Removes what is not kept, and pointers that a write that was cut off left beside. */
async function removeOthers(blobs: WriteBlobs, kept: readonly string[]): Promise<void> {
  const named = new Set(kept.map(popularityName));
  for (const name of await blobs.list("popularity")) if (!named.has(name)) await blobs.remove(name);
  for (const name of await blobs.list("")) {
    if (name.startsWith(`${POPULARITY_POINTER}.`)) await blobs.remove(name);
  }
}
