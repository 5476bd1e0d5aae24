// Port: what a snapshot holds for the search, for engines that build an index of their own somewhere else.

import type { SearchDocument, SearchSettings } from "./search.ts";

export type SearchSource = {
  /** Hashes of its files, sorted: the same series have the same ones. */
  readonly files: readonly string[];
  readonly settings: SearchSettings;
  /**
   * The series, catalog by catalog, read as they are asked for; may be asked for again. Series of a dataset
   * follow one another and share its object.
   */
  catalogs(): AsyncIterable<readonly SearchDocument[]>;
};
