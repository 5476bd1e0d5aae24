/** @jsxImportSource hono/jsx */
// The reference, and what all pages are drawn with: `/docs`, the stylesheet, the mark and the built files. The
// explorer's pages are in explorer.tsx.

import type { Hono } from "hono";
import type { Snapshots } from "../core/snapshot.ts";
import { Docs } from "../pages/docs.tsx";
import { LOGO, STYLE } from "../pages/style.ts";
import { languageOf } from "../pages/text.ts";
import type { Assets } from "./assets.ts";
import { type Body, CACHE_CONTROL, entityTag, isFresh } from "./caching.ts";
import { DIFFERENCES, OUTCOMES } from "./differences.ts";
import { ERROR_TEXTS, SEARCH_ERROR_TEXTS } from "./error_texts.ts";
import { answerPage, framed, styleHash } from "./page.ts";
import { SEARCH_PARAMS, SERIES_PARAMS } from "./params.ts";
import { PRICE_DIFFERENCES } from "./price_differences.ts";
import { PRICE_PARAMS, PRICE_ROUTES } from "./price_docs.ts";
import { COMMON_HEADERS, problemJson } from "./problems.ts";
import { exampleIds } from "./ready_requests.ts";
import { FACET_LISTS } from "./search.ts";

type SiteContext = {
  readonly snapshots: Snapshots;
  readonly assets?: Assets;
  readonly version: string;
};

/** Stands in the examples of the reference until there is a series to name. */
const EXAMPLE_ID = SERIES_PARAMS.find(({ name }) => name === "ids")!.example!;

/** Adds the routes to the application. */
export function siteRoutes(app: Hono, { snapshots, assets, version }: SiteContext): void {
  for (const path of ["/docs", "/docs/"]) {
    app.get(path, async ({ req }) => {
      const language = languageOf(req.query("lang"));
      const snapshot = await snapshots.current();
      const published = snapshot ? snapshot.publishedAt : 0;
      const tag = entityTag(snapshot ?? { name: "none" }, `docs ${language} ${published} ${version}`);
      return await answerPage(req.raw.headers, { tag, language }, async () => (
        <Docs
          {...await framed(language, version)}
          params={SERIES_PARAMS}
          errors={ERROR_TEXTS}
          search={{ params: SEARCH_PARAMS, errors: SEARCH_ERROR_TEXTS, lists: FACET_LISTS }}
          prices={{ params: PRICE_PARAMS, routes: PRICE_ROUTES }}
          differences={[...DIFFERENCES, ...PRICE_DIFFERENCES].map((row) => ({
            ...row,
            outcome: OUTCOMES[row.outcome],
          }))}
          cacheControl={CACHE_CONTROL}
          exampleId={exampleIds(snapshot?.catalogs ?? []).sort((a, b) => a.length - b.length)[0] ??
            EXAMPLE_ID}
        />
      ));
    });
  }

  app.get("/assets/caudal.css", async ({ req }) => {
    // An older page may ask by an older hash: it gets today's style, and not for ever.
    const current = req.query("v") === await styleHash();
    return asset(
      req.raw.headers,
      await styleHash(),
      STYLE,
      "text/css; charset=utf-8",
      current ? "max-age=31536000, immutable" : "max-age=300",
    );
  });
  app.get("/assets/:file", async ({ req }) => {
    const { pathname } = new URL(req.url);
    for (const { path, contentType, body } of (await assets?.files())?.values() ?? []) {
      if (path === pathname) {
        return asset(req.raw.headers, path, body, contentType, "max-age=31536000, immutable");
      }
    }
    // A page of an older version goes on without.
    return problemJson(404, `No hay nada en ${pathname}`);
  });
  for (const path of ["/favicon.svg", "/favicon.ico"]) {
    app.get(path, ({ req }) => asset(req.raw.headers, LOGO, LOGO, "image/svg+xml", "max-age=86400"));
  }
}

/** `version` is another text for each content. */
function asset(
  requestHeaders: Headers,
  version: string,
  body: Body,
  contentType: string,
  caching: string,
): Response {
  const tag = entityTag({ name: "asset" }, version);
  const headers = {
    ...COMMON_HEADERS,
    "content-type": contentType,
    "cache-control": `public, ${caching}`,
    etag: tag,
  };
  return isFresh(requestHeaders, tag, undefined)
    ? new Response(null, { status: 304, headers })
    : new Response(body, { headers });
}
