// Loads the CSV files of a folder into the tables that bear their names, in one transaction.

import path from "node:path";
import { Problem } from "../../core/problem.ts";
import { CsvFault, type CsvSource, readCsvRows } from "../csv_reader.ts";
import { createCsvWriter, type CsvWriter } from "../csv_writer.ts";
import type { Value } from "./column_type.ts";
import { type Configuration, readConfiguration, type Table } from "./configuration.ts";
import { openPostgres } from "./postgres_target.ts";
import { openSqlite } from "./sqlite_target.ts";
import { readAddress, type TableLoad } from "./target.ts";

export type Places = { readonly input: string; readonly output: string; readonly conf: string };

type TableReport = { files: number; rows: number; rejected: number };
export type Summary = { readonly tables: Readonly<Record<string, TableReport>> };

type Surroundings = {
  /** A line for who watches. */
  readonly tell: (line: string) => void;
  /** Called with what removes the unfinished files, for when the program is ended. */
  readonly onDiscard: (discard: () => void) => void;
};

/** Rows between two lines of progress. */
const TELL_EVERY = 500_000;
/** Characters of a value that a message shows. */
const SHOWN = 100;

const REJECTED = ".rejected.csv";

/**
 * Loads a folder.
 * Errors: ConfigurationFault and UsageProblem (nothing was read), Problem for content, folders and databases; the
 * tables are then as they were.
 */
export async function loadFolder(places: Places, { tell, onDiscard }: Surroundings): Promise<Summary> {
  const address = readAddress(places.output);
  const configuration = await readConfiguration(places.conf);
  const files = await matchFiles(places.input, configuration.tables, tell);
  const rejects = new Rejects(configuration, tell);
  onDiscard(() => rejects.discard());
  const target = address.engine === "sqlite"
    ? openSqlite(address.path, configuration)
    : await openPostgres(address.url, configuration);
  const tables: Record<string, TableReport> = {};
  try {
    for (const table of configuration.tables) {
      const report = tables[table.name] = { files: 0, rows: 0, rejected: 0 };
      const load = await target.begin(table);
      const own = files.get(table.name)!;
      if (own.length === 0) tell(`Aviso: la tabla "${table.name}" no tiene archivos en "${places.input}"`);
      for (const name of own) {
        const source = {
          path: path.join(places.input, name),
          name,
          delimiter: configuration.delimiter,
          encoding: configuration.encoding,
        };
        const { rows, rejected } = await loadFile(source, table, load, configuration, rejects, tell);
        tell(`${name}: ${rows} filas a "${table.name}"${rejected > 0 ? `, ${rejected} rechazadas` : ""}`);
        report.files++;
        report.rows += rows;
        report.rejected += rejected;
      }
      await load.finish();
    }
    await target.commit();
    rejects.keep();
  } finally {
    rejects.discard();
    await target.close();
  }
  return { tables };
}

/**
 * Files of each table, in order: those whose name up to the first dot is the table's. Results of rejecting are none.
 * Errors: Problem `not_found` where there is no folder or nothing for any table.
 */
export async function matchFiles(
  folder: string,
  tables: readonly Pick<Table, "name">[],
  tell: (line: string) => void,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>(tables.map(({ name }) => [name, []]));
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if ((await Deno.stat(path.join(folder, name))).isFile) names.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new Problem("not_found", `No existe la carpeta de entrada "${folder}"`, [], { cause: error });
    }
    throw error;
  }
  for (const name of names.sort()) {
    if (!name.endsWith(".csv") || name.endsWith(REJECTED) || name.startsWith(".")) continue;
    const own = found.get(name.slice(0, name.indexOf(".")));
    if (own === undefined) tell(`${name}: ninguna tabla se llama así; no se carga`);
    else own.push(name);
  }
  if ([...found.values()].every((own) => own.length === 0)) {
    throw new Problem(
      "not_found",
      `Ningún archivo CSV de "${folder}" lleva el nombre de una tabla (${[...found.keys()].join(", ")})`,
    );
  }
  return found;
}

async function loadFile(
  source: CsvSource,
  table: Table,
  load: TableLoad,
  configuration: Configuration,
  rejects: Rejects,
  tell: (line: string) => void,
): Promise<{ readonly rows: number; readonly rejected: number }> {
  let header: readonly string[] | undefined;
  let read: RowReader;
  let rows = 0;
  let rejected = 0;
  await readCsvRows(source, (cells, line) => {
    if (header === undefined) {
      header = cells;
      read = rowReader(source.name, header, table, configuration, tell);
      return;
    }
    // As a line too many at the end; in a file of one column it is an empty cell.
    if (cells.length === 1 && cells[0] === "" && header.length > 1) return;
    const values = read(cells);
    if (typeof values === "string") {
      rejects.add(source, header, cells, line, values);
      rejected++;
      return;
    }
    load.row(values);
    if (++rows % TELL_EVERY === 0) tell(`${source.name}: ${rows} filas`);
  }, () => load.drain());
  if (header === undefined) {
    throw new CsvFault(source.name, 1, 1, "el archivo está vacío: falta el encabezado");
  }
  rejects.endFile(source);
  return { rows, rejected };
}

/** Values of a row, or why it is bad. */
type RowReader = (cells: readonly string[]) => readonly Value[] | string;

function rowReader(
  file: string,
  header: readonly string[],
  table: Table,
  { nullValues, rules, ifMissingColumn }: Configuration,
  tell: (line: string) => void,
): RowReader {
  const slots = table.columns.map((column) => {
    const slot = header.indexOf(column.header);
    if (header.indexOf(column.header, slot + 1) > slot && slot >= 0) {
      throw new CsvFault(file, 1, 1, `el encabezado repite la columna "${column.header}"`);
    }
    if (slot < 0) {
      const reason = `${file}: falta la columna "${column.header}" de la tabla "${table.name}"`;
      if (ifMissingColumn === "fail" || table.key.includes(column.name)) throw new Problem("invalid", reason);
      tell(`Aviso: ${reason}; queda en NULL`);
    }
    return slot;
  });
  const isKey = table.columns.map(({ name }) => table.key.includes(name));
  return (cells) => {
    if (cells.length !== header.length && (cells.length < header.length || hasMore(cells, header.length))) {
      return `la fila tiene ${cells.length} celdas y el encabezado ${header.length}`;
    }
    const values: Value[] = [];
    for (let i = 0; i < slots.length; i++) {
      const cell = slots[i]! < 0 ? undefined : cells[slots[i]!]!;
      const { header: name, type } = table.columns[i]!;
      if (cell === undefined || nullValues.has(cell)) {
        if (isKey[i]) return `columna "${name}": la clave no puede ser NULL`;
        values.push(null);
        continue;
      }
      const value = cell.includes("\0") ? undefined : type.read(cell, rules);
      if (value === undefined) return `columna "${name}": ${shown(cell)} no es ${type.wanted} (${type.text})`;
      values.push(value);
    }
    return values;
  };
}

/** Blank cells beyond the header may be there, as after a delimiter too many. */
const hasMore = (cells: readonly string[], width: number): boolean =>
  cells.slice(width).some((cell) => cell !== "");

function shown(cell: string): string {
  return JSON.stringify(cell.length > SHOWN ? `${cell.slice(0, SHOWN)}…` : cell);
}

/** Bad rows: each file has its own `<file>.rejected.csv` beside it, with the line and the reason before its cells. */
class Rejects {
  readonly #configuration: Configuration;
  readonly #tell: (line: string) => void;
  readonly #writers = new Map<string, CsvWriter>();
  /** Files without any, whose earlier results go when the load is done. */
  readonly #clean: string[] = [];
  #count = 0;

  constructor(configuration: Configuration, tell: (line: string) => void) {
    this.#configuration = configuration;
    this.#tell = tell;
  }

  /** Errors: Problem `invalid` where rows may not be rejected, or no more. */
  add(
    source: CsvSource,
    header: readonly string[],
    cells: readonly string[],
    line: number,
    reason: string,
  ): void {
    const { onBadRow, maxRejects, delimiter } = this.#configuration;
    const told = `${source.name}, línea ${line}: ${reason}`;
    if (onBadRow === "fail") throw new Problem("invalid", told);
    if (++this.#count > maxRejects) {
      throw new Problem(
        "invalid",
        `Hay más de ${maxRejects} filas malas ("max_rejects"); la última: ${told}`,
      );
    }
    let writer = this.#writers.get(source.path);
    if (writer === undefined) {
      this.#tell(`${told} (rechazada; las demás están en ${source.name}${REJECTED})`);
      writer = createCsvWriter(source.path + REJECTED, delimiter, "minimal");
      this.#writers.set(source.path, writer);
      writer.header(["linea", "motivo", ...header]);
    }
    const row = [String(line), reason, ...cells];
    writer.row(row, [...row.keys()]);
  }

  /** Writes what was rejected of a file, under a name for the time being. */
  endFile({ path }: CsvSource): void {
    const writer = this.#writers.get(path);
    if (writer === undefined) this.#clean.push(path);
    else writer.close();
  }

  /** Gives the files their names. */
  keep(): void {
    for (const writer of this.#writers.values()) writer.keep();
    for (const file of this.#clean) {
      try {
        Deno.removeSync(file + REJECTED);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  discard(): void {
    for (const writer of this.#writers.values()) writer.discard();
  }
}
