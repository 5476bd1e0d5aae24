// Functions over texts. Messages of errors end up in cells where a history stores them, so they are short.

import { compilePattern } from "./pattern.ts";
import { RegexFault } from "./regex_sets.ts";
import {
  GrelDate,
  GrelError,
  isArray,
  isNumber,
  type Match,
  type Pattern,
  PatternValue,
  type Value,
  valueText,
} from "./value.ts";

/** Arguments are evaluated and none is an error. */
export type GrelFunction = (args: readonly Value[]) => Value;

export const expects = (name: string, what: string) => new GrelError(`${name} espera ${what}`);

export const isText = (value: Value | undefined): value is string => typeof value === "string";

/** One argument that is anything but null, as text. */
const ofText = (name: string, change: (text: string) => Value): GrelFunction => (args) =>
  args.length === 1 && args[0] != null ? change(valueText(args[0])) : expects(name, "un texto");

const ofTwoTexts =
  (name: string, answer: (text: string, other: string) => Value): GrelFunction => ([text, other]) =>
    isText(text) && isText(other) ? answer(text, other) : expects(name, "dos textos");

const WHITE = /\p{White_Space}/u;

/** Without the white space of Unicode around it. */
export function trimText(text: string): string {
  let start = 0, end = text.length;
  while (start < end && WHITE.test(text[start]!)) start++;
  while (end > start && WHITE.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

const trim = (name: string): GrelFunction => (args) =>
  args.length === 1 && isText(args[0]) ? trimText(args[0]) : expects(name, "un texto");

/** One letter in upper case where that is one letter as well. */
function titleLetter(letter: string): string {
  const upper = letter.toUpperCase();
  return [...upper].length === 1 ? upper : letter;
}

function titlecase(text: string, isDelimiter: (sign: string) => boolean): string {
  let capital = true;
  let result = "";
  for (const sign of text.toLowerCase()) {
    const delimits = isDelimiter(sign);
    result += capital && !delimits ? titleLetter(sign) : sign;
    capital = delimits;
  }
  return result;
}

const TEXT_PATTERNS = new Map<string, Pattern>();

/** A pattern that an expression computes as text; the last ones are kept. */
export function patternOf(value: Value | undefined): Pattern | GrelError | undefined {
  if (value instanceof PatternValue) return value.pattern;
  if (!isText(value)) return undefined;
  const known = TEXT_PATTERNS.get(value);
  if (known !== undefined) return known;
  try {
    const pattern = compilePattern(value);
    if (TEXT_PATTERNS.size >= 100) TEXT_PATTERNS.clear();
    TEXT_PATTERNS.set(value, pattern);
    return pattern;
  } catch (error) {
    if (error instanceof RegexFault) return new GrelError(`La expresión regular ${error.message}`);
    throw error;
  }
}

/** Every match from left to right; one that is empty moves on by a character. */
export function* matches(pattern: Pattern, text: string): Generator<Match> {
  for (let from = 0; from <= text.length;) {
    const match = pattern.find(text, from);
    if (match === undefined) return;
    yield match;
    from = match.end > match.start ? match.end : match.end + 1;
  }
}

/** Puts groups into a replacement written as Java's: `$1`, `${name}`, `\$`. */
function expandReplacement(replacement: string, match: Match): string | GrelError {
  let text = "";
  for (let at = 0; at < replacement.length; at++) {
    const sign = replacement[at]!;
    if (sign === "\\") {
      if (++at >= replacement.length) return new GrelError("El reemplazo termina en una barra invertida");
      text += replacement[at];
    } else if (sign !== "$") text += sign;
    else {
      const named = /^\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(replacement.slice(at + 1));
      let group = named ? match.names.get(named[1]!) : undefined;
      if (named) at += named[0].length;
      else {
        for (let digit; (digit = /^\d/.exec(replacement.slice(at + 1))?.[0]) !== undefined; at++) {
          const longer = (group ?? 0) * 10 + Number(digit);
          if (group !== undefined && longer >= match.groups.length) break;
          group = longer;
        }
      }
      if (group === undefined || group >= match.groups.length) {
        return new GrelError("El reemplazo nombra un grupo que no existe");
      }
      text += match.groups[group] ?? "";
    }
  }
  return text;
}

const replace: GrelFunction = (args) => {
  const [subject, find, replacement] = args;
  if (args.length !== 3 || subject == null || !isText(replacement)) return replaceExpects();
  const text = valueText(subject);
  if (isText(find)) return text.replaceAll(find, () => replacement);
  if (!(find instanceof PatternValue)) return replaceExpects();
  let result = "";
  let from = 0;
  for (const match of matches(find.pattern, text)) {
    const put = expandReplacement(replacement, match);
    if (put instanceof GrelError) return put;
    result += text.slice(from, match.start) + put;
    from = match.end;
  }
  return result + text.slice(from);
};
const replaceExpects = () =>
  expects("replace", "un texto, lo que se busca (texto o expresión regular) y un texto");

const replaceChars: GrelFunction = (args) => {
  const [subject, from, to] = args;
  if (args.length !== 3 || subject == null || !isText(from) || !isText(to)) {
    return expects("replaceChars", "tres textos");
  }
  return Array.from({ length: valueText(subject).length }, (_, i) => {
    const sign = valueText(subject)[i]!;
    const at = from.indexOf(sign);
    return at < 0 ? sign : to[at] ?? "";
  }).join("");
};

/** Characters or items from one place to another; negative places count from the end. */
const slice: GrelFunction = (args) => {
  const [subject, from, to] = args;
  if (args.length < 2 || args.length > 3 || subject == null || from == null) return null;
  if (!isNumber(from) || (to != null && !isNumber(to))) return null;
  const whole = isArray(subject) ? subject : valueText(subject);
  const start = place(from, whole.length);
  const end = to == null ? whole.length : Math.max(start, place(to, whole.length));
  return whole.slice(start, end);
};

/** A place within `length`, whatever was asked for. */
export function place(asked: bigint | number, length: number): number {
  const at = Math.trunc(Number(asked));
  return Math.min(length, Math.max(0, at < 0 ? length + at : at));
}

const contains: GrelFunction = (args) => {
  const [text, part] = args;
  if (args.length !== 2 || !isText(text)) return null;
  if (isText(part)) return text.includes(part);
  return part instanceof PatternValue ? part.pattern.find(text, 0) !== undefined : null;
};

const match: GrelFunction = ([subject, wanted]) => {
  if (subject == null || wanted == null) return null;
  const pattern = patternOf(wanted);
  if (pattern === undefined) return null;
  if (pattern instanceof GrelError) return pattern;
  return pattern.matchWhole(valueText(subject))?.groups.slice(1) ?? null;
};

const find: GrelFunction = ([subject, wanted]) => {
  if (subject == null || wanted == null) return [];
  const text = valueText(subject);
  if (wanted instanceof PatternValue) {
    return Array.from(matches(wanted.pattern, text), ({ groups }) => groups[0] ?? "");
  }
  const part = valueText(wanted);
  return part === "" ? [] : new Array(text.split(part).length - 1).fill(part);
};

const unicode: GrelFunction = (args) => {
  if (args.length !== 1 || args[0] == null) return null;
  const text = valueText(args[0]);
  return Array.from({ length: text.length }, (_, at) => BigInt(text.codePointAt(at)!));
};

const toNumber: GrelFunction = (args) => {
  if (args.length !== 1 || args[0] == null) return expects("toNumber", "un valor que no sea nulo");
  const [value] = args;
  if (isNumber(value)) return value;
  return (isText(value) ? numberOf(value) : undefined) ?? new GrelError("No se puede leer como número");
};

const INTEGER = /^[+-]?\d+$/;
// One way to read each digit: cells of a million digits must not be tried in every way.
const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

/** A text as an integer, else as a double; undefined where it is neither. */
export function numberOf(text: string): bigint | number | undefined {
  if (INTEGER.test(text) && text.length <= 20) {
    const integer = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (integer === BigInt.asIntN(64, integer)) return integer;
  }
  const bare = text.trim();
  return DOUBLE.test(bare) ? Number(bare.replace(/[fFdD]$/, "")) : undefined;
}

export const TEXT_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  toUppercase: ofText("toUppercase", (text) => text.toUpperCase()),
  toLowercase: ofText("toLowercase", (text) => text.toLowerCase()),
  toTitlecase: (args) => {
    const [subject, delimiters] = args;
    if (args.length < 1 || args.length > 2 || subject == null || (args.length === 2 && !isText(delimiters))) {
      return expects("toTitlecase", "uno o dos textos");
    }
    return titlecase(
      valueText(subject),
      isText(delimiters) ? (sign) => delimiters.includes(sign) : (sign) => WHITE.test(sign),
    );
  },
  toNumber,
  trim: trim("trim"),
  strip: trim("strip"),
  chomp: ([text, end]) =>
    isText(text) && isText(end) ? end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text : null,
  substring: slice,
  slice,
  contains,
  startsWith: ofTwoTexts("startsWith", (text, start) => text.startsWith(start)),
  endsWith: ofTwoTexts("endsWith", (text, end) => text.endsWith(end)),
  indexOf: ofTwoTexts("indexOf", (text, part) => BigInt(text.indexOf(part))),
  lastIndexOf: ofTwoTexts("lastIndexOf", (text, part) => BigInt(text.lastIndexOf(part))),
  replace,
  replaceChars,
  match,
  find,
  unicode,
};

/** Texts alone: what the second has from where it stops being the first. */
export function textDifference(first: string, second: string): string {
  let at = 0;
  while (at < first.length && at < second.length && first[at] === second[at]) at++;
  return first === second ? "" : second.slice(at);
}

export const isDate = (value: Value | undefined): value is GrelDate => value instanceof GrelDate;
