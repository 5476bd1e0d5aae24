// Reads published snapshots: follows the pointer, finds keys in the directory, reads blocks by range. Runs
// wherever the blobs can be read; what is kept in memory is bounded.

import type { JsonObject } from "../../core/json.ts";
import { Problem } from "../../core/problem.ts";
import type { SeriesContext, SeriesRecord, Snapshot, Snapshots } from "../../core/snapshot.ts";
import type { ReadBlobs } from "./blobs.ts";
import {
  contextKey,
  decodeJson,
  decodeManifest,
  decodePointer,
  decodeSeries,
  decodeShard,
  type DirectoryRoot,
  type DistributionContext,
  manifestName,
  type Place,
  POINTER,
  segmentName,
  shardName,
  shardOf,
} from "./format.ts";

/** Contexts kept in memory, over all catalogs. */
const CONTEXTS_KEPT = 2_000;

/** How long a pointer is believed before it is read again, in ms. */
const POINTER_LIFE_MS = 1_000;

/**
 * Follows the pointer of `blobs`.
 * Errors: a pointer that cannot be read keeps the last good snapshot; without any it is Problem `unavailable`.
 */
export function openSnapshots(blobs: ReadBlobs, now: () => number): Snapshots {
  let snapshot: Snapshot | undefined;
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let fault: Problem | undefined;

  async function follow(): Promise<void> {
    const bytes = await blobs.read(POINTER);
    if (!bytes) return;
    const pointer = decodePointer(bytes);
    if (snapshot?.name === pointer.snapshot && snapshot.publishedAt === pointer.published_at) return;
    snapshot = await openSnapshot(blobs, pointer.snapshot, pointer.published_at);
  }

  async function followAgain(): Promise<void> {
    try {
      await follow();
      fault = undefined;
    } catch (cause) {
      fault = new Problem("unavailable", "Cannot read the published snapshot", [], { cause });
    }
    readAt = now();
    reading = undefined;
  }

  return {
    async current() {
      const age = now() - readAt;
      // A clock that was set back does not keep an old pointer.
      if (age < 0 || age >= POINTER_LIFE_MS) await (reading ??= followAgain());
      if (!snapshot && fault) throw fault;
      return snapshot;
    },
  };
}

/** Opens one snapshot by name, whether or not it is current. */
export async function openSnapshot(blobs: ReadBlobs, name: string, publishedAt: number): Promise<Snapshot> {
  const manifest = decodeManifest(await required(blobs, manifestName(name)));
  const findSeries = openDirectory(blobs, manifest.series);
  const findContext = openDirectory(blobs, manifest.contexts);
  const contexts = new Map<string, Promise<unknown>>();

  async function readBlock(place: Place): Promise<Uint8Array<ArrayBuffer>> {
    return await required(blobs, segmentName(place.segment), place);
  }

  async function readSeries(id: string): Promise<SeriesRecord | undefined> {
    const place = await findSeries(id);
    return place && decodeSeries(await readBlock(place));
  }

  /** Parsed context block; an absent one is empty metadata. */
  function readContext<T>(key: string, missing: T): Promise<T> {
    let context = contexts.get(key);
    if (!context) {
      context = findContext(key).then(async (place) => place ? decodeJson(await readBlock(place)) : missing);
      context.catch(() => contexts.delete(key));
      contexts.set(key, context);
      if (contexts.size > CONTEXTS_KEPT) contexts.delete(contexts.keys().next().value!);
    }
    return context as Promise<T>;
  }

  return {
    name,
    publishedAt,
    catalogs: manifest.catalogs,
    percentageUnits: new Set(manifest.percentage_units),
    series: (ids) => Promise.all(ids.map(readSeries)),
    async context({ catalogId, datasetId, distributionId }): Promise<SeriesContext> {
      const [catalog, below] = await Promise.all([
        readContext<JsonObject>(contextKey(catalogId), {}),
        readContext<DistributionContext>(contextKey(catalogId, datasetId, distributionId), {
          dataset: {},
          distribution: {},
        }),
      ]);
      return { catalog, dataset: below.dataset, distribution: below.distribution };
    },
  };
}

/** Look-up in a directory; its shards are read when first needed and kept. */
function openDirectory(blobs: ReadBlobs, root: DirectoryRoot): (key: string) => Promise<Place | undefined> {
  const shards = new Map<number, Map<string, Place>>();
  return async (key) => {
    const number = shardOf(key, root.shards.length);
    let shard = shards.get(number);
    if (!shard) {
      shard = decodeShard(await required(blobs, shardName(root.shards[number]!)));
      shards.set(number, shard);
    }
    return shard.get(key);
  };
}

async function required(blobs: ReadBlobs, name: string, range?: Place): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await blobs.read(name, range);
  if (!bytes) {
    throw new Problem("unavailable", `Cannot read "${name}" of the published snapshot: no such file`);
  }
  return bytes;
}
