// Published files through a cache of the platform, which all isolates of a place share: a new one begins without
// asking the origin, and the last pointer that led somewhere leads on where none does.

import { isPointer, isSame } from "../../core/published_files.ts";
import type { LastPointers, PieceBlobs, ReadBlobs } from "../segments/blobs.ts";
import { partOf } from "./kept_files.ts";

/** The part of the web's `Cache` that is used. */
export type FileCache = {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
};

export type CachedPlace = {
  /** May fail or be missing: everything is read from the place then. */
  readonly cache: FileCache;
  /** What tells this place's files from those of others: part of their addresses in the cache. */
  readonly place: string;
};

/** Files with a folder never change: their names hold the hash of their content. */
const FOREVER = "public, max-age=31536000, immutable";

/** How long a pointer may stand in for one that cannot be followed. */
const POINTER_KEPT = "public, max-age=86400";

/** One that does not change is written again after this, before its time ends. */
const POINTER_RENEWED_MS = 3_600_000;

const LEFT_ALONE_MS = 10_000;

/**
 * Reads `blobs` through a cache. A part of a file brings the whole, which other parts are then cut from; large
 * files, which are read in pieces, pass by.
 */
export function cachedBlobs(
  blobs: ReadBlobs & PieceBlobs,
  { cache, place }: CachedPlace,
): ReadBlobs & PieceBlobs {
  const urlOf = (name: string) => `https://caudal.invalid/${encodeURIComponent(place)}/${name}`;

  /** A platform without a cache, or one that is ill, is left alone for a while: as if it were empty. */
  let illSince = -Infinity;
  const isWell = () => Date.now() - illSince >= LEFT_ALONE_MS;

  async function kept(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!isWell()) return undefined;
    try {
      const found = await cache.match(urlOf(name));
      return found && new Uint8Array(await found.arrayBuffer());
    } catch {
      illSince = Date.now();
      return undefined;
    }
  }

  /** Of each name the write that is under way: a pointer that was read later is there later. */
  const writing = new Map<string, Promise<void>>();

  /** Of each pointer what was written last. */
  const written = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();

  function keep(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (!isWell()) return;
    const headers = {
      "cache-control": isPointer(name) ? POINTER_KEPT : FOREVER,
      "content-length": String(bytes.length),
    };
    // A copy: what is handed on may be cut and read while this is written.
    const response = new Response(bytes.slice(), { headers });
    const put: Promise<void> = (writing.get(name) ?? Promise.resolve())
      .then(() => cache.put(urlOf(name), response)).catch(() => void written.delete(name))
      .finally(() => writing.get(name) === put && writing.delete(name));
    writing.set(name, put);
    blobs.outlive?.(put);
  }

  const lastPointers: LastPointers = {
    keep(name, bytes) {
      if (!isWell()) return;
      const before = written.get(name);
      const isOld = !before || Date.now() - before.at >= POINTER_RENEWED_MS;
      if (!isOld && isSame(before.bytes, bytes)) return;
      written.set(name, { bytes, at: Date.now() });
      keep(name, bytes);
    },
    find: kept,
  };

  return {
    ...blobs,
    lastPointers,
    async read(name, range) {
      if (isPointer(name)) return await blobs.read(name, range);
      let bytes = await kept(name);
      if (!bytes) {
        // A whole file is worth its way where it is kept.
        if (!isWell()) return await blobs.read(name, range);
        bytes = await blobs.read(name);
        if (!bytes) return undefined;
        keep(name, bytes);
      }
      return range ? partOf(bytes, range) : bytes;
    },
  };
}
