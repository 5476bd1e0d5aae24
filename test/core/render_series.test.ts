// Answers of `/series` as text: CSV that any reader takes apart again, JSON whose keys nobody can bend, metadata by
// level (series-api 5 and 6).

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import type { Observations } from "../../src/core/observations.ts";
import {
  type DescribedColumn,
  plainRows,
  seriesCsv,
  seriesJson,
  tableRows,
  type Today,
} from "../../src/core/render_series.ts";
import { LONGEST_ROW, putRows } from "../../src/core/row_text.ts";
import type { Item, SeriesRequest } from "../../src/core/series_request.ts";
import type { Table } from "../../src/core/table.ts";
import { type Mode, MODES } from "../../src/core/transform.ts";
import { column } from "../store/example_catalog.ts";

const REQUEST: SeriesRequest = {
  target: "month",
  descending: false,
  start: 0,
  limit: 100,
  last: false,
  metadata: "simple",
  flatten: false,
  format: "json",
  header: "titles",
  separator: ",",
  decimal: ".",
};
const CONTEXT = {
  catalog: { title: "Catálogo", publisher: { name: "INDEC" } },
  dataset: { title: "Oferta", source: "INDEC", issued: "2017", theme: ["a"] },
  distribution: { title: "Mensual", downloadURL: "http://example.org/x.csv", fileName: "x.csv" },
};

type Described = {
  field?: JsonObject;
  mode?: Mode;
  enriched?: Record<string, string>;
  of?: Observations;
  context?: Partial<typeof CONTEXT>;
};

function rowsOf(of: Observations): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(of.values.length * LONGEST_ROW);
  return bytes.subarray(0, putRows(bytes, 0, of));
}

function described(
  { field = {}, mode = "value", enriched = {}, of = column([1]), context = CONTEXT }: Described = {},
) {
  const item: Item = { id: "s.1", mode, aggregation: "avg" };
  const record = {
    ...{ id: "s.1", catalogId: "c", datasetId: "d", distributionId: "d.1" },
    ...{ observations: of, rows: rowsOf(of), field, enriched },
  };
  return { item, record, context: { ...CONTEXT, ...context } } satisfies DescribedColumn;
}

const monthsFrom = (...columns: readonly (readonly (number | null)[])[]): Table => ({
  frequency: "month",
  count: columns[0]!.length,
  periods: columns[0]!.map((_, i) => 2015 * 12 + i),
  columns: columns.map((values) => Float64Array.from(values, (value) => value ?? NaN)),
});

/** Rows of cells by RFC 4180, with any separator. */
function parseCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [[""]];
  const signs = [...text];
  let quoted = false;
  for (let i = 0; i < signs.length; i++) {
    const [sign, row] = [signs[i]!, rows.at(-1)!];
    if (quoted && sign === '"' && signs[i + 1] === '"') row[row.length - 1] += signs[++i]!;
    else if (sign === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
    else if (!quoted && sign === separator) row.push("");
    else if (!quoted && sign === "\r") {
      rows.push([""]);
      i++;
    } else row[row.length - 1] += sign;
  }
  expect(rows.pop()).toEqual([""]);
  return rows;
}

const csv = (table: Table, columns: readonly DescribedColumn[], request: Partial<SeriesRequest> = {}) =>
  seriesCsv(table, columns, { ...REQUEST, ...request });

describe("seriesCsv", () => {
  const titled = described({ field: { title: "t" } });

  test("seriesCsv is the contract's example", () => {
    const field = { title: "oferta_global_pib" };
    expect(
      csv(monthsFrom([47.62, 48.256], [null, 0.636]), [
        described({ field }),
        described({ field, mode: "change" }),
      ]),
    )
      .toBe(
        "indice_tiempo,oferta_global_pib,oferta_global_pib_var\r\n2015-01-01,47.62,\r\n2015-02-01,48.256,0.636\r\n",
      );
  });

  test("seriesCsv of no rows is its header", () => {
    expect(csv(monthsFrom([]), [titled])).toBe("indice_tiempo,t\r\n");
  });

  test.each([",", ";", "\t", "|", " ", "-", ".", "1", "0", "_", "é", "😀", "a"])(
    "seriesCsv separated by %j is read back as it was",
    (separator) => {
      const cells = [1.5, -10, null, 0, 1.234e-5, 1e16];
      const field = { title: `uno "dos"${separator}\r\ntres a_1-0.` };
      const rows = parseCsv(
        csv(monthsFrom(cells, cells), [described({ field }), titled], { separator }),
        separator,
      );
      const texts = ["1.5", "-10.0", "", "0.0", "1.234e-05", "1e+16"];
      expect(rows).toEqual([
        ["indice_tiempo", field.title, "t"],
        ...texts.map((text, i) => [`2015-0${i + 1}-01`, text, text]),
      ]);
    },
  );

  test.each([
    { why: "nothing that needs quotes", field: "uno dos", line: "indice_tiempo,uno dos" },
    { why: "the separator", field: "uno,dos", line: 'indice_tiempo,"uno,dos"' },
    { why: "another separator does not", field: "uno;dos", line: "indice_tiempo,uno;dos" },
    { why: "a quote, doubled", field: '5" uno', line: 'indice_tiempo,"5"" uno"' },
    { why: "a line feed", field: "uno\ndos", line: 'indice_tiempo,"uno\ndos"' },
    { why: "a carriage return", field: "uno\rdos", line: 'indice_tiempo,"uno\rdos"' },
    { why: "blanks around", field: " uno ", line: "indice_tiempo, uno " },
    { why: "a title that is none", field: 5, line: "indice_tiempo," },
  ])("seriesCsv quotes only what it must: $why", ({ field, line }) => {
    expect(csv(monthsFrom([]), [described({ field: { title: field } })])).toBe(`${line}\r\n`);
  });

  test.each([
    {
      why: "a comma is quoted, for it separates",
      decimal: ",",
      separator: ",",
      cells: ['"1,5"', '"0,0"', '"-2,5e-07"', "1e+16"],
    },
    {
      why: "not beside another separator",
      decimal: ",",
      separator: ";",
      cells: ["1,5", "0,0", "-2,5e-07", "1e+16"],
    },
    { why: "a colon", decimal: ":", separator: ",", cells: ["1:5", "0:0", "-2:5e-07", "1e+16"] },
    {
      why: "a sign that means something elsewhere",
      decimal: "$",
      separator: ",",
      cells: ["1$5", "0$0", "-2$5e-07", "1e+16"],
    },
    {
      why: "a quote is doubled",
      decimal: '"',
      separator: ",",
      cells: ['"1""5"', '"0""0"', '"-2""5e-07"', "1e+16"],
    },
    { why: "none leaves the point", decimal: "", separator: ",", cells: ["1.5", "0.0", "-2.5e-07", "1e+16"] },
  ])("seriesCsv writes decimals with $decimal: $why", ({ decimal, separator, cells }) => {
    const lines = csv(monthsFrom([1.5, 0, -2.5e-7, 1e16]), [titled], { decimal, separator }).split("\r\n");
    expect(lines.slice(1, -1)).toEqual(cells.map((cell, i) => `2015-0${i + 1}-01${separator}${cell}`));
  });

  test.each<[mode: Mode, title: string, description: string]>([
    ["value", "t", "d"],
    ["change", "t_var", "d (var.)"],
    ["percent_change", "t_var_pct", "d (var. %)"],
    ["change_a_year_ago", "t_var_ia", "d (var. interanual)"],
    ["percent_change_a_year_ago", "t_var_pct_ia", "d (var. % interanual)"],
    ["change_since_beginning_of_year", "t_var_acum", "d (var. acum.)"],
    ["percent_change_since_beginning_of_year", "t_var_pct_acum", "d (var. % acum.)"],
  ])("seriesCsv heads a column of %s, twice the same", (mode, titles, descriptions) => {
    const one = described({ field: { title: "t", description: "d" }, mode });
    const labels = { titles, descriptions, ids: mode === "value" ? "s.1" : `s.1:${mode}` };
    for (const header of ["titles", "ids", "descriptions"] as const) {
      expect(csv(monthsFrom([]), [one, one], { header }))
        .toBe(`indice_tiempo,${labels[header]},${labels[header]}\r\n`);
    }
  });

  test("seriesCsv heads a column without description by nothing but its mode", () => {
    const columns = [described(), described({ field: { description: null }, mode: "change" })];
    expect(csv(monthsFrom([], []), columns, { header: "descriptions" })).toBe("indice_tiempo,, (var.)\r\n");
  });
});

describe("tableRows", () => {
  test("tableRows is the JSON of rows, every number as the language has it", () => {
    const cells = [1, -0, null, 1e21, 5e-324, 0.1 + 0.2];
    const { text, index } = tableRows(monthsFrom(cells, cells.toReversed()));
    const rows = cells.map((value, i) => [`2015-0${i + 1}-01`, value, cells.at(-1 - i)]);
    expect(text).toBe(rows.map((row) => JSON.stringify(row)).join(","));
    expect(index).toEqual({ frequency: "month", first: "2015-01-01", last: "2015-06-01" });
  });

  test.each([
    { why: "descending", months: [3, 2, 1] },
    { why: "with months left out", months: [1, 4, 5] },
    { why: "descending, with months left out", months: [5, 4, 1] },
    { why: "one", months: [8] },
  ])("tableRows labels the months $months: $why", ({ months }) => {
    const periods = months.map((month) => 2015 * 12 + month - 1);
    const { text, index } = tableRows({ frequency: "month", count: 0, periods, columns: [] });
    const dates = months.map((month) => `2015-0${month}-01`);
    expect(text).toBe(dates.map((date) => `["${date}"]`).join(","));
    expect(index).toEqual({ frequency: "month", first: dates[0], last: dates.at(-1) });
  });

  test("tableRows of nothing has no dates", () => {
    expect(tableRows(monthsFrom([]))).toEqual({ text: "", index: { frequency: "month" } });
  });
});

describe("plainRows", () => {
  test("plainRows tells the dates of the page it cuts", () => {
    const { record } = described({ of: column([1, null, 3, 4], { start: 2015 * 12 }) });
    const page = (from: number, to: number) => {
      const { bytes, index } = plainRows(record, { from, to, count: 4 });
      return { text: new TextDecoder().decode(bytes), index };
    };
    expect(page(1, 3)).toEqual({
      text: '["2015-02-01",null],["2015-03-01",3]',
      index: { frequency: "month", first: "2015-02-01", last: "2015-03-01" },
    });
    expect(page(2, 2)).toEqual({ text: "", index: { frequency: "month" } });
  });
});

type Answer = {
  columns?: readonly DescribedColumn[];
  request?: Partial<SeriesRequest>;
  params?: Record<string, string> | Map<string, string>;
  rows?: string | null;
  today?: Partial<Today>;
};

function json({ columns = [described()], request, params = {}, rows = "", today }: Answer = {}): string {
  return seriesJson({
    ...(rows !== null && { rows }),
    count: 3,
    index: { frequency: "month", first: "2015-01-01", last: "2015-02-01" },
    columns,
    request: { ...REQUEST, ...request },
    params: params instanceof Map ? params : new Map(Object.entries(params)),
    today: { day: Date.parse("2020-01-15") / 86_400_000, percentageUnits: new Set(), ...today },
  });
}
const meta = (column: Described, request: Partial<SeriesRequest> = {}, today?: Partial<Today>) =>
  JSON.parse(json({ columns: [described(column)], request, ...(today && { today }) })).meta[1];

describe("seriesJson", () => {
  test("seriesJson begins with the rows as they are and tells the page's dates", () => {
    const text = json({ rows: '["2015-01-01",1e21]', params: { ids: "S.1" } });
    expect(text).toMatch(/^\{"data":\[\["2015-01-01",1e21\]\],"count":3,"meta":\[\{"frequency":"month",/);
    expect(JSON.parse(text).meta[0]).toEqual({
      frequency: "month",
      start_date: "2015-01-01",
      end_date: "2015-02-01",
    });
  });

  test.each(
    [
      { why: "none has no metadata", metadata: "none", rows: "", keys: ["data", "count", "params"] },
      { why: "only has no data", metadata: "only", rows: null, keys: ["count", "meta", "params"] },
      { why: "full has all", metadata: "full", rows: "", keys: ["data", "count", "meta", "params"] },
    ] as const,
  )("seriesJson of metadata=$metadata: $why", ({ metadata, rows, keys }) => {
    const answer = JSON.parse(json({ request: { metadata }, rows }));
    expect(Object.keys(answer)).toEqual(keys);
    if (metadata === "only") expect(answer.meta[0]).toEqual({ frequency: "month" });
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "", "7", 'q"\\\u2028é'])(
    "seriesJson echoes the parameter %j and is bent by none",
    (name) => {
      const { params } = JSON.parse(json({ params: new Map([["ids", "s.1"], [name, "x"]]) }));
      expect(Object.hasOwn(params, name)).toBe(true);
      expect(Object.entries(params).find(([key]) => key === name)).toEqual([name, "x"]);
      expect(Object.keys(params)).toHaveLength(3);
    },
  );

  test("seriesJson identifies the columns whatever a parameter of that name says", () => {
    const one = { id: "s.1", distribution: "d.1", dataset: "d" };
    const { params } = JSON.parse(
      json({ columns: [described(), described()], params: { identifiers: "x" } }),
    );
    expect(params).toEqual({ identifiers: [one, one] });
  });
});

describe("seriesJson metadata", () => {
  test("seriesJson of simple metadata has the contract's keys that exist, and no others", () => {
    const field = { id: "s.1", description: "D", title: "t", units: "Pesos", type: "number" };
    expect(meta({ field })).toEqual({
      catalog: { title: "Catálogo" },
      dataset: { title: "Oferta", issued: "2017", source: "INDEC" },
      distribution: { title: "Mensual", downloadURL: "http://example.org/x.csv" },
      field: {
        id: "s.1",
        description: "D",
        units: "Pesos",
        representation_mode: "value",
        representation_mode_units: "Pesos",
      },
    });
    expect(meta({}).field).toEqual({ representation_mode: "value", representation_mode_units: null });
  });

  test.each(Object.keys(MODES) as Mode[])("seriesJson tells %s and its units", (mode) => {
    const { field } = meta({ mode, field: { units: "Pesos", representation_mode: "declared" } });
    expect(field.representation_mode).toBe(mode);
    expect(field.representation_mode_units).toBe(mode === "value" ? "Pesos" : MODES[mode].units);
  });

  test("seriesJson of full metadata has everything, the computed over the declared", () => {
    const field = {
      id: "s.1",
      frequency: "declared",
      hits_total: "declared",
      is_percentage: "x",
      extra: [1],
    };
    const full = meta({ field, enriched: { frequency: "R/P1M", time_index_end: "2019-12-01" } }, {
      metadata: "full",
    });
    expect(full).toMatchObject({
      catalog: CONTEXT.catalog,
      dataset: CONTEXT.dataset,
      distribution: CONTEXT.distribution,
    });
    expect(full.field).toMatchObject({
      ...{ id: "s.1", extra: [1], frequency: "R/P1M", time_index_end: "2019-12-01" },
      ...{ hits_total: "0", hits_30_days: "0", hits_90_days: "0", hits_180_days: "0" },
      // December ended 14 whole days before the 15th of January.
      ...{ days_without_data: "14", is_updated: "True", is_percentage: false },
      ...{ representation_mode: "value", representation_mode_units: null },
    });
  });

  test.each<{ why: string; enriched: Record<string, string> }>([
    { why: "without computed metadata nothing is told of freshness", enriched: {} },
    { why: "nor with a date that is none", enriched: { frequency: "R/P1M", time_index_end: "2019-13-01" } },
    {
      why: "nor by a frequency that is none",
      enriched: { frequency: "R/P1W", time_index_end: "2019-12-01" },
    },
  ])("seriesJson of full metadata: $why", ({ enriched }) => {
    const { field } = meta({ enriched }, { metadata: "full" });
    expect([field.days_without_data, field.is_updated]).toEqual([undefined, undefined]);
  });

  test.each(
    [
      { why: "a share is one", mode: "percent_change", units: "Pesos", percentage: true },
      { why: "an absolute change is not", mode: "change", units: "Pesos", percentage: false },
      { why: "units that are flagged are", mode: "value", units: "Porcentaje", percentage: true },
      { why: "whatever the mode", mode: "change", units: "Porcentaje", percentage: true },
      { why: "by their exact text", mode: "value", units: "porcentaje", percentage: false },
      { why: "units that are no text are not", mode: "value", units: 5, percentage: false },
    ] as const,
  )("seriesJson tells is_percentage $percentage: $why", ({ mode, units, percentage }) => {
    const today = { percentageUnits: new Set(["Porcentaje", "5"]) };
    expect(meta({ mode, field: { units } }, { metadata: "full" }, today).field.is_percentage).toBe(
      percentage,
    );
  });

  test("seriesJson flattens the four levels into keys of one object, not their values", () => {
    const field = JSON.parse('{"id": "s.1", "__proto__": "p", "a": {"b": 1}}');
    const flat = meta({ field }, { flatten: true, metadata: "full" });
    expect(flat).toMatchObject({
      catalog_title: "Catálogo",
      catalog_publisher: { name: "INDEC" },
      dataset_source: "INDEC",
      distribution_downloadURL: "http://example.org/x.csv",
      field_id: "s.1",
      field_a: { b: 1 },
      field___proto__: "p",
      field_representation_mode: "value",
      field_is_percentage: false,
    });
    expect(Object.values(flat).every((value) => value !== undefined)).toBe(true);
    expect(JSON.parse(json({ request: { flatten: true } })).meta[0].frequency).toBe("month");
  });
});
