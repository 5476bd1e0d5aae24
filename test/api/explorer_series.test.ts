// The explorer's page of a series: chart, values, downloads, the request, the form, and what is escaped.

import { describe, expect, test } from "vitest";
import { explorerApp, EZEIZA, GAPS, HOSTILE, INFLATION, LONG, UNASKABLE, WORKDAYS } from "./explorer_app.ts";
import { elementOf, linkNamed, linksOf, pageOf, readerOf, textOf } from "./page_text.ts";

const { app } = await explorerApp();
const { get, page } = readerOf(app);

describe("the page of a series", () => {
  const quarterly = pageOf(INFLATION);

  test("has chart, table, downloads, a request and metadata without any script", async () => {
    const html = await page(quarterly);
    expect(html).not.toMatch(/<script|\sstyle=|\son[a-z]+="/);
    expect(textOf(elementOf(html, "h1"))).toContain("Inflación trimestral");
    const chart = elementOf(html, "svg", 'role="img"');
    expect(textOf(elementOf(chart, "title"))).toContain("Gráfico de línea: Inflación trimestral");
    expect(textOf(elementOf(chart, "desc"))).toContain(
      "Índice 2016=100, trimestral, 1.er trimestre de 2018 – 1.er trimestre de 2020. Mínimo: 100,00 (1.er trimestre de 2018). Máximo: 200,50",
    );
    expect(chart).toMatch(/<path class="line"[^>]* d="M0 1000 /);
    expect(textOf(elementOf(html, "table", 'class="values"'))).toContain(
      "1.er trimestre de 2020 200,50 4.º trimestre de 2019 150,00",
    );
    const metadata = textOf(elementOf(html, "section", 'class="metadata"'));
    for (
      const words of [
        "Estado Atrasada",
        "Próximo valor esperado 1 de julio de 2020",
        `Identificador ${INFLATION}`,
        "Unidades Índice 2016=100",
        "Cobertura 1.er trimestre de 2018 – 1.er trimestre de 2020",
        "Distribución Título Distribución precios.1",
        "Archivo original https://example.org/datos.csv",
        "Fuente Fuente de Precios <b>",
        `Tema Economía "&" finanzas`,
        "Página javascript:alert(1)",
        "Catálogo Título Precios <b>",
      ]
    ) expect(metadata).toContain(words);
    expect(linksOf(html).filter((to) => !/^(\/|#|https:\/\/example\.org\/)/.test(to))).toEqual([]);
  });

  test("downloads what it shows in three formats, and its request answers the same", async () => {
    const html = await page(`${quarterly}?collapse=year&collapse_aggregation=sum&end_date=2018`);
    const files = linksOf(elementOf(html, "ul", 'class="downloads"'));
    expect(files).toEqual(
      ["&format=csv", "&format=xlsx", ""].map((format) =>
        `/series/api/series/?ids=${INFLATION}&collapse=year&collapse_aggregation=sum&end_date=2018${format}&limit=5000`
      ),
    );
    const [csv, xlsx, json] = await Promise.all(files.map((file) => get(file)));
    expect(await csv!.text()).toBe(`indice_tiempo,t_${INFLATION}\r\n2018-01-01,435.25\r\n`);
    expect(new Uint8Array(await xlsx!.arrayBuffer()).subarray(0, 2)).toEqual(new Uint8Array([0x50, 0x4b]));
    expect((await json!.json()).data).toEqual([["2018-01-01", 435.25]]);
    expect(textOf(html)).toContain(`curl 'http://localhost${files[2]}'`);
    expect(textOf(elementOf(html, "table", 'class="values"'))).toContain("2018 435,25");
  });

  test("shows percent modes as percentages and says that files have fractions", async () => {
    const html = await page(`${quarterly}?representation_mode=percent_change`);
    expect(textOf(elementOf(html, "table", 'class="values"'))).toContain("1.er trimestre de 2020 33,67 %");
    expect(textOf(html)).toContain("Los porcentajes vienen como fracción");
    expect(textOf(elementOf(html, "figcaption"))).toContain("Variación porcentual período anterior");
  });

  test.each([
    { id: INFLATION, options: ["", "semester", "year"] },
    { id: EZEIZA, options: ["", "week", "month", "quarter", "semester", "year"] },
    { id: WORKDAYS, options: ["", "week"] },
    { id: HOSTILE, options: ["", "quarter"] },
  ])("offers $id the frequencies that leave it a value", async ({ id, options }) => {
    const select = elementOf(await page(pageOf(id)), "select", 'name="collapse"');
    expect([...select.matchAll(/value="([^"]*)"/g)].map(([, value]) => value)).toEqual(options);
  });

  test("keeps what was chosen in the form", async () => {
    const html = await page(
      `${quarterly}?collapse=semester&collapse_aggregation=max&representation_mode=change&start_date=2018&end_date=2019-06`,
    );
    const form = elementOf(html, "form", 'class="controls"');
    for (const value of ["semester", "max", "change"]) expect(form).toContain(`value="${value}" selected`);
    expect(form).toMatch(/name="start_date" value="2018"[^]*name="end_date" value="2019-06"/);
    expect(linkNamed(form, /Volver a la serie/)).toBe(quarterly);
  });

  test.each([
    { query: "start_date=hola", words: "No se entiende la fecha «Desde»", kept: `value="hola"` },
    { query: "end_date=31/12/2019", words: "No se entiende la fecha «Hasta»", kept: `value="31/12/2019"` },
    { query: "start_date=2020&end_date=2018", words: "La fecha «Desde» es posterior", kept: `value="2018"` },
    { query: "collapse=day", words: "no se puede llevar a la frecuencia pedida", kept: `value="" selected` },
    { query: "collapse=<b>", words: "no se puede llevar a la frecuencia pedida", kept: `value="" selected` },
    { query: "collapse_aggregation=x", words: "No existe la forma de agrupar", kept: `value="avg" selected` },
    { query: "representation_mode=x", words: "No existe el modo", kept: `value="value" selected` },
    { query: `start_date="><script>`, words: "No se entiende", kept: "&quot;&gt;&lt;script&gt;" },
  ])("$query is told as a fault, the rest is shown", async ({ query, words, kept }) => {
    const response = await get(`${quarterly}?${query.replaceAll("<", "%3C")}`);
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const html = await response.text();
    expect(textOf(elementOf(html, "ul", 'role="alert"'))).toContain(words);
    expect(html).toContain(kept);
    expect(html).toContain('<svg class="line-chart');
    for (const file of linksOf(elementOf(html, "ul", 'class="downloads"'))) {
      expect((await get(file)).status).toBe(200);
    }
  });

  test.each([["2018-06", "2018"], ["2018-05-10", "2018-05"], ["2018", "2018-04"]])(
    "from %s to %s asks the API for the same rows",
    async (start, end) => {
      const html = await page(
        `${pageOf(EZEIZA)}?start_date=${start.replace("2018", "2001")}&end_date=${
          end.replace("2018", "2001")
        }`,
      );
      const request = linksOf(elementOf(html, "ul", 'class="downloads"'))[2]!;
      const { data } = await (await get(request)).json();
      expect(textOf(elementOf(html, "dl", 'class="figures"'))).toContain(`Valores ${data.length} `);
    },
  );

  test("says so where nothing is left, and goes on offering the form", async () => {
    const html = await page(`${quarterly}?start_date=2024`);
    expect(textOf(html)).toContain("No hay valores para lo elegido");
    expect(html).not.toContain("<svg class");
    expect(html).toContain('<form class="controls"');
    expect(html).not.toContain('class="downloads"');
  });

  test("draws missing values as gaps, but not the weekends of series of working days", async () => {
    const lineOf = async (id: string) =>
      / d="([^"]*)"/.exec(
        elementOf(await page(pageOf(id)), "svg", 'role="img"')
          .split('class="line"')[1]!,
      )![1]!;
    expect((await lineOf(GAPS)).match(/M/g)).toHaveLength(2);
    expect((await lineOf(WORKDAYS)).match(/M/g)).toHaveLength(1);
    const html = await page(pageOf(GAPS));
    expect(textOf(elementOf(html, "dl", 'class="figures"'))).toContain("Valores 2 sin dato 5");
    expect(textOf(elementOf(html, "table", 'class="values"'))).toContain("mayo de 2020 – abril de 2020 4");
  });

  test("thins a long series for the drawing, and offers all its rows in parts", async () => {
    const html = await page(pageOf(LONG));
    expect(elementOf(html, "svg", 'role="img"').length).toBeLessThan(25_000);
    expect(linksOf(elementOf(html, "ul", 'class="downloads"'))[0]).toBe(
      `/series/api/series/?ids=${LONG}&format=csv&last=5000`,
    );
    const parts = linksOf(elementOf(html, "ul", 'class="parts"')).filter((to) => !to.includes("format"));
    const rows = (await Promise.all(parts.map(async (to) => (await (await get(to)).json()).data))).flat();
    expect(rows).toHaveLength(6_000);
    expect(new Set(rows.map(([date]) => date)).size).toBe(6_000);
    expect(html).toContain('data-count="6000"');
  });

  test("shows the latest rows, all of them by a link, and never more than one page takes", async () => {
    const rows = (html: string) => elementOf(html, "table", 'class="values"').match(/<tr/g)!.length - 1;
    const html = await page(pageOf(EZEIZA));
    expect(rows(html)).toBe(12);
    expect(rows(await page(linkNamed(html, "Ver todos los valores")!.split("#")[0]!))).toBe(800);
    expect(rows(await page(`${pageOf(LONG)}?rows=all`))).toBe(5_000);
  });

  test("escapes everything of a hostile series, also where its id is part of addresses", async () => {
    const html = await page(pageOf(HOSTILE));
    expect(html).not.toMatch(/<script|<i>|<b>/);
    expect(textOf(html)).toContain(HOSTILE);
    const [csv] = linksOf(elementOf(html, "ul", 'class="downloads"'));
    expect((await get(csv!)).status).toBe(200);
    expect(csv).not.toMatch(/['"<>]/);
    expect(elementOf(html, "form", 'class="controls"')).toContain(
      `action="${pageOf(HOSTILE).replaceAll("'", "%27")}"`,
    );
  });

  test("shows a series that the API cannot be asked for, and says so", async () => {
    const html = await page(pageOf(UNASKABLE));
    expect(html).toContain('<svg class="line-chart');
    expect(textOf(html)).toContain("no se puede pedir por la API");
    expect(html).not.toContain('class="downloads"');
    expect(html).not.toContain("data-rows");
  });

  test.each([
    "/serie/no.existe",
    "/serie/",
    "/serie",
    "/serie/%3Cscript%3E",
    "/serie/%E0%A4%A",
    `${quarterly}x`,
  ])(
    "%s is not found, and offers a search",
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const html = await response.text();
      expect(html).not.toContain("<script");
      expect(html).toContain('role="search"');
    },
  );

  test("is the same with a slash at its end", async () => {
    expect(textOf(await page(`${quarterly}/`))).toBe(textOf(await page(quarterly)));
  });
});
