// What words are looked for as in an index: as themselves where some series has them, else as what stands in for
// them. The index knows its words; what was asked once is remembered, for an index never changes.

import { mayHaveTypo, stem } from "../../core/search_text.ts";
import { byStem, standIns, termOf } from "../../core/search_units.ts";
import type { Synonyms } from "../../core/synonyms.ts";
import { stemTerm, wordId, wordOfId } from "./index_layout.ts";

/** Words remembered. */
const REMEMBERED = 20_000;

/** Words like those asked for, at most: as many as a search may answer. */
const MOST_LIKE = 10_000;
/** Words one letter away from one, at most. */
const MOST_NEAR = 500;

/** Asks for identifiers of documents. */
export type FindIds = (body: object) => Promise<readonly string[]>;

/** Answers the terms of words, by word: none where no series has anything like it. */
export type TermsOfWords = (words: readonly string[]) => Promise<(word: string) => readonly string[]>;

export function termsOfWords(findIds: FindIds, synonyms: Synonyms): TermsOfWords {
  const remembered = new Map<string, readonly string[]>();

  async function termsOf(words: readonly string[]): Promise<Map<string, readonly string[]>> {
    const ids = words.map(wordId);
    const known = new Set(
      (await findIds({ query: { ids: { values: ids } }, size: ids.length })).map(wordOfId),
    );
    const unknown = words.filter((word) => !known.has(word));
    const stems = unknown.length === 0 ? new Map<string, string[]>() : byStem(
      (await findIds({ query: { bool: { should: unknown.flatMap(likeQueries) } }, size: MOST_LIKE }))
        .map(wordOfId),
    );
    return new Map(words.map((word) => {
      if (known.has(word)) return [word, [termOf(word, synonyms)]];
      // The index counts words of a stem together.
      if (stems.has(stem(word))) return [word, [stemTerm(word)]];
      return [word, standIns(word, stems).map((one) => termOf(one, synonyms))];
    }));
  }

  return async (words) => {
    const found = new Map(words.map((word) => [word, remembered.get(word)]));
    const asked = [...found].filter(([, terms]) => terms === undefined).map(([word]) => word);
    if (asked.length > 0) {
      for (const [word, terms] of await termsOf(asked)) {
        found.set(word, terms);
        remembered.set(word, terms);
      }
      for (const oldest of remembered.keys()) {
        if (remembered.size <= REMEMBERED) break;
        remembered.delete(oldest);
      }
    }
    return (word) => found.get(word) ?? [];
  };
}

/** Words of the stem of one, those one letter away, and those whose stem is. */
function likeQueries(word: string): object[] {
  const own = stem(word);
  const near = (field: string, value: string) =>
    mayHaveTypo(value) ? [{ fuzzy: { [field]: { value, fuzziness: 1, max_expansions: MOST_NEAR } } }] : [];
  return [{ term: { stem: own } }, ...near("word", word), ...(mayHaveTypo(word) ? near("stem", own) : [])];
}
