// Searching with a regular expression in time that is bounded. The engine's own matcher is used where its worst case
// is small: no repetition inside a repetition, and a text short enough for the repetitions that follow one another.
// All else, and what the two languages understand differently, goes to the bounded matcher.

import { boundedMatcher, type Captures } from "./regex_match.ts";
import { parseRegex } from "./regex_syntax.ts";
import type { Place, Regex, RegexNode } from "./regex_tree.ts";
import type { Match, Pattern } from "./value.ts";

/** Tries of the engine's matcher that a text may cost at worst: a few hundredths of a second. */
const NATIVE_COST = 5e6;

/** Compiles a pattern. Errors: RegexFault, in Spanish. */
export function compilePattern(
  source: string,
  options: { readonly ignoreCase?: boolean; readonly unicodeClasses?: boolean } = {},
): Pattern {
  const regex = parseRegex(source, options);
  const { names } = regex;
  const bounded = boundedMatcher(regex);
  const native = nativeMatcher(regex);
  let begun: string | undefined;

  const beginBounded = (text: string, from: number) => {
    // One text has one count, however many of its matches are asked for.
    if (from === 0 || begun !== text) bounded.begin(text);
    begun = text;
  };
  const asMatch = (text: string, captures: Captures): Match => ({
    start: captures[0]![0],
    end: captures[0]![1],
    groups: captures.map((found) => found === undefined ? null : text.slice(...found)),
    names,
  });
  const nativeMatch = (found: RegExpExecArray): Match => ({
    start: found.index,
    end: found.index + found[0].length,
    groups: Array.from(found, (group) => group ?? null),
    names,
  });

  return {
    source,
    find(text, from) {
      if (native !== undefined && native.costOf(text.length) <= NATIVE_COST) {
        native.search.lastIndex = from;
        const found = native.search.exec(text);
        return found === null ? undefined : nativeMatch(found);
      }
      beginBounded(text, from);
      for (let at = from; at <= text.length; at++) {
        const captures = bounded.run(at, false);
        if (captures !== undefined) return asMatch(text, captures);
      }
      return undefined;
    },
    matchWhole(text) {
      if (native !== undefined && native.costOf(text.length) <= NATIVE_COST) {
        const found = native.whole.exec(text);
        return found === null ? undefined : nativeMatch(found);
      }
      beginBounded(text, 0);
      const captures = bounded.run(0, true);
      return captures === undefined ? undefined : asMatch(text, captures);
    },
  };
}

type NativeMatcher = {
  readonly search: RegExp;
  readonly whole: RegExp;
  costOf(length: number): number;
};

/** Undefined where the engine's matcher could take exponential time or answers otherwise than Java's. */
function nativeMatcher({ tree }: Regex): NativeMatcher | undefined {
  const cost = { repeats: 0, options: 1 };
  if (!isPlain(tree, false, cost)) return undefined;
  const source = nativeSource(tree);
  return {
    search: new RegExp(source, "gv"),
    whole: new RegExp(`^(?:${source})$`, "v"),
    costOf: (length) => (length + 1) ** (cost.repeats + 1) * cost.options,
  };
}

/** Repetitions of a few times are counted as choices. */
const FEW = 4;

function isPlain(node: RegexNode, repeated: boolean, cost: { repeats: number; options: number }): boolean {
  switch (node.kind) {
    case "set":
    case "place":
      return true;
    case "sequence":
      return node.items.every((item) => isPlain(item, repeated, cost));
    case "choice":
      cost.options *= node.options.length;
      return !repeated && node.options.every((option) => isPlain(option, repeated, cost));
    case "capture":
      return !repeated && isPlain(node.of, repeated, cost);
    case "look":
      return !repeated && isPlain(node.of, repeated, cost);
    case "repeat":
      if (repeated || (node.of.kind !== "set" && node.max > 1)) return false;
      if (node.max > FEW) cost.repeats++;
      else cost.options *= node.max + 1;
      return isPlain(node.of, node.max > 1, cost);
    case "atomic":
    case "back":
      return false;
  }
}

const WORD = "[\\p{L}\\p{Nd}_]";
const LINE = "[\\n\\r\\u0085\\u2028\\u2029]";
const PLACE_SOURCES: Readonly<Record<Place, string>> = {
  start: "^",
  end: "$",
  finalEnd: `(?=(?:\\r\\n|${LINE})?$)`,
  lineStart: `(?:^|(?<=${LINE})(?<!\\r(?=\\n))(?!$))`,
  lineEnd: `(?:$|(?=${LINE})(?<!\\r(?=\\n)))`,
  word: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  notWord: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
};

function nativeSource(node: RegexNode): string {
  switch (node.kind) {
    case "set":
      return node.source;
    case "sequence":
      return node.items.map((item) =>
        item.kind === "choice" ? `(?:${nativeSource(item)})` : nativeSource(item)
      ).join("");
    case "choice":
      return node.options.map(nativeSource).join("|");
    case "capture":
      return `(${nativeSource(node.of)})`;
    case "look":
      return `(?${node.behind ? "<" : ""}${node.negative ? "!" : "="}${nativeSource(node.of)})`;
    case "repeat": {
      const times = node.max === Infinity ? `{${node.min},}` : `{${node.min},${node.max}}`;
      return `(?:${nativeSource(node.of)})${times}${node.lazy ? "?" : ""}`;
    }
    case "place":
      return PLACE_SOURCES[node.place];
    case "atomic":
    case "back":
      throw new Error("isPlain keeps these out");
  }
}
