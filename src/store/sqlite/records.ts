// Records and the trail on SQLite.

import { Problem } from "../../core/problem.ts";
import {
  CHANGED_MEANWHILE,
  type KeptRecord,
  type RecordChange,
  type Records,
  type Trail,
} from "../../core/records.ts";
import type { Database } from "./database.ts";
import { parse } from "./rows.ts";

export function sqliteRecords(db: Database): Records {
  const write = ({ kind, id, version, value }: RecordChange) => {
    const text = JSON.stringify(value);
    const { changes } = text === undefined
      ? db.run("DELETE FROM record WHERE kind = ? AND id = ? AND version = ?", kind, id, version)
      : version === 0
      ? db.run("INSERT INTO record VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING", kind, id, text)
      : db.run(
        "UPDATE record SET version = version + 1, value = ? WHERE kind = ? AND id = ? AND version = ?",
        text,
        kind,
        id,
        version,
      );
    if (changes === 0) throw new Problem("conflict", CHANGED_MEANWHILE);
  };
  return {
    record: (kind, id) =>
      Promise.try(() => {
        const row = db.one("SELECT id, version, value FROM record WHERE kind = ? AND id = ?", kind, id);
        return row && recordOf(row);
      }),
    records: (kind) =>
      Promise.try(() =>
        db.all("SELECT id, version, value FROM record WHERE kind = ? ORDER BY id", kind).map(recordOf)
      ),
    write: (changes) => Promise.try(() => db.transaction(() => changes.forEach(write))),
  };
}

export function sqliteTrail(db: Database): Trail {
  return {
    append: (kind, subject, at, entry) =>
      Promise.try(() => {
        const text = JSON.stringify(entry);
        db.run("INSERT INTO trail (kind, subject, at, entry) VALUES (?, ?, ?, ?)", kind, subject, at, text);
      }),
    entries: (kind, { subject, after, before, limit }) =>
      Promise.try(() =>
        db.all(
          `SELECT id, subject, at, entry FROM trail
           WHERE kind = ? AND id > ? AND id < ? AND (?4 IS NULL OR subject = ?4)
           ORDER BY CASE WHEN ?5 THEN id ELSE -id END LIMIT ?6`,
          kind,
          after ?? 0,
          before ?? Number.MAX_SAFE_INTEGER,
          subject ?? null,
          after === undefined ? 0 : 1,
          limit,
        ).map((row) => ({
          id: Number(row.id),
          subject: String(row.subject),
          at: Number(row.at),
          entry: parse(row.entry),
        }))
      ),
  };
}

function recordOf({ id, version, value }: Record<string, unknown>): KeptRecord {
  return { id: String(id), version: Number(version), value: parse(value) };
}
