// The request of `/search`: parameters, and the contract's errors in the contract's order, all at once.

import { parseInteger } from "./integer.ts";
import { FACETS, SEARCH_LIMITS, type SearchQuery, SORT_KEYS, type SortKey } from "./search.ts";
import { type RawParams, type SeriesError, SORTS } from "./series_request.ts";

/** Between alternatives of a filter. */
const OR = "||";

/** More digits are above any limit, and slow to read. */
const MOST_DIGITS = 30;

/**
 * Reads the parameters, their values as received.
 * Errors: as data, all of them.
 * Source: series-api 7; a page out of reach is the invalid parameter that the reference fails on.
 */
export function readSearch(params: RawParams, minScore: number): SearchQuery | SeriesError[] {
  const errors: SeriesError[] = [];
  const invalid = (name: string, value: string) =>
    errors.push({ error: `Parámetro ${name} inválido: ${value}` });

  const numbers = { limit: SEARCH_LIMITS.defaultRows as number, start: 0 };
  for (const name of ["limit", "start"] as const) {
    const text = params.get(name);
    if (text === undefined) continue;
    const value = text.length > MOST_DIGITS ? undefined : parseInteger(text);
    if (value === undefined || value < 0 || value > SEARCH_LIMITS.reach) invalid(name, text);
    else numbers[name] = Number(value);
  }
  const { limit, start } = numbers;
  // Each is within reach, so the one asked for last on purpose is the page's beginning.
  if (start + limit > SEARCH_LIMITS.reach) invalid("start", params.get("start") ?? String(start));

  const sortBy = params.get("sort_by") ?? "relevance";
  if (!isSortKey(sortBy)) invalid("sort_by", sortBy);
  const sort = params.get("sort") ?? "desc";
  if (!(SORTS as readonly string[]).includes(sort)) invalid("sort", sort);
  if (sortBy === "relevance" && sort === "asc") {
    errors.push({ error: "El ordenamiento por relevancia solo puede ser descendente" });
  }
  if (errors.length > 0) return errors;

  const filters = FACETS.flatMap((facet) => {
    const values = (params.get(facet) ?? "").split(OR).filter((value) => value !== "");
    return values.length > 0 ? [[facet, values] as const] : [];
  });
  const text = params.get("q");
  return {
    ...(text !== undefined && { text }),
    filters: Object.fromEntries(filters),
    sortBy: sortBy as SortKey,
    descending: sort === "desc",
    start,
    limit,
    facets: params.has("aggregations"),
    minScore,
  };
}

const isSortKey = (text: string): text is SortKey => (SORT_KEYS as readonly string[]).includes(text);
