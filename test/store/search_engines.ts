// Every engine of the search over documents given by hand, published as a snapshot's search files are.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Popularity } from "../../src/core/hits.ts";
import type { Search, SearchDocument, Searches, SearchQuery, SearchSettings } from "../../src/core/search.ts";
import { readSynonyms } from "../../src/core/synonyms.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import type { WriteBlobs } from "../../src/store/segments/blobs.ts";
import {
  encodeJson,
  FORMAT,
  type Manifest,
  manifestName,
  searchName,
} from "../../src/store/segments/format.ts";
import { popularityOf } from "../../src/store/segments/popularities.ts";
import { decodePopularity, encodePopularity } from "../../src/store/segments/popularity_format.ts";
import { openSearches, searchIndexReader } from "../../src/store/segments/search_index.ts";
import { encodeSearchPart } from "../../src/store/segments/search_part.ts";
import { sqliteSearches } from "../../src/store/sqlite/search.ts";
import { sha256 } from "./example_catalog.ts";

export const newFolder = () => mkdtempSync(path.join(tmpdir(), "caudal-search-"));

type Dataset = SearchDocument["dataset"];

/** Hits in 90 days of documents that were given any. */
const hitsOf = new WeakMap<SearchDocument, number>();

/** A series with as little said as possible; its hits are not in it, but in the popularity of those it is among. */
export function document(
  id: string,
  { dataset, hits90Days = 0, ...over }: Partial<Omit<SearchDocument, "id" | "dataset">> & {
    dataset?: Partial<Dataset>;
    hits90Days?: number;
  } = {},
): SearchDocument {
  const made: SearchDocument = {
    id,
    title: `t_${id}`,
    description: null,
    units: null,
    frequency: "R/P1M",
    start: "2020-01-01",
    end: "2020-12-01",
    catalogId: "c",
    ...over,
    dataset: { title: null, description: null, source: null, publisherName: null, theme: null, ...dataset },
  };
  if (hits90Days > 0) hitsOf.set(made, hits90Days);
  return made;
}

/** The popularity of documents; only those that were ever asked for are in it. */
export function popularityOfDocuments(documents: readonly SearchDocument[]): Popularity {
  const series = documents.filter((one) => hitsOf.has(one)).map((one) => {
    const days90 = hitsOf.get(one)!;
    return { seriesId: one.id, hits: { total: days90 + 7, days30: 0, days90, days180: days90 + 1 } };
  });
  const bytes = encodePopularity(series);
  return popularityOf(sha256(bytes), 0, decodePopularity(bytes));
}

/** A query of everything, or of a text. */
export const query = (over: Partial<SearchQuery> = {}): SearchQuery => ({
  filters: {},
  sortBy: "relevance",
  descending: true,
  start: 0,
  limit: 10,
  facets: false,
  minScore: 5,
  ...over,
});

/** Publishes documents; answers the name of the snapshot. */
export async function publishDocuments(
  blobs: WriteBlobs,
  documents: readonly SearchDocument[],
  { synonyms = [], catalogAliases = {}, boosts, minScore }: Partial<SearchSettings> = {},
): Promise<string> {
  const files: Record<string, string> = {};
  for (const [catalogId, own] of Map.groupBy(documents, ({ catalogId }) => catalogId ?? "")) {
    const bytes = encodeSearchPart(own, readSynonyms(synonyms));
    files[catalogId] = sha256(bytes);
    await blobs.write(searchName(files[catalogId]), bytes);
  }
  const empty = { count: 0, shards: [] };
  const manifest: Manifest = {
    format: FORMAT,
    series: empty,
    contexts: empty,
    catalogs: [],
    percentage_units: [],
    search: {
      analysis: 1,
      synonyms,
      catalog_aliases: catalogAliases,
      ...(boosts && { boosts }),
      ...(minScore !== undefined && { min_score: minScore }),
      files,
    },
  };
  const bytes = encodeJson(manifest);
  await blobs.write(manifestName(sha256(bytes)), bytes);
  return sha256(bytes);
}

/** An engine over published files. */
export type OpenedSearches = { readonly searches: Searches; close(): void | Promise<void> };

export const ENGINES: readonly { readonly name: string; open(blobs: WriteBlobs): OpenedSearches }[] = [
  { name: "segments", open: (blobs) => ({ searches: openSearches(blobs), close() {} }) },
  {
    name: "SQLite",
    open(blobs) {
      const folder = newFolder();
      const searches = sqliteSearches(folder, searchIndexReader(blobs));
      return {
        searches,
        close() {
          searches.close();
          rmSync(folder, { recursive: true });
        },
      };
    },
  },
];

/** The search over documents and their popularity, on one engine. */
export async function openSearch(
  { open }: (typeof ENGINES)[number],
  documents: readonly SearchDocument[],
  settings: Partial<SearchSettings> = {},
): Promise<{ search: Search; close: OpenedSearches["close"] }> {
  const blobs = memoryBlobs();
  const snapshot = await publishDocuments(blobs, documents, settings);
  const { searches, close } = open(blobs);
  const popularity = popularityOfDocuments(documents);
  const search = await searches.of(snapshot);
  return { search: { ...search, find: (query, other = popularity) => search.find(query, other) }, close };
}
