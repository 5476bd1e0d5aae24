// The configuration of the module: one file of JSON that says which column is the date, which are the values and
// what the columns of the result are called.

import path from "node:path";
import { FREQUENCIES, type Frequency } from "../../core/frequency.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { ConfigurationFault, Keys, readConfigurationFile } from "../configuration.ts";
import { type Encoding, ENCODINGS } from "../csv_reader.ts";
import { type DateFormat, dateFormat } from "./date_format.ts";
import type { Separators } from "./decimal_text.ts";

/** What becomes of a second value for the same date and column. */
export const ON_REPEATED = ["fail", "sum", "min", "max"] as const;

/** How a file of rows is read. */
export type Reading = {
  readonly encoding: Encoding; /** Undefined: told by the file. */
  readonly delimiter: string | undefined;
};

/** `sembrada_{Provincia}`: what stands between braces is a column, whose text is brought to lower case and `_`. */
export type Title = readonly ({ readonly text: string } | { readonly column: string })[];

export type PivotConfiguration = Reading & {
  /** Rows that count: in each of these columns one of its texts. */
  readonly filter: readonly { readonly column: string; readonly texts: readonly string[] }[];
  /** A file whose columns are added to the rows that it matches. */
  readonly join:
    | Reading & { readonly file: string; readonly column: string; readonly fileColumn: string }
    | undefined;
  readonly date: {
    readonly column: string;
    readonly format: DateFormat;
    /** As it is written, for faults. */
    readonly formatText: string;
    readonly frequency: Frequency;
  };
  /** Columns of the result come in this order, those of one entry in the order of their titles. */
  readonly values: readonly { readonly column: string; readonly title: Title }[];
  readonly separators: Separators;
  readonly repeated: typeof ON_REPEATED[number];
  /** Columns with fewer values are left out. */
  readonly minValues: number;
  readonly timeTitle: string;
  readonly outputDelimiter: string;
};

/** Weeks are not published. */
const PUBLISHED = FREQUENCIES.filter((frequency) => frequency !== "week");

/** Reads the configuration. Errors: ConfigurationFault. */
export async function readPivotConfiguration(file: string): Promise<PivotConfiguration> {
  const json = objectOf(await readConfigurationFile(file), file);
  const keys = new Keys(file, json);
  const configuration: PivotConfiguration = {
    ...reading(keys),
    filter: filterOf(file, json["filter"]),
    join: joinOf(file, json["join"]),
    date: dateOf(file, json["date"]),
    values: valuesOf(file, json["values"]),
    separators: { decimal: keys.delimiter("decimal") ?? ".", thousands: keys.delimiter("thousands") ?? "" },
    repeated: keys.choice("repeated", ON_REPEATED, "fail"),
    minValues: keys.count("min_values", 1),
    timeTitle: keys.text("time_title", "indice_tiempo"),
    outputDelimiter: keys.delimiter("output_delimiter") ?? ",",
  };
  keys.refuseOthers(["filter", "join", "date", "values"]);
  const { decimal, thousands } = configuration.separators;
  if (decimal === thousands || /[-\d]/.test(decimal + thousands)) {
    throw new ConfigurationFault(
      `${file}: "decimal" ("${decimal}") y "thousands" ("${thousands}") deben ser signos distintos, ni cifras ni guiones`,
    );
  }
  return configuration;
}

function reading(keys: Keys): Reading {
  return {
    encoding: keys.choice("encoding", ENCODINGS, "utf-8"),
    delimiter: keys.delimiter("delimiter"),
  };
}

function filterOf(file: string, json: Json | undefined): PivotConfiguration["filter"] {
  return Object.entries(objectOf(json ?? {}, `${file}: "filter"`)).map(([column, given]) => {
    const texts = Array.isArray(given) ? given : [given];
    if (!texts.every((text) => typeof text === "string")) {
      throw new ConfigurationFault(`${file}: "filter": "${column}" debe ser un texto o una lista de textos`);
    }
    return { column, texts };
  });
}

function joinOf(file: string, json: Json | undefined): PivotConfiguration["join"] {
  if (json === undefined) return;
  const keys = new Keys(`${file}: "join"`, objectOf(json, `${file}: "join"`));
  const column = neededText(keys, "column", `${file}: "join"`);
  const join = {
    ...reading(keys),
    // Beside the configuration, wherever the module is started from.
    file: path.join(path.dirname(file), neededText(keys, "file", `${file}: "join"`)),
    column,
    fileColumn: keys.text("file_column", column),
  };
  keys.refuseOthers([]);
  return join;
}

function dateOf(file: string, json: Json | undefined): PivotConfiguration["date"] {
  const place = `${file}: "date"`;
  const keys = new Keys(place, objectOf(json, place));
  const column = neededText(keys, "column", place);
  const formatText = keys.text("format", "YYYY-MM-DD");
  const frequency = keys.choice("frequency", PUBLISHED, "day");
  keys.refuseOthers([]);
  const format = dateFormat(formatText);
  if (format === undefined) {
    const wanted =
      "lleva YYYY, y si hace falta MM y DD (M y D sin cero), o un segundo año de campaña, YY o YYYY";
    throw new ConfigurationFault(`${place}: "format" no es un formato de fecha ("${formatText}"): ${wanted}`);
  }
  const isTooCoarse = frequency === "day" ? !format.hasDay : frequency !== "year" && !format.hasMonth;
  if (isTooCoarse) {
    throw new ConfigurationFault(
      `${place}: "format" ("${formatText}") no alcanza para "frequency": "${frequency}"`,
    );
  }
  return { column, format, formatText, frequency };
}

function valuesOf(file: string, json: Json | undefined): PivotConfiguration["values"] {
  if (!Array.isArray(json) || json.length === 0) {
    throw new ConfigurationFault(`${file}: "values" debe ser una lista con al menos un valor`);
  }
  return json.map((value, i) => {
    const place = `${file}: "values" ${i}`;
    const keys = new Keys(place, objectOf(value, place));
    const column = neededText(keys, "column", place);
    const title = titleOf(neededText(keys, "title", place), place);
    keys.refuseOthers([]);
    return { column, title };
  });
}

function titleOf(template: string, place: string): Title {
  const parts = template.split(/\{([^{}]+)\}/);
  if (parts.some((part, i) => i % 2 === 0 && /[{}]/.test(part))) {
    throw new ConfigurationFault(`${place}: "title" tiene una llave suelta ("${template}")`);
  }
  return parts.map((part, i) => i % 2 === 0 ? { text: part } : { column: part });
}

function objectOf(json: Json | undefined, place: string): JsonObject {
  if (!isJsonObject(json)) throw new ConfigurationFault(`${place} debe ser un objeto`);
  return json;
}

function neededText(keys: Keys, key: string, place: string): string {
  const text = keys.text(key, "");
  if (text === "") throw new ConfigurationFault(`${place}: falta "${key}"`);
  return text;
}
