// The configuration of the module: a folder with `conf.json` (or `config.json`) and the histories in `filters/`.

import path from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { Problem } from "../../core/problem.ts";
import { type History, HistoryFault, readHistory } from "../../core/refine/history.ts";
import { jsonFaultAt } from "../../ingest/json_fault.ts";
import { type Encoding, ENCODINGS } from "./csv_reader.ts";
import { type Quoting, QUOTINGS } from "./csv_writer.ts";

/** Wrong arguments, configuration or history: trying again without a change would fail again. */
export class ConfigurationFault extends Problem {
  constructor(message: string, cause?: unknown) {
    super("invalid", message, [], { cause });
  }
}

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
const LARGEST_JSON = 20 * 1024 * 1024;

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

/** Reads the values of a configuration, each with what it must be. */
export class Keys {
  readonly #file: string;
  readonly #json: JsonObject;
  readonly #read = new Set<string>();

  constructor(file: string, json: JsonObject) {
    this.#file = file;
    this.#json = json;
  }

  text(key: string, fallback: string): string {
    const value = this.#value(key) ?? fallback;
    if (typeof value !== "string") throw this.#wrong(key, "un texto");
    return value;
  }

  choice<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.#value(key) ?? fallback;
    const lower = typeof value === "string" ? ALIASES[value.toLowerCase()] ?? value.toLowerCase() : undefined;
    const found = allowed.find((one) => one === lower);
    if (found === undefined) throw this.#wrong(key, allowed.map((one) => `"${one}"`).join(" o "));
    return found;
  }

  delimiter(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || value === "") return undefined;
    const wrong = typeof value !== "string" || value.length !== 1 || /["\r\n\ufeff]/.test(value);
    if (wrong) throw this.#wrong(key, "un solo carácter, que no sea comilla ni fin de línea");
    return value;
  }

  count(key: string, fallback: number): number {
    const value = this.#value(key) ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
      throw this.#wrong(key, "un entero desde 1");
    }
    return value;
  }

  refuseOthers(allowed: readonly string[]): void {
    const known = [...allowed, ...this.#read];
    const unknown = Object.keys(this.#json).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      throw new ConfigurationFault(
        `${this.#file}: no existe la clave "${unknown}" (se admiten ${known.join(", ")})`,
      );
    }
  }

  #value(key: string): Json | undefined {
    this.#read.add(key);
    return this.#json[key] ?? undefined;
  }

  #wrong(key: string, wanted: string): ConfigurationFault {
    return new ConfigurationFault(`${this.#file}: "${key}" debe ser ${wanted}`);
  }
}

/** Other spellings of encodings. */
const ALIASES: Readonly<Record<string, string>> = {
  utf8: "utf-8",
  latin1: "latin-1",
  "iso-8859-1": "latin-1",
  cp1252: "windows-1252",
};

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

export async function readJson(file: string): Promise<Json> {
  if ((await Deno.stat(file)).size > LARGEST_JSON) {
    throw new ConfigurationFault(`${file}: tiene más de ${LARGEST_JSON / 1024 / 1024} MB`);
  }
  const text = (await Deno.readTextFile(file)).replace(/^\ufeff/, "");
  try {
    return JSON.parse(text);
  } catch {
    const before = text.slice(0, jsonFaultAt(text)).split("\n");
    throw new ConfigurationFault(
      `${file}, línea ${before.length}, columna ${before.at(-1)!.length + 1}: no es JSON válido`,
    );
  }
}
