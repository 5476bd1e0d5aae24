// The SQLite files of a dump: one zip with one database, its tables and keys, and what is in them.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { memoryBlobs } from "../../src/store/memory_blobs.ts";
import { bareRows, COLUMNS, metadataRows, type Row, seriesOfCatalog, sourceRows } from "./dump_rows.ts";
import { type DumpBlobs, dumped, fileOf, loadWorld, newStore, scratchFolder } from "./dump_world.ts";
import { unzipped } from "./read_dump.ts";

const folder = scratchFolder();
const blobs = memoryBlobs();
const open: { db: DatabaseSync; at: string }[] = [];

beforeAll(async () => {
  const store = newStore();
  await loadWorld(store);
  await dumped(store, blobs, folder, { formats: ["sqlite"] });
});
afterEach(() => {
  for (const { db, at } of open.splice(0)) {
    db.close();
    rmSync(at, { recursive: true });
  }
});

async function databaseOf(from: DumpBlobs, catalogId: string | null): Promise<DatabaseSync> {
  const entries = unzipped((await fileOf(from, catalogId, "series-tiempo-sqlite.zip"))!);
  expect([...entries.keys()]).toEqual(["series-tiempo.sqlite"]);
  const at = mkdtempSync(path.join(folder, "read-"));
  const file = path.join(at, "series-tiempo.sqlite");
  writeFileSync(file, entries.get("series-tiempo.sqlite")!);
  const db = new DatabaseSync(file, { readOnly: true });
  open.push({ db, at });
  return db;
}

const rowsOf = (db: DatabaseSync, sql: string) => db.prepare(sql).all().map((row) => Object.values(row));

/** From `serie_valores_cant` on, what is missing is 0, as in the replaced system; so are what is false. */
const storedRows = (rows: readonly Row[]) =>
  rows.map((row) => row.map((cell, i) => i < 18 || typeof cell === "string" ? cell : Number(cell)));

const bySeries = (a: Row, b: Row) => String(a[0]) < String(b[0]) ? -1 : a[0] === b[0] ? 0 : 1;

describe("the SQLite file", () => {
  test("is only there zipped", async () => {
    for (const catalogId of [null, "uno", "dos"]) {
      expect(await fileOf(blobs, catalogId, "series-tiempo.sqlite")).toBeUndefined();
    }
  });

  test.each([null, "uno", "dos"])("has the tables of the contract, whole: of %s", async (catalogId) => {
    const db = await databaseOf(blobs, catalogId);
    expect(rowsOf(db, "PRAGMA integrity_check")).toEqual([["ok"]]);
    expect(rowsOf(db, "PRAGMA foreign_key_check")).toEqual([]);
    const all = seriesOfCatalog(catalogId);
    const names = (table: string) => rowsOf(db, `SELECT name FROM pragma_table_info('${table}')`).flat();
    expect(rowsOf(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").flat()).toEqual([
      ...["fuentes", "metadatos", "valores"],
    ]);
    expect(names("metadatos")).toEqual(COLUMNS.metadata);
    expect(names("valores")).toEqual(["serie_id", "indice_tiempo", "valor"]);
    expect(names("fuentes")).toEqual([
      ...["fuente", "series_cant", "valores_cant", "fecha_primer_valor", "fecha_ultimo_valor"],
    ]);
    expect(rowsOf(db, "SELECT * FROM metadatos ORDER BY catalogo_id, dataset_id, distribucion_id, serie_id"))
      .toEqual(storedRows(metadataRows(all)));
    expect(rowsOf(db, "SELECT * FROM valores ORDER BY serie_id, indice_tiempo")).toEqual(
      bareRows(all).toSorted(bySeries),
    );
    expect(rowsOf(db, "SELECT * FROM fuentes ORDER BY series_cant DESC, fuente")).toEqual(
      sourceRows(catalogId),
    );
  });

  test("has the keys of the contract", async () => {
    const db = await databaseOf(blobs, null);
    const key = (table: string) =>
      rowsOf(db, `SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`).flat();
    expect([key("metadatos"), key("valores"), key("fuentes")]).toEqual([
      ["serie_id"],
      ["serie_id", "indice_tiempo"],
      ["fuente"],
    ]);
    const indexes = db.prepare(
      `SELECT name FROM pragma_index_list('metadatos') WHERE "unique" AND origin = 'c'`,
    ).all();
    expect(indexes.map(({ name }) => rowsOf(db, `SELECT name FROM pragma_index_info('${name}')`).flat()))
      .toEqual([
        ["catalogo_id", "dataset_id", "distribucion_id", "serie_id"],
      ]);
    expect(db.prepare(`SELECT "from", "table", "to" FROM pragma_foreign_key_list('valores')`).all()).toEqual([
      { from: "serie_id", table: "metadatos", to: "serie_id" },
    ]);
  });

  test("types its cells: texts, whole numbers, numbers, truth as 0 and 1", async () => {
    const db = await databaseOf(blobs, "uno");
    expect(rowsOf(
      db,
      `SELECT typeof(serie_id), typeof(serie_indice_inicio), typeof(serie_valores_cant), typeof(serie_valor_ultimo),
         typeof(serie_discontinuada), consultas_30_dias, consultas_90_dias FROM metadatos WHERE serie_id = 'z'`,
    )).toEqual([["text", "text", "integer", "real", "integer", 1, 2]]);
    expect(rowsOf(db, "SELECT DISTINCT typeof(indice_tiempo), typeof(valor) FROM valores ORDER BY 2"))
      .toEqual([
        ["text", "null"],
        ["text", "real"],
      ]);
  });

  test("leaves nothing where it was made, also when it breaks", async () => {
    const store = newStore();
    await loadWorld(store);
    const broken = { ...memoryBlobs(), create: () => Promise.reject(new Error("full")) };
    await expect(dumped(store, broken, folder, { formats: ["sqlite"] })).rejects.toThrow("full");
    expect(readdirSync(folder)).toEqual([]);
  });
});
