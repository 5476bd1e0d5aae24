// Catalogs as publishers write them: reduced to their time series, faults told at the smallest level, and what is
// told of files that are no catalog.

import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { Problem } from "../../src/core/problem.ts";
import { parseDataJson, readCatalog } from "../../src/ingest/data_json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const INDEX = { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1M" };
const distribution = (identifier: Json | undefined, more: JsonObject = {}): JsonObject => ({
  ...(identifier !== undefined && { identifier }),
  title: `Distribución ${identifier}`,
  field: [INDEX, { title: "a", id: "a" }],
  ...more,
});
const dataset = (identifier: Json | undefined, distributions: Json[], more: JsonObject = {}): JsonObject => ({
  ...(identifier !== undefined && { identifier }),
  distribution: distributions,
  ...more,
});
const catalog = (datasets: Json[], more: JsonObject = {}): JsonObject => ({
  title: "C",
  dataset: datasets,
  ...more,
});

/** Identifiers of a reading, and its faults. */
function told(of: JsonObject) {
  const { reading, faults } = readCatalog(of);
  return {
    datasets: reading.datasets.map(({ id }) => id),
    distributions: reading.distributions.map(({ datasetId, id }) => `${datasetId}/${id}`),
    faults: faults.map(({ level, message }) => `${level}: ${message}`),
  };
}

describe("parseDataJson", () => {
  test.each([
    { why: "UTF-8", file: bytes('{"title": "Ñandú"}') },
    { why: "a byte order mark", file: bytes('\uFEFF{"title": "Ñandú"}') },
    { why: "blanks before it", file: bytes(' \n\t{"title": "Ñandú"}\n') },
    { why: "Latin-1", file: Uint8Array.from('{"title": "Ñandú"}', (letter) => letter.charCodeAt(0)) },
  ])("parseDataJson reads a catalog: $why", ({ file }) => {
    expect(parseDataJson(file)).toEqual({ title: "Ñandú" });
  });

  test.each([
    { why: "nothing", text: "", says: [/vacío/] },
    { why: "blanks", text: " \n", says: [/vacío/] },
    { why: "a page", text: "<!DOCTYPE html>\n<html></html>", says: [/HTML/] },
    { why: "a page after blanks and a mark", text: "\uFEFF \n <html>", says: [/HTML/] },
    { why: "a list", text: "[1]", says: [/objeto/] },
    { why: "null", text: "null", says: [/objeto/] },
    {
      why: "half a file",
      text: '{\n  "a": [1,\n  2',
      says: [/termina antes de tiempo/, /línea 3, columna 4/],
    },
    { why: "half a text", text: '{"a": "b', says: [/termina antes de tiempo/, /línea 1, columna 9/] },
    { why: "half a key", text: '{"a": 1,\n"b', says: [/termina antes de tiempo/, /línea 2, columna 3/] },
    { why: "a word", text: '{\n "a": 1,\n "b": hola\n}', says: [/línea 3, columna 7/] },
    { why: "NaN, as Python writes it", text: '{"a": [1,\n  NaN]}', says: [/línea 2, columna 3/] },
    { why: "a comma too many", text: '{"a": 1,\n}', says: [/línea 2, columna 1/] },
    { why: "a comma missing", text: '{"a": 1\n "b": 2}', says: [/línea 2, columna 2/] },
    { why: "single quotes", text: "{'a': 1}", says: [/línea 1, columna 2/] },
    { why: "two objects", text: '{"a": 1}\n{"a": 2}', says: [/línea 2, columna 1/] },
    { why: "a line end in a text", text: '{"a": "x\ny"}', says: [/línea 1, columna 9/] },
    {
      why: "a text that speaks of a position",
      text: '{"a": "position 99", b: 1}',
      says: [/línea 1, columna 22/],
    },
  ])("parseDataJson says what is wrong: $why", ({ text, says }) => {
    expect(() => parseDataJson(bytes(text))).toThrow(Problem);
    for (const part of says) expect(() => parseDataJson(bytes(text))).toThrow(part);
  });
});

describe("readCatalog reduces", () => {
  test("readCatalog keeps datasets and distributions with a time index, in their order", () => {
    const plain = { identifier: "x", field: [{ title: "a", id: "a" }] };
    expect(told(catalog([
      dataset("2", [distribution("2.1"), plain, distribution("2.2")]),
      dataset("without", [plain]),
      dataset("empty", []),
      dataset("1", [distribution("1.1")]),
    ]))).toEqual({ datasets: ["2", "1"], distributions: ["2/2.1", "2/2.2", "1/1.1"], faults: [] });
  });

  test.each([
    { why: "no list of fields", field: "x" },
    { why: "an object of fields", field: { specialType: "time_index" } },
    { why: "fields that are no objects", field: ["time_index", null, 5] },
    { why: "none at all", field: null },
    { why: "no index among them", field: [{ title: "indice_tiempo", specialType: "Time_Index" }] },
  ])("readCatalog takes for no time series: $why", ({ field }) => {
    expect(told(catalog([dataset("1", [distribution("1.1", { field })])])))
      .toEqual({ datasets: [], distributions: [], faults: [] });
  });

  test("readCatalog leaves out children and the keys nobody may see, and keeps the rest", () => {
    const { reading } = readCatalog(catalog([
      dataset("1", [
        distribution("1.1", {
          scrapingFileSheet: "x",
          scrapingFileURL: "kept",
          field: [INDEX, {
            title: "a",
            id: "a",
            scrapingDataStartCell: "A1",
            scrapingIdentifierCell: "A2",
            units: "u",
          }],
        }),
      ], { keyword: ["k"], theme: ["t"] }),
    ], { themeTaxonomy: [{ id: "t", label: "T" }], publisher: { name: "P" } }));
    expect(reading.metadata).toEqual({ title: "C", publisher: { name: "P" } });
    expect(reading.datasets[0]!.metadata).toEqual({ identifier: "1", keyword: ["k"], theme: ["t"] });
    expect(reading.distributions[0]!.metadata)
      .toEqual({ identifier: "1.1", title: "Distribución 1.1", scrapingFileURL: "kept" });
    expect(reading.distributions[0]!.fields[1]).toEqual({
      title: "a",
      id: "a",
      metadata: { title: "a", id: "a", units: "u" },
    });
  });

  test("readCatalog gives fields without a title one", () => {
    const field = [INDEX, { id: "a" }, { title: "", id: "b" }, { title: 5, id: 7 }, {
      title: " c ",
      id: " d ",
    }];
    const { reading } = readCatalog(catalog([dataset("1", [distribution("1.1", { field })])]));
    expect(reading.distributions[0]!.fields.map(({ title, id }) => [title, id])).toEqual([
      ["indice_tiempo", ""],
      ["No Title", "a"],
      ["No Title", "b"],
      ["No Title", "7"],
      [" c ", "d"],
    ]);
  });

  test("readCatalog keeps a key that objects have of their own", () => {
    const odd = JSON.parse('{"title": "C", "__proto__": {"x": 1}, "dataset": []}');
    expect(Object.hasOwn(readCatalog(odd).reading.metadata, "__proto__")).toBe(true);
  });
});

describe("readCatalog identifies", () => {
  test.each([
    { why: "numbers are texts", ids: [5, 1.5], distributions: ["1/5", "1/1.5"] },
    { why: "blanks around are cut", ids: [" a "], distributions: ["1/a"] },
    {
      why: "missing ones come from the dataset and the place",
      ids: [undefined, undefined],
      distributions: ["1/1_0", "1/1_1"],
    },
    {
      why: "so do empty ones",
      ids: ["", "  ", null, false],
      distributions: ["1/1_0", "1/1_1", "1/1_2", "1/1_3"],
    },
    { why: "the place among all distributions", ids: ["a", undefined], distributions: ["1/a", "1/1_1"] },
  ])("readCatalog identifies distributions: $why", ({ ids, distributions }) => {
    const all = ids.map((id) => distribution(id as Json | undefined));
    expect(told(catalog([dataset("1", all)]))).toEqual({ datasets: ["1"], distributions, faults: [] });
  });

  test("readCatalog counts the place of a distribution among those without time series too", () => {
    const { reading } = readCatalog(catalog([dataset(7, [{ field: [] }, "x", distribution(undefined)])]));
    expect(reading.distributions[0]).toMatchObject({ datasetId: "7", id: "7_2" });
  });

  test.each([
    { why: "none", given: undefined, shown: "1_0" },
    { why: "an empty one", given: "", shown: "1_0" },
    { why: "a blank one", given: " ", shown: "1_0" },
    { why: "its own", given: "a", shown: "a" },
    { why: "a number stays one", given: 5, shown: 5 },
  ])("readCatalog shows the identifier it goes by: $why", ({ given, shown }) => {
    const { reading } = readCatalog(catalog([dataset("1", [distribution(given)])]));
    expect(reading.distributions[0]!.metadata.identifier).toBe(shown);
  });

  test("readCatalog lets datasets share the identifiers of their distributions", () => {
    expect(told(catalog([dataset("1", [distribution("x")]), dataset("2", [distribution("x")])])))
      .toMatchObject({ distributions: ["1/x", "2/x"], faults: [] });
  });
});

describe("readCatalog isolates", () => {
  const good = dataset("good", [distribution("g")]);

  test.each([
    { why: "a dataset that is no object", bad: "x", fault: /^dataset: Excepción en dataset 0: / },
    { why: "null", bad: null, fault: /^dataset: Excepción en dataset 0: / },
    {
      why: "one without identifier, by its title",
      bad: dataset(undefined, [distribution("b")], { title: "T" }),
      fault: /^dataset: Excepción en dataset T: /,
    },
    {
      why: "or its place",
      bad: dataset(" ", [distribution("b")]),
      fault: /^dataset: Excepción en dataset 0: /,
    },
  ])("readCatalog tells of a dataset and goes on: $why", ({ bad, fault }) => {
    const { datasets, distributions, faults } = told(catalog([bad, good]));
    expect({ datasets, distributions }).toEqual({ datasets: ["good"], distributions: ["good/g"] });
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  test("readCatalog takes the first of two datasets with one identifier", () => {
    expect(told(catalog([good, dataset("good", [distribution("other")])]))).toEqual({
      datasets: ["good"],
      distributions: ["good/g"],
      faults: [expect.stringMatching(/^dataset: Excepción en dataset good: /)],
    });
  });

  test("readCatalog takes the first of two distributions with one identifier, however it is written", () => {
    const { reading, faults } = readCatalog(
      catalog([dataset("1", [distribution(5), distribution("5"), distribution("6")])]),
    );
    expect(reading.distributions.map(({ id }) => id)).toEqual(["5", "6"]);
    expect(faults).toEqual([{
      level: "distribution",
      datasetId: "1",
      distributionId: "5",
      message: expect.stringMatching(/^Excepción en distribución 5: /),
    }]);
  });

  test("readCatalog takes what is no object among distributions and fields for nothing", () => {
    const mixed = distribution("1.1", { field: [INDEX, "x", { title: "a", id: "a" }, null] });
    const { reading, faults } = readCatalog(catalog([dataset("1", [5, null, mixed])]));
    expect(reading.distributions[0]!.fields.map(({ title }) => title)).toEqual(["indice_tiempo", "a"]);
    expect(faults.map(({ level, message }) => `${level}: ${message.slice(0, 20)}`))
      .toEqual(["field: Excepción en field 1", "field: Excepción en field 3"]);
  });

  test("readCatalog does not tell of datasets without time series", () => {
    expect(
      told(catalog([dataset(undefined, [{ field: [] }]), dataset(undefined, "x" as unknown as Json[])]))
        .faults,
    )
      .toEqual([]);
  });

  test.each([
    { why: "no datasets", of: { title: "C" } },
    { why: "datasets that are no list", of: { dataset: { a: 1 } } },
    { why: "null", of: { dataset: null } },
  ])("readCatalog refuses a catalog whole: $why", ({ of }) => {
    expect(() => readCatalog(of as JsonObject)).toThrow(/dataset/);
    expect(() => readCatalog(of as JsonObject)).toThrow(Problem);
  });
});

describe("readCatalog themes", () => {
  const [A, B] = [{ id: "a", label: "A" }, { id: "b", label: "B" }];

  test.each<{ why: string; theme: Json | undefined; taxonomy: Json | undefined; themes: Json }>([
    {
      why: "the entries it names, in the taxonomy's order",
      theme: ["b", "a"],
      taxonomy: [A, B],
      themes: [A, B],
    },
    { why: "once each", theme: ["a", "a"], taxonomy: [A, B], themes: [A] },
    { why: "unknown ones are left out", theme: ["a", "x"], taxonomy: [A, B], themes: [A] },
    { why: "none known is none", theme: ["x"], taxonomy: [A, B], themes: null },
    { why: "no taxonomy", theme: ["a"], taxonomy: undefined, themes: null },
    { why: "a taxonomy that is no list", theme: ["a"], taxonomy: { id: "a" }, themes: null },
    { why: "entries that are no objects", theme: ["a"], taxonomy: ["a", null, A], themes: [A] },
    { why: "an entry without id", theme: ["a", null], taxonomy: [{ label: "x" }, A], themes: [A] },
    { why: "null", theme: null, taxonomy: [A], themes: null },
    { why: "no theme", theme: undefined, taxonomy: [A], themes: null },
    { why: "an empty list", theme: [], taxonomy: [A], themes: null },
    { why: "a text is no list", theme: "a", taxonomy: [A], themes: null },
    { why: "texts are compared to the letter", theme: ["A"], taxonomy: [A], themes: null },
  ])("readCatalog finds themes: $why", ({ theme, taxonomy, themes }) => {
    const of = catalog(
      [dataset("1", [distribution("1.1")], theme === undefined ? {} : { theme })],
      taxonomy === undefined ? {} : { themeTaxonomy: taxonomy },
    );
    expect(readCatalog(of).reading.datasets[0]!.themes).toEqual(themes);
    expect(readCatalog(of).faults).toEqual([]);
  });
});
