// Publishers' CSV files as they come: line ends, quotes, encodings, dates and numbers of every spelling, and what
// is told of those that cannot be read.

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { decodeText, readCsv } from "../../src/ingest/csv.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
/** Each letter as one byte. */
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const isoOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** A file as dates and columns by title; NaN is null. */
function read(file: string | Uint8Array, timeTitle = "t") {
  const { days, columns } = readCsv(typeof file === "string" ? utf8(file) : file, timeTitle);
  return {
    dates: days.map(isoOf),
    columns: Object.fromEntries(
      columns.map((
        { title, values },
      ) => [title, [...values].map((value) => Number.isNaN(value) ? null : value)]),
    ),
  };
}

/** The message of a file that cannot be read. */
function fault(file: string | Uint8Array, timeTitle = "t"): string {
  try {
    readCsv(typeof file === "string" ? utf8(file) : file, timeTitle);
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid") return error.message;
    throw error;
  }
  return "";
}

/** The only column of a file of one row. */
const cell = (text: string) => readCsv(utf8(`t,a\n2020-01-01,${text}\n`), "t").columns[0]!;

const TWO = { dates: ["2020-01-01", "2020-02-01"], columns: { a: [1, 2] } };

describe("readCsv lines", () => {
  test.each([
    { why: "LF", file: "t,a\n2020-01-01,1\n2020-02-01,2\n" },
    { why: "no end of the last line", file: "t,a\n2020-01-01,1\n2020-02-01,2" },
    { why: "CRLF", file: "t,a\r\n2020-01-01,1\r\n2020-02-01,2\r\n" },
    { why: "lone CR", file: "t,a\r2020-01-01,1\r2020-02-01,2\r" },
    { why: "all three", file: "t,a\r\n2020-01-01,1\r2020-02-01,2\n" },
    { why: "blank lines at the end", file: "t,a\n2020-01-01,1\n2020-02-01,2\n\n\n" },
    { why: "with CRLF", file: "t,a\r\n2020-01-01,1\r\n2020-02-01,2\r\n\r\n\r\n" },
    { why: "blank lines at the beginning", file: "\n\r\nt,a\n2020-01-01,1\n2020-02-01,2" },
    { why: "and between", file: "t,a\n\n2020-01-01,1\n\n\n2020-02-01,2" },
    { why: "lines of blanks", file: " \nt,a\n\t \n2020-01-01,1\r\n  \r\n2020-02-01,2\n \t" },
    { why: "a byte order mark", file: "\uFEFFt,a\n2020-01-01,1\n2020-02-01,2" },
    { why: "a byte order mark and a quoted title", file: '\uFEFF"t","a"\n2020-01-01,1\n2020-02-01,2' },
    { why: "the time in the last column", file: "a,t\n1,2020-01-01\n2,2020-02-01" },
    { why: "everything in quotes", file: '"t","a"\r\n"2020-01-01","1"\r\n"2020-02-01","2"\r\n' },
    { why: "blanks around cells", file: "t,a\n 2020-01-01 , 1\n2020-02-01\t,2 \n" },
  ])("readCsv reads two rows: $why", ({ file }) => {
    expect(read(file)).toEqual(TWO);
  });

  test("readCsv of one column is dates alone", () => {
    expect(read("t\n2020-01-01\n2020-02-01\n")).toEqual({ ...TWO, columns: {} });
  });

  test("readCsv grows with the file", () => {
    const dates = Array.from({ length: 5_000 }, (_, i) => isoOf(i - 2_500));
    const { columns, dates: days } = read(`t,a\n${dates.map((date, i) => `${date},${i}`).join("\n")}`);
    expect(days).toEqual(dates);
    expect(columns.a).toEqual(dates.map((_, i) => i));
  });
});

describe("readCsv titles", () => {
  const titles = (header: string, cells = "") => Object.keys(read(`${header}\n2020-01-01${cells}`).columns);

  test.each([
    { why: "repeated ones are numbered", header: "t,a,a,b,a", titles: ["a", "a.1", "b", "a.2"] },
    {
      why: "blank ones are named by their place",
      header: "t,,a,",
      titles: ["Unnamed: 1", "a", "Unnamed: 3"],
    },
    { why: "quotes hold a separator", header: 't,"a,b"', titles: ["a,b"] },
    { why: "a line end", header: 't,"a\r\nb"', titles: ["a\r\nb"] },
    { why: "and doubled quotes", header: 't,"a ""b"""', titles: ['a "b"'] },
    { why: "blanks belong to a title", header: "t, a", titles: [" a"] },
    { why: "accents in UTF-8", header: "t,tasas_interés", titles: ["tasas_interés"] },
  ])("readCsv names columns $titles: $why", ({ header, titles: expected }) => {
    expect(titles(header)).toEqual(expected);
  });

  test("readCsv takes what is not UTF-8 for Latin-1", () => {
    expect(Object.keys(read(latin1("t,tasas_interés_ñ\n2020-01-01,1")).columns)).toEqual(["tasas_interés_ñ"]);
    expect(decodeText(latin1("Índice €".replace("€", "\x80")))).toBe("Índice €");
  });

  test("readCsv of the time column twice takes the first", () => {
    expect(read("t,t,a\n2020-01-01,5,1\n")).toEqual({
      dates: ["2020-01-01"],
      columns: { "t.1": [5], a: [1] },
    });
  });
});

describe("readCsv numbers", () => {
  test.each([
    { why: "a sign", text: "+5", value: 5 },
    { why: "no integer digits", text: ".5", value: 0.5 },
    { why: "no decimals after the point", text: "5.", value: 5 },
    { why: "negative without integer digits", text: "-.25", value: -0.25 },
    { why: "an exponent", text: "1e5", value: 100_000 },
    { why: "in capitals, negative", text: "1E-3", value: 0.001 },
    { why: "with a point and a sign", text: "-1.5e+2", value: -150 },
    { why: "zeros in front", text: "007.50", value: 7.5 },
    { why: "zeros behind", text: "1.50000000000000000000", value: 1.5 },
    { why: "more digits than a double has", text: "0.1000000000000000055511151231257827", value: 0.1 },
    { why: "the largest integers", text: "9007199254740993", value: 9007199254740992 },
    { why: "exactly fifteen digits", text: "123456789.012345", value: 123456789.012345 },
    { why: "blanks around", text: "  7 ", value: 7 },
    { why: "quoted", text: '"7.25"', value: 7.25 },
    { why: "too small for a double", text: "1e-400", value: 0 },
  ])("readCsv reads $text as $value: $why", ({ text, value }) => {
    expect([...cell(text).values]).toEqual([value]);
    expect(cell(text).texts).toBeUndefined();
  });

  test.each(["-0", "-0.00", "-0e5", "-.0", "-1e-400"])("readCsv reads %s as zero without a sign", (text) => {
    expect(Object.is(cell(text).values[0], 0)).toBe(true);
  });

  test("readCsv reads any decimal as the language does, to the last bit", () => {
    let state = 11;
    const random = (below: number) =>
      (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % (below * 16) >> 4;
    const texts = Array.from({ length: 20_000 }, () => {
      const digits = Array.from({ length: 1 + random(20) }, () => random(10)).join("");
      const point = random(digits.length + 2) - 1;
      const number = point < 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
      return ["", "-", "+"][random(3)] + number;
    });
    const { columns } = readCsv(utf8(`t,a\n${texts.map((text) => `2020-01-01,${text}`).join("\n")}`), "t");
    const wrong = texts.filter((text, i) => columns[0]!.values[i] !== Number(text) + 0);
    expect(wrong).toEqual([]);
  });

  test.each([
    ...["", " ", '""', "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "#N/A", "#NA"],
    ...["#N/A N/A", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", '"NA"'],
  ])("readCsv takes %j for a missing value", (text) => {
    const { values, textCount, texts, infiniteRow } = cell(text);
    expect([...values]).toEqual([NaN]);
    expect({ textCount, texts, infiniteRow }).toEqual({ textCount: 0 });
  });

  test.each(["inf", "-inf", "Infinity", "+INF", "1e999", "-1e999", `1${"0".repeat(400)}`])(
    "readCsv notes the row of the infinite value %s",
    (text) => {
      const { columns } = readCsv(utf8(`t,a\n2020-01-01,1\n2020-02-01,${text}\n2020-03-01,inf`), "t");
      expect(columns[0]).toMatchObject({ infiniteRow: 2, textCount: 0 });
      expect([...columns[0]!.values]).toEqual([1, NaN, NaN]);
    },
  );

  test.each([
    ...[".", "-", "+", "e5", "1e", "1e+", "--1", "1.2.3", "0x10", "1_000", "1 000", "5%", "$5", "S/D"],
    ...["None", "na", "Null", "infinito", "١"],
  ])("readCsv takes %j for a text", (text) => {
    expect(cell(text)).toMatchObject({ textCount: 1, texts: [text] });
    expect([...cell(text).values]).toEqual([NaN]);
  });

  test("readCsv shows all cells of a column with texts, and none of another", () => {
    const { columns } = readCsv(
      utf8('t,a,b\n2020-01-01,"1,5",1\n2020-02-01,4,2\n2020-03-01,,3\n2020-04-01,"x ""y""\nz",4'),
      "t",
    );
    expect(columns[0]).toMatchObject({ textCount: 2, texts: ["1,5", "4", 'x "y"\nz'] });
    expect(columns[1]!.texts).toBeUndefined();
    expect(columns[1]).toMatchObject({ textCount: 0 });
  });
});

describe("readCsv dates", () => {
  test.each([
    { text: "2020-02-29", date: "2020-02-29", why: "a day" },
    { text: "2020-02", date: "2020-02-01", why: "a month" },
    { text: "2020-2", date: "2020-02-01", why: "of one digit" },
    { text: "2020", date: "2020-01-01", why: "a year" },
    { text: "2020-2-3", date: "2020-02-03", why: "single digits" },
    { text: "2020/02/03", date: "2020-02-03", why: "slashes, year first" },
    { text: "20200203", date: "2020-02-03", why: "no dashes" },
    { text: "2020-02-03 00:00:00", date: "2020-02-03", why: "with a time" },
    { text: "2020-02-03T00:00:00Z", date: "2020-02-03", why: "with a T" },
    { text: "2020-02-03T00:00:00.000-03:00", date: "2020-02-03", why: "and an offset" },
    { text: "02/03/2020", date: "2020-02-03", why: "slashes are month first" },
    { text: "2/3/2020", date: "2020-02-03", why: "of one digit" },
    { text: "31/12/2020", date: "2020-12-31", why: "unless it cannot be" },
    { text: "02/03/2020 00:00", date: "2020-02-03", why: "with a time too" },
    { text: '"2020-02-03"', date: "2020-02-03", why: "quoted" },
    { text: " 2020-02-03 ", date: "2020-02-03", why: "blanks around" },
    { text: "1810-05-25", date: "1810-05-25", why: "before 1970" },
  ])("readCsv reads the date $text as $date: $why", ({ text, date }) => {
    expect(read(`t,a\n${text},1`)).toEqual({ dates: [date], columns: { a: [1] } });
  });

  test.each([
    ...[
      "2021-02-29",
      "2020-13-01",
      "2020-00-01",
      "2020-01-32",
      "31/31/2020",
      "0000-01-01",
      "2020-01-01-01",
      "202001",
    ],
    ...[
      "20a0-01-01",
      "2020-0:-01",
      "2020-01-0:",
      "2:20-01-01",
      "2020-01-0x",
      "enero 2020",
      "ene-20",
      "T1 2020",
      "43831",
      "NaT",
    ],
  ])("readCsv does not take %s for a date, and says which row", (text) => {
    const message = fault(`t,a\n2020-01-01,1\n${text},2\n`);
    expect(message).toContain("fila 2 ");
    expect(message).toContain(`"${text}"`);
  });
});

describe("readCsv faults", () => {
  test.each([
    { why: "an empty file", file: "", says: [/vacío/] },
    { why: "only line ends and blanks", file: "\r\n \n\t", says: [/vacío/] },
    { why: "only a byte order mark", file: "\uFEFF", says: [/vacío/] },
    { why: "a header alone", file: "t,a\n", says: [/ninguna fila/] },
    { why: "a header and blank lines", file: "t,a\r\n\r\n\n", says: [/ninguna fila/] },
    { why: "a page", file: "<!DOCTYPE html>\n<html>", says: [/HTML/] },
    { why: "a page after blank lines", file: "\n\n<html>", says: [/HTML/] },
    { why: "no such column: those there are", file: "indice,a\n2020,1", says: [/"t"/, /"indice", "a"/] },
    { why: "semicolons", file: "t;a\n2020;1", says: [/"t"/, /";"/] },
    { why: "tabulators", file: "t\ta\n2020\t1", says: [/tabulaciones/] },
    { why: "a blank date", file: "t,a\n2020-01-01,1\n,2", says: [/fila 2 no tiene fecha/] },
    { why: "a date of blanks", file: "t,a\n  ,2", says: [/fila 1 no tiene fecha/] },
    { why: "a short row without its date", file: "a,t\n1,2020-01-01\n2\n", says: [/fila 2 no tiene fecha/] },
    {
      why: "a row too long",
      file: "t,a\n2020-01-01,1\n2020-02-01,2,3",
      says: [/fila 2 /, /más celdas/, /\(2\)/],
    },
    { why: "a decimal comma makes it so", file: "t,a\n2020-01-01,1,5", says: [/fila 1 /, /más celdas/] },
    { why: "a quote that is not closed", file: 't,a\n2020-01-01,"1\n2020-02-01,2', says: [/comilla/] },
    { why: "one in the header", file: 't,"a\n2020-01-01,1', says: [/comilla/] },
    { why: "a null byte", file: "t,a\n2020-01-01,1\n2020-02-01,\0", says: [/nulo/, /línea 3/] },
    { why: "UTF-16", file: "t\0,\0a\0\n\0", says: [/nulo/, /línea 1/] },
  ])("readCsv says what is wrong: $why", ({ file, says }) => {
    for (const text of says) expect(fault(file)).toMatch(text);
  });

  test("readCsv takes short rows for missing values and blank cells too many for none", () => {
    expect(read("t,a,b\n2020-01-01\n2020-02-01,2\n2020-03-01,3,4,,\n2020-04-01,,5\n")).toEqual({
      dates: ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"],
      columns: { a: [null, 2, 3, null], b: [null, null, 4, 5] },
    });
  });

  test("readCsv shows the first titles of a wide file that lacks the time", () => {
    const message = fault(Array.from({ length: 500 }, (_, i) => `c${i}`).join(","));
    expect(message).toContain('"c7"');
    expect(message.length).toBeLessThan(200);
  });

  test("readCsv holds as many cells as it may and no row more", () => {
    const rows = (count: number) => utf8("t,a\n" + "2020-01-01,1\n".repeat(count));
    expect(readCsv(rows(100), "t", 200).days).toHaveLength(100);
    expect(() => readCsv(rows(101), "t", 200)).toThrow(/celdas/);
  });

  test("readCsv refuses a header of a million titles before it makes room for them", () => {
    expect(fault(`t${",".repeat(1_000_000)}\n2020-01-01\n`)).toMatch(/columnas/);
  });
});

describe("decodeText", () => {
  test("decodeText takes for UTF-8 exactly what the language's decoder does, else Latin-1", () => {
    const strict = new TextDecoder("utf-8", { fatal: true });
    const strange = [
      0x00,
      0x41,
      0x7f,
      0x80,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xc3,
      0xdf,
      0xe0,
      0xe1,
      0xed,
      0xef,
      0xf0,
      0xf3,
      0xf4,
      0xf5,
      0xff,
    ];
    let state = 5;
    for (let i = 0; i < 30_000; i++) {
      const bytes = Uint8Array.from({ length: 1 + i % 5 }, () => {
        state = Math.imul(state, 1664525) + 1013904223 >>> 0;
        return strange[(state >>> 8) % strange.length]!;
      });
      let expected;
      try {
        expected = strict.decode(bytes);
      } catch {
        expected = new TextDecoder("windows-1252").decode(bytes);
      }
      if (decodeText(bytes) !== expected) expect([...bytes, decodeText(bytes)]).toEqual([...bytes, expected]);
    }
  });
});
