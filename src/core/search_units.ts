// What the words of a query are looked for as, the same on every engine: each word as itself or as its synonym,
// and a word that no series has as those that stand in for it.

import { SEARCH_LIMITS } from "./search.ts";
import { isOneTypoAway, mayHaveTypo, stem, words } from "./search_text.ts";
import { membersIn, type Synonyms } from "./synonyms.ts";

/** What one word of a query is looked for as: any of these terms, counted together. */
export type Unit = readonly string[];

/** Term that a word is indexed under. */
export const termOf = (word: string, { keyOfWord }: Synonyms): string => keyOfWord.get(word) ?? word;

/**
 * Units of a text; `termsOfWord` tells what a word is looked for as, nothing where it is in vain.
 * In an order of their own: sums must not depend on the order of the words.
 */
export function unitsOf(
  text: string,
  synonyms: Synonyms,
  termsOfWord: (word: string) => readonly string[],
): Unit[] {
  const units = new Map<string, Unit>();
  const add = (terms: readonly string[]) => {
    const unit = [...new Set(terms)].sort();
    if (unit.length > 0) units.set(unit.join(" "), unit);
  };
  const found = queryWords(text);
  for (const word of new Set(found)) add(termsOfWord(word));
  for (const { key, length } of membersIn(found, synonyms)) if (length > 1) add([key]);
  return [...units.keys()].sort().map((name) => units.get(name)!);
}

/** Words of a query, up to the limit of distinct ones. */
export function queryWords(text: string): string[] {
  const found: string[] = [];
  const distinct = new Set<string>();
  for (const word of words(text.slice(0, SEARCH_LIMITS.queryCharacters))) {
    if (!distinct.has(word) && distinct.size === SEARCH_LIMITS.queryWords) break;
    distinct.add(word);
    found.push(word);
  }
  return found;
}

/**
 * Words that stand in for one that no series has: those with its stem, else those one letter away, else those
 * whose stem is. `stems` are the words of all series by their stem; those that cannot stand in may be missing.
 */
export function standIns(word: string, stems: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const own = stem(word);
  const sameStem = stems.get(own);
  if (sameStem) return sameStem;
  if (!mayHaveTypo(word)) return [];
  const near: string[] = [], nearStem: string[] = [];
  for (const [other, all] of stems) {
    // Stemming takes four letters at most, so words further apart cannot be near.
    if (Math.abs(other.length - own.length) > 4) continue;
    near.push(...all.filter((candidate) => isOneTypoAway(word, candidate)));
    if (mayHaveTypo(own) && isOneTypoAway(own, other)) nearStem.push(...all);
  }
  return near.length > 0 ? near : nearStem;
}

/** Words by their stem. */
export function byStem(words: Iterable<string>): Map<string, string[]> {
  const stems = new Map<string, string[]>();
  for (const word of words) {
    const of = stem(word);
    const others = stems.get(of);
    if (others) others.push(word);
    else stems.set(of, [word]);
  }
  return stems;
}
