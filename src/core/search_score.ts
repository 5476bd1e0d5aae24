// Scores of a text, the same on every engine. A document's score is that of its best field: BM25 (k1 1.2, b 0.75,
// with the factor k1 + 1) over its words. Every series counts as a document of its dataset's texts.

import { TEXT_FIELDS } from "./search_boosts.ts";
import type { SearchIndex } from "./search_index.ts";
import { byStem, standIns, termOf, type Unit, unitsOf } from "./search_units.ts";

/** Constants of BM25. */
export const K1 = 1.2;
export const B = 0.75;

/** Answers the scores of all series for a text; 0 where nothing matches. The column is used again. */
export function scorer(index: SearchIndex): (text: string) => Float64Array {
  const { columns: { dataset, lengths }, settings: { boosts } } = index;
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
        const weight = boosts[TEXT_FIELDS[field]!] * (K1 + 1) *
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

/** Units of a text over the words that the index has. */
function unitFinder(index: SearchIndex): (text: string) => Unit[] {
  const { synonyms } = index;
  let stems: ReadonlyMap<string, readonly string[]> | undefined;

  /** Those of synonyms that some series has included. */
  function readStems() {
    const single = [...synonyms.keyOfWord].filter(([, key]) => index.has(key)).map(([word]) => word);
    return byStem(new Set([...index.vocabulary(), ...single]));
  }

  return (text) =>
    unitsOf(text, synonyms, (word) => {
      const term = termOf(word, synonyms);
      if (index.has(term)) return [term];
      return standIns(word, stems ??= readStems()).map((one) => termOf(one, synonyms));
    });
}
