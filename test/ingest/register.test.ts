// Registers of nodes: the two real ones, and what a register may get wrong.

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { readRegister } from "../../src/ingest/register.ts";

const FILE = "file:///red/index.yaml";
const HTTP = "https://datos.example/red/index.yaml";
const fixture = (path: string) => Deno.readTextFileSync(`${import.meta.dirname}/../fixtures/${path}`);

/** An entry of the register, its keys and values as YAML. */
const entry = (id: string, fields: Record<string, string> = {}) =>
  `${id}: ${
    JSON.stringify({ url: "a/data.json", formato: "json", federado: true, ...fields }).replaceAll('"!', "")
      .replaceAll('!"', "")
  }\n`;
const [ONE, NONE] = [[{ catalogId: "a", url: "file:///red/a/data.json", format: "json" }], []];

describe("readRegister", () => {
  test("readRegister reads the reference's register", () => {
    expect(readRegister(fixture("catalogs/config/indice.yml"), FILE)).toMatchObject({
      nodes: [{
        catalogId: "sspm",
        url: "file:///red/django_datajsonar/tests/samples/sample_data.json",
        format: "json",
      }],
      issues: [],
    });
  });

  test("readRegister reads the real network in its order, relative to the register", () => {
    const { nodes, issues } = readRegister(fixture("real/index.yaml"), new URL(HTTP));
    expect(nodes.map(({ catalogId, url }) => `${catalogId} ${url}`)).toEqual([
      "smn https://datos.example/red/smn/data.json",
      "magyp https://datos.example/red/magyp/data.json",
      "bcra https://datos.example/red/bcra/data.json",
      "internacional https://datos.example/red/internacional/data.json",
    ]);
    expect(issues).toEqual([]);
  });

  test.each([
    { why: "text true is true", text: entry("a", { federado: "true" }), nodes: ONE },
    { why: "in any case", text: entry("a", { federado: " True " }), nodes: ONE },
    { why: "YAML 1.1 says yes", text: entry("a", { federado: "!yes!" }), nodes: ONE },
    { why: "text false is false", text: entry("a", { federado: "false" }), nodes: NONE },
    {
      why: "false is silent, whatever else is wrong",
      text: "a: {federado: false, formato: ckan}",
      nodes: NONE,
    },
    { why: "nothing is false", text: "a: {url: x, formato: json}", nodes: NONE },
    { why: "a number is an identifier", text: entry("125"), nodes: [{ ...ONE[0], catalogId: "125" }] },
    { why: "as it is written", text: entry("010"), nodes: [{ ...ONE[0], catalogId: "010" }] },
    { why: "zeros included", text: entry("1.10"), nodes: [{ ...ONE[0], catalogId: "1.10" }] },
    { why: "a letter that 1.1 takes for yes", text: entry("y"), nodes: [{ ...ONE[0], catalogId: "y" }] },
    {
      why: "numbers do not go first",
      text: entry("b") + entry("7"),
      nodes: ["b", "7"].map((catalogId) => ({ ...ONE[0], catalogId })),
    },
    {
      why: "100 characters, counted as such",
      text: entry("😀".repeat(100)),
      nodes: [{ ...ONE[0], catalogId: "😀".repeat(100) }],
    },
    {
      why: "a workbook",
      text: entry("a", { formato: "XLSX", url: "a.xlsx" }),
      nodes: [{ catalogId: "a", url: "file:///red/a.xlsx", format: "xlsx" }],
    },
    {
      why: "a CKAN portal",
      text: entry("a", { formato: "ckan", url: "https://a.example" }),
      nodes: [{ catalogId: "a", url: "https://a.example/", format: "ckan" }],
    },
    {
      why: "a file may name the web",
      text: entry("a", { url: "http://a.example/data.json" }),
      nodes: [{ ...ONE[0], url: "http://a.example/data.json" }],
    },
    {
      why: "keys taken over",
      text: `x: &x {formato: json, federado: false}\na: {<<: *x, url: a/data.json, federado: true}`,
      nodes: ONE,
    },
    { why: "a byte order mark", text: `\uFEFF${entry("a")}`, nodes: ONE },
  ])("readRegister takes $text: $why", ({ text, nodes }) => {
    expect(readRegister(text, FILE)).toMatchObject({ nodes, issues: [] });
  });

  test("readRegister tells every entry in the order of the file", () => {
    const text = `b: {federado: false}\n${entry("x", { formato: "rdf" })}${entry("a")}`;
    expect(readRegister(text, FILE).entries).toEqual([
      { id: "b" },
      { id: "x", fault: expect.stringContaining("rdf") },
      { id: "a", node: ONE[0] },
    ]);
  });

  test.each([
    {
      why: "a format we cannot read",
      text: entry("x", { formato: "rdf" }),
      issue: 'Entrada "x": el formato "rdf" no se admite: debe ser "json", "xlsx" o "ckan"',
    },
    {
      why: "a portal on disk",
      text: entry("x", { formato: "ckan", url: "portal" }),
      issue: "un portal CKAN se lee por http o https",
    },
    {
      why: "no format",
      text: "x: {federado: true, url: u}",
      issue: 'Entrada "x": el formato "" no se admite',
    },
    { why: "no url", text: "x: {federado: true, formato: json}", issue: 'Entrada "x": no tiene "url"' },
    { why: "a url that is no text", text: entry("x", { url: "![u]!" }), issue: 'no tiene "url"' },
    { why: "a broken url", text: entry("x", { url: "http://[" }), issue: 'la url "http://[" no sirve' },
    { why: "another scheme", text: entry("x", { url: "ftp://x/data.json" }), issue: "no sirve" },
    { why: "a drive", text: entry("x", { url: "C:/data.json" }), issue: "no sirve" },
    { why: "text for an entry", text: "x: data.json\n", issue: "no es un conjunto de claves y valores" },
    { why: "a list for an entry", text: "x: [a]\n", issue: "no es un conjunto de claves y valores" },
    { why: "nothing for an entry", text: "x:\n", issue: "no es un conjunto de claves y valores" },
    { why: "a date for an entry", text: "x: 2020-01-01\n", issue: "no es un conjunto de claves y valores" },
    { why: "neither true nor false", text: entry("x", { federado: "quizás" }), issue: 'dice "quizás"' },
    { why: "a value with a toString", text: entry("x", { federado: "!{toString: 1}!" }), issue: 'dice "…"' },
    { why: "a long name", text: entry("x".repeat(101)), issue: "tiene más de 100 caracteres" },
    { why: "a nameless entry", text: entry("~"), issue: "su identificador no es un texto" },
    {
      why: "a list for a name",
      text: `? [x]\n: {federado: true}\n`,
      issue: "su identificador no es un texto",
    },
  ])("readRegister leaves out $text and goes on: $why", ({ text, issue }) => {
    const { nodes, issues } = readRegister(`${text}\n${entry("a")}`, FILE);
    expect(nodes).toEqual(ONE);
    expect(issues).toEqual([expect.stringContaining(issue)]);
  });

  test("readRegister lets no register of the web name files", () => {
    const { nodes, issues } = readRegister(entry("x", { url: "file:///etc/passwd" }) + entry("a"), HTTP);
    expect(nodes.map(({ catalogId }) => catalogId)).toEqual(["a"]);
    expect(issues).toEqual([
      'Entrada "x": la url "file:///etc/passwd" es de un archivo: un registro leído por HTTP no puede nombrarlos',
    ]);
  });

  const bomb = (level: string) =>
    Array.from({ length: 20 }, (_, i) => `l${i + 1}: &l${i + 1} ${level.replaceAll("@", `*l${i}`)}\n`).join(
      "",
    );

  test.each([
    { why: "not closed", text: 'a:\n  url: "x', fault: "no se puede leer", place: "línea 2, columna 10" },
    { why: "a tab", text: "a:\n\turl: x", fault: "tabulación", place: "línea 2, columna 1" },
    {
      why: "a repeated entry",
      text: "a: {}\nb: {}\na: {}",
      fault: "clave repetida",
      place: "línea 3, columna 1",
    },
    {
      why: "a repeated key",
      text: "a:\n  url: x\n  url: y",
      fault: "clave repetida",
      place: "línea 3, columna 3",
    },
    {
      why: "text and number alike",
      text: `1: {}\n"1": {}`,
      fault: "clave repetida",
      place: "línea 2, columna 1",
    },
    { why: "a list", text: "# lista\n- a", fault: "entradas con nombre", place: "línea 2, columna 1" },
    { why: "plain text", text: "hola", fault: "entradas con nombre", place: "línea 1, columna 1" },
    { why: "nothing", text: "", fault: "entradas con nombre", place: "línea 1, columna 1" },
    { why: "two documents", text: "a: {}\n---\nb: {}", fault: "más de un documento", place: "línea 2" },
    { why: "an alias of nothing", text: "a: {}\nb: *x", fault: "alias", place: "línea 2, columna 1" },
    { why: "an alias bomb", text: `l0: &l0 [x]\n${bomb("[@, @, @, @, @]")}`, fault: "alias", place: "línea" },
    {
      why: "a merge bomb",
      text: `l0: &l0 {x: 1}\n${bomb("{<<: [@, @, @, @, @]}")}`,
      fault: "alias",
      place: "línea",
    },
    { why: "too deep", text: `a: ${"[".repeat(50_000)}`, fault: "niveles", place: "línea 1" },
  ])("readRegister refuses $why, and tells the place", ({ text, fault, place }) => {
    const read = () => readRegister(text, FILE);
    expect(read).toThrow(Problem);
    expect(read).toThrow(expect.objectContaining({ code: "invalid" }));
    expect(read).toThrow(fault);
    expect(read).toThrow(place);
  });
});
