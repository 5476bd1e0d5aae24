// Generates the files that people download, out of the canonical store: those of all catalogs and those of each.
// Their list is switched last, so a run that breaks leaves what was there; the generation before stays too.

import type { DumpSeries, DumpStore } from "../core/canonical_store.ts";
import type { DumpDatabase } from "../core/dump_database.ts";
import { DUMP_FILES, type DumpFile, dumpFile, type DumpFormat } from "../core/dump_files.ts";
import { hitsText } from "../core/hits.ts";
import type { PopularityStore, SeriesHits } from "../core/popularity_store.ts";
import { Problem } from "../core/problem.ts";
import type { EpochDay } from "../core/time.ts";
import type { WriteBlobs } from "../store/segments/blobs.ts";
import {
  DUMP_POINTER,
  type DumpEntry,
  type DumpVersion,
  encodeDumpPointer,
} from "../store/segments/dump_format.ts";
import { dumpCsv } from "./dump_csv.ts";
import { dumpDta } from "./dump_dta.ts";
import { readDumpEntries, removeUnnamedDumps } from "./dump_list.ts";
import { openOutput, type Output, type RunningSha256 } from "./dump_output.ts";
import { dumpParquet } from "./dump_parquet.ts";
import type { DumpRun } from "./dump_run.ts";
import { type DumpFault, type KnownCatalog, knownCatalogs, rowsOf } from "./dump_source.ts";
import { dumpSqlite } from "./dump_sqlite.ts";
import { dumpXlsx } from "./dump_xlsx.ts";
import type { Compression } from "./zip.ts";

export type Dump = {
  readonly store: DumpStore & Pick<PopularityStore, "seriesHits">;
  readonly blobs: WriteBlobs;
  readonly compression: Compression;
  readonly runningSha256: () => RunningSha256;
  /** An empty SQLite file, of its own. */
  readonly newDatabase: () => DumpDatabase;
  /** Epoch ms of this generation. */
  readonly at: number;
  /** Day that freshness and popularity are told of. */
  readonly today: EpochDay;
  readonly formats: readonly DumpFormat[];
  /** Only the files of this catalog. */
  readonly catalog?: string;
  /** Called when every file is written, before the list is; its failure leaves the generation before. */
  readonly beforeSwitch?: () => Promise<void>;
  /** Told of the share (0 to 1) of a format's rows that are written. */
  readonly onProgress?: (format: DumpFormat, share: number) => void;
};

export type DumpReport = {
  readonly generated_at: number;
  readonly catalogs: number;
  readonly series: number;
  /** Rows of values, missing ones among them. */
  readonly values: number;
  readonly files: readonly Omit<DumpEntry, "previous">[];
  readonly filesRemoved: number;
  /** Distributions that are not in the files because they could not be read. */
  readonly faults: readonly DumpFault[];
};

type Writer = {
  readonly write: (run: DumpRun) => Promise<void>;
  /** How often each row is written: once for all packages it is in, once for each, or for each table of each. */
  readonly passes: (packages: number) => number;
};

const WRITERS: Readonly<Record<DumpFormat, Writer>> = {
  csv: { write: dumpCsv, passes: () => 1 },
  xlsx: { write: (run) => dumpXlsx(run), passes: (packages) => 2 * packages },
  sqlite: { write: dumpSqlite, passes: () => 1 },
  dta: { write: dumpDta, passes: () => 1 },
  parquet: { write: dumpParquet, passes: (packages) => packages },
};

/**
 * Writes one generation; a distribution that cannot be read is told of and keeps none of the others out.
 * Errors: Problem `not_found` without any series, `unavailable` where none can be read; any failure leaves the
 * generation before.
 */
export async function dump(context: Dump): Promise<DumpReport> {
  const { blobs, formats, catalog } = context;
  const store = withHits(context.store, await context.store.seriesHits(context.today));
  const known = await readDumpEntries(blobs);
  await removeUnnamedDumps(blobs, known);
  const { catalogs, faults } = await knownCatalogs(store, catalog);
  if (catalogs.length === 0) throw nothingToDump(faults, catalog);
  const written: DumpEntry[] = [];
  const open = new Set<Output>();
  try {
    for (const format of formats) await writeFormat({ ...context, store }, format, catalogs, open, written);
    const entries = mergeEntries(known ?? [], written, context, {
      written: new Set(catalogs.map(({ id }) => id)),
      unread: new Set(faults.map(({ catalogId }) => catalogId)),
    });
    await context.beforeSwitch?.();
    await blobs.write(DUMP_POINTER, encodeDumpPointer(entries));
    return {
      generated_at: context.at,
      catalogs: catalogs.length,
      series: catalogs.reduce(
        (sum, { distributions }) => distributions.reduce((sum, { series }) => sum + series.length, sum),
        0,
      ),
      values: rowsOf(catalogs),
      files: written,
      filesRemoved: await removeUnnamedDumps(blobs, entries),
      faults,
    };
  } catch (error) {
    for (const output of open) await output.abort();
    // What could not be written may not be removable either: the first fault is the one to tell.
    await removeUnnamedDumps(blobs, known).catch(() => {});
    throw error;
  }
}

/** The store with the hits of series among their computed metadata. */
function withHits<Store extends DumpStore>(store: Store, hits: readonly SeriesHits[]): Store {
  const hitsOf = new Map(hits.map(({ seriesId, hits }) => [seriesId, hitsText(hits)]));
  const counted = (series: DumpSeries): DumpSeries => ({
    ...series,
    enriched: { ...series.enriched, ...hitsOf.get(series.id) },
  });
  return {
    ...store,
    dumpSeries: async (key) => (await store.dumpSeries(key)).map(counted),
    dumpSeriesById: async (ids) => (await store.dumpSeriesById(ids)).map(counted),
  };
}

function nothingToDump([fault]: readonly DumpFault[], catalog: string | undefined): Problem {
  if (fault) {
    const where = `"${fault.distributionId}" del catálogo "${fault.catalogId}"`;
    return new Problem("unavailable", `No se puede leer ninguna distribución; ${where}: ${fault.fault}`);
  }
  const where = catalog === undefined ? "" : ` para el catálogo ${catalog}`;
  return new Problem("not_found", `No hay series cargadas${where}`);
}

async function writeFormat(
  context: Dump,
  format: DumpFormat,
  catalogs: readonly KnownCatalog[],
  open: Set<Output>,
  written: DumpEntry[],
): Promise<void> {
  const { write, passes } = WRITERS[format];
  const whole = context.catalog === undefined;
  const rows = rowsOf(catalogs) * passes(whole ? 2 : 1);
  let done = 0;
  await write({
    ...context,
    catalogs,
    whole,
    wrote(count) {
      done += count;
      context.onProgress?.(format, done / rows);
    },
    async open(catalogId, { name }: DumpFile) {
      const output = await openOutput(context.blobs, context.runningSha256(), ({ bytes, sha256 }) => {
        open.delete(output);
        written.push({ catalog: catalogId, name, bytes, sha256, generated_at: context.at });
      });
      open.add(output);
      return output;
    },
  });
}

/** The files there are from now on: those of this run, and of the ones before what it did not write anew. */
function mergeEntries(
  before: readonly DumpEntry[],
  written: readonly DumpEntry[],
  { catalog, formats }: Dump,
  catalogs: { readonly written: ReadonlySet<string>; readonly unread: ReadonlySet<string> },
): DumpEntry[] {
  const keyOf = ({ catalog, name }: DumpEntry) => JSON.stringify([catalog, name]);
  const older = new Map(before.map((entry) => [keyOf(entry), entry]));
  const isWritten = new Set(written.map(keyOf));
  const isGone = (entry: DumpEntry) => {
    const file = dumpFile(entry.name);
    if (catalog !== undefined || file === undefined) return file === undefined;
    if (entry.catalog === null || catalogs.written.has(entry.catalog)) return formats.includes(file.format);
    return !catalogs.unread.has(entry.catalog);
  };
  const kept = before.filter((entry) => !isWritten.has(keyOf(entry)) && !isGone(entry));
  const order = new Map(DUMP_FILES.map(({ name }, i) => [name, i]));
  return [...kept, ...written.map((entry) => afterOlder(entry, older.get(keyOf(entry))))]
    .sort((a, b) => compareCatalogs(a, b) || order.get(a.name)! - order.get(b.name)!);
}

function compareCatalogs({ catalog: a }: DumpEntry, { catalog: b }: DumpEntry): number {
  if (a === b) return 0;
  return a === null || (b !== null && a < b) ? -1 : 1;
}

/** The same bytes again are the same generation, generated later. */
function afterOlder(entry: DumpEntry, older: DumpEntry | undefined): DumpEntry {
  if (!older) return entry;
  const { bytes, sha256, generated_at } = older;
  const previous: DumpVersion | undefined = sha256 === entry.sha256
    ? older.previous
    : { bytes, sha256, generated_at };
  return previous ? { ...entry, previous } : entry;
}
