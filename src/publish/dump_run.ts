// What every format of a dump run is given.

import type { DumpStore } from "../core/canonical_store.ts";
import type { DumpDatabase } from "../core/dump_database.ts";
import { dumpFileOf, type DumpFormat } from "../core/dump_files.ts";
import type { DumpFile } from "../core/dump_files.ts";
import type { EpochDay } from "../core/time.ts";
import { type Content, contentOf, type Output } from "./dump_output.ts";
import type { KnownCatalog } from "./dump_source.ts";
import type { Compression } from "./zip.ts";

export type DumpRun = {
  readonly store: DumpStore;
  /** Catalogs to write the files of, by id. */
  readonly catalogs: readonly KnownCatalog[];
  /** Whether the files of all catalogs together are written too. */
  readonly whole: boolean;
  /** Opens a file of one catalog or (null) of all. */
  readonly open: (catalogId: string | null, file: DumpFile) => Promise<Output>;
  readonly compression: Compression;
  /** Day that freshness is told of and entries are dated. */
  readonly today: EpochDay;
  /** An empty SQLite file. */
  readonly newDatabase: () => DumpDatabase;
  /** Told of rows as they are written, each time a row is. */
  readonly wrote: (rows: number) => void;
};

/** Series that are written into files of their own: all catalogs together, or one. */
export type Package = { readonly catalogId: string | null; readonly catalogs: readonly KnownCatalog[] };

/** All packages of a run, the largest first. */
export function packagesOf({ catalogs, whole }: DumpRun): Package[] {
  const own = catalogs.map((catalog) => ({ catalogId: catalog.id, catalogs: [catalog] }));
  return whole ? [{ catalogId: null, catalogs }, ...own] : own;
}

/** Opens what readers see of a file. */
export async function openContent(
  run: DumpRun,
  catalogId: string | null,
  format: DumpFormat,
  table: DumpFile["table"],
): Promise<Content> {
  const file = dumpFileOf(format, table);
  return contentOf(await run.open(catalogId, file), file, run.compression, run.today);
}
