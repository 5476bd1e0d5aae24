// Bytes of the published listings: their pointer, their root, and the files that the root names. FORMAT.md beside
// this file is the description; this is its encoding and decoding, nothing else.

import type { ListedNetwork } from "../../core/listing.ts";
import { decodeJson, encodeJson, requireFormat } from "./format.ts";

export const LISTING_FORMAT = 1;
export const LISTING_POINTER = "listing.json";

export const listingName = (hash: string) => `listing/${hash}.json`;
/** A catalog's text, gzipped; named by these bytes. */
export const catalogTextName = (hash: string) => `listing/${hash}.json.gz`;

/** `published_at` is absent in pointers of an earlier version. */
export type ListingPointer = { format: number; listing: string; published_at?: number; kept: string[] };

export type ListingRoot = {
  format: number;
  network: ListedNetwork;
  /** Hash of the rows of distributions. */
  distributions: string;
  /** Hash of the text of each catalog, by catalog. */
  texts: [catalog: string, hash: string][];
};

export function decodeListingPointer(bytes: Uint8Array): ListingPointer {
  const pointer = decodeJson<ListingPointer>(bytes);
  requireFormat(pointer.format, LISTING_FORMAT);
  return pointer;
}

export function decodeListingRoot(bytes: Uint8Array): ListingRoot {
  const root = decodeJson<ListingRoot>(bytes);
  requireFormat(root.format, LISTING_FORMAT);
  return root;
}

export const encodeListingRoot = (root: Omit<ListingRoot, "format">) =>
  encodeJson({ format: LISTING_FORMAT, ...root });

export const encodeRows = (rows: readonly (readonly string[])[]) => encodeJson(rows);
export const decodeRows = (bytes: Uint8Array) => decodeJson<string[][]>(bytes);
