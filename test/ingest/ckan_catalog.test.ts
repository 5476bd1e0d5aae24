// What becomes of the metadata of CKAN portals, and what is told of what is left out.

import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { ckanCatalog } from "../../src/ingest/ckan_catalog.ts";
import { ckanPackage, resource } from "./ckan_stub.ts";

const ADDRESS = "https://datos.example/portal";
const STATUS = {
  site_title: "Portal",
  site_description: "Datos",
  error_emails_to: "portal@datos.example",
  ckan_version: "2.9.5",
};

const catalogOf = (packages: readonly JsonObject[], status: JsonObject = STATUS) =>
  ckanCatalog({ address: ADDRESS, status, packages });
/** The one dataset that a package becomes. */
function datasetOf(over: JsonObject, resources: readonly JsonObject[] = []) {
  const { catalog, warnings } = catalogOf([ckanPackage("p", resources, over)]);
  return { dataset: (catalog.dataset as JsonObject[])[0]!, warnings };
}
const extras = (...pairs: (readonly [string, Json])[]) => ({
  extras: pairs.map(([key, value]) => ({ key, value })),
});

describe("ckanCatalog", () => {
  test("makes of a portal the data.json that the profile describes", () => {
    const groups = [
      { id: "g1", name: "precios", title: "Precios", display_name: "Precios", description: "De todo" },
      { id: "g2", name: "econ", title: "", display_name: "Economía", description: "" },
    ];
    const one = resource("r.1", "https://files.example/r.csv", {
      size: 1234,
      last_modified: "2021-01-01T00:00:00",
    });
    const packages = [
      ckanPackage("uno", [one], {
        url: "https://datos.example/uno",
        groups,
        tags: [{ id: "t", name: "ipc", display_name: "ipc", vocabulary_id: null }],
        ...extras(["Frecuencia de actualización", "Mensualmente"], ["source", "INDEC"]),
      }),
      ckanPackage("dos", [], { groups: groups.slice(0, 1) }),
    ];
    expect(catalogOf(packages)).toEqual({
      warnings: [],
      catalog: {
        title: "Portal",
        description: "Datos",
        publisher: { name: "Portal", mbox: "portal@datos.example" },
        homepage: ADDRESS,
        superThemeTaxonomy: "http://datos.gob.ar/superThemeTaxonomy.json",
        themeTaxonomy: [
          { id: "econ", label: "Economía" },
          { id: "precios", label: "Precios", description: "De todo" },
        ],
        dataset: [
          {
            identifier: "id-uno",
            title: "Dataset uno",
            description: "De prueba",
            issued: "2019-05-06T07:08:09.000001",
            modified: "2021-05-06T07:08:09.000001",
            license: "Creative Commons Attribution",
            landingPage: "https://datos.example/uno",
            publisher: { name: "Dirección de Cuentas", mbox: "cuentas@datos.example" },
            contactPoint: { fn: "Ana", hasEmail: "ana@datos.example" },
            superTheme: ["ECON"],
            accrualPeriodicity: "R/P1M",
            source: "INDEC",
            theme: ["precios", "econ"],
            keyword: ["ipc"],
            distribution: [{
              identifier: "r.1",
              title: "Recurso r.1",
              issued: "2020-01-02T03:04:05.678901",
              modified: "2021-01-01T00:00:00",
              accessURL: `${ADDRESS}/dataset/id-uno/resource/r.1`,
              downloadURL: "https://files.example/r.csv",
              format: "CSV",
              mediaType: "text/csv",
              byteSize: 1234,
              field: JSON.parse(one.attributesDescription as string),
            }],
          },
          expect.objectContaining({
            identifier: "id-dos",
            theme: ["precios"],
            keyword: [],
            distribution: [],
          }),
        ],
      },
    });
  });

  test("leaves out what is empty, and names the organization where there is no author", () => {
    const { dataset } = datasetOf({
      author: "",
      author_email: null,
      maintainer: null,
      maintainer_email: " ",
      notes: null,
      license_title: "",
    });
    expect(dataset.publisher).toEqual({ name: "Economía" });
    for (const key of ["contactPoint", "description", "license", "landingPage", "superTheme", "temporal"]) {
      expect(Object.hasOwn(dataset, key)).toBe(false);
    }
    expect(catalogOf([], {}).catalog).toEqual({
      homepage: ADDRESS,
      superThemeTaxonomy: "http://datos.gob.ar/superThemeTaxonomy.json",
      themeTaxonomy: [],
      dataset: [],
    });
  });

  test.each([
    // The vocabulary of catalog-harvest 1.3.
    { key: "Frecuencia de actualizacion", value: "Cada medio año", ours: "accrualPeriodicity", is: "R/P6M" },
    { key: "accrualPeriodicity", value: "R/P1Y", ours: "accrualPeriodicity", is: "R/P1Y" },
    { key: "FRECUENCIA DE ACTUALIZACIÓN", value: "eventual", ours: "accrualPeriodicity", is: "eventual" },
    { key: "Temática global", value: "Economía y finanzas", ours: "superTheme", is: ["ECON"] },
    { key: "superTheme", value: '["econ", "SOCI"]', ours: "superTheme", is: ["ECON", "SOCI"] },
    { key: "superTheme", value: "ENER", ours: "superTheme", is: ["ENER"] },
    {
      key: "Cobertura temporal",
      value: "2001-01-01/2010-12-31",
      ours: "temporal",
      is: "2001-01-01/2010-12-31",
    },
    { key: "temporal", value: "2001-01-01", ours: "temporal", is: "2001-01-01" },
    { key: "language", value: '["spa", "eng"]', ours: "language", is: ["spa", "eng"] },
    { key: "language", value: "spa", ours: "language", is: ["spa"] },
    { key: "spatial", value: "ARG", ours: "spatial", is: "ARG" },
    { key: "issued", value: "2001-02-03", ours: "issued", is: "2001-02-03" },
    { key: "modified", value: "2002-02-03", ours: "modified", is: "2002-02-03" },
  ])("takes $ours from the extra $key: $value", ({ key, value, ours, is }) => {
    const { dataset, warnings } = datasetOf(extras([key, value]));
    expect(dataset[ours]).toEqual(is);
    expect(warnings).toEqual([]);
  });

  test.each([
    { why: "no such frequency", given: extras(["accrualPeriodicity", "a veces"]), says: 'dice "a veces"' },
    {
      why: "a word of the language",
      given: extras(["accrualPeriodicity", "constructor"]),
      says: '"constructor"',
    },
    { why: "no such theme", given: extras(["Temática global", "Deportes"]), says: 'dice "Deportes"' },
    { why: "one such theme of two", given: extras(["superTheme", '["ECON", "X"]']), says: '"superTheme"' },
    {
      why: "two that differ",
      given: extras(["temporal", "2001"], ["Cobertura temporal", "2002"]),
      says: 'dice 2 veces "temporal"',
    },
  ])("leaves an extra out and says so: $why", ({ given, says }) => {
    const { dataset, warnings } = datasetOf(given);
    for (const key of ["accrualPeriodicity", "superTheme", "temporal"]) {
      expect(Object.hasOwn(dataset, key)).toBe(false);
    }
    expect(warnings).toEqual([expect.stringMatching(/^Dataset p: .*: quedó sin él$/)]);
    expect(warnings[0]).toContain(says);
  });

  test.each([
    { why: "as JSON text", described: '[{"title": "x"}]', field: [{ title: "x" }], warned: 0 },
    { why: "as a list", described: [{ title: "x" }], field: [{ title: "x" }], warned: 0 },
    { why: "an empty text", described: "", field: undefined, warned: 0 },
    { why: "nothing", described: null, field: undefined, warned: 0 },
    { why: "no JSON", described: "[{'title': 'x'}]", field: undefined, warned: 1 },
    { why: "no list", described: '{"title": "x"}', field: undefined, warned: 1 },
    { why: "a number", described: 3, field: undefined, warned: 1 },
  ])("reads the fields of a resource: $why", ({ described, field, warned }) => {
    const { dataset, warnings } = datasetOf({}, [resource("r", "u", { attributesDescription: described })]);
    expect((dataset.distribution as JsonObject[])[0]!.field).toEqual(field);
    expect(warnings).toHaveLength(warned);
    for (const warning of warnings) expect(warning).toContain("recurso r");
  });

  test("tells two hundred warnings, and how many more there are", () => {
    const broken = Array.from(
      { length: 230 },
      (_, i) => resource(`r${i}`, "u", { attributesDescription: "x" }),
    );
    const { warnings } = datasetOf({}, broken);
    expect(warnings).toHaveLength(201);
    expect(warnings.at(-1)).toBe("Hay 30 avisos más");
  });

  test("keeps addresses whole that ids could break", () => {
    const { dataset } = datasetOf({ id: "a/b" }, [resource("r?1", "u")]);
    expect((dataset.distribution as JsonObject[])[0]!.accessURL).toBe(
      `${ADDRESS}/dataset/a%2Fb/resource/r%3F1`,
    );
  });
});
