// The Parquet files: sorted by series id, then date, so that the statistics of row groups tell where a series is.
// An extension of ours: the replaced system has none.

import { dumpFileOf } from "../core/dump_files.ts";
import { type Cell, type ColumnName, DUMP_COLUMNS, DUMP_TABLES } from "../core/dump_tables.ts";
import type { SeriesFacts } from "../core/dump_rows.ts";
import { dayOfIso } from "../core/time.ts";
import { type DumpRun, type Package, packagesOf } from "./dump_run.ts";
import { daysOf, seriesById } from "./dump_source.ts";
import { type ParquetCell, parquetFile } from "./parquet_file.ts";

/** Enough for readers that take a group at a time, and some 2 MB while it is filled. */
const GROUP_ROWS = 100_000;

const TABLES = ["full", "values", "metadata"] as const;
type Table = (typeof TABLES)[number];

export async function dumpParquet(run: DumpRun): Promise<void> {
  for (const own of packagesOf(run)) await writePackage(run, own);
}

async function writePackage(run: DumpRun, { catalogId, catalogs }: Package): Promise<void> {
  const full = await openTable(run, catalogId, "full");
  const values = await openTable(run, catalogId, "values");
  const metadata = await openTable(run, catalogId, "metadata");
  for await (const some of seriesById(run.store, catalogs, run.today)) {
    for (const { facts, observations } of some) {
      for (const { file, cells } of [full, values]) {
        file.addSeries(cells(facts), daysOf(observations), observations.values);
      }
      metadata.file.add(metadata.cells(facts));
      run.wrote(observations.values.length);
    }
    for (const { output } of [full, values, metadata]) await output.drain();
  }
  for (const { file, output } of [full, values, metadata]) {
    file.end();
    await output.finish();
  }
}

async function openTable(run: DumpRun, catalogId: string | null, table: Table) {
  const columns: readonly ColumnName[] = DUMP_TABLES[table];
  const output = await run.open(catalogId, dumpFileOf("parquet", table));
  const file = parquetFile({
    columns,
    sortedBy: columns.filter((name) => name === "serie_id" || name === "indice_tiempo"),
    groupRows: GROUP_ROWS,
    gzip: run.compression.gzip,
    write: output.write,
  });
  const cells = (facts: SeriesFacts) =>
    columns.map((name) => physical(name, (facts as Partial<Record<ColumnName, Cell>>)[name] ?? null));
  return { file, output, cells };
}

function physical(name: ColumnName, cell: Cell): ParquetCell {
  if (DUMP_COLUMNS[name].kind === "date") return typeof cell === "string" ? dayOfIso(cell) ?? null : null;
  return typeof cell === "number" && !Number.isFinite(cell) ? null : cell;
}
