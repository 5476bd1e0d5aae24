// Bytes of the published format: blocks, directory shards, manifest, pointer. FORMAT.md beside this file is the
// description; this is its encoding and decoding, nothing else.

import type { Enriched } from "../../core/enriched.ts";
import type { Frequency } from "../../core/frequency.ts";
import type { JsonObject } from "../../core/json.ts";
import { Problem } from "../../core/problem.ts";
import { LONGEST_ROW, putRows } from "../../core/row_text.ts";
import type { SearchBoosts } from "../../core/search_boosts.ts";
import type { CatalogSummary, SeriesContext, SeriesRecord } from "../../core/snapshot.ts";

export const FORMAT = 1;
export const POINTER = "current.json";
/** A segment is closed before it grows past this, in bytes. */
export const SEGMENT_BYTES = 256 * 1024;
const KEYS_PER_SHARD = 512;

export type Pointer = { format: number; snapshot: string; published_at: number; kept: string[] };

export type DirectoryRoot = { count: number; shards: string[] };

export type Manifest = {
  format: number;
  series: DirectoryRoot;
  contexts: DirectoryRoot;
  catalogs: CatalogSummary[];
  percentage_units: string[];
  search: SearchRoot;
};

export type SearchRoot = {
  /** How texts became words (ANALYSIS of core/search_text.ts). */
  analysis: number;
  /** Lists of equivalent terms. */
  synonyms: readonly string[];
  catalog_aliases: Readonly<Record<string, readonly string[]>>;
  /** Absent where they are DEFAULT_BOOSTS. */
  boosts?: SearchBoosts;
  /** Absent where readers decide. */
  min_score?: number;
  /** Search file of each catalog, by its id. */
  files: Record<string, string>;
};

/** Where a block is. */
export type Place = { readonly segment: string; readonly offset: number; readonly length: number };

type ShardText = { segments: string[]; entries: Record<string, [number, number, number]> };

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

export const manifestName = (hash: string) => `manifest/${hash}.json`;
export const shardName = (hash: string) => `directory/${hash}.json`;
export const searchName = (hash: string) => `search/${hash}.bin`;
export const segmentName = (hash: string) => `segment/${hash}.bin`;

/** Key of the metadata above a series. */
export function contextKey(
  catalog: string | null,
  dataset?: string | null,
  distribution?: string | null,
): string {
  return JSON.stringify(dataset === undefined ? [catalog] : [catalog, dataset, distribution]);
}

export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8.encode(JSON.stringify(value));
}

export function decodeJson<T>(bytes: Uint8Array): T {
  return JSON.parse(fromUtf8.decode(bytes));
}

export function decodePointer(bytes: Uint8Array): Pointer {
  const pointer = decodeJson<Pointer>(bytes);
  requireFormat(pointer.format);
  return pointer;
}

export function decodeManifest(bytes: Uint8Array): Manifest {
  const manifest = decodeJson<Manifest>(bytes);
  requireFormat(manifest.format);
  return manifest;
}

export function requireFormat(format: number, known = FORMAT): void {
  if (format !== known) {
    throw new Problem(
      "unavailable",
      `Cannot read snapshot of format ${format}: this program reads ${known}`,
    );
  }
}

/** Number of shards of a directory of `count` keys: a power of two. */
export function shardCount(count: number): number {
  let shards = 1;
  while (shards * KEYS_PER_SHARD < count) shards *= 2;
  return shards;
}

/** Shard of a key, by FNV-1a over its UTF-8 bytes. */
export function shardOf(key: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % shards;
}

export function encodeShard(entries: ReadonlyMap<string, Place>): Uint8Array<ArrayBuffer> {
  const segments: string[] = [];
  const numbers = new Map<string, number>();
  const keys = [...entries.keys()].sort((a, b) => a < b ? -1 : 1);
  const text = keys.map((key) => {
    const { segment, offset, length } = entries.get(key)!;
    let number = numbers.get(segment);
    if (number === undefined) {
      number = segments.push(segment) - 1;
      numbers.set(segment, number);
    }
    return `${JSON.stringify(key)}:[${number},${offset},${length}]`;
  });
  return utf8.encode(`{"segments":${JSON.stringify(segments)},"entries":{${text.join(",")}}}`);
}

export function decodeShard(bytes: Uint8Array): Map<string, Place> {
  const { segments, entries } = decodeJson<ShardText>(bytes);
  return new Map(
    Object.entries(entries).map(([key, [number, offset, length]]) => [
      key,
      { segment: segments[number]!, offset, length },
    ]),
  );
}

type SeriesHeader = {
  id: string;
  frequency: Frequency;
  start: number;
  count: number;
  workdays?: true;
  catalog: string | null;
  dataset: string | null;
  distribution: string | null;
  field: JsonObject;
  enriched: Enriched;
};

/** The multiple of 8 from which on doubles may stand. */
export const aligned = (length: number) => (length + 7) & ~7;

/** A series as its block, without the padding after it. */
export function encodeSeries(record: Omit<SeriesRecord, "rows">): Uint8Array<ArrayBuffer> {
  const { observations: o } = record;
  const header: SeriesHeader = {
    id: record.id,
    frequency: o.frequency,
    start: o.start,
    count: o.values.length,
    ...(o.workdays && { workdays: true }),
    catalog: record.catalogId,
    dataset: record.datasetId,
    distribution: record.distributionId,
    field: record.field,
    enriched: record.enriched,
  };
  const head = encodeJson(header);
  const valuesAt = aligned(4 + head.length), rowsAt = valuesAt + o.values.byteLength;
  const block = new Uint8Array(rowsAt + LONGEST_ROW * o.values.length);
  new DataView(block.buffer).setUint32(0, head.length, true);
  block.set(head, 4);
  block.set(new Uint8Array(o.values.buffer, o.values.byteOffset, o.values.byteLength), valuesAt);
  return block.subarray(0, putRows(block, rowsAt, o));
}

export function decodeSeries(block: Uint8Array<ArrayBuffer>): SeriesRecord {
  // A view on doubles must begin at a multiple of 8 of its buffer.
  const bytes = block.byteOffset % 8 === 0 ? block : block.slice();
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header: SeriesHeader = JSON.parse(fromUtf8.decode(bytes.subarray(4, 4 + headLength)));
  const valuesAt = aligned(4 + headLength);
  const textAt = valuesAt + 8 * header.count;
  return {
    id: header.id,
    observations: {
      frequency: header.frequency,
      start: header.start,
      values: new Float64Array(bytes.buffer, bytes.byteOffset + valuesAt, header.count),
      ...(header.workdays && { workdays: true }),
    },
    rows: bytes.subarray(textAt),
    field: header.field,
    enriched: header.enriched,
    catalogId: header.catalog,
    datasetId: header.dataset,
    distributionId: header.distribution,
  };
}

export type DistributionContext = Omit<SeriesContext, "catalog">;

/** Blocks packed into segments, with the place of each key; `hash` names a segment by its bytes. */
export function packSegments(
  blocks: Iterable<readonly [key: string, block: Uint8Array]>,
  hash: (bytes: Uint8Array) => string,
): { segments: { name: string; bytes: Uint8Array<ArrayBuffer> }[]; places: Map<string, Place> } {
  const segments: { name: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
  const places = new Map<string, Place>();
  let open: { key: string; block: Uint8Array; offset: number }[] = [];
  let size = 0;
  const close = () => {
    if (open.length === 0) return;
    const bytes = new Uint8Array(size);
    for (const { block, offset } of open) bytes.set(block, offset);
    const segment = hash(bytes);
    segments.push({ name: segment, bytes });
    for (const { key, block, offset } of open) places.set(key, { segment, offset, length: block.length });
    open = [];
    size = 0;
  };
  for (const [key, block] of blocks) {
    if (size > 0 && size + block.length > SEGMENT_BYTES) close();
    open.push({ key, block, offset: size });
    size += aligned(block.length);
  }
  close();
  return { segments, places };
}
