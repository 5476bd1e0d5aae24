// The comparing rules of the series API cases, as golden/series-api/README.md has them. What is fixed in this
// platform is required: a case with `expect_fixed` passes on that side alone.

import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { readCsvRows } from "./csv_rows.ts";

export type Expectation = {
  readonly status: number;
  readonly json?: Json;
  readonly csv?: string;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Arrays compared as sets, by key or by path. */
  readonly unordered?: readonly string[];
};

export type SeriesCase = {
  readonly name: string;
  readonly kind: string;
  readonly given?: { readonly ref: string };
  /** Method, blank, path and query, as they are sent. */
  readonly request: string;
  readonly body?: string;
  readonly expect: Expectation;
  readonly expect_fixed?: Expectation;
  readonly csv_exact?: boolean;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: string };

export type Difference = { readonly path: string; readonly expected: string; readonly got: string };

const ABSENT = "(ausente)";
const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What of `answer` is not as the case expects; empty when it passes. */
export function compareAnswer(testCase: SeriesCase, answer: Answer): Difference[] {
  const expected = testCase.expect_fixed ?? testCase.expect;
  const differences: Difference[] = [];
  if (answer.status !== expected.status) {
    differences.push({ path: "status", expected: String(expected.status), got: String(answer.status) });
  }
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const got = answer.headers.get(name);
    if (!sameHeader(name, value, got)) {
      differences.push({ path: `headers.${name}`, expected: value, got: got ?? ABSENT });
    }
  }
  if (expected.text !== undefined && answer.body !== expected.text) {
    differences.push({ path: "text", expected: shown(expected.text), got: shown(answer.body) });
  }
  if (expected.csv !== undefined) {
    differences.push(...compareCsv(expected.csv, answer.body, testCase.request, testCase.csv_exact === true));
  }
  if (expected.json !== undefined) differences.push(...compareBody(testCase, expected, answer));
  return differences;
}

function sameHeader(name: string, expected: string, got: string | null): boolean {
  if (got === expected) return true;
  return name.toLowerCase() === "content-type" &&
    got?.replace(/;\s*charset=[^;]*$/i, "").toLowerCase() === expected.toLowerCase();
}

function compareBody({ kind, request }: SeriesCase, expected: Expectation, { body }: Answer): Difference[] {
  let got: Json;
  try {
    got = JSON.parse(body);
  } catch {
    return [{ path: "json", expected: shown(expected.json), got: `no es JSON: ${shown(body)}` }];
  }
  const rules = {
    unordered: new Set(expected.unordered),
    // Only there may a number come as text.
    numberAsText: /^\S+ \/search\b/.test(request) ? "hits_90_days" : undefined,
  };
  const differences = compareJson(expected.json!, got, "", rules);
  if (kind === "metadata" && isJsonObject(expected.json) && isJsonObject(got)) {
    for (const [key, value] of Object.entries(got)) {
      if (!Object.hasOwn(expected.json, key)) {
        differences.push({ path: key, expected: ABSENT, got: shown(value) });
      }
    }
  }
  return differences;
}

type JsonRules = { readonly unordered: ReadonlySet<string>; readonly numberAsText: string | undefined };

export function isClose(got: number, expected: number): boolean {
  return Math.abs(got - expected) <= 1e-7 + 1e-9 * Math.abs(expected);
}

/** Subset match: every key that is expected, arrays whole. */
function compareJson(expected: Json, got: Json | undefined, path: string, rules: JsonRules): Difference[] {
  if (isJsonObject(expected) && isJsonObject(got)) return compareObjects(expected, got, path, rules);
  if (Array.isArray(expected) && Array.isArray(got)) return compareArrays(expected, got, path, rules);
  return sameScalar(expected, got, path, rules)
    ? []
    : [{ path: path || "json", expected: shown(expected), got: got === undefined ? ABSENT : shown(got) }];
}

function compareObjects(expected: JsonObject, got: JsonObject, path: string, rules: JsonRules): Difference[] {
  return Object.entries(expected).flatMap(([key, value]) =>
    compareJson(
      value!,
      Object.hasOwn(got, key) ? got[key] : undefined,
      path === "" ? key : `${path}.${key}`,
      rules,
    )
  );
}

function compareArrays(expected: Json[], got: Json[], path: string, rules: JsonRules): Difference[] {
  if (expected.length !== got.length) {
    const [found, lost] = [expected, got].map((items) => `${items.length} elementos: ${shown(items)}`);
    return [{ path, expected: found!, got: lost! }];
  }
  const key = path.replace(/^.*\./, "");
  if (!rules.unordered.has(path) && !rules.unordered.has(key)) {
    return expected.flatMap((value, i) => compareJson(value, got[i], `${path}[${i}]`, rules));
  }
  const unmatched = unmatchedItems(expected, got, (a, b) => compareJson(a, b, path, rules).length === 0);
  return unmatched.map((value) => ({
    path,
    expected: `entre los elementos: ${shown(value)}`,
    got: shown(got),
  }));
}

/** Expected items that are left when as many as possible have an item of their own. */
function unmatchedItems(expected: Json[], got: Json[], matches: (a: Json, b: Json) => boolean): Json[] {
  const takenBy = new Map<number, number>();
  const place = (item: number, tried: Set<number>): boolean =>
    got.some((candidate, at) => {
      if (tried.has(at) || !matches(expected[item]!, candidate)) return false;
      tried.add(at);
      const holder = takenBy.get(at);
      if (holder !== undefined && !place(holder, tried)) return false;
      takenBy.set(at, item);
      return true;
    });
  return expected.filter((_, item) => !place(item, new Set()));
}

function sameScalar(expected: Json, got: Json | undefined, path: string, rules: JsonRules): boolean {
  if (expected === got) return true;
  const isNumeric = (value: unknown): value is string => typeof value === "string" && NUMERIC.test(value);
  if (typeof expected === "number" && typeof got === "number") return isClose(got, expected);
  if (isNumeric(expected) && isNumeric(got)) return isClose(Number(got), Number(expected));
  const eitherKind = (value: unknown) => typeof value === "number" || isNumeric(value);
  return rules.numberAsText !== undefined && path.endsWith(`.${rules.numberAsText}`) &&
    eitherKind(expected) && eitherKind(got) && isClose(Number(got), Number(expected));
}

function compareCsv(expected: string, got: string, request: string, exact: boolean): Difference[] {
  if (exact) {
    if (got === expected) return [];
    const [wanted, found] = [expected, got].map((text) => text.split(/(?<=\n)/));
    const line = wanted!.findIndex((text, i) => text !== found![i]);
    const at = line < 0 ? wanted!.length : line;
    return [{ path: `csv, línea ${at + 1}`, expected: shown(wanted![at]), got: shown(found![at]) }];
  }
  const query = new URLSearchParams(request.replace(/^[^?]*/, ""));
  const separator = (query.get("sep") ?? ",").toLowerCase();
  const decimal = (query.get("decimal") ?? ".").toLowerCase();
  const number = (cell: string) => {
    const text = decimal === "" ? cell : cell.replaceAll(decimal, ".");
    return NUMERIC.test(text) ? Number(text) : NaN;
  };
  const wanted = readCsvRows(expected, separator).rows;
  const { rows: found, otherLineEnds } = readCsvRows(got, separator);
  const differences: Difference[] = [];
  if (otherLineEnds > 0) {
    differences.push({ path: "csv", expected: "líneas con CRLF", got: `${otherLineEnds} sin CRLF` });
  }
  if (wanted.length !== found.length) {
    differences.push({ path: "csv", expected: `${wanted.length} filas`, got: `${found.length} filas` });
  }
  wanted.forEach((row, i) => {
    const cells = found[i];
    if (!cells) return;
    const same = cells.length === row.length &&
      row.every((cell, c) => cell === cells[c] || (i > 0 && isClose(number(cells[c]!), number(cell))));
    if (!same) differences.push({ path: `csv, fila ${i}`, expected: shown(row), got: shown(cells) });
  });
  return differences;
}

const LONGEST_SHOWN = 240;

function shown(value: unknown): string {
  const text = value === undefined ? ABSENT : JSON.stringify(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

const DIFFERENCES_SHOWN = 20;

/** One line a difference, for people. */
export function differenceLines(differences: readonly Difference[]): string[] {
  const lines = differences.slice(0, DIFFERENCES_SHOWN).map(({ path, expected, got }) =>
    `${path}: se esperaba ${expected}, llegó ${got}`
  );
  const left = differences.length - lines.length;
  return left > 0 ? [...lines, `… y ${left} diferencias más`] : lines;
}
