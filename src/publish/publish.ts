// Publishes the store: segments of what changed, directory, manifest, and the pointer last. What is published
// depends on the data alone, so step by step and all at once end in the same snapshot name (FORMAT.md).

import type { PublishStore } from "../core/canonical_store.ts";
import type { DistributionKey } from "../core/catalog.ts";
import { Problem } from "../core/problem.ts";
import type { CatalogSummary } from "../core/snapshot.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import {
  contextKey,
  decodeManifest,
  decodePointer,
  decodeShard,
  type DirectoryRoot,
  type DistributionContext,
  encodeJson,
  encodeSeries,
  encodeShard,
  FORMAT,
  type Manifest,
  manifestName,
  packSegments,
  type Place,
  POINTER,
  type Pointer,
  segmentName,
  shardCount,
  shardName,
  shardOf,
} from "../store/segments/format.ts";
import { mapAtOnce } from "./at_once.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { readSearchSettings, writeSearch } from "./publish_search.ts";

/** Snapshots whose files stay, the current one included: readers finish on the one they began with. */
const SNAPSHOTS_KEPT = 3;

export type Publish = {
  readonly store: PublishStore;
  readonly blobs: WriteBlobs;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Writes everything anew instead of what changed. */
  readonly full?: boolean;
  /** The publish before did not end well: what it left is removed though nothing changed. */
  readonly afterFault?: boolean;
  readonly onProgress?: (done: number, distributions: number) => void;
  /** Told of a new snapshot that is written whole, before readers are sent to it. */
  readonly beforeSwitch?: (snapshot: string) => Promise<void>;
};

export type PublishReport = {
  readonly snapshot: string;
  /** Whether the pointer moved. */
  readonly switched: boolean;
  /** Distributions whose segments were written. */
  readonly distributions: number;
  readonly series: number;
  readonly filesWritten: number;
  readonly bytesWritten: number;
  readonly filesRemoved: number;
};

type Written = { files: number; bytes: number };

/** What of a manifest operators decide. */
type Settings = Pick<Manifest, "percentage_units"> & { search: Omit<Manifest["search"], "files"> };

/**
 * Brings the published snapshot up to the store.
 * Errors: any failure leaves the pointer where it was; the next publish begins where the last good one ended.
 */
export async function publish(context: Publish): Promise<PublishReport> {
  const { store, blobs, sha256, now } = context;
  const pointer = await readPointer(blobs);
  const base = context.full ? undefined : await baseOf(context, pointer);
  const changes = await store.changes(base?.position ?? 0);
  const percentageUnits = await store.percentageUnits();
  const searchSettings = await readSearchSettings(store);
  const written: Written = { files: 0, bytes: 0 };

  const settingsOf = ({ percentage_units, search }: Settings) => {
    const { analysis, synonyms, catalog_aliases, boosts, min_score } = search;
    return JSON.stringify([percentage_units, analysis, synonyms, catalog_aliases, boosts, min_score]);
  };
  const settingsChanged = base && settingsOf(base.manifest) !==
      settingsOf({ percentage_units: percentageUnits, search: searchSettings });
  if (base && changes.distributions.length === 0 && changes.catalogs.length === 0 && !settingsChanged) {
    if (changes.position !== base.position) {
      await store.savePublication({ snapshot: pointer!.snapshot, position: changes.position });
    }
    const removed = context.afterFault ? await collectGarbage(blobs, pointer!.kept) : 0;
    return report(pointer!.snapshot, false, 0, base.manifest.series.count, written, removed);
  }

  const writer = { blobs, sha256, written };
  const series = new Map<string, Place>();
  const contexts = new Map<string, Place | undefined>();
  let distributions = 0, done = 0;
  await mapAtOnce(changes.distributions, async (key) => {
    if (await writeDistribution(writer, store, key, series) > 0) distributions++;
    // Its series moved elsewhere.
    else contexts.set(contextKeyOf(key), undefined);
    context.onProgress?.(++done, changes.distributions.length);
  });
  await mapAtOnce(changes.catalogs, (catalogId) => writeContexts(writer, store, catalogId, contexts));

  const touched = new Set([...changes.catalogs, ...changes.distributions.map(({ catalogId }) => catalogId)]);
  const kept = (base?.manifest.catalogs ?? []).filter(({ id }) => !touched.has(id));
  const summaries = await readSummaries(store, touched);
  for (const [id, summary] of summaries) if (!summary) contexts.set(contextKey(named(id)), undefined);
  const manifest: Manifest = {
    format: FORMAT,
    series: await writeDirectory(writer, base?.manifest.series, series),
    contexts: await writeDirectory(writer, base?.manifest.contexts, contexts),
    catalogs: [...kept, ...[...summaries.values()].filter((summary) => summary !== undefined)]
      .sort((a, b) => a.id < b.id ? -1 : 1),
    percentage_units: percentageUnits,
    search: await writeSearch(
      { store, sha256, write: (name, bytes) => write(writer, name, bytes) },
      base?.manifest.search,
      searchSettings,
      touched,
    ),
  };
  const bytes = encodeJson(manifest);
  const snapshot = sha256(bytes);
  await write(writer, manifestName(snapshot), bytes);
  const switched = pointer?.snapshot !== snapshot;
  const older = (pointer?.kept ?? []).filter((name) => name !== snapshot);
  const snapshots = [snapshot, ...older].slice(0, SNAPSHOTS_KEPT);
  if (switched) {
    await context.beforeSwitch?.(snapshot);
    const next: Pointer = { format: FORMAT, snapshot, published_at: now(), kept: snapshots };
    await blobs.write(POINTER, encodeJson(next));
  }
  await store.savePublication({ snapshot, position: changes.position });
  const removed = await collectGarbage(blobs, snapshots);
  return report(snapshot, switched, distributions, manifest.series.count, written, removed);
}

function report(
  snapshot: string,
  switched: boolean,
  distributions: number,
  series: number,
  written: Written,
  filesRemoved: number,
): PublishReport {
  return {
    snapshot,
    switched,
    distributions,
    series,
    filesWritten: written.files,
    bytesWritten: written.bytes,
    filesRemoved,
  };
}

async function readPointer(blobs: WriteBlobs): Promise<Pointer | undefined> {
  const bytes = await blobs.read(POINTER);
  if (!bytes) return undefined;
  try {
    return decodePointer(bytes);
  } catch {
    // Another format, or no pointer at all, is published over from nothing.
    return undefined;
  }
}

/** The published snapshot that only changes need to be added to, when the store knows it. */
async function baseOf(
  { store, blobs }: Publish,
  pointer: Pointer | undefined,
): Promise<{ manifest: Manifest; position: number } | undefined> {
  const publication = await store.publication();
  if (!pointer || publication?.snapshot !== pointer.snapshot) return undefined;
  const bytes = await blobs.read(manifestName(pointer.snapshot));
  const manifest = bytes && decodeManifest(bytes);
  // One from before there was a search is published over from nothing.
  return manifest?.search && { manifest, position: publication.position };
}

type Writer = {
  readonly blobs: WriteBlobs;
  readonly sha256: (bytes: Uint8Array) => string;
  readonly written: Written;
};

async function write({ blobs, written }: Writer, name: string, bytes: Uint8Array): Promise<void> {
  if (await blobs.exists(name)) return;
  await blobs.write(name, bytes);
  written.files++;
  written.bytes += bytes.length;
}

/** An identifier as readers see it: null where the publisher gave none. */
const named = (id: string) => id === "" ? null : id;

const contextKeyOf = ({ catalogId, datasetId, distributionId }: DistributionKey) =>
  contextKey(named(catalogId), named(datasetId), named(distributionId));

/** Answers the number of series. */
async function writeDistribution(
  writer: Writer,
  store: PublishStore,
  key: DistributionKey,
  places: Map<string, Place>,
): Promise<number> {
  const series = await store.publishableSeries(key);
  const blocks = series.map(({ id, observations, enriched, field }) =>
    [
      id,
      encodeSeries({
        id,
        observations,
        field,
        enriched,
        catalogId: named(key.catalogId),
        datasetId: named(key.datasetId),
        distributionId: named(key.distributionId),
      }),
    ] as const
  );
  await writeSegments(writer, blocks, places);
  return series.length;
}

async function writeSegments(
  writer: Writer,
  blocks: Iterable<readonly [string, Uint8Array]>,
  places: Map<string, Place | undefined>,
): Promise<void> {
  const packed = packSegments(blocks, writer.sha256);
  await Promise.all(packed.segments.map(({ name, bytes }) => write(writer, segmentName(name), bytes)));
  for (const [key, place] of packed.places) places.set(key, place);
}

async function writeContexts(
  writer: Writer,
  store: PublishStore,
  catalogId: string,
  places: Map<string, Place | undefined>,
): Promise<void> {
  const { catalog, distributions } = await store.publishableContext(catalogId);
  const blocks: [string, Uint8Array][] = [[contextKey(named(catalogId)), encodeJson(catalog)]];
  for (const { datasetId, distributionId, dataset, themes, distribution, enriched } of distributions) {
    const context: DistributionContext = {
      dataset: themes === null ? dataset : { ...dataset, theme: [...themes] },
      distribution: { ...distribution, ...enriched },
    };
    blocks.push([contextKeyOf({ catalogId, datasetId, distributionId }), encodeJson(context)]);
  }
  await writeSegments(writer, blocks, places);
}

/**
 * Puts places into a directory and takes out keys without one: only the shards they fall in are written, unless
 * the number of shards becomes another.
 */
async function writeDirectory(
  writer: Writer,
  base: DirectoryRoot | undefined,
  places: ReadonlyMap<string, Place | undefined>,
): Promise<DirectoryRoot> {
  const before = base?.shards ?? [];
  const readShard = async (hash: string) => {
    const bytes = await writer.blobs.read(shardName(hash));
    if (!bytes) {
      throw new Problem("unavailable", `Cannot read shard "${hash}" of the published snapshot: no such file`);
    }
    return decodeShard(bytes);
  };
  let shards = new Map<number, Map<string, Place>>();
  let count = base?.count ?? 0;
  for (const [key, place] of places) {
    const number = shardOf(key, before.length || 1);
    let shard = shards.get(number);
    if (!shard) {
      shards.set(number, shard = before.length === 0 ? new Map() : await readShard(before[number]!));
    }
    count -= shard.size;
    if (place) shard.set(key, place);
    else shard.delete(key);
    count += shard.size;
  }

  const size = shardCount(count);
  if (size !== before.length) {
    for (const [number, hash] of before.entries()) {
      if (!shards.has(number)) shards.set(number, await readShard(hash));
    }
    shards = dealOut(shards.values(), size);
  }
  const hashes = before.slice(0, size);
  await Promise.all([...shards].map(async ([number, shard]) => {
    const bytes = encodeShard(shard);
    hashes[number] = writer.sha256(bytes);
    await write(writer, shardName(hashes[number]), bytes);
  }));
  return { count, shards: hashes };
}

/** The entries of all shards over another number of them. */
function dealOut(shards: Iterable<Map<string, Place>>, size: number): Map<number, Map<string, Place>> {
  const dealt = new Map(Array.from({ length: size }, (_, number) => [number, new Map<string, Place>()]));
  for (const shard of shards) {
    for (const [key, place] of shard) dealt.get(shardOf(key, size))!.set(key, place);
  }
  return dealt;
}

/** Summaries of catalogs; undefined where no series is left. */
async function readSummaries(
  store: PublishStore,
  catalogIds: Iterable<string>,
): Promise<Map<string, CatalogSummary | undefined>> {
  return new Map(await mapAtOnce(catalogIds, async (id) => [id, await store.catalogSummary(id)] as const));
}
