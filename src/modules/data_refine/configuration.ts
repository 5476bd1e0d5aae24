// The configuration of the module: a folder with `conf.json` (or `config.json`) and the histories in `filters/`.

import path from "node:path";
import { isJsonObject } from "../../core/json.ts";
import { type History, HistoryFault, readHistory } from "../../core/refine/history.ts";
import { ConfigurationFault, Keys, readJson } from "../configuration.ts";
import { type Encoding, ENCODINGS } from "../csv_reader.ts";
import { type Quoting, QUOTINGS } from "../csv_writer.ts";

const ON_MISSING_FILTER = ["fail", "copy", "skip"] as const;

export type Configuration = {
  readonly folder: string;
  readonly outputsFormat: string;
  readonly outputsSuffix: string;
  readonly filtersName: string;
  readonly filtersFormat: string;
  /** Undefined: told by each file. */
  readonly inputDelimiter: string | undefined;
  readonly outputDelimiter: string;
  readonly encoding: Encoding;
  readonly onMissingFilter: typeof ON_MISSING_FILTER[number];
  readonly quote: Quoting;
  /** Rows that an operation may hold in memory. */
  readonly maxTableRows: number;
};

const MAX_TABLE_ROWS = 1_000_000;

const NAMES = ["conf.json", "config.json"] as const;

/** Reads the configuration of a folder. Errors: ConfigurationFault. */
export async function readConfiguration(folder: string): Promise<Configuration> {
  const file = await firstExisting(NAMES.map((name) => path.join(folder, name)));
  if (file === undefined) {
    throw new ConfigurationFault(
      `No hay conf.json ni config.json en la carpeta de configuración "${folder}"`,
    );
  }
  const json = await readJson(file);
  if (!isJsonObject(json)) throw new ConfigurationFault(`${file}: debe ser un objeto`);
  const keys = new Keys(file, json);
  const configuration: Configuration = {
    folder,
    outputsFormat: keys.text("outputs_format", "csv"),
    outputsSuffix: keys.text("outputs_suffix", ""),
    filtersName: keys.text("filters_name", ""),
    filtersFormat: keys.text("filters_format", "json"),
    inputDelimiter: keys.delimiter("input_delimiter"),
    outputDelimiter: keys.delimiter("output_delimiter") ?? ";",
    encoding: keys.choice("encoding", ENCODINGS, "utf-8"),
    onMissingFilter: keys.choice("on_missing_filter", ON_MISSING_FILTER, "fail"),
    quote: keys.choice("quote", QUOTINGS, "minimal"),
    maxTableRows: keys.count("max_table_rows", MAX_TABLE_ROWS),
  };
  keys.refuseOthers(["inputs_format"]);
  for (const key of ["outputs_format", "outputs_suffix", "filters_name", "filters_format"] as const) {
    if (/[/\\\0]/.test(String(json[key] ?? ""))) {
      throw new ConfigurationFault(`${file}: "${key}" no puede tener barras`);
    }
  }
  return configuration;
}

/** The history of a file's base name, or undefined where there is none. Errors: ConfigurationFault. */
export async function readFilter(
  configuration: Configuration,
  base: string,
): Promise<NamedHistory | undefined> {
  const { folder, filtersName, filtersFormat } = configuration;
  const file = filterPath(folder, filtersName, base, filtersFormat);
  if (await firstExisting([file]) === undefined) return undefined;
  const json = await readJson(file);
  return { file, history: inFile(file, () => readHistory(json)) };
}

export type NamedHistory = { readonly file: string; readonly history: History };

export const filterPath = (folder: string, name: string, base: string, format: string): string =>
  path.join(folder, "filters", `${name}${base}.${format}`);

/** Runs with the file of a history put to its faults. */
export function inFile<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof HistoryFault) throw new ConfigurationFault(`${file}: ${error.message}`, error);
    throw error;
  }
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      if ((await Deno.stat(file)).isFile) return file;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
  return undefined;
}
