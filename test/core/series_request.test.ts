// The grammar of `ids` and the staged checks of the other parameters: what the recorded cases do not reach. Texts
// and order are the contract's (series-api 3).

import { describe, expect, test } from "vitest";
import type { Frequency } from "../../src/core/frequency.ts";
import { checkRequest, parseItems, type SeriesRequest } from "../../src/core/series_request.ts";
import { isoDate } from "../../src/core/time.ts";

type Params = Readonly<Record<string, string>>;

const items = (ids: string, params: Params = {}) => parseItems(new Map(Object.entries({ ...params, ids })));
const check = (params: Params, frequencies: readonly Frequency[] = ["month"]) =>
  checkRequest(new Map(Object.entries(params)), frequencies);
/** A request that must be valid. */
function valid(params: Params, frequencies?: readonly Frequency[]): SeriesRequest {
  const request = check(params, frequencies);
  if (Array.isArray(request)) throw new Error(JSON.stringify(request));
  return request;
}
const errors = (...texts: string[]) => texts.map((error) => ({ error }));

const MALFORMED = "Formato de series a seleccionar inválido";
const mode = (value: string) => ({ error: `Parámetro representation_mode inválido: ${value}` });
const aggregation = (value: string) => ({ error: `Parámetro collapse_aggregation inválido: ${value}` });

describe("parseItems", () => {
  test.each([
    { why: "defaults", ids: "a", columns: ["a value avg"] },
    { why: "a mode", ids: "a:change", columns: ["a change avg"] },
    { why: "an aggregation", ids: "a:sum", columns: ["a value sum"] },
    { why: "both", ids: "a:percent_change:max", columns: ["a percent_change max"] },
    { why: "in the other order", ids: "a:max:percent_change", columns: ["a percent_change max"] },
    { why: "of two aggregations the last", ids: "a:sum:min", columns: ["a value min"] },
    { why: "again and again", ids: "a,a:sum,a", columns: ["a value avg", "a value sum", "a value avg"] },
    { why: "case and blanks belong to the id", ids: " A ,a", columns: [" A  value avg", "a value avg"] },
    {
      why: "an empty item is an empty id",
      ids: "a,,b",
      columns: ["a value avg", " value avg", "b value avg"],
    },
    { why: "also with a mode", ids: ":change", columns: [" change avg"] },
    { why: "any sign but the grammar's own", ids: "q'1&2;é", columns: ["q'1&2;é value avg"] },
  ])("parseItems of $ids: $why", ({ ids, columns }) => {
    const read = items(ids);
    expect(read.items.map(({ id, mode, aggregation }) => `${id} ${mode} ${aggregation}`)).toEqual(columns);
    expect(read.errors).toEqual([]);
  });

  test("parseItems fills in the global mode and aggregation where an item has none", () => {
    const params = { representation_mode: "change", collapse_aggregation: "sum" };
    expect(items("a,b:value,c:min", params).items).toEqual([
      { id: "a", mode: "change", aggregation: "sum" },
      { id: "b", mode: "value", aggregation: "sum" },
      { id: "c", mode: "change", aggregation: "min" },
    ]);
  });

  test.each<{ why: string; ids: string; params?: Params; read?: number; errors: unknown[] }>([
    { why: "nothing asked for", ids: "", errors: errors("No se especificó una serie de tiempo.") },
    {
      why: "more than 40, whatever they are",
      ids: new Array(41).fill("x::").join(","),
      errors: errors("Cantidad de series pedidas por encima del límite permitido (40)"),
    },
    { why: "an empty part", ids: "a:", errors: [MALFORMED] },
    { why: "two empty parts", ids: "a::", errors: [MALFORMED] },
    { why: "three good parts", ids: "a:change:sum:avg", errors: [MALFORMED] },
    { why: "neither mode nor aggregation", ids: "a:mean", errors: ["Transformación inválida: mean"] },
    { why: "upper case", ids: "a:SUM", errors: ["Transformación inválida: SUM"] },
    { why: "blanks", ids: "a: sum", errors: ["Transformación inválida:  sum"] },
    {
      why: "a property of objects is no mode",
      ids: "a:constructor",
      errors: ["Transformación inválida: constructor"],
    },
    { why: "a second mode", ids: "a:change:value", errors: ["Transformación inválida: value"] },
    { why: "the same mode twice", ids: "a:change:change", errors: ["Transformación inválida: change"] },
    { why: "only the first bad part is told", ids: "a:x:y", errors: ["Transformación inválida: x"] },
    {
      why: "the first failing item ends it",
      ids: "a,b:x,c:",
      read: 1,
      errors: ["Transformación inválida: x"],
    },
    { why: "a bad global mode", ids: "a", params: { representation_mode: "" }, errors: [mode("")] },
    {
      why: "both globals, mode first",
      ids: "a",
      params: { representation_mode: "m", collapse_aggregation: "g" },
      errors: [mode("m"), aggregation("g")],
    },
    {
      why: "a global is checked where it is used",
      ids: "a:sum",
      params: { representation_mode: "m", collapse_aggregation: "g" },
      errors: [mode("m")],
    },
    {
      why: "by the first item that does not override it",
      ids: "a:change,b",
      params: { representation_mode: "m" },
      read: 1,
      errors: [mode("m")],
    },
    {
      why: "after a malformed item too",
      ids: "a:",
      params: { representation_mode: "m" },
      errors: [MALFORMED, mode("m")],
    },
    {
      why: "after a bad part only what the good one left open",
      ids: "a:change:x",
      params: { representation_mode: "m", collapse_aggregation: "g" },
      errors: ["Transformación inválida: x", aggregation("g")],
    },
  ])("parseItems refuses $ids: $why", ({ ids, params, read, errors }) => {
    const result = items(ids, params);
    expect(result.errors).toEqual(errors);
    expect(result.items).toHaveLength(read ?? 0);
  });

  test("parseItems takes 40 items and refuses none for being there without ids", () => {
    expect(items(new Array(40).fill("a").join(",")).items).toHaveLength(40);
    expect(parseItems(new Map()).errors).toEqual(errors("No se especificó una serie de tiempo."));
  });
});

describe("checkRequest defaults", () => {
  test("checkRequest of nothing is the contract's defaults", () => {
    expect(valid({})).toEqual({
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
    });
  });

  test("checkRequest takes empty text for absent where it may, and knows no other parameter", () => {
    const params = { collapse: "", metadata: "", start_date: "", end_date: "", charttype: "line" };
    expect(valid(params)).toEqual(valid({}));
  });

  test("checkRequest flattens when flatten is there, whatever it says", () => {
    expect(["", "false", "0"].map((flatten) => valid({ flatten }).flatten)).toEqual([true, true, true]);
  });
});

describe("checkRequest integers", () => {
  test.each([
    { why: "plain", text: "10", value: 10 },
    { why: "a sign", text: "+5", value: 5 },
    { why: "blanks around", text: " \t10\n", value: 10 },
    { why: "single underscores", text: "1_0", value: 10 },
    { why: "several of them", text: "1_2_3", value: 123 },
    { why: "zeros in front", text: "0007", value: 7 },
    { why: "the least", text: "1", value: 1 },
    { why: "the most", text: "5000", value: 5000 },
  ])("checkRequest reads limit $text as $value: $why", ({ text, value }) => {
    expect(valid({ limit: text }).limit).toBe(value);
  });

  test.each([
    { why: "empty", text: "" },
    { why: "a decimal", text: "1.5" },
    { why: "an exponent", text: "1e3" },
    { why: "two underscores", text: "1__0" },
    { why: "an underscore in front", text: "_1" },
    { why: "or behind", text: "1_" },
    { why: "two signs", text: "+-1" },
    { why: "a blank after the sign", text: "- 1" },
    { why: "blanks inside", text: "1 0" },
    { why: "hexadecimal", text: "0x10" },
    { why: "a word", text: "ten" },
    { why: "zero rows", text: "0" },
    { why: "negative", text: "-1" },
    { why: "minus zero", text: "-0" },
  ])("checkRequest refuses limit $text: $why", ({ text }) => {
    expect(check({ limit: text })).toEqual(errors(`Parámetro limit inválido: ${text}`));
  });

  test("checkRequest takes start from 0 to 95000", () => {
    expect(["0", "-0", "95000"].map((start) => valid({ start }).start)).toEqual([0, 0, 95_000]);
  });

  test.each([
    {
      why: "as the integer it is",
      params: { limit: " +5_001 " },
      text: "limit por encima del límite permitido (5000): 5001",
    },
    {
      why: "in full",
      params: { limit: "9".repeat(40) },
      text: `limit por encima del límite permitido (5000): ${"9".repeat(40)}`,
    },
    {
      why: "start has its own",
      params: { start: "95001" },
      text: "start por encima del límite permitido (95000): 95001",
    },
    {
      why: "last says limit",
      params: { last: "5001" },
      text: "limit por encima del límite permitido (5000): 5001",
    },
    { why: "last may not be empty", params: { last: "" }, text: "last inválido: " },
    { why: "nor negative", params: { last: "-1" }, text: "last inválido: -1" },
  ])("checkRequest tells what is too much: $why", ({ params, text }) => {
    expect(check(params as unknown as Params)).toEqual(errors(`Parámetro ${text}`));
  });
});

describe("checkRequest pages", () => {
  test("checkRequest of last is the end of the table, ascending in the answer", () => {
    expect(valid({ last: "7" })).toMatchObject({ descending: true, start: 0, limit: 7, last: true });
    expect(valid({ last: "0" })).toMatchObject({ limit: 0, last: true });
    expect(valid({ sort: "desc", start: "3" })).toMatchObject({ descending: true, start: 3, last: false });
  });

  test.each(["sort=asc", "sort=desc", "start=0", "limit=100"])(
    "checkRequest does not take last together with %s",
    (other) => {
      const text = "El parámetro last no puede ser utilizado junto a sort, start, limit";
      const others = Object.fromEntries([other.split("=")]);
      expect(check({ ...others, last: "5" })).toEqual(errors(text));
      expect(check({ ...others, last: "x" })).toEqual(errors(text));
    },
  );
});

describe("checkRequest dates", () => {
  /** First and last day let in by a text given as start_date and as end_date. */
  const range = (text: string) => {
    const day = (value: number | undefined) => value === undefined ? undefined : isoDate(value);
    return [day(valid({ start_date: text }).from), day(valid({ end_date: text }).to)];
  };

  test.each([
    { why: "a year is its first and last day", text: "2020", from: "2020-01-01", to: "2020-12-31" },
    { why: "a month", text: "2020-02", from: "2020-02-01", to: "2020-02-29" },
    { why: "of a year without leap day", text: "1900-02", from: "1900-02-01", to: "1900-02-28" },
    { why: "of one digit", text: "2020-2", from: "2020-02-01", to: "2020-02-29" },
    { why: "a day", text: "2020-02-29", from: "2020-02-29", to: "2020-02-29" },
    { why: "of one digit each", text: "2020-2-3", from: "2020-02-03", to: "2020-02-03" },
    {
      why: "the basic form has no dash: its whole year",
      text: "20200203",
      from: "2020-02-03",
      to: "2020-12-31",
    },
    { why: "half of it has one: its whole month", text: "2020-0203", from: "2020-02-03", to: "2020-02-29" },
    { why: "the time is dropped", text: "2020-02-03 23:59:59.999", from: "2020-02-03", to: "2020-02-03" },
    { why: "hours and minutes", text: "2020-02-03 10:30", from: "2020-02-03", to: "2020-02-03" },
    { why: "without a colon", text: "2020-02-03 1030", from: "2020-02-03", to: "2020-02-03" },
    {
      why: "an offset does not move the day",
      text: "2020-02-03 23:30-03:00",
      from: "2020-02-03",
      to: "2020-02-03",
    },
    { why: "an offset of hours", text: "2020-02-03 23:30+03", from: "2020-02-03", to: "2020-02-03" },
    { why: "the basic form with a time", text: "20200203 10:30", from: "2020-02-03", to: "2020-12-31" },
    { why: "the first year", text: "0001", from: "0001-01-01", to: "0001-12-31" },
    { why: "the last", text: "9999-12", from: "9999-12-01", to: "9999-12-31" },
  ])("checkRequest reads $text as $from to $to: $why", ({ text, from, to }) => {
    expect(range(text)).toEqual([from, to]);
  });

  test.each([
    { why: "year and month without a dash", text: "202002" },
    { why: "slashes", text: "2020/02/03" },
    { why: "day first", text: "03-02-2020" },
    { why: "no such day", text: "2021-02-29" },
    { why: "no such month", text: "2021-13" },
    { why: "month 0", text: "2021-0" },
    { why: "day 0", text: "2021-01-0" },
    { why: "a blank in front", text: " 2020" },
    { why: "a blank behind", text: "2020 " },
    { why: "a lower-cased T", text: "2020-02-03t10:30" },
    { why: "a T", text: "2020-02-03T10:30" },
    { why: "a lower-cased Z", text: "2020-02-03 10:30z" },
    { why: "hour 24", text: "2020-02-03 24:00" },
    { why: "minute 60", text: "2020-02-03 10:60" },
    { why: "second 60", text: "2020-02-03 10:30:60" },
    { why: "an hour of one digit", text: "2020-02-03 1" },
    { why: "a month with a time", text: "2020-02 10:30" },
    { why: "year 0", text: "0000" },
    { why: "three digits", text: "202" },
    { why: "five digits", text: "20201" },
    { why: "the day of a year", text: "2020-034" },
    { why: "a week", text: "2020-w05" },
    { why: "a sign", text: "-2020" },
    { why: "words", text: "today" },
  ])("checkRequest refuses the date $text: $why", ({ text }) => {
    expect(check({ start_date: text })).toEqual(
      errors(`Fecha de start_date inválida (no ISO 8601): ${text}`),
    );
    expect(check({ end_date: text })).toEqual(errors(`Fecha de end_date inválida (no ISO 8601): ${text}`));
  });

  test.each([
    { why: "the same year", start: "2020", end: "2020", order: true },
    { why: "the same day", start: "2020-02-03", end: "2020-02-03", order: true },
    { why: "a month inside the year that is its end", start: "2020", end: "2020-01", order: true },
    { why: "unexpanded dates are compared", start: "2005-06", end: "2005", order: false },
    { why: "of days too", start: "2005-06-02", end: "2005-06", order: false },
    { why: "the day after", start: "2020-01-02", end: "2020-01-01", order: false },
  ])("checkRequest compares $start and $end: $why", ({ start, end, order }) => {
    const request = check({ start_date: start, end_date: end });
    if (order) expect(Array.isArray(request)).toBe(false);
    else expect(request).toEqual(errors("Filtro por rango temporal inválido (start > end)"));
  });
});

describe("checkRequest collapse", () => {
  test.each(
    [
      {
        why: "the coarsest asked for",
        frequencies: ["day", "quarter", "month"],
        collapse: "",
        target: "quarter",
      },
      { why: "one's own", frequencies: ["year"], collapse: "year", target: "year" },
      { why: "coarser", frequencies: ["day", "month"], collapse: "year", target: "year" },
      { why: "weeks of days", frequencies: ["day"], collapse: "week", target: "week" },
    ] as const,
  )("checkRequest collapses $frequencies by $collapse to $target: $why", (row) => {
    expect(valid({ collapse: row.collapse }, row.frequencies).target).toBe(row.target);
  });

  test.each(
    [
      { why: "finer than one of them", frequencies: ["day", "quarter"], collapse: "month" },
      { why: "months have no weeks", frequencies: ["month"], collapse: "week" },
      { why: "years have no days", frequencies: ["year"], collapse: "day" },
    ] as const,
  )("checkRequest does not collapse $frequencies by $collapse: $why", ({ frequencies, collapse }) => {
    expect(check({ collapse }, frequencies)).toEqual(errors(
      `Intervalo de collapse inválido para la(s) serie(s) seleccionadas: ${collapse}. Pruebe con un intervalo mayor`,
    ));
  });
});

describe("checkRequest stages", () => {
  /** One bad parameter of every stage, in the contract's order, with what it answers. */
  const STAGES: readonly (readonly [name: string, value: string, text: string])[] = [
    ["start_date", "x", "Fecha de start_date inválida (no ISO 8601): x"],
    ["start", "x", "Parámetro start inválido: x"],
    ["sort", "", "Parámetro sort inválido: "],
    ["last", "x", "Parámetro last inválido: x"],
    ["collapse", "x", "Parámetro collapse inválido: x"],
    ["metadata", "x", "Parámetro metadata inválido: x"],
    ["format", "", "Parámetro format inválido: <built-in function format>"],
    ["header", "", "Parámetro header inválido: "],
    ["sep", "", "El parámetro sep debe ser un solo caracter"],
    ["decimal", "..", "El parámetro decimal debe ser un solo caracter"],
  ];

  test.each(STAGES.map((stage, i) => ({ i, name: stage[0], text: stage[2] })))(
    "checkRequest ends with $name when every later stage fails too",
    ({ i, text }) => {
      expect(check(Object.fromEntries(STAGES.slice(i)))).toEqual(errors(text));
    },
  );

  test.each([
    {
      why: "both dates, start first",
      params: { end_date: "y", start_date: "x" },
      texts: ["Fecha de start_date inválida (no ISO 8601): x", "Fecha de end_date inválida (no ISO 8601): y"],
    },
    {
      why: "start before limit",
      params: { limit: "0", start: "-1" },
      texts: ["Parámetro start inválido: -1", "Parámetro limit inválido: 0"],
    },
  ])("checkRequest tells all of one stage: $why", ({ params, texts }) => {
    expect(check(params as unknown as Params)).toEqual(errors(...texts));
  });

  test.each([
    { why: "one sign outside the first plane is one", params: { sep: "😀" }, request: { separator: "😀" } },
    { why: "a tab", params: { sep: "\t" }, request: { separator: "\t" } },
    { why: "no decimal mark", params: { decimal: "" }, request: { decimal: "" } },
    { why: "any sign as decimal mark", params: { decimal: "é" }, request: { decimal: "é" } },
  ])("checkRequest counts signs: $why", ({ params, request }) => {
    expect(valid(params as unknown as Params)).toMatchObject(request);
  });
});
