// The snapshot's own search: the search files of its catalogs joined into one index in memory. It runs wherever
// the blobs can be read; files that the next snapshot has too are not read again.

import { Problem } from "../../core/problem.ts";
import type { Search, Searches, SearchSettings } from "../../core/search.ts";
import { DEFAULT_BOOSTS } from "../../core/search_boosts.ts";
import { frequencyCode, type SearchIndex } from "../../core/search_index.ts";
import { searchOver } from "../../core/search_rank.ts";
import type { SearchSource } from "../../core/search_source.ts";
import { isSynonymKey, readSynonyms } from "../../core/synonyms.ts";
import type { ReadBlobs } from "./blobs.ts";
import { decodeManifest, manifestName, searchName, type SearchRoot } from "./format.ts";
import { decodeSearchPart, endsOf, lastAtMost, type SearchPart } from "./search_part.ts";

/** Opens snapshots' own searches; the last one stays in memory. */
export function openSearches(blobs: ReadBlobs): Searches {
  const read = searchIndexReader(blobs);
  let last: { readonly snapshot: string; readonly search: Promise<Search> } | undefined;
  return {
    of(snapshot) {
      if (last?.snapshot !== snapshot) {
        const search = read(snapshot).then(searchOver);
        const opened = last = { snapshot, search };
        search.catch(() => {
          if (last === opened) last = undefined;
        });
      }
      return last.search;
    },
  };
}

/**
 * Reads the index of a snapshot by its name; files of the one read before are taken over.
 * Errors: Problem `unavailable` where a file is missing or no search file.
 */
export function searchIndexReader(blobs: ReadBlobs): (snapshot: string) => Promise<SearchIndex> {
  let known = new Map<string, SearchPart>();
  return async (snapshot) => {
    const search = await searchRoot(blobs, snapshot);
    const files = Object.values(search.files);
    const before = known;
    const parts = await Promise.all(
      files.map(async (hash) =>
        before.get(hash) ?? decodeSearchPart(await required(blobs, searchName(hash)))
      ),
    );
    known = new Map(files.map((hash, i) => [hash, parts[i]!]));
    return joinParts(parts, search);
  };
}

/**
 * Reads what a snapshot holds for the search, one catalog in memory at a time.
 * Errors: Problem `unavailable` where a file is missing or no search file.
 */
export function searchSourceReader(blobs: ReadBlobs): (snapshot: string) => Promise<SearchSource> {
  return async (snapshot) => {
    const root = await searchRoot(blobs, snapshot);
    const hashes = Object.values(root.files);
    return {
      files: hashes.toSorted(),
      settings: settingsOf(root),
      async *catalogs() {
        for (const hash of hashes) {
          const part = decodeSearchPart(await required(blobs, searchName(hash)));
          yield part.ids.map((_, n) => part.document(n));
        }
      },
    };
  };
}

async function searchRoot(blobs: ReadBlobs, snapshot: string): Promise<SearchRoot> {
  const { search } = decodeManifest(await required(blobs, manifestName(snapshot)));
  if (search) return search;
  throw new Problem("unavailable", `Cannot search snapshot "${snapshot}": it has no search files`);
}

function settingsOf({ synonyms, catalog_aliases, boosts, min_score }: SearchRoot): SearchSettings {
  return {
    synonyms,
    catalogAliases: catalog_aliases,
    boosts: boosts ?? DEFAULT_BOOSTS,
    minScore: min_score,
  };
}

async function required(blobs: ReadBlobs, name: string): Promise<Uint8Array> {
  const bytes = await blobs.read(name);
  if (!bytes) {
    throw new Problem("unavailable", `Cannot read "${name}" of the published snapshot: no such file`);
  }
  return bytes;
}

/** The catalogs as one index: series and datasets are numbered on from part to part. */
function joinParts(parts: readonly SearchPart[], root: SearchRoot): SearchIndex {
  const firstSeries = endsOf(parts.map(({ ids }) => ids.length));
  const firstDataset = endsOf(parts.map(({ datasets }) => datasets.length));
  const ids = parts.flatMap(({ ids }) => ids);
  const size = firstSeries.at(-1)!, datasets = firstDataset.at(-1)!;
  const columns = {
    rank: ranks(ids),
    dataset: new Uint32Array(size),
    frequency: new Uint8Array(size),
    units: new Uint32Array(size),
    theme: new Uint32Array(datasets),
    publisher: new Uint32Array(datasets),
    source: new Uint32Array(datasets),
    catalog: new Uint32Array(datasets),
    lengths: [
      new Uint32Array(size),
      new Uint32Array(datasets),
      new Uint32Array(datasets),
      new Uint32Array(datasets),
    ],
  } as const;
  const units = labelCodes(), themes = labelCodes(), publishers = labelCodes(), sources = labelCodes();
  const catalogs = labelCodes();
  parts.forEach((part, i) => {
    const ofSeries = firstSeries[i]!, ofDatasets = firstDataset[i]!;
    part.units.forEach((label, n) => columns.units[ofSeries + n] = units.codeOf(label));
    part.frequencies.forEach((iso, n) => columns.frequency[ofSeries + n] = frequencyCode(iso));
    part.lengths.forEach((lengths, field) =>
      columns.lengths[field]!.set(lengths, field === 0 ? ofSeries : ofDatasets)
    );
    part.datasets.forEach(({ theme, publisherName, source }, n) => {
      const at = ofDatasets + n;
      columns.theme[at] = themes.codeOf(theme);
      columns.publisher[at] = publishers.codeOf(publisherName);
      columns.source[at] = sources.codeOf(source);
      columns.catalog[at] = catalogs.codeOf(part.catalogId);
      columns.dataset.fill(at, ofSeries + part.firstSeries[n]!, ofSeries + part.firstSeries[n + 1]!);
    });
  });
  let vocabulary: readonly string[] | undefined;

  return {
    columns,
    labels: {
      dataset_theme: themes.labels,
      units: units.labels,
      dataset_publisher_name: publishers.labels,
      dataset_source: sources.labels,
      catalog_id: catalogs.labels,
    },
    settings: settingsOf(root),
    synonyms: readSynonyms(root.synonyms),

    has: (term) => parts.some((part) => part.has(term)),

    visit(field, term, visit) {
      const firsts = field === 0 ? firstSeries : firstDataset;
      parts.forEach((part, i) => part.visit(field, term, firsts[i]!, visit));
    },

    vocabulary: () =>
      vocabulary ??= [...new Set(parts.flatMap(({ terms }) => terms.filter((term) => !isSynonymKey(term))))],

    document(n) {
      const part = lastAtMost(firstSeries, n);
      return parts[part]!.document(n - firstSeries[part]!);
    },

    ids: () => ids,
  };
}

/** Place of each id when they are sorted. */
function ranks(ids: readonly string[]): Uint32Array {
  const order = Array.from(ids, (_, n) => n).sort((a, b) => ids[a]! < ids[b]! ? -1 : 1);
  const rank = new Uint32Array(ids.length);
  order.forEach((n, place) => rank[n] = place);
  return rank;
}

/** Numbers labels as they come, from 1; a text that is absent or empty is none. */
function labelCodes(): { readonly labels: string[]; codeOf(label: string | null): number } {
  const codes = new Map<string, number>();
  const labels: string[] = [];
  return {
    labels,
    codeOf(label) {
      if (label === null || label === "") return 0;
      let code = codes.get(label);
      if (code === undefined) codes.set(label, code = labels.push(label));
      return code;
    },
  };
}
