// Applies to every file of a folder the history that bears its name. All configuration, histories and headers are
// checked before the first row is read; results take their names together, once all are written.

import path from "node:path";
import type { CellValue } from "../../core/grel/value.ts";
import { Problem } from "../../core/problem.ts";
import { checkHistory, runHistory, type RunOptions } from "../../core/refine/history.ts";
import {
  type Configuration,
  filterPath,
  inFile,
  type NamedHistory,
  readConfiguration,
  readFilter,
} from "./configuration.ts";
import { ConfigurationFault } from "../configuration.ts";
import { CsvFault, type CsvSource, detectDelimiter, readCsvRows } from "../csv_reader.ts";
import { createCsvWriter, type CsvWriter } from "../csv_writer.ts";

export type Folders = { readonly input: string; readonly output: string; readonly conf: string };

export type FileReport = { readonly output: string; readonly rows_in: number; readonly rows_out: number };
export type Summary = {
  readonly files: Readonly<Record<string, FileReport>>;
  readonly skipped: readonly string[];
};

type Surroundings = {
  readonly now: number;
  /** A line for who watches. */
  readonly tell: (line: string) => void;
  /** Called with what removes the unfinished files, for when the program is ended. */
  readonly onDiscard: (discard: () => void) => void;
};

/** A file, its history and its place. */
type Task = {
  readonly source: CsvSource;
  readonly columns: readonly string[];
  readonly filter: NamedHistory;
  readonly output: string;
};

/** Rows between two lines of progress. */
const TELL_EVERY = 500_000;

/**
 * Refines a folder.
 * Errors: ConfigurationFault (nothing was read), Problem for content and folders; no file is left half written.
 */
export async function refineFolder(
  folders: Folders,
  { now, tell, onDiscard }: Surroundings,
): Promise<Summary> {
  const configuration = await readConfiguration(folders.conf);
  const options: RunOptions = { now, maxRows: configuration.maxTableRows };
  const { tasks, skipped } = await planTasks(folders, configuration, options);
  const writers: CsvWriter[] = [];
  const discard = () => writers.forEach((writer) => writer.discard());
  onDiscard(discard);
  const files: Record<string, FileReport> = {};
  try {
    for (const task of tasks) {
      const writer = createCsvWriter(task.output, configuration.outputDelimiter, configuration.quote);
      writers.push(writer);
      files[task.source.name] = { output: task.output, ...await refineFile(task, writer, options, tell) };
    }
    for (const writer of writers) writer.keep();
  } catch (error) {
    discard();
    throw error;
  }
  return { files, skipped };
}

async function planTasks(
  folders: Folders,
  configuration: Configuration,
  options: RunOptions,
): Promise<{ readonly tasks: readonly Task[]; readonly skipped: readonly string[] }> {
  const names = await fileNames(folders.input, "entrada");
  await fileNames(folders.output, "salida");
  if (names.length === 0) {
    throw new Problem("not_found", `La carpeta de entrada "${folders.input}" no tiene archivos`);
  }
  const tasks: Task[] = [];
  const skipped: string[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const base = name.slice(0, name.indexOf(".") < 0 ? undefined : name.indexOf("."));
    const output = path.join(
      folders.output,
      `${base}${configuration.outputsSuffix}.${configuration.outputsFormat}`,
    );
    const rival = tasks.find((task) => task.output === output);
    if (rival !== undefined) {
      throw new ConfigurationFault(`"${rival.source.name}" y "${name}" darían el mismo archivo "${output}"`);
    }
    const found = await readFilter(configuration, base);
    const { filtersName, filtersFormat, onMissingFilter } = configuration;
    const file = filterPath(folders.conf, filtersName, base, filtersFormat);
    if (found === undefined && onMissingFilter === "fail") missing.push(`"${name}" (${file})`);
    else if (found === undefined && onMissingFilter === "skip") skipped.push(name);
    else {
      const filter = found ?? { file, history: [] };
      const task = await planTask(path.join(folders.input, name), name, filter, output, configuration);
      inFile(filter.file, () => checkHistory(filter.history, task.columns, options));
      tasks.push(task);
    }
  }
  if (missing.length > 0) throw new Problem("not_found", `Falta la historia de ${missing.join(", ")}`);
  return { tasks, skipped };
}

/** Names of the files of a folder, in order; hidden ones are nobody's data. */
async function fileNames(folder: string, what: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.startsWith(".") && (await Deno.stat(path.join(folder, name))).isFile) names.push(name);
    }
    return names.sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new Problem("not_found", `No existe la carpeta de ${what} "${folder}"`, [], { cause: error });
    }
    throw error;
  }
}

async function planTask(
  file: string,
  name: string,
  filter: NamedHistory,
  output: string,
  { inputDelimiter, encoding }: Configuration,
): Promise<Task> {
  if (path.resolve(file) === path.resolve(output)) {
    throw new ConfigurationFault(
      `El resultado de "${name}" tomaría el lugar del archivo de entrada "${file}"`,
    );
  }
  const delimiter = inputDelimiter ?? await detectDelimiter(file, encoding);
  const source: CsvSource = { path: file, name, delimiter, encoding };
  let header: string[] | undefined;
  await readCsvRows(source, (cells) => {
    header = cells;
    return false;
  });
  if (header === undefined) throw new CsvFault(name, 1, 1, "el archivo está vacío: falta el encabezado");
  return { source, columns: columnNames(header), filter, output };
}

/** Names as OpenRefine imports them: trimmed, blank ones called "Column", repeated ones numbered from 2. */
export function columnNames(header: readonly string[]): string[] {
  const next = new Map<string, number>();
  return header.map((cell) => {
    const name = cell.trim() || "Column";
    const number = next.get(name);
    next.set(name, (number ?? 1) + 1);
    return number === undefined ? name : `${name}${name.includes(" ") ? " " : ""}${number}`;
  });
}

async function refineFile(
  { source, columns, filter, output }: Task,
  writer: CsvWriter,
  options: RunOptions,
  tell: (line: string) => void,
): Promise<{ readonly rows_in: number; readonly rows_out: number }> {
  const { name } = source;
  tell(`${name}: ${columns.length} columnas, separador ${JSON.stringify(source.delimiter)}`);
  let line = 1;
  try {
    const { rowsIn, rowsOut } = await runHistory(
      filter.history,
      columns,
      async (push) => {
        let rows = -1;
        await readCsvRows(source, (cells, at) => {
          line = at;
          if (++rows === 0) return;
          if (cells.length > columns.length) refuseExtra(name, cells, columns.length, at);
          push(asCells(cells, columns.length));
          if (rows % TELL_EVERY === 0) tell(`${name}: ${rows} filas`);
        });
      },
      { begin: writer.header, row: writer.row },
      options,
    );
    writer.close();
    tell(`${name}: ${rowsIn} filas leídas, ${rowsOut} escritas en ${output}`);
    return { rows_in: rowsIn, rows_out: rowsOut };
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof CsvFault) throw error;
    throw new Problem(error.code, `${name}, línea ${line}: ${filter.file}: ${error.message}`, [], {
      cause: error,
    });
  }
}

/** Blank cells are null, and so are those that a short row does not have. */
function asCells(cells: string[], width: number): CellValue[] {
  const row = cells as CellValue[];
  row.length = Math.min(row.length, width);
  for (let i = 0; i < width; i++) if (i >= row.length || row[i] === "") row[i] = null;
  return row;
}

/** Cells beyond the header may be there if they are blank, as after a delimiter too many. */
function refuseExtra(name: string, cells: readonly string[], width: number, line: number): void {
  const extra = cells.findIndex((cell, i) => i >= width && cell !== "");
  if (extra < 0) return;
  throw new CsvFault(name, line, 1, `la fila tiene ${cells.length} celdas y el encabezado ${width}`);
}
