// Searching in the explorer: results, facets, pages, orders, and what odd words do.

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { explorerApp, EZEIZA, HOSTILE, HOSTILE_TEXT, STATIONS } from "./explorer_app.ts";
import { countOf, elementOf, found, linkNamed, pageOf, readerOf, textOf } from "./page_text.ts";

const { app } = await explorerApp();
const { get, page } = readerOf(app);

describe("searching", () => {
  test("finds series by words and links each to its page", async () => {
    const html = await page("/?q=temperatura+ezeiza");
    expect(countOf(html)).toBe(`${STATIONS + 1} series para temperatura ezeiza`);
    expect(found(html)[0]).toBe(pageOf(EZEIZA));
    expect(textOf(elementOf(html, "ol", 'class="hits"'))).toContain(
      "Temperatura máxima en Ezeiza Datos de Clima y agua · Fuente de Clima y agua Diaria 1 ene 2000 – 10 mar 2002 Grados Celsius",
    );
    expect((await get(found(html)[0]!)).status).toBe(200);
  });

  test("tells how many were found where screen readers hear it, and in the title", async () => {
    const html = await page("/?q=inflacion");
    expect(html).toContain('<div role="status"><h1');
    expect(elementOf(html, "title")).toContain("inflacion: 1 serie");
  });

  test("offers every facet counted, puts a filter in by one link and takes it out by another", async () => {
    const all = await page("/?q=");
    const facets = textOf(elementOf(all, "nav", 'class="facets"'));
    for (
      const words of [
        `Tema Ambiente ${STATIONS + 2} Economía "&" finanzas 5`,
        `Unidades Grados Celsius ${STATIONS + 1} Pesos 3`,
        `Organismo Organismo de Clima y agua ${STATIONS + 2}`,
        `Fuente Fuente de Clima y agua ${STATIONS + 2}`,
        `Catálogo Clima y agua ${STATIONS + 2} Precios <b> 5`,
      ]
    ) expect(facets).toContain(words);

    const chosen = await page(linkNamed(all, /^ Pesos 3/)!);
    expect(countOf(chosen)).toBe("3 series con los filtros elegidos");
    expect(textOf(elementOf(chosen, "div", 'class="chosen"'))).toContain("Quitar el filtro Unidades: Pesos");
    expect(elementOf(chosen, "form", 'role="search"')).toContain('type="hidden" name="units" value="Pesos"');
    const without = linkNamed(elementOf(chosen, "div", 'class="chosen"'), /Pesos/)!;
    expect(without).toBe("/?q=");
  });

  test.each([
    { why: "values of one facet are alternatives", query: "units=Pesos&units=Metros+c%C3%BAbicos", count: 4 },
    { why: "facets are all required", query: "units=Pesos&catalog_id=clima", count: 0 },
    { why: "words and a facet", query: "q=huecos&catalog_id=precios", count: 1 },
    { why: "an unknown value finds nothing", query: "units=pesos", count: 0 },
  ])("filters: $why", async ({ query, count }) => {
    expect(found(await page(`/?${query}`))).toHaveLength(count);
  });

  test("goes through pages that neither overlap nor skip, and shows the last for one beyond", async () => {
    const ids: string[] = [];
    let next: string | undefined = "/?q=temperatura";
    while (next) {
      const html = await page(next);
      ids.push(...found(html));
      next = linkNamed(html, "Siguiente");
    }
    expect(new Set(ids).size).toBe(STATIONS + 1);
    expect(ids).toHaveLength(STATIONS + 1);
    const beyond = await page("/?q=temperatura&page=400");
    expect(countOf(beyond)).toContain("página 3 de 3");
    expect(found(beyond)).toEqual(ids.slice(40));
    expect(linkNamed(beyond, "Anterior")).toBe("/?q=temperatura&page=2");
    expect(linkNamed(beyond, "Siguiente")).toBeUndefined();
  });

  test.each(["0", "-1", "x", "1e3", "99999999999999999999", ""])("page=%s is the first", async (text) => {
    expect(countOf(await page(`/?q=temperatura&page=${text}`))).not.toContain("página");
  });

  test("sorts by what was chosen, and offers no relevance without words", async () => {
    const html = await page(linkNamed(await page("/?q=temperatura"), "Frecuencia")!);
    expect(found(html)[0]).toBe(pageOf(EZEIZA));
    expect(html).toMatch(/href="[^"]*sort_by=frequency" aria-current="true">Frecuencia/);
    expect(linkNamed(html, "Popularidad")).toBe("/?q=temperatura&sort_by=hits_90_days");
    const all = await page("/?q=&sort_by=relevance");
    expect(linkNamed(all, "Relevancia")).toBeUndefined();
  });

  test("tells what to try where nothing was found", async () => {
    const html = await page("/?q=zzzzzz");
    expect(countOf(html)).toBe("No se encontró ninguna serie para zzzzzz");
    expect(textOf(html)).toContain("Otras palabras, o menos");
    expect(linkNamed(html, /Todas las series/)).toBe("/?q=");
    const filtered = await page("/?q=inflacion&units=Pesos");
    expect(linkNamed(filtered, "Sin los filtros: 1 serie")).toBe("/?q=inflacion");
  });

  test.each([
    { why: "markup", q: `"><script>alert(1)</script>` },
    { why: "quotes", q: `'"\`&amp;` },
    { why: "punctuation alone", q: "%%% ||" },
    { why: "a lone surrogate", q: "\ud800" },
  ])("shows $why as it was written", async ({ q }) => {
    const html = await page(`/?${new URLSearchParams({ q })}`);
    expect(html).not.toContain("<script");
    expect(textOf(html)).toContain(q.toWellFormed());
    const value = /name="q" value="([^"]*)"/.exec(html)![1]!;
    expect(textOf(value)).toBe(q.toWellFormed());
  });

  test("answers very long and odd words at once, on a page of the usual size", async () => {
    for (const q of ["a".repeat(100_000), "temperatura ".repeat(9_000), "😀".repeat(30_000)]) {
      const began = performance.now();
      const html = await page(`/?${new URLSearchParams({ q, units: "x".repeat(50_000) })}`);
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(html.length).toBeLessThan(100_000);
      expect(html.isWellFormed()).toBe(true);
    }
    const control = await page(`/?${new URLSearchParams({ q: "tempe\0ratura\u0007\r\nezeiza" })}`);
    expect(/name="q" value="([^"]*)"/.exec(control)![1]).toBe("tempe ratura ezeiza");
  });

  test("escapes ids, titles and labels, and its links to them lead there", async () => {
    const html = await page("/?q=producto");
    expect(html).not.toMatch(/<script|<i>|<b>/);
    expect(textOf(html)).toContain(HOSTILE_TEXT);
    expect(found(html)).toEqual([pageOf(HOSTILE).replaceAll("'", "%27")]);
    expect(textOf(await page(found(html)[0]!))).toContain(HOSTILE_TEXT);
    const unit = linkNamed(html, /^ <i>/)!;
    expect(found(await page(unit))).toHaveLength(1);
  });

  test("answers 503 with a page where the search cannot be had, and tells of faults once", async () => {
    const told: unknown[] = [];
    const broken = await explorerApp({
      searches: { of: () => Promise.reject(new Problem("unavailable", "gone")) },
      onError: (error) => told.push(error),
    });
    const response = await broken.app.request("/?q=x");
    expect(response.status).toBe(503);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(textOf(await response.text())).toContain("La búsqueda no está disponible ahora");
    expect(told).toHaveLength(1);
    expect((await broken.app.request("/")).status).toBe(200);
  });
});

describe("home", () => {
  test("has the search box and the themes, each a search", async () => {
    const html = await page("/");
    expect(elementOf(html, "form", 'role="search"')).toMatch(
      /<label for="q">.*<input type="search" id="q" name="q"/,
    );
    expect(countOf(await page(linkNamed(html, `Ambiente ${STATIONS + 2}`)!))).toContain(
      `${STATIONS + 2} series`,
    );
    expect(countOf(await page(linkNamed(html, "Ver todas las series")!))).toBe(
      `Todas las series: ${STATIONS + 7}`,
    );
  });
});
