// A catalog as the sheets of the template: what is where, and the way back through the reader of workbooks.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { writeWorkbook } from "../../src/api/workbook.ts";
import { catalogSheets } from "../../src/core/catalog_sheets.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { readCatalogXlsx } from "../../src/ingest/catalog_xlsx.ts";

const CATALOG: JsonObject = {
  title: "Catálogo",
  description: "Uno, con coma",
  publisher: { name: "Ministerio", mbox: "a@b.example" },
  superThemeTaxonomy: "http://temas.example",
  language: ["spa", "eng"],
  themeTaxonomy: [{ id: "precios", label: "Precios", description: "De todo" }],
  dataset: [
    {
      identifier: "1",
      title: "Primero",
      description: "D",
      publisher: { name: "Dirección" },
      contactPoint: { fn: "Ana", hasEmail: "ana@b.example" },
      superTheme: ["ECON"],
      theme: ["precios"],
      keyword: ["ipc", "precios al consumidor"],
      accrualPeriodicity: "R/P1M",
      distribution: [
        {
          identifier: "1.1",
          title: "Mensual",
          accessURL: "http://a.example",
          downloadURL: "http://a.example/1.csv",
          byteSize: 1200,
          field: [
            { title: "indice_tiempo", type: "date", specialType: "time_index", specialTypeDetail: "R/P1M" },
            { title: "ipc", id: "1.1_ipc", type: "number", description: "Índice <base> & más\ndos líneas" },
          ],
        },
        { identifier: "1.2", title: "Sin campos", accessURL: "http://a.example/2" },
      ],
    },
    { identifier: "2", title: "Vacío", source: "INDEC", distribution: [] },
  ],
};

const sheet = (name: string, catalog = CATALOG) => catalogSheets(catalog).find((one) => one.name === name)!;

const read = async (catalog: JsonObject) =>
  await readCatalogXlsx(
    await writeWorkbook(catalogSheets(catalog).map((one) => ({ ...one, widths: one.header.map(() => 20) }))),
  );

/** A catalog without what the reader of workbooks adds to rows: the keys that say where they belong. */
const withoutPlaces = (catalog: unknown): unknown =>
  JSON.parse(
    JSON.stringify(catalog, (key, value) =>
      /^(dataset|distribution)_identifier$/.test(key) ? undefined : value),
  );

test("catalogSheets has the template's sheets, in its order", () => {
  expect(catalogSheets(CATALOG).map(({ name, rows }) => `${name} ${rows.length}`))
    .toEqual(["catalog 1", "dataset 2", "distribution 2", "theme 1", "field 2"]);
});

test("catalogSheets puts an entity below what it belongs to", () => {
  const { header, rows } = sheet("field");
  expect(header).toEqual([
    "dataset_identifier",
    "distribution_identifier",
    "field_title",
    "field_id",
    "field_type",
    "field_description",
    "field_units",
    "field_specialType",
    "field_specialTypeDetail",
  ]);
  expect(rows[0]).toEqual(["1", "1.1", "indice_tiempo", "", "date", "", "", "time_index", "R/P1M"]);
});

test("catalogSheets joins lists and spreads the publisher", () => {
  const { header, rows } = sheet("dataset");
  const cell = (key: string) => rows[0]![header.indexOf(key)];
  expect([cell("dataset_keyword"), cell("dataset_publisher_name"), cell("dataset_contactPoint_hasEmail")])
    .toEqual(["ipc,precios al consumidor", "Dirección", "ana@b.example"]);
});

test.each<{ why: string; catalog: JsonObject; name: string; column: string; cells: string[] }>([
  {
    why: "a distribution without identifier gets the one it is known by",
    catalog: { dataset: [{ identifier: "d", distribution: [{ title: "a" }, { title: "b", field: [{}] }] }] },
    name: "distribution",
    column: "distribution_identifier",
    cells: ["d_0", "d_1"],
  },
  {
    why: "its fields name that one",
    catalog: { dataset: [{ identifier: "d", distribution: [{ title: "a" }, { title: "b", field: [{}] }] }] },
    name: "field",
    column: "distribution_identifier",
    cells: ["d_1"],
  },
  {
    why: "what no template holds is JSON",
    catalog: { title: "x", spatial: { type: "Point" }, dataset: [] },
    name: "catalog",
    column: "catalog_spatial",
    cells: ['{"type":"Point"}'],
  },
  {
    why: "numbers and flags are texts, null is nothing",
    catalog: { title: 7, license: null, rights: true },
    name: "catalog",
    column: "catalog_title",
    cells: ["7"],
  },
  {
    why: "a publisher that is a text stays one",
    catalog: { publisher: "Ministerio" },
    name: "catalog",
    column: "catalog_publisher",
    cells: ["Ministerio"],
  },
  {
    why: "what says where a field belongs comes from its place",
    catalog: {
      dataset: [{
        identifier: "d",
        distribution: [{ identifier: "e", field: [{ dataset_identifier: "x" }] }],
      }],
    },
    name: "field",
    column: "dataset_identifier",
    cells: ["d"],
  },
])("catalogSheets takes odd catalogs: $why", ({ catalog, name, column, cells }) => {
  const { header, rows } = sheet(name, catalog);
  expect(header.filter((one) => one === column)).toHaveLength(1);
  expect(rows.map((row) => row[header.indexOf(column)])).toEqual(cells);
});

test.each([
  { dataset: "no" },
  { dataset: [null, 3, { distribution: { a: 1 } }, { distribution: [[], "x"] }], themeTaxonomy: {} },
  { "@context": "x", "a b": 1, "": 2 },
])("catalogSheets breaks at nothing: %j", (catalog) => {
  expect(catalogSheets(catalog as JsonObject)).toHaveLength(5);
});

describe("a workbook of a catalog", () => {
  test("is read back as the same catalog", async () => {
    const { catalog, warnings } = await read(CATALOG);
    expect(warnings).toEqual([]);
    expect(withoutPlaces(catalog)).toEqual(CATALOG);
  });

  test.each(["bcra", "magyp", "smn", "internacional"])(
    "of the real network is read back: %s",
    async (name) => {
      const file = `${import.meta.dirname}/../../src/network/${name}/data.json`;
      const original: JsonObject = JSON.parse(readFileSync(file, "utf8"));
      const { catalog, warnings } = await read(original);
      expect(warnings).toEqual([]);
      // A template has texts alone: what is compared is what they say.
      const asTexts = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(asTexts)
          : typeof value === "object" && value !== null
          ? Object.fromEntries(
            Object.entries(value).filter(([, one]) => one !== "" && one !== null)
              .map(([key, one]) => [key, asTexts(one)]),
          )
          : String(value);
      expect(asTexts(withoutPlaces(catalog))).toEqual(asTexts(withoutPlaces(original)));
    },
  );
});
