// What the configurations of modules share: JSON files whose faults are told by place, and values that are checked.

import type { Json, JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { jsonFaultAt } from "../ingest/json_fault.ts";

const LARGEST_JSON = 20 * 1024 * 1024;

/** Wrong arguments, configuration or history: trying again without a change would fail again. */
export class ConfigurationFault extends Problem {
  constructor(message: string, cause?: unknown) {
    super("invalid", message, [], { cause });
  }
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
    const lower = typeof value === "string"
      ? ENCODING_ALIASES[value.toLowerCase()] ?? value.toLowerCase()
      : undefined;
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
export const ENCODING_ALIASES: Readonly<Record<string, string>> = {
  utf8: "utf-8",
  latin1: "latin-1",
  "iso-8859-1": "latin-1",
  cp1252: "windows-1252",
};

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

/** A file that has to be there. Errors: ConfigurationFault that names it. */
export async function readConfigurationFile(file: string): Promise<Json> {
  try {
    return await readJson(file);
  } catch (error) {
    if (error instanceof ConfigurationFault) throw error;
    throw new ConfigurationFault(`No se pudo leer el archivo de configuración "${file}"`, error);
  }
}
