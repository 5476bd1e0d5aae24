// Readers of JSON that note what is wrong instead of throwing it: all faults of a file at once, each with its place.

import { maskAddress } from "../core/etl/masking.ts";
import { ETL_NAME, type SequenceFault } from "../core/etl/sequence.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { jsonFaultAt } from "../ingest/json_fault.ts";
import { nearestName } from "./validate_spelling.ts";

/** Less than the longest that a timer can wait. */
export const LONGEST_SECONDS = 14 * 24 * 3600;

/** Longer lists are no work of people. */
const MOST_ITEMS = 1000;
/** Of an object, that are told. */
const MOST_UNKNOWN_KEYS = 50;
/** More than a file can have warnings: whatever is left out, an error stays. */
const MOST_FAULTS = 10_000;

export const NAME_HINT =
  "Use letras sin acentos, cifras, punto, guion y guion bajo; la primera, letra o cifra; hasta 100";

/** A value in a file, and where its faults are noted. */
export class Place {
  readonly file: string;
  readonly pointer: string;
  readonly value: Json | undefined;
  readonly #faults: SequenceFault[];

  constructor(file: string, pointer: string, value: Json | undefined, faults: SequenceFault[]) {
    this.file = file;
    this.pointer = pointer;
    this.value = value;
    this.#faults = faults;
  }

  note(severity: SequenceFault["severity"], message: string, hint: string): void {
    if (this.#faults.length >= MOST_FAULTS) return;
    this.#faults.push({
      severity,
      file: this.file,
      pointer: this.pointer,
      message: maskAddress(message),
      hint: maskAddress(hint),
    });
  }

  error(message: string, hint: string): undefined {
    this.note("error", message, hint);
  }

  /** Missing keys and `null` are the same. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** The same place, whose faults are noted elsewhere. */
  into(faults: SequenceFault[]): Place {
    return new Place(this.file, this.pointer, this.value, faults);
  }

  key(name: string): Place {
    const value = isJsonObject(this.value as Json) && Object.hasOwn(this.value as object, name)
      ? (this.value as Record<string, Json>)[name]
      : undefined;
    return new Place(this.file, `${this.pointer}/${escapePointer(name)}`, value, this.#faults);
  }

  /** Entries of a list; none, and a fault, where it is no list. */
  items(wanted: string): Place[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.value)) {
      this.#wrong(wanted);
      return [];
    }
    if (this.value.length > MOST_ITEMS) {
      this.error(`Tiene ${this.value.length} entradas: se admiten hasta ${MOST_ITEMS}`, "Divídala");
      return [];
    }
    return this.value.map((value, i) => new Place(this.file, `${this.pointer}/${i}`, value, this.#faults));
  }

  /** Whether it is an object; its keys that are not allowed are faults. */
  isObject(allowed: readonly string[], reserved: Readonly<Record<string, string>> = {}): boolean {
    if (!isJsonObject(this.value as Json)) {
      this.#wrong("un objeto");
      return false;
    }
    const unknown = Object.keys(this.value as object).filter((name) => !allowed.includes(name));
    for (const name of unknown.slice(0, MOST_UNKNOWN_KEYS)) {
      const nearest = nearestName(name, allowed);
      const hint = Object.hasOwn(reserved, name)
        ? reserved[name]!
        : `${nearest === undefined ? "" : `¿Quiso decir "${nearest}"? `}Se admiten: ${allowed.join(", ")}`;
      this.key(name).error(`No se admite la clave "${name}"`, hint);
    }
    return true;
  }

  text(wanted = "un texto"): string | undefined {
    if (this.isAbsent) return;
    if (typeof this.value !== "string") return this.#wrong(wanted);
    if (this.value.includes("\0")) {
      return this.error("Tiene el carácter 0", "Ningún programa puede recibirlo: quítelo");
    }
    return this.value;
  }

  filledText(wanted = "un texto que no esté vacío"): string | undefined {
    const text = this.text(wanted);
    return text === "" ? this.#wrong(wanted) : text;
  }

  /** A name of a sequence, module, group or step. */
  etlName(what: string): string | undefined {
    const text = this.text();
    if (text === undefined) return;
    return ETL_NAME.test(text) ? text : this.error(`${what} "${text}" no es un nombre válido`, NAME_HINT);
  }

  flag(): boolean | undefined {
    if (this.isAbsent) return;
    return typeof this.value === "boolean" ? this.value : this.#wrong("true o false");
  }

  choice<T extends string>(allowed: readonly T[]): T | undefined {
    if (this.isAbsent) return;
    const found = allowed.find((one) => one === this.value);
    if (found !== undefined) return found;
    const nearest = typeof this.value === "string" ? nearestName(this.value, allowed) : undefined;
    const hint = nearest === undefined ? "Elija uno de ellos" : `¿Quiso decir "${nearest}"?`;
    return this.error(`Debe ser ${allowed.map((one) => `"${one}"`).join(" o ")}`, hint);
  }

  number(least: number, most: number): number | undefined {
    return this.#numberOf(least, most, "un número", (value) => Number.isFinite(value));
  }

  integer(least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.#numberOf(least, most, "un entero", Number.isSafeInteger);
  }

  /** More than 0. */
  seconds(): number | undefined {
    if (this.isAbsent) return;
    const value = this.number(0, LONGEST_SECONDS);
    return value === 0 ? this.error("Debe ser más de 0", "Escriba segundos, como 60") : value;
  }

  #numberOf(
    least: number,
    most: number,
    wanted: string,
    isRight: (value: number) => boolean,
  ): number | undefined {
    if (this.isAbsent) return;
    const { value } = this;
    if (typeof value === "number" && isRight(value) && value >= least && value <= most) return value;
    return this.#wrong(
      most === Number.MAX_SAFE_INTEGER ? `${wanted} desde ${least}` : `${wanted} de ${least} a ${most}`,
    );
  }

  #wrong(wanted: string): undefined {
    return this.error(`Debe ser ${wanted}`, `Hay ${nameOfType(this.value)}`);
  }
}

/** The JSON of a file; undefined, and a fault with line and column, where it is none. */
export function parseJson(file: string, text: string, faults: SequenceFault[]): Place | undefined {
  const json = text.replace(/^\ufeff/, "");
  const place = (value: Json | undefined) => new Place(file, "", value, faults);
  if (json.trim() === "") return place(undefined).error("Está vacío", "Escriba el JSON, o quite el archivo");
  try {
    return place(JSON.parse(json));
  } catch {
    const at = jsonFaultAt(json);
    const before = json.slice(0, at).split("\n");
    const isCut = at >= json.trimEnd().length;
    return place(undefined).error(
      `No es JSON válido: línea ${before.length}, columna ${before.at(-1)!.length + 1}`,
      isCut
        ? "El texto termina antes de tiempo: falta cerrar algo"
        : `No se esperaba ${JSON.stringify(json[at])}: mire si sobra o falta una coma o una comilla`,
    );
  }
}

function nameOfType(value: Json | undefined): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) return "una lista";
  if (typeof value === "object") return "un objeto";
  if (value === "") return "un texto vacío";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const escapePointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
