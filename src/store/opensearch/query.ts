// A question of the search as OpenSearch is asked it, and its answer as the search tells it.

import {
  type Facet,
  FACETS,
  type FacetValue,
  SEARCH_LIMITS,
  type SearchAnswer,
  type SearchDocument,
  type SearchQuery,
  type SearchSettings,
} from "../../core/search.ts";
import { type SearchBoosts, TEXT_FIELDS, type TextField } from "../../core/search_boosts.ts";
import type { Popularity } from "../../core/hits.ts";
import { withAliased } from "../../core/search_rank.ts";
import type { Unit } from "../../core/search_units.ts";
import { type IndexNote, labelField } from "./index_layout.ts";

/** Values that each shard tells of: facets of more are counted approximately. */
const LABELS_OF_SHARD = 20_000;

/** A question to an index. */
export type Body = {
  readonly query: { readonly bool: { readonly must: readonly object[]; readonly filter: readonly object[] } };
  readonly aggs?: object;
  readonly [option: string]: unknown;
};

/**
 * What is asked; `units` are what the text is looked for as, undefined where there is none. An index knows nothing of
 * hits: by them it is asked in parts (by_hits.ts).
 */
export function searchBody(
  { filters, sortBy, descending, start, limit, facets, minScore }: SearchQuery,
  units: readonly Unit[] | undefined,
  { series, weights }: IndexNote,
  { catalogAliases, boosts, minScore: setScore }: SearchSettings,
): Body {
  const filter = FACETS.flatMap((facet) => {
    const values = filters[facet];
    if (!values) return [];
    const wanted = facet === "catalog_id" ? withAliased(values, catalogAliases) : values;
    return [{ terms: { [labelField(facet)]: wanted } }];
  });
  const order = descending ? "desc" : "asc";
  const first = sortBy === "frequency"
    ? [{ frequency: { order, missing: "_last" } }]
    : sortBy === "relevance" && units
    ? [{ _score: { order: "desc" } }]
    : [];
  const least = series < SEARCH_LIMITS.smallCollection ? 0 : setScore ?? minScore;
  return {
    query: { bool: { must: [units ? bestField(units, weights, boosts) : ALL_SERIES], filter } },
    ...(units && least > 0 && { min_score: least }),
    sort: [...first, { rank: { order: "asc" } }],
    track_scores: units !== undefined,
    track_total_hits: true,
    from: limit === 0 ? 0 : start,
    size: limit,
    ...(facets && { aggs: facetCounts(FACETS) }),
  };
}

const ALL_SERIES = { constant_score: { filter: { exists: { field: "rank" } } } };

/**
 * The best field decides; what stands for one word is counted once, by what fits best of it. A field that counts for
 * nothing is not asked: it would match.
 */
function bestField(units: readonly Unit[], weights: readonly number[], boosts: SearchBoosts): object {
  const fieldQuery = (name: TextField, field: number) => {
    const boost = weights[field]! * boosts[name];
    if (boost === 0) return [];
    const termQuery = (term: string) => ({ term: { [name]: { value: term, boost } } });
    const unitQuery = (unit: Unit) =>
      unit.length === 1 ? termQuery(unit[0]!) : { dis_max: { queries: unit.map(termQuery) } };
    return [{ bool: { should: units.map(unitQuery) } }];
  };
  return { dis_max: { queries: TEXT_FIELDS.flatMap(fieldQuery) } };
}

/** Counts of the values of facets. */
export const facetCounts = (facets: readonly Facet[]): object =>
  Object.fromEntries(facets.map((facet) => [facet, {
    terms: {
      field: labelField(facet),
      size: SEARCH_LIMITS.facetValues,
      shard_size: LABELS_OF_SHARD,
      order: [{ _count: "desc" }, { _key: "asc" }],
    },
  }]));

export type Found = {
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly {
      readonly _id: string;
      readonly _score: number | null;
      readonly _source: { readonly document: SearchDocument };
      /** Where they are asked for. */
      readonly fields?: { readonly id: readonly string[] };
    }[];
  };
  readonly aggregations?: Readonly<
    Record<string, { readonly buckets: readonly { readonly key: string; readonly doc_count: number }[] }>
  >;
};

export function searchAnswer(
  { hits, aggregations }: Found,
  { facets }: SearchQuery,
  popularity: Popularity | undefined,
): SearchAnswer {
  return {
    hits: hits.hits.map(({ _source: { document }, _score }) => ({
      document,
      score: _score ?? 0,
      hits90Days: popularity?.of(document.id).days90 ?? 0,
    })),
    count: hits.total.value,
    ...(facets && {
      facets: Object.fromEntries(FACETS.map((facet) => [facet, facetValues(aggregations, facet)])) as Record<
        Facet,
        FacetValue[]
      >,
    }),
  };
}

/** In order of UTF-16 code units, as everywhere; Lucene's is of code points. */
export const facetValues = (aggregations: Found["aggregations"], facet: Facet): FacetValue[] =>
  (aggregations?.[facet]?.buckets ?? []).map(({ key, doc_count }) => ({ label: key, count: doc_count }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));

/** The answer where a text has no word that any series could have. */
export const nothingFound = ({ facets }: SearchQuery): SearchAnswer => ({
  hits: [],
  count: 0,
  ...(facets && { facets: Object.fromEntries(FACETS.map((facet) => [facet, []])) as never }),
});
