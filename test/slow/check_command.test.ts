// `harvest --check` as a publisher runs it, and `POST /validate` of a server as it is started: exit codes, sentences,
// and nothing written.

import { existsSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckReport } from "../../src/ingest/check.ts";
import { addressOf, runCommand, type Settings, startCommand } from "./process.ts";
import { startPublisher } from "./publisher.ts";

const ROOT = path.resolve(import.meta.dirname!, "../..");
const FIXTURES = `${ROOT}/test/fixtures/catalogs`;
const CSV = "indice_tiempo,a\n2000-01-01,1\n2000-02-01,2\n";

const catalogOf = (downloadURL: string) =>
  JSON.stringify({
    dataset: [{
      identifier: "d",
      distribution: [{
        identifier: "1.1",
        downloadURL,
        field: [
          { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1M" },
          { title: "a", id: "serie_a", description: "A" },
        ],
      }],
    }],
  });

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_check_" });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

async function write(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await Deno.writeTextFile(file, content);
  return file;
}

/** Runs the check; whatever comes of it, no store may have been made. */
async function check(args: readonly string[], env: Record<string, string> = {}) {
  const data = path.join(folder, "data");
  const finished = await runCommand("harvest", ["--check", ...args], { DATA_DIR: data, ...env });
  expect(existsSync(data)).toBe(false);
  return finished;
}

async function report(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout } = await check([...args, "--json"], env);
  return { code, ...JSON.parse(stdout) as CheckReport };
}

describe("harvest --check", () => {
  test.each(["bcra", "smn", "magyp", "internacional"])("finds no error in the bundled %s", async (name) => {
    const { code, stdout, stderr } = await check([`${ROOT}/src/network/${name}/data.json`]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
      /^0 errores, \d+ recomendaciones · perfil de metadatos: OK/,
    );
  });

  test.each([
    { name: "profile/full_data.json", code: 0, status: "OK" },
    { name: "profile/empty_optional_string.json", code: 0, status: "OK" },
    { name: "profile/malformed_date.json", code: 1, status: "ERROR" },
    { name: "profile/several_assorted_errors.json", code: 1, status: "ERROR" },
    { name: "config/catalog.xlsx", code: 0, status: "OK" },
  ])("ends $name with $code", async ({ name, code, status }) => {
    const told = await report([`${FIXTURES}/${name}`]);
    expect([told.code, told.status, told.profile.status]).toEqual([code, status, status]);
    expect(told.findings.filter(({ level }) => level === "error")).toHaveLength(told.errors);
  });

  test("tells every finding of a bad file with its place and how to mend it", async () => {
    await write("mala.csv", "indice_tiempo,a\n2000-01-01,1\n2000-03-01,uno\n");
    const file = await write("mala.json", catalogOf("mala.csv"));
    const { code, stdout } = await check([file]);
    expect(code).toBe(1);
    expect(stdout).toContain("series.numeric (1)\n  ✗ 'a' tiene valores no numericos: '1 uno'\n");
    expect(stdout).toContain(
      "distribución 1.1 · campo a (serie_a) · fila 2 · /dataset/0/distribution/0/field/1",
    );
    expect(stdout).toContain("→ Escriba los números con punto decimal");
    expect(stdout).toContain("series.shape (1)\n  ✗ Datos inconsistentes en la distribución 1.1: Comienzo");
    expect(stdout).toContain('profile.missing (13)\n  ✗ Falta "title" en el catálogo\n    en /title\n');
  });

  test("checks one distribution of those there are", async () => {
    await write("buena.csv", CSV);
    const file = await write("buena.json", catalogOf("buena.csv"));
    const one = await report([file, "--distribution", "1.1"]);
    expect(one.distributions).toEqual({ checked: 1, refused: 0 });
    const none = await report([file, "--distribution", "nada"]);
    expect([none.code, none.findings.map(({ code }) => code)]).toEqual([1, ["distribution.unknown"]]);
    expect(none.findings[0]!.message).toContain('las de series de tiempo son "1.1"');
  });

  test.each([
    { why: "no such file", name: "nada.json", content: undefined, says: `No existe el archivo "` },
    { why: "a folder", name: ".", content: undefined, says: "no es un archivo" },
    { why: "a page", name: "p.json", content: "\n<!doctype html><html>", says: "una página HTML o XML" },
    { why: "half a JSON", name: "m.json", content: '{\n  "title": "a",\n', says: "(línea 3, columna 1)" },
    { why: "a word in it", name: "w.json", content: '{\n  "a": tru\n}', says: "(línea 2, columna 8)" },
    {
      why: "a workbook that is none",
      name: "l.xlsx",
      content: "PK\x03\x04 no",
      says: "libro de Excel (.xlsx)",
    },
    { why: "nothing in it", name: "v.json", content: "", says: "El catálogo está vacío" },
  ])("says what is wrong with the catalog: $why", async ({ name, content, says }) => {
    const file = content === undefined ? path.join(folder, name) : await write(name, content);
    const { code, stdout, stderr } = await check([file]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("catalog.unreadable (1)\n  ✗ Error en la lectura del catálogo: ");
    expect(stdout).toContain(says);
  });

  test.each([
    { args: ["--distribution", "1.1"], says: "--distribution sólo se usa con --check" },
    { args: ["--check", "a.json", "--data", "x"], says: "--check no se usa con --data" },
    { args: ["--check", "a.json", "--force"], says: "--check no se usa con --force" },
    { args: ["--check", ""], says: '--check espera un archivo o una dirección, no ""' },
    { args: ["--check", "http://"], says: '--check espera un archivo o una dirección, no "http://"' },
    { args: ["--check"], says: 'Opción inválida "--check' },
  ])("refuses $args with code 2", async ({ args, says }) => {
    const { code, stderr } = await runCommand("harvest", args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  test("reads the network, this machine only when told to, and no files for it", async () => {
    await using publisher = startPublisher();
    publisher.put("bueno", { catalog: catalogOf("datos.csv"), csv: CSV });
    publisher.put("malo", { catalog: catalogOf(`file://${FIXTURES}/edge/year_month_dates.csv`) });
    const refused = await report([publisher.catalogUrl("bueno")]);
    expect([refused.code, refused.findings.map(({ code }) => code)]).toEqual([1, ["catalog.unreadable"]]);
    expect(refused.findings[0]!.message).toContain("use ALLOW_INTERNAL_SOURCES=true si es intencional");

    const allowed = { ALLOW_INTERNAL_SOURCES: "true" };
    const good = await report([publisher.catalogUrl("bueno")], allowed);
    expect(good.distributions).toEqual({ checked: 1, refused: 0 });
    const bad = await report([publisher.catalogUrl("malo")], allowed);
    expect(bad.findings).toContainEqual(expect.objectContaining({
      code: "series.address",
      message: expect.stringContaining("Un catálogo leído de la red no puede nombrar archivos locales"),
    }));
  });
});

describe("POST /validate of a server", () => {
  const ROWS: { env: Settings; detail: string[]; padding?: number }[] = [
    {
      env: {},
      detail: ["Error en la lectura del catálogo: La dirección apunta a una red interna y está prohibida"],
    },
    { env: { ALLOW_INTERNAL_SOURCES: "true" }, detail: [] },
    {
      env: { ALLOW_INTERNAL_SOURCES: "true", MAX_SOURCE_MB: "1" },
      padding: 2_000_000,
      detail: ["Error en la lectura del catálogo: El archivo supera el límite de 1 MB"],
    },
  ];
  test.each(ROWS)("obeys the settings $env", async ({ env, detail, padding = 0 }) => {
    await using publisher = startPublisher();
    publisher.put("bueno", { catalog: catalogOf("datos.csv") + " ".repeat(padding), csv: CSV });
    const data = path.join(folder, "servido");
    await using server = startCommand("serve", ["--port", "0", "--data", data], env);
    const response = await fetch(`${await addressOf(server)}/series/api/validate`, {
      method: "POST",
      body: JSON.stringify({ catalog_url: publisher.catalogUrl("bueno"), distribution_id: "1.1" }),
    });
    expect(response.status).toBe(200);
    expect((await response.json()).detail).toEqual(detail);
  });
});
