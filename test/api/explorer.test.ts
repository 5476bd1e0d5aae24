// What the explorer's pages have in common: language, links, caching, scripts.

import { describe, expect, test } from "vitest";
import type { Asset } from "../../src/api/assets.ts";
import { explorerApp, EZEIZA, HOSTILE, INFLATION, LONG, NOW } from "./explorer_app.ts";
import { elementOf, linkNamed, linksOf, pageOf, readerOf, textOf } from "./page_text.ts";

const { app } = await explorerApp();
const { get, page } = readerOf(app);

describe("both pages", () => {
  const PATHS = [
    "/?q=temperatura&units=Grados+Celsius&page=2",
    pageOf(INFLATION, "?collapse=year"),
    pageOf(HOSTILE),
  ];

  test.each(PATHS)("%s is there in English, and links its own other language", async (path) => {
    const spanish = await page(path);
    const other = linkNamed(spanish, "English")!;
    const response = await get(other);
    expect(response.headers.get("content-language")).toBe("en");
    const english = await response.text();
    expect(english).toContain('<html lang="en">');
    expect(textOf(english)).toContain("Search series");
    expect(textOf(english)).not.toMatch(/Buscar|Descargar|Página|Filtrar|Ordenar/);
    expect(textOf(await page(linkNamed(english, "Español")!))).toBe(textOf(spanish));
    // Wherever the reader goes next, the language goes along.
    const inside = linksOf(english).filter((to) =>
      /^\/(\?|serie\/)/.test(to) && to !== linkNamed(english, "Español")
    );
    expect(inside.filter((to) => !to.includes("lang=en"))).toEqual([]);
    expect(english.match(/<form[^]*?<\/form>/g)!.filter((form) => !form.includes('name="lang" value="en"')))
      .toEqual([]);
  });

  test("numbers and dates are in the form of the language", async () => {
    const html = await page(pageOf(INFLATION, "?lang=en"));
    expect(textOf(elementOf(html, "table", 'class="values"'))).toContain("Q1 2020 200.50");
    expect(textOf(elementOf(await page(pageOf(LONG, "?lang=en")), "dl", 'class="figures"'))).toContain(
      "5,500",
    );
  });

  test.each(PATHS)("%s has links that answer, headings in order and labelled fields", async (path) => {
    const html = await page(path);
    const ids = new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
    for (const to of linksOf(html)) {
      if (to.startsWith("#")) expect(ids, to).toContain(to.slice(1));
      else if (to.startsWith("/")) expect((await get(to.split("#")[0]!)).status, to).toBe(200);
    }
    expect([...html.matchAll(/\sid="([^"]*)"/g)]).toHaveLength(ids.size);
    for (const [, referred] of html.matchAll(/\saria-(?:labelledby|describedby)="([^"]*)"/g)) {
      for (const id of referred!.split(" ")) expect(ids).toContain(id);
    }
    const levels = [...html.matchAll(/<h([1-6])[\s>]/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
    for (const [field] of html.matchAll(/<(?:input|select)(?![^>]*type="hidden")[^>]*>/g)) {
      const id = /\sid="([^"]*)"/.exec(field)?.[1];
      const labelled = html.includes(`<label for="${id}">`);
      expect(labelled, field).toBe(true);
    }
  });

  test.each(["/", ...PATHS])("%s is known by its ETag, and another after a publish", async (path) => {
    const published = await explorerApp();
    const ask = (headers = {}) => published.app.request(path, { headers });
    const tag = (await ask()).headers.get("etag")!;
    const known = await ask({ "if-none-match": tag });
    expect(known.status).toBe(304);
    expect(await known.text()).toBe("");
    expect(known.headers.get("cache-control")).toContain("s-maxage=60");
    await published.publishMore();
    expect((await ask({ "if-none-match": tag })).status).toBe(200);
  });

  test("ETags differ by query and language, and on the page of a series by day", async () => {
    const tagOf = async (path: string, days = 0) => {
      const { app } = await explorerApp({ now: () => NOW + days * 86_400_000 });
      return (await app.request(path)).headers.get("etag")!;
    };
    const paths = ["/", "/?q=a", "/?q=b", "/?q=a&lang=en", ...PATHS];
    expect(new Set(await Promise.all(paths.map((path) => tagOf(path)))).size).toBe(paths.length);
    expect(await tagOf("/?q=a", 1)).toBe(await tagOf("/?q=a"));
    expect(await tagOf(PATHS[1]!, 1)).not.toBe(await tagOf(PATHS[1]!));
  });

  test.each(PATHS)("%s answers HEAD like GET and refuses other methods", async (path) => {
    const [got, head] = [await get(path), await app.request(path, { method: "HEAD" })];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    expect(head.headers.get("etag")).toBe(got.headers.get("etag"));
    expect(head.headers.get("content-length")).toBe(String((await got.arrayBuffer()).byteLength));
    expect((await app.request(path, { method: "POST" })).status).toBe(405);
  });
});

describe("scripts", () => {
  const asset = (name: string, contentType: string): [string, Asset] => [
    name,
    { path: `/assets/${name.replace(".", "-HASH.")}`, contentType, body: new TextEncoder().encode(name) },
  ];
  const files = new Map([
    asset("series.js", "text/javascript; charset=utf-8"),
    asset("series.css", "text/css; charset=utf-8"),
  ]);
  const policy = (scripts: string) =>
    `default-src 'none'; ${scripts}style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'`;

  test("are named by the page of a series alone, which may run ours and no other", async () => {
    const scripted = await explorerApp({ assets: { files: () => Promise.resolve(files) } });
    const response = await scripted.app.request(pageOf(EZEIZA));
    expect(response.headers.get("content-security-policy")).toBe(
      policy("script-src 'self'; connect-src 'self'; "),
    );
    const html = await response.text();
    expect(html.match(/<script[^>]*>[^<]*<\/script>/g)).toEqual([
      '<script type="module" src="/assets/series-HASH.js"></script>',
    ]);
    expect(html).toContain('<link rel="stylesheet" href="/assets/series-HASH.css"');
    expect(html).not.toMatch(/\sstyle=|\son[a-z]+="/);
    expect(html).toContain('<svg class="line-chart');
    for (const path of ["/", "/?q=temperatura", "/docs", "/serie/no.existe"]) {
      const other = await scripted.app.request(path);
      expect(other.headers.get("content-security-policy"), path).toBe(policy(""));
      expect(await other.text(), path).not.toContain("<script");
    }
  });

  test("are served for ever under their hash, and another hash is not found", async () => {
    const scripted = await explorerApp({ assets: { files: () => Promise.resolve(files) } });
    const response = await scripted.app.request("/assets/series-HASH.js");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(await response.text()).toBe("series.js");
    expect((await scripted.app.request("/assets/series-OLD.js")).status).toBe(404);
    expect((await get("/assets/series-HASH.js")).status).toBe(404);
  });

  test("are left out where they could not be built, and the page is known by another ETag", async () => {
    const without = await explorerApp({ assets: { files: () => Promise.resolve(new Map()) } });
    const scripted = await explorerApp({ assets: { files: () => Promise.resolve(files) } });
    const [plain, lively] = await Promise.all(
      [without, scripted].map(({ app }) => app.request(pageOf(EZEIZA))),
    );
    expect(plain!.status).toBe(200);
    expect(plain!.headers.get("content-security-policy")).toBe(policy(""));
    expect(await plain!.text()).not.toContain("<script");
    expect(plain!.headers.get("etag")).not.toBe(lively!.headers.get("etag"));
  });
});

test("before the first snapshot the page of a series waits like home", async () => {
  const { app } = await explorerApp({ snapshots: { current: () => Promise.resolve(undefined) } });
  for (const path of ["/", "/?q=x", "/serie/x"]) {
    const response = await app.request(path);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(textOf(await response.text())).toContain("La primera cosecha está en curso");
  }
});
