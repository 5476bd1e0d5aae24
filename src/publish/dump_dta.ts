// The Stata files. Widths of texts are those of the longest text of the whole run, so that the rows of a catalog
// are the same bytes in its own files and in those of all catalogs together.

import { cellsOf, type SourceTally, sourceTally } from "../core/dump_rows.ts";
import { type ColumnName, DUMP_COLUMNS, DUMP_TABLES } from "../core/dump_tables.ts";
import {
  DTA_END,
  dtaHead,
  dtaRow,
  dtaText,
  FIRST_DAY,
  KIND_BYTES,
  rowWidth,
  type TextWidths,
  writeNumber,
} from "./dta_format.ts";
import { addToAll, type Content } from "./dump_output.ts";
import { type DumpRun, openContent, type Package, packagesOf } from "./dump_run.ts";
import { bySeriesId, daysOf, type FullSeries, rowsOf, seriesOf } from "./dump_source.ts";

const PIECE_BYTES = 256 * 1024;

type DtaFiles = { readonly bare: Content; readonly metadata: Content; readonly tally: SourceTally };

export async function dumpDta(run: DumpRun): Promise<void> {
  const widths = await textWidths(run);
  const packages = packagesOf(run);
  const whole = run.whole ? await openFiles(run, widths, packages.shift()!) : undefined;
  for (const own of packages) {
    const files = await openFiles(run, widths, own);
    const all = whole ? [files, whole] : [files];
    const values = valueRows(
      widths,
      (piece) => addToAll(all.map(({ bare }) => bare), piece, run.compression),
    );
    for (const distribution of own.catalogs[0]!.distributions) {
      const series = await seriesOf(run.store, distribution, run.today);
      for (const one of series) {
        values.add(one);
        run.wrote(one.observations.values.length);
      }
      for (const { facts } of series.sort(bySeriesId)) {
        const row = dtaRow(DUMP_TABLES.metadata, widths, cellsOf(DUMP_TABLES.metadata, facts));
        for (const { metadata, tally } of all) {
          metadata.add(row);
          tally.add(facts);
        }
      }
      for (const { bare, metadata } of all) {
        await bare.drain();
        await metadata.drain();
      }
    }
    values.flush();
    await finish(run, own.catalogId, files);
  }
  if (whole) await finish(run, null, whole);
}

/** Longest text of each column that is one, in bytes: at least 1, which is the least there can be. */
async function textWidths(run: DumpRun): Promise<TextWidths> {
  const widths = new Map<ColumnName, number>();
  const names = DUMP_TABLES.metadata.filter((name) => DUMP_COLUMNS[name].kind === "text");
  for (const name of names) widths.set(name, 1);
  for (const { distributions } of run.catalogs) {
    for (const distribution of distributions) {
      for (const { facts } of await seriesOf(run.store, distribution, run.today)) {
        for (const name of names) {
          const { length } = dtaText(facts[name] as string);
          if (length > widths.get(name)!) widths.set(name, length);
        }
      }
    }
  }
  return widths;
}

async function openFiles(
  run: DumpRun,
  widths: TextWidths,
  { catalogId, catalogs }: Package,
): Promise<DtaFiles> {
  const bare = await openContent(run, catalogId, "dta", "bare");
  bare.add(dtaHead(DUMP_TABLES.bare, widths, rowsOf(catalogs)));
  const metadata = await openContent(run, catalogId, "dta", "metadata");
  const series = catalogs.flatMap(({ distributions }) => distributions)
    .reduce((sum, { series }) => sum + series.length, 0);
  metadata.add(dtaHead(DUMP_TABLES.metadata, widths, series));
  return { bare, metadata, tally: sourceTally() };
}

async function finish(
  run: DumpRun,
  catalogId: string | null,
  { bare, metadata, tally }: DtaFiles,
): Promise<void> {
  const sources = await openContent(run, catalogId, "dta", "sources");
  const rows = tally.rows();
  const longest = rows.reduce(
    (most, { dataset_fuente: text }) => Math.max(most, dtaText(text as string).length),
    1,
  );
  const widths: TextWidths = new Map([["dataset_fuente", longest]]);
  sources.add(dtaHead(DUMP_TABLES.sources, widths, rows.length));
  for (const row of rows) sources.add(dtaRow(DUMP_TABLES.sources, widths, cellsOf(DUMP_TABLES.sources, row)));
  for (const content of [bare, metadata, sources]) {
    content.add(DTA_END);
    await content.finish();
  }
}

/** Rows of values, a series at a time, given on in pieces that are only valid until `take` returns. */
function valueRows(widths: TextWidths, take: (piece: Uint8Array) => void) {
  const width = rowWidth(DUMP_TABLES.bare, widths);
  const dateAt = widths.get("serie_id")!;
  const valueAt = dateAt + KIND_BYTES.date;
  const piece = new Uint8Array(Math.floor(PIECE_BYTES / width) * width);
  const view = new DataView(piece.buffer);
  let filled = 0;
  const flush = () => {
    if (filled > 0) take(piece.subarray(0, filled));
    filled = 0;
  };
  return {
    add({ facts, observations }: FullSeries) {
      const id = new Uint8Array(dateAt);
      id.set(dtaText(facts.serie_id as string));
      const days = daysOf(observations);
      observations.values.forEach((value, i) => {
        if (filled === piece.length) flush();
        piece.set(id, filled);
        view.setInt32(filled + dateAt, days[i]! - FIRST_DAY, true);
        writeNumber(view, filled + valueAt, value);
        filled += width;
      });
    },
    flush,
  };
}
