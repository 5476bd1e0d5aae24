// Records and the trail on PostgreSQL.

import { Problem } from "../../core/problem.ts";
import {
  CHANGED_MEANWHILE,
  type KeptRecord,
  type RecordChange,
  type Records,
  type Trail,
} from "../../core/records.ts";
import type { Row } from "./connection.ts";
import type { Database, Statements } from "./database.ts";
import { parse } from "./rows.ts";

/** Of the lock that appending to the trail takes; any number that nothing else on the database uses. */
const TRAIL_LOCK = 4_710_380_202;

export function postgresRecords(db: Database): Records {
  return {
    async record(kind, id) {
      const row = await db.one(
        "SELECT id, version, value FROM caudal.record WHERE kind = $1 AND id = $2",
        kind,
        id,
      );
      return row && recordOf(row);
    },

    async records(kind) {
      const rows = await db.all(
        "SELECT id, version, value FROM caudal.record WHERE kind = $1 ORDER BY id",
        kind,
      );
      return rows.map(recordOf);
    },

    write: (changes) =>
      db.write(async (tx) => {
        for (const change of changes) {
          if (await writeRecord(tx, change) === 0) throw new Problem("conflict", CHANGED_MEANWHILE);
        }
      }),
  };
}

/** Answers the rows changed. */
function writeRecord(tx: Statements, { kind, id, version, value }: RecordChange): Promise<number> {
  const text = JSON.stringify(value);
  if (text === undefined) {
    return tx.run(
      "DELETE FROM caudal.record WHERE kind = $1 AND id = $2 AND version = $3",
      kind,
      id,
      version,
    );
  }
  if (version === 0) {
    return tx.run("INSERT INTO caudal.record VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING", kind, id, text);
  }
  return tx.run(
    `UPDATE caudal.record SET version = version + 1, value = $1
     WHERE kind = $2 AND id = $3 AND version = $4`,
    text,
    kind,
    id,
    version,
  );
}

export function postgresTrail(db: Database): Trail {
  return {
    append: (kind, subject, at, entry) =>
      db.write(async (tx) => {
        // One at a time until committed: who goes on from an entry has seen all before it.
        await tx.run(`SELECT pg_advisory_xact_lock(${TRAIL_LOCK})`);
        await tx.run(
          "INSERT INTO caudal.trail (kind, subject, at, entry) VALUES ($1, $2, $3, $4)",
          kind,
          subject,
          at,
          JSON.stringify(entry),
        );
      }),

    async entries(kind, { subject, after, before, limit }) {
      const rows = await db.all(
        `SELECT id, subject, at, entry FROM caudal.trail
         WHERE kind = $1 AND id > $2 AND id < $3 AND ($4::text IS NULL OR subject = $4)
         ORDER BY id ${after === undefined ? "DESC" : "ASC"} LIMIT $5`,
        kind,
        after ?? 0,
        before ?? Number.MAX_SAFE_INTEGER,
        subject ?? null,
        limit,
      );
      return rows.map((row) => ({
        id: row.id as number,
        subject: row.subject as string,
        at: row.at as number,
        entry: parse(row.entry),
      }));
    },
  };
}

function recordOf({ id, version, value }: Row): KeptRecord {
  return { id: id as string, version: version as number, value: parse(value) };
}
