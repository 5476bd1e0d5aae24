// Regular expressions as Java writes them (that is what histories hold), parsed into a tree that two matchers read:
// the engine's own, by the text `nativeSource` gives, and the bounded one of `regex_match.ts`. Sets of characters
// are written once, in the engine's notation, so that both mean the same.

import { asciiOverlap, CLASSES, codeSource, LINE_ENDS, propertySource, RegexFault } from "./regex_sets.ts";
import type { CharSet, Place, Regex, RegexNode } from "./regex_tree.ts";

type Flags = {
  readonly ignoreCase: boolean;
  readonly unicodeCase: boolean;
  readonly unicodeClasses: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly comments: boolean;
};

const FLAG_LETTERS: Readonly<Record<string, keyof Flags>> = {
  i: "ignoreCase",
  u: "unicodeCase",
  U: "unicodeClasses",
  m: "multiline",
  s: "dotAll",
  x: "comments",
};

const LONGEST = 10_000;
const DEEPEST = 100;
const MOST_REPEATS = 1_000;

const SINGLE_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

/** Parses a pattern. Errors: RegexFault, in Spanish. */
export function parseRegex(
  source: string,
  start: { readonly ignoreCase?: boolean; readonly unicodeClasses?: boolean } = {},
): Regex {
  if (source.length > LONGEST) throw new RegexFault(`tiene más de ${LONGEST} caracteres`);
  const flags: Flags = {
    ignoreCase: start.ignoreCase ?? false,
    unicodeClasses: start.unicodeClasses ?? false,
    unicodeCase: start.unicodeClasses ?? false,
    multiline: false,
    dotAll: false,
    comments: false,
  };
  return new RegexParser(source, flags).whole();
}

class RegexParser {
  readonly #source: string;
  #at = 0;
  #flags: Flags;
  #groups = 0;
  #depth = 0;
  #inClass = false;
  readonly #names = new Map<string, number>();
  /** Until where backslashes mean nothing, or -1. */
  #quotedTo = -1;

  constructor(source: string, flags: Flags) {
    this.#source = source;
    this.#flags = flags;
  }

  whole(): Regex {
    const tree = this.#choice();
    if (this.#at < this.#source.length) throw new RegexFault('sobra un ")"');
    return { tree, groups: this.#groups, names: this.#names };
  }

  #choice(): RegexNode {
    if (++this.#depth > DEEPEST) throw new RegexFault(`tiene más de ${DEEPEST} grupos anidados`);
    const kept = this.#flags;
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    this.#flags = kept;
    this.#depth--;
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      this.#skipComments();
      const sign = this.#source[this.#at];
      if (sign === undefined || (this.#quotedTo < this.#at && (sign === "|" || sign === ")"))) break;
      const atom = this.#atom();
      if (atom !== undefined) items.push(this.#repeated(atom));
    }
    return items.length === 1 ? items[0]! : { kind: "sequence", items };
  }

  #skipComments(): void {
    if (!this.#flags.comments || this.#quotedTo >= this.#at) return;
    const pattern = /(?:\s+|#[^\n]*)*/y;
    pattern.lastIndex = this.#at;
    pattern.test(this.#source);
    this.#at = pattern.lastIndex;
  }

  /** Undefined for what only changes how the rest is read. */
  #atom(): RegexNode | undefined {
    if (this.#quotedTo >= this.#at) return this.#quoted();
    const sign = this.#char();
    switch (sign) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "set", source: this.#outerClass() };
      case ".":
        return { kind: "set", source: this.#flags.dotAll ? "[\\s\\S]" : `[^${LINE_ENDS}]` };
      case "^":
        return { kind: "place", place: this.#flags.multiline ? "lineStart" : "start" };
      case "$":
        return { kind: "place", place: this.#flags.multiline ? "lineEnd" : "finalEnd" };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw new RegexFault(`"${sign}" no tiene qué repetir`);
    }
    return this.#literal(sign.codePointAt(0)!);
  }

  #quoted(): RegexNode | undefined {
    if (this.#source.startsWith("\\E", this.#at)) {
      this.#at += 2;
      this.#quotedTo = -1;
      return undefined;
    }
    return this.#literal(this.#char().codePointAt(0)!);
  }

  #literal(code: number): CharSet {
    return { kind: "set", source: this.#cased(codeSource(code), code, code) };
  }

  /** A set that ignores case where the flags say so: ASCII alone, unless Unicode was asked for. */
  #cased(source: string, from: number, to: number): string {
    if (!this.#flags.ignoreCase) return source;
    // A set in brackets is wrapped once it is whole.
    if (this.#flags.unicodeCase) return this.#inClass ? source : `(?i:${source})`;
    const other = [...asciiOverlap(from, to, 65, 90, 32), ...asciiOverlap(from, to, 97, 122, -32)];
    return other.length === 0 ? source : `[${source}${other.join("")}]`;
  }

  #group(): RegexNode | undefined {
    const close = (node: RegexNode): RegexNode => {
      if (!this.#take(")")) throw new RegexFault('falta un ")"');
      return node;
    };
    if (!this.#take("?")) return this.#capture(close);
    for (const [opening, make] of GROUPS) {
      if (this.#take(opening)) return close(make(this.#choice()));
    }
    const name = this.#match(/<([a-zA-Z][a-zA-Z0-9]*)>/y);
    if (name !== undefined) {
      if (this.#names.has(name[1]!)) throw new RegexFault(`el grupo "${name[1]}" está dos veces`);
      this.#names.set(name[1]!, this.#groups + 1);
      return this.#capture(close);
    }
    const flags = this.#match(/([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y);
    if (flags === undefined) {
      throw new RegexFault(`no se entiende "(?${this.#source.slice(this.#at, this.#at + 5)}"`);
    }
    const before = this.#flags;
    this.#flags = this.#flagged(this.#flagged(before, flags[1]!, true), flags[2] ?? "", false);
    if (flags[3] === ")") return undefined;
    const node = close(this.#choice());
    this.#flags = before;
    return node;
  }

  #flagged(flags: Flags, letters: string, value: boolean): Flags {
    const changed: Record<string, boolean> = {};
    for (const letter of letters) {
      if (letter === "d") continue;
      const flag = FLAG_LETTERS[letter];
      if (flag === undefined) throw new RegexFault(`no existe la opción "${letter}"`);
      changed[flag] = value;
      if (flag === "unicodeClasses") changed.unicodeCase = value;
    }
    return { ...flags, ...changed };
  }

  #capture(close: (node: RegexNode) => RegexNode): RegexNode {
    const group = ++this.#groups;
    return { kind: "capture", group, of: close(this.#choice()) };
  }

  #repeated(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      this.#skipComments();
      if (this.#quotedTo >= this.#at) return node;
      const found = this.#match(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})([?+]?)/y);
      if (found === undefined) return node;
      const [, sign, low, comma, high, mode] = found;
      const min = sign === undefined ? Number(low) : sign === "+" ? 1 : 0;
      const max = sign !== undefined
        ? sign === "?" ? 1 : Infinity
        : comma === undefined
        ? min
        : high
        ? Number(high)
        : Infinity;
      if (min > max) throw new RegexFault(`"${found[0]}" pide más veces de las que admite`);
      if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Infinity)) {
        throw new RegexFault(`"${found[0]}" repite más de ${MOST_REPEATS} veces`);
      }
      const repeat: RegexNode = { kind: "repeat", of: node, min, max, lazy: mode === "?" };
      node = mode === "+" ? { kind: "atomic", of: repeat } : repeat;
    }
  }

  #escape(): RegexNode | undefined {
    const sign = this.#source[this.#at];
    if (sign === undefined) throw new RegexFault('termina en "\\"');
    if (sign === "Q") {
      this.#at++;
      const end = this.#source.indexOf("\\E", this.#at);
      this.#quotedTo = end < 0 ? this.#source.length : end;
      return undefined;
    }
    const place = PLACES[sign];
    if (place !== undefined) {
      this.#at++;
      return { kind: "place", place };
    }
    if (sign === "R") {
      this.#at++;
      const pair: RegexNode = {
        kind: "sequence",
        items: [{ kind: "set", source: "\\r" }, { kind: "set", source: "\\n" }],
      };
      return {
        kind: "atomic",
        of: { kind: "choice", options: [pair, { kind: "set", source: CLASSES.v![0] }] },
      };
    }
    if (/[1-9]/.test(sign)) {
      const group = Number(this.#char());
      if (group > this.#groups) throw new RegexFault(`no hay grupo ${group} antes de "\\${group}"`);
      return { kind: "back", group, ignoreCase: this.#flags.ignoreCase };
    }
    const name = this.#match(/k<([a-zA-Z][a-zA-Z0-9]*)>/y)?.[1];
    if (name !== undefined) {
      const group = this.#names.get(name);
      if (group === undefined) throw new RegexFault(`no hay grupo "${name}"`);
      return { kind: "back", group, ignoreCase: this.#flags.ignoreCase };
    }
    return { kind: "set", source: this.#setEscape() };
  }

  /** What a backslash begins both inside and outside of brackets, as a set; the backslash is already read. */
  #setEscape(): string {
    const property = this.#match(/([pP])(?:\{(\^?)([^}]*)\}|([A-Z]))/y);
    if (property !== undefined) {
      const set = propertySource(property[3] ?? property[4]!);
      return (property[1] === "P") !== (property[2] === "^") ? `[^${set}]` : set;
    }
    const letter = this.#match(/[dwshvDWSHV]/y)?.[0];
    if (letter !== undefined) {
      const [plain, unicode] = CLASSES[letter.toLowerCase()]!;
      const set = this.#flags.unicodeClasses ? unicode : plain;
      return letter === letter.toLowerCase() ? set : `[^${set}]`;
    }
    const code = this.#escapedCode();
    return this.#cased(codeSource(code), code, code);
  }

  #escapedCode(): number {
    const hex = this.#match(/x\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})/y);
    if (hex !== undefined) {
      const code = parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16);
      if (code > 0x10ffff) throw new RegexFault(`no existe el carácter "\\${hex[0]}"`);
      return code;
    }
    const octal = this.#match(/0([0-3]?[0-7]{1,2})/y);
    if (octal !== undefined) return parseInt(octal[1]!, 8);
    const control = this.#match(/c([\s\S])/y);
    if (control !== undefined) return control[1]!.charCodeAt(0) ^ 64;
    const sign = this.#char();
    const single = SINGLE_ESCAPES[sign];
    if (single !== undefined) return single;
    if (/[a-zA-Z0-9]/.test(sign)) throw new RegexFault(`no se entiende "\\${sign}"`);
    return sign.codePointAt(0)!;
  }

  #outerClass(): string {
    this.#inClass = true;
    const source = this.#class();
    this.#inClass = false;
    return this.#flags.ignoreCase && this.#flags.unicodeCase ? `(?i:${source})` : source;
  }

  /** A set in brackets, whose `[` is read; `&&` keeps what both sides have. */
  #class(): string {
    if (++this.#depth > DEEPEST) throw new RegexFault(`tiene más de ${DEEPEST} grupos anidados`);
    const negated = this.#take("^");
    const sides: string[] = [];
    let items = "";
    for (let first = true;; first = false) {
      if (this.#at >= this.#source.length) throw new RegexFault('falta un "]"');
      if (this.#take("]")) {
        if (!first) break;
        items += "\\]";
      } else if (this.#take("&&")) {
        if (items !== "") sides.push(`[${items}]`);
        items = "";
      } else items += this.#classItem();
    }
    if (items !== "" || sides.length === 0) sides.push(`[${items}]`);
    this.#depth--;
    return `[${negated ? "^" : ""}${sides.join("&&")}]`;
  }

  #classItem(): string {
    if (this.#take("[")) return this.#class();
    const quote = this.#match(/\\Q([\s\S]*?)(?:\\E|$)/y);
    if (quote !== undefined) {
      return [...quote[1]!].map((sign) =>
        this.#cased(codeSource(sign.codePointAt(0)!), sign.codePointAt(0)!, sign.codePointAt(0)!)
      )
        .join("");
    }
    const low = this.#classCode();
    if (typeof low === "string") return low;
    const dash = this.#source[this.#at] === "-" &&
      !/^(?:-\]|-\[|-&&|-$)/.test(this.#source.slice(this.#at, this.#at + 3));
    if (!dash) return this.#cased(codeSource(low), low, low);
    this.#at++;
    const high = this.#classCode();
    if (typeof high === "string") return `${codeSource(low)}\\-${high}`;
    if (high < low) throw new RegexFault("un rango de caracteres está al revés");
    return this.#cased(`${codeSource(low)}-${codeSource(high)}`, low, high);
  }

  /** One character of a set, or a whole set that a backslash names. */
  #classCode(): number | string {
    const sign = this.#char();
    if (sign !== "\\") return sign.codePointAt(0)!;
    return /[pPdwshvDWSHV]/.test(this.#source[this.#at] ?? "") ? this.#setEscape() : this.#escapedCode();
  }

  #char(): string {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) throw new RegexFault("termina antes de tiempo");
    const sign = String.fromCodePoint(code);
    this.#at += sign.length;
    return sign;
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }
}

/** Openings after `(?`; those of look-behind stand before the names of groups, which begin alike. */
const GROUPS: readonly (readonly [string, (of: RegexNode) => RegexNode])[] = [
  [":", (of) => of],
  [">", (of) => ({ kind: "atomic", of })],
  ["=", (of) => ({ kind: "look", behind: false, negative: false, of })],
  ["!", (of) => ({ kind: "look", behind: false, negative: true, of })],
  ["<=", (of) => ({ kind: "look", behind: true, negative: false, of })],
  ["<!", (of) => ({ kind: "look", behind: true, negative: true, of })],
];

const PLACES: Readonly<Record<string, Place>> = {
  A: "start",
  z: "end",
  Z: "finalEnd",
  b: "word",
  B: "notWord",
};
