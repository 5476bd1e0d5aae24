// The fourteen rules of a distribution: their texts word for word from catalog-harvest 3.5, each on both sides of
// its limit, their order when many fail, and limits that an operator moved.

import { describe, expect, test } from "vitest";
import type { FieldReading } from "../../src/core/catalog.ts";
import type { Frequency } from "../../src/core/frequency.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { readCsv } from "../../src/ingest/csv.ts";
import { brokenRules, DEFAULT_LIMITS, type ValidationLimits } from "../../src/ingest/rules.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const TITLES = `${LOWER}0123456789_`;
const IDS = `${LOWER}${LOWER.toUpperCase()}0123456789_-.`;

const INDEX: FieldReading = {
  title: "indice_tiempo",
  id: "",
  metadata: { title: "indice_tiempo", specialType: "time_index", specialTypeDetail: "R/P1M" },
};
const field = (
  title: string,
  id = `id_${title}`,
  metadata: JsonObject = { description: `D ${title}` },
): FieldReading => ({
  title,
  id,
  metadata: { title, id, ...metadata },
});

type Given = {
  /** Cells by title; a row a month from January 2020. */
  columns?: Record<string, readonly (string | number)[]>;
  csv?: string | Uint8Array;
  fields?: readonly FieldReading[];
  frequency?: Frequency;
  taken?: readonly string[];
  limits?: Partial<ValidationLimits>;
};

function csvOf(columns: Record<string, readonly (string | number)[]>): string {
  const titles = Object.keys(columns);
  const rows = (columns[titles[0]!] ?? []).map((_, row) => {
    const cells = titles.map((title) => `"${String(columns[title]![row] ?? "").replaceAll('"', '""')}"`);
    return [`${2020 + Math.floor(row / 12)}-${String(row % 12 + 1).padStart(2, "0")}-01`, ...cells].join(",");
  });
  return [["indice_tiempo", ...titles.map((title) => `"${title}"`)].join(","), ...rows].join("\n");
}

/** Texts of what a distribution "d.1" breaks; its fields are those of the columns unless given. */
function broken(
  { columns = { a: [1, 2] }, csv, fields, frequency = "month", taken = [], limits }: Given,
): string[] {
  const file = csv ?? csvOf(columns);
  const table = readCsv(typeof file === "string" ? new TextEncoder().encode(file) : file, "indice_tiempo");
  return brokenRules({
    distributionId: "d.1",
    frequency,
    fields: fields ?? [INDEX, ...table.columns.map(({ title }) => field(title))],
    table,
    takenIds: new Set(taken),
  }, { ...DEFAULT_LIMITS, ...limits });
}

/** As many full columns, named from `c0` on. */
const full = (count: number, rows = 2) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`c${i}`, Array.from({ length: rows }, (_, row) => row + 1)]),
  );

/** Why, what is given, and the texts that come of it. */
type Row = readonly [why: string, given: Given, ...texts: string[]];
const held = (of: string, ...table: Row[]) =>
  test.each(table.map(([why, given, ...texts]) => ({ why, given, texts })))(
    `brokenRules on ${of}: $why`,
    ({ given, texts }) => {
      expect(broken(given)).toEqual(texts);
    },
  );

const few = (title: string, count: number, least = 2) =>
  `${title} tiene ${count} valores, deberia tener ${least} o mas`;
const nulls = (limit: string, share: string) =>
  `Proporción de series nulas en distribución d.1 por encima del umbral permitido (${limit}): ${share}`;
const missing = (title: string, missings: number, values = 0) =>
  `${title} tiene mas missings (${missings}) que valores (${values})`;
const badTitle = (title: string, sign: string) =>
  `'${title}' usa caracteres invalidos ('${sign}'). Validos: '${TITLES}'`;
const UNNAMED = "Existe un campo sin nombre en la distribucion: '{}'";
const badId = (id: string, sign: string) => `'${id}' usa caracteres invalidos ('${sign}'). Validos: '${IDS}'`;
const long = (title: string, most: number) =>
  `'${title}' tiene '${title.length}' caracteres. Maximo: '${most}'`;
const repeatedId = (id: string) => `Hay field con id repetido: ${id}`;
const repeatedTitle = (list: string) => `Hay field con title repetido: [${list}]`;
const repeatedDescription = (list: string) => `Hay field con description repetido: [${list}]`;
const texts = (title: string, values: string) => `'${title}' tiene valores no numericos: '${values}'`;
const noColumn = (title: string) => `Campo ${title} faltante en la distribución d.1`;
const NO_DESCRIPTION = "Existen fields sin descripción en la distribución d.1";
const shape = (from: string, to: string, iso: string, expected: number, rows: number) =>
  `Datos inconsistentes en la distribución d.1: Comienzo '${from} 00:00:00' / Fin '${to} 00:00:00' / ` +
  `Frecuencia '${iso}' / Fechas '${expected}' / Valores '${rows}'`;

const blank = ["", ""];
/** A file of yearly rows from the fixtures. */
const lib = (name: string, limits: Partial<ValidationLimits> = {}): Given => ({
  csv: Deno.readFileSync(`${import.meta.dirname}/../fixtures/catalogs/lib/${name}.csv`),
  frequency: "year",
  limits,
});

describe("brokenRules by column", () => {
  held(
    "few values",
    ["an ordinary distribution", {}],
    ["one of fifty columns is two hundredths", { columns: { ...full(49), x: [1, ""] } }],
    ["of forty-nine it is more", { columns: { ...full(48), x: [1, ""] } }, few("x", 1)],
    [
      "the column that passes the limit is told",
      { columns: { ...full(58), x: [1, ""], y: ["", 1] } },
      few("y", 1),
    ],
    ["blank columns are none of them", { columns: { ...full(9), x: blank } }, missing("x", 2)],
    ["another number", { columns: { a: [1, 2], b: [1, ""] }, limits: { minimumValues: 3 } }, few("a", 2, 3)],
    ["another share", { columns: { a: [1, 2], b: [1, ""] }, limits: { maxTooSmallShare: 0.5 } }],
  );

  held(
    "blank series",
    ["one of six is less than a fifth", { columns: { ...full(5), x: blank } }, missing("x", 2)],
    ["one of five is a fifth", { columns: { ...full(4), x: blank } }, nulls("0.2", "0.2"), missing("x", 2)],
    [
      "two of three",
      { columns: { ...full(1), x: blank, y: ["NA", ""] } },
      nulls("0.2", "0.6666666666666666"),
      missing("x", 2),
    ],
    ["all", lib("all_null"), nulls("0.2", "1.0"), missing("values", 2)],
    ["never, by a limit above one", lib("all_null", { maxNullSeriesShare: 1.1 }), missing("values", 2)],
    ["a whole limit", lib("all_null", { maxNullSeriesShare: 1, maxMissingShare: 1 }), nulls("1.0", "1.0")],
    ["texts are values", { columns: { a: ["x", "y"] }, fields: [INDEX] }],
  );

  held(
    "column titles",
    ["every sign that is allowed", {
      columns: { [TITLES.slice(0, 20)]: [1, 2], [TITLES.slice(20)]: [1, 2] },
    }],
    [
      "the first that is not",
      { columns: { "interés ñ": [1, 2] }, fields: [INDEX] },
      badTitle("interés ñ", "é"),
    ],
    ["capitals", { columns: { aB: [1, 2] } }, badTitle("aB", "B")],
    [
      "only the first column",
      { columns: { "a-b": [1, 2], "c d": [1, 2] }, fields: [INDEX] },
      badTitle("a-b", "-"),
    ],
    [
      "a title twice in the file",
      { csv: "indice_tiempo,a,a\n2020,1,1\n2021,2,2", frequency: "year" },
      badTitle("a.1", "."),
    ],
    ["none", { csv: "indice_tiempo,\n2020,1\n2021,2", frequency: "year", fields: [INDEX] }, UNNAMED],
    ["one that says so", { columns: { MyUnNamed: [1, 2] } }, UNNAMED],
    [
      "after a bad one",
      { columns: { "a b": [1, 2], unnamed: [1, 2] }, fields: [INDEX] },
      badTitle("a b", " "),
    ],
  );

  const SEVENTY = "columna_muy_larga".repeat(4) + "aa";
  held(
    "the length of titles",
    ["sixty are allowed", { columns: { ["x".repeat(60)]: [1, 2] } }],
    ["sixty-one are not", { columns: { ["x".repeat(61)]: [1, 2] } }, long("x".repeat(61), 60)],
    ["seventy of the fixture", lib("70_character_long_column_title"), long(SEVENTY, 60)],
    ["allowed by a limit of 71", lib("70_character_long_column_title", { maxTitleLength: 71 })],
    ["and of 70", lib("70_character_long_column_title", { maxTitleLength: 70 })],
    ["not of 69", lib("70_character_long_column_title", { maxTitleLength: 69 }), long(SEVENTY, 69)],
  );

  const sparse = (values: number, rows: number) => ({
    ...full(9, rows),
    x: Array.from({ length: rows }, (_, i) => i < values ? 1 : ""),
  });
  held(
    "missing values",
    ["999 of a thousand may be missing", { columns: sparse(2, 2000) }],
    ["more may not", { columns: sparse(2, 2001) }, missing("x", 1999, 2)],
    ["only the first column is told", { columns: { ...full(10), x: blank, y: blank } }, missing("x", 2)],
    [
      "half, by a limit of a fifth",
      lib("single_null", { maxMissingShare: 0.2, maxTooSmallShare: 1 }),
      missing("value", 1, 1),
    ],
    ["half, by the ordinary limit", lib("single_null", { maxTooSmallShare: 1 })],
    ["all, by a limit above one", { columns: { ...full(9), x: blank }, limits: { maxMissingShare: 1.1 } }],
  );

  const ab = { a: [1, 2], b: ["x", 1] };
  held(
    "texts",
    ["a decimal comma, with all values", { columns: { a: ["1,5", 2, "", 3] } }, texts("a", "1,5 2 3")],
    [
      "a field without a specialType too",
      { columns: { a: ["x", "y"] }, fields: [INDEX, field("a")] },
      texts("a", "x y"),
    ],
    ["the first column of texts", { columns: { ...ab, c: ["y", 1] } }, texts("b", "x 1")],
    ["an undocumented column may say what it likes", { columns: ab, fields: [INDEX, field("a")] }],
    ["what pandas takes for missing is no text", { columns: { a: [1, "NA", 2, "nan"] } }],
  );

  test("brokenRules refuses an infinite value, so that nothing is stored of the distribution", () => {
    const found = broken({ columns: { a: [1, 2, 3], b: [1, 2, "1e999"] } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/'b'.*infinito.*3/);
  });
});

describe("brokenRules by field", () => {
  const columns = { a: [1, 2], b: [1, 2] };
  const as = (...titles: string[]) => ({
    columns,
    fields: [INDEX, ...titles.map((title, i) => field(title, `id${i}`, { description: `D${i}` }))],
  });
  const described = (a: JsonObject, b: JsonObject) => ({
    columns,
    fields: [INDEX, field("a", "i", a), field("b", "j", b)],
  });
  const D = { description: "D" };

  held(
    "ids",
    ["every sign that is allowed", { fields: [INDEX, field("a", IDS)] }],
    ["no id at all", { fields: [INDEX, field("a", "")] }],
    ["the first that is not", { fields: [INDEX, field("a", "x/y z")] }, badId("x/y z", "/")],
    ["signs outside the first plane are one", { fields: [INDEX, field("a", "x😀")] }, badId("x😀", "😀")],
    ["of the index too", { fields: [{ ...INDEX, id: "í" }, field("a")] }, badId("í", "í")],
    ["one that another distribution has", { columns, taken: ["id_b"] }, repeatedId("id_b")],
    ["the first of them", { columns, taken: ["id_b", "id_a"] }, repeatedId("id_a")],
    ["one that nobody here has", { columns, taken: ["id_c", ""] }],
    ["the id of an index is nobody's", { taken: ["t"], fields: [{ ...INDEX, id: "t" }, field("a")] }],
    ["one twice", { columns, fields: [INDEX, field("a", "i"), field("b", "i")] }, repeatedId("i")],
    ["none twice", { columns, fields: [INDEX, field("a", ""), field("b", "")] }],
  );

  held(
    "what is repeated",
    ["a title twice", as("a", "a"), repeatedTitle("'a'")],
    ["three times is one", as("a", "a", "a"), repeatedTitle("'a'")],
    ["several", as("a", "b", "a", "b"), repeatedTitle("'a' 'b'")],
    ["the index's too", { fields: [INDEX, INDEX, field("a")] }, repeatedTitle("'indice_tiempo'")],
    ["a description twice", described(D, D), repeatedDescription("'D'")],
    ["empty ones too", described({ description: "" }, { description: "" }), repeatedDescription("''")],
    ["null is none", described({ description: null }, { description: null })],
    ["blanks tell them apart", described(D, { description: "D " })],
  );

  held(
    "what is missing",
    ["a documented field has no column", as("a", "z"), noColumn("z")],
    ["the first is told", as("y", "z"), noColumn("y")],
    ["a column may be undocumented", { fields: [INDEX] }],
    ["titles are compared to the letter", as("A"), noColumn("A")],
    ["a description", described(D, {}), NO_DESCRIPTION],
    ["one that says nothing is there", described(D, { description: "" })],
  );
});

describe("brokenRules by shape", () => {
  const on = (frequency: Frequency, ...days: string[]): Given => ({
    csv: `indice_tiempo,a\n${days.map((day) => `${day},1`).join("\n")}`,
    frequency,
  });
  held(
    "the shape",
    [
      "a month missing",
      on("month", "2020-01-01", "2020-03-01"),
      shape("2020-01-01", "2020-03-01", "R/P1M", 3, 2),
    ],
    [
      "two swapped, as many as there should be",
      on("month", "2020-01-01", "2020-03-01", "2020-02-01", "2020-04-01"),
      shape("2020-01-01", "2020-04-01", "R/P1M", 4, 4),
    ],
    [
      "days with a gap are told as working days, which they were last tried as",
      on("day", "2020-01-01", "2020-01-02", "2020-01-06"),
      shape("2020-01-01", "2020-01-06", "R/P1D", 4, 3),
    ],
    ["descending", on("month", "2020-02-01", "2020-01-01"), shape("2020-02-01", "2020-01-01", "R/P1M", 0, 2)],
    [
      "years in July",
      on("year", "2020-07-01", "2021-07-01"),
      shape("2020-07-01", "2021-07-01", "R/P1Y", 1, 2),
    ],
    [
      "quarters off their months",
      on("quarter", "2020-02-01", "2020-05-01"),
      shape("2020-02-01", "2020-05-01", "R/P3M", 1, 2),
    ],
    [
      "half-years of five months",
      on("semester", "2020-02-01", "2020-07-01"),
      shape("2020-02-01", "2020-07-01", "R/P6M", 1, 2),
    ],
    ["half-years in any month", on("semester", "2020-05-01", "2020-11-01")],
    ["working days", on("day", "2021-07-30", "2021-08-02")],
  );
});

describe("brokenRules", () => {
  test("brokenRules tells all that fail, in the contract's order", () => {
    const csv = `indice_tiempo,uno,Á,${"x".repeat(61)},texto\n2020-01-01,1,1,,a\n2020-03-01,,2,,b`;
    const fields = [
      INDEX,
      field("uno", "i d", { description: "D" }),
      field("uno", "i d", { description: "D" }),
      field("texto", "z", {}),
      field("falta", "w", { description: "E" }),
    ];
    expect(broken({ csv, fields, taken: ["i d"] })).toEqual([
      few("uno", 1),
      nulls("0.2", "0.25"),
      badTitle("Á", "Á"),
      badId("i d", " "),
      long("x".repeat(61), 60),
      missing("x".repeat(61), 2),
      repeatedId("i d"),
      repeatedTitle("'uno'"),
      repeatedDescription("'D'"),
      texts("texto", "a b"),
      noColumn("falta"),
      shape("2020-01-01", "2020-03-01", "R/P1M", 3, 2),
      repeatedId("i d"),
      NO_DESCRIPTION,
    ]);
  });

  test("brokenRules without a file holds the metadata alone against the rules", () => {
    const fields = [INDEX, field("a", "í", {}), field("a", "í", {})];
    expect(
      brokenRules(
        { distributionId: "d.1", frequency: "month", fields, takenIds: new Set(["í"]) },
        DEFAULT_LIMITS,
      ),
    )
      .toEqual([
        badId("í", "í"),
        repeatedId("í"),
        repeatedTitle("'a'"),
        repeatedId("í"),
        NO_DESCRIPTION,
      ]);
  });
});
