// `format=xlsx`: the answer read back, held against the same answer as JSON; what its cells are; what publishers
// write into them; and how it is cached.

import { describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { bodyCache } from "../../src/api/caching.ts";
import { writeWorkbook } from "../../src/api/workbook.ts";
import { enrich } from "../../src/core/enriched.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Observations } from "../../src/core/observations.ts";
import { publish } from "../../src/publish/publish.ts";
import { publishActivity } from "../../src/publish/publish_activity.ts";
import { memoryJournal, memoryStore } from "../../src/store/memory.ts";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { openActivities } from "../../src/store/segments/activities.ts";
import { openSnapshots } from "../../src/store/segments/snapshots.ts";
import {
  column,
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  sha256,
  source,
} from "../store/example_catalog.ts";
import { readWorkbook } from "./read_workbook.ts";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PUBLISHED_AT = Date.UTC(2026, 6, 9, 15, 30);

type Published = { readonly id: string; readonly observations: Observations; readonly field?: JsonObject };

const MONTHS = column([1.5, null, -3, 0, 1e21], { start: 2020 * 12 });
const YEARS = column([5, 6, 7], { frequency: "year", start: 1899 });
const SERIES: readonly Published[] = [
  { id: "m", observations: MONTHS, field: { units: "Pesos" } },
  { id: "q", observations: column([10, 20], { frequency: "quarter", start: 2020 * 4 }) },
  { id: "y", observations: YEARS },
  {
    id: "-f",
    observations: column([-1], { start: 2020 * 12 }),
    field: { title: `=HYPERLINK("http://x","clic")`, description: "@SUM(1)", units: "+1" },
  },
];

/** The series of one catalog, published and served. */
async function serve(all: readonly Published[] = SERIES, source_ = "INDEC") {
  const [store, journal, blobs] = [memoryStore(sha256), memoryJournal(), memoryBlobs()];
  const clock = { now: PUBLISHED_AT };
  const fields = all.map((one) =>
    field(one.id, one.field, typeof one.field?.title === "string" ? one.field.title : `t_${one.id}`)
  );
  const harvest = async () => {
    const { id } = await journal.startRun("harvest", run(1).at + clock.now - PUBLISHED_AT);
    await store.saveReading(
      run(id),
      "c",
      reading([distribution("d", "d.1", fields, { downloadURL: "https://example.org/d.csv" })], {
        metadata: { title: "Catálogo", license: "CC-BY 4.0" },
        datasets: [dataset("d", { source: source_, publisher: { name: "Oficina" } })],
      }),
      source(),
    );
    const outcome = indexed(
      all.map((one, i) =>
        series(one.id, one.observations, { title: fields[i]!.title, enriched: enrich(one.observations) })
      ),
    );
    await store.saveOutcome(run(1), key("d", "d.1"), outcome);
    await publish({ store, blobs, sha256, now: () => clock.now });
    await publishActivity({ store, journal, blobs, sha256, now: () => clock.now });
  };
  await harvest();
  const now = () => clock.now;
  const app = createApp({
    site: wholeSite,
    snapshots: openSnapshots(blobs, now),
    activities: openActivities(blobs, now),
    now,
    version: "x",
  });
  const ask = async (query: string, init: RequestInit = {}) =>
    await app.request(`/series/api/series/?${query}`, init);
  return {
    app,
    ask,
    clock,
    harvest,
    snapshot: async () => (await openSnapshots(blobs, now).current())!.name,
    read: async (query: string) => {
      const response = await ask(`${query}&format=xlsx`);
      expect(response.status).toBe(200);
      const { sheets } = readWorkbook(new Uint8Array(await response.arrayBuffer()));
      const [values, metadata, sources] = sheets as [typeof sheets[0], typeof sheets[0], typeof sheets[0]];
      return { sheets, values, metadata, sources };
    },
  };
}

/** Rows of a sheet as objects, by the names of the first. */
const records = ({ rows: [header, ...rows] }: Awaited<ReturnType<typeof readWorkbook>>["sheets"][0]) =>
  rows.map((row) => Object.fromEntries(header!.map((name, i) => [String(name), row[i]])));

const served = await serve();

describe("the sheet of values", () => {
  test.each([
    { why: "one plain series, with a gap", query: "ids=m" },
    { why: "newest first", query: "ids=m&sort=desc" },
    { why: "a page", query: "ids=m&start=1&limit=2" },
    { why: "the last ones", query: "ids=m&last=2" },
    { why: "several, with a mode and collapsed", query: "ids=m:change,q,m&collapse=quarter" },
    { why: "percent changes", query: "ids=m:percent_change,m" },
    { why: "without any row", query: "ids=m&start_date=2030" },
    { why: "without metadata", query: "ids=m,q&metadata=none" },
  ])("has the rows of the JSON answer: $why", async ({ query }) => {
    const { data } = await (await served.ask(query)).json();
    const { values } = await served.read(query);
    const expected = data.map(([date, ...cells]: [string, ...(number | null)[]]) => {
      const row = [{ date }, ...cells.map((cell) => cell ?? undefined)];
      while (row.at(-1) === undefined) row.pop();
      return row;
    });
    expect(values.rows.slice(1)).toEqual(expected);
  });

  test.each([
    { header: "titles", expected: ["t_m", "t_m_var", "t_q"] },
    { header: "ids", expected: ["m", "m:change", "q"] },
    { header: "descriptions", expected: ["Serie m", "Serie m (var.)", "Serie q"] },
  ])("is headed by $header", async ({ header, expected }) => {
    const { values } = await served.read(`ids=m,m:change,q&header=${header}`);
    expect(values.rows[0]).toEqual(["indice_tiempo", ...expected]);
  });

  test("dates as text what spreadsheets cannot date", async () => {
    const { values, metadata } = await served.read("ids=y");
    expect(values.rows.slice(1)).toEqual([
      ["1899-01-01", 5],
      ["1900-01-01", 6],
      [{ date: "1901-01-01" }, 7],
    ]);
    expect(records(metadata)[0]).toMatchObject({
      serie_indice_inicio: "1899-01-01",
      serie_indice_final: { date: "1901-01-01" },
    });
  });

  test("has forty columns", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => i % 2 ? "m" : "m:change");
    const { values } = await served.read(`ids=${ids.join(",")}&header=ids`);
    expect(values.rows[0]).toEqual(["indice_tiempo", ...ids]);
    expect(values.rows[1]![40]).toBe(1.5);
  });
});

test("every sheet has its name, a bold header that stays, widths, and no formula", async () => {
  const { sheets } = await served.read("ids=m,-f");
  expect(sheets.map(({ name }) => name)).toEqual(["datos", "metadatos", "fuentes"]);
  for (const { xml, rows, headerStyles } of sheets) {
    expect(xml).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(xml.match(/<col /g)).toHaveLength(rows[0]!.length);
    expect(xml).not.toMatch(/<f[ >/]/);
    expect(headerStyles).toEqual(rows[0]!.map(() => "1"));
  }
});

describe("the sheet of metadata", () => {
  test("tells of each column what it is and how late", async () => {
    const { metadata } = await served.read("ids=m:change:sum,q&collapse=quarter&header=ids");
    expect(records(metadata)).toEqual([
      {
        columna: "m:change",
        serie_id: "m",
        serie_titulo: "t_m",
        serie_descripcion: "Serie m",
        serie_unidades: "Pesos",
        indice_tiempo_frecuencia: "R/P1M",
        modo_representacion: "change",
        modo_representacion_unidades: "Variación respecto del período anterior",
        agregacion: "sum",
        catalogo_id: "c",
        catalogo_titulo: "Catálogo",
        dataset_id: "d",
        dataset_titulo: "Dataset d",
        dataset_fuente: "INDEC",
        dataset_responsable: "Oficina",
        distribucion_id: "d.1",
        distribucion_titulo: "Distribución d.1",
        distribucion_url_descarga: "https://example.org/d.csv",
        serie_indice_inicio: { date: "2020-01-01" },
        serie_indice_final: { date: "2020-05-01" },
        serie_valores_cant: 5,
        // From 1 June 2020 to 9 July 2026.
        serie_dias_no_cubiertos: 2229,
        serie_actualizada: false,
        serie_proximo_valor: { date: "2020-07-01" },
        serie_ultima_cosecha: "2026-01-01T03:00:00.000Z",
        serie_ultimo_cambio: "2026-01-01T03:00:00.000Z",
      },
      expect.objectContaining({
        columna: "q",
        modo_representacion: "value",
        modo_representacion_unidades: undefined,
        agregacion: undefined,
        serie_unidades: undefined,
      }),
    ]);
  });
});

describe("the sheet of sources", () => {
  test("has each source once, with its series, licence, request and snapshot", async () => {
    const { sources } = await served.read("ids=m,q,m:change");
    expect(records(sources)).toEqual([{
      dataset_fuente: "INDEC",
      series_cant: 2,
      licencia: "CC-BY 4.0",
      pedido: "http://localhost/series/api/series/?ids=m,q,m:change&format=xlsx",
      instantanea: await served.snapshot(),
      publicada: "2026-07-09T15:30:00.000Z",
    }]);
  });

  test("has a row also where no source is declared", async () => {
    const { read } = await serve(SERIES.slice(0, 1), "");
    expect(records((await read("ids=m")).sources)).toMatchObject([{
      dataset_fuente: undefined,
      series_cant: 1,
    }]);
  });
});

describe("texts of publishers", () => {
  test("that begin like formulas are shown, and numbers stay numbers", async () => {
    const { values, metadata } = await served.read("ids=-f");
    expect(values.rows).toEqual([["indice_tiempo", `'=HYPERLINK("http://x","clic")`], [
      { date: "2020-01-01" },
      -1,
    ]]);
    expect(records(metadata)[0]).toMatchObject({
      columna: `'=HYPERLINK("http://x","clic")`,
      serie_id: "'-f",
      serie_descripcion: "'@SUM(1)",
      serie_unidades: "'+1",
      modo_representacion_unidades: "'+1",
    });
  });

  test.each([
    ...["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\na"].map((text) => ({
      why: `a formula: ${JSON.stringify(text)}`,
      text,
      shown: `'${text}`,
    })),
    { why: "marks of XML", text: `<b>&"'</b>`, shown: `<b>&"'</b>` },
    { why: "blanks", text: " a  b\r\nc\t", shown: " a  b\r\nc\t" },
    { why: "a sign of formulas inside", text: "a=1", shown: "a=1" },
    { why: "other scripts", text: "😀ñ中", shown: "😀ñ中" },
    { why: "what XML cannot hold", text: "a\0b\x1fc\ufffe", shown: "a\ufffdb\ufffdc\ufffd" },
    { why: "half of a pair", text: "a\ud800b", shown: "a\ufffdb" },
    { why: "what looks like a sign by its number", text: "_x0041_", shown: "_x005F_x0041_" },
    { why: "longer than a cell", text: "x".repeat(40_000), shown: "x".repeat(32_767) },
    { why: "cut inside a pair", text: "😀".repeat(20_000), shown: `${"😀".repeat(16_383)}\ufffd` },
  ])("come as cells can hold them: $why", async ({ text, shown }) => {
    const sheet = { name: "a", widths: [9, 9], header: [text, "n"], rows: [[text, 1]] };
    const { sheets } = readWorkbook(await writeWorkbook([sheet]));
    expect(sheets[0]!.rows).toEqual([[shown, "n"], [shown, 1]]);
  });

  test("of any kind make no cell where there is nothing to say", async () => {
    const rows = [["", null, NaN, Infinity, false, 0]];
    const header = ["a", "b", "c", "d", "e", "f"];
    const book = await writeWorkbook([{ name: "a", widths: header.map(() => 9), header, rows }]);
    expect(readWorkbook(book).sheets[0]!.rows[1]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
      0,
    ]);
  });
});

describe("the answer", () => {
  test("is a file with its type and name; errors stay the contract's", async () => {
    const response = await served.ask("ids=m&format=XLSX");
    expect(response.headers.get("content-type")).toBe(XLSX);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="data.xlsx"');
    expect(response.headers.get("access-control-expose-headers")).toContain("Content-Disposition");
    for (
      const { query, error } of [
        { query: "ids=x&format=xlsx", error: "Serie inexistente: x" },
        { query: "ids=m&format=xls", error: "Parámetro format inválido: <built-in function format>" },
        { query: "ids=m&format=xlsx&header=no", error: "Parámetro header inválido: no" },
        { query: "ids=m&format=xlsx&sep=", error: "El parámetro sep debe ser un solo caracter" },
      ]
    ) {
      const refused = await served.ask(query);
      expect(refused.status).toBe(400);
      expect((await refused.json()).errors).toEqual([{ error }]);
    }
  });

  test("has a strong ETag, its own 304, and HEAD with its length", async () => {
    const query = "ids=m,q&format=xlsx";
    const first = await served.ask(query);
    const tag = first.headers.get("etag")!;
    const bytes = new Uint8Array(await first.arrayBuffer());
    const again = await served.ask(query);
    expect(again.headers.get("etag")).toBe(tag);
    expect(new Uint8Array(await again.arrayBuffer())).toEqual(bytes);
    const same = await served.ask(query, { headers: { "if-none-match": tag } });
    expect([same.status, await same.text()]).toEqual([304, ""]);
    expect((await served.ask(query, { headers: { "if-none-match": '"x"' } })).status).toBe(200);
    const head = await served.ask(query, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(bytes.length));
    expect(head.headers.get("content-type")).toBe(XLSX);
    expect(await head.text()).toBe("");
    expect((await served.ask("ids=m,q")).headers.get("etag")).not.toBe(tag);
  });

  test("is another on another day, after another harvest, and at another address", async () => {
    const { ask, app, clock, harvest } = await serve();
    const tagOf = (response: Response) => response.headers.get("etag")!;
    const first = tagOf(await ask("ids=m&format=xlsx"));
    expect(tagOf(await ask("ids=m&format=%78lsx"))).not.toBe(first);
    const elsewhere = await app.request("https://datos.example/api/series?ids=m&format=xlsx");
    expect(tagOf(elsewhere)).not.toBe(first);
    const { sheets } = readWorkbook(new Uint8Array(await elsewhere.arrayBuffer()));
    expect(records(sheets[2]!)[0]!.pedido).toBe(
      "https://datos.example/series/api/series/?ids=m&format=xlsx",
    );
    clock.now += 86_400_000;
    const next = tagOf(await ask("ids=m&format=xlsx"));
    expect(next).not.toBe(first);
    clock.now += 2_000;
    await harvest();
    clock.now += 2_000;
    expect(tagOf(await ask("ids=m&format=xlsx"))).not.toBe(next);
  });

  test("bodyCache keeps bytes as they are, and counts them", () => {
    const cache = bodyCache(80_000);
    const body = Uint8Array.of(0, 255, 128);
    cache.set("a", { body, headers: { "x-a": "1" }, tag: "t" });
    expect(cache.get("a")!.body).toBe(body);
    expect(cache.get("a")!.headers.get("x-a")).toBe("1");
    for (let i = 0; i < 20; i++) cache.set(`b${i}`, { body: new Uint8Array(8_000), headers: {}, tag: "t" });
    expect(cache.get("a")).toBeUndefined();
    expect(cache.get("b19")).toBeDefined();
    cache.set("huge", { body: new Uint8Array(20_000), headers: {}, tag: "t" });
    expect(cache.get("huge")).toBeUndefined();
  });
});
