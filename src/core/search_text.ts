// How text becomes words for the search: Unicode words, lower case, without accents; a light Spanish stem and
// one-letter typos for words that no series has. Pure, so that every engine and every runtime agree.

/** Raised whenever a text becomes other words: what was indexed before is then indexed anew. */
export const ANALYSIS = 1;

/** Letters that have no accent to lose but are written otherwise on a plain keyboard. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
};

/** Longer words are of no language: they are neither indexed nor looked for. */
const LONGEST_WORD = 64;

/** Shortest word that a typo is looked for in: three letters are an abbreviation, and near to too many others. */
const SHORTEST_TYPO = 4;

/** Lower case, without accents; ñ is n; compatibility forms are plain (m² is m2). */
export function fold(text: string): string {
  // deno-lint-ignore no-control-regex -- the whole of ASCII is what needs no folding
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase()
    // Lower case may bring marks of its own.
    .replace(/\p{M}+/gu, "")
    .replace(/[ßæœøđðþłħı]/g, (letter) => PLAIN[letter]!);
}

/** Letters with a dot after each one or two: EE.UU., P.B.I. */
const DOTTED = /(?<![\p{L}\p{N}])\p{L}{1,2}(?:\.\p{L}{1,2})+(?![\p{L}\p{N}])/gu;
/** Bounded, so that no text makes it slow. */
const WORD = /\p{N}+(?:[.,]\p{N}+){1,8}(?![\p{L}\p{N}])|[\p{L}\p{N}]+/gu;

/**
 * Folded words of a text, in order. Dotted abbreviations are one word without their dots, numbers keep their
 * inner points and commas, an apostrophe inside a word is left out; all else separates.
 */
export function words(text: string): string[] {
  const folded = fold(text);
  // Most texts have neither.
  const plain = !/[.'’ʼ]/.test(folded) ? folded : folded
    .replace(/(?<=\p{L})['’ʼ](?=\p{L})/gu, "")
    .replace(DOTTED, (dotted) => dotted.replaceAll(".", ""));
  return (plain.match(WORD) ?? []).filter((word) => word.length <= LONGEST_WORD);
}

/**
 * Light Spanish stem of a folded word: singular and plural, and in longer words gender, meet.
 * `indice` and `indices`, `mes` and `meses`, `vez` and `veces`, `interes` and `intereses`.
 */
export function stem(word: string): string {
  let stemmed = word;
  for (let before = ""; before !== stemmed;) {
    before = stemmed;
    // Short words keep their a or o, which tells "mesa" from "mes".
    const long = /[ao]s?$/.test(stemmed) ? 6 : 5;
    const { length } = stemmed;
    if (/[aeo]s$/.test(stemmed) && length >= 4) stemmed = stemmed.slice(0, length >= long ? -2 : -1);
    else if (/[aeo]$/.test(stemmed) && length >= long - 1) stemmed = stemmed.slice(0, -1);
  }
  return stemmed.replace(/z$/, "c");
}

/** Whether a typo may be looked for in a word: it is long enough and no number. */
export function mayHaveTypo(word: string): boolean {
  return word.length >= SHORTEST_TYPO && !/\p{N}/u.test(word);
}

/** Whether one letter more, less or other, or two neighbours swapped, tell `a` from `b`. */
export function isOneTypoAway(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1 || a === b) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = (text: string, from: number) => text.slice(from);
  if (short.length < long.length) return rest(short, at) === rest(long, at + 1);
  return rest(short, at + 1) === rest(long, at + 1) ||
    (short[at] === long[at + 1] && short[at + 1] === long[at] && rest(short, at + 2) === rest(long, at + 2));
}
