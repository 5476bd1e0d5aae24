// The search over an index, the same on every engine: what matches, in which order, which page of it, and how
// often each value occurs in all of it.

import type { Popularity } from "./hits.ts";
import {
  type Facet,
  FACETS,
  type FacetValue,
  type Search,
  SEARCH_LIMITS,
  type SearchAnswer,
  type SearchQuery,
  type SearchSettings,
} from "./search.ts";
import type { SearchColumns, SearchIndex } from "./search_index.ts";
import { scorer } from "./search_score.ts";

/** Column of a facet, and whether it is of datasets. */
const FACET_COLUMNS = {
  dataset_theme: { column: "theme", ofDataset: true },
  units: { column: "units", ofDataset: false },
  dataset_publisher_name: { column: "publisher", ofDataset: true },
  dataset_source: { column: "source", ofDataset: true },
  catalog_id: { column: "catalog", ofDataset: true },
} as const satisfies Record<Facet, { column: keyof SearchColumns; ofDataset: boolean }>;

/** The search over an index. It keeps scratch columns, so one is made for each index and used again. */
export function searchOver(index: SearchIndex): Search {
  const { columns, labels, settings } = index;
  const size = columns.rank.length;
  const score = scorer(index);
  const scratch = new Uint32Array(size);
  const hitsOf = hitsColumns(index);
  const facetOf = (facet: Facet, matches: Uint32Array) => countFacet(columns, labels[facet], facet, matches);
  return {
    find: (query, popularity) =>
      Promise.try((): SearchAnswer => {
        const scores = query.text === undefined ? undefined : score(query.text);
        const least = size < SEARCH_LIMITS.smallCollection ? 0 : settings.minScore ?? query.minScore;
        const matches = matching(index, query, scores, least, scratch);
        const hits = query.sortBy === "hits_90_days" && popularity ? hitsOf(popularity) : undefined;
        const page = pageOf(columns, query, matches, scores, hits);
        return {
          hits: Array.from(page, (n) => {
            const document = index.document(n);
            return {
              document,
              score: scores?.[n] ?? 0,
              hits90Days: popularity?.of(document.id).days90 ?? 0,
            };
          }),
          count: matches.length,
          ...(query.facets && {
            facets: Object.fromEntries(FACETS.map((facet) => [facet, facetOf(facet, matches)])) as Record<
              Facet,
              FacetValue[]
            >,
          }),
        };
      }),
    values: (facet) =>
      Promise.try(() =>
        facetOf(facet, Uint32Array.from({ length: size }, (_, n) => n)).map(({ label }) => label)
      ),
  };
}

/** Hits of every series by its number; those of the last popularity are kept. */
function hitsColumns(index: SearchIndex): (popularity: Popularity) => Float64Array {
  let last: { readonly name: string; readonly hits: Float64Array } | undefined;
  return (popularity) => {
    if (last?.name !== popularity.name) {
      const hits = Float64Array.from(index.ids(), (id) => popularity.of(id).days90);
      last = { name: popularity.name, hits };
    }
    return last.hits;
  };
}

/** Ids of catalogs and, where one is an alias, of those that it stands for. */
export function withAliased(
  ids: readonly string[],
  aliases: SearchSettings["catalogAliases"],
): readonly string[] {
  return ids.flatMap((id) => [id, ...Object.hasOwn(aliases, id) ? aliases[id]! : []]);
}

/** Series that have the words and pass the filters, by number, at the beginning of `matches`. */
function matching(
  { columns, labels, settings: { catalogAliases } }: SearchIndex,
  { filters }: SearchQuery,
  scores: Float64Array | undefined,
  least: number,
  matches: Uint32Array,
): Uint32Array {
  const { dataset } = columns;
  const passes = new Uint8Array(columns.catalog.length).fill(1);
  let units: Set<number> | undefined;
  for (const facet of FACETS) {
    const values = filters[facet];
    if (!values) continue;
    const wanted = new Set(facet === "catalog_id" ? withAliased(values, catalogAliases) : values);
    const codes = new Set(labels[facet].flatMap((label, i) => wanted.has(label) ? [i + 1] : []));
    const { column, ofDataset } = FACET_COLUMNS[facet];
    if (!ofDataset) units = codes;
    else columns[column].forEach((code, of) => codes.has(code) || (passes[of] = 0));
  }
  let count = 0;
  for (let n = 0; n < dataset.length; n++) {
    if (scores && !(scores[n]! > 0 && scores[n]! >= least)) continue;
    if (passes[dataset[n]!] === 0 || (units && !units.has(columns.units[n]!))) continue;
    matches[count++] = n;
  }
  return matches.subarray(0, count);
}

/** The page of the matches, in order. */
function pageOf(
  { rank, frequency }: SearchColumns,
  { sortBy, descending, start, limit }: SearchQuery,
  matches: Uint32Array,
  scores: Float64Array | undefined,
  hits: Float64Array | undefined,
): Uint32Array {
  const sign = descending ? -1 : 1;
  const keys = sortBy === "hits_90_days" ? hits : sortBy === "relevance" ? scores : undefined;
  // Series without a known frequency are last both ways.
  const keyOf = sortBy === "frequency"
    ? (n: number) => frequency[n] === 0 ? Infinity : sign * frequency[n]!
    : (n: number) => keys ? sign * keys[n]! : 0;
  return firstOf(matches, start + limit, (a, b) => {
    const [keyA, keyB] = [keyOf(a), keyOf(b)];
    return keyA < keyB ? -1 : keyA > keyB ? 1 : rank[a]! - rank[b]!;
  }).subarray(start);
}

/** The first `count` items in order: a heap of that size, its last item on top, is cheaper than sorting all. */
function firstOf(items: Uint32Array, count: number, compare: (a: number, b: number) => number): Uint32Array {
  if (count >= items.length) return items.slice().sort(compare);
  const heap = items.slice(0, count);
  const sink = (from: number) => {
    for (let at = from;;) {
      let last = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < count && compare(heap[child]!, heap[last]!) > 0) last = child;
      }
      if (last === at) return;
      [heap[at], heap[last]] = [heap[last]!, heap[at]!];
      at = last;
    }
  };
  for (let at = (count >> 1) - 1; at >= 0; at--) sink(at);
  for (let i = count; count > 0 && i < items.length; i++) {
    if (compare(items[i]!, heap[0]!) >= 0) continue;
    heap[0] = items[i]!;
    sink(0);
  }
  return heap.sort(compare);
}

/** Values of a facet over some series. */
function countFacet(
  columns: SearchColumns,
  labels: readonly string[],
  facet: Facet,
  matches: Uint32Array,
): FacetValue[] {
  const { column, ofDataset } = FACET_COLUMNS[facet];
  const counts = new Uint32Array(labels.length + 1);
  for (const n of matches) counts[columns[column][ofDataset ? columns.dataset[n]! : n]!]!++;
  return labels.map((label, i) => ({ label, count: counts[i + 1]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1))
    .slice(0, SEARCH_LIMITS.facetValues);
}
