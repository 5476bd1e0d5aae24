// Keys that bring together texts written in slightly different ways, as OpenRefine's clusters compute them.

import { expects, type GrelFunction } from "./texts.ts";
import { isNumber, valueText } from "./value.ts";

/** Letters that do not come apart into a base and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "oe",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ı: "i",
  ŋ: "n",
  ŧ: "t",
  ĸ: "k",
  ŀ: "l",
  ĳ: "ij",
  ŉ: "n",
  ſ: "s",
};

const MARKS = /[\u0300-\u036f\p{Lm}\p{Sk}]/gu;
const NOT_COUNTED = /[\p{P}\p{Cc}]/gu;

const plainLetters = (text: string): string =>
  text.normalize("NFKD").replace(MARKS, "").replace(/\P{ASCII}/gu, (letter) => LETTERS[letter] ?? letter);

/** Words without marks, signs nor capitals, sorted, each once. */
export function fingerprint(text: string): string {
  // Control characters go, but white space among them still parts words.
  const words = plainLetters(text.trim().toLowerCase()).replace(
    NOT_COUNTED,
    (sign) => /\s/.test(sign) ? " " : "",
  ).split(/\s+/);
  return [...new Set(words)].sort().join(" ").trim();
}

/** Runs of `size` letters, sorted, each once. */
export function ngramFingerprint(text: string, size: number): string {
  const letters = plainLetters(text.toLowerCase()).replace(NOT_COUNTED, "").replace(/\s/g, "");
  const runs = new Set<string>();
  for (let at = 0; at + size <= letters.length; at++) runs.add(letters.slice(at, at + size));
  return [...runs].sort().join("");
}

export const KEY_FUNCTIONS: Readonly<Record<string, GrelFunction>> = {
  fingerprint: (args) => {
    if (args.length !== 1) return expects("fingerprint", "un texto");
    return args[0] == null ? null : fingerprint(valueText(args[0]));
  },
  ngramFingerprint: ([subject, size = 1n, ...more]) => {
    if (more.length > 0 || !isNumber(size) || Number(size) < 1) {
      return expects("ngramFingerprint", "un texto y, si acaso, un número desde 1");
    }
    return subject == null ? null : ngramFingerprint(valueText(subject), Math.trunc(Number(size)));
  },
};
