// Port of the SQLite file that a dump fills and packs: the database engine writes it beside everything else.

import type { SeriesFacts, SourceFacts } from "./dump_rows.ts";

export type DumpDatabase = {
  /** Adds a series with a row for each value; `dates` may be longer. Quickest by series id. */
  addSeries(facts: SeriesFacts, dates: readonly string[], values: Float64Array): void;
  addSources(sources: readonly SourceFacts[]): void;
  /** A file with what this one has of a catalog, sources aside. */
  copyOf(catalogId: string): DumpDatabase;
  /** Closes the file and answers its bytes in pieces; it is gone afterwards. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Leaves nothing; also after a fault. */
  remove(): void;
};
