// `/api/freshness`: how late catalogs and publishers are today, counted from the published activity.

import type { Hono } from "hono";
import type { Activities, Activity } from "../core/activity.ts";
import { freshnessReport } from "../core/freshness_report.ts";
import { buenosAiresMidnight, type EpochDay } from "../core/time.ts";
import { type BodyCache, cachingHeaders, entityTag, isFresh, lastChange } from "./caching.ts";
import { COMMON_HEADERS, problemJson } from "./problems.ts";

const FRESHNESS_PATHS = [
  "/api/freshness",
  "/api/freshness/",
  "/series/api/freshness",
  "/series/api/freshness/",
];

const NOT_PUBLISHED =
  "Todavía no se publicó la actividad de las cosechas: llega con la próxima. Reintente más tarde";

/** Adds the routes to the application; `today` is the day number in Buenos Aires. */
export function freshnessRoutes(
  app: Hono,
  { activities, today, cache }: {
    readonly activities: Activities | undefined;
    readonly today: () => EpochDay;
    readonly cache: BodyCache;
  },
): void {
  for (const path of FRESHNESS_PATHS) {
    app.get(path, async ({ req }) => {
      const activity = await activities?.current();
      return activity
        ? await answerFreshness(activity, today(), req.raw.headers, cache)
        : problemJson(503, NOT_PUBLISHED);
    });
  }
}

async function answerFreshness(
  activity: Activity,
  today: EpochDay,
  requestHeaders: Headers,
  cache: BodyCache,
): Promise<Response> {
  const tag = entityTag(activity, "freshness", today);
  const modified = lastChange(activity.publishedAt, buenosAiresMidnight(today));
  const headers = {
    ...COMMON_HEADERS,
    "content-type": "application/json",
    ...cachingHeaders(tag, modified),
  };
  if (isFresh(requestHeaders, tag, modified)) return new Response(null, { status: 304, headers });
  const key = `freshness ${activity.name} ${today}`;
  const known = cache.get(key) ?? await cache.shared(key);
  // The same activity may have been published again since.
  if (known) return new Response(known.body, { headers });
  const body = JSON.stringify(freshnessReport(activity.catalogs, await activity.publishers(), today));
  cache.set(key, { body, headers, tag });
  return new Response(body, { headers });
}
