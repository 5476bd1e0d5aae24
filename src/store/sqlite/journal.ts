// The journal on SQLite.

import type { Journal, Run, RunKind, RunStatus } from "../../core/journal.ts";
import type { Database } from "./database.ts";

export function sqliteJournal(db: Database): Journal {
  return {
    startRun: (kind, at) =>
      Promise.try((): Run => {
        const { lastId } = db.run(
          "INSERT INTO run (kind, status, started_at) VALUES (?, 'STARTED', ?)",
          kind,
          at,
        );
        return { id: lastId, kind, status: "STARTED", startedAt: at, finishedAt: null, report: null };
      }),

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

    runs: (kind, limit) =>
      Promise.try(() =>
        db.all("SELECT * FROM run WHERE kind = ? ORDER BY id DESC LIMIT ?", kind, limit).map(runOf)
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
    status: row.status as RunStatus,
    startedAt: Number(row.started_at),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
    report: row.report === null ? null : JSON.parse(row.report as string),
  };
}
