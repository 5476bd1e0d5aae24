// What describes the data and the API at the edge: the reference and OpenAPI as files that were written by the
// application when the worker was built; the explorer's pages as the origin writes them, where there is one.

import type { Hono } from "hono";
import type { SiteContext } from "../src/api/app.ts";
import { isFresh } from "../src/api/caching.ts";
import { originOf } from "../src/api/origin.ts";
import { STREAM_PATHS } from "../src/api/prices.ts";
import { COMMON_HEADERS, problemJson } from "../src/api/problems.ts";
import { VALIDATE_PATHS } from "../src/api/validate.ts";
import { VALIDATION } from "../src/core/validate.ts";

/** A file of the site, as the application answered it. */
export type SiteFile = {
  /** Address that it answers. */
  readonly path: string;
  /** Of `?lang=`; the file without one answers all others. */
  readonly language?: string;
  /** Name below the folder of assets. */
  readonly file: string;
  /** With a strong ETag. */
  readonly headers: Readonly<Record<string, string>>;
};

/** Stands in files for the origin that readers know the edge by. */
export const ORIGIN_MARK = "https://edge.caudal.invalid";

/** Answers GETs of paths: a binding of static files. */
export type Fetcher = { fetch(url: string, init?: RequestInit): Promise<Response> };

/** The list of the site's files among them. */
export const SITE_LIST = "site.json";

/** Addresses of the list, besides those below `/assets/`. */
export const SITE_PATHS = ["/docs", "/docs/", "/openapi.json", "/favicon.svg", "/favicon.ico"] as const;

export type EdgeSite = {
  readonly assets: Fetcher | undefined;
  /** Address of a server of the same data that writes pages and validates; without it both are refused. */
  readonly origin: string | undefined;
};

const REFERENCE = "/docs";

/** How long the origin may take until it begins to answer, in ms: validating is given its own time, and some. */
const PAGE_MS = 10_000;
const VALIDATE_MS = (VALIDATION.seconds + 30) * 1000;

/** Makes what adds the routes to the application. */
export function edgeSite({ assets, origin }: EdgeSite) {
  let known: readonly SiteFile[] | undefined;
  const read = async (name: string): Promise<Response | undefined> => {
    const found = await assets?.fetch(`http://assets/${name}`);
    if (found?.ok) return found;
    await found?.body?.cancel();
  };
  const fileOf = async (path: string, language: string | undefined): Promise<SiteFile | undefined> => {
    known ??= await (await read(SITE_LIST))?.json() as readonly SiteFile[] | undefined;
    const ofPath = known?.filter((file) => file.path === path);
    return ofPath?.find((file) => file.language === language) ??
      ofPath?.find((file) => file.language === undefined);
  };

  const pass = async (request: Request, withinMs: number) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers, body } = request;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), withinMs);
    try {
      const answer = await fetch(`${origin!.replace(/\/+$/, "")}${pathname}${search}`, {
        method,
        headers,
        redirect: "manual",
        signal: late.signal,
        ...(body && { body }),
      });
      // With headers that can be added to.
      return new Response(answer.body, answer);
    } finally {
      // What it sends from now on may take as long as it likes: events never end.
      clearTimeout(timer);
    }
  };

  return (app: Hono, { publicUrl, onError }: SiteContext): void => {
    /** Undefined where the site has no such file. */
    const written = async (request: Request, path: string): Promise<Response | undefined> => {
      const file = await fileOf(path, new URL(request.url).searchParams.get("lang") ?? undefined);
      if (!file) return undefined;
      const { headers } = file;
      if (isFresh(request.headers, headers.etag!, undefined)) {
        return new Response(null, { status: 304, headers });
      }
      const found = await read(file.file);
      if (!found || !headers["content-type"]!.startsWith("application/json")) {
        return found && new Response(found.body, { headers });
      }
      const text = (await found.text()).replaceAll(ORIGIN_MARK, originOf(request.url, publicUrl));
      return new Response(text, { headers });
    };
    const absent = (path: string) => problemJson(404, `No hay nada en ${path}`);
    for (const path of SITE_PATHS) {
      app.get(path, async ({ req }) => {
        try {
          return await written(req.raw, path) ?? absent(path);
        } catch (error) {
          onError?.(error, path);
          return problemJson(503, "La referencia no está disponible ahora; la API sí");
        }
      });
    }

    const page = async (request: Request, path: string) => {
      try {
        return await pass(request, PAGE_MS);
      } catch (error) {
        onError?.(error, path);
        return problemJson(503, "Las páginas no están disponibles ahora; la API sí");
      }
    };
    for (const path of STREAM_PATHS) {
      app.get(
        path,
        ({ req }) =>
          origin !== undefined ? page(req.raw, path) : problemJson(
            404,
            "Aquí no hay precios a medida que llegan: los últimos están en /api/ticker-list/",
          ),
      );
    }
    for (const path of ["/", "/serie", "/serie/", "/serie/:id", "/serie/:id/", "/precios", "/precios/"]) {
      app.get(
        path,
        ({ req }) =>
          origin !== undefined ? page(req.raw, req.path) : path === "/"
            ? new Response(null, {
              status: 302,
              headers: { ...COMMON_HEADERS, "cache-control": "no-store", location: REFERENCE },
            })
            : problemJson(404, `No hay nada en ${req.path}: aquí sólo responde la API`),
      );
    }
    // Pages of the origin may be of a newer version than this worker; its own files are for the reference.
    app.get("/assets/:file", async ({ req: { raw, path } }) => {
      const passed = origin === undefined ? undefined : await page(raw, path);
      if (passed && passed.status < 400) return passed;
      return await written(raw, path) ?? passed ?? absent(path);
    });
    if (origin === undefined) return;
    for (const path of VALIDATE_PATHS) {
      app.post(path, async ({ req }, next) => {
        try {
          return await pass(req.raw.clone() as Request, VALIDATE_MS);
        } catch (error) {
          onError?.(error, path);
          await next();
        }
      });
    }
  };
}
