// The module over real folders, within this process: configuration, files by name, reading and writing CSV, and what
// is left behind when something fails. As a process it is in test/slow/data_refine.test.ts.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { ConfigurationFault } from "../../src/modules/configuration.ts";
import { columnNames, refineFolder, type Summary } from "../../src/modules/data_refine/refine_folder.ts";

const FIXTURES = new URL("../fixtures/etl/", import.meta.url).pathname;
const UPPERCASE = [{ op: "core/text-transform", columnName: "a", expression: "value.toUppercase()" }];

let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);
const write = (file: string, content: string | Uint8Array) => fs.writeFileSync(at(file), content);
const read = (file: string) => fs.readFileSync(at(file), "utf8");
const outputs = () => fs.readdirSync(at("out")).sort();

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-refine-"));
  for (const name of ["in", "out", "conf", "conf/filters"]) fs.mkdirSync(at(name));
  configure({});
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function configure(conf: object, filters: Readonly<Record<string, unknown>> = { "t.json": [] }): void {
  write("conf/conf.json", JSON.stringify(conf));
  for (const [name, history] of Object.entries(filters)) {
    write(`conf/filters/${name}`, JSON.stringify(history));
  }
}

const refine = (conf = at("conf")): Promise<Summary> =>
  refineFolder(
    { input: at("in"), output: at("out"), conf },
    { now: Date.UTC(2026, 10, 21), tell: () => {}, onDiscard: () => {} },
  );

async function failure(run: Promise<unknown>): Promise<Problem> {
  const error = await run.then(() => undefined, (reason) => reason);
  expect(error).toBeInstanceOf(Problem);
  expect(outputs(), "nothing is left behind").toEqual([]);
  return error;
}

describe("refineFolder on the sample of the original", () => {
  beforeEach(() => {
    fs.copyFileSync(`${FIXTURES}contrataciones/Contrataciones.csv`, at("in/Contrataciones.csv"));
  });
  const fixture = (name: string) =>
    fs.readFileSync(`${FIXTURES}contrataciones/Contrataciones.${name}.csv`, "utf8");

  test("writes the right result, not that of the original", async () => {
    const summary = await refine(`${FIXTURES}data_refine`);
    expect(read("out/Contrataciones.csv")).toBe(fixture("expected"));
    expect(read("out/Contrataciones.csv")).not.toBe(fixture("original-fault"));
    expect(outputs()).toEqual(["Contrataciones.csv"]);
    expect(Object.keys(summary.files)).toEqual(["Contrataciones.csv"]);
  });
});

describe("refineFolder reads and writes", () => {
  const cases: readonly {
    why: string;
    input: string | Uint8Array;
    output: string;
    conf?: object;
    history?: unknown;
  }[] = [
    { why: "the delimiter of the original by default", input: "a,b\n1,2\n", output: "a;b\n1;2\n" },
    { why: "semicolons found by themselves", input: "a;b\n1,5;2\n3,5;4\n", output: "a;b\n1,5;2\n3,5;4\n" },
    { why: "tabs found by themselves", input: "a\tb\n1,5\t2;3\n", output: 'a;b\n1,5;"2;3"\n' },
    { why: "bars found by themselves", input: "a|b\n1|2\n", output: "a;b\n1;2\n" },
    {
      why: "delimiters within quotes do not count",
      input: 'a,"b;c;d;e"\n1,"2;3;4;5"\n',
      output: 'a;"b;c;d;e"\n1;"2;3;4;5"\n',
    },
    {
      why: "a given input delimiter",
      input: "a;b,c\n1;2,3\n",
      output: '"a;b";c\n"1;2";3\n',
      conf: { input_delimiter: "," },
    },
    {
      why: "a given output delimiter",
      input: "a,b\n1,x;y\n",
      output: "a\tb\n1\tx;y\n",
      conf: { output_delimiter: "\t" },
    },
    { why: "one column", input: "a\n1\n\n2\n", output: 'a\n1\n""\n2\n' },
    {
      why: "quotes, new lines and doubled quotes",
      input: 'a,b\n"x\ny","q""q"\n',
      output: 'a;b\n"x\ny";"q""q"\n',
    },
    {
      why: "line ends of Windows, also within cells",
      input: 'a,b\r\n1,"x\r\ny"\r\n',
      output: 'a;b\n1;"x\r\ny"\n',
    },
    { why: "no last line end", input: "a,b\n1,2", output: "a;b\n1;2\n" },
    { why: "no last line end after a quote", input: 'a,b\n1,"2"', output: "a;b\n1;2\n" },
    {
      why: "a quote within a cell that does not begin with it",
      input: 'a,b\n5" x,2\n',
      output: 'a;b\n"5"" x";2\n',
    },
    { why: "blanks around cells stay", input: "a,b\n 1 , 2\n", output: "a;b\n 1 ; 2\n" },
    { why: "short rows are blank at their end", input: "a,b,c\n1\n", output: "a;b;c\n1;;\n" },
    { why: "blank rows stay", input: "a,b\n1,2\n\n3,4\n", output: "a;b\n1;2\n;\n3;4\n" },
    { why: "blank cells beyond the header are dropped", input: "a,b\n1,2,,\n", output: "a;b\n1;2\n" },
    { why: "leading zeros are text", input: "a,b\n007,1e5\n", output: "a;b\n007;1e5\n" },
    {
      why: "a byte order mark is no part of a name",
      input: "\ufeffa,b\nx,y\n",
      output: "a;b\nX;y\n",
      history: UPPERCASE,
    },
    { why: "a header alone", input: "a,b\n", output: "a;b\n" },
    {
      why: "windows-1252",
      input: Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0xf1, 0x2c, 0x80, 0x0a),
      output: "a;b\nÑ;€\n",
      conf: { encoding: "windows-1252" },
      history: UPPERCASE,
    },
    {
      why: "latin-1, whose 0x80 is a control character",
      input: Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0xf1, 0x2c, 0x80, 0x0a),
      output: "a;b\nÑ;\u0080\n",
      conf: { encoding: "latin-1" },
      history: UPPERCASE,
    },
    {
      why: "quotes around everything",
      input: "a,b\n1,\n",
      output: '"a";"b"\n"1";""\n',
      conf: { quote: "all" },
    },
  ];

  test.each(cases)("$why", async ({ input, output, conf = {}, history = [] }) => {
    configure(conf, { "t.json": history });
    write("in/t.csv", input);
    await refine();
    expect(read("out/t.csv")).toBe(output);
  });

  test("rows across the pieces that a file is read in", async () => {
    // Pieces are of 64 KiB: rows of 7 to 13 bytes end at every place of a piece, within letters of two bytes too.
    const rows = Array.from({ length: 200_000 }, (_, i) => i % 3 === 0 ? `"ñ\n""${i}",ó` : `ñ${i},ó`);
    write("in/t.csv", `a,b\n${rows.join("\n")}\n`);
    configure({}, { "t.json": UPPERCASE });
    await refine();
    const wanted = rows.map((_, i) => i % 3 === 0 ? `"Ñ\n""${i}";ó` : `Ñ${i};ó`);
    expect(read("out/t.csv") === `a;b\n${wanted.join("\n")}\n`).toBe(true);
  });

  test("names as OpenRefine imports them", () => {
    expect(columnNames([" a ", "a", "", "", "b c", "b c", "a"])).toEqual(
      ["a", "a2", "Column", "Column2", "b c", "b c 2", "a3"],
    );
  });
});

describe("refineFolder refuses what a file holds, with line and column", () => {
  test.each([
    {
      why: "a quote that does not close",
      input: 'a,b\n1,2\n3,"x\ny\n',
      says: "t.csv, línea 3, columna 3: la comilla no se cierra",
    },
    {
      why: "text after a quote",
      input: 'a,b\n"x"y,2\n',
      says: "t.csv, línea 2, columna 4: hay texto después de la comilla",
    },
    {
      why: "text after a quote, below lines within quotes",
      input: 'a,b\n"1\n2",3\n"4\n5"z,6\n',
      says: "t.csv, línea 5, columna 3: hay texto",
    },
    {
      why: "cells beyond the header",
      input: "a,b\n1,2\n1,2,3\n",
      says: "t.csv, línea 3, columna 1: la fila tiene 3 celdas y el encabezado 2",
    },
    {
      why: "bytes that are no UTF-8",
      input: Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0xf1, 0x0a),
      says: "t.csv, línea 2, columna 3: hay bytes que no son UTF-8",
    },
    { why: "an empty file", input: "", says: "t.csv, línea 1, columna 1: el archivo está vacío" },
    {
      why: "a pattern that needs too many steps",
      input: `a,b\nx,1\n${"a".repeat(60)}!,2\n`,
      history: [{ op: "core/text-transform", columnName: "a", expression: "value.replace(/(a+)+$/, '')" }],
      says: "t.csv, línea 3: ",
    },
  ])(
    "$why",
    async (
      { input, says, history = [] }: { input: string | Uint8Array; says: string; history?: unknown },
    ) => {
      configure({}, { "t.json": history });
      write("in/t.csv", input);
      const error = await failure(refine());
      expect(error.message).toContain(says);
      expect(error).not.toBeInstanceOf(ConfigurationFault);
    },
  );

  test("a fault in the second file leaves no result of the first", async () => {
    configure({}, { "a.json": [], "b.json": [] });
    write("in/a.csv", "x\n1\n");
    write("in/b.csv", 'x\n"1\n');
    expect((await failure(refine())).message).toContain("b.csv, línea 2");
  });

  test("a result that was there before stays as it was", async () => {
    write("in/t.csv", 'a\n"1\n');
    write("out/t.csv", "before");
    await expect(refine()).rejects.toBeInstanceOf(Problem);
    expect(read("out/t.csv")).toBe("before");
    expect(outputs()).toEqual(["t.csv"]);
  });
});

describe("refineFolder finds histories by name", () => {
  test("the name ends at the first dot, and the affixes of the configuration apply", async () => {
    configure(
      {
        filters_name: "f_",
        filters_format: "txt",
        outputs_suffix: "_ok",
        outputs_format: "tsv",
        output_delimiter: "\t",
      },
      { "f_t.txt": UPPERCASE },
    );
    write("in/t.2016.csv", "a,b\nx,y\n");
    await refine();
    expect(outputs()).toEqual(["t_ok.tsv"]);
    expect(read("out/t_ok.tsv")).toBe("a\tb\nX\ty\n");
  });

  test("config.json is read where there is no conf.json", async () => {
    fs.renameSync(at("conf/conf.json"), at("conf/config.json"));
    write("in/t.csv", "a\nx\n");
    await refine();
    expect(outputs()).toEqual(["t.csv"]);
  });

  test.each([
    { policy: undefined, files: undefined },
    { policy: "fail", files: undefined },
    { policy: "copy", files: ["other.csv", "t.csv"] },
    { policy: "skip", files: ["t.csv"] },
  ])("a missing history: $policy", async ({ policy, files }) => {
    configure(policy === undefined ? {} : { on_missing_filter: policy }, { "t.json": UPPERCASE });
    write("in/t.csv", "a\nx\n");
    write("in/other.csv", "a,b\nx,y\n");
    if (files === undefined) {
      expect((await failure(refine())).message).toContain(at("conf/filters/other.json"));
      return;
    }
    const { skipped } = await refine();
    expect(outputs()).toEqual(files);
    expect(skipped).toEqual(policy === "skip" ? ["other.csv"] : []);
    if (policy === "copy") expect(read("out/other.csv"), "in the format of the others").toBe("a;b\nx;y\n");
  });

  test("hidden files and folders are nobody's data", async () => {
    fs.mkdirSync(at("in/folder"));
    write("in/.gitkeep", "");
    write("in/t.csv", "a\nx\n");
    expect(Object.keys((await refine()).files)).toEqual(["t.csv"]);
  });
});

describe("refineFolder refuses configurations before it reads a row", () => {
  const t = { "in/t.csv": "a,b\n1,2\n" };
  const cases: readonly {
    why: string;
    files: Readonly<Record<string, string>>;
    says: string;
  }[] = [
    {
      why: "JSON that ends early",
      files: { ...t, "conf/conf.json": '{\n  "quote": ' },
      says: "conf.json, línea 2, columna 12: no es JSON",
    },
    { why: "a list", files: { ...t, "conf/conf.json": "[]" }, says: "debe ser un objeto" },
    {
      why: "an unknown key",
      files: { ...t, "conf/conf.json": '{"output_delimeter": ";"}' },
      says: '"output_delimeter"',
    },
    {
      why: "an unknown encoding",
      files: { ...t, "conf/conf.json": '{"encoding": "utf-16"}' },
      says: '"encoding"',
    },
    {
      why: "a delimiter of two characters",
      files: { ...t, "conf/conf.json": '{"output_delimiter": "||"}' },
      says: '"output_delimiter"',
    },
    {
      why: "a quote as delimiter",
      files: { ...t, "conf/conf.json": '{"input_delimiter": "\\""}' },
      says: '"input_delimiter"',
    },
    {
      why: "a suffix that leaves the folder",
      files: { ...t, "conf/conf.json": '{"outputs_suffix": "/../x"}' },
      says: '"outputs_suffix"',
    },
    {
      why: "an unknown policy",
      files: { ...t, "conf/conf.json": '{"on_missing_filter": "x"}' },
      says: '"on_missing_filter"',
    },
    {
      why: "a history that is no JSON",
      files: { ...t, "conf/filters/t.json": "[\n{]" },
      says: "t.json, línea 2, columna 2: no es JSON",
    },
    {
      why: "an unknown operation",
      files: { ...t, "conf/filters/t.json": '[{"op":"core/nothing"}]' },
      says: "t.json: Operación 0 (core/nothing): no se conoce la operación",
    },
    {
      why: "a column that the file does not have",
      files: { ...t, "conf/filters/t.json": '[{"op":"core/column-removal","columnName":"zz"}]' },
      says: 't.json: Operación 0 (core/column-removal): No hay columna "zz"',
    },
    {
      why: "two files of one name",
      files: { ...t, "in/t.2016.csv": "a\n" },
      says: "darían el mismo archivo",
    },
  ];

  test.each(cases)("$why", async ({ files, says }) => {
    for (const [file, content] of Object.entries(files)) write(file, content);
    const error = await failure(refine());
    expect(error).toBeInstanceOf(ConfigurationFault);
    expect(error.message).toContain(says);
  });

  test("no configuration", async () => {
    expect((await failure(refine(at("elsewhere")))).message).toContain("No hay conf.json ni config.json");
  });

  test("results over the files they come from", async () => {
    write("in/t.csv", "a\n");
    const run = refineFolder(
      { input: at("in"), output: at("in"), conf: at("conf") },
      { now: 0, tell: () => {}, onDiscard: () => {} },
    );
    expect((await failure(run)).message).toContain("tomaría el lugar");
    expect(read("in/t.csv")).toBe("a\n");
  });

  test.each([
    { why: "an empty folder", prepare: () => {}, says: "no tiene archivos" },
    { why: "no input folder", prepare: () => fs.rmdirSync(at("in")), says: "carpeta de entrada" },
  ])("$why", async ({ prepare, says }) => {
    prepare();
    const error = await failure(refine());
    expect(error.message).toContain(says);
    expect(error).not.toBeInstanceOf(ConfigurationFault);
  });
});
