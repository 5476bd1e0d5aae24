// Opens the embedded database: pragmas, migrations, cached statements, transactions.

import { DatabaseSync, type StatementSync, type SupportedValueType } from "node:sqlite";
import { Problem } from "../../core/problem.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Attempts at turning the write-ahead log on, and the pause between them: as long as other locks are waited for. */
const LOG_ATTEMPTS = 200;
const LOG_PAUSE_MS = 50;

/** What makes SQLite fail through no fault of the program, by its own words: some of its errors carry no code. */
const MACHINE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/disk is full/, "el disco está lleno"],
  [/disk I\/O error/, "falla la lectura o la escritura del disco (¿está lleno?)"],
  [/readonly database/, "no se puede escribir en él"],
  [/database is locked/, "otro programa lo tiene tomado"],
  [/unable to open database/, "no se puede abrir"],
  [/malformed|not a database/, "está dañado o es de otro programa"],
];

type Row = Record<string, SupportedValueType>;

export type Database = {
  /** First row, or undefined. */
  one<T extends Row>(sql: string, ...values: SupportedValueType[]): T | undefined;
  all<T extends Row>(sql: string, ...values: SupportedValueType[]): T[];
  /** Runs a statement; answers the rows changed and the last row id. */
  run(sql: string, ...values: SupportedValueType[]): { changes: number; lastId: number };
  /** All of `work` or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
};

/**
 * Opens (or creates) the database file; `:memory:` for one that is not kept. `steps`: its schema.
 * Errors: Problem `unavailable` when the file cannot be opened, `conflict` when a newer program wrote it.
 */
export function openDatabase(path: string, steps: readonly string[] = MIGRATIONS): Database {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec("PRAGMA busy_timeout = 10000");
    turnLogOn(db);
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000");
    const database = overConnection(db, path);
    migrate(db, database, path, steps);
    return database;
  } catch (error) {
    db?.close();
    if (error instanceof Problem && error.code === "conflict") throw error;
    const cause = error instanceof Problem ? error.cause : error;
    const reason = machineFault(cause) ?? (cause as Error).message;
    throw new Problem("unavailable", `No se puede abrir el almacén "${path}": ${reason}`, [], { cause });
  }
}

/** SQLite's busy timeout does not hold for the change to a write-ahead log, which several processes may begin with. */
function turnLogOn(db: DatabaseSync): void {
  for (let left = LOG_ATTEMPTS - 1;; left--) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (left === 0 || !/locked/.test((error as Error).message)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOG_PAUSE_MS);
    }
  }
}

function machineFault(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  return MACHINE_FAULTS.find(([words]) => words.test(message))?.[1];
}

/** Errors of the methods: Problem `unavailable` for a fault of the machine; a bug keeps flying. */
function overConnection(db: DatabaseSync, path: string): Database {
  const statements = new Map<string, StatementSync>();
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      const fault = machineFault(cause);
      if (fault === undefined) throw cause;
      throw new Problem("unavailable", `No se puede usar el almacén "${path}": ${fault}`, [], { cause });
    }
  };
  const prepare = (sql: string) => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, statement = db.prepare(sql));
    return statement;
  };
  return {
    one: <T extends Row>(sql: string, ...values: SupportedValueType[]) =>
      guarded(() => prepare(sql).get(...values) as T | undefined),
    all: <T extends Row>(sql: string, ...values: SupportedValueType[]) =>
      guarded(() => prepare(sql).all(...values) as T[]),
    run(sql, ...values) {
      const { changes, lastInsertRowid } = guarded(() => prepare(sql).run(...values));
      return { changes: Number(changes), lastId: Number(lastInsertRowid) };
    },
    transaction(work) {
      guarded(() => db.exec("BEGIN IMMEDIATE"));
      try {
        const result = work();
        guarded(() => db.exec("COMMIT"));
        return result;
      } catch (error) {
        // A full disk may have ended the transaction already.
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => db.close(),
  };
}

function migrate(db: DatabaseSync, database: Database, path: string, steps: readonly string[]): void {
  const applied = Number(database.one("PRAGMA user_version")?.user_version);
  if (applied > steps.length) {
    throw new Problem(
      "conflict",
      `El almacén "${path}" es de una versión más nueva del programa (esquema ${applied}, se conoce hasta ` +
        `${steps.length}): actualice Caudal`,
    );
  }
  steps.slice(applied).forEach((sql, i) => {
    database.transaction(() => {
      // Another process may have migrated between the look and the lock.
      if (Number(database.one("PRAGMA user_version")?.user_version) > applied + i) return;
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${applied + i + 1}`);
    });
  });
}
