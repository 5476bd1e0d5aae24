// The module db_loader over a real PostgreSQL: types, modes, rights, what readers see and what is left when it is
// killed.

import fs from "node:fs";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { START_TIMEOUT_MS } from "../services.ts";
import {
  ALL_TYPES,
  largeCsv,
  LOADER_FIXTURES,
  type LoaderFolder,
  loaderFolder,
  REPLACE,
  summaryOf,
} from "../slow/loader_folder.ts";
import { eventually } from "../slow/process.ts";
import { type FreshDatabase, freshDatabase } from "./fresh_database.ts";

let folder: LoaderFolder;
let base: FreshDatabase;
beforeAll(async () => {
  folder = loaderFolder();
  base = await freshDatabase();
}, START_TIMEOUT_MS);
afterAll(async () => {
  folder.remove();
  await base.drop();
});

const ask = async (statement: string) => (await base.ask(statement)).map((row) => Object.values(row));
const loadCsv = async (csv: string, conf: string) => {
  const finished = await folder.load(folder.input({ "t.csv": csv }), base.direct, conf);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
};

describe("samples of the original", () => {
  test("iris, by the address the original takes, through the server and the pooler", async () => {
    const csv = fs.readFileSync(`${LOADER_FIXTURES}iris.csv`, "utf8");
    const input = folder.input({ "iris.csv": csv });
    for (const url of [base.direct, base.pooled]) {
      const address = url.replace(/^postgres(ql)?:/, "postgresql+psycopg2:");
      const finished = await folder.load(input, address, `${LOADER_FIXTURES}db_loader/iris.conf.json`);
      expect(finished.code, finished.stderr).toBe(0);
      expect(summaryOf(finished)).toEqual({ tables: { iris: { files: 1, rows: 150, rejected: 0 } } });
    }
    const wanted = csv.trim().split("\n").slice(1).map((line, i) => {
      const cells = line.split(",");
      return [i + 1, ...cells.slice(0, 4).map(Number), cells[4]];
    });
    expect(await ask("SELECT * FROM iris ORDER BY id")).toEqual(wanted);
  });

  test("Contrataciones keeps its capital, quotes, tabs and line ends", async () => {
    const csv = fs.readFileSync(`${LOADER_FIXTURES}contrataciones/Contrataciones.expected.csv`, "utf8");
    const input = folder.input({ "Contrataciones.csv": csv });
    const conf = `${LOADER_FIXTURES}db_loader/contrataciones.conf.json`;
    expect((await folder.load(input, base.direct, conf)).code).toBe(0);
    const rows = await ask(`SELECT objeto, unidad_operativa FROM "Contrataciones"`);
    expect(rows).toContainEqual(["SERVICIO DE LIMPIEZA\tZONA NORTE", 'Unidad "Sur"']);
    expect(rows.map((row) => row[1])).toContain("Línea 1\nLínea 2");
  });
});

test("every type is stored as the contract says, and blanks are NULL", async () => {
  await loadCsv(ALL_TYPES.csv, folder.conf(ALL_TYPES.columns, ALL_TYPES.keys));
  expect(await ask("SELECT s, x, i, l::text, f, b, d::text, h::text, m::text FROM t ORDER BY i NULLS LAST"))
    .toEqual([
      [
        "ñandú",
        ALL_TYPES.text,
        -3,
        "9223372036854775807",
        -0.25,
        true,
        "2024-01-31",
        "07:05:00",
        "2024-01-31 00:00:00",
      ],
      Array(9).fill(null),
    ]);
  expect(
    await ask(
      "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum",
    ),
  ).toEqual([
    "character varying(5)",
    "text",
    "integer",
    "bigint",
    "double precision",
    "boolean",
    "date",
    "time without time zone",
    "timestamp without time zone",
  ].map((type) => [type]));
});

test("append adds, upsert changes and adds, replace leaves only what is new", async () => {
  const columns = { a: "Integer", b: "Text" };
  const run = async (csv: string, keys: object) => {
    await loadCsv(csv, folder.conf(columns, keys));
    return await ask("SELECT a, b FROM t ORDER BY a");
  };
  expect(await run("a,b\n1,x\n", { mode: "replace" })).toEqual([[1, "x"]]);
  expect(await run("b,a\ny,2\n", { create_all: false })).toEqual([[1, "x"], [2, "y"]]);
  const upserted = [[1, "x"], [2, "m"], [3, "o"]];
  expect(await run("a,b\n2,m\n3,n\n3,o\n", { mode: "upsert", key: ["a"] })).toEqual(upserted);
  expect(await run("a,b\n", {})).toEqual(upserted);
  expect(await run("a\n8\n", { mode: "replace", create_all: false })).toEqual([[8, null]]);
});

test("a bad row and an error of the server leave the table as it was", async () => {
  const conf = folder.conf({ a: "Integer" }, REPLACE);
  await loadCsv("a\n7\n", conf);
  const bad = await folder.load(folder.input({ "t.csv": "a\n1\nx\n" }), base.direct, conf);
  expect([bad.code, bad.stderr]).toEqual([
    1,
    expect.stringContaining('t.csv, línea 3: columna "a": "x" no es'),
  ]);
  await base.ask("ALTER TABLE t ADD CHECK (a < 10)");
  // The server tells it when the last row has been sent.
  const refused = await folder.load(
    folder.input({ "t.csv": "a\n1\n11\n" }),
    base.direct,
    folder.conf({ a: "Integer" }, { create_all: false }),
  );
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("t_a_check")]);
  expect(await ask("SELECT a FROM t")).toEqual([[7]]);
});

test("without create_all a table that does not exist is told", async () => {
  await base.ask("DROP TABLE IF EXISTS t");
  const conf = folder.conf({ a: "Integer" }, { create_all: false });
  const { code, stderr } = await folder.load(folder.input({ "t.csv": "a\n1\n" }), base.direct, conf);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/Error: No se puede cargar la base .*"t"/)]);
});

test("a table that is replaced keeps who may read it", async () => {
  const role = `reader_${base.name}`;
  const conf = folder.conf({ a: "Integer" }, REPLACE);
  await loadCsv("a\n1\n", conf);
  await base.ask(`CREATE ROLE ${role}`);
  try {
    await base.ask(`GRANT SELECT ON t TO ${role}`);
    await loadCsv("a\n2\n", conf);
    expect(await ask(`SELECT has_table_privilege('${role}', 't', 'SELECT')`)).toEqual([[true]]);
  } finally {
    await base.ask(`DROP OWNED BY ${role}`);
    await base.ask(`DROP ROLE ${role}`);
  }
});

test("a wrong password is told to nobody", async () => {
  const url = new URL(base.direct);
  url.password = "secreto-1";
  const { code, stderr, stdout } = await folder.load(
    folder.input({ "t.csv": "a\n" }),
    url.href,
    folder.conf({ a: "Text" }),
  );
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("no admite a ese usuario");
  expect(stderr).not.toContain("secreto-1");
});

describe("a large file", () => {
  const ROWS = 600_000;
  const SUMS = "SELECT count(*)::int, sum(a)::text FROM t";
  const OLD = [[1, "7"]];
  const NEW = [[ROWS, String(ROWS * (ROWS - 1) / 2)]];
  let large: string;
  let conf: string;
  beforeAll(() => {
    large = folder.input({ "t.csv": largeCsv(ROWS) });
    conf = folder.conf({ a: "Integer", b: "Text" }, REPLACE);
  });
  const isCopying = async () =>
    (await ask(
      `SELECT 1 FROM pg_stat_progress_copy WHERE datname = '${base.name}' AND tuples_processed > 1000`,
    ))
      .length > 0;

  test("ended midway leaves the old table and nothing else", async () => {
    await loadCsv("a,b\n7,old\n", conf);
    await using running = folder.start(large, base.direct, conf);
    await eventually(isCopying);
    running.kill("SIGKILL");
    await running.finished;
    expect(await ask(SUMS)).toEqual(OLD);
    await eventually(async () =>
      (await ask("SELECT 1 FROM pg_class WHERE relname LIKE 'db\\_loader\\_%' AND relkind = 'r'")).length ===
        0
    );
  });

  test("a connection that is lost midway is told, and leaves the old table", async () => {
    await loadCsv("a,b\n7,old\n", conf);
    await using running = folder.start(large, base.direct, conf);
    await eventually(isCopying);
    await base.ask(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_progress_copy WHERE datname = '${base.name}'`,
    );
    const { code, stderr, stdout } = await running.finished;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`Error: No se puede cargar la base "${base.name}"`);
    expect(await ask(SUMS)).toEqual(OLD);
  });

  test("readers see what was there or all that is new, also with an old snapshot", async () => {
    await loadCsv("a,b\n7,old\n", conf);
    const reader = postgres(base.direct, { max: 1, prepare: false, fetch_types: false });
    try {
      await using running = folder.start(large, base.direct, conf);
      await eventually(isCopying);
      const seen = [await ask(SUMS)];
      // Its snapshot is from now, its first look at the table from after the swap.
      await reader.unsafe("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").simple();
      while (running.isRunning()) seen.push(await ask(SUMS));
      const { code, stderr } = await running.finished;
      expect(code, stderr).toBe(0);
      expect(seen[0]).toEqual(OLD);
      for (const one of seen) expect([OLD, NEW]).toContainEqual(one);
      expect((await reader.unsafe(SUMS)).map((row) => Object.values(row))).toEqual(NEW);
    } finally {
      await reader.end({ timeout: 1 });
    }
  });
});
