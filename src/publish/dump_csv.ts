// The CSV files: comma, CRLF, UTF-8, a header row. Rows of a catalog are written once, and deflated once, into its
// own files and into those of all catalogs together.

import { cellsOf, type SourceTally, sourceTally } from "../core/dump_rows.ts";
import {
  type Cell,
  type ColumnName,
  DUMP_COLUMNS,
  DUMP_TABLES,
  type DumpTable,
  type MetadataColumn,
  valueColumns,
} from "../core/dump_tables.ts";
import { pythonNumber } from "../core/number_text.ts";
import { inertText } from "../core/spreadsheet_text.ts";
import { addToAll, type Content } from "./dump_output.ts";
import { type DumpRun, openContent } from "./dump_run.ts";
import { bySeriesId, datesOf, type FullSeries, seriesOf } from "./dump_source.ts";
import { bytesOf, type TextPieces, textPieces } from "./text_pieces.ts";

const TABLES = ["full", "values", "metadata", "sources"] as const satisfies DumpTable[];

/** The open files of a package, and what is told of its sources when it ends. */
type CsvFiles = Readonly<Record<(typeof TABLES)[number], Content>> & { readonly tally: SourceTally };

export async function dumpCsv(run: DumpRun): Promise<void> {
  const whole = run.whole ? await openFiles(run, null) : undefined;
  for (const catalog of run.catalogs) {
    const own = await openFiles(run, catalog.id);
    const packages = whole ? [own, whole] : [own];
    const texts = {
      full: sharedText(run, packages.map(({ full }) => full)),
      values: sharedText(run, packages.map(({ values }) => values)),
      metadata: sharedText(run, packages.map(({ metadata }) => metadata)),
    };
    for (const distribution of catalog.distributions) {
      const series = await seriesOf(run.store, distribution, run.today);
      for (const one of series) {
        addValues(texts.full, texts.values, one);
        run.wrote(one.observations.values.length);
      }
      for (const { facts } of series.sort(bySeriesId)) {
        texts.metadata.add(line(DUMP_TABLES.metadata, cellsOf(DUMP_TABLES.metadata, facts)));
        for (const { tally } of packages) tally.add(facts);
      }
      for (const files of packages) await drain(files);
    }
    for (const text of Object.values(texts)) text.flush();
    await finish(run, own);
  }
  if (whole) await finish(run, whole);
}

async function openFiles(run: DumpRun, catalogId: string | null): Promise<CsvFiles> {
  const open = async (table: (typeof TABLES)[number]) => {
    const content = await openContent(run, catalogId, "csv", table);
    addText(run, content, `${DUMP_TABLES[table].join(",")}\r\n`);
    return content;
  };
  return {
    full: await open("full"),
    values: await open("values"),
    metadata: await open("metadata"),
    sources: await open("sources"),
    tally: sourceTally(),
  };
}

async function drain(files: CsvFiles): Promise<void> {
  for (const table of TABLES) await files[table].drain();
}

async function finish(run: DumpRun, files: CsvFiles): Promise<void> {
  const rows = files.tally.rows().map((facts) =>
    line(DUMP_TABLES.sources, cellsOf(DUMP_TABLES.sources, facts))
  );
  addText(run, files.sources, rows.join(""));
  for (const table of TABLES) await files[table].finish();
}

function sharedText({ compression }: DumpRun, contents: readonly Content[]): TextPieces {
  return textPieces((piece) => addToAll(contents, piece, compression));
}

function addText(run: DumpRun, content: Content, text: string): void {
  const pieces = sharedText(run, [content]);
  pieces.add(text);
  pieces.flush();
}

/** Signs of a date: years have four digits. */
const DATE_LENGTH = "YYYY-MM-DD".length;

/**
 * Rows of a series as bytes: what stands from the value of a row to that of the next, with a place for the date.
 * The first row begins at `begin`; after the last comes `end`.
 */
function constantBytes(table: "full" | "values", { facts }: FullSeries) {
  const cells = (columns: readonly MetadataColumn[]) => columns.map((name) => cellText(name, facts[name]));
  const { before, between, after } = valueColumns(table);
  const end = bytesOf(`${cells(after).map((cell) => `,${cell}`).join("")}\r\n`);
  const beforeDate = bytesOf(`${cells(before).join(",")},`);
  const afterDate = bytesOf(`,${cells(between).map((cell) => `${cell},`).join("")}`);
  const dateAt = end.length + beforeDate.length;
  const row = new Uint8Array(dateAt + DATE_LENGTH + afterDate.length);
  row.set(end);
  row.set(beforeDate, end.length);
  row.set(afterDate, dateAt + DATE_LENGTH);
  return { row, dateAt, begin: end.length, end };
}

function addValues(full: TextPieces, values: TextPieces, series: FullSeries): void {
  const { observations } = series;
  const dates = datesOf(observations);
  const tables = [
    { pieces: full, ...constantBytes("full", series) },
    { pieces: values, ...constantBytes("values", series) },
  ];
  observations.values.forEach((value, i) => {
    const date = dates[i]!;
    const text = Number.isFinite(value) ? pythonNumber(value) : "";
    for (const { pieces, row, dateAt, begin } of tables) {
      for (let sign = 0; sign < DATE_LENGTH; sign++) row[dateAt + sign] = date.charCodeAt(sign);
      pieces.addBytes(i === 0 ? row.subarray(begin) : row);
      pieces.addAscii(text);
    }
  });
  if (observations.values.length === 0) return;
  for (const { pieces, end } of tables) pieces.addBytes(end);
}

function line(columns: readonly ColumnName[], cells: readonly Cell[]): string {
  return `${columns.map((name, i) => cellText(name, cells[i]!)).join(",")}\r\n`;
}

function cellText(name: ColumnName, cell: Cell): string {
  switch (typeof cell) {
    case "string":
      return DUMP_COLUMNS[name].kind === "text" ? quoted(inertText(cell)) : cell;
    case "number":
      if (!Number.isFinite(cell)) return "";
      return DUMP_COLUMNS[name].kind === "number" ? pythonNumber(cell) : String(cell);
    case "boolean":
      return cell ? "True" : "False";
    default:
      return "";
  }
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
