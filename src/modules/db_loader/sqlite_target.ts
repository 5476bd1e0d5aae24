// Loads a SQLite file in one transaction. While it lasts the file keeps a write-ahead log, so that readers go on with
// what was there however large the load is; afterwards it has the journal it had.

import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Problem } from "../../core/problem.ts";
import { type Value } from "./column_type.ts";
import type { Table } from "./configuration.ts";
import { quoted, type Target, type TargetOptions, upsertClauses } from "./target.ts";

/** Values that a statement binds at most: older limits of SQLite are kept well away from. */
const VALUES_AT_ONCE = 900;
const ROWS_AT_ONCE = 20;

/** What makes SQLite fail through no fault of the program, by its own words. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/disk is full/, "el disco está lleno"],
  [/disk I\/O error/, "falla la lectura o la escritura del disco (¿está lleno?)"],
  [/readonly database/, "no se puede escribir en él"],
  [/database is locked/, "otro programa lo tiene tomado"],
  [/unable to open database/, "no se puede abrir (¿existe la carpeta?)"],
  [/malformed|not a database/, "está dañado o no es de SQLite"],
  [/no such table: (.*)/, 'no existe la tabla "$1" y "create_all" es false'],
  [/no column named (.*)/, "la tabla que ya existe no tiene una columna: $1"],
  [/UNIQUE constraint failed: (.*)/, "se repiten valores de $1, que deben ser únicos"],
];

/** Errors: Problem `unavailable` with the reason and the file. */
export function openSqlite(path: string, options: TargetOptions): Target {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof Problem || !(cause instanceof Error)) throw cause;
      throw new Problem("unavailable", `No se puede cargar la base "${path}": ${reasonOf(cause)}`, [], {
        cause,
      });
    }
  };
  const db = guarded(() => new DatabaseSync(path));
  let journal = "";
  const restore = () => {
    // With readers in it the file keeps its log; they read it just as well.
    if (journal !== "" && journal !== "wal") ignoreLock(() => db.exec(`PRAGMA journal_mode = ${journal}`));
  };
  const close = () => {
    if (!db.isOpen) return;
    if (db.isTransaction) db.exec("ROLLBACK");
    restore();
    db.close();
  };
  try {
    guarded(() => {
      db.exec("PRAGMA busy_timeout = 30000; PRAGMA cache_size = -16000");
      journal = String(db.prepare("PRAGMA journal_mode").get()!.journal_mode);
      db.exec("PRAGMA journal_mode = WAL");
      db.exec("BEGIN IMMEDIATE");
    });
  } catch (error) {
    close();
    throw error;
  }
  return {
    begin: (table) => Promise.resolve(guarded(() => beginTable(db, table, options, guarded))),
    commit: () => Promise.resolve(guarded(() => db.exec("COMMIT"))),
    close: () => Promise.resolve(close()),
  };
}

function beginTable(
  db: DatabaseSync,
  table: Table,
  { createAll, addPk, mode }: TargetOptions,
  guarded: <T>(work: () => T) => T,
) {
  const name = quoted(table.name);
  if (mode === "replace") db.exec(createAll ? `DROP TABLE IF EXISTS ${name}` : `DELETE FROM ${name}`);
  if (createAll) {
    const columns = table.columns.map((column) => `${quoted(column.name)} ${column.type.sqlite}`);
    if (addPk) columns.unshift('"id" INTEGER PRIMARY KEY');
    db.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns.join(", ")})`);
  }
  let conflict = "";
  if (mode === "upsert") {
    const clauses = upsertClauses(table);
    db.exec(clauses.index);
    conflict = ` ${clauses.conflict}`;
  }
  const width = table.columns.length;
  const insertOf = (rows: number): StatementSync => {
    const places = Array(rows).fill(`(${Array(width).fill("?").join(", ")})`).join(", ");
    const names = table.columns.map((column) => quoted(column.name)).join(", ");
    return db.prepare(`INSERT INTO ${name} (${names}) VALUES ${places}${conflict}`);
  };
  const atOnce = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(VALUES_AT_ONCE / width)));
  const many = insertOf(atOnce);
  const one = insertOf(1);
  let waiting: Value[] = [];
  const drain = () => {
    for (let at = 0; at < waiting.length; at += width) one.run(...waiting.slice(at, at + width));
    waiting = [];
  };
  return {
    row(values: readonly Value[]) {
      waiting.push(...values);
      if (waiting.length < atOnce * width) return;
      guarded(() => many.run(...waiting));
      waiting = [];
    },
    drain: () => Promise.resolve(),
    finish: () => Promise.resolve(guarded(drain)),
  };
}

function ignoreLock(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!/locked/.test((error as Error).message)) throw error;
  }
}

function reasonOf({ message }: Error): string {
  for (const [words, reason] of FAULTS) {
    const found = words.exec(message);
    if (found) return reason.replace("$1", found[1] ?? "");
  }
  return message;
}
