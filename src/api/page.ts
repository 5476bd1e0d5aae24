// Pages as answers: their headers, their ETag, and the snapshot they show.

import { Problem } from "../core/problem.ts";
import type { Snapshot, Snapshots } from "../core/snapshot.ts";
import type { PageProps } from "../pages/layout.tsx";
import { shortHash } from "../pages/short_hash.ts";
import { STYLE } from "../pages/style.ts";
import type { Language } from "../pages/text.ts";
import type { Assets } from "./assets.ts";
import { cachingHeaders, isFresh, namesTag } from "./caching.ts";
import { COMMON_HEADERS } from "./problems.ts";

/** What JSX makes: text, or a node that becomes it, depending on how it was compiled. */
export type Markup = { toString(): string | Promise<string> };

let hash: Promise<string> | undefined;

/** Hash of the stylesheet. */
export function styleHash(): Promise<string> {
  return hash ??= shortHash(STYLE);
}

/** What every page is told; with assets also its script, where that could be built. */
export async function framed(
  language: Language,
  version: string,
  assets?: Assets,
  script: "series" | "prices" = "series",
): Promise<PageProps> {
  const files = await assets?.files();
  const code = files?.get(`${script}.js`), style = files?.get("series.css");
  return {
    language,
    version,
    style: `/assets/caudal.css?v=${await styleHash()}`,
    script: code && style && { code: code.path, style: style.path },
  };
}

/** Pages ask nothing of other origins; only those that carry a script may run ours, and let it ask us. */
function contentPolicy(scripted: boolean): string {
  return "default-src 'none'; " + (scripted ? "script-src 'self'; connect-src 'self'; " : "") +
    "style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
}

/** A page that is not the answer of a snapshot: an error, or one that waits. */
export async function answerMarkup(
  markup: Markup | Promise<Markup>,
  { status, language, scripted = false, headers = {} }: {
    readonly status: number;
    readonly language: Language;
    readonly scripted?: boolean;
    readonly headers?: Record<string, string>;
  },
): Promise<Response> {
  return new Response(await html(markup), {
    status,
    headers: { ...pageHeaders(language, scripted), "cache-control": "no-store", ...headers },
  });
}

/**
 * Answers a page that is another only where its tag is; a copy that names its tag is known before anything is rendered.
 * `render` may answer something else instead: what it could not do. That is no page, so it is compared with no copy.
 */
export async function answerPage(
  requestHeaders: Headers,
  { tag, language, scripted = false }: {
    readonly tag: string;
    readonly language: Language;
    readonly scripted?: boolean;
  },
  render: () => Promise<Markup | Response>,
): Promise<Response> {
  const headers = { ...pageHeaders(language, scripted), ...cachingHeaders(tag) };
  const notModified = () => new Response(null, { status: 304, headers });
  if (namesTag(requestHeaders, tag)) return notModified();
  const rendered = await render();
  if (rendered instanceof Response) return rendered;
  return isFresh(requestHeaders, tag, undefined)
    ? notModified()
    : new Response(await html(rendered), { headers });
}

/**
 * Asks the current snapshot, or the one published meanwhile: a file of the first may just have been collected.
 * Undefined before the first is published.
 */
export async function withSnapshot<T>(
  snapshots: Snapshots,
  ask: (snapshot: Snapshot) => Promise<T>,
): Promise<T | undefined> {
  const snapshot = await snapshots.current();
  if (!snapshot) return undefined;
  try {
    return await ask(snapshot);
  } catch (error) {
    const next = error instanceof Problem ? await snapshots.current() : undefined;
    if (!next || next.name === snapshot.name) throw error;
    return await ask(next);
  }
}

function pageHeaders(language: Language, scripted: boolean) {
  return {
    ...COMMON_HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentPolicy(scripted),
    "referrer-policy": "strict-origin-when-cross-origin",
    "content-language": language,
  };
}

async function html(element: Markup | Promise<Markup>): Promise<string> {
  return `<!doctype html>\n${await (await element).toString()}`;
}
