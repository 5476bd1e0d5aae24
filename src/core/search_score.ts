// Scores of a text, the same on every engine. A document's score is that of its best field: BM25 (k1 1.2, b 0.75,
// with the factor k1 + 1) over its words. Every series counts as a document of its dataset's texts.

import { SEARCH_LIMITS } from "./search.ts";
import { type SearchIndex, TEXT_FIELDS } from "./search_index.ts";
import { isOneTypoAway, mayHaveTypo, stem, words } from "./search_text.ts";
import { membersIn } from "./synonyms.ts";

const K1 = 1.2;
const B = 0.75;

/** What one word of a query is looked for as: any of these terms, counted together. */
type Unit = readonly string[];

/** Answers the scores of all series for a text; 0 where nothing matches. The column is used again. */
export function scorer(index: SearchIndex): (text: string) => Float64Array {
  const { columns: { dataset, lengths } } = index;
  const seriesOf = new Uint32Array(lengths[1].length);
  for (const one of dataset) seriesOf[one]!++;
  const fields = lengths.map((length, field) => {
    let documents = 0, sum = 0;
    length.forEach((count, owner) => {
      const weight = field === 0 ? 1 : seriesOf[owner]!;
      if (count > 0) documents += weight;
      sum += count * weight;
    });
    return { documents, average: sum / documents, length, weights: field === 0 ? undefined : seriesOf };
  });
  // Kept from query to query: a frequent word would leave megabytes behind each time.
  const scratch = lengths.map((length) => ({
    scores: new Float64Array(length.length),
    counts: new Uint32Array(length.length),
    owners: new Uint32Array(length.length),
  }));
  const unitsOf = unitFinder(index);

  return (text) => {
    for (const { scores } of scratch) scores.fill(0);
    for (const unit of unitsOf(text)) {
      fields.forEach(({ documents, average, length, weights }, field) => {
        const { scores, counts, owners } = scratch[field]!;
        let found = 0, frequency = 0;
        const add = (owner: number, count: number) => {
          if (counts[owner] === 0) {
            owners[found++] = owner;
            frequency += weights ? weights[owner]! : 1;
          }
          counts[owner]! += count;
        };
        for (const term of unit) index.visit(field, term, add);
        const weight = TEXT_FIELDS[field]!.boost * (K1 + 1) *
          Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5));
        for (let i = 0; i < found; i++) {
          const owner = owners[i]!, times = counts[owner]!;
          scores[owner]! += weight * times / (times + K1 * (1 - B + B * length[owner]! / average));
          counts[owner] = 0;
        }
      });
    }
    const [best, title, source, description] = scratch.map(({ scores }) => scores);
    for (let n = 0; n < best!.length; n++) {
      const of = dataset[n]!;
      best![n] = Math.max(best![n]!, title![of]!, source![of]!, description![of]!);
    }
    return best!;
  };
}

/**
 * What the words of a text are looked for as. A word that a series has, or a synonym of it, is looked for alone;
 * for another the words with its stem, then those one letter away, stand in.
 */
function unitFinder(index: SearchIndex): (text: string) => Unit[] {
  const { synonyms } = index;
  let stems: Map<string, string[]> | undefined;
  const termOf = (word: string) => synonyms.keyOfWord.get(word) ?? word;

  /** Words by their stem, those of synonyms that some series has included. */
  function readStems(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const single = [...synonyms.keyOfWord].filter(([, key]) => index.has(key)).map(([word]) => word);
    for (const word of new Set([...index.vocabulary(), ...single])) {
      const of = stem(word);
      const others = found.get(of);
      if (others) others.push(word);
      else found.set(of, [word]);
    }
    return found;
  }

  function standIns(word: string): readonly string[] {
    stems ??= readStems();
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

  return (text) => {
    const units = new Map<string, Unit>();
    const add = (terms: readonly string[]) => {
      const unit = [...new Set(terms)].sort();
      if (unit.length > 0) units.set(unit.join(" "), unit);
    };
    const found = queryWords(text);
    for (const word of new Set(found)) {
      const term = termOf(word);
      if (index.has(term)) add([term]);
      else add(standIns(word).map(termOf));
    }
    for (const { key, length } of membersIn(found, synonyms)) if (length > 1) add([key]);
    // In an order of their own: sums must not depend on the order of the words.
    return [...units.keys()].sort().map((name) => units.get(name)!);
  };
}

/** Words of a query, up to the limit of distinct ones. */
function queryWords(text: string): string[] {
  const found: string[] = [];
  const distinct = new Set<string>();
  for (const word of words(text.slice(0, SEARCH_LIMITS.queryCharacters))) {
    if (!distinct.has(word) && distinct.size === SEARCH_LIMITS.queryWords) break;
    distinct.add(word);
    found.push(word);
  }
  return found;
}
