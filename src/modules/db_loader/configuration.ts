// The configuration of the module: one JSON file with the tables, their columns and how texts are read.

import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { ConfigurationFault, ENCODING_ALIASES, readJson } from "../configuration.ts";
import { type Encoding, ENCODINGS } from "../csv_reader.ts";
import { type ColumnType, columnType, type TextRules, TYPE_NAMES } from "./column_type.ts";
import { dateFormat, DIRECTIVE_NAMES } from "./date_format.ts";

export const MODES = ["replace", "append", "upsert"] as const;
export type Mode = typeof MODES[number];

export type Column = {
  readonly name: string;
  /** Name in the header of a file. */
  readonly header: string;
  readonly type: ColumnType;
};

export type Table = {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Names of the columns that tell rows apart; empty unless rows are upserted. */
  readonly key: readonly string[];
};

export type Configuration = {
  /** Tables that do not exist are created. */
  readonly createAll: boolean;
  readonly addPk: boolean;
  readonly mode: Mode;
  readonly delimiter: string;
  readonly encoding: Encoding;
  readonly nullValues: ReadonlySet<string>;
  readonly rules: TextRules;
  readonly onBadRow: "fail" | "reject";
  /** Rows that may be rejected in a run. */
  readonly maxRejects: number;
  readonly ifMissingColumn: "fail" | "null";
  readonly tables: readonly Table[];
};

/** Bytes of a name that PostgreSQL keeps. */
const LONGEST_NAME = 63;

/** Reads the configuration. Errors: ConfigurationFault. */
export async function readConfiguration(file: string): Promise<Configuration> {
  const json = await readJson(file).catch((cause) => {
    if (cause instanceof ConfigurationFault) throw cause;
    throw new ConfigurationFault(`No se puede leer la configuración "${file}"`, cause);
  });
  const keys = new Keys(file, json, TOP_KEYS);
  const createAll = keys.boolean("create_all", true);
  const clear = keys.boolean("clear_all_tables_before_insert", false);
  const addPk = keys.boolean("add_pk", false);
  const mode = keys.choice("mode", MODES, createAll && clear ? "replace" : "append");
  if (createAll && clear && mode !== "replace") {
    throw new ConfigurationFault(
      `${file}: "mode" es "${mode}" y "clear_all_tables_before_insert" pide vaciar las tablas`,
    );
  }
  const key = keys.texts("key", []);
  const tables = keys.objects("table_desc", TABLE_KEYS).map((table) => readTable(table, mode, key, addPk));
  refuseRepeated(keys, "table_desc", tables);
  if (mode !== "upsert" && keys.has("key")) throw keys.fault('"key" sólo vale con "mode": "upsert"');
  const onBadRow = keys.choice("on_bad_row", ["fail", "reject"] as const, "fail");
  return {
    createAll,
    addPk,
    mode,
    delimiter: keys.delimiter("delimiter", ","),
    encoding: keys.choice("encoding", ENCODINGS, "utf-8", ENCODING_ALIASES),
    nullValues: new Set(keys.texts("null_values", [""])),
    rules: {
      decimal: keys.choice("decimal", [".", ","] as const, "."),
      dateFormats: keys.texts("date_formats", []).map((text) => {
        const format = dateFormat(text);
        if (format !== undefined) return format;
        throw keys.fault(
          `"date_formats": "${text}" no es un formato de fecha, de hora o de ambas (directivas: ${
            DIRECTIVE_NAMES.join(" ")
          })`,
        );
      }),
    },
    onBadRow,
    maxRejects: keys.count("max_rejects", Infinity),
    ifMissingColumn: keys.choice("if_missing_column", ["fail", "null"] as const, "null"),
    tables,
  };
}

const TOP_KEYS = [
  "create_all",
  "clear_all_tables_before_insert",
  "add_pk",
  "delimiter",
  "table_desc",
  "encoding",
  "null_values",
  "decimal",
  "date_formats",
  "on_bad_row",
  "max_rejects",
  "mode",
  "key",
  "if_missing_column",
];
const TABLE_KEYS = ["name", "columns", "key"];
const COLUMN_KEYS = ["name", "type", "name_orig"];

function readTable(keys: Keys, mode: Mode, commonKey: readonly string[], addPk: boolean): Table {
  const name = keys.name("name");
  const columns = keys.objects("columns", COLUMN_KEYS).map((column) => {
    const text = column.text("type");
    const type = columnType(text);
    if (type === undefined) {
      throw column.fault(`"type": no existe el tipo "${text}" (se admiten ${TYPE_NAMES.join(", ")})`);
    }
    const columnName = column.name("name");
    return { name: columnName, header: column.text("name_orig", columnName), type };
  });
  refuseRepeated(keys, "columns", columns);
  if (columns.length === 0) throw keys.fault('"columns": la tabla no tiene columnas');
  if (addPk && columns.some((column) => column.name.toLowerCase() === "id")) {
    throw keys.fault('"columns": la columna "id" choca con la que agrega "add_pk"');
  }
  if (mode !== "upsert") {
    if (keys.has("key")) throw keys.fault('"key" sólo vale con "mode": "upsert"');
    return { name, columns, key: [] };
  }
  const key = keys.texts("key", commonKey);
  if (key.length === 0) throw keys.fault('"key": con "mode": "upsert" hacen falta las columnas de la clave');
  const unknown = key.find((one) => !columns.some((column) => column.name === one));
  if (unknown !== undefined) throw keys.fault(`"key": la tabla no tiene la columna "${unknown}"`);
  return { name, columns, key: [...new Set(key)] };
}

/** SQLite does not tell capitals apart in names. */
function refuseRepeated(keys: Keys, key: string, named: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name.toLowerCase())) throw keys.fault(`"${key}": se repite el nombre "${name}"`);
    seen.add(name.toLowerCase());
  }
}

/** Reads the values of an object, each with what it must be. */
class Keys {
  readonly #place: string;
  readonly #json: JsonObject;

  constructor(place: string, json: Json, allowed: readonly string[]) {
    this.#place = place;
    if (!isJsonObject(json)) throw this.fault("debe ser un objeto");
    this.#json = json;
    const unknown = Object.keys(json).find((key) => !allowed.includes(key));
    if (unknown !== undefined) {
      throw this.fault(`no existe la clave "${unknown}" (se admiten ${allowed.join(", ")})`);
    }
  }

  has(key: string): boolean {
    return this.#json[key] != null;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#json[key] ?? fallback;
    if (typeof value !== "boolean") throw this.#wrong(key, "true o false");
    return value;
  }

  text(key: string, fallback?: string): string {
    const value = this.#json[key] ?? fallback;
    if (typeof value !== "string") throw this.#wrong(key, "un texto");
    return value;
  }

  /** A name that both databases keep as it is. */
  name(key: string): string {
    const value = this.text(key);
    const bytes = new TextEncoder().encode(value).length;
    if (value.trim() === "" || value.includes("\0") || bytes > LONGEST_NAME) {
      throw this.#wrong(key, `un nombre de hasta ${LONGEST_NAME} bytes`);
    }
    return value;
  }

  texts(key: string, fallback: readonly string[]): readonly string[] {
    const value = this.#json[key] ?? fallback;
    if (typeof value === "string") return [value];
    if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) {
      throw this.#wrong(key, "una lista de textos");
    }
    return value;
  }

  choice<T extends string>(
    key: string,
    allowed: readonly T[],
    fallback: T,
    aliases: Readonly<Record<string, string>> = {},
  ): T {
    const value = this.#json[key] ?? fallback;
    const lower = typeof value === "string" ? aliases[value.toLowerCase()] ?? value.toLowerCase() : undefined;
    const found = allowed.find((one) => one === lower);
    if (found === undefined) throw this.#wrong(key, allowed.map((one) => `"${one}"`).join(" o "));
    return found;
  }

  delimiter(key: string, fallback: string): string {
    const value = this.#json[key] ?? fallback;
    if (typeof value !== "string" || value.length !== 1 || /["\r\n\ufeff]/.test(value)) {
      throw this.#wrong(key, "un solo carácter, que no sea comilla ni fin de línea");
    }
    return value;
  }

  count(key: string, fallback: number): number {
    const value = this.#json[key] ?? undefined;
    if (value === undefined) return fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
      throw this.#wrong(key, "un entero desde 0");
    }
    return value;
  }

  objects(key: string, allowed: readonly string[]): readonly Keys[] {
    const value = this.#json[key];
    if (!Array.isArray(value)) throw this.#wrong(key, "una lista de objetos");
    return value.map((one, i) => new Keys(`${this.#place}: ${key}[${i}]`, one, allowed));
  }

  fault(reason: string): ConfigurationFault {
    return new ConfigurationFault(`${this.#place}: ${reason}`);
  }

  #wrong(key: string, wanted: string): ConfigurationFault {
    return this.fault(`"${key}" debe ser ${wanted}`);
  }
}
