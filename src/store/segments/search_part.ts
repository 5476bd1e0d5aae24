// The search file of one catalog: its series as the search knows them, and where each term occurs. FORMAT.md
// describes the bytes. Terms and series are numbered inside their catalog; search_index.ts joins the catalogs.

import { Problem } from "../../core/problem.ts";
import type { SearchDataset, SearchDocument } from "../../core/search.ts";
import type { Visit } from "../../core/search_index.ts";
import { type Synonyms, termsOf } from "../../core/synonyms.ts";

/** Texts of a search file by number; 0 is none. */
type TextNumber = number;

type Header = {
  catalog: string | null;
  datasets: [
    title: string | null,
    description: string | null,
    source: string | null,
    publisher: string | null,
    theme: string | null,
    series: number,
  ][];
  /** Repeated texts: units, frequencies and dates. */
  texts: string[];
  series: {
    id: string[];
    title: (string | null)[];
    description: (string | null)[];
    units: TextNumber[];
    frequency: TextNumber[];
    start: TextNumber[];
    end: TextNumber[];
  };
  /** Words of each description; of each dataset's title, source, description. */
  lengths: [number[], number[], number[], number[]];
  terms: string[];
  /** Bytes of the postings of each term. */
  postings: number[];
};

/** A search file, read. Postings stay as bytes until they are asked for. */
export type SearchPart = {
  readonly catalogId: string | null;
  readonly datasets: readonly SearchDataset[];
  /** First series of each dataset, and the number of series at the end. */
  readonly firstSeries: Uint32Array;
  /** Of series. */
  readonly ids: readonly string[];
  readonly units: readonly (string | null)[];
  readonly frequencies: readonly (string | null)[];
  /** Words of each text: of series, then of datasets. */
  readonly lengths: readonly (readonly number[])[];
  /** Sorted. */
  readonly terms: readonly string[];
  has(term: string): boolean;
  /** Tells of each series or dataset that has a term in a field, ascending; `first` is the number of the first. */
  visit(field: number, term: string, first: number, visit: Visit): void;
  document(series: number): SearchDocument;
};

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();
const FIELDS = 4;

const byText = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

/**
 * Writes the search file of a catalog's series, in whatever order they come.
 * The bytes are a function of the series and the synonyms alone.
 */
export function encodeSearchPart(
  documents: readonly SearchDocument[],
  synonyms: Synonyms,
): Uint8Array<ArrayBuffer> {
  const byDataset = Map.groupBy(
    documents,
    ({ dataset: { title, description, source, publisherName, theme } }) =>
      JSON.stringify([title, description, source, publisherName, theme]),
  );
  const shelves = [...byDataset.keys()].sort(byText).map((key) =>
    byDataset.get(key)!.sort((a, b) => byText(a.id, b.id))
  );
  const series = shelves.flat();
  const texts = new Map<string, TextNumber>();
  const numberOf = (text: string | null): TextNumber => {
    if (text === null) return 0;
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, texts.size + 1);
    return texts.size;
  };

  const terms = new Map<string, Map<number, number>[]>();
  const lengths: Header["lengths"] = [[], [], [], []];
  const add = (field: number, owner: number, text: string | null) => {
    const { words, keys } = termsOf(text, synonyms);
    for (const term of [...words, ...keys]) {
      let fields = terms.get(term);
      if (!fields) terms.set(term, fields = Array.from({ length: FIELDS }, () => new Map<number, number>()));
      fields[field]!.set(owner, (fields[field]!.get(owner) ?? 0) + 1);
    }
    lengths[field]!.push(words.length);
  };
  series.forEach(({ description }, n) => add(0, n, description));
  shelves.forEach(([first], n) => {
    const { title, source, description } = first!.dataset;
    [title, source, description].forEach((text, i) => add(i + 1, n, text));
  });
  const sorted = [...terms.keys()].sort(byText);
  const postings = sorted.map((term) => encodePostings(terms.get(term)!));

  const columns: Header["series"] = {
    id: series.map(({ id }) => id),
    title: series.map(({ title }) => title),
    description: series.map(({ description }) => description),
    units: series.map(({ units }) => numberOf(units)),
    frequency: series.map(({ frequency }) => numberOf(frequency)),
    start: series.map(({ start }) => numberOf(start)),
    end: series.map(({ end }) => numberOf(end)),
  };
  const header: Header = {
    catalog: series[0]?.catalogId ?? null,
    datasets: shelves.map((shelf) => {
      const { title, description, source, publisherName, theme } = shelf[0]!.dataset;
      return [title, description, source, publisherName, theme, shelf.length];
    }),
    texts: [...texts.keys()],
    series: columns,
    lengths,
    terms: sorted,
    postings: postings.map(({ length }) => length),
  };
  const head = utf8.encode(JSON.stringify(header));
  const bytes = new Uint8Array(4 + head.length + header.postings.reduce((a, b) => a + b, 0));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const one of postings) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

/** For each field: how many owners, then each as the distance from the one before, doubled, odd where a count follows. */
function encodePostings(fields: readonly ReadonlyMap<number, number>[]): number[] {
  const bytes: number[] = [];
  const put = (value: number) => {
    for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
    bytes.push(value);
  };
  for (const owners of fields) {
    put(owners.size);
    let before = 0;
    for (const [owner, count] of owners) {
      put(2 * (owner - before) + (count > 1 ? 1 : 0));
      if (count > 1) put(count);
      before = owner;
    }
  }
  return bytes;
}

/** Errors: Problem `unavailable` where the bytes are no search file. */
export function decodeSearchPart(bytes: Uint8Array): SearchPart {
  try {
    return readPart(bytes);
  } catch (cause) {
    throw new Problem("unavailable", "Cannot read a search file of the published snapshot", [], { cause });
  }
}

function readPart(bytes: Uint8Array): SearchPart {
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header: Header = JSON.parse(fromUtf8.decode(bytes.subarray(4, 4 + headLength)));
  const { terms, texts, series, lengths } = header;
  // A copy: the text before it need not stay in memory.
  const postings = bytes.slice(4 + headLength);
  const places = endsOf(header.postings);
  if (postings.length !== places[terms.length]) throw new Error("its postings are cut off");
  const firstSeries = endsOf(header.datasets.map(([, , , , , count]) => count));
  const datasets = header.datasets.map(([title, description, source, publisherName, theme]) => ({
    title,
    description,
    source,
    publisherName,
    theme,
  }));
  const read = (number: TextNumber) => number === 0 ? null : texts[number - 1]!;
  const units = series.units.map(read), frequencies = series.frequency.map(read);
  const starts = series.start.map(read), ends = series.end.map(read);

  return {
    catalogId: header.catalog,
    datasets,
    firstSeries,
    ids: series.id,
    units,
    frequencies,
    lengths,
    terms,

    has: (term) => indexIn(terms, term) >= 0,

    visit(field, term, first, visit) {
      const found = indexIn(terms, term);
      if (found < 0) return;
      let at = places[found]!;
      const next = (): number => {
        let value = 0;
        for (let factor = 1;; factor *= 128) {
          const byte = postings[at++]!;
          value += (byte & 127) * factor;
          if (byte < 128) return value;
        }
      };
      for (let i = 0; i <= field; i++) {
        let owner = first;
        for (let left = next(); left > 0; left--) {
          const step = next();
          owner += step >>> 1;
          const count = step & 1 ? next() : 1;
          if (i === field) visit(owner, count);
        }
      }
    },

    document: (n) => ({
      id: series.id[n]!,
      title: series.title[n]!,
      description: series.description[n]!,
      units: units[n]!,
      frequency: frequencies[n]!,
      start: starts[n]!,
      end: ends[n]!,
      catalogId: header.catalog,
      dataset: datasets[lastAtMost(firstSeries, n)]!,
    }),
  };
}

/** Where each of several lengths ends, beginning with 0. */
export function endsOf(lengths: readonly number[]): Uint32Array {
  const ends = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, i) => ends[i + 1] = ends[i]! + length);
  return ends;
}

/** Position of a text in a sorted list, or -1. */
function indexIn(sorted: readonly string[], text: string): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === text ? low : -1;
}

/** Last position whose value is at most `value`, in ascending values that begin with 0. */
export function lastAtMost(ascending: Uint32Array, value: number): number {
  let low = 0, high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
