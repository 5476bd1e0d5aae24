// Turns rows of one date and key each into a table of one row per date and one column per key, in two steps: all rows
// are read into columns, then the dates between the first and the last are written, each with what it has.

import path from "node:path";
import { firstDay, FREQUENCY, type Period, periodOf } from "../../core/frequency.ts";
import { Problem } from "../../core/problem.ts";
import { fold } from "../../core/search_text.ts";
import { isoDate } from "../../core/time.ts";
import { ConfigurationFault } from "../configuration.ts";
import { CsvFault, detectDelimiter, readCsvRows } from "../csv_reader.ts";
import { createCsvWriter } from "../csv_writer.ts";
import {
  type PivotConfiguration,
  type Reading,
  readPivotConfiguration,
  type Title,
} from "./configuration.ts";
import { addDecimals, compareDecimals, decimalReader } from "./decimal_text.ts";

export type PivotFiles = { readonly input: string; readonly output: string; readonly conf: string };

export type PivotSummary = {
  readonly output: string;
  readonly rows_in: number;
  readonly rows_out: number;
  /** Without that of time. */
  readonly columns: number;
  /** Rows that are in no column: by the filter, without a match in the joined file, without a title. */
  readonly left_out: { readonly filter: number; readonly join: number; readonly title: number };
};

type Surroundings = {
  /** A line for who watches. */
  readonly tell: (line: string) => void;
  /** Called with what removes the unfinished file, for when the program is ended. */
  readonly onDiscard: (discard: () => void) => void;
};

/** A column of the result: its place among `values`, and numbers as text. */
type Column = { readonly rank: number; readonly values: Map<Period, string> };

type Row = { readonly cells: readonly string[]; readonly line: number };
/** A column of the rows, by its name; undefined where a joined file does not match. */
type Cell = (row: Row) => string | undefined;

/** More is no table of series but a date that is wrong. */
const MOST_CELLS = 50_000_000;
/** Names told of those that were left out. */
const TOLD_NAMES = 20;

const COMBINE: Readonly<
  Record<Exclude<PivotConfiguration["repeated"], "fail">, (a: string, b: string) => string>
> = {
  sum: addDecimals,
  min: (a, b) => compareDecimals(a, b) <= 0 ? a : b,
  max: (a, b) => compareDecimals(a, b) >= 0 ? a : b,
};

/**
 * Pivots a file.
 * Errors: ConfigurationFault (nothing was read), Problem for content and files; no file is left half written.
 */
export async function pivotFile(files: PivotFiles, { tell, onDiscard }: Surroundings): Promise<PivotSummary> {
  const configuration = await readPivotConfiguration(files.conf);
  if (path.resolve(files.input) === path.resolve(files.output)) {
    throw new ConfigurationFault(`El resultado tomaría el lugar del archivo de entrada "${files.input}"`);
  }
  const { columns, rowsIn, leftOut, unmatched } = await readColumns(files.input, configuration);
  tell(`${files.input}: ${rowsIn} filas leídas`);
  if (unmatched.size > 0) {
    const names = [...unmatched].slice(0, TOLD_NAMES).map((name) => `"${name}"`).join(", ");
    const more = unmatched.size > TOLD_NAMES ? ` y ${unmatched.size - TOLD_NAMES} más` : "";
    tell(`${configuration.join!.file}: sin correspondencia ${names}${more}`);
  }
  const kept = keptColumns(columns, configuration.minValues);
  if (kept.length === 0) {
    throw new Problem(
      "invalid",
      `${files.input}: ninguna columna llega a ${configuration.minValues} valores`,
    );
  }
  const rowsOut = writeTable(files, kept, configuration, onDiscard);
  tell(`${files.output}: ${rowsOut} filas y ${kept.length} columnas escritas`);
  return {
    output: files.output,
    rows_in: rowsIn,
    rows_out: rowsOut,
    columns: kept.length,
    left_out: leftOut,
  };
}

async function readColumns(input: string, configuration: PivotConfiguration) {
  const { date, repeated, values, filter } = configuration;
  const joined = await readJoined(configuration.join);
  const readNumber = decimalReader(configuration.separators);
  const columns = new Map<string, Column>();
  const leftOut = { filter: 0, join: 0, title: 0 };
  const unmatched = new Set<string>();

  const plan = (header: readonly string[]) => {
    const find = (name: string) => cellOf(input, header, name);
    const match = configuration.join && find(configuration.join.column);
    const titlePart = (part: Title[number]): Cell => {
      if ("text" in part) return () => part.text;
      if (header.includes(part.column) || joined === undefined) return slugged(find(part.column));
      const slot = joined.header.indexOf(part.column);
      if (slot < 0) find(part.column);
      return slugged((row) => joined.rows.get(match!(row)!)?.[slot]);
    };
    return {
      filters: filter.map(({ column, texts }) => ({ cell: find(column), texts: new Set(texts) })),
      match,
      date: find(date.column),
      values: values.map(({ column, title }) => ({
        column,
        cell: find(column),
        title: title.map(titlePart),
      })),
    };
  };
  const take = ({ filters, match, date: dateCell, values }: ReturnType<typeof plan>, row: Row): void => {
    if (filters.some(({ cell, texts }) => !texts.has(cell(row)!))) return void leftOut.filter++;
    if (match !== undefined && !joined!.rows.has(match(row)!)) {
      unmatched.add(match(row)!);
      return void leftOut.join++;
    }
    const day = date.format.read(dateCell(row)!.trim());
    if (day === undefined) {
      throw faultAt(input, row, date.column, `"${dateCell(row)}" no es una fecha ${date.formatText}`);
    }
    const period = periodOf(date.frequency, day);
    let isTitled = false;
    values.forEach(({ column, cell, title }, rank) => {
      const parts = title.map((part) => part(row));
      if (parts.some((part, i) => !part && "column" in configuration.values[rank]!.title[i]!)) return;
      isTitled = true;
      const text = cell(row)!.trim();
      if (text === "") return;
      const value = readNumber(text);
      if (value === undefined) throw faultAt(input, row, column, `"${text}" no es un número`);
      const name = parts.join("");
      let found = columns.get(name);
      if (found === undefined) columns.set(name, found = { rank, values: new Map() });
      else if (found.rank !== rank) {
        throw new ConfigurationFault(`"values" ${found.rank} y ${rank} dan la misma columna "${name}"`);
      }
      const before = found.values.get(period);
      if (before !== undefined && repeated === "fail") {
        const at = isoDate(firstDay(date.frequency, period));
        const reason =
          `la columna "${name}" ya tiene un valor en ${at}; indique "repeated" si es intencional`;
        throw faultAt(input, row, column, reason);
      }
      found.values.set(
        period,
        before === undefined || repeated === "fail" ? value : COMBINE[repeated](before, value),
      );
    });
    if (!isTitled) leftOut.title++;
  };

  let planned: ReturnType<typeof plan> | undefined;
  const rowsIn = await readTable(input, configuration, (header) => planned = plan(header), (row) => {
    take(planned!, row);
  });
  return { columns, rowsIn, leftOut, unmatched };
}

/** The rows of the joined file by the text they are matched by. */
async function readJoined(join: PivotConfiguration["join"]) {
  if (join === undefined) return;
  const rows = new Map<string, readonly string[]>();
  let names: readonly string[] = [];
  let key: Cell;
  await readTable(join.file, join, (header) => {
    names = header;
    key = cellOf(join.file, header, join.fileColumn);
  }, (row) => {
    const text = key(row)!;
    const before = rows.get(text);
    if (before !== undefined && before.join("\0") !== row.cells.join("\0")) {
      throw faultAt(join.file, row, join.fileColumn, `"${text}" ya está en otra fila, con otros datos`);
    }
    rows.set(text, row.cells);
  });
  return { header: names, rows };
}

/** Reads a file with a header; blank lines are no rows. Answers how many rows it has. */
async function readTable(
  file: string,
  { delimiter, encoding }: Reading,
  begin: (header: readonly string[]) => void,
  push: (row: Row) => void,
): Promise<number> {
  let width: number | undefined;
  let rows = 0;
  try {
    const source = {
      path: file,
      name: file,
      delimiter: delimiter ?? await detectDelimiter(file, encoding),
      encoding,
    };
    await readCsvRows(source, (cells, line) => {
      if (width === undefined) {
        width = cells.length;
        return void begin(cells);
      }
      if (cells.length === 1 && cells[0] === "") return;
      if (cells.length !== width) {
        throw new CsvFault(file, line, 1, `la fila tiene ${cells.length} celdas y el encabezado ${width}`);
      }
      rows++;
      push({ cells, line });
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
      throw new Problem("not_found", `No existe el archivo "${file}"`, [], { cause: error });
    }
    throw error;
  }
  if (width === undefined) throw new CsvFault(file, 1, 1, "el archivo está vacío: falta el encabezado");
  return rows;
}

function cellOf(file: string, header: readonly string[], name: string): Cell {
  const slot = header.indexOf(name);
  if (slot < 0) {
    throw new CsvFault(file, 1, 1, `no existe la columna "${name}" (hay: ${header.join(", ")})`);
  }
  if (header.includes(name, slot + 1)) throw new CsvFault(file, 1, 1, `hay dos columnas "${name}"`);
  return ({ cells }) => cells[slot];
}

/** Lower case without accents, whatever is neither letter nor digit as one `_`. */
function slugged(cell: Cell): Cell {
  const slugs = new Map<string, string>();
  return (row) => {
    const text = cell(row);
    if (text === undefined) return;
    let slug = slugs.get(text);
    if (slug === undefined) {
      slug = fold(text).replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "");
      slugs.set(text, slug);
    }
    return slug;
  };
}

function faultAt(file: string, { line }: Row, column: string, reason: string): Problem {
  return new Problem("invalid", `${file}, línea ${line}, columna "${column}": ${reason}`);
}

function keptColumns(columns: ReadonlyMap<string, Column>, minValues: number) {
  return [...columns].filter(([, { values }]) => values.size >= minValues)
    .sort(([a, { rank: i }], [b, { rank: j }]) => i - j || (a < b ? -1 : 1));
}

function writeTable(
  { input, output }: PivotFiles,
  columns: readonly (readonly [string, Column])[],
  { date: { frequency, column }, timeTitle, outputDelimiter }: PivotConfiguration,
  onDiscard: (discard: () => void) => void,
): number {
  let first = Infinity;
  let last = -Infinity;
  for (const [, { values }] of columns) {
    for (const period of values.keys()) {
      first = Math.min(first, period);
      last = Math.max(last, period);
    }
  }
  const rows = (last - first) / FREQUENCY[frequency].step + 1;
  if (rows * columns.length > MOST_CELLS) {
    const span = `${isoDate(firstDay(frequency, first))} y ${isoDate(firstDay(frequency, last))}`;
    const reason =
      `entre ${span} habría ${rows} filas de ${columns.length} columnas: ¿hay una fecha equivocada?`;
    throw new Problem("invalid", `${input}, columna "${column}": ${reason}`);
  }
  const writer = openWriter(output, outputDelimiter);
  onDiscard(writer.discard);
  try {
    const slots = [...Array(columns.length + 1).keys()];
    writer.header([timeTitle, ...columns.map(([name]) => name)]);
    for (let period = first; period <= last; period += FREQUENCY[frequency].step) {
      const cells = columns.map(([, { values }]) => values.get(period) ?? null);
      writer.row([isoDate(firstDay(frequency, period)), ...cells], slots);
    }
    writer.close();
    writer.keep();
  } catch (error) {
    writer.discard();
    throw error;
  }
  return rows;
}

function openWriter(output: string, delimiter: string) {
  try {
    return createCsvWriter(output, delimiter, "minimal");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    throw new Problem("not_found", `No existe la carpeta de salida "${path.dirname(output)}"`, [], {
      cause: error,
    });
  }
}
