/** @jsxImportSource hono/jsx */
// The explorer: `/` searches, `/serie/{id}` shows a series. Both are answered from the current snapshot, written
// on the server and complete without scripts.

import type { Context, Hono } from "hono";
import type { Activities } from "../core/activity.ts";
import { collapse } from "../core/collapse.ts";
import { DUMP_FILES } from "../core/dump_files.ts";
import type { Dumps, StoredDump } from "../core/dumps.ts";
import { compareFrequency, firstDay, FREQUENCIES, type Frequency } from "../core/frequency.ts";
import { type Observations, trim } from "../core/observations.ts";
import type { Prices } from "../core/prices/reader.ts";
import type { Market } from "../core/prices/tick.ts";
import { Problem } from "../core/problem.ts";
import type { Popularities, Popularity } from "../core/hits.ts";
import { freshnessOf } from "../core/render_series.ts";
import {
  DEFAULT_MIN_SCORE,
  type FacetValue,
  type Search,
  type SearchAnswer,
  type Searches,
  type SearchQuery,
} from "../core/search.ts";
import type { Snapshot, Snapshots } from "../core/snapshot.ts";
import { evaluate } from "../core/table.ts";
import type { EpochDay } from "../core/time.ts";
import { Home, Waiting } from "../pages/home.tsx";
import { withoutWeekends } from "../pages/line_path.ts";
import { PAGE_ROWS, readSearchAddress, type SearchAddress } from "../pages/search_address.ts";
import { pagesOf, SearchPage } from "../pages/search_page.tsx";
import { SearchUnavailable } from "../pages/search_unavailable.tsx";
import { readControls } from "../pages/series_address.ts";
import { isOfWorkdays, SeriesNotFound, SeriesPage } from "../pages/series_page.tsx";
import { type Language, languageOf } from "../pages/text.ts";
import type { Assets } from "./assets.ts";
import { entityTag } from "./caching.ts";
import { originOf } from "./origin.ts";
import { answerMarkup, answerPage, framed, type Markup, withSnapshot } from "./page.ts";
import { exampleIds, isAddressable, readyRequests, seriesHref } from "./ready_requests.ts";
import { timesOf } from "./series.ts";

type ExplorerContext = {
  readonly snapshots: Snapshots;
  readonly activities?: Activities;
  readonly popularities?: Popularities;
  readonly searches?: Searches;
  readonly searchMinScore?: number;
  readonly dumps?: Dumps;
  readonly prices?: Prices;
  readonly assets?: Assets;
  readonly version: string;
  readonly publicUrl?: string;
  readonly onError?: (error: unknown, path: string) => void;
  /** Day number in Buenos Aires. */
  readonly today: () => EpochDay;
};

/** Seconds until the waiting page, or a program, asks again. */
const RETRY_SECONDS = 5;

/** Catalogs whose example is read for the ready requests. */
const EXAMPLES = 24;

const SERIES_PATH = "/serie";

/** Adds the routes to the application. */
export function explorerRoutes(app: Hono, context: ExplorerContext): void {
  const { snapshots } = context;
  const asked = (answer: (one: Asked) => Promise<Response>) => async ({ req }: Context) => {
    const url = new URL(req.url);
    const language = languageOf(url.searchParams.get("lang"));
    const answered = await withSnapshot(
      snapshots,
      (snapshot) => answer({ snapshot, url, language, headers: req.raw.headers, context }),
    );
    return answered ?? await waiting(language, context);
  };
  app.get("/", asked(answerHome));
  for (const path of [SERIES_PATH, `${SERIES_PATH}/`, `${SERIES_PATH}/:id`, `${SERIES_PATH}/:id/`]) {
    app.get(path, asked(answerSeriesPage));
  }
}

/** A request, and what it is answered from. */
type Asked = {
  readonly snapshot: Snapshot;
  readonly url: URL;
  readonly language: Language;
  readonly headers: Headers;
  readonly context: ExplorerContext;
};

async function waiting(language: Language, { version }: ExplorerContext): Promise<Response> {
  return await answerMarkup(<Waiting {...await framed(language, version)} seconds={RETRY_SECONDS} />, {
    status: 503,
    language,
    headers: { "retry-after": String(RETRY_SECONDS) },
  });
}

/** Everything that makes a page another. */
function tagOf({ snapshot, url, context, language }: Asked, day?: EpochDay, more = ""): string {
  const { version, searchMinScore, publicUrl } = context;
  const request = [
    originOf(url.href, publicUrl),
    url.pathname,
    url.search,
    language,
    version,
    searchMinScore,
    snapshot.publishedAt,
    more,
  ];
  return entityTag(snapshot, request.join(" "), day);
}

async function answerHome(asked: Asked): Promise<Response> {
  const { url, language, headers } = asked;
  const address = readSearchAddress(url.searchParams, language);
  const downloads = address ? [] : await downloadsOf(asked);
  const markets = address ? [] : await marketsOf(asked);
  const popularity = address && await asked.context.popularities?.current();
  const beside = address
    ? [popularity?.name]
    : [...downloads.map(({ sha256 }) => sha256), JSON.stringify(markets)];
  return await answerPage(
    headers,
    { tag: tagOf(asked, undefined, beside.join(" ")), language },
    () => address ? results(asked, address, popularity) : home(asked, downloads, markets),
  );
}

/** The files with everything. */
const downloadsOf = ({ context }: Asked): Promise<readonly StoredDump[]> =>
  orNone(context, async () => {
    const found = await Promise.all(DUMP_FILES.map(({ name }) => context.dumps?.find(null, name)));
    return found.filter((dump) => dump !== undefined);
  });

/** Those whose prices are published. */
const marketsOf = ({ context }: Asked): Promise<readonly Market[]> =>
  orNone(context, async () => (await context.prices?.current())?.markets.map(({ market }) => market) ?? []);

/** None where they cannot be read: the page is worth showing without. */
async function orNone<T>(
  { onError }: ExplorerContext,
  read: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    onError?.(error, "/");
    return [];
  }
}

async function home(
  { snapshot, url, language, context }: Asked,
  downloads: readonly StoredDump[],
  markets: readonly Market[],
): Promise<Markup> {
  const { version, publicUrl } = context;
  const examples = await snapshot.series(exampleIds(snapshot.catalogs).slice(0, EXAMPLES));
  return (
    <Home
      {...await framed(language, version)}
      origin={originOf(url.href, publicUrl)}
      snapshot={snapshot.name}
      publishedAt={snapshot.publishedAt}
      catalogs={snapshot.catalogs}
      requests={readyRequests(examples.filter((record) => record !== undefined))}
      themes={await themesOf(snapshot, context)}
      downloads={downloads}
      markets={markets}
    />
  );
}

/** None where they cannot be counted: the page is worth showing without. */
async function themesOf(
  snapshot: Snapshot,
  { searches, onError }: ExplorerContext,
): Promise<readonly FacetValue[]> {
  try {
    const search = await searches?.of(snapshot.name);
    return (await search?.find(EVERYTHING))?.facets?.dataset_theme ?? [];
  } catch (error) {
    onError?.(error, "/");
    return [];
  }
}

const EVERYTHING: SearchQuery = {
  filters: {},
  sortBy: "relevance",
  descending: true,
  start: 0,
  limit: 0,
  facets: true,
  minScore: 0,
};

async function results(
  asked: Asked,
  address: SearchAddress,
  popularity: Popularity | undefined,
): Promise<Markup | Response> {
  const { snapshot, language, context } = asked;
  const { version, searches, searchMinScore = DEFAULT_MIN_SCORE, onError } = context;
  const frame = await framed(language, version);
  let found: Found;
  try {
    if (!searches) throw new Problem("unavailable", "Nothing to search with");
    found = await find(await searches.of(snapshot.name), address, searchMinScore, popularity);
  } catch (error) {
    const isCurrent = (await context.snapshots.current())?.name === snapshot.name;
    if (!(error instanceof Problem) || !isCurrent) throw error;
    if (searches) onError?.(error, "/");
    return await answerMarkup(<SearchUnavailable {...frame} address={address} />, {
      status: 503,
      language,
      headers: { "retry-after": String(RETRY_SECONDS) },
    });
  }
  const titles = new Map(snapshot.catalogs.map(({ id, title }) => [id, title]));
  return <SearchPage {...frame} {...found} catalogTitle={(id) => titles.get(id) || id} />;
}

type Found = { readonly address: SearchAddress; readonly answer: SearchAnswer; readonly unfiltered?: number };

/** A page that does not exist is the last one. Where filters leave nothing, what there is without them. */
async function find(
  search: Search,
  address: SearchAddress,
  minScore: number,
  popularity: Popularity | undefined,
): Promise<Found> {
  const { text, filters, sortBy } = address;
  const pageOf = (page: number): SearchQuery => ({
    ...(text !== "" && { text }),
    filters,
    sortBy,
    descending: true,
    start: (page - 1) * PAGE_ROWS,
    limit: PAGE_ROWS,
    facets: true,
    minScore,
  });
  const answer = await search.find(pageOf(address.page), popularity);
  const page = Math.min(address.page, pagesOf(answer.count));
  if (page < address.page) {
    return { address: { ...address, page }, answer: await search.find(pageOf(page), popularity) };
  }
  if (answer.count > 0 || Object.keys(filters).length === 0) return { address, answer };
  const { count } = await search.find({ ...pageOf(1), filters: {}, limit: 0, facets: false });
  return { address, answer, unfiltered: count };
}

async function answerSeriesPage(asked: Asked): Promise<Response> {
  const { url, language, headers, context } = asked;
  const activity = await context.activities?.current();
  const script = (await framed(language, context.version, context.assets)).script?.code;
  const tag = tagOf(asked, context.today(), `${activity?.name} ${script}`);
  return await answerPage(
    headers,
    { tag, language, scripted: script !== undefined },
    () => seriesPage(asked, idOf(url)),
  );
}

/** The id that a path names; what is not percent-encoded text is taken as it is. */
function idOf({ pathname }: URL): string {
  const text = pathname.slice(SERIES_PATH.length + 1).replace(/\/$/, "");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function seriesPage(
  { snapshot, url, language, context }: Asked,
  id: string,
): Promise<Markup | Response> {
  const { version, activities, assets, publicUrl, today } = context;
  const [record] = id === "" ? [] : await snapshot.series([id]);
  if (!record) {
    return await answerMarkup(<SeriesNotFound {...await framed(language, version)} id={id} />, {
      status: 404,
      language,
    });
  }
  const { observations } = record;
  const offered = frequenciesFor(observations);
  const { controls, written, request, faults } = readControls(
    url.searchParams,
    observations.frequency,
    offered,
  );
  const item = { id, mode: controls.mode, aggregation: controls.aggregation };
  const { frequency, periods, columns } = evaluate([{ observations, item }], request);
  const points = periods.map((period, i) => ({ at: firstDay(frequency, period), value: columns[0]![i]! }));
  const activity = await activities?.current();
  const frame = await framed(language, version, assets);
  const page = (
    <SeriesPage
      {...frame}
      origin={originOf(url.href, publicUrl)}
      record={record}
      context={await snapshot.context(record)}
      fresh={freshnessOf(record, today())}
      times={activity ? await timesOf(activity, record) : {}}
      controls={controls}
      written={written}
      faults={faults}
      offered={offered}
      points={isOfWorkdays(record, frequency) ? withoutWeekends(points) : points}
      rows={points.length}
      all={url.searchParams.get("rows") === "all"}
      requestHref={isAddressable(id)
        ? (params) =>
          seriesHref(id, new URLSearchParams(params.map(([name, value]) => [name, value])).toString())
        : undefined}
    />
  );
  if (faults.length === 0) return page;
  return await answerMarkup(page, { status: 400, language, scripted: frame.script !== undefined });
}

/** Its own frequency, and the coarser ones that leave it at least one value. */
function frequenciesFor(observations: Observations): Frequency[] {
  const native = observations.frequency;
  const trimmed = trim(observations);
  return FREQUENCIES.filter((frequency) => {
    if (frequency === native) return true;
    if (compareFrequency(frequency, native) < 0 || (frequency === "week" && native !== "day")) return false;
    return collapse(trimmed, frequency, "end_of_period").values.some((value) => !Number.isNaN(value));
  });
}
