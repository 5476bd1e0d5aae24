// Everything that describes the data and the API, written when it is asked for: the explorer's pages, the reference
// and OpenAPI. The application is given it as one argument, so that the edge can do without its weight.

import type { Hono } from "hono";
import type { SiteContext } from "./app.ts";
import { cachingHeaders, entityTag, isFresh } from "./caching.ts";
import { explorerRoutes } from "./explorer.tsx";
import { openApi } from "./openapi.ts";
import { originOf } from "./origin.ts";
import { pricePageRoutes } from "./price_page.tsx";
import { COMMON_HEADERS } from "./problems.ts";
import { siteRoutes } from "./site.tsx";

/** Adds the routes to the application. */
export function wholeSite(app: Hono, context: SiteContext): void {
  const { version, publicUrl } = context;
  app.get("/openapi.json", ({ req }) => {
    const origin = originOf(req.url, publicUrl);
    const body = JSON.stringify(openApi(version, origin));
    const tag = entityTag({ name: "openapi" }, body);
    const headers = {
      ...COMMON_HEADERS,
      "content-type": "application/json",
      ...cachingHeaders(tag),
    };
    return isFresh(req.raw.headers, tag, undefined)
      ? new Response(null, { status: 304, headers })
      : new Response(body, { headers });
  });
  explorerRoutes(app, context);
  pricePageRoutes(app, context);
  siteRoutes(app, context);
}
