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
import { followPointer } from "./follow_pointer.ts";
import { undamaged } from "./undamaged.ts";

/** Contexts kept in memory, over all catalogs. */
const CONTEXTS_KEPT = 2_000;

/**
 * Follows the pointer of `blobs`.
 * Errors: a pointer that cannot be read keeps the last good snapshot; without any it is Problem `unavailable`.
 */
export function openSnapshots(blobs: ReadBlobs, now: () => number): Snapshots {
  return {
    current: followPointer<Snapshot>(blobs, POINTER, now, (bytes, known) => {
      const pointer = decodePointer(bytes);
      const same = known?.name === pointer.snapshot && known.publishedAt === pointer.published_at;
      return same ? known : openSnapshot(blobs, pointer.snapshot, pointer.published_at);
    }),
  };
}

/** Opens one snapshot by name, whether or not it is current. */
export async function openSnapshot(blobs: ReadBlobs, name: string, publishedAt: number): Promise<Snapshot> {
  const file = manifestName(name);
  const manifest = undamaged(file, await required(blobs, file), decodeManifest);
  const findSeries = openDirectory(blobs, manifest.series);
  const findContext = openDirectory(blobs, manifest.contexts);
  const catalogs = new Map<string, Promise<JsonObject>>();
  const contexts = new Map<string, Promise<SeriesContext>>();

  async function readBlock<T>(place: Place, decode: (bytes: Uint8Array<ArrayBuffer>) => T): Promise<T> {
    const name = segmentName(place.segment);
    return undamaged(name, await required(blobs, name, place), decode);
  }

  async function readSeries(id: string): Promise<SeriesRecord | undefined> {
    const place = await findSeries(id);
    return place && await readBlock(place, decodeSeries);
  }

  /** Parsed context block; an absent one is `missing`. */
  async function readContext<T>(key: string, missing: T): Promise<T> {
    const place = await findContext(key);
    return place ? await readBlock(place, decodeJson<T>) : missing;
  }

  async function joinContext({ catalogId, datasetId, distributionId }: SeriesRecord): Promise<SeriesContext> {
    const catalogKey = contextKey(catalogId);
    // Together, so that one that fails is not left alone while the other is waited for.
    const [catalog, below] = await Promise.all([
      kept(catalogs, catalogKey, () => readContext<JsonObject>(catalogKey, {})),
      readContext<DistributionContext>(contextKey(catalogId, datasetId, distributionId), {
        dataset: {},
        distribution: {},
      }),
    ]);
    return { catalog, ...below };
  }

  return {
    name,
    publishedAt,
    catalogs: manifest.catalogs,
    percentageUnits: new Set(manifest.percentage_units),
    series: (ids) => Promise.all(ids.map(readSeries)),
    context: (record) =>
      kept(
        contexts,
        contextKey(record.catalogId, record.datasetId, record.distributionId),
        () => joinContext(record),
      ),
  };
}

/** What was read before, or is read now; a failure is not kept, and the oldest makes place. */
function kept<T>(cache: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  const reading = read();
  cache.set(key, reading);
  reading.catch(() => cache.delete(key));
  if (cache.size > CONTEXTS_KEPT) cache.delete(cache.keys().next().value!);
  return reading;
}

/** Look-up in a directory; its shards are read when first needed and kept. */
function openDirectory(blobs: ReadBlobs, root: DirectoryRoot): (key: string) => Promise<Place | undefined> {
  const shards = new Map<number, Map<string, Place>>();
  return async (key) => {
    const number = shardOf(key, root.shards.length);
    let shard = shards.get(number);
    if (!shard) {
      const name = shardName(root.shards[number]!);
      shard = undamaged(name, await required(blobs, name), decodeShard);
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
