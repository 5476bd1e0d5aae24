// The register file of a network: a YAML mapping from catalog identifiers to where and how each is published.
// Text in, nodes out; fetching the register and storing its nodes are left to the caller.

import { isMap, isScalar, LineCounter, type Pair, parseDocument, type Scalar } from "yaml";
import { CATALOG_FORMATS, type Node } from "../core/canonical_store.ts";
import type { JsonObject } from "../core/json.ts";
import { type Issue, Problem } from "../core/problem.ts";

export type RegisterNode = Required<Node>;

/** An entry of the file, federated or not. */
export type RegisterEntry = {
  /** Empty where it is no text. */
  readonly id: string;
  /** Absent where it is not federated, or `fault` says why it has none. */
  readonly node?: RegisterNode;
  /** Without the entry's name. */
  readonly fault?: string;
};

export type Register = {
  /** All of them, in the order of the file. */
  readonly entries: readonly RegisterEntry[];
  /** Federated entries of a format we read, in the order of the file. */
  readonly nodes: readonly RegisterNode[];
  /** Spanish sentences, without a final full stop: each names an entry that was left out and says why. */
  readonly issues: readonly string[];
};

const MAX_ID_LENGTH = 100;
/** Of all aliases of one entry, counted through the aliases inside them. */
const MAX_ALIASES = 100;
const MAX_FAULTS = 20;
const MAX_SHOWN = 200;
const FORMATS_TOLD = new Intl.ListFormat("es", { type: "disjunction" })
  .format(CATALOG_FORMATS.map((format) => `"${format}"`));

/** Why a text is not YAML, by the code of the parser; others are told by place alone. */
const REASONS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "clave repetida",
  TAB_AS_INDENT: "tabulación en lugar de espacios",
  BAD_INDENT: "sangría incorrecta",
  MULTIPLE_DOCS: "más de un documento",
  RESOURCE_EXHAUSTION: "demasiados niveles",
};

/**
 * Reads a register. Entries that are not federated give no node, and no issue either.
 * Shape: urls are absolute, resolved against `base`, the URL of the register.
 * Errors: Problem "invalid", in Spanish, with line and column: not YAML, a repeated key, no mapping at the top.
 */
export function readRegister(text: string, base: URL | string): Register {
  const { items, placeOf, valueOf } = parseRegister(text);
  const home = new URL(base);
  const entries: RegisterEntry[] = [];
  const ids = new Set<string>();
  for (const pair of items) {
    const id = idOf(pair);
    if (id !== undefined && ids.has(id)) {
      throw invalid([{ message: REASONS.DUPLICATE_KEY!, path: placeOf(pair.key) }]);
    }
    if (id !== undefined) ids.add(id);
    const node = nodeOf(id, valueOf(pair), home);
    entries.push({
      id: (id ?? "").slice(0, MAX_SHOWN),
      ...(typeof node === "string" ? { fault: node } : node && { node }),
    });
  }
  return {
    entries,
    nodes: entries.flatMap(({ node }) => node ?? []),
    issues: entries.flatMap(({ id, fault }) => fault === undefined ? [] : [`Entrada "${id}": ${fault}`]),
  };
}

/** The node of an entry, why it has none, or undefined where it is not federated. */
function nodeOf(id: string | undefined, entry: unknown, base: URL): RegisterNode | string | undefined {
  if (!isMapping(entry)) return "no es un conjunto de claves y valores";
  const federated = truthOf(entry.federado);
  if (federated === undefined) return `"federado" no es true ni false: dice "${plain(entry.federado)}"`;
  if (!federated) return;
  if (id === undefined || id === "") return "su identificador no es un texto";
  if ([...id].length > MAX_ID_LENGTH) return `su identificador tiene más de ${MAX_ID_LENGTH} caracteres`;
  const format = CATALOG_FORMATS.find((format) => format === textOf(entry.formato).toLowerCase());
  if (format === undefined) {
    return `el formato "${plain(entry.formato)}" no se admite: debe ser ${FORMATS_TOLD}`;
  }
  if (textOf(entry.url) === "") return 'no tiene "url"';
  const url = URL.parse(textOf(entry.url), base);
  if (url === null || !/^(https?|file):$/.test(url.protocol)) return `la url "${plain(entry.url)}" no sirve`;
  if (url.protocol === "file:" && base.protocol !== "file:") {
    return `la url "${plain(entry.url)}" es de un archivo: un registro leído por HTTP no puede nombrarlos`;
  }
  if (format === "ckan" && url.protocol === "file:") {
    return `la url "${plain(entry.url)}" es de un archivo: un portal CKAN se lee por http o https`;
  }
  return { catalogId: id, url: url.href, format };
}

const textOf = (value: unknown): string => typeof value === "string" ? value.trim() : "";

/** A scalar as text. Of the others not even their own toString can be trusted. */
function plain(value: unknown): string {
  return typeof value === "object" && value !== null ? "…" : String(value ?? "").trim().slice(0, MAX_SHOWN);
}

/** A mapping of YAML; dates and binary values are objects too. */
function isMapping(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** True and false, and the texts that mean them; nothing is false. Undefined for anything else. */
function truthOf(value: unknown): boolean | undefined {
  const text = plain(value).toLowerCase();
  return text === "true" ? true : text === "false" || text === "" ? false : undefined;
}

function parseRegister(text: string) {
  const lines = new LineCounter();
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `línea ${line}, columna ${col}`;
  };
  const placeOf = (node: unknown) => placeAt((node as Partial<Scalar> | null)?.range?.[0] ?? 0);
  // 1.1 as in the registers' first reader: yes and no are booleans, << takes over another entry's keys.
  const document = parseDocument(text, { version: "1.1", lineCounter: lines, prettyErrors: false });
  const faults = document.errors.slice(0, MAX_FAULTS).map(({ code, pos }) => ({
    message: REASONS[code] ?? "no se puede leer",
    path: placeAt(pos[0]),
  }));
  if (faults.length > 0) throw invalid(faults, document.errors[0]);
  const top = document.contents;
  if (!isMap(top)) {
    throw invalid([{ message: "debe ser un conjunto de entradas con nombre", path: placeOf(top) }]);
  }
  const valueOf = ({ key, value }: Pair): unknown => {
    try {
      return (value as Scalar | null)?.toJS(document, { maxAliasCount: MAX_ALIASES });
    } catch (cause) {
      if (!(cause instanceof ReferenceError)) throw cause;
      throw invalid([{ message: "alias sin definir, o demasiados", path: placeOf(key) }], cause);
    }
  };
  return { items: top.items as Pair[], placeOf, valueOf };
}

function invalid(faults: readonly (Issue & { readonly path: string })[], cause?: unknown): Problem {
  const [{ message, path } = { message: "", path: "" }] = faults;
  return new Problem("invalid", `El registro de nodos no es válido (${path}): ${message}`, faults, { cause });
}

/** A key as it is written: 010 and 1.10 are identifiers, not numbers. */
function idOf({ key }: Pair): string | undefined {
  if (!isScalar(key) || key.value === null || typeof key.value === "symbol") return;
  return (key.source ?? String(key.value)).trim();
}
