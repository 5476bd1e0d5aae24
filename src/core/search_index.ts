// What an engine of the search tells of its series and datasets: columns, labels, where terms occur. Series are
// numbered from 0, and so are datasets, whose texts are shared by their series. search_rank.ts does the rest.

import { FREQUENCIES, FREQUENCY } from "./frequency.ts";
import type { Facet, SearchDocument, SearchSettings } from "./search.ts";
import type { Synonyms } from "./synonyms.ts";

/** Told of a series or dataset that has a term, and how often; of one several times where they add up. */
export type Visit = (owner: number, count: number) => void;

/** Values of every series or dataset. Codes of labels begin with 1; 0 is none. */
export type SearchColumns = {
  /** Of series: place in the order of ids. */
  readonly rank: Uint32Array;
  readonly dataset: Uint32Array;
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
  /** Whether any field has a term. */
  has(term: string): boolean;
  /** Tells who has a term in a field, by its number in TEXT_FIELDS. */
  visit(field: number, term: string, visit: Visit): void;
  /** Every word of any field, without the keys of synonyms. */
  vocabulary(): readonly string[];
  document(series: number): SearchDocument;
  /** Of all series, by their number. */
  ids(): readonly string[];
};

/** Order by frequency: 1 yearly … 6 daily; 0 where it is none of them. */
export function frequencyCode(iso: string | null): number {
  const at = FREQUENCIES.findIndex((frequency) => FREQUENCY[frequency].iso === iso);
  return at < 0 ? 0 : FREQUENCIES.length - at;
}
