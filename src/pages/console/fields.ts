// Fields of forms: how a record becomes what they show, and what was sent the body of an operation. Nothing is
// checked here but what a form cannot say otherwise; the operation tells what is wrong.

import type { FieldFault } from "./visit.ts";

export type Field = {
  /** Place in the body, by dots: `publisher.name`. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** `lines` and `words` are lists, by line or by comma; `choices` a list of options; `kept` a number nobody sees. */
  readonly kind?:
    | "text"
    | "password"
    | "number"
    | "area"
    | "lines"
    | "words"
    | "flag"
    | "select"
    | "choices"
    | "time"
    | "date"
    | "kept";
  readonly options?: readonly (readonly [value: string, label: string])[];
  /** What a text may well be. */
  readonly suggestions?: readonly string[];
  readonly required?: boolean;
  /** What an empty one stands for in the body; itself unless told. */
  readonly empty?: "null" | "omit";
  readonly autocomplete?: string;
  /** Of numbers. */
  readonly step?: number;
};

export type Fieldset = {
  readonly legend?: string;
  readonly hint?: string;
  /** `pairs`: every two fields beside each other. */
  readonly kind?: "pairs";
  readonly fields: readonly Field[];
};

/** What fields show, by name: lists as arrays only where they are choices. */
export type Values = Readonly<Record<string, string | boolean | readonly string[]>>;

/** What fields show of a record. */
export function valuesOf(fields: readonly Field[], record: object): Values {
  return Object.fromEntries(fields.map((field) => {
    const value = field.name.split(".").reduce<unknown>(
      (within, key) => (within as Record<string, unknown> | null | undefined)?.[key],
      record,
    );
    return [field.name, shown(field, value)];
  }));
}

function shown({ kind }: Field, value: unknown): string | boolean | readonly string[] {
  if (kind === "flag") return value === true;
  if (kind === "choices") return Array.isArray(value) ? value.map(String) : [];
  if (Array.isArray(value)) return value.join(kind === "words" ? ", " : "\n");
  return value === null || value === undefined ? "" : String(value);
}

/** What was sent, to be shown again; passwords are typed again. */
export function valuesSent(fields: readonly Field[], form: FormData): Values {
  return Object.fromEntries(fields.map(({ name, kind }) => [
    name,
    kind === "flag"
      ? form.has(name)
      : kind === "choices"
      ? form.getAll(name).map(String)
      : kind === "password"
      ? ""
      : textOf(form, name),
  ]));
}

/** The body that the fields make. */
export function bodyOf(fields: readonly Field[], form: FormData): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const value = sent(field, form);
    if (value !== undefined) put(body, field.name.split("."), value);
  }
  return body;
}

function sent({ name, kind = "text", empty }: Field, form: FormData): unknown {
  if (kind === "flag") return form.has(name);
  if (kind === "choices") return omitted(form.getAll(name).map(String), empty);
  const text = textOf(form, name);
  if (kind === "lines" || kind === "words") {
    return omitted(text.split(kind === "lines" ? "\n" : ",").map((one) => one.trim()).filter(Boolean), empty);
  }
  if (text.trim() === "" && empty !== undefined) return empty === "null" ? null : undefined;
  if (kind === "number" || kind === "kept") return numberOf(text);
  return kind === "area" || kind === "password" ? text : text.trim();
}

const omitted = (list: readonly string[], empty: Field["empty"]) =>
  list.length === 0 && empty === "omit" ? undefined : list;

/** A number where it is one, as people write it; else the text, which the operation refuses. */
function numberOf(text: string): number | string {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

function put(body: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) body[key!] = value;
  else put((body[key!] ??= {}) as Record<string, unknown>, rest, value);
}

/** Text of a field with line ends as they are here. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
}

/** What a row or an option that is named by JSON names; the operation refuses what is none. */
export function namedBy(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Faults of a field: of itself, or of a place inside its list. */
export function faultsOf({ name }: Field, faults: readonly FieldFault[]): readonly FieldFault[] {
  return faults.filter(({ path }) => path === name || path.startsWith(`${name}.`));
}
