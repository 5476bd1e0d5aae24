// Functions that take a text apart: by a separator, by a pattern, by lengths, by kinds of character, as a row of CSV.

import { expects, type GrelFunction, isText, matches } from "./texts.ts";
import { isNumber, type Pattern, PatternValue, type Value, valueText } from "./value.ts";

/** Between separators; without `keepEmpty` neighbours count as one and those at the ends as none. */
export function splitBySeparator(text: string, separator: string, keepEmpty: boolean, most = 0): string[] {
  if (text === "") return [];
  if (separator === "") return splitByWhite(text, keepEmpty, most);
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const at = text.indexOf(separator, from);
    if (at < 0 || (most > 0 && parts.length === most - 1)) break;
    if (keepEmpty || at > from) parts.push(text.slice(from, at));
    from = at + separator.length;
    // Of several separators in a row the rest of a bounded split begins after the last.
    while (!keepEmpty && text.startsWith(separator, from)) from += separator.length;
  }
  if (keepEmpty || from < text.length) parts.push(text.slice(from));
  return parts;
}

function splitByWhite(text: string, keepEmpty: boolean, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (!/\s/.test(text[at]!)) continue;
    if (most > 0 && parts.length === most - 1) break;
    if (keepEmpty || at > from) parts.push(text.slice(from, at));
    from = at + 1;
  }
  if (keepEmpty || from < text.length) parts.push(text.slice(from));
  return parts;
}

/**
 * Between the matches of a pattern. A match of nothing at the beginning makes no part; without a limit the empty
 * parts at the end are left out.
 */
export function splitByPattern(text: string, pattern: Pattern, most = 0): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of matches(pattern, text)) {
    if (most > 0 && parts.length === most - 1) break;
    if (match.end === 0 || (match.start === match.end && match.start === text.length)) continue;
    parts.push(text.slice(from, match.start));
    from = match.end;
  }
  if (from === 0 && parts.length === 0) return [text];
  parts.push(text.slice(from));
  if (most === 0) { while (parts.length > 0 && parts.at(-1) === "") parts.pop(); }
  return parts;
}

/** Pieces of so many characters each; past the end they are empty. */
export function splitByLengths(text: string, lengths: readonly number[]): string[] {
  let from = 0;
  return lengths.map((length) => {
    const to = Math.min(text.length, from + Math.max(0, length));
    const piece = text.slice(from, to);
    from = to;
    return piece;
  });
}

const split: GrelFunction = (args) => {
  const [subject, by, keepEmpty = false] = args;
  if (args.length >= 2 && args.length <= 3 && subject != null && typeof keepEmpty === "boolean") {
    const text = valueText(subject);
    if (isText(by)) return splitBySeparator(text, by, keepEmpty);
    if (by instanceof PatternValue) {
      const parts = splitByPattern(text, by.pattern);
      return keepEmpty ? parts : parts.filter((part) => part !== "");
    }
  }
  return expects("split", "un texto, un separador (texto o expresión regular) y, si acaso, un valor lógico");
};

/** One row of CSV; a quote opens at the beginning of a cell alone. */
export function splitCsvRow(text: string, separator: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
    }
    const end = text.indexOf(separator, at);
    cells.push(cell + text.slice(at, end < 0 ? undefined : end));
    if (end < 0) return cells;
    at = end + separator.length;
  }
}

const smartSplit: GrelFunction = (args) => {
  const [subject, by] = args;
  if (subject == null || args.length > 2) return expects("smartSplit", "un texto y, si acaso, un separador");
  const text = valueText(subject);
  const separator = isText(by) ? by : text.includes("\t") ? "\t" : ",";
  if (separator === "") return expects("smartSplit", "un separador que no esté vacío");
  if (text === "") return null;
  return splitCsvRow(text, separator).map((cell) => cell === "" ? null : cell);
};

/** General categories of Unicode: a change of one of them parts the text. */
const KINDS = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Pi Pf Sm Sc Sk So Cn"
  .split(" ")
  .map((kind) => new RegExp(`\\p{${kind}}`, "u"));

function splitByCharType(text: string): string[] {
  const parts: string[] = [];
  let before = -1;
  for (let at = 0; at < text.length; at++) {
    const kind = KINDS.findIndex((pattern) => pattern.test(text[at]!));
    if (kind === before) parts[parts.length - 1] += text[at]!;
    else parts.push(text[at]!);
    before = kind;
  }
  return parts;
}

/** Before, the part itself and after; the part is left out where that was asked for. */
const partition = (last: boolean): GrelFunction => ([subject, by, omit]) => {
  if (!isText(subject) || (!isText(by) && !(by instanceof PatternValue))) return null;
  const found = isText(by) ? foundText(subject, by, last) : foundPattern(subject, by.pattern, last);
  const parts = found === undefined
    ? [subject, "", ""]
    : [subject.slice(0, found[0]), subject.slice(...found), subject.slice(found[1])];
  return omit === true ? [parts[0]!, parts[2]!] : parts;
};

function foundText(text: string, part: string, last: boolean): [number, number] | undefined {
  const at = last ? text.lastIndexOf(part) : text.indexOf(part);
  return at < 0 ? undefined : [at, at + part.length];
}

function foundPattern(text: string, pattern: Pattern, last: boolean): [number, number] | undefined {
  let found: [number, number] | undefined;
  for (const { start, end } of matches(pattern, text)) {
    found = [start, end];
    if (!last) break;
  }
  return found;
}

export const SPLIT_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  split,
  smartSplit,
  splitByLengths: (args) => {
    const [subject, ...lengths] = args;
    if (subject == null || lengths.length === 0) {
      return expects("splitByLengths", "un texto y uno o más números");
    }
    return splitByLengths(
      valueText(subject),
      lengths.map((length: Value) => isNumber(length) ? Math.trunc(Number(length)) : 0),
    );
  },
  splitByCharType: (args) =>
    args.length === 1 && args[0] != null
      ? splitByCharType(valueText(args[0]))
      : expects("splitByCharType", "un texto"),
  partition: partition(false),
  rpartition: partition(true),
};
