// Where published files are, by the form of SNAPSHOT_URL: a folder, an S3-compatible bucket, or an HTTP origin,
// which is only read.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "./core/problem.ts";
import { folderBlobs } from "./store/folder/blobs.ts";
import { httpBlobs } from "./store/http/blobs.ts";
import { s3Blobs } from "./store/s3/blobs.ts";
import type { S3Access } from "./store/s3/bucket.ts";
import type { PieceBlobs, ReadBlobs, WriteBlobs } from "./store/segments/blobs.ts";

export type PublishedPlace = {
  /** Folder of the embedded store. */
  readonly dataDir: string;
  /** Folder, `s3://bucket/prefix` or HTTP address of published files; a folder inside `dataDir` unless told. */
  readonly snapshotUrl?: string | undefined;
  /** Who may use the bucket; with `s3://` alone. */
  readonly s3?: S3Access | undefined;
};

export const isHttpOrigin = (url: string | undefined): url is string => /^https?:\/\//i.test(url ?? "");

/**
 * Where they are written.
 * Errors: Problem `invalid` for a place that is only read.
 */
export function openBlobs(place: PublishedPlace, keepBytes = 0): WriteBlobs & PieceBlobs {
  const { dataDir, snapshotUrl, s3 } = place;
  if (snapshotUrl === undefined) return folderBlobs(path.join(dataDir, "snapshots"), keepBytes);
  if (isHttpOrigin(snapshotUrl)) {
    throw new Problem(
      "invalid",
      `${snapshotUrl} es un origen HTTP, que sólo se lee: para publicar, SNAPSHOT_URL debe ser una carpeta o ` +
        "s3://bucket/prefijo",
    );
  }
  if (/^s3:\/\//i.test(snapshotUrl)) {
    if (!s3) {
      throw new Problem("invalid", `${snapshotUrl} necesita S3_ENDPOINT, S3_ACCESS_KEY y S3_SECRET_KEY`);
    }
    return s3Blobs({ url: snapshotUrl, access: s3, fetch, now: Date.now, keepBytes });
  }
  return folderBlobs(/^file:\/\//i.test(snapshotUrl) ? fileURLToPath(snapshotUrl) : snapshotUrl, keepBytes);
}

/** Where they are read. `keepBytes` of them may stay in memory. */
export function openPublishedBlobs(place: PublishedPlace, keepBytes = 0): ReadBlobs & PieceBlobs {
  return isHttpOrigin(place.snapshotUrl)
    ? httpBlobs({ url: place.snapshotUrl, fetch, keepBytes })
    : openBlobs(place, keepBytes);
}
