// The module db_loader as the scheduler runs it, over SQLite: the samples, every type, bad rows, what readers see while
// it runs and what is left when it is killed.

import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peakMemory } from "../../scripts/bench/process.ts";
import {
  ALL_TYPES,
  largeCsv,
  LOADER_FIXTURES,
  type LoaderFolder,
  loaderFolder,
  REPLACE,
  summaryOf,
} from "./loader_folder.ts";
import { happens, sleep } from "./process.ts";

let folder: LoaderFolder;
let count = 0;
beforeAll(() => {
  folder = loaderFolder();
});
afterAll(() => folder.remove());

function newBase() {
  const file = folder.at(`base${++count}.sqlite`);
  return {
    file,
    url: `sqlite:///${file}`,
    ask(statement: string) {
      const db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
      try {
        const asked = db.prepare(statement);
        asked.setReadBigInts(true);
        return asked.all().map((row) => Object.values(row));
      } finally {
        db.close();
      }
    },
  };
}

describe("samples of the original", () => {
  test("iris has its rows, in order, under a numeric key", async () => {
    const base = newBase();
    const csv = fs.readFileSync(`${LOADER_FIXTURES}iris.csv`, "utf8");
    const input = folder.input({ "iris.csv": csv });
    const conf = `${LOADER_FIXTURES}db_loader/iris.conf.json`;
    // Twice: the second replaces.
    for (let i = 0; i < 2; i++) {
      const finished = await folder.load(input, base.url, conf);
      expect(finished.code, finished.stderr).toBe(0);
      expect(summaryOf(finished)).toEqual({ tables: { iris: { files: 1, rows: 150, rejected: 0 } } });
    }
    const wanted = csv.trim().split("\n").slice(1).map((line, i) => {
      const cells = line.split(",");
      return [BigInt(i + 1), ...cells.slice(0, 4).map(Number), cells[4]];
    });
    expect(base.ask("SELECT * FROM iris ORDER BY id")).toEqual(wanted);
    expect(base.ask("PRAGMA journal_mode")).toEqual([["delete"]]);
  });

  test("Contrataciones keeps quotes, tabs, line ends and leading zeros", async () => {
    const base = newBase();
    const csv = fs.readFileSync(`${LOADER_FIXTURES}contrataciones/Contrataciones.expected.csv`, "utf8");
    const input = folder.input({ "Contrataciones.csv": csv });
    const { code } = await folder.load(
      input,
      base.url,
      `${LOADER_FIXTURES}db_loader/contrataciones.conf.json`,
    );
    expect(code).toBe(0);
    expect(base.ask("SELECT id, objeto, rubros, unidad_operativa FROM Contrataciones LIMIT 2")).toEqual([
      ["1", "ADQUISICIÓN DE INSUMOS", "Informática; Papelería", "Dirección de Compras"],
      ["007", "SERVICIO DE LIMPIEZA\tZONA NORTE", "Limpieza", 'Unidad "Sur"'],
    ]);
    expect(base.ask("SELECT unidad_operativa FROM Contrataciones WHERE expediente LIKE '%3/2015'")).toEqual([
      ["Línea 1\nLínea 2"],
    ]);
  });
});

test("every type is stored as the contract says, and blanks are NULL", async () => {
  const base = newBase();
  const input = folder.input({ "t.2024.csv": ALL_TYPES.csv });
  const finished = await folder.load(input, base.url, folder.conf(ALL_TYPES.columns, ALL_TYPES.keys));
  expect(finished.code, finished.stderr).toBe(0);
  expect(base.ask("SELECT * FROM t")).toEqual([
    [
      "ñandú",
      ALL_TYPES.text,
      -3n,
      2n ** 63n - 1n,
      -0.25,
      1n,
      "2024-01-31",
      "07:05:00",
      "2024-01-31T00:00:00",
    ],
    Array(9).fill(null),
  ]);
});

test("a file with only a header gives no rows, and one in latin-1 its accents", async () => {
  const base = newBase();
  const conf = folder.conf({ a: "Text" }, { encoding: "latin-1" });
  const bytes = Uint8Array.from([..."a\n"].map((one) => one.charCodeAt(0)).concat(0xf1));
  const finished = await folder.load(folder.input({ "t.1.csv": "a\n", "t.2.csv": bytes }), base.url, conf);
  expect(summaryOf(finished)).toEqual({ tables: { t: { files: 2, rows: 1, rejected: 0 } } });
  expect(base.ask("SELECT a FROM t")).toEqual([["ñ"]]);
});

describe("modes", () => {
  test("append adds, upsert changes and adds, replace leaves only what is new", async () => {
    const base = newBase();
    const columns = { a: "Integer", b: "Text" };
    const run = async (csv: string, keys: object) => {
      const finished = await folder.load(
        folder.input({ "t.csv": csv }),
        base.url,
        folder.conf(columns, keys),
      );
      expect(finished.code, finished.stderr).toBe(0);
      return base.ask("SELECT * FROM t ORDER BY a, b");
    };
    expect(await run("a,b\n1,x\n", {})).toEqual([[1n, "x"]]);
    expect(await run("b,a,otra\ny,2,z\n", { create_all: false })).toEqual([[1n, "x"], [2n, "y"]]);
    expect(await run("a,b\n2,m\n3,n\n3,o\n", { mode: "upsert", key: ["a"] })).toEqual([
      [1n, "x"],
      [2n, "m"],
      [3n, "o"],
    ]);
    expect(await run("a,b\n9,z\n", { mode: "replace" })).toEqual([[9n, "z"]]);
    expect(await run("a\n8\n", { mode: "replace", create_all: false })).toEqual([[8n, null]]);
  });
});

describe("bad rows", () => {
  const csv = 'a,b\n1,x\n"tr\nes",y\n\n4\n5,z,w\n';

  test("end the run, with file, line, column, value and type, and leave the table as it was", async () => {
    const base = newBase();
    const conf = folder.conf({ a: "Integer", b: "Text" }, REPLACE);
    await folder.load(folder.input({ "t.csv": "a,b\n7,old\n" }), base.url, conf);
    const { code, stderr, stdout } = await folder.load(folder.input({ "t.csv": csv }), base.url, conf);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain('t.csv, línea 3: columna "a": "tr\\nes" no es un entero de 32 bits (Integer)');
    expect(base.ask("SELECT * FROM t")).toEqual([[7n, "old"]]);
  });

  test("are told in a file of their own when they may be rejected", async () => {
    const base = newBase();
    const input = folder.input({ "t.csv": csv });
    const keys = { ...REPLACE, on_bad_row: "reject", max_rejects: 3 };
    // Twice: what was rejected is no input.
    for (let i = 0; i < 2; i++) {
      const finished = await folder.load(input, base.url, folder.conf({ a: "Integer", b: "Text" }, keys));
      expect(summaryOf(finished)).toEqual({ tables: { t: { files: 1, rows: 1, rejected: 3 } } });
    }
    expect(fs.readdirSync(input).sort()).toEqual(["t.csv", "t.csv.rejected.csv"]);
    const rejected = fs.readFileSync(`${input}/t.csv.rejected.csv`, "utf8");
    expect(rejected).toMatch(/^linea,motivo,a,b\n3,"columna ""a"": .*","tr\nes",y\n6,.*,4\n7,.*,5,z,w\n$/);
  });

  test("end the run when they are more than may be, and no file is left", async () => {
    const base = newBase();
    const input = folder.input({ "t.csv": csv });
    const keys = { on_bad_row: "reject", max_rejects: 2 };
    const { code, stderr } = await folder.load(
      input,
      base.url,
      folder.conf({ a: "Integer", b: "Text" }, keys),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining("Hay más de 2 filas malas")]);
    expect(fs.readdirSync(input)).toEqual(["t.csv"]);
    expect(base.ask("SELECT * FROM sqlite_master")).toEqual([]);
  });

  test("a column that is missing is NULL with a warning, or ends the run", async () => {
    const input = folder.input({ "t.csv": "a\n1\n" });
    const columns = { a: "Integer", b: "Text" };
    const lenient = await folder.load(input, newBase().url, folder.conf(columns));
    expect([lenient.code, lenient.stderr]).toEqual([0, expect.stringContaining('falta la columna "b"')]);
    const strict = await folder.load(
      input,
      newBase().url,
      folder.conf(columns, { if_missing_column: "fail" }),
    );
    expect([strict.code, strict.stderr]).toEqual([1, expect.stringContaining('falta la columna "b"')]);
  });
});

test("a failure in the second table leaves the first as it was", async () => {
  const base = newBase();
  const conf = folder.at("two.json");
  const columns = [{ name: "a", type: "Integer", name_orig: "Número" }];
  fs.writeFileSync(
    conf,
    JSON.stringify({ ...REPLACE, table_desc: ["t", "u"].map((name) => ({ name, columns })) }),
  );
  await folder.load(folder.input({ "t.csv": "Número\n1\n", "u.csv": "Número\n1\n" }), base.url, conf);
  const { code } = await folder.load(
    folder.input({ "t.csv": "Número\n2\n", "u.csv": "Número\nx\n" }),
    base.url,
    conf,
  );
  expect(code).toBe(1);
  expect(base.ask("SELECT t.a AS first, u.a AS second FROM t, u")).toEqual([[1n, 1n]]);
});

test("wrong arguments and configurations end with 2, a base that cannot be opened with 1", async () => {
  const input = folder.input({ "t.csv": "a\n" });
  const conf = folder.conf({ a: "Text" });
  expect(await folder.load(input, "mysql://u:secreto@h/b", conf)).toMatchObject({
    code: 2,
    stderr: expect.not.stringContaining("secreto"),
  });
  expect((await folder.load(input, newBase().url, folder.conf({ a: "Money" }))).code).toBe(2);
  expect((await folder.load(input, newBase().url, folder.at("none.json"))).code).toBe(2);
  expect((await folder.load(input, `sqlite:///${folder.at("no/base")}`, conf)).code).toBe(1);
});

describe("a large file", () => {
  const ROWS = 400_000;
  let large: string;
  let conf: string;
  beforeAll(() => {
    large = folder.input({ "t.csv": largeCsv(ROWS) });
    conf = folder.conf({ a: "Integer", b: "Text" }, REPLACE);
  });
  const SUMS = "SELECT count(*), sum(a) FROM t";
  const OLD = [[1n, 7n]];
  const NEW = [[BigInt(ROWS), BigInt(ROWS) * BigInt(ROWS - 1) / 2n]];
  const oldBase = async () => {
    const base = newBase();
    await folder.load(folder.input({ "t.csv": "a,b\n7,old\n" }), base.url, conf);
    return base;
  };
  const isHalfway = (file: string) =>
    fs.existsSync(`${file}-wal`) && fs.statSync(`${file}-wal`).size > 2_000_000;

  test("takes less than 200 MB, and readers see what was there or all that is new", async () => {
    const base = await oldBase();
    await using running = folder.start(large, base.url, conf);
    expect(await happens(running, () => isHalfway(base.file))).toBe(true);
    let peak = 0;
    const seen = new Set<string>();
    while (running.isRunning()) {
      seen.add(String(base.ask(SUMS)));
      peak = Math.max(peak, peakMemory(running.pid) || 0);
      await sleep(5);
    }
    expect((await running.finished).code).toBe(0);
    expect([String(OLD), String(NEW)]).toEqual(expect.arrayContaining([...seen]));
    expect(seen).toContain(String(OLD));
    expect(base.ask(SUMS)).toEqual(NEW);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(200);
  });

  test.each<Deno.Signal>(["SIGKILL", "SIGTERM"])(
    "ended midway by %s leaves the old table",
    async (signal) => {
      const base = await oldBase();
      await using running = folder.start(large, base.url, conf);
      expect(await happens(running, () => isHalfway(base.file))).toBe(true);
      running.kill(signal);
      expect((await running.finished).code).not.toBe(0);
      expect(base.ask(SUMS)).toEqual(OLD);
      expect((await folder.load(large, base.url, conf)).code).toBe(0);
      expect(base.ask(SUMS)).toEqual(NEW);
    },
  );
});
