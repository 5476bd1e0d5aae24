// `/series`: parameters, the snapshot's series, and the answer. Reads the snapshot and nothing else.

import type { Frequency } from "../core/frequency.ts";
import { plainRows, seriesCsv, seriesJson, tableRows } from "../core/render_series.ts";
import { checkRequest, parseItems, type SeriesRequest } from "../core/series_request.ts";
import type { SeriesRecord, Snapshot } from "../core/snapshot.ts";
import { evaluate, plainPage } from "../core/table.ts";
import { COMMON_HEADERS, seriesErrors } from "./problems.ts";
import { type BodyCache, CACHE_CONTROL, entityTag, httpDate, isFresh } from "./caching.ts";
import { parseQuery } from "./query_string.ts";

const ascii = new TextDecoder();

/**
 * Answers one request from a snapshot.
 * `today` is the day number in Buenos Aires, which full metadata depends on.
 */
export async function answerSeries(
  snapshot: Snapshot,
  query: string,
  requestHeaders: Headers,
  today: number,
  cache: BodyCache,
): Promise<Response> {
  // Spells out what the tag hashes; the day is in it for the answers that depend on it.
  const key = `${snapshot.name} ${snapshot.publishedAt} ${today} ${query}`;
  const known = cache.get(key);
  if (known) {
    return isFresh(requestHeaders, known.tag, known.lastModified)
      ? notModified(snapshot, known.tag)
      : new Response(known.body, known);
  }
  const params = parseQuery(query);
  const metadata = params.get("metadata");
  const dayDependent = metadata === "full" || metadata === "only";
  const tag = entityTag(snapshot, query, dayDependent ? today : undefined);
  const lastModified = dayDependent ? undefined : snapshot.publishedAt;
  if (isFresh(requestHeaders, tag, lastModified)) return notModified(snapshot, tag);

  const answer = await render(snapshot, params, today);
  if (answer instanceof Response) return answer;
  const headers = { ...answer.headers, ...cachingHeaders(snapshot, tag) };
  cache.set(key, { body: answer.body, headers, tag, ...(lastModified !== undefined && { lastModified }) });
  return new Response(answer.body, { headers });
}

function notModified(snapshot: Snapshot, tag: string): Response {
  return new Response(null, {
    status: 304,
    headers: { ...cachingHeaders(snapshot, tag), ...COMMON_HEADERS },
  });
}

function cachingHeaders(snapshot: Snapshot, tag: string): Record<string, string> {
  return {
    etag: tag,
    "last-modified": httpDate(snapshot.publishedAt),
    "cache-control": CACHE_CONTROL,
  };
}

/** Renders the answer, or the contract's errors. */
async function render(
  snapshot: Snapshot,
  params: ReadonlyMap<string, string>,
  today: number,
): Promise<{ body: string; headers: Record<string, string> } | Response> {
  const { items, errors } = parseItems(params);
  const records = await snapshot.series(items.map(({ id }) => id));
  const unknown = records.findIndex((record) => record === undefined);
  if (unknown >= 0) {
    const { id } = items[unknown]!;
    return seriesErrors([{ error: `Serie inexistente: ${id}` }], id);
  }
  if (errors.length > 0) return seriesErrors(errors);
  const columns = items.map((item, i) => ({ item, record: records[i] as SeriesRecord }));
  const frequencies: Frequency[] = columns.map(({ record }) => record.observations.frequency);
  const request = checkRequest(params, frequencies);
  if (Array.isArray(request)) return seriesErrors(request);

  const observed = columns.map(({ item, record }) => ({ item, observations: record.observations }));
  if (request.format === "csv") {
    return {
      body: seriesCsv(evaluate(observed, request), columns, request),
      headers: {
        ...COMMON_HEADERS,
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="data.csv"',
      },
    };
  }
  const described = request.metadata === "none" ? columns : await Promise.all(
    columns.map(async (column) => ({ ...column, context: await snapshot.context(column.record) })),
  );
  const { count, ...rows } = renderRows(observed, columns[0]!.record, request);
  const body = seriesJson({
    ...(request.metadata !== "only" && { rows: rows.text }),
    count,
    index: rows.index,
    columns: described,
    request,
    params,
    today: { day: today, percentageUnits: snapshot.percentageUnits },
  });
  return { body, headers: { ...COMMON_HEADERS, "content-type": "application/json" } };
}

function renderRows(observed: Parameters<typeof evaluate>[0], first: SeriesRecord, request: SeriesRequest) {
  const page = plainPage(observed, request);
  if (page) {
    const { bytes, index } = plainRows(first, page);
    return { text: ascii.decode(bytes), index, count: page.count };
  }
  const table = evaluate(observed, request);
  return { ...tableRows(table), count: table.count };
}
