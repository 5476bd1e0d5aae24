// The journal on SQLite.

import { ALREADY_ASKED, type Journal, type Run, type RunKind, type RunStatus } from "../../core/journal.ts";
import { Problem } from "../../core/problem.ts";
import type { Database } from "./database.ts";

export function sqliteJournal(db: Database): Journal {
  return {
    startRun: (kind, at) =>
      Promise.try((): Run => {
        const row = db.one(
          "INSERT INTO run (kind, status, started_at) VALUES (?, 'STARTED', ?) RETURNING *",
          kind,
          at,
        );
        return runOf(row!);
      }),

    requestRun: (kind, name, about, at) =>
      Promise.try(() => {
        const row = db.one(
          `INSERT INTO run (kind, name, about, status, started_at) VALUES (?, ?, ?, 'PENDING', ?)
           ON CONFLICT DO NOTHING RETURNING *`,
          kind,
          name,
          JSON.stringify(about),
          at,
        );
        if (!row) throw new Problem("conflict", ALREADY_ASKED);
        return runOf(row);
      }),

    claimRun: (at) =>
      Promise.try(() => {
        // Asked every second: without anything that waits, nobody's writing is disturbed.
        if (!db.one("SELECT 1 FROM run WHERE status = 'PENDING' LIMIT 1")) return undefined;
        const row = db.one(
          `UPDATE run SET status = 'STARTED', started_at = ?
           WHERE id = (SELECT min(id) FROM run WHERE status = 'PENDING') RETURNING *`,
          at,
        );
        return row && runOf(row);
      }),

    withdrawRun: (id, at, report) =>
      Promise.try(() =>
        db.run(
          "UPDATE run SET status = 'FAILURE', finished_at = ?, report = ? WHERE id = ? AND status = 'PENDING'",
          at,
          JSON.stringify(report) ?? null,
          id,
        ).changes > 0
      ),

    finishRun: (id, status, at, report) =>
      Promise.try(() => {
        db.run(
          "UPDATE run SET status = ?, finished_at = ?, report = ? WHERE id = ?",
          status,
          at,
          JSON.stringify(report) ?? null,
          id,
        );
      }),

    run: (id) =>
      Promise.try(() => {
        const row = db.one("SELECT * FROM run WHERE id = ?", id);
        return row && runOf(row);
      }),

    runs: (kind, limit, name) =>
      Promise.try(() =>
        db.all(
          "SELECT * FROM run WHERE kind = ?1 AND (?2 IS NULL OR name = ?2) ORDER BY id DESC LIMIT ?3",
          kind,
          name ?? null,
          limit,
        ).map(runOf)
      ),

    history: ({ kinds, statuses, name, from, to, before, limit }) =>
      Promise.try(() =>
        db.all(
          `SELECT * FROM run WHERE kind IN (SELECT value FROM json_each(?1))
             AND (?2 IS NULL OR status IN (SELECT value FROM json_each(?2))) AND (?3 IS NULL OR name = ?3)
             AND (?4 IS NULL OR started_at >= ?4) AND (?5 IS NULL OR started_at < ?5)
             AND (?6 IS NULL OR id < ?6)
           ORDER BY id DESC LIMIT ?7`,
          JSON.stringify(kinds),
          statuses ? JSON.stringify(statuses) : null,
          name ?? null,
          from ?? null,
          to ?? null,
          before ?? null,
          limit,
        ).map(runOf)
      ),

    abandonRuns: (kind, at) =>
      Promise.try(() =>
        db.run(
          "UPDATE run SET status = 'FAILURE', finished_at = ? WHERE kind = ? AND status = 'STARTED'",
          at,
          kind,
        ).changes
      ),
  };
}

function runOf(row: Record<string, unknown>): Run {
  return {
    id: Number(row.id),
    kind: row.kind as RunKind,
    name: row.name as string | null,
    about: row.about === null ? null : JSON.parse(row.about as string),
    status: row.status as RunStatus,
    startedAt: Number(row.started_at),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
    report: row.report === null ? null : JSON.parse(row.report as string),
  };
}
