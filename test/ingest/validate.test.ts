// The validator on the fixtures: what the replaced library said of each distribution, word for word, and what of a
// catalog keeps it from being judged.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RULE_NAMES } from "../../src/ingest/rules.ts";
import type { ReadSource } from "../../src/ingest/source.ts";
import { createValidate } from "../../src/ingest/validate.ts";
import { VALIDATE_CHECKS } from "../../src/pages/docs_validate_text.ts";
import { fixtureContext, fixtureReader, FOLDER, type Given, MAX_BYTES, ORIGIN } from "./fixture_source.ts";

const validateWith = (given?: Given) => createValidate(fixtureContext(given));

type Expected = { skipped?: string; errors?: string[]; raised?: string; index_exception?: string };
const expected: Record<string, Record<string, Expected>> = JSON.parse(
  readFileSync(`${FOLDER}/expected.json`, "utf8"),
);
const rows = Object.entries(expected).filter(([name]) => !name.startsWith("profile/")).flatMap((
  [name, own],
) =>
  Object.entries(own).flatMap(([id, outcome]) =>
    typeof outcome === "object" && outcome.skipped === undefined ? [{ name, id, ...outcome }] : []
  )
);

describe("createValidate", () => {
  test.each(rows)("says of $name $id what the replaced library said", async (row) => {
    const { name, id, errors = [], raised, index_exception: indexing } = row;
    const detail = await validateWith()({ catalogUrl: `${ORIGIN}/${name}`, distributionId: id });
    // What broke the library is one sentence of ours; what broke its indexing is refused here, unless it is right.
    if (raised !== undefined) expect(detail).toHaveLength(1);
    else if (indexing !== undefined) expect(detail).toHaveLength(indexing.includes("BusinessDay") ? 0 : 1);
    else expect(detail).toEqual(errors);
  });

  test("reads a workbook, told or not", async () => {
    const id = "221859a8-c51e-47c2-95ab-a8525bb2b55d";
    const csv = readFileSync(`${FOLDER}/validator/distribution_missing_column.csv`);
    const answers = (catalogFormat?: string) => {
      // The address inside the workbook is of the library's own tests.
      const readSource: ReadSource = (request) =>
        request.url.endsWith(".xlsx")
          ? fixtureReader()(request)
          : fixtureReader({ [request.url]: new Uint8Array(csv) })(request);
      return createValidate({ readSource, maxSourceBytes: MAX_BYTES })({
        catalogUrl: `${ORIGIN}/validator/catalog.xlsx`,
        distributionId: id,
        ...(catalogFormat !== undefined && { catalogFormat }),
      });
    };
    const detail = [`Campo superficie_ha_santa_fe faltante en la distribución ${id}`];
    expect(await answers()).toEqual(detail);
    expect(await answers("xlsx")).toEqual(detail);
  });

  const URL = `${ORIGIN}/c.json`;
  const catalog = (more: object = {}, id = "d.1") =>
    JSON.stringify({
      dataset: [{
        identifier: "d",
        distribution: [
          {
            identifier: id,
            downloadURL: `${ORIGIN}/validator/sample_data.csv`,
            field: [{ title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1Y" }],
            ...more,
          },
          { identifier: "sin índice", field: [] },
        ],
      }, {
        title: "Sin identificador",
        distribution: [{ identifier: "x", field: [{ specialType: "time_index" }] }],
      }],
    });

  test.each([
    {
      why: "not there",
      given: {},
      says: "Error en la lectura del catálogo: El servidor respondió 404 (Not Found)",
    },
    { why: "a page", given: { [URL]: "<html>" }, says: "una página HTML o XML, no un data.json" },
    {
      why: "half a file",
      given: { [URL]: '{\n  "title": "a",\n  "dataset": [\n' },
      says: "El catálogo no es JSON válido: termina antes de tiempo (línea 4, columna 1)",
    },
    {
      why: "a word in a wrong place",
      given: { [URL]: '{\n  "title": nada}' },
      says: "El catálogo no es JSON válido (línea 2, columna 12)",
    },
    { why: "no list of datasets", given: { [URL]: "{}" }, says: 'El catálogo no tiene la clave "dataset"' },
    { why: "too large", given: { [URL]: " ".repeat(MAX_BYTES + 1) }, says: "supera el límite" },
    {
      why: "another distribution",
      given: { [URL]: catalog({}, "otra") },
      says: 'No hay una distribución "d.1" en el catálogo: las de series de tiempo son "otra"',
    },
    {
      why: "no distribution of series",
      given: { [URL]: '{"dataset":[]}' },
      says: "en el catálogo: no tiene ninguna de series de tiempo",
    },
    {
      why: "without time index",
      id: "sin índice",
      given: { [URL]: catalog() },
      says: "No se encontró un índice de tiempo para la distribución: sin índice",
    },
    {
      why: "of a dataset without identifier",
      id: "x",
      given: { [URL]: catalog() },
      says: 'Excepción en dataset Sin identificador: no tiene "identifier"',
    },
    {
      why: "local file",
      given: { [URL]: catalog({ downloadURL: "file:///etc/passwd" }) },
      says:
        'd.1 no se puede leer: Un catálogo leído de la red no puede nombrar archivos locales: "file:///etc/passwd"',
    },
    {
      why: "another scheme",
      given: { [URL]: catalog({ downloadURL: "ftp://a.ar/b.csv" }) },
      says: "d.1 no se puede leer: downloadURL debe ser http o https",
    },
    {
      why: "no such file",
      given: { [URL]: catalog({ downloadURL: "no.csv" }) },
      says: "d.1 no se puede leer: El servidor respondió 404 (Not Found)",
    },
    {
      why: "another format",
      format: "ckan",
      given: {},
      says: 'catalog_format debe ser "json" o "xlsx", no "ckan"',
    },
    { why: "told to be a workbook", format: "xlsx", given: { [URL]: catalog() }, says: "libro de Excel" },
  ])("answers one sentence: $why", async ({ given, says, id = "d.1", format }) => {
    const detail = await validateWith(given)({
      catalogUrl: URL,
      distributionId: id,
      ...(format !== undefined && { catalogFormat: format }),
    });
    expect(detail).toHaveLength(1);
    expect(detail[0]).toContain(says);
  });

  test("cuts what quotes a long source", async () => {
    const [sentence] = await validateWith({ [URL]: catalog({ downloadURL: `ftp://${"a".repeat(50_000)}` }) })(
      {
        catalogUrl: URL,
        distributionId: "d.1",
      },
    );
    expect(sentence!.length).toBeLessThan(6_000);
  });

  test("throws a bug", async () => {
    const validate = createValidate({
      readSource: () => Promise.reject(new TypeError("bug")),
      maxSourceBytes: MAX_BYTES,
    });
    await expect(validate({ catalogUrl: URL, distributionId: "x" })).rejects.toThrow("bug");
  });
});

describe("the reference page", () => {
  test("has the message of every rule, in order", async () => {
    // Each broken alone, or with others, by some fixture; the long title by none.
    const texts = rows.flatMap(({ errors = [], raised }) => raised === undefined ? errors : []);
    const patternOf = (text: string) =>
      new RegExp(
        `^${text.split(/\{[^}]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+")}$`,
      );
    const untold = VALIDATE_CHECKS.filter(({ text }) => !texts.some((one) => patternOf(text).test(one)));
    expect(VALIDATE_CHECKS).toHaveLength(RULE_NAMES.length);
    expect(untold.map(({ text }) => text)).toEqual([
      "{título} tiene {n} valores, deberia tener 2 o mas",
      expect.stringContaining("'{id}' usa caracteres invalidos"),
      "'{título}' tiene '{n}' caracteres. Maximo: '60'",
    ]);

    // All rules at once, so that the order shows.
    const long = "t".repeat(61);
    const csv = `indice_tiempo,uno,${long},blanco,Malo,texto\n2000-01-01,1,1,,1,a\n2000-03-01,,1,,1,1\n`;
    const field = (title: string, more: object) => ({ title, ...more });
    const catalogUrl = `${ORIGIN}/todo.json`;
    const detail = await validateWith({
      [`${ORIGIN}/todo.csv`]: csv,
      [catalogUrl]: JSON.stringify({
        dataset: [{
          identifier: "d",
          distribution: [{
            identifier: "d.1",
            downloadURL: "todo.csv",
            field: [
              field("indice_tiempo", { specialType: "time_index", specialTypeDetail: "R/P1M" }),
              field("uno", { id: "mal id", description: "Igual" }),
              field("uno", { id: "dos", description: "Igual" }),
              field("texto", { id: "dos" }),
              field("falta", { id: "tres", description: "Otra" }),
            ],
          }, {
            identifier: "d.2",
            field: [
              field("indice_tiempo", { specialType: "time_index", specialTypeDetail: "R/P1M" }),
              field("tres", { id: "tres" }),
            ],
          }],
        }],
      }),
    })({ catalogUrl, distributionId: "d.1" });
    expect(detail).toHaveLength(VALIDATE_CHECKS.length);
    detail.forEach((text, i) => expect(text).toMatch(patternOf(VALIDATE_CHECKS[i]!.text)));
  });
});
