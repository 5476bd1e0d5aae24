// The pages for people over a published snapshot: what they show, that nothing escapes into them, that their
// links work, and how they are cached.

import { describe, expect, test } from "vitest";
import { isAddressable, readyRequests } from "../../src/api/ready_requests.ts";
import { column } from "../store/example_catalog.ts";
import { MONTHLY, publishedApp, QUOTED, unpublishedApp, VERSION } from "./published_app.ts";

const { app, snapshot } = await publishedApp();
const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const page = async (path: string) => await (await get(path)).text();

const unescapeHtml = (text: string) =>
  text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Every address in the markup. */
const addresses = (html: string) =>
  [...html.matchAll(/\s(?:src|href|action|content|data|poster|srcset)="([^"]*)"/g)]
    .map(([, address]) => unescapeHtml(address!));

/** Those that a reader can follow. */
const links = (html: string) =>
  [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, to]) => unescapeHtml(to!));

const text = (html: string) => unescapeHtml(html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " "));

const PAGES = ["/", "/?lang=en", "/docs", "/docs?lang=en", "/docs/"];

describe("home", () => {
  test("shows what is loaded, by catalog and in all", async () => {
    const shown = text(await page("/"));
    expect(shown).toContain("Catálogo & Cía. otro 1 40 1980-01-01 2019-01-01 1 1 q'1&2 Años");
    expect(shown).toContain("hostil 1 120 2010-01-01 2019-12-01 1 1 m.1");
    expect(shown).toContain("Total 2 160 1980-01-01 2019-12-01 2 2");
    expect(shown).toContain(`Instantánea ${snapshot.slice(0, 12)} , publicada el`);
    expect(shown).toContain("9 de julio de 2026, 12:30 (hora de Buenos Aires)");
  });

  test("escapes what publishers write", async () => {
    const html = await page("/");
    expect(html).not.toMatch(/<script|<img src=x/);
    expect(text(html)).toContain("<script>alert('título')</script>");
    expect(text(html)).toContain('Producto "><img src=x onerror=alert(1)>');
  });

  test("offers the files for download that are there, once they are", async () => {
    const { app, generateDumps } = await publishedApp();
    const home = () => app.request("/");
    const before = await home();
    expect(await before.text()).not.toContain("Descargar todo");
    await generateDumps();
    const after = await home();
    const html = await after.text();
    expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
    expect(text(html)).toContain("generados el 9 de julio de 2026, 12:31 (hora de Buenos Aires)");
    const files = links(html).filter((to) => to.includes("/dump/"));
    expect(files).toEqual([
      "/series/api/dump/series-tiempo-csv.zip",
      "/series/api/dump/series-tiempo-valores-csv.zip",
      "/series/api/dump/series-tiempo-metadatos.csv",
      "/series/api/dump/series-tiempo-fuentes.csv",
    ]);
    for (const file of files) expect((await app.request(file)).status).toBe(200);
  });

  test("offers one request of each kind that answers with values, as a link and as a line", async () => {
    const html = await page("/");
    const requests = links(html).filter((to) => to.startsWith("/series/"));
    expect(requests).toEqual([
      `/series/api/series/?ids=${MONTHLY}&last=5`,
      `/series/api/series/?ids=${MONTHLY}&format=csv&header=ids&limit=5000`,
      `/series/api/series/?ids=${MONTHLY}&collapse=year&representation_mode=percent_change&last=10`,
      `/series/api/series/?ids=${MONTHLY},q%271%262&collapse=year&start_date=2010&end_date=2019`,
    ]);
    for (const request of requests) {
      const response = await get(request);
      expect(response.status).toBe(200);
      if (request.includes("csv")) {
        expect(await response.text()).toMatch(/^indice_tiempo,m\.1\r\n2010-01-01,/);
      } else expect((await response.json()).data.length, request).toBeGreaterThanOrEqual(5);
      expect(text(html)).toContain(`curl 'http://localhost${request}'`);
    }
  });

  test("links the example of each catalog to its page", async () => {
    expect(links(await page("/")).filter((to) => to.startsWith("/serie/"))).toEqual([
      `/serie/${MONTHLY}`,
      "/serie/q%271%262",
    ]);
  });
});

describe("readyRequests", () => {
  const yearly = { id: "y", observations: column([1, 2, 3], { frequency: "year", start: 2000 }) };
  const monthly = { id: "m", observations: column([1, 2, 3], { start: 2010 * 12 }) };
  const together = (...examples: (typeof yearly)[]) => readyRequests(examples).at(-1)?.href.split("?")[1];

  test("is empty without series", () => expect(readyRequests([])).toEqual([]));
  test("turns around a finer series though a yearly one is longer", () =>
    expect(readyRequests([yearly, monthly])[0]!.href).toContain("ids=m&"));
  test("takes a yearly series where there is no other", () =>
    expect(readyRequests([yearly])[0]!.href).toContain("ids=y&"));
  test("shows a series beside its own change where no other shares a whole year", () => {
    expect(together(yearly, monthly)).toBe("ids=m,m:change&last=12");
    expect(together(yearly)).toBe("ids=y,y:change&last=12");
  });
  test("joins two series over the complete years of both", () => {
    const longer = { id: "l", observations: column(Array(40).fill(1), { start: 2000 * 12 + 3 }) };
    expect(together(yearly, longer)).toBe("ids=l,y&collapse=year&start_date=2001&end_date=2002");
  });
  test.each([["a,b", false], ["a:b", false], ["", false], ["a'b", true]])(
    "isAddressable(%j) is %j",
    (id, is) => expect(isAddressable(id)).toBe(is),
  );
});

describe("every page", () => {
  test.each(PAGES)("%s has links that answer, and nothing of other origins", async (path) => {
    const html = await page(path);
    expect(addresses(html).filter((address) => /^[a-z][a-z0-9+.-]*:|^\/\//i.test(address))).toEqual([]);
    const ids = new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
    for (const to of links(html)) {
      if (to.startsWith("#")) expect(ids, to).toContain(to.slice(1));
      else expect((await get(to)).status, to).toBe(200);
    }
    for (const asset of html.match(/(?<=(src|rel="stylesheet" href)=")[^"]+/g)!) {
      expect((await get(asset)).status, asset).toBe(200);
    }
  });

  test.each(PAGES)("%s tells browsers to run and frame nothing", async (path) => {
    const { headers } = await get(path);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
    expect(await page(path)).not.toMatch(/<script|\sstyle=|\son[a-z]+="/);
  });

  test.each(PAGES)(
    "%s has one first heading, no level left out, and a table header for every cell",
    async (path) => {
      const html = await page(path);
      const levels = [...html.matchAll(/<h([1-6])[\s>]/g)].map(([, level]) => Number(level));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
      for (const table of html.match(/<table[^]*?<\/table>/g)!) {
        expect(table).toContain("<caption>");
        expect(table.match(/<th(?=[\s>])[^>]*/g)!.filter((th) => !/scope="(row|col)"/.test(th))).toEqual([]);
      }
      expect(html).toMatch(/^<!doctype html>\n<html lang="(es|en)">/);
      for (const landmark of ["<header", "<nav", "<main", "<footer", 'class="skip" href="#main"']) {
        expect(html).toContain(landmark);
      }
    },
  );
});

describe("language", () => {
  test.each([
    { path: "/", language: "es", words: "Catálogos cargados" },
    { path: "/?lang=en", language: "en", words: "Catalogs loaded" },
    { path: "/?lang=fr", language: "es", words: "Catálogos cargados" },
    { path: "/docs", language: "es", words: "Diferencias con la API reemplazada" },
    { path: "/docs?lang=en", language: "en", words: "Differences from the replaced API" },
  ])("$path is in $language", async ({ path, language, words }) => {
    const response = await get(path, { "accept-language": "en" });
    expect(response.headers.get("content-language")).toBe(language);
    expect(response.headers.has("vary")).toBe(false);
    const html = await response.text();
    expect(html).toContain(`<html lang="${language}">`);
    expect(text(html)).toContain(words);
    expect(links(html)).toContain(`${path.split("?")[0]}?lang=${language === "es" ? "en" : "es"}`);
  });
});

describe("caching", () => {
  test("answers 304 to its own ETag, and 200 to that of another page, language or snapshot", async () => {
    const published = await publishedApp();
    const tagOf = async (path: string) => (await published.app.request(path)).headers.get("etag")!;
    const tags = await Promise.all(["/", "/?lang=en", "/docs", "/docs?lang=en"].map(tagOf));
    expect(new Set(tags).size).toBe(4);
    for (const tag of tags) expect(tag).toMatch(/^"[^"]+"$/);
    const ask = (path: string, tag: string) =>
      published.app.request(path, { headers: { "if-none-match": tag } });

    const same = await ask("/", tags[0]!);
    expect(same.status).toBe(304);
    expect(await same.text()).toBe("");
    expect(same.headers.get("etag")).toBe(tags[0]);
    expect(same.headers.get("cache-control")).toContain("s-maxage=60");
    expect((await ask("/", tags[1]!)).status).toBe(200);

    await published.publishMore();
    expect((await ask("/", tags[0]!)).status).toBe(200);
    expect(text(await (await published.app.request("/")).text())).toContain("Total 3 280");
  });

  test("keeps the stylesheet for ever under the hash of its content only", async () => {
    const style = (await page("/")).match(/rel="stylesheet" href="([^"]+)"/)![1]!;
    expect((await get(style)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await get(`${style}0`)).headers.get("cache-control")).toBe("public, max-age=300");
    expect((await get(style)).headers.get("content-type")).toBe("text/css; charset=utf-8");
  });

  test.each(["/favicon.svg", "/favicon.ico"])("%s is our mark", async (path) => {
    const response = await get(path);
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    expect(await response.text()).toMatch(/^<svg /);
  });
});

describe("before the first snapshot", () => {
  const unpublished = unpublishedApp();

  test("home says that the harvest is running, and asks again by itself", async () => {
    const response = await unpublished.request("/?lang=en");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.has("etag")).toBe(false);
    const html = await response.text();
    expect(html).toContain('<meta http-equiv="refresh" content="5"');
    expect(text(html)).toContain("The first harvest is running");
    expect(html).not.toContain("<script");
  });

  test("the reference is there already", async () => {
    expect((await unpublished.request("/docs")).status).toBe(200);
  });
});

describe("methods", () => {
  const PATHS = [
    "/",
    "/docs",
    "/docs/",
    "/assets/caudal.css",
    "/favicon.svg",
    "/favicon.ico",
    "/series/api/series",
    "/series/api/series/",
    "/api/series",
    "/api/series/",
    "/api/freshness",
    "/api/freshness/",
    "/series/api/freshness",
    "/series/api/freshness/",
    "/healthz",
    "/readyz",
    "/version",
    "/openapi.json",
  ];

  test.each(PATHS)("%s answers 405 with what it allows", async (path) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const response = await app.request(path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ status: 405, title: "Método no permitido" });
    }
  });

  test.each(PATHS)("%s answers HEAD like GET without a body, and preflights", async (path) => {
    const target = `${path}${path.includes("series") ? `?ids=${MONTHLY}` : ""}`;
    const [got, head] = [await get(target), await app.request(target, { method: "HEAD" })];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    const length = (await got.clone().arrayBuffer()).byteLength;
    expect(Object.fromEntries(head.headers)).toEqual({
      ...Object.fromEntries(got.headers),
      "content-length": String(length),
    });
    expect((await app.request(path, { method: "OPTIONS" })).status).toBe(204);
  });

  test("an unknown path is still not found", async () => {
    expect((await app.request("/no", { method: "POST" })).status).toBe(404);
  });
});

test("pages show the version and the id that needs escaping", async () => {
  expect(text(await page("/"))).toContain(`Caudal, versión ${VERSION}`);
  expect(text(await page("/"))).toContain(QUOTED);
});
