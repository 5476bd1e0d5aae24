// The read application: everything a reader may ask for, over the published snapshot. It names no runtime, so
// the same app answers on a server, at the edge and on a desktop.

import type { Hono } from "hono";
import { HonoBase } from "hono/hono-base";
import { TrieRouter } from "hono/router/trie-router";
import type { Activities } from "../core/activity.ts";
import type { Dumps } from "../core/dumps.ts";
import type { Popularities } from "../core/hits.ts";
import type { Listings } from "../core/listing.ts";
import type { QueryCounter } from "../core/popularity.ts";
import type { Prices } from "../core/prices/reader.ts";
import { Problem } from "../core/problem.ts";
import { DEFAULT_MIN_SCORE, type Searches } from "../core/search.ts";
import type { SharedBodies } from "../core/shared_bodies.ts";
import type { Snapshot, Snapshots } from "../core/snapshot.ts";
import { buenosAiresDay, type EpochDay } from "../core/time.ts";
import type { Validate } from "../core/validate.ts";
import type { Assets } from "./assets.ts";
import { bodyCache } from "./caching.ts";
import { dumpRoutes } from "./dump.ts";
import { freshnessRoutes } from "./freshness.ts";
import { listingRoutes } from "./listings.ts";
import { originOf } from "./origin.ts";
import { priceError, priceRefusal } from "./price_answer.ts";
import { isPricePath, priceRoutes, type PriceStream } from "./prices.ts";
import { COMMON_HEADERS, problemJson, seriesErrors, statusOf } from "./problems.ts";
import { rawQuery } from "./query_string.ts";
import { isSearchPath, type OverSnapshot, searchRoutes } from "./search.ts";
import { answerSeries } from "./series.ts";
import { validateRoutes } from "./validate.ts";

export type AppContext = {
  readonly snapshots: Snapshots;
  /** Without it answers tell nothing of harvests. */
  readonly activities?: Activities;
  /** Without it no series was ever asked for. */
  readonly popularities?: Popularities;
  /** Without it nothing can be searched: `/search` and its lists are not there. */
  readonly searches?: Searches;
  /** Least score of what a text finds; the contract's unless told. */
  readonly searchMinScore?: number;
  /** The files that can be downloaded; without it there are none. */
  readonly dumps?: Dumps;
  /** Nodes, distributions and catalogs as they were read; without it they are not told. */
  readonly listings?: Listings;
  /** Ticks of markets; without them the price routes say that nothing is published. */
  readonly prices?: Prices;
  /** Proxies of ours in front, whose word on host and scheme is taken for the links of the price list. */
  readonly trustedProxies?: number;
  /** Streams new ticks (price_stream.ts); without it there is no stream. */
  readonly priceStream?: PriceStream;
  /**
   * Adds what describes the data and the API: pages, reference, OpenAPI (whole_site.ts). Without it those addresses
   * are not there; the edge brings what was written ahead.
   */
  readonly site?: (app: Hono, context: SiteContext) => void;
  /** Scripts of the pages; without them pages are as complete, and less lively. */
  readonly assets?: Assets;
  /** Epoch ms. */
  readonly now: () => number;
  /** Version of the program, for `/version`. */
  readonly version: string;
  /** Origin that readers know this server by; without it the one they asked. */
  readonly publicUrl?: string;
  /** Bytes of rendered bodies kept in memory; 0 keeps none. */
  readonly cacheBytes?: number;
  /** Rendered bodies that other processes keep too; without it each renders its own. */
  readonly sharedBodies?: SharedBodies;
  /** Counts queries of series that were answered. */
  readonly counter?: Pick<QueryCounter, "count">;
  /** Judges distributions of catalogs; without it `/validate` says that it cannot. */
  readonly validate?: Validate;
  /** Told once of every fault that readers only see as "Error interno". */
  readonly onError?: (error: unknown, path: string) => void;
};

/** What a site is told besides the context. */
export type SiteContext = AppContext & {
  /** Day number in Buenos Aires. */
  readonly today: () => EpochDay;
};

const SERIES_PATHS = ["/series/api/series", "/series/api/series/", "/api/series", "/api/series/"];
const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024;
const NOT_PUBLISHED =
  "Todavía no hay datos publicados: la primera cosecha está en curso. Reintente en unos segundos";

/** Builds the application. */
export function createApp(context: AppContext): Hono {
  const { snapshots, activities, popularities, now } = context;
  const cache = bodyCache(context.cacheBytes ?? DEFAULT_CACHE_BYTES, context.sharedBodies);
  // The other routers do not know all of these paths: they would only weigh.
  const app: Hono = new HonoBase({ strict: true, router: new TrieRouter() });

  const today = () => buenosAiresDay(now());
  const answer = async (snapshot: Snapshot, url: string, headers: Headers) => {
    const moment = {
      today: today(),
      activity: async () => await activities?.current(),
      popularity: async () => await popularities?.current(),
      origin: () => originOf(url, context.publicUrl),
    };
    const query = rawQuery(url);
    const response = await answerSeries(snapshot, query, headers, moment, cache);
    if (response.status === 200) context.counter?.count(moment.today, query);
    return response;
  };

  const overSnapshot: OverSnapshot = (paths, answer) => {
    for (const path of paths) {
      app.get(path, async ({ req }) => {
        const snapshot = await snapshots.current();
        if (!snapshot) return seriesErrors([{ error: NOT_PUBLISHED }], undefined, 503);
        try {
          return await answer(snapshot, req.url, req.raw.headers);
        } catch (error) {
          // A file of this snapshot may just have been collected: the one published since has its own.
          const next = error instanceof Problem ? await snapshots.current() : undefined;
          if (!next || next.name === snapshot.name) throw error;
          return await answer(next, req.url, req.raw.headers);
        }
      });
    }
  };
  overSnapshot(SERIES_PATHS, answer);
  if (context.searches) {
    const { searches, searchMinScore: minScore = DEFAULT_MIN_SCORE } = context;
    searchRoutes(overSnapshot, { searches, popularities, minScore, cache });
  }

  app.get("/healthz", () => text("ok"));
  app.get("/version", () => json({ name: "caudal", version: context.version }));
  app.get("/readyz", async () => {
    const snapshot = await snapshots.current();
    if (!snapshot) return problemJson(503, NOT_PUBLISHED);
    const since = context.searches?.standInSince?.(snapshot.name);
    return json({
      status: "ready",
      snapshot: snapshot.name,
      published_at: new Date(snapshot.publishedAt).toISOString(),
      ...(context.searches?.standInSince && {
        search: since === undefined
          ? { status: "ready" }
          : { status: "fallback", since: new Date(since).toISOString() },
      }),
    });
  });

  freshnessRoutes(app, { activities, today, cache });
  dumpRoutes(app, context);
  priceRoutes(app, context);
  listingRoutes(app, { listings: context.listings, cache });
  context.site?.(app, { ...context, today });

  app.options("*", () => new Response(null, { status: 204, headers: PREFLIGHT_HEADERS }));
  validateRoutes(app, context);
  const readPaths = new Set(app.routes.filter(({ method }) => method === "GET").map(({ path }) => path));
  const refuse = (method: string, path: string) =>
    isPricePath(path)
      ? priceRefusal(method)
      : problemJson(405, `${method} no se admite en ${path}`, { allow: "GET, HEAD, OPTIONS" });
  // A second route of a fixed path would be paid for by every GET of it; those with parameters need one.
  for (const path of readPaths) {
    if (path.includes(":")) {
      app.all(path, ({ req }) => refuse(req.method, req.path));
    }
  }
  app.notFound(({ req: { method, path } }) =>
    readPaths.has(path) && method !== "GET"
      ? refuse(method, path)
      : problemJson(404, `No hay nada en ${path}`)
  );
  app.onError((error, { req }) => {
    if (error instanceof Problem && error.code !== "unavailable") {
      return problemJson(statusOf(error), error.message);
    }
    context.onError?.(error, req.path);
    const [status, detail] = error instanceof Problem
      ? [503, "Los datos publicados no se pueden leer ahora"]
      : [500, "Error interno"];
    return SERIES_PATHS.includes(req.path) || isSearchPath(req.path)
      ? seriesErrors([{ error: detail }], undefined, status)
      : isPricePath(req.path)
      ? priceError(status, detail)
      : problemJson(status, detail);
  });
  answerHead(app);
  return app;
}

/** Answers HEAD as GET without its body but with its length, which Hono leaves out. */
function answerHead(app: Hono): void {
  const { fetch } = app;
  const head = async (request: Request, rest: RestOfFetch) => {
    const asked = new Headers(request.headers);
    // Only GET has parts.
    asked.delete("range");
    const { status, headers, body } = await fetch(new Request(request.url, { headers: asked }), ...rest);
    const lengthened = new Headers(headers);
    // A stream has no end to wait for.
    if (headers.has("content-length") || headers.get("content-type")?.startsWith("text/event-stream")) {
      await body?.cancel();
    } else if (body) {
      lengthened.set("content-length", String((await new Response(body).arrayBuffer()).byteLength));
    }
    return new Response(null, { status, headers: lengthened });
  };
  app.fetch = (request, ...rest) => request.method === "HEAD" ? head(request, rest) : fetch(request, ...rest);
}

type RestOfFetch = Parameters<Hono["fetch"]> extends [Request, ...infer Rest] ? Rest : never;

const PREFLIGHT_HEADERS = {
  ...COMMON_HEADERS,
  "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
  "access-control-allow-headers":
    "Accept, Accept-Language, Authorization, Content-Language, Content-Type, If-Modified-Since, If-None-Match, " +
    "If-Range, Last-Event-ID, Origin, Range, X-Requested-With, X-Source",
  "access-control-max-age": "86400",
};

function text(body: string): Response {
  return new Response(body, {
    headers: { ...COMMON_HEADERS, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { ...COMMON_HEADERS, "content-type": "application/json", "cache-control": "no-store" },
  });
}
