// The module in parts, without a database: which texts a type takes, dates, which files go to which table, addresses
// and what a configuration must be. With databases it is in test/slow/db_loader.test.ts and
// test/services/db_loader_postgres.test.ts.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { columnType, type TextRules } from "../../src/modules/db_loader/column_type.ts";
import { readConfiguration } from "../../src/modules/db_loader/configuration.ts";
import { type DateFormat, dateFormat } from "../../src/modules/db_loader/date_format.ts";
import { matchFiles } from "../../src/modules/db_loader/load_folder.ts";
import { masked, readAddress } from "../../src/modules/db_loader/target.ts";

const formats = (...texts: string[]): DateFormat[] => texts.map((text) => dateFormat(text)!);
const rules = (change: Partial<TextRules> = {}): TextRules => ({ decimal: ".", dateFormats: [], ...change });

describe("columnType", () => {
  test.each([
    ["String", "varchar(255)", "TEXT"],
    ["String(7)", "varchar(7)", "TEXT"],
    ["Text", "text", "TEXT"],
    ["UnicodeText", "text", "TEXT"],
    ["UnicodeText(7)", "text", "TEXT"],
    ["Integer", "integer", "INTEGER"],
    ["BigInteger", "bigint", "INTEGER"],
    ["Float", "double precision", "REAL"],
    ["Boolean", "boolean", "INTEGER"],
    ["Date", "date", "TEXT"],
    ["Time", "time", "TEXT"],
    ["DateTime", "timestamp", "TEXT"],
  ])("%s is %s in PostgreSQL and %s in SQLite", (name, postgres, sqlite) => {
    expect(columnType(name)).toMatchObject({ postgres, sqlite });
  });

  test.each(["string", "String()", "String(0)", "String(-1)", "Text(5)", "Numeric", "toString", ""])(
    "refuses the type %j",
    (name) => expect(columnType(name)).toBeUndefined(),
  );

  test.each<[string, string, unknown]>([
    ["Integer", "-007", -7],
    ["Integer", "2147483647", 2 ** 31 - 1],
    ["Integer", "-2147483648", -(2 ** 31)],
    ["BigInteger", "9223372036854775807", 2n ** 63n - 1n],
    ["BigInteger", "-9223372036854775808", -(2n ** 63n)],
    ["BigInteger", `${"0".repeat(60)}5`, 5n],
    ["Float", "-1.5e-3", -0.0015],
    ["Float", "3", 3],
    ["Float", ".5", 0.5],
    ["String(2)", "ñ🙂", "ñ🙂"],
    ["Text", " x ", " x "],
    ...["true", "T", "1", "si", "Sí", "yes"].map((text): [string, string, number] => ["Boolean", text, 1]),
    ...["false", "F", "0", "no"].map((text): [string, string, number] => ["Boolean", text, 0]),
  ])("%s takes %j", (name, text, value) => {
    expect(columnType(name)!.read(text, rules())).toBe(value);
  });

  test.each([
    ["Integer", "2147483648"],
    ["Integer", "-2147483649"],
    ["Integer", "+1"],
    ["Integer", "1.0"],
    ["Integer", " 1"],
    ["Integer", ""],
    ["BigInteger", "9223372036854775808"],
    ["BigInteger", "1".repeat(100_000)],
    ["Float", "NaN"],
    ["Float", "Infinity"],
    ["Float", "1e400"],
    ["Float", "1,5"],
    ["Float", "0x10"],
    ["Float", ""],
    ["Boolean", "verdadero"],
    ["Boolean", ""],
    ["String(2)", "abc"],
    ["String", "x".repeat(256)],
  ])("%s refuses %j", (name, text) => {
    expect(columnType(name)!.read(text, rules())).toBeUndefined();
  });

  test("Float with a decimal comma takes it and no point", () => {
    const { read } = columnType("Float")!;
    expect(read("-1,25", rules({ decimal: "," }))).toBe(-1.25);
    expect(read("1.25", rules({ decimal: "," }))).toBeUndefined();
  });
});

describe("dates", () => {
  test.each<[string, string, string[], string]>([
    ["Date", "2024-02-29", [], "2024-02-29"],
    ["Date", "29/2/2024", ["%d/%m/%Y"], "2024-02-29"],
    ["Date", "01/02/68", ["%d/%m/%y"], "2068-02-01"],
    ["Date", "01/02/69", ["%d/%m/%y"], "1969-02-01"],
    ["Date", "13/01/2024", ["%m/%d/%Y", "%d/%m/%Y"], "2024-01-13"],
    ["Date", "(3.1.2024)", ["(%d.%m.%Y)"], "2024-01-03"],
    ["Time", "07:05", [], "07:05:00"],
    ["Time", "07:05:09.250", [], "07:05:09.25"],
    ["Time", "7h5", ["%Hh%M"], "07:05:00"],
    ["DateTime", "2024-01-31T10:20:30", [], "2024-01-31T10:20:30"],
    ["DateTime", "2024-01-31 10:20", [], "2024-01-31T10:20:00"],
    ["DateTime", "2024-01-31", [], "2024-01-31T00:00:00"],
    ["DateTime", "31/01/2024 10:20", ["%d/%m/%Y %H:%M"], "2024-01-31T10:20:00"],
    ["DateTime", "31/01/2024", ["%d/%m/%Y"], "2024-01-31T00:00:00"],
  ])("%s reads %j with %j", (name, text, given, value) => {
    expect(columnType(name)!.read(text, rules({ dateFormats: formats(...given) }))).toBe(value);
  });

  test.each<[string, string, string[]]>([
    ["Date", "2023-02-29", []],
    ["Date", "1900-02-29", []],
    ["Date", "2024-13-01", []],
    ["Date", "0000-01-01", []],
    ["Date", "2024-1-1", []],
    ["Date", "2024-01-31T00:00:00", []],
    ["Date", "31/01/2024", []],
    ["Date", "31/01/2024 10:00", ["%d/%m/%Y %H:%M"]],
    ["Time", "24:00", []],
    ["Time", "10:60", []],
    ["DateTime", "2024-01-31T10:20:30Z", []],
    ["DateTime", "2024-01-31T", []],
    ["DateTime", "2024-01-31X10:20", []],
  ])("%s refuses %j with %j", (name, text, given) => {
    expect(columnType(name)!.read(text, rules({ dateFormats: formats(...given) }))).toBeUndefined();
  });

  test.each(["%d/%m", "%q", "%Y %Y-%m-%d", "%Y-%m-%d %y", "%M:%S", "texto", "%Y-%m-%d %"])(
    "dateFormat refuses %j",
    (text) => expect(dateFormat(text)).toBeUndefined(),
  );
});

describe("with a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-loader-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  test("matchFiles gives each table the files with its name before the first dot, in order", async () => {
    const names = [
      "t.2025.csv",
      "t.csv",
      "t.2024.csv",
      "T.csv",
      "tt.csv",
      "t.txt",
      "t.csv.rejected.csv",
      ".t.csv",
    ];
    for (const name of names) fs.writeFileSync(path.join(folder, name), "");
    fs.mkdirSync(path.join(folder, "t.folder.csv"));
    const told: string[] = [];
    const found = await matchFiles(folder, [{ name: "t" }, { name: "u" }], (line) => told.push(line));
    expect([...found]).toEqual([["t", ["t.2024.csv", "t.2025.csv", "t.csv"]], ["u", []]]);
    expect(told.map((line) => line.split(":")[0])).toEqual(["T.csv", "tt.csv"]);
  });

  test("matchFiles says that nothing is for any table, and that there is no folder", async () => {
    await expect(matchFiles(folder, [{ name: "t" }], () => {})).rejects.toThrow(
      "lleva el nombre de una tabla (t)",
    );
    await expect(matchFiles(`${folder}/no`, [{ name: "t" }], () => {})).rejects.toThrow(
      "No existe la carpeta",
    );
  });

  const configured = (conf: unknown) => {
    const file = path.join(folder, "conf.json");
    fs.writeFileSync(file, typeof conf === "string" ? conf : JSON.stringify(conf));
    return readConfiguration(file);
  };
  const TABLE = { name: "t", columns: [{ name: "a", type: "Text" }] };

  test("readConfiguration fills in what is not said", async () => {
    expect(await configured({ table_desc: [TABLE] })).toMatchObject({
      createAll: true,
      addPk: false,
      mode: "append",
      delimiter: ",",
      encoding: "utf-8",
      nullValues: new Set([""]),
      onBadRow: "fail",
      ifMissingColumn: "null",
    });
  });

  test.each([
    ["create and clear", { create_all: true, clear_all_tables_before_insert: true }, "replace"],
    ["clear without create, which clears nothing", {
      create_all: false,
      clear_all_tables_before_insert: true,
    }, "append"],
    ["mode", { mode: "replace" }, "replace"],
  ])("readConfiguration takes the mode from %s", async (_, keys, mode) => {
    expect((await configured({ ...keys, table_desc: [TABLE] })).mode).toBe(mode);
  });

  test.each<[unknown, string]>([
    ["{", "línea 1, columna 2"],
    [[], "debe ser un objeto"],
    [{}, '"table_desc" debe ser una lista de objetos'],
    [{ table_desc: [TABLE], clear: true }, 'no existe la clave "clear"'],
    [{ table_desc: [TABLE], delimiter: ";;" }, '"delimiter" debe ser un solo carácter'],
    [{ table_desc: [TABLE], date_formats: ["%q"] }, '"%q" no es un formato'],
    [{ table_desc: [TABLE, { ...TABLE, name: "T" }] }, 'se repite el nombre "T"'],
    [{ table_desc: [{ name: "t", columns: [{ name: "a", type: "Money" }] }] }, 'no existe el tipo "Money"'],
    [
      { table_desc: [{ name: "t", columns: [{ name: "a" }] }] },
      'table_desc[0]: columns[0]: "type" debe ser un texto',
    ],
    [{ add_pk: true, table_desc: [{ name: "t", columns: [{ name: "id", type: "Text" }] }] }, "add_pk"],
    [{ mode: "upsert", table_desc: [TABLE] }, "hacen falta las columnas de la clave"],
    [{ mode: "upsert", key: "b", table_desc: [TABLE] }, 'la tabla no tiene la columna "b"'],
    [{ key: "a", table_desc: [TABLE] }, '"key" sólo vale con'],
    [{ mode: "append", clear_all_tables_before_insert: true, table_desc: [TABLE] }, "pide vaciar"],
  ])("readConfiguration refuses %j", async (conf, message) => {
    await expect(configured(conf)).rejects.toThrow(message);
  });
});

describe("readAddress", () => {
  test.each([
    ["sqlite://", { engine: "sqlite", path: ":memory:" }],
    ["sqlite:///a/b.db", { engine: "sqlite", path: "a/b.db" }],
    ["sqlite:////a/b.db", { engine: "sqlite", path: "/a/b.db" }],
    ["postgres://u:p@h:1/b", { engine: "postgres", url: "postgres://u:p@h:1/b" }],
    ["postgresql://u:p@h/b", { engine: "postgres", url: "postgres://u:p@h/b" }],
    ["postgresql+psycopg2://u:p@h/b", { engine: "postgres", url: "postgres://u:p@h/b" }],
  ])("reads %s", (text, address) => expect(readAddress(text)).toEqual(address));

  test.each([
    "mysql://u:secreto@h/b",
    "postgresql://u:secreto@h",
    "sqlite:a.db",
    "postgresql://u:sec@reto@h:x/b",
  ])(
    "refuses %s without telling the password",
    (text) => {
      const refuse = () => readAddress(text);
      expect(refuse).toThrow("--output");
      expect(refuse).not.toThrow(/secreto|sec@|reto@/);
    },
  );

  test("masked hides a password in the query as well", () => {
    expect(masked("postgres://h/b?user=u&password=x&a=1")).toBe("postgres://h/b?user=u&password=***&a=1");
  });
});
