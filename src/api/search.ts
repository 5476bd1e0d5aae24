// `/search` and the lists of the values of each facet. The search engine is an argument; parameters, shape of the
// answer, caching and errors are here.

import type { Popularities } from "../core/hits.ts";
import type { Facet, Search, SearchAnswer, Searches, SearchHit, SearchQuery } from "../core/search.ts";
import { readSearch } from "../core/search_request.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { type BodyCache, cachingHeaders, entityTag, isFresh, namesTag } from "./caching.ts";
import { COMMON_HEADERS, seriesErrors } from "./problems.ts";
import { parseQuery, rawQuery } from "./query_string.ts";

/** Lists by the name of their route: not all are called as the filter is. */
export const FACET_LISTS = {
  dataset_source: "dataset_source",
  field_units: "units",
  dataset_publisher_name: "dataset_publisher_name",
  dataset_theme: "dataset_theme",
  catalog_id: "catalog_id",
} as const satisfies Record<string, Facet>;

const bothForms = (path: string) =>
  ["/series/api", "/api"].flatMap((prefix) => [`${prefix}${path}/`, `${prefix}${path}`]);

export const SEARCH_PATHS = bothForms("/search");
const LIST_PATHS = (Object.keys(FACET_LISTS) as (keyof typeof FACET_LISTS)[]).map((name) => ({
  facet: FACET_LISTS[name],
  paths: bothForms(`/search/${name}`),
}));

/** Whether a path answers in the shape of the series API. */
export function isSearchPath(path: string): boolean {
  return SEARCH_PATHS.includes(path) || LIST_PATHS.some(({ paths }) => paths.includes(path));
}

/** Routes of an answer that is made from the current snapshot. */
export type OverSnapshot = (
  paths: readonly string[],
  answer: (snapshot: Snapshot, url: string, headers: Headers) => Promise<Response>,
) => void;

/** Adds the routes. */
export function searchRoutes(
  overSnapshot: OverSnapshot,
  { searches, popularities, minScore, cache }: {
    readonly searches: Searches;
    readonly popularities: Popularities | undefined;
    readonly minScore: number;
    readonly cache: BodyCache;
  },
): void {
  overSnapshot(SEARCH_PATHS, async (snapshot, url, headers) => {
    const query = rawQuery(url);
    const popularity = await popularities?.current();
    const request = `search ${minScore} ${popularity?.name} ${query}`;
    const modified = Math.max(snapshot.publishedAt, popularity?.publishedAt ?? 0);
    return answered(snapshot, request, modified, headers, cache, async () => {
      const asked = readSearch(parseQuery(query, true), minScore);
      if (Array.isArray(asked)) return seriesErrors(asked);
      const search = await searches.of(snapshot.name);
      return bodyOf(search, searchJson(await search.find(asked, popularity), asked));
    });
  });
  for (const { facet, paths } of LIST_PATHS) {
    overSnapshot(paths, (snapshot, _url, headers) =>
      answered(
        snapshot,
        `search values ${facet}`,
        snapshot.publishedAt,
        headers,
        cache,
        async () => {
          const search = await searches.of(snapshot.name);
          return bodyOf(search, { data: await search.values(facet) });
        },
      ));
  }
}

/** Says that the engine that should have answered did not: scores, and so the order, may be others. */
export const FALLBACK_HEADER = "Search-Fallback";

/** An answer of an engine that stands in for another is told, and kept by nobody for long. */
function bodyOf(search: Search, answer: object): string | Response {
  const body = JSON.stringify(answer);
  if (!search.stoodIn) return body;
  return new Response(body, {
    headers: {
      ...COMMON_HEADERS,
      "content-type": "application/json",
      "cache-control": "public, max-age=0, s-maxage=60",
      "access-control-expose-headers": `${
        COMMON_HEADERS["access-control-expose-headers"]
      }, ${FALLBACK_HEADER}`,
      [FALLBACK_HEADER]: "snapshot",
    },
  });
}

/**
 * Answers JSON of a snapshot, or what is known of it; a response that `render` makes itself is passed on.
 * `modified` is when what the answer is made of was published last, in epoch ms.
 */
async function answered(
  snapshot: Snapshot,
  request: string,
  modified: number,
  headers: Headers,
  cache: BodyCache,
  render: () => Promise<string | Response>,
): Promise<Response> {
  const tag = entityTag(snapshot, request);
  const caching = cachingHeaders(tag, modified);
  const notModified = () => new Response(null, { status: 304, headers: { ...caching, ...COMMON_HEADERS } });
  // A copy that names its tag was answered once; any other condition is judged once the request is known to be valid.
  if (namesTag(headers, tag)) return notModified();
  const key = `${snapshot.name} ${snapshot.publishedAt} ${request}`;
  const known = cache.get(key) ?? await cache.shared(key);
  const body = known?.body ?? await render();
  if (body instanceof Response) return body;
  if (isFresh(headers, tag, modified)) return notModified();
  const all = { ...COMMON_HEADERS, "content-type": "application/json", ...caching };
  if (!known) cache.set(key, { body, headers: all, tag, lastModified: modified });
  return new Response(body, { headers: known?.headers ?? all });
}

function searchJson({ hits, count, facets }: SearchAnswer, { limit, start }: SearchQuery): object {
  return {
    data: hits.map(hitJson),
    count,
    limit,
    start,
    ...(facets && {
      aggregations: Object.fromEntries(
        Object.entries(facets).map(([facet, values]) => [
          facet,
          values.map(({ label, count }) => ({ label, series_count: count })),
        ]),
      ),
    }),
  };
}

function hitJson({ document: { dataset, ...field }, hits90Days }: SearchHit): object {
  return {
    field: {
      id: field.id,
      description: field.description,
      title: field.title,
      frequency: field.frequency,
      time_index_start: field.start,
      time_index_end: field.end,
      units: field.units,
      hits_90_days: hits90Days,
    },
    dataset: {
      title: dataset.title,
      publisher: { name: dataset.publisherName },
      source: dataset.source,
      theme: dataset.theme,
    },
  };
}
