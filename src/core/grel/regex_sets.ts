// Sets of characters of regular expressions, as text that the engine's `v` mode reads: classes of one letter, classes
// by name, single characters.

export class RegexFault extends Error {}

export const LINE_ENDS = "\\n\\r\\u0085\\u2028\\u2029";

/** Classes of one letter: plain, and with Unicode classes. */
export const CLASSES: Readonly<Record<string, readonly [string, string]>> = {
  d: ["[0-9]", "\\p{Nd}"],
  w: ["[a-zA-Z_0-9]", "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]"],
  s: ["[ \\t\\n\\x0B\\f\\r]", "\\p{White_Space}"],
  h: [
    "[ \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]",
    "[ \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]",
  ],
  v: ["[\\n\\x0B\\f\\r\\x85\\u2028\\u2029]", "[\\n\\x0B\\f\\r\\x85\\u2028\\u2029]"],
};

/** Names of `\p{…}` that the engine does not know, or knows as something else. */
const PROPERTIES: Readonly<Record<string, string>> = {
  Lower: "[a-z]",
  Upper: "[A-Z]",
  ASCII: "[\\x00-\\x7F]",
  Alpha: "[a-zA-Z]",
  Digit: "[0-9]",
  Alnum: "[a-zA-Z0-9]",
  Punct: "[\\!-\\/\\:-@\\[-`\\{-\\~]",
  Graph: "[\\!-\\~]",
  Print: "[ -\\~]",
  Blank: "[ \\t]",
  Cntrl: "[\\x00-\\x1F\\x7F]",
  XDigit: "[0-9a-fA-F]",
  Space: "[ \\t\\n\\x0B\\f\\r]",
  L1: "[\\x00-\\xFF]",
  all: "[\\s\\S]",
  IsDigit: "\\p{Nd}",
  IsLetter: "\\p{L}",
  IsPunctuation: "\\p{P}",
  IsControl: "\\p{Cc}",
  IsWhite_Space: "\\p{White_Space}",
  IsHex_Digit: "\\p{Hex_Digit}",
  javaLowerCase: "\\p{Lowercase}",
  javaUpperCase: "\\p{Uppercase}",
  javaWhitespace: "[\\p{Zs}\\p{Zl}\\p{Zp}\\t-\\r\\x1C-\\x1F]",
  javaLetter: "\\p{L}",
  javaDigit: "\\p{Nd}",
};

export const codeSource = (code: number): string => `\\u{${code.toString(16)}}`;

/** The part of a range that lies in one case of ASCII, moved to the other. */
export function asciiOverlap(from: number, to: number, low: number, high: number, shift: number): string[] {
  const [first, last] = [Math.max(from, low), Math.min(to, high)];
  return first > last ? [] : [`${codeSource(first + shift)}-${codeSource(last + shift)}`];
}

export function propertySource(name: string): string {
  const known = PROPERTIES[name];
  if (known !== undefined) return known;
  const bare = name.replace(/^(?:Is|general_category=|gc=)/, "");
  for (const candidate of [`\\p{${bare}}`, `\\p{sc=${bare.replace(/^(?:script=|sc=)/, "")}}`]) {
    try {
      new RegExp(candidate, "v");
      return candidate;
    } catch {
      // Not this kind of property: the next may be.
    }
  }
  throw new RegexFault(`no se conoce la clase de caracteres "\\p{${name}}"`);
}
