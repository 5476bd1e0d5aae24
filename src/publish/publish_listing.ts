// Publishes the listings of the network beside the snapshot: nodes, distributions, and catalogs as they were last
// read. They have a pointer of their own, because operators change them without a harvest (FORMAT.md).

import type { InventoryStore } from "../core/canonical_store.ts";
import { distributionRows, type ListedNetwork } from "../core/listing.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import { encodeJson } from "../store/segments/format.ts";
import {
  catalogTextName,
  decodeListingPointer,
  decodeListingRoot,
  encodeListingRoot,
  encodeRows,
  LISTING_FORMAT,
  LISTING_POINTER,
  listingName,
  type ListingPointer,
} from "../store/segments/listing_format.ts";
import { mapAtOnce } from "./at_once.ts";

/** Listings whose files stay, the current one included. */
const LISTINGS_KEPT = 3;

export type PublishListing = {
  readonly store: Pick<InventoryStore, "catalogEntities" | "wholeContext" | "catalogText">;
  readonly network: ListedNetwork;
  readonly blobs: WriteBlobs;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Epoch ms. */
  readonly now: () => number;
};

export type ListingReport = { readonly listing: string; readonly switched: boolean };

/**
 * Brings the published listings up to the store.
 * Errors: any failure leaves their pointer where it was.
 */
export async function publishListing(
  { store, network, blobs, sha256, now }: PublishListing,
): Promise<ListingReport> {
  const write = async (bytes: Uint8Array, nameOf: (hash: string) => string) => {
    const hash = sha256(bytes);
    if (!await blobs.exists(nameOf(hash))) await blobs.write(nameOf(hash), bytes);
    return hash;
  };
  const catalogs = await mapAtOnce(await store.catalogEntities(), async ({ id }) => {
    const rows = distributionRows(id, await store.wholeContext(id));
    const text = await store.catalogText(id);
    return { id, rows, text: text && await write(text, catalogTextName) };
  });
  const texts = catalogs.flatMap(({ id, text }) =>
    text === undefined ? [] : [[id, text] as [string, string]]
  );
  const distributions = await write(encodeRows(catalogs.flatMap(({ rows }) => rows)), listingName);
  const listing = await write(encodeListingRoot({ network, distributions, texts }), listingName);
  const pointer = await readPointer(blobs);
  const switched = pointer?.listing !== listing;
  const older = (pointer?.kept ?? []).filter((name) => name !== listing);
  const kept = [listing, ...older].slice(0, LISTINGS_KEPT);
  if (switched) {
    const next: ListingPointer = { format: LISTING_FORMAT, listing, published_at: now(), kept };
    await blobs.write(LISTING_POINTER, encodeJson(next));
  }
  await removeOthers(blobs, kept);
  return { listing, switched };
}

async function readPointer(blobs: WriteBlobs): Promise<ListingPointer | undefined> {
  const bytes = await blobs.read(LISTING_POINTER);
  if (!bytes) return undefined;
  try {
    return decodeListingPointer(bytes);
  } catch {
    // Another format, or no pointer at all, is published over from nothing.
    return undefined;
  }
}

/** Removes what no kept listing names, and pointers that a write that was cut off left beside. */
async function removeOthers(blobs: WriteBlobs, kept: readonly string[]): Promise<void> {
  const named = new Set<string>();
  for (const hash of kept) {
    const bytes = await blobs.read(listingName(hash));
    if (!bytes) continue;
    const { distributions, texts } = decodeListingRoot(bytes);
    for (const one of [hash, distributions]) named.add(listingName(one));
    for (const [, text] of texts) named.add(catalogTextName(text));
  }
  for (const name of await blobs.list("listing")) if (!named.has(name)) await blobs.remove(name);
  for (const name of await blobs.list("")) {
    if (name.startsWith(`${LISTING_POINTER}.`)) await blobs.remove(name);
  }
}
