// Reads the parameters of an operation out of its JSON object, each with what it must be.

import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { OperationFault } from "./operation.ts";

export class Parameters {
  readonly object: JsonObject;

  constructor(object: JsonObject) {
    this.object = object;
  }

  has(key: string): boolean {
    return this.object[key] != null;
  }

  text(key: string, fallback?: string): string {
    const value = this.object[key] ?? fallback;
    if (typeof value !== "string") throw wrong(key, "un texto", value);
    return value;
  }

  flag(key: string, fallback = false): boolean {
    const value = this.object[key] ?? fallback;
    if (typeof value !== "boolean") throw wrong(key, "true o false", value);
    return value;
  }

  integer(key: string, fallback?: number): number {
    const value = this.object[key] ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value)) throw wrong(key, "un número entero", value);
    return value;
  }

  number(key: string, fallback?: number): number {
    const value = this.object[key] ?? fallback;
    if (typeof value !== "number") throw wrong(key, "un número", value);
    return value;
  }

  /** One of a closed set. */
  choice<T extends string>(key: string, allowed: readonly T[], fallback?: T): T {
    const value = this.object[key] ?? fallback;
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw wrong(key, allowed.map((one) => `"${one}"`).join(" o "), value);
    return found;
  }

  texts(key: string): readonly string[] {
    const value = this.object[key];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw wrong(key, "una lista de textos", value);
    }
    return value;
  }

  integers(key: string): readonly number[] {
    const value = this.object[key];
    if (!Array.isArray(value) || !value.every((item) => Number.isInteger(item))) {
      throw wrong(key, "una lista de números enteros", value);
    }
    return value as number[];
  }

  /** Each item of a list of objects; none where the key is missing and `required` is false. */
  objects(key: string, required = true): readonly Parameters[] {
    const value = this.object[key];
    if (value == null && !required) return [];
    if (!Array.isArray(value) || !value.every(isJsonObject)) throw wrong(key, "una lista de objetos", value);
    return value.map((item) => new Parameters(item as JsonObject));
  }

  nested(key: string): Parameters | undefined {
    const value = this.object[key];
    if (value == null) return undefined;
    if (!isJsonObject(value)) throw wrong(key, "un objeto", value);
    return new Parameters(value);
  }
}

function wrong(key: string, wanted: string, value: Json | undefined): OperationFault {
  const shown = JSON.stringify(value) ?? "";
  return new OperationFault(
    value == null
      ? `Falta "${key}": se espera ${wanted}`
      : `"${key}" debe ser ${wanted} y es ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`,
  );
}
