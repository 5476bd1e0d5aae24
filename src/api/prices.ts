// The price routes: the four of the replaced system, as it answered them and corrected where the contract says, and
// what it did not have. They read the published prices alone, so they cost the same however much is stored.

import type { Hono } from "hono";
import { roundedMean } from "../core/prices/decimal.ts";
import {
  newestUpTo,
  type PriceReader,
  type Prices,
  type PublishedPrices,
  totalsOf,
} from "../core/prices/reader.ts";
import { pythonNumber } from "../core/number_text.ts";
import { type Body, bodyCache, entityTag, httpDate, isFresh, namesTag } from "./caching.ts";
import { invalid, JSON_HEADERS, type PriceAnswer, priceError } from "./price_answer.ts";
import { chooseMarket } from "./price_market.ts";
import { priceOrigin } from "./price_origin.ts";
import { lastOf, pageQuery, parseFloatText, parseIntegerText, type Range, rangeOf } from "./price_params.ts";
import { statsAnswer } from "./price_stats.ts";
import { statusAnswer } from "./price_status.ts";
import { COMMON_HEADERS, problemJson } from "./problems.ts";
import { rawQuery } from "./query_string.ts";

export type PriceContext = {
  /** Without them nothing is published. */
  readonly prices?: Prices;
  /** Epoch ms. */
  readonly now: () => number;
  readonly publicUrl?: string;
  /** Proxies of ours in front, whose word on host and scheme is taken. */
  readonly trustedProxies?: number;
  /** Streams new ticks (price_stream.ts); without it there is no stream. */
  readonly priceStream?: PriceStream;
};

/** Answers with the new ticks of the market that `reader` is of, until the reader leaves. */
export type PriceStream = (prices: Prices, reader: PriceReader, request: Request) => Promise<Response>;

type Answerer = (reader: PriceReader, query: URLSearchParams, base: () => string) => Promise<PriceAnswer>;

const WIRE_ROUTES: Readonly<Record<string, Answerer>> = {
  "/api/average-price": averageAnswer,
  "/api/ticker-average-price": averageAnswer,
  "/api/ticker-list": listAnswer,
  "/api/ticker-price": priceAnswer,
};
const STATS_PATHS = ["/api/ticker-stats", "/api/ticker-stats/"];
const STATUS_PATHS = ["/api/prices/status", "/api/prices/status/"];
export const STREAM_PATHS = ["/api/ticker-stream", "/api/ticker-stream/"];

const PRICE_PATHS = new Set([
  ...Object.keys(WIRE_ROUTES).flatMap((path) => [path, `${path}/`]),
  ...STATS_PATHS,
  ...STATUS_PATHS,
  ...STREAM_PATHS,
]);

/** Whether faults of a path are told in the shape of the price routes. */
export const isPricePath = (path: string) => PRICE_PATHS.has(path);

const NOT_PUBLISHED = "Todavía no hay precios publicados. Reintente en unos segundos";
const NOT_NUMERIC = "Value must be valid 'numeric strings'.";
const INVALID_PAGE = JSON.stringify({ detail: "Invalid page." });
const DEFAULT_PAGE_SIZE = 10;
const LARGEST_PAGE = 10_000;
/** Bodies that were just asked for; a tick makes new ones. */
const CACHE_BYTES = 4 * 1024 * 1024;

const CLOSED = "public, max-age=31536000, immutable";
const OPEN = "public, max-age=5, stale-if-error=86400";

/** Adds the routes to the application. */
export function priceRoutes(app: Hono, context: PriceContext): void {
  const { prices, now, priceStream } = context;
  const cache = bodyCache(CACHE_BYTES);

  async function answer(request: Request, path: string, answerer: Answerer): Promise<Response> {
    const published = await prices?.current();
    if (!published) return priceError(503, NOT_PUBLISHED);
    const raw = rawQuery(request.url);
    const query = new URLSearchParams(raw);
    const reader = marketOf(published, query);
    if (reader instanceof Response) return reader;
    const origin = priceOrigin(request, context);
    const key = `${reader.market.name} ${origin} ${path} ${raw}`;
    const tag = entityTag({ name: reader.version }, key);
    const { publishedAt } = published;
    const dated = { ...JSON_HEADERS, "last-modified": httpDate(publishedAt) };
    const open = { ...dated, "cache-control": OPEN, etag: tag };
    if (namesTag(request.headers, tag)) return new Response(null, { status: 304, headers: open });
    const judged = (headers: typeof open, body: Body) =>
      isFresh(request.headers, headers.etag, publishedAt)
        ? new Response(null, { status: 304, headers })
        : new Response(body, { headers });
    const known = cache.get(`${reader.version} ${key}`);
    if (known) return judged(open, known.body);
    const { status, body, range } = await answerer(reader, query, () => `${origin}${path}`);
    if (status !== 200) {
      return new Response(body, { status, headers: { ...JSON_HEADERS, "cache-control": "no-store" } });
    }
    if (range && await isClosed(range, reader, now())) {
      const etag = entityTag({ name: "closed" }, body);
      return judged({ ...dated, "cache-control": CLOSED, etag }, body);
    }
    cache.set(`${reader.version} ${key}`, { body, headers: open, tag });
    return judged(open, body);
  }

  for (const [path, answerer] of Object.entries(WIRE_ROUTES)) {
    app.get(path, ({ req }) => {
      const query = rawQuery(req.url);
      const location = `${path}/${query === "" ? "" : `?${query}`}`;
      return new Response(null, {
        status: 301,
        headers: { ...COMMON_HEADERS, "cache-control": "public, max-age=86400", location },
      });
    });
    app.get(`${path}/`, ({ req }) => answer(req.raw, `${path}/`, answerer));
  }
  for (const path of STATS_PATHS) app.get(path, ({ req }) => answer(req.raw, path, statsAnswer));
  for (const path of STATUS_PATHS) {
    app.get(path, async () => {
      const published = await prices?.current();
      return published
        ? new Response(JSON.stringify(await statusAnswer(published, now())), {
          headers: { ...JSON_HEADERS, "cache-control": "no-store" },
        })
        : priceError(503, NOT_PUBLISHED);
    });
  }
  if (!prices || !priceStream) return;
  for (const path of STREAM_PATHS) {
    app.get(path, async ({ req }) => {
      const published = await prices.current();
      if (!published) return priceError(503, NOT_PUBLISHED);
      const reader = marketOf(published, new URLSearchParams(rawQuery(req.url)));
      return reader instanceof Response ? reader : priceStream(prices, reader, req.raw);
    });
  }
}

/** The market that is named, or is asked for without a name; else how it is refused. */
function marketOf(published: PublishedPrices, query: URLSearchParams): PriceReader | Response {
  const name = lastOf(query, "market");
  const reader = chooseMarket(published, name);
  if (reader) return reader;
  const names = published.markets.map(({ market }) => market.name).join(", ");
  return name === ""
    ? priceError(503, NOT_PUBLISHED)
    : problemJson(404, `No hay un mercado "${name}": hay ${names}`);
}

/** Whether no tick can fall into it any more: it ended a period ago, and later ones are published. */
async function isClosed({ to }: Range, reader: PriceReader, now: number): Promise<boolean> {
  if (to > now - reader.market.periodMs) return false;
  const newest = await newestUpTo(reader, now);
  return newest !== undefined && newest.at >= to;
}

async function averageAnswer(reader: PriceReader, query: URLSearchParams): Promise<PriceAnswer> {
  const texts = [lastOf(query, "since"), lastOf(query, "until")];
  if (texts.includes("")) return invalid("Please provide since and until timestamps.");
  const [since, until] = texts.map(parseFloatText);
  if (since === undefined || until === undefined) return invalid(NOT_NUMERIC);
  const range = rangeOf(since, until);
  const { count, sum } = await totalsOf(reader, range.from, range.to);
  const mean = count === 0 ? 0 : roundedMean(sum, count);
  return { status: 200, body: `{"average_price":${pythonNumber(mean)}}`, range };
}

async function listAnswer(
  reader: PriceReader,
  query: URLSearchParams,
  base: () => string,
): Promise<PriceAnswer> {
  const bounds = { since: -Infinity, until: Infinity };
  for (const name of ["since", "until"] as const) {
    const text = lastOf(query, name);
    if (text === "") continue;
    const bound = parseFloatText(text);
    if (bound === undefined) return invalid(`"${name}" must be a number of seconds, not "${text}".`);
    bounds[name] = bound;
  }
  const sizeText = lastOf(query, "page_size");
  const size = sizeText === "" ? DEFAULT_PAGE_SIZE : parseIntegerText(sizeText);
  if (size === undefined || size < 1) {
    return invalid(`"page_size" must be a whole number from 1 on, not "${sizeText}".`);
  }
  const range = rangeOf(bounds.since, bounds.until);
  const { position, entries: count } = await totalsOf(reader, range.from, range.to);
  const given = Math.min(size, LARGEST_PAGE);
  const pages = Math.max(1, Math.ceil(count / given));
  const pageText = lastOf(query, "page");
  const page = pageText === "" ? 1 : pageText === "last" ? pages : parseIntegerText(pageText);
  if (page === undefined || page < 1 || page > pages) return { status: 404, body: INVALID_PAGE };
  const skipped = (page - 1) * given;
  const entries = await reader.page(position + skipped, Math.min(given, count - skipped));
  const link = (to: number) =>
    to < 1 || to > pages ? "null" : JSON.stringify(`${base()}${pageQuery(query, to)}`);
  const results = entries.map(({ at, price }) =>
    `{"timestamp":${Math.floor(at / 1000)},"price":${pythonNumber(Number(price))}}`
  );
  return {
    status: 200,
    body: `{"count":${count},"next":${link(page + 1)},"previous":${link(page - 1)},"results":[${results}]}`,
    range,
  };
}

async function priceAnswer(reader: PriceReader, query: URLSearchParams): Promise<PriceAnswer> {
  const text = lastOf(query, "timestamp");
  if (text === "") return invalid("Please provide timestamp field.");
  const second = parseFloatText(text);
  if (second === undefined) return invalid(`"timestamp" must be a number of seconds, not "${text}".`);
  if (!Number.isInteger(second)) return { status: 200, body: '{"price":null}' };
  const range = rangeOf(second, second);
  const { position, entries } = await totalsOf(reader, range.from, range.to);
  const [last] = entries === 0 ? [] : await reader.page(position + entries - 1, 1);
  return { status: 200, body: `{"price":${last ? pythonNumber(Number(last.price)) : "null"}}`, range };
}
