// The Parquet files: sorted by series id, then date, so that the statistics of row groups tell where a series is.
// An extension of ours: the replaced system has none.

import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { cellsOf } from "../core/dump_rows.ts";
import {
  type Cell,
  type ColumnKind,
  type ColumnName,
  DUMP_COLUMNS,
  DUMP_TABLES,
} from "../core/dump_tables.ts";
import { dumpFileOf } from "../core/dump_files.ts";
import { dayOfIso } from "../core/time.ts";
import { type DumpRun, type Package, packagesOf } from "./dump_run.ts";
import { daysOf, seriesById } from "./dump_source.ts";

/** Rows of a group: what is in memory at once. */
const GROUP_ROWS = 30_000;

/** Bytes of a text that statistics tell: longer than any id. */
const STATISTICS_BYTES = 128;

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];
type Table = "full" | "values" | "metadata";

const TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  date: { type: "INT32", converted_type: "DATE" },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
} as const satisfies Record<ColumnKind, Partial<Schema[number]>>;

export async function dumpParquet(run: DumpRun): Promise<void> {
  for (const own of packagesOf(run)) {
    await writeValues(run, own, "full");
    await writeValues(run, own, "values");
    await writeMetadata(run, own);
  }
}

async function writeValues(run: DumpRun, { catalogId, catalogs }: Package, table: Table): Promise<void> {
  const columns: readonly ColumnName[] = DUMP_TABLES[table];
  const file = await openParquet(run, catalogId, table);
  for await (const some of seriesById(run.store, catalogs, run.today)) {
    for (const { facts, observations } of some) {
      const days = daysOf(observations);
      const cells = columns.map((name) => name in facts ? (facts as Record<string, Cell>)[name]! : null);
      const [dateAt, valueAt] = [columns.indexOf("indice_tiempo"), columns.indexOf("valor")];
      for (const [i, value] of observations.values.entries()) {
        cells[dateAt] = days[i]!;
        cells[valueAt] = Number.isFinite(value) ? value : null;
        if (file.add(cells)) await file.drain();
      }
      run.wrote(observations.values.length);
    }
  }
  await file.finish();
}

async function writeMetadata(run: DumpRun, { catalogId, catalogs }: Package): Promise<void> {
  const columns = DUMP_TABLES.metadata;
  const file = await openParquet(run, catalogId, "metadata");
  for await (const some of seriesById(run.store, catalogs, run.today)) {
    for (const { facts } of some) {
      const cells = cellsOf(columns, facts).map((cell, i) => physical(DUMP_COLUMNS[columns[i]!].kind, cell));
      if (file.add(cells)) await file.drain();
    }
  }
  await file.finish();
}

/** A cell as the library takes it. */
type Physical = Cell | bigint;

function physical(kind: ColumnKind, cell: Cell): Physical {
  if (cell === null) return null;
  if (kind === "date") return dayOfIso(cell as string) ?? null;
  return kind === "integer" ? BigInt(cell) : cell;
}

async function openParquet(run: DumpRun, catalogId: string | null, table: Table) {
  const columns: readonly ColumnName[] = DUMP_TABLES[table];
  const output = await run.open(catalogId, dumpFileOf("parquet", table));
  const bytes = new ByteWriter();
  const handOn = () => {
    output.write(bytes.getBytes());
    bytes.index = 0;
  };
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.map((name) => ({
        name,
        ...TYPES[DUMP_COLUMNS[name].kind],
        repetition_type: isRequired(name, table) ? "REQUIRED" as const : "OPTIONAL" as const,
      })),
    ],
    codec: "GZIP",
    compressors: { GZIP: run.compression.gzip },
    statisticsTruncateLength: STATISTICS_BYTES,
    createdBy: "caudal",
  });
  const sorted = (["serie_id", "indice_tiempo"] as const).filter((name) => columns.includes(name))
    .map((name) => ({ column_idx: columns.indexOf(name), descending: false, nulls_first: false }));
  const data: Physical[][] = columns.map(() => []);
  const writeGroup = () => {
    if (data[0]!.length === 0) return;
    const columnData = columns.map((name, i) => ({ name, data: data[i]! }));
    parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    for (const column of data) column.length = 0;
    handOn();
  };
  return {
    /** Answers whether there is something to drain. */
    add(cells: readonly Physical[]): boolean {
      for (let i = 0; i < data.length; i++) data[i]!.push(cells[i]!);
      if (data[0]!.length < GROUP_ROWS) return false;
      writeGroup();
      return true;
    },
    drain: output.drain,
    finish() {
      writeGroup();
      for (const group of parquet.row_groups) group.sorting_columns = sorted;
      parquet.finish();
      handOn();
      return output.finish();
    },
  };
}

/** Texts are empty where there is none; of values only the value itself may be missing. */
function isRequired(name: ColumnName, table: Table): boolean {
  return DUMP_COLUMNS[name].kind === "text" || (table !== "metadata" && name === "indice_tiempo");
}
