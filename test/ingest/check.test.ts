// The check of a whole catalog: where it finds each fault of the fixtures, what it says of catalogs that cannot be
// read, and how it is shown.

import { describe, expect, test } from "vitest";
import { checkCatalog, type CheckContext } from "../../src/ingest/check.ts";
import { checkText } from "../../src/ingest/check_text.ts";
import { FINDING_CODES } from "../../src/ingest/finding.ts";
import { OBSTACLE_REMEDIES, RULE_REMEDIES } from "../../src/ingest/remedies.ts";
import { fixtureContext, type Given, ORIGIN } from "./fixture_source.ts";

const check = (url: string, given?: Given, more: Partial<CheckContext> = {}) =>
  checkCatalog(url, { ...fixtureContext(given), ...more });

describe("checkCatalog", () => {
  /** Where the check finds the one fault of a fixture's series. */
  const PLACES = [
    {
      name: "edge/decimal_comma.json",
      code: "series.numeric",
      place: { column: "serie_1", field: "serie_1", row: 1, pointer: "/dataset/0/distribution/0/field/1" },
    },
    {
      name: "edge/infinite_value.json",
      code: "series.numeric",
      place: { column: "serie_1", row: 3 },
    },
    { name: "edge/missing_month_row.json", code: "series.shape", place: { column: "indice_tiempo", row: 8 } },
    { name: "edge/descending_dates.json", code: "series.shape", place: { row: 2 } },
    { name: "edge/annual_mid_year_dates.json", code: "series.shape", place: { row: 1 } },
    {
      name: "edge/weekly_frequency.json",
      code: "series.frequency",
      place: { datasetId: "weekly_frequency", distributionId: "weekly_frequency.1" },
    },
    { name: "edge/semicolon_separator.json", code: "series.csv", place: {} },
    { name: "edge/csv_not_found.json", code: "series.unreadable", place: {} },
    {
      name: "edge/no_descriptions.json",
      code: "series.missing_description",
      place: { field: "serie_1", pointer: "/dataset/0/distribution/0/field/1" },
    },
    { name: "edge/unnamed_column.json", code: "series.column_title", place: { column: "Unnamed: 2" } },
    { name: "edge/repeated_field_titles.json", code: "series.repeated_title", place: { field: "serie_1" } },
    {
      name: "validator/repeated_field_id.json",
      code: "series.repeated_id",
      place: { fieldId: "id_serie_1", pointer: "/dataset/0/distribution/0/field/2" },
    },
    {
      name: "validator/distribution_missing_column_in_data.json",
      code: "series.missing_column",
      place: { field: "title2" },
    },
    {
      name: "indexing/distribution_missing_downloadurl.json",
      code: "series.address",
      place: { distributionId: "212.1", pointer: "/dataset/0/distribution/0" },
    },
    { name: "edge/header_only.json", code: "series.csv", place: {} },
  ];
  test.each(PLACES)("finds $code in $name, at its place", async ({ name, code, place }) => {
    const { findings, status, distributions } = await check(`${ORIGIN}/${name}`);
    const own = findings.find((found) => found.code === code);
    expect(own).toMatchObject({ level: "error", place });
    expect([status, distributions]).toEqual(["ERROR", { checked: 1, refused: 1 }]);
  });

  test("judges every distribution, and the one that is asked for", async () => {
    const url = `${ORIGIN}/indexing/one_distribution_ok_one_error.json`;
    const all = await check(url);
    expect(all.distributions).toEqual({ checked: 2, refused: 1 });
    const refused = all.findings.filter(({ code }) => code.startsWith("series."));
    expect(refused.map(({ place }) => place.distributionId)).toEqual(["DISTRIBUTION_ERROR"]);
    const good = await check(url, {}, { distributionId: "OK_DISTRIBUTION" });
    expect([good.status, good.distributions]).toEqual(["OK", { checked: 1, refused: 0 }]);
    expect(good.findings.every(({ place }) => place.distributionId === "OK_DISTRIBUTION")).toBe(true);
    const unknown = await check(url, {}, { distributionId: "nada" });
    expect(unknown.findings.map(({ code }) => code)).toEqual(["distribution.unknown"]);
    expect(unknown.findings[0]!.message).toContain('"OK_DISTRIBUTION", "DISTRIBUTION_ERROR"');
  });

  test("tells the rules of the metadata though the file cannot be read", async () => {
    const url = `${ORIGIN}/c.json`;
    const field = [{ title: "i", specialType: "time_index", specialTypeDetail: "R/P1W" }, { title: "a" }];
    const dataset = [{
      identifier: "d",
      distribution: [{ identifier: "d.1", downloadURL: "no.csv", field }],
    }];
    const { findings } = await check(url, { [url]: JSON.stringify({ dataset }) });
    expect(findings.flatMap(({ code }) => /^series/.test(code) ? [code] : [])).toEqual([
      "series.without_id",
      "series.frequency",
      "series.unreadable",
      "series.missing_description",
    ]);
  });

  test("tells what the harvest skips", async () => {
    const url = `${ORIGIN}/c.json`;
    const index = { title: "i", specialType: "time_index", specialTypeDetail: "R/P1M" };
    const distribution = { identifier: "d.1", downloadURL: "edge/year_month_dates.csv", field: [index, "x"] };
    const dataset = [{ identifier: "d", distribution: [distribution, distribution] }, {
      distribution: [distribution],
    }];
    const { findings } = await check(url, { [url]: JSON.stringify({ dataset }) });
    const codes = findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["series.dataset", "series.distribution", "series.field"]));
  });

  test.each([
    { why: "nothing there", given: {}, says: "404" },
    { why: "a page", given: "<!doctype html>", says: "HTML" },
    { why: "half a file", given: '{"title": "a', says: "(línea 1, columna 13)" },
    { why: "an empty file", given: "", says: "vacío" },
    { why: "a zip that is no workbook", given: "PK\x05\x06" + "\0".repeat(18), says: "libro" },
    { why: "a list", given: "[]", says: "no es un objeto JSON" },
  ])("says why a catalog is unreadable: $why", async ({ given, says }) => {
    const url = `${ORIGIN}/c.json`;
    const report = await check(url, typeof given === "string" ? { [url]: given } : {});
    expect(report).toMatchObject({
      status: "ERROR",
      errors: 1,
      recommendations: 0,
      profile: { status: "ERROR" },
    });
    expect(report.findings).toMatchObject([{
      code: "catalog.unreadable",
      message: expect.stringContaining(says),
    }]);
  });

  test("says that a catalog has no series, which is no error", async () => {
    const { status, findings } = await check(`${ORIGIN}/profile/full_data.json`);
    expect([status, findings.map(({ code }) => code)]).toEqual(["OK", ["series.none"]]);
  });

  test("tells that the list of datasets is missing once", async () => {
    const { findings } = await check(`${ORIGIN}/profile/missing_catalog_dataset.json`);
    expect(findings.filter(({ level }) => level === "error").map(({ code }) => code)).toEqual([
      "profile.missing",
    ]);
  });

  test("reads a workbook and tells what of it is left out", async () => {
    const report = await check(`${ORIGIN}/config/catalog.xlsx`);
    expect(report.format).toBe("xlsx");
    expect(report.profile.status).toBe("OK");
  });

  test("lets a catalog of the network name no files", async () => {
    const url = `${ORIGIN}/c.json`;
    const field = [{ title: "i", specialType: "time_index", specialTypeDetail: "R/P1M" }];
    const named = (downloadURL: string) =>
      JSON.stringify({
        dataset: [{ identifier: "d", distribution: [{ identifier: "d.1", downloadURL, field }] }],
      });
    const remote = await check(url, { [url]: named("file:///a.csv"), "file:///a.csv": "i\n2000-01-01\n" });
    expect(remote.distributions.refused).toBe(1);
    const local = await check("file:///c.json", {
      "file:///c.json": named("a.csv"),
      "file:///a.csv": "i\n2000-01\n",
    });
    expect(local.distributions).toEqual({ checked: 1, refused: 0 });
    expect(local.findings.map(({ code }) => code)).toContain("profile.relative_uri");
  });
});

describe("checkText", () => {
  test("shows a finding with its code, its sentence, its place and how to mend it", async () => {
    const text = checkText(await check(`${ORIGIN}/edge/decimal_comma.json`));
    expect(text).toContain("Valores que no son números · series.numeric (1)");
    expect(text).toContain("✗ 'serie_1' tiene valores no numericos: '1,5 2,5 3,25 4 5,1 6'");
    expect(text).toMatch(
      /en dataset decimal_comma · distribución decimal_comma\.1 · campo serie_1 \(\S+\) · fila 1 · \/dataset\/0\/distribution\/0\/field\/1 · http:\S+\.csv/,
    );
    expect(text).toContain(`→ ${RULE_REMEDIES.numeric}`);
    expect(text.split("\n").at(-1)).toMatch(
      /^1 error, \d+ recomendaci(ón|ones) · perfil de metadatos: OK · .*: 0 de 1$/,
    );
  });
});

test("every code of a series has how to mend it", () => {
  const told = [...Object.keys(RULE_REMEDIES), ...Object.keys(OBSTACLE_REMEDIES)];
  expect(told.filter((name) => !Object.hasOwn(FINDING_CODES, `series.${name}`))).toEqual([]);
});
