// The workbooks. Those of values have a sheet for each frequency, and another when one is full. Texts of a series
// are kept once, in the table of shared strings, in the order in which the series are read: so their numbers are
// counted instead of looked up, and no text stays in memory.

import { cellsOf, sourceTally } from "../core/dump_rows.ts";
import {
  type Cell,
  type ColumnName,
  DUMP_COLUMNS,
  DUMP_TABLES,
  type MetadataColumn,
  valueColumns,
} from "../core/dump_tables.ts";
import { dumpFileOf } from "../core/dump_files.ts";
import type { Frequency } from "../core/frequency.ts";
import type { Observations } from "../core/observations.ts";
import { partsAround, sheetPath, STRINGS_PATH } from "../core/spreadsheet_xml.ts";
import { dayOfIso } from "../core/time.ts";
import type { Output } from "./dump_output.ts";
import { type DumpRun, type Package, packagesOf } from "./dump_run.ts";
import { bySeriesId, daysOf, type FullSeries, type KnownDistribution, seriesOf } from "./dump_source.ts";
import {
  booleanCell,
  dateCell,
  emptyCell,
  numberCell,
  ROW_END,
  rowStart,
  sharedCell,
  sharedString,
  SHEET_END,
  sheetStart,
  STRINGS_END,
  STRINGS_START,
  textCell,
} from "./sheet_xml.ts";
import { bytesOf, type TextPieces, textPieces } from "./text_pieces.ts";
import { zipFile } from "./zip.ts";

/** Rows of data on a sheet; the contract's, below what spreadsheets can open. */
export const SHEET_ROWS = 1_000_000;

/** Names of sheets, in their order in the workbook. */
const SHEET_NAMES: readonly (readonly [Frequency, string])[] = [
  ["year", "anual"],
  ["semester", "semestral"],
  ["quarter", "trimestral"],
  ["month", "mensual"],
  ["day", "diaria"],
];

export async function dumpXlsx(run: DumpRun, sheetRows = SHEET_ROWS): Promise<void> {
  for (const own of packagesOf(run)) {
    await writeValues(run, own, "full", sheetRows);
    await writeValues(run, own, "values", sheetRows);
    await writeTables(run, own);
  }
}

/** A workbook under way: parts one after another. */
type Workbook = {
  /** Writes a part whole. */
  part(path: string, text: string): void;
  /** Begins a part that is ended by `end`. */
  begin(path: string): TextPieces & { end(): void };
  drain(): Promise<void>;
  finish(): Promise<void>;
};

function openWorkbook(run: DumpRun, output: Output, sheets: readonly string[]): Workbook {
  const zip = zipFile(output.write, run.compression, run.today);
  const begin = (path: string) => {
    const entry = zip.entry(path);
    const pieces = textPieces((piece) => entry.add(piece));
    return {
      ...pieces,
      end() {
        pieces.flush();
        entry.end();
      },
    };
  };
  const part = (path: string, text: string) => {
    const written = begin(path);
    written.add(text);
    written.end();
  };
  for (const [path, text] of partsAround({ sheets, sharedStrings: true })) part(path, text);
  return {
    part,
    begin,
    drain: output.drain,
    finish() {
      zip.end();
      return output.finish();
    },
  };
}

/** Columns whose texts all series of a distribution share, and those that each series has. */
function sharedColumns(table: "full" | "values") {
  const { before, between, after } = valueColumns(table);
  const all = [...before, ...between, ...after];
  const own: readonly MetadataColumn[] = [
    "serie_id",
    "indice_tiempo_frecuencia",
    "serie_titulo",
    "serie_unidades",
    "serie_descripcion",
  ];
  return {
    distribution: all.filter((name) => !own.includes(name)),
    series: all.filter((name) => own.includes(name)),
  };
}

async function writeValues(
  run: DumpRun,
  { catalogId, catalogs }: Package,
  table: "full" | "values",
  sheetRows: number,
): Promise<void> {
  const distributions = catalogs.flatMap(({ distributions }) => distributions);
  const sheets = SHEET_NAMES.flatMap(([frequency, name]) =>
    Array.from(
      { length: Math.ceil(rowsAt(distributions, frequency) / sheetRows) },
      (_, i) => `${name}-${i + 1}`,
    )
  );
  const output = await run.open(catalogId, dumpFileOf("xlsx", table));
  const book = openWorkbook(run, output, sheets);

  const columns = sharedColumns(table);
  const strings = book.begin(STRINGS_PATH);
  strings.add(STRINGS_START);
  const firstStrings: number[] = [];
  let count = 0;
  for (const distribution of distributions) {
    firstStrings.push(count);
    const series = await seriesOf(run.store, distribution, run.today);
    const texts = [
      ...columns.distribution.map((name) => series[0]!.facts[name]),
      ...series.flatMap(({ facts }) => columns.series.map((name) => facts[name])),
    ];
    for (const text of texts) strings.add(sharedString(text as string));
    count += texts.length;
    await book.drain();
  }
  strings.add(STRINGS_END);
  strings.end();

  const rows = sheetWriter(book, DUMP_TABLES[table], sheetRows);
  for (const [frequency] of SHEET_NAMES) {
    for (const [i, distribution] of distributions.entries()) {
      if (!distribution.series.some((series) => series.frequency === frequency)) continue;
      const series = await seriesOf(run.store, distribution, run.today);
      let next = firstStrings[i]!;
      const numbers = new Map<MetadataColumn, number>(columns.distribution.map((name) => [name, next++]));
      for (const one of series) {
        for (const name of columns.series) numbers.set(name, next++);
        if (one.observations.frequency !== frequency) continue;
        addRows(rows, table, one, numbers);
        run.wrote(one.observations.values.length);
      }
      await book.drain();
    }
    rows.endSheet();
  }
  await book.finish();
}

const rowsAt = (distributions: readonly KnownDistribution[], frequency: Frequency): number =>
  distributions.reduce(
    (sum, { series }) => series.reduce((sum, one) => one.frequency === frequency ? sum + one.rows : sum, sum),
    0,
  );

type SheetWriter = {
  /** Begins a row, on a sheet that has place for it. */
  row(): TextPieces;
  /** Ends the sheet that has been begun, if any: the next row is on another. */
  endSheet(): void;
};

function sheetWriter(book: Workbook, columns: readonly ColumnName[], sheetRows: number): SheetWriter {
  let sheet: ReturnType<Workbook["begin"]> | undefined;
  let sheets = 0;
  let rows = 0;
  const endSheet = () => {
    sheet?.add(SHEET_END);
    sheet?.end();
    sheet = undefined;
  };
  return {
    row() {
      if (sheet && rows === sheetRows) endSheet();
      if (!sheet) {
        sheet = book.begin(sheetPath(sheets++));
        sheet.add(sheetStart(columns));
        rows = 0;
      }
      sheet.addAscii(rowStart(++rows + 1));
      return sheet;
    },
    endSheet,
  };
}

/** Rows of a series; `numbers` are those of its texts among the shared strings. */
function addRows(
  sheet: SheetWriter,
  table: "full" | "values",
  { facts, observations }: FullSeries,
  numbers: ReadonlyMap<MetadataColumn, number>,
): void {
  const cells = (columns: readonly MetadataColumn[]) =>
    columns.map((name) => facts[name] === "" ? emptyCell() : sharedCell(numbers.get(name)!)).join("");
  const { before, between, after } = valueColumns(table);
  const first = bytesOf(cells(before));
  const middle = bytesOf(cells(between));
  const last = bytesOf(cells(after) + ROW_END);
  const dates = dateCells(observations);
  observations.values.forEach((value, i) => {
    const row = sheet.row();
    row.addBytes(first);
    row.addAscii(dates[i]!);
    row.addBytes(middle);
    row.addAscii(numberCell(value));
    row.addBytes(last);
  });
}

let shownDays: Int32Array | undefined;
let shownCells: readonly string[] = [];

/** Cells of all dates of a series, which those of a distribution mostly share. */
function dateCells(observations: Observations): readonly string[] {
  const days = daysOf(observations);
  if (days !== shownDays) {
    shownDays = days;
    shownCells = Array.from(days, dateCell);
  }
  return shownCells;
}

/** The workbooks of metadata and sources: one sheet each, texts in their cells. */
async function writeTables(run: DumpRun, { catalogId, catalogs }: Package): Promise<void> {
  const tally = sourceTally();
  const metadata = await openTable(run, catalogId, "metadata", "metadatos");
  for (const distribution of catalogs.flatMap(({ distributions }) => distributions)) {
    const series = await seriesOf(run.store, distribution, run.today);
    for (const { facts } of series.sort(bySeriesId)) {
      metadata.add(cellsOf(DUMP_TABLES.metadata, facts));
      tally.add(facts);
    }
    await metadata.drain();
  }
  await metadata.finish();
  const sources = await openTable(run, catalogId, "sources", "fuentes");
  for (const row of tally.rows()) sources.add(cellsOf(DUMP_TABLES.sources, row));
  await sources.finish();
}

async function openTable(
  run: DumpRun,
  catalogId: string | null,
  table: "metadata" | "sources",
  sheetName: string,
) {
  const columns: readonly ColumnName[] = DUMP_TABLES[table];
  const output = await run.open(catalogId, dumpFileOf("xlsx", table));
  const book = openWorkbook(run, output, [sheetName]);
  book.part(STRINGS_PATH, STRINGS_START + STRINGS_END);
  const sheet = book.begin(sheetPath(0));
  sheet.add(sheetStart(columns));
  let rows = 1;
  return {
    add(cells: readonly Cell[]) {
      sheet.add(
        rowStart(++rows) + columns.map((name, i) => cellXml(name, cells[i]!)).join("") + ROW_END,
      );
    },
    drain: book.drain,
    finish() {
      sheet.add(SHEET_END);
      sheet.end();
      return book.finish();
    },
  };
}

function cellXml(name: ColumnName, cell: Cell): string {
  if (cell === null) return emptyCell();
  if (typeof cell === "boolean") return booleanCell(cell);
  if (typeof cell === "number") return numberCell(cell);
  const day = DUMP_COLUMNS[name].kind === "date" ? dayOfIso(cell) : undefined;
  return day === undefined ? textCell(cell) : dateCell(day);
}
