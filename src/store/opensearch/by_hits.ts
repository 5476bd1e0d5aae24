// Pages in order of popularity, which an index does not hold: it moves every day, and an index never changes. What is
// asked for is cut in parts whose order is known, and each part is asked for by itself:
//
//   the most popular 500 series │ the next 2,000 │ the next 8,000 │ … │ the others, nobody asked for: by id
//
// Ascending, the others come first. Of a part of popular series the index tells which match, and their order is told
// here; nearly always one part holds the page.

import type { Popularity } from "../../core/hits.ts";
import type { SearchAnswer, SearchQuery } from "../../core/search.ts";
import { type Body, type Found, searchAnswer } from "./query.ts";

/** Series of the first part; every further one is four times the one before, up to what one question answers. */
const FIRST_PART = 500;
const LARGEST_PART = 10_000;

type Query = Pick<Body, "query">;

/** Asks the index. */
export type AskIndex = (body: object) => Promise<Found>;

/** Popular series by hits and then id, in parts; those of the last popularity are kept. */
export function popularParts(
  first = FIRST_PART,
): (popularity: Popularity, descending: boolean) => readonly string[][] {
  let last: { readonly name: string; readonly parts: Map<boolean, string[][]> } | undefined;
  return (popularity, descending) => {
    if (last?.name !== popularity.name) last = { name: popularity.name, parts: new Map() };
    let parts = last.parts.get(descending);
    if (!parts) {
      const sign = descending ? -1 : 1;
      const rows = popularity.ids.map((id) => ({ id, hits: popularity.of(id).days90 }))
        .filter(({ hits }) => hits > 0)
        .sort((a, b) => sign * (a.hits - b.hits) || (a.id < b.id ? -1 : 1));
      parts = [];
      for (let at = 0, size = first; at < rows.length; size = Math.min(4 * size, LARGEST_PART)) {
        parts.push(rows.slice(at, at + size).map(({ id }) => id));
        at += size;
      }
      last.parts.set(descending, parts);
    }
    return parts;
  };
}

/** Answers `asked`, whose `body` finds all matches by id, in order of hits. */
export async function findByHits(
  ask: AskIndex,
  body: Body,
  asked: SearchQuery,
  popularity: Popularity,
  parts: readonly string[][],
): Promise<SearchAnswer> {
  const { start, limit, descending } = asked;
  const { aggs, ...matches } = body;
  const counted = await ask({ ...matches, ...(aggs && { aggs }), from: 0, size: 0 });
  const { count, facets } = searchAnswer(counted, asked, popularity);
  const page: string[] = [];
  let before = 0;

  const takePopular = async () => {
    for (const ids of parts) {
      if (page.length >= limit) return;
      const { hits } = await ask({
        ...within(matches, ids),
        from: 0,
        size: ids.length,
        _source: false,
        docvalue_fields: ["id"],
        track_scores: false,
      });
      const found = new Set(hits.hits.map(({ fields }) => fields!.id[0]));
      const matching = ids.filter((id) => found.has(id));
      page.push(...matching.slice(Math.max(start + page.length - before, 0), start + limit - before));
      before += matching.length;
    }
  };
  const takeOthers = async () => {
    if (page.length >= limit) return;
    const { hits } = await ask({
      ...without(matches, parts),
      from: Math.max(start + page.length - before, 0),
      size: limit - page.length,
      _source: false,
      docvalue_fields: ["id"],
      track_scores: false,
    });
    page.push(...hits.hits.map(({ fields }) => fields!.id[0]!));
    before += hits.total.value;
  };

  if (limit > 0 && start < count) {
    if (descending) await takePopular();
    else await takeOthers();
    if (descending) await takeOthers();
    else await takePopular();
  }
  const found = page.length === 0 ? undefined : await ask({
    ...within(matches, page),
    from: 0,
    size: page.length,
  });
  const documents = found ? searchAnswer(found, { ...asked, facets: false }, popularity).hits : [];
  const place = new Map(page.map((id, i) => [id, i]));
  return {
    hits: documents.toSorted((a, b) => place.get(a.document.id)! - place.get(b.document.id)!),
    count,
    ...(facets && { facets }),
  };
}

function within(body: Query, ids: readonly string[]): object {
  const { bool } = body.query;
  return { ...body, query: { bool: { ...bool, filter: [...bool.filter, { terms: { id: ids } }] } } };
}

function without(body: Query, parts: readonly string[][]): object {
  return {
    ...body,
    query: { bool: { ...body.query.bool, must_not: parts.map((ids) => ({ terms: { id: ids } })) } },
  };
}
