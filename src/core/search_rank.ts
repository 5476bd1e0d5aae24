// The search itself, the same for every engine that can tell where a term occurs: words that match, scores,
// filters, order, page and counts. An engine gives columns, postings and documents (SearchIndex); series are
// numbered from 0, and so are datasets, whose texts are shared by their series.
//
// A document's score is that of its best field (BM25, k1 1.2, b 0.75, with the factor k1 + 1), as series count:
// a dataset's texts weigh as often as it has series.

import { FREQUENCIES, FREQUENCY } from "./frequency.ts";
import {
  type Facet,
  FACETS,
  type FacetValue,
  type Search,
  SEARCH_LIMITS,
  type SearchAnswer,
  type SearchDocument,
  type SearchQuery,
  type SearchSettings,
} from "./search.ts";
import { isOneTypoAway, mayHaveTypo, stem, words } from "./search_text.ts";
import { membersIn, type Synonyms } from "./synonyms.ts";

/** What is searched, the description of a series first; the others are of its dataset. */
export const TEXT_FIELDS = [
  { name: "description", boost: 1.5 },
  { name: "dataset_title", boost: 1 },
  { name: "dataset_source", boost: 1 },
  { name: "dataset_description", boost: 1 },
] as const;

/** Series or datasets that hold a term, and how often. */
export type Postings = { readonly owners: readonly number[]; readonly counts: readonly number[] };

/** Values of every series or dataset. Codes of labels begin with 1; 0 is none. */
export type SearchColumns = {
  /** Of series: place in the order of ids. */
  readonly rank: Uint32Array;
  readonly dataset: Uint32Array;
  readonly hits: Float64Array;
  /** 1 (yearly) to 6 (daily); 0 where none is known. */
  readonly frequency: Uint8Array;
  readonly units: Uint32Array;
  /** Of datasets. */
  readonly theme: Uint32Array;
  readonly publisher: Uint32Array;
  readonly source: Uint32Array;
  readonly catalog: Uint32Array;
  /** Words of each text, by field: of series, then of datasets. */
  readonly lengths: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
};

export type SearchIndex = {
  readonly columns: SearchColumns;
  readonly labels: Readonly<Record<Facet, readonly string[]>>;
  readonly settings: SearchSettings;
  /** Those of the settings. */
  readonly synonyms: Synonyms;
  /** Undefined where a field has the term nowhere. */
  postings(field: number, term: string): Postings | undefined;
  /** Every word of any field, without the keys of synonyms. */
  vocabulary(): readonly string[];
  document(series: number): SearchDocument;
};

const K1 = 1.2;
const B = 0.75;

/** Column of a facet, and whether it is of datasets. */
const FACET_COLUMNS = {
  dataset_theme: { column: "theme", ofDataset: true },
  units: { column: "units", ofDataset: false },
  dataset_publisher_name: { column: "publisher", ofDataset: true },
  dataset_source: { column: "source", ofDataset: true },
  catalog_id: { column: "catalog", ofDataset: true },
} as const satisfies Record<Facet, { column: keyof SearchColumns; ofDataset: boolean }>;

/** Order by frequency: 1 yearly … 6 daily; 0 where it is none of them. */
export function frequencyCode(iso: string | null): number {
  const at = FREQUENCIES.findIndex((frequency) => FREQUENCY[frequency].iso === iso);
  return at < 0 ? 0 : FREQUENCIES.length - at;
}

/** The search over an index. It keeps scratch columns, so one is made for each index and used again. */
export function searchOver(index: SearchIndex): Search {
  const { columns, labels } = index;
  const size = columns.rank.length;
  const score = scorer(index);
  const facetOf = (facet: Facet, matches: Uint32Array) => countFacet(columns, labels[facet], facet, matches);
  return {
    find: (query) =>
      Promise.try((): SearchAnswer => {
        const scores = query.text === undefined ? undefined : score(query.text);
        const least = size < SEARCH_LIMITS.smallCollection ? 0 : query.minScore;
        const matches = matching(index, query, scores, least);
        const page = pageOf(columns, query, matches, scores);
        return {
          hits: Array.from(page, (n) => ({ document: index.document(n), score: scores?.[n] ?? 0 })),
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

/** What one word of a query is looked for as: any of these terms, counted together. */
type Unit = readonly string[];

/** Answers the scores of all series for a text; 0 where nothing matches. The column is used again. */
function scorer(index: SearchIndex): (text: string) => Float64Array {
  const { columns: { dataset, lengths } } = index;
  const seriesOf = new Uint32Array(lengths[1].length);
  for (const one of dataset) seriesOf[one]!++;
  const fields = lengths.map((length, field) => {
    let documents = 0, sum = 0;
    length.forEach((words, owner) => {
      const weight = field === 0 ? 1 : seriesOf[owner]!;
      if (words > 0) documents += weight;
      sum += words * weight;
    });
    return { documents, average: sum / documents, length, weights: field === 0 ? undefined : seriesOf };
  });
  const scores = lengths.map((length) => new Float64Array(length.length));
  const counts = lengths.map((length) => new Uint32Array(length.length));
  const unitsOf = unitFinder(index);

  return (text) => {
    for (const column of scores) column.fill(0);
    const known = new Map<string, readonly (Postings | undefined)[]>();
    const postingsOf = (term: string) => {
      let found = known.get(term);
      if (!found) known.set(term, found = fields.map((_, field) => index.postings(field, term)));
      return found;
    };
    for (const unit of unitsOf(text, (term) => postingsOf(term).some((found) => found !== undefined))) {
      fields.forEach(({ documents, average, length, weights }, field) => {
        const count = counts[field]!, score = scores[field]!;
        const owners: number[] = [];
        let frequency = 0;
        for (const term of unit) {
          const found = postingsOf(term)[field];
          if (!found) continue;
          for (let i = 0; i < found.owners.length; i++) {
            const owner = found.owners[i]!;
            if (count[owner] === 0) {
              owners.push(owner);
              frequency += weights ? weights[owner]! : 1;
            }
            count[owner]! += found.counts[i]!;
          }
        }
        const weight = TEXT_FIELDS[field]!.boost * (K1 + 1) *
          Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5));
        for (const owner of owners) {
          const times = count[owner]!;
          score[owner]! += weight * times / (times + K1 * (1 - B + B * length[owner]! / average));
          count[owner] = 0;
        }
      });
    }
    const [best, title, source, description] = scores as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let n = 0; n < best.length; n++) {
      const of = dataset[n]!;
      best[n] = Math.max(best[n]!, title[of]!, source[of]!, description[of]!);
    }
    return best;
  };
}

/**
 * What the words of a text are looked for as. A word that a series has, or a synonym of it, is looked for alone;
 * for another the words with its stem, then those one letter away, stand in.
 */
function unitFinder(
  index: SearchIndex,
): (text: string, isKnown: (term: string) => boolean) => Unit[] {
  const { synonyms } = index;
  let stems: Map<string, string[]> | undefined;
  const termOf = (word: string) => synonyms.keyOfWord.get(word) ?? word;

  /** Words by their stem, those of synonyms that some series has included. */
  function readStems(isKnown: (term: string) => boolean): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const single = [...synonyms.keyOfWord].filter(([, key]) => isKnown(key)).map(([word]) => word);
    for (const word of new Set([...index.vocabulary(), ...single])) {
      const of = stem(word);
      const others = found.get(of);
      if (others) others.push(word);
      else found.set(of, [word]);
    }
    return found;
  }

  function standIns(word: string, isKnown: (term: string) => boolean): readonly string[] {
    stems ??= readStems(isKnown);
    const own = stem(word);
    const sameStem = stems.get(own);
    if (sameStem) return sameStem;
    if (!mayHaveTypo(word)) return [];
    const near: string[] = [], nearStem: string[] = [];
    for (const [other, all] of stems) {
      // A stem is at most as long as its words, and shorter by more than a letter or two where it lost a plural.
      if (Math.abs(other.length - own.length) > 4) continue;
      near.push(...all.filter((candidate) => isOneTypoAway(word, candidate)));
      if (mayHaveTypo(own) && isOneTypoAway(own, other)) nearStem.push(...all);
    }
    return near.length > 0 ? near : nearStem;
  }

  return (text, isKnown) => {
    const units = new Map<string, Unit>();
    const add = (terms: readonly string[]) => {
      const unit = [...new Set(terms)].sort();
      if (unit.length > 0) units.set(unit.join(" "), unit);
    };
    const found = queryWords(text);
    for (const word of new Set(found)) {
      const term = termOf(word);
      if (isKnown(term)) add([term]);
      else add(standIns(word, isKnown).map(termOf));
    }
    for (const { key, length } of membersIn(found, synonyms)) if (length > 1) add([key]);
    return [...units.values()];
  };
}

/** Words of a query, up to the limit of distinct ones. */
function queryWords(text: string): string[] {
  const found: string[] = [];
  const distinct = new Set<string>();
  for (const word of words(text.slice(0, SEARCH_LIMITS.queryCharacters))) {
    if (!distinct.has(word) && distinct.size === SEARCH_LIMITS.queryWords) break;
    distinct.add(word);
    found.push(word);
  }
  return found;
}

/** Series that have the words and pass the filters, by number. */
function matching(
  { columns, labels, settings: { catalogAliases } }: SearchIndex,
  { filters }: SearchQuery,
  scores: Float64Array | undefined,
  least: number,
): Uint32Array {
  const { dataset } = columns;
  const aliased = (id: string) => Object.hasOwn(catalogAliases, id) ? catalogAliases[id]! : [];
  const passes = new Uint8Array(columns.catalog.length).fill(1);
  let units: Set<number> | undefined;
  for (const facet of FACETS) {
    const values = filters[facet];
    if (!values) continue;
    const wanted = new Set(
      facet === "catalog_id" ? values.flatMap((id) => [id, ...aliased(id)]) : values,
    );
    const codes = new Set(labels[facet].flatMap((label, i) => wanted.has(label) ? [i + 1] : []));
    const { column, ofDataset } = FACET_COLUMNS[facet];
    if (!ofDataset) units = codes;
    else columns[column].forEach((code, of) => codes.has(code) || (passes[of] = 0));
  }
  const matches = new Uint32Array(dataset.length);
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
  { rank, hits, frequency }: SearchColumns,
  { sortBy, descending, start, limit }: SearchQuery,
  matches: Uint32Array,
  scores: Float64Array | undefined,
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
