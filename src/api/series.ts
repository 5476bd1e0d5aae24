// `/series`: parameters, the snapshot's series, and the answer. Reads the snapshot and nothing else.

import type { Activity } from "../core/activity.ts";
import type { Frequency } from "../core/frequency.ts";
import type { Popularity } from "../core/hits.ts";
import {
  type DescribedColumn,
  plainRows,
  seriesCsv,
  seriesJson,
  type SeriesTimes,
  tableRows,
} from "../core/render_series.ts";
import { checkRequest, parseItems, type SeriesRequest } from "../core/series_request.ts";
import type { SeriesRecord, Snapshot } from "../core/snapshot.ts";
import { evaluate, plainPage } from "../core/table.ts";
import { buenosAiresMidnight } from "../core/time.ts";
import { COMMON_HEADERS, seriesErrors } from "./problems.ts";
import {
  type Body,
  type BodyCache,
  cachingHeaders,
  entityTag,
  isFresh,
  lastChange,
  namesTag,
  type Rendered,
} from "./caching.ts";
import { parseQuery } from "./query_string.ts";
import { seriesWorkbook, XLSX } from "./series_workbook.ts";

const ascii = new TextDecoder();

/** The series that a query asks for, without what is made of them. */
export const idsOfQuery = (query: string): string[] =>
  parseItems(parseQuery(query)).items.map(({ id }) => id);

/** What some answers depend on besides the snapshot. */
export type Moment = {
  /** Day number in Buenos Aires. */
  readonly today: number;
  /** Read for full metadata alone; undefined where none is published. */
  readonly activity: () => Promise<Activity | undefined>;
  /** As `activity`. */
  readonly popularity: () => Promise<Popularity | undefined>;
  /** Origin that readers know this server by. */
  readonly origin: () => string;
};

/** What a rendering is given of the moment, and what of it makes the answer another. */
type Dated = Pick<Moment, "today"> & {
  readonly activity?: Activity | undefined;
  readonly popularity?: Popularity | undefined;
  /** Address that answers the same; in workbooks alone. */
  readonly url: string;
};

/** Answers one request from a snapshot. */
export async function answerSeries(
  snapshot: Snapshot,
  query: string,
  requestHeaders: Headers,
  moment: Moment,
  cache: BodyCache,
): Promise<Response> {
  const { today } = moment;
  const kind = datedKind(query);
  const activity = kind && await moment.activity();
  const popularity = kind === "metadata" ? await moment.popularity() : undefined;
  const url = kind === "workbook" ? `${moment.origin()}/series/api/series/?${query}` : query;
  // A workbook also tells when its snapshot was published.
  const asked = kind
    ? `${activity?.name} ${popularity?.name} ${kind === "workbook" ? snapshot.publishedAt : ""} ${url}`
    : query;
  const modified = kind
    ? lastChange(
      snapshot.publishedAt,
      activity ? activity.publishedAt : 0,
      popularity?.publishedAt ?? 0,
      buenosAiresMidnight(today),
    )
    : snapshot.publishedAt;
  // Spells out what the tag hashes; the day is in it for the answers that depend on it.
  const key = `${snapshot.name} ${modified} ${today} ${asked}`;
  const known = cache.get(key);
  if (known) return answerKnown(known, requestHeaders);
  const tag = entityTag(snapshot, asked, kind && today);
  if (namesTag(requestHeaders, tag)) return notModified(tag, modified);
  const shared = await cache.shared(key);
  if (shared) return answerKnown(shared, requestHeaders);

  const answer = await render(snapshot, parseQuery(query), { today, activity, popularity, url });
  if (answer instanceof Response) return answer;
  const headers = { ...answer.headers, ...cachingHeaders(tag, modified) };
  cache.set(key, {
    body: answer.body,
    headers,
    tag,
    ...(modified !== undefined && { lastModified: modified }),
  });
  return isFresh(requestHeaders, tag, modified)
    ? notModified(tag, modified)
    : new Response(answer.body, { headers });
}

function answerKnown(known: Rendered<Headers>, requestHeaders: Headers): Response {
  return isFresh(requestHeaders, known.tag, known.lastModified)
    ? notModified(known.tag, known.lastModified)
    : new Response(known.body, known);
}

/** What of an answer tells how late its series are. The first look spares nearly all queries the second. */
function datedKind(query: string): "metadata" | "workbook" | undefined {
  if (!/metadata|xlsx|%/i.test(query)) return undefined;
  const params = parseQuery(query);
  if (params.get("format") === "xlsx") return "workbook";
  const metadata = params.get("metadata");
  return metadata === "full" || metadata === "only" ? "metadata" : undefined;
}

function notModified(tag: string, modified: number | undefined): Response {
  return new Response(null, {
    status: 304,
    headers: { ...cachingHeaders(tag, modified), ...COMMON_HEADERS },
  });
}

/** Renders the answer, or the contract's errors. */
async function render(
  snapshot: Snapshot,
  params: ReadonlyMap<string, string>,
  { today, activity, popularity, url }: Dated,
): Promise<{ body: Body; headers: Record<string, string> } | Response> {
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
  const describe = async (column: (typeof columns)[number]): Promise<DescribedColumn> => ({
    ...column,
    context: await snapshot.context(column.record),
    ...(activity && { times: await timesOf(activity, column.record) }),
    ...(popularity && { hits: popularity.of(column.record.id) }),
  });
  if (request.format === "xlsx") {
    const described = await Promise.all(columns.map(describe));
    const table = evaluate(observed, request);
    return {
      body: await seriesWorkbook({ table, columns: described, request, snapshot, today, url }),
      headers: {
        ...COMMON_HEADERS,
        "content-type": XLSX,
        "content-disposition": 'attachment; filename="data.xlsx"',
      },
    };
  }
  const described = request.metadata === "none" ? columns : await Promise.all(columns.map(describe));
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

/** When what a series is made of was last read, and last changed. */
export async function timesOf(activity: Activity, record: SeriesRecord): Promise<SeriesTimes> {
  const { lastHarvest } = activity.catalogs.find(({ id }) => id === (record.catalogId ?? "")) ?? {};
  const lastChange = await activity.lastChange(record);
  return {
    ...(typeof lastHarvest === "number" && { lastHarvest }),
    ...(lastChange !== undefined && { lastChange }),
  };
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
