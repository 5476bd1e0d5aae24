// Reads the published listings: follows their pointer, and reads what the root names when it is asked for. Nothing
// of that is kept: answers made of it are.

import type { Listing, Listings } from "../../core/listing.ts";
import { Problem } from "../../core/problem.ts";
import type { ReadBlobs } from "./blobs.ts";
import { followPointer } from "./follow_pointer.ts";
import {
  catalogTextName,
  decodeListingPointer,
  decodeListingRoot,
  decodeRows,
  LISTING_POINTER,
  listingName,
  type ListingRoot,
} from "./listing_format.ts";
import { undamaged } from "./undamaged.ts";

/**
 * Follows the listings of `blobs`.
 * Errors: Problem `unavailable` where what is published cannot be read.
 */
export function openListings(blobs: ReadBlobs, now: () => number): Listings {
  const current = followPointer<Listing>(blobs, LISTING_POINTER, now, async (bytes, known) => {
    const { listing, published_at } = decodeListingPointer(bytes);
    if (known?.name === listing && known.publishedAt === published_at) return known;
    const root = decodeListingRoot(await required(blobs, listingName(listing)));
    return { ...openListing(listing, root, blobs), publishedAt: published_at };
  });
  return { current };
}

function openListing(
  name: string,
  { network, distributions, texts }: ListingRoot,
  blobs: ReadBlobs,
): Listing {
  const textOf = new Map(texts);
  return {
    name,
    network,
    async distributions() {
      const file = listingName(distributions);
      return undamaged(file, await required(blobs, file), decodeRows);
    },
    async catalogText(catalogId) {
      const hash = textOf.get(catalogId);
      if (hash === undefined) return undefined;
      return { name: hash, bytes: await unzipped(await required(blobs, catalogTextName(hash))) };
    },
  };
}

async function required(blobs: ReadBlobs, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await blobs.read(name);
  if (!bytes) throw new Problem("unavailable", `Cannot read the published listings: no file "${name}"`);
  return bytes;
}

async function unzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
