/** @jsxImportSource hono/jsx */
// The pages for people, and what they are drawn with: `/`, `/docs`, the stylesheet and the mark. Pages carry no
// script and ask nothing of other origins, and the content policy says so.

import type { Hono } from "hono";
import type { Snapshot, Snapshots } from "../core/snapshot.ts";
import { Docs } from "../pages/docs.tsx";
import { Home, Waiting } from "../pages/home.tsx";
import { LOGO, STYLE } from "../pages/style.ts";
import { type Language, languageOf } from "../pages/text.ts";
import { CACHE_CONTROL, isFresh } from "./caching.ts";
import { DIFFERENCES, OUTCOMES } from "./differences.ts";
import { ERROR_TEXTS } from "./error_texts.ts";
import { originOf } from "./origin.ts";
import { SERIES_PARAMS } from "./params.ts";
import { COMMON_HEADERS } from "./problems.ts";
import { isAddressable, readyRequests, seriesHref } from "./ready_requests.ts";

type SiteContext = {
  readonly snapshots: Snapshots;
  readonly version: string;
  readonly publicUrl?: string;
};

/** Seconds until the waiting page, or a program, asks again. */
const RETRY_SECONDS = 5;

/** Catalogs whose example is read for the ready requests. */
const EXAMPLES = 24;

/** Stands in the examples of the reference until there is a series to name. */
const EXAMPLE_ID = SERIES_PARAMS.find(({ name }) => name === "ids")!.example!;

const PAGE_HEADERS = {
  ...COMMON_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  "referrer-policy": "strict-origin-when-cross-origin",
};

/** Adds the pages to the application. */
export function siteRoutes(app: Hono, { snapshots, version, publicUrl }: SiteContext): void {
  let hash: Promise<string> | undefined;
  const styleHash = () => hash ??= shortHash(STYLE);
  const common = async (language: Language) => ({
    language,
    version,
    style: `/assets/caudal.css?v=${await styleHash()}`,
  });

  /** Answers a page of a snapshot; the caller's copy is known before anything is rendered. */
  async function answerPage(
    request: Request,
    snapshot: Snapshot | undefined,
    language: Language,
    render: () => Promise<Markup>,
  ): Promise<Response> {
    const { pathname } = new URL(request.url);
    const shown = snapshot ? `${snapshot.name.slice(0, 20)}-${snapshot.publishedAt.toString(36)}` : "none";
    const tag = `"${shown}-${pathname.replaceAll("/", "") || "home"}-${language}-${version}"`;
    const headers = {
      ...PAGE_HEADERS,
      "content-language": language,
      "cache-control": CACHE_CONTROL,
      etag: tag,
    };
    if (isFresh(request.headers, tag, undefined)) return new Response(null, { status: 304, headers });
    return new Response(await html(await render()), { headers });
  }

  app.get("/", async ({ req }) => {
    const language = languageOf(req.query("lang"));
    const snapshot = await snapshots.current();
    if (!snapshot) {
      return new Response(await html(<Waiting {...await common(language)} seconds={RETRY_SECONDS} />), {
        status: 503,
        headers: {
          ...PAGE_HEADERS,
          "content-language": language,
          "cache-control": "no-store",
          "retry-after": String(RETRY_SECONDS),
        },
      });
    }
    return await answerPage(req.raw, snapshot, language, async () => (
      <Home
        {...await common(language)}
        origin={originOf(req.url, publicUrl)}
        snapshot={snapshot.name}
        publishedAt={snapshot.publishedAt}
        catalogs={snapshot.catalogs}
        requests={readyRequests(await examplesOf(snapshot))}
        exampleHref={(id) => isAddressable(id) ? seriesHref(id, "last=5") : undefined}
      />
    ));
  });

  for (const path of ["/docs", "/docs/"]) {
    app.get(path, async ({ req }) => {
      const language = languageOf(req.query("lang"));
      const snapshot = await snapshots.current();
      return await answerPage(req.raw, snapshot, language, async () => (
        <Docs
          {...await common(language)}
          params={SERIES_PARAMS}
          errors={ERROR_TEXTS}
          differences={DIFFERENCES.map((row) => ({ ...row, outcome: OUTCOMES[row.outcome] }))}
          cacheControl={CACHE_CONTROL}
          exampleId={exampleIds(snapshot).sort((a, b) => a.length - b.length)[0] ?? EXAMPLE_ID}
        />
      ));
    });
  }

  app.get("/assets/caudal.css", async ({ req }) => {
    // An older page may ask by an older hash: it gets today's style, and not for ever.
    const current = req.query("v") === await styleHash();
    return asset(STYLE, "text/css; charset=utf-8", current ? "max-age=31536000, immutable" : "max-age=300");
  });
  for (const path of ["/favicon.svg", "/favicon.ico"]) {
    app.get(path, () => asset(LOGO, "image/svg+xml", "max-age=86400"));
  }
}

/** What JSX makes: text, or a node that becomes it, depending on how it was compiled. */
type Markup = { toString(): string | Promise<string> };

async function html(element: Markup | Promise<Markup>): Promise<string> {
  return `<!doctype html>\n${await (await element).toString()}`;
}

function asset(body: string, contentType: string, caching: string): Response {
  return new Response(body, {
    headers: { ...COMMON_HEADERS, "content-type": contentType, "cache-control": `public, ${caching}` },
  });
}

async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest).subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

function exampleIds(snapshot: Snapshot | undefined): string[] {
  return (snapshot?.catalogs ?? []).flatMap(({ example }) =>
    example && isAddressable(example.id) ? [example.id] : []
  );
}

async function examplesOf(snapshot: Snapshot) {
  const records = await snapshot.series(exampleIds(snapshot).slice(0, EXAMPLES));
  return records.filter((record) => record !== undefined);
}
