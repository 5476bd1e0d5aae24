// Order by popularity over an index that knows none: pages are those of sorting everything, however the popular series
// are cut in parts. The index here is a list that evaluates what it is asked for.

import { describe, expect, test } from "vitest";
import { findByHits, popularParts } from "../../src/store/opensearch/by_hits.ts";
import type { Body, Found } from "../../src/store/opensearch/query.ts";
import { document, popularityOfDocuments, query } from "./search_engines.ts";

const DOCUMENTS = Array.from(
  { length: 23 },
  (_, i) => document(`s${String(i).padStart(2, "0")}`, { hits90Days: i % 3 === 0 ? 0 : i * 7 % 5 + 1 }),
);
const POPULARITY = popularityOfDocuments(DOCUMENTS);
/** Series that match: all but some popular and some others. */
const MATCHING = DOCUMENTS.filter((_, i) => i % 7 !== 2 && i !== 12);

type Terms = { readonly terms: { readonly id: readonly string[] } };

function listIndex() {
  const asked: string[] = [];
  const ask = (body: object): Promise<Found> => {
    const { query: { bool }, from = 0, size = 10 } = body as Body & { from: number; size: number };
    const { filter, must_not = [] } = bool as { filter: readonly Terms[]; must_not?: readonly Terms[] };
    const found = MATCHING.filter(({ id }) =>
      filter.every(({ terms }) => terms.id.includes(id)) &&
      !must_not.some(({ terms }) => terms.id.includes(id))
    );
    asked.push(`${filter.length > 0 ? "among" : must_not.length > 0 ? "others" : "all"} ${size}`);
    return Promise.resolve({
      hits: {
        total: { value: found.length },
        hits: found.slice(from, from + size).map((document) => ({
          _id: document.id,
          _score: null,
          _source: { document },
          fields: { id: [document.id] },
        })),
      },
    });
  };
  return { ask, asked };
}

const BODY: Body = { query: { bool: { must: [], filter: [] } } };

describe("findByHits", () => {
  test.each([1, 2, 4, 100])(
    "answers every page as sorting everything does: parts of %j and more",
    async (size) => {
      const partsOf = popularParts(size);
      for (const descending of [true, false]) {
        const sign = descending ? -1 : 1;
        const expected = MATCHING.map(({ id }) => ({ id, hits: POPULARITY.of(id).days90 }))
          .sort((a, b) => sign * (a.hits - b.hits) || (a.id < b.id ? -1 : 1));
        for (let start = 0; start <= MATCHING.length; start++) {
          for (const limit of [0, 1, 3, 50]) {
            const asked = query({ sortBy: "hits_90_days", descending, start, limit });
            const { ask } = listIndex();
            const answer = await findByHits(ask, BODY, asked, POPULARITY, partsOf(POPULARITY, descending));
            expect(answer.count).toBe(MATCHING.length);
            expect(answer.hits.map(({ document, hits90Days }) => ({ id: document.id, hits: hits90Days })))
              .toEqual(expected.slice(start, start + limit));
          }
        }
      }
    },
  );

  test("asks for one part where it holds the page", async () => {
    const { ask, asked } = listIndex();
    const parts = popularParts(5)(POPULARITY, true);
    await findByHits(ask, BODY, query({ sortBy: "hits_90_days", limit: 2 }), POPULARITY, parts);
    // Fifteen are popular: five, and the next twenty at most.
    expect(parts.map(({ length }) => length)).toEqual([5, 10]);
    expect(asked).toEqual(["all 0", "among 5", "among 2"]);
  });
});
