// The SQLite file that people download. It is written beside the store without any of its care: nobody reads it
// before it is whole, and a run that breaks begins anew.

import fs from "node:fs";
import path from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { DumpDatabase } from "../../core/dump_database.ts";
import { type Cell, type ColumnKind, DUMP_COLUMNS, DUMP_TABLES } from "../../core/dump_tables.ts";

const PIECE_BYTES = 1024 * 1024;

/** Rows a statement inserts: a third of the time of one by one. */
const ROWS_AT_ONCE = 20;

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "TEXT",
  date: "TEXT",
  integer: "INTEGER",
  number: "REAL",
  boolean: "INTEGER",
};

const IDS = ["catalogo_id", "dataset_id", "distribucion_id", "serie_id"] as const;

const SCHEMA = `
  CREATE TABLE metadatos (
    ${
  DUMP_TABLES.metadata.map((name) => {
    const key = name === "serie_id" ? " PRIMARY KEY" : "";
    return `${name} ${TYPES[DUMP_COLUMNS[name].kind]}${key}`;
  }).join(", ")
}
  );
  CREATE UNIQUE INDEX metadatos_ids ON metadatos (${IDS.join(", ")});
  CREATE TABLE valores (
    serie_id TEXT NOT NULL REFERENCES metadatos (serie_id),
    indice_tiempo TEXT NOT NULL,
    valor REAL,
    PRIMARY KEY (serie_id, indice_tiempo)
  ) WITHOUT ROWID;
  CREATE TABLE fuentes (
    fuente TEXT PRIMARY KEY,
    series_cant INTEGER,
    valores_cant INTEGER,
    fecha_primer_valor TEXT,
    fecha_ultimo_valor TEXT
  )`;

/** Only for a file that is not kept when something goes wrong. */
const CARELESS = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000";

/** Begins a file in a scratch folder, which it creates. */
export function dumpDatabase(folder: string): DumpDatabase {
  return overFile(...beginFile(folder));
}

function beginFile(folder: string): [db: DatabaseSync, file: string] {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${crypto.randomUUID()}.sqlite`);
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  db.exec(`${CARELESS}; ${SCHEMA}`);
  return [db, file];
}

function overFile(db: DatabaseSync, file: string): DumpDatabase {
  const statements = new Map<string, StatementSync>();
  const insert = (sql: string, cells: readonly Stored[]) => {
    if (!db.isTransaction) db.exec("BEGIN");
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, statement = db.prepare(sql));
    statement.run(...cells);
  };
  const settle = () => {
    if (db.isTransaction) db.exec("COMMIT");
  };
  const close = () => {
    if (db.isOpen) db.close();
  };
  return {
    addSeries(facts, dates, values) {
      const cells = DUMP_TABLES.metadata.map((name) => stored(facts[name], DUMP_COLUMNS[name].kind));
      insert(`INSERT INTO metadatos VALUES (${cells.map(() => "?").join(", ")})`, cells);
      const id = facts.serie_id as string;
      for (let at = 0; at < values.length; at += ROWS_AT_ONCE) {
        const rows: Stored[] = [id];
        values.subarray(at, at + ROWS_AT_ONCE).forEach((value, i) => {
          rows.push(dates[at + i]!, Number.isFinite(value) ? value : null);
        });
        insert(insertOf((rows.length - 1) / 2), rows);
      }
    },

    addSources(sources) {
      for (const source of sources) {
        const cells = DUMP_TABLES.sources.map((name) => stored(source[name], DUMP_COLUMNS[name].kind));
        insert("INSERT INTO fuentes VALUES (?, ?, ?, ?, ?)", cells);
      }
    },

    copyOf(catalogId) {
      settle();
      const [copy, copyFile] = beginFile(path.dirname(file));
      copy.prepare("ATTACH ? AS whole").run(file);
      copy.exec("BEGIN");
      copy.prepare("INSERT INTO metadatos SELECT * FROM whole.metadatos WHERE catalogo_id = ?").run(
        catalogId,
      );
      // CROSS keeps the engine from reading the rows of all catalogs for those of one.
      copy.exec(
        `INSERT INTO valores SELECT v.* FROM main.metadatos AS m
           CROSS JOIN whole.valores AS v ON v.serie_id = m.serie_id;
         COMMIT`,
      );
      copy.exec("DETACH whole");
      return overFile(copy, copyFile);
    },

    async *pieces() {
      settle();
      close();
      const handle = await fs.promises.open(file, "r");
      try {
        const piece = new Uint8Array(PIECE_BYTES);
        for (let at = 0;;) {
          const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, at);
          if (bytesRead === 0) return;
          yield piece.subarray(0, bytesRead);
          at += bytesRead;
        }
      } finally {
        await handle.close();
      }
    },

    remove() {
      close();
      fs.rmSync(file, { force: true });
    },
  };
}

type Stored = string | number | null;

/** Counts and values that are missing are 0, as in the replaced system; dates are not. */
function stored(cell: Cell, kind: ColumnKind): Stored {
  if (typeof cell === "boolean") return Number(cell);
  if (kind === "text" || kind === "date") return cell;
  return cell === null || !Number.isFinite(cell) ? 0 : cell;
}

/** Inserts rows of one series: its id, then dates and values. */
function insertOf(rows: number): string {
  const row = (_: unknown, i: number) => `(?1, ?${2 * i + 2}, ?${2 * i + 3})`;
  return INSERTS[rows] ??= `INSERT INTO valores VALUES ${Array.from({ length: rows }, row).join(", ")}`;
}

const INSERTS: Record<number, string> = {};
