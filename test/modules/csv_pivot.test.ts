// The module over real files, within this process: two publishers' raw files become the published ones, byte by byte;
// then the rules one by one, and the faults with their file, line and column. As a process it is in
// test/slow/csv_pivot.test.ts.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { dateFormat } from "../../src/modules/csv_pivot/date_format.ts";
import { addDecimals, compareDecimals, decimalReader } from "../../src/modules/csv_pivot/decimal_text.ts";
import { pivotFile } from "../../src/modules/csv_pivot/pivot_file.ts";
import { ConfigurationFault } from "../../src/modules/configuration.ts";
import { isoDate } from "../../src/core/time.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

let folder: string;
let told: string[];
const at = (name: string) => path.join(folder, name);
const write = (name: string, content: string | Uint8Array) => fs.writeFileSync(at(name), content);

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-pivot-"));
  told = [];
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const pivot = (input = at("in.csv"), conf = at("conf.json")) =>
  pivotFile({ input, output: at("out.csv"), conf }, {
    tell: (line) => told.push(line),
    onDiscard: () => {},
  });

const CONF = {
  date: { column: "f" },
  values: [{ column: "v", title: "v_{k}" }],
};

function given(input: string | Uint8Array, conf: object = {}): void {
  write("in.csv", input);
  write("conf.json", JSON.stringify({ ...CONF, ...conf }));
}

describe("csv_pivot on what publishers gave", () => {
  // Counted in the raw files: two names without a station of 365 rows each, one station without a code.
  const smn = {
    rows_in: 44_684,
    rows_out: 365,
    columns: 120,
    left_out: { filter: 0, join: 730, title: 365 },
  };

  test.each([
    { raw: "smn-temperaturas", conf: "smn_temperaturas_maximas", published: "smn/temperaturas-maximas" },
    { raw: "smn-temperaturas", conf: "smn_temperaturas_minimas", published: "smn/temperaturas-minimas" },
    { raw: "magyp-cultivos-latin1", conf: "magyp_cultivo_girasol", published: "magyp/cultivo-girasol" },
    { raw: "magyp-cultivos-latin1", conf: "magyp_cultivo_maiz", published: "magyp/cultivo-maiz" },
    { raw: "magyp-cultivos-latin1", conf: "magyp_cultivo_soja", published: "magyp/cultivo-soja" },
    { raw: "magyp-cultivos-latin1", conf: "magyp_cultivo_trigo", published: "magyp/cultivo-trigo" },
  ])("gives $published from $raw", async ({ raw, conf, published }) => {
    const summary = await pivot(
      `${ROOT}etl_sequences/raw/${raw}.csv`,
      `${ROOT}etl_sequences/conf/${conf}.json`,
    );
    // In two steps, as a diff of such files would take minutes to print.
    const [ours, theirs] = [at("out.csv"), `${ROOT}src/network/${published}.csv`].map((file) =>
      fs.readFileSync(file, "utf8").split("\n")
    );
    expect(ours!.length).toBe(theirs!.length);
    for (const [i, line] of theirs!.entries()) expect(ours![i]).toBe(line);
    if (raw.startsWith("smn")) {
      expect(summary).toMatchObject(smn);
      expect(told.join("\n")).toContain('"PRESIDENCIA ROQUE SAENZ PEÑA AERO"');
    }
  });
});

describe("csv_pivot", () => {
  test.each<{ why: string; input: string | Uint8Array; output: string; conf?: object }>([
    {
      why: "fills the dates between with blanks, in order",
      input: "f,k,v\n2020-01-03,a,3\n2020-01-01,a,1\n2020-01-01,b,2\n",
      output: "indice_tiempo,v_a,v_b\n2020-01-01,1,2\n2020-01-02,,\n2020-01-03,3,\n",
    },
    {
      why: "knows leap years",
      input: "f,k,v\n2020-02-28,a,1\n2020-03-01,a,2\n",
      output: "indice_tiempo,v_a\n2020-02-28,1\n2020-02-29,\n2020-03-01,2\n",
    },
    {
      why: "puts the columns of each value together, by title",
      input: "f,k,v,w\n2020-01-01,b,1,2\n2020-01-01,a,3,4\n",
      output: "indice_tiempo,w_a,w_b,v_a,v_b\n2020-01-01,4,2,3,1\n",
      conf: { values: [{ column: "w", title: "w_{k}" }, { column: "v", title: "v_{k}" }] },
    },
    {
      why: "brings titles to lower case without accents",
      input: "f,k,v\n2020-01-01,Río Negro (Sur),1\n",
      output: "indice_tiempo,v_rio_negro_sur\n2020-01-01,1\n",
    },
    {
      why: "reads days of months by their first day, and grids by month",
      input: "f,k,v\n12/2020,a,1\n2/2021,a,2\n",
      output: "indice_tiempo,v_a\n2020-12-01,1\n2021-01-01,\n2021-02-01,2\n",
      conf: { date: { column: "f", format: "M/YYYY", frequency: "month" } },
    },
    {
      why: "adds exactly what the floating point would not",
      input: "f,k,v\n2020-01-01,a,0.1\n2020-01-01,a,0.2\n2020-01-01,b,\n2020-01-01,b,-5\n",
      output: "indice_tiempo,v_a,v_b\n2020-01-01,0.3,-5\n",
      conf: { repeated: "sum" },
    },
    {
      why: "takes the larger of two",
      input: "f,k,v\n2020-01-01,a,9\n2020-01-01,a,10\n",
      output: "indice_tiempo,v_a\n2020-01-01,10\n",
      conf: { repeated: "max" },
    },
    {
      why: "takes the smaller of two",
      input: "f,k,v\n2020-01-01,a,9\n2020-01-01,a,10\n",
      output: "indice_tiempo,v_a\n2020-01-01,9\n",
      conf: { repeated: "min" },
    },
    {
      why: "keeps the decimals as they are written",
      input: "f,k,v\n2020-01-01,a,-0.50\n",
      output: "indice_tiempo,v_a\n2020-01-01,-0.50\n",
    },
    {
      why: "leaves out columns with too few values",
      input: "f,k,v\n2020-01-01,a,1\n2020-01-02,a,2\n2020-01-03,b,3\n",
      output: "indice_tiempo,v_a\n2020-01-01,1\n2020-01-02,2\n",
      conf: { min_values: 2 },
    },
    {
      why: "filters by any of several texts",
      input: "f,k,v\n2020-01-01,a,1\n2020-01-01,b,2\n2020-01-01,c,3\n",
      output: "indice_tiempo,v_a,v_c\n2020-01-01,1,3\n",
      conf: { filter: { k: ["a", "c"] } },
    },
    {
      why: "reads separators of thousands and Latin-1, and writes another delimiter and title of time",
      input: Uint8Array.from("f;k;v\r\n2020-01-01;Ñandú;1.234,5\r\n", (sign) => sign.charCodeAt(0)),
      output: "fecha;v_nandu\n2020-01-01;1234.5\n",
      conf: {
        encoding: "latin-1",
        delimiter: ";",
        decimal: ",",
        thousands: ".",
        output_delimiter: ";",
        time_title: "fecha",
      },
    },
  ])("$why", async ({ input, output, conf }) => {
    given(input, conf);
    await pivot();
    expect(fs.readFileSync(at("out.csv"), "utf8")).toBe(output);
    expect(fs.readdirSync(folder).sort()).toEqual(["conf.json", "in.csv", "out.csv"]);
  });

  test("counts what a joined file leaves out", async () => {
    given("f,k,v\n2020-01-01,x,1\n2020-01-01,y,2\n2020-01-01,z,3\n", {
      join: { file: "names.csv", column: "k", file_column: "key", delimiter: "|" },
      values: [{ column: "v", title: "{code}_{k}" }],
    });
    write("names.csv", "key|code\nx|ONE\ny|\n");
    const { left_out } = await pivot();
    expect(fs.readFileSync(at("out.csv"), "utf8")).toBe("indice_tiempo,one_x\n2020-01-01,1\n");
    expect(left_out).toEqual({ filter: 0, join: 1, title: 1 });
    expect(told.join("\n")).toContain('names.csv: sin correspondencia "z"');
  });

  test.each<{ why: string; input?: string; conf?: object; message: string; isConfiguration?: true }>([
    {
      why: "a value that is no number",
      input: "f,k,v\n2020-01-01,a,1\n2020-01-02,a,x1\n",
      message: 'in.csv, línea 3, columna "v": "x1" no es un número',
    },
    {
      why: "thousands in the wrong place",
      input: "f,k,v\n2020-01-01,a,1.5\n",
      conf: { thousands: ".", decimal: "," },
      message: 'in.csv, línea 2, columna "v": "1.5" no es un número',
    },
    {
      why: "a date that does not exist, after a quoted line end",
      input: 'f,k,v\n2020-01-01,"a\nb",1\n2021-02-29,a,1\n',
      message: 'in.csv, línea 4, columna "f": "2021-02-29" no es una fecha YYYY-MM-DD',
    },
    {
      why: "two values for a place",
      input: "f,k,v\n2020-01-01,a,1\n2020-01-01,A,1\n",
      message: 'in.csv, línea 3, columna "v": la columna "v_a" ya tiene un valor en 2020-01-01',
    },
    {
      why: "a short row",
      input: "f,k,v\n2020-01-01,a\n",
      message: "in.csv, línea 2, columna 1: la fila tiene 2 celdas y el encabezado 3",
    },
    {
      why: "bytes of another encoding",
      input: "f,k,v\n2020-01-01,\xd1,1\n",
      message: "in.csv, línea 2, columna 12: hay bytes que no son UTF-8",
    },
    {
      why: "a column that is not there",
      input: "f,key,v\n",
      message: 'in.csv, línea 1, columna 1: no existe la columna "k" (hay: f, key, v)',
    },
    {
      why: "a column that is there twice",
      input: "f,k,v,k\n",
      message: 'in.csv, línea 1, columna 1: hay dos columnas "k"',
    },
    { why: "an empty file", input: "", message: "in.csv, línea 1, columna 1: el archivo está vacío" },
    { why: "no rows", input: "f,k,v\n", message: "in.csv: ninguna columna llega a 1 valores" },
    {
      why: "a date that is far away",
      input: `f,k,v\n0001-01-01,a,1\n${
        Array.from({ length: 20 }, (_, i) => `9999-01-01,k${i},1\n`).join("")
      }`,
      message: 'in.csv, columna "f": entre 0001-01-01 y 9999-01-01 habría 3651695 filas de 21 columnas',
    },
    {
      why: "a joined file that says two things",
      conf: { join: { file: "in.csv", column: "k" } },
      input: "f,k,v\n2020-01-01,a,1\n2020-01-02,a,2\n",
      message: 'in.csv, línea 3, columna "k": "a" ya está en otra fila, con otros datos',
    },
    {
      why: "an unknown key",
      conf: { valeus: [] },
      message: 'conf.json: no existe la clave "valeus"',
      isConfiguration: true,
    },
    {
      why: "no values",
      conf: { values: [] },
      message: 'conf.json: "values" debe ser una lista con al menos un valor',
      isConfiguration: true,
    },
    {
      why: "a value without a title",
      conf: { values: [{ column: "v" }] },
      message: 'conf.json: "values" 0: falta "title"',
      isConfiguration: true,
    },
    {
      why: "a brace that is not closed",
      conf: { values: [{ column: "v", title: "v_{k" }] },
      message: 'conf.json: "values" 0: "title" tiene una llave suelta ("v_{k")',
      isConfiguration: true,
    },
    {
      why: "a format without a year",
      conf: { date: { column: "f", format: "DDMM" } },
      message: 'conf.json: "date": "format" no es un formato de fecha ("DDMM")',
      isConfiguration: true,
    },
    {
      why: "a format too coarse for its frequency",
      conf: { date: { column: "f", format: "YYYY/YY", frequency: "month" } },
      message: 'conf.json: "date": "format" ("YYYY/YY") no alcanza para "frequency": "month"',
      isConfiguration: true,
    },
    {
      why: "two separators that are the same",
      conf: { thousands: "." },
      message: 'conf.json: "decimal" (".") y "thousands" (".") deben ser signos distintos',
      isConfiguration: true,
    },
    {
      why: "two values with one title",
      input: "f,k,v\n2020-01-01,a,1\n",
      conf: { values: [{ column: "v", title: "x" }, { column: "v", title: "x" }] },
      message: '"values" 0 y 1 dan la misma columna "x"',
      isConfiguration: true,
    },
  ])("refuses $why, and leaves nothing", async ({ input = "f,k,v\n", conf, message, isConfiguration }) => {
    given(input.includes("\xd1") ? Uint8Array.from(input, (sign) => sign.charCodeAt(0)) : input, conf);
    const error = await pivot().then(() => undefined, (reason) => reason);
    expect(error).toBeInstanceOf(Problem);
    expect(error.message).toContain(message);
    expect(error instanceof ConfigurationFault).toBe(isConfiguration ?? false);
    expect(fs.readdirSync(folder).sort()).toEqual(["conf.json", "in.csv"]);
  });

  test("tells where the configuration stops being JSON", async () => {
    given("f,k,v\n");
    write("conf.json", '{\n  "date": x\n}');
    await expect(pivot()).rejects.toThrow(/conf\.json, línea 2, columna 11: no es JSON válido/);
  });

  test("keeps the result of before when it fails", async () => {
    given("f,k,v\nx,a,1\n");
    write("out.csv", "before");
    await expect(pivot()).rejects.toThrow(Problem);
    expect(fs.readFileSync(at("out.csv"), "utf8")).toBe("before");
  });
});

describe("dateFormat", () => {
  test.each([
    { format: "DDMMYYYY", text: "16112019", day: "2019-11-16" },
    { format: "DDMMYYYY", text: "1611201", day: undefined },
    { format: "D/M/YYYY", text: "1/2/2020", day: "2020-02-01" },
    { format: "YYYY/YY", text: "1999/00", day: "1999-01-01" },
    { format: "YYYY/YY", text: "1969/71", day: undefined },
    { format: "YYYY-YYYY", text: "2018-2019", day: "2018-01-01" },
    { format: "YYYY.MM", text: "2018x02", day: undefined },
    { format: "YYYY", text: "2018", day: "2018-01-01" },
  ])("$format reads $text as $day", ({ format, text, day }) => {
    const found = dateFormat(format)!.read(text);
    expect(found === undefined ? undefined : isoDate(found)).toBe(day);
  });

  test.each(["", "YY", "YY/YYYY", "DDYYYY", "YYYY-MM-MM", "YYYYYYYYYYYY"])("refuses %j", (format) => {
    expect(dateFormat(format)).toBeUndefined();
  });
});

describe("decimals", () => {
  const european = decimalReader({ decimal: ",", thousands: "." });

  test.each([
    { text: "1.234.567,89", number: "1234567.89" },
    { text: "30000", number: "30000" },
    { text: "-1,5", number: "-1.5" },
    { text: "1.23", number: undefined },
    { text: "1234.567", number: undefined },
    { text: ",5", number: undefined },
    { text: "1e3", number: undefined },
  ])("read $text as $number", ({ text, number }) => expect(european(text)).toBe(number));

  test.each([
    ["0.1", "0.2", "0.3"],
    ["1", "0.05", "1.05"],
    ["-0.5", "0.25", "-0.25"],
    ["9007199254740993", "1", "9007199254740994"],
    ["-1.0", "1", "0.0"],
  ])("%s and %s are %s", (a, b, sum) => expect(addDecimals(a, b)).toBe(sum));

  test("are compared by their value", () => {
    expect(compareDecimals("9", "10.0")).toBeLessThan(0);
    expect(compareDecimals("-9", "-10")).toBeGreaterThan(0);
    expect(compareDecimals("1", "1.00")).toBe(0);
  });
});
