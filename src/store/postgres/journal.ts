// The journal on PostgreSQL.

import type { JsonObject } from "../../core/json.ts";
import { ALREADY_ASKED, type Journal, type Run, type RunKind, type RunStatus } from "../../core/journal.ts";
import { Problem } from "../../core/problem.ts";
import type { Row } from "./connection.ts";
import type { Database } from "./database.ts";

export function postgresJournal(db: Database): Journal {
  return {
    startRun: (kind, at) =>
      db.write(async (tx): Promise<Run> => {
        const row = await tx.one(
          "INSERT INTO caudal.run (kind, status, started_at) VALUES ($1, 'STARTED', $2) RETURNING *",
          kind,
          at,
        );
        return runOf(row!);
      }),

    requestRun: (kind, name, about, at) =>
      db.write(async (tx) => {
        const row = await tx.one(
          `INSERT INTO caudal.run (kind, name, about, status, started_at) VALUES ($1, $2, $3, 'PENDING', $4)
           ON CONFLICT DO NOTHING RETURNING *`,
          kind,
          name,
          JSON.stringify(about),
          at,
        );
        if (!row) throw new Problem("conflict", ALREADY_ASKED);
        return runOf(row);
      }),

    async claimRun(at) {
      // Asked every second: without anything that waits, nothing is written.
      if (!await db.one("SELECT FROM caudal.run WHERE status = 'PENDING' LIMIT 1")) return undefined;
      return await db.write(async (tx) => {
        const row = await tx.one(
          `UPDATE caudal.run SET status = 'STARTED', started_at = $1 WHERE id = (
             SELECT id FROM caudal.run WHERE status = 'PENDING' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
           ) RETURNING *`,
          at,
        );
        return row && runOf(row);
      });
    },

    withdrawRun: (id, at, report) =>
      db.write(async (tx) =>
        await tx.run(
          `UPDATE caudal.run SET status = 'FAILURE', finished_at = $1, report = $2
           WHERE id = $3 AND status = 'PENDING'`,
          at,
          JSON.stringify(report) ?? null,
          id,
        ) > 0
      ),

    finishRun: (id, status, at, report) =>
      db.write(async (tx) => {
        await tx.run(
          "UPDATE caudal.run SET status = $1, finished_at = $2, report = $3 WHERE id = $4",
          status,
          at,
          JSON.stringify(report) ?? null,
          id,
        );
      }),

    async run(id) {
      const row = await db.one("SELECT * FROM caudal.run WHERE id = $1", id);
      return row && runOf(row);
    },

    async runs(kind, limit, name) {
      const rows = await db.all(
        `SELECT * FROM caudal.run WHERE kind = $1 AND ($2::text IS NULL OR name = $2)
         ORDER BY id DESC LIMIT $3`,
        kind,
        name ?? null,
        limit,
      );
      return rows.map(runOf);
    },

    async history({ kinds, statuses, name, from, to, before, limit }) {
      const rows = await db.all(
        `SELECT * FROM caudal.run WHERE kind IN (SELECT jsonb_array_elements_text($1::text::jsonb))
           AND ($2::text IS NULL OR status IN (SELECT jsonb_array_elements_text($2::text::jsonb)))
           AND ($3::text IS NULL OR name = $3)
           AND ($4::bigint IS NULL OR started_at >= $4) AND ($5::bigint IS NULL OR started_at < $5)
           AND ($6::bigint IS NULL OR id < $6)
         ORDER BY id DESC LIMIT $7`,
        JSON.stringify(kinds),
        statuses ? JSON.stringify(statuses) : null,
        name ?? null,
        from ?? null,
        to ?? null,
        before ?? null,
        limit,
      );
      return rows.map(runOf);
    },

    abandonRuns: (kind, at) =>
      db.write((tx) =>
        tx.run(
          "UPDATE caudal.run SET status = 'FAILURE', finished_at = $1 WHERE kind = $2 AND status = 'STARTED'",
          at,
          kind,
        )
      ),
  };
}

function runOf(row: Row): Run {
  return {
    id: row.id as number,
    kind: row.kind as RunKind,
    name: row.name as string | null,
    about: row.about === null ? null : JSON.parse(row.about as string) as JsonObject,
    status: row.status as RunStatus,
    startedAt: row.started_at as number,
    finishedAt: row.finished_at as number | null,
    report: row.report === null ? null : JSON.parse(row.report as string),
  };
}
