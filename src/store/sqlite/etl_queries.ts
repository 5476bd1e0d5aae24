// What is asked of the ETL store on SQLite without changing anything. The index is named where another would be found
// good enough with few rows and read everything with many.

import { linesOf } from "../../core/etl/log_chunks.ts";
import { ETL_RUN_STATUSES, type EtlRun, type EtlRunStatus, type StepAttempt } from "../../core/etl/run.ts";
import { type EtlQueries, type EtlRunQuery, type RunWithAttempts, withTheirs } from "../../core/etl/store.ts";
import type { Database } from "./database.ts";
import { CLOCK } from "./etl_leases.ts";
import { attemptOf, runOf, scheduleOf, tallyOf, workerOf } from "./etl_rows.ts";

export function sqliteEtlQueries(db: Database): EtlQueries {
  return {
    run: (id) =>
      Promise.try(() => {
        const row = db.one("SELECT * FROM etl_run WHERE id = ?", id);
        return row && withAttempts(db, [runOf(row)])[0];
      }),

    runWithKey: (key) =>
      Promise.try(() => {
        const row = db.one("SELECT * FROM etl_run WHERE idempotency_key = ?", key);
        return row && runOf(row);
      }),

    runs: (query) => Promise.try(() => findRuns(db, query)),

    attemptsOf: (runIds) => Promise.try(() => attemptsOf(db, runIds)),

    countRuns: () =>
      Promise.try(() =>
        Object.fromEntries(
          db.all("SELECT status, runs FROM etl_run_count").map(({ status, runs }) => [status, Number(runs)]),
        ) as Record<EtlRunStatus, number>
      ),

    tallies: () => Promise.try(() => db.all("SELECT * FROM etl_tally ORDER BY name, status").map(tallyOf)),

    revision: () =>
      Promise.try(() => Number(db.one("SELECT max(revision) AS revision FROM etl_run")!.revision ?? 0)),

    changedSince: (revision, limit) =>
      Promise.try(() =>
        db.all("SELECT * FROM etl_run WHERE revision > ? ORDER BY revision LIMIT ?", revision, limit).map(
          runOf,
        )
      ),

    log: (attemptId, from, limit) =>
      Promise.try(() => {
        // Lines first: what is appended in between is then counted too.
        const chunks = db.all(
          `SELECT first_line, packed FROM etl_log WHERE attempt_id = ?1 AND first_line < ?2 + ?3 AND first_line >= (
             SELECT max(first_line) FROM etl_log WHERE attempt_id = ?1 AND first_line <= ?2
           ) ORDER BY first_line`,
          attemptId,
          from,
          limit,
        );
        const attempt = db.one("SELECT log_lines FROM etl_module_run WHERE id = ?", attemptId);
        const packed = chunks.map((chunk) => String(chunk.packed));
        return {
          lines: linesOf(Number(chunks[0]?.first_line ?? 0), packed, from, limit),
          total: Number(attempt?.log_lines ?? 0),
        };
      }),

    workers: () =>
      Promise.try(() => db.all("SELECT * FROM etl_worker ORDER BY started_at, id").map(workerOf)),

    schedules: () =>
      Promise.try(() => db.all("SELECT * FROM etl_schedule ORDER BY name, schedule").map(scheduleOf)),

    dueSchedules: (at, limit) =>
      Promise.try(() =>
        db.all(
          `SELECT * FROM etl_schedule INDEXED BY etl_schedule_due
           WHERE paused_by IS NULL AND next_at IS NOT NULL AND next_at <= ?
           ORDER BY next_at, name, schedule LIMIT ?`,
          at,
          limit,
        ).map(scheduleOf)
      ),

    activeRuns: () =>
      Promise.try(() =>
        withAttempts(
          db,
          db.all(
            `SELECT * FROM etl_run INDEXED BY etl_run_active WHERE status IN ('PENDING', 'STARTED') ORDER BY id`,
          ).map(runOf),
        )
      ),

    runsToNotify: (limit) =>
      Promise.try(() =>
        db.all(
          `SELECT * FROM etl_run INDEXED BY etl_run_to_notify
           WHERE notified = 'PENDING' AND status NOT IN ('PENDING', 'STARTED') ORDER BY id LIMIT ?`,
          limit,
        ).map(runOf)
      ),

    lastEnded: (name, before) =>
      Promise.try(() => findRuns(db, { name, statuses: ["SUCCESS", "FAILURE"], before, limit: 1 })[0]),

    lostAttempts: (silentMs) =>
      Promise.try(() =>
        db.all(
          `SELECT * FROM etl_module_run INDEXED BY etl_module_run_started
           WHERE status = 'STARTED' AND heartbeat_at < ${CLOCK} - ? ORDER BY id`,
          silentMs,
        ).map(attemptOf)
      ),

    attemptsOnHost: (host) =>
      Promise.try(() =>
        db.all(
          `SELECT * FROM etl_module_run INDEXED BY etl_module_run_on_host
           WHERE host = ? AND pid IS NOT NULL AND reaped = 0 AND (status = 'STARTED' OR reason = 'lost')
           ORDER BY id`,
          host,
        ).map(attemptOf)
      ),
  };
}

/** Newest first. Each status is a walk of its own along an index, which ends with the page. */
function findRuns(db: Database, query: EtlRunQuery): EtlRun[] {
  const { name, statuses, trigger, from, to, before = Number.MAX_SAFE_INTEGER, limit } = query;
  const hasDates = from !== undefined || to !== undefined;
  const index = name !== undefined
    ? "INDEXED BY etl_run_by_name"
    : hasDates
    ? "INDEXED BY etl_run_by_request"
    : statuses
    ? "INDEXED BY etl_run_by_status"
    : trigger && "INDEXED BY etl_run_by_trigger";
  // An index by name is one by name and status.
  const asked = statuses ?? (name === undefined ? [undefined] : ETL_RUN_STATUSES);
  const branches = [...new Set(asked)].map((status) => {
    const conditions: readonly (readonly [string, string | number | undefined])[] = [
      ["name = ?", name],
      ["status = ?", status],
      ['"trigger" = ?', trigger],
      ["requested_at >= ?", from],
      ["requested_at < ?", to],
      ["id < ?", before],
    ];
    const named = conditions.filter(([, value]) => value !== undefined);
    const where = named.map(([condition]) => condition).join(" AND ");
    return {
      sql: `SELECT * FROM (
        SELECT * FROM etl_run ${index ?? ""} WHERE ${where} ORDER BY id DESC LIMIT ?
      )`,
      values: [...named.map(([, value]) => value!), limit],
    };
  });
  if (branches.length === 0) return [];
  const sql = `${branches.map((branch) => branch.sql).join(" UNION ALL ")} ORDER BY id DESC LIMIT ?`;
  return db.all(sql, ...branches.flatMap(({ values }) => values), limit).map(runOf);
}

function attemptsOf(db: Database, runIds: readonly number[]): StepAttempt[] {
  return db.all(
    `SELECT * FROM etl_module_run WHERE etl_run_id IN (SELECT value FROM json_each(?))
     ORDER BY etl_run_id, step_index, attempt`,
    JSON.stringify(runIds),
  ).map(attemptOf);
}

/** Runs that were read before their attempts: whoever decides by older runs is refused. */
export function withAttempts(db: Database, runs: readonly EtlRun[]): RunWithAttempts[] {
  return withTheirs(runs, attemptsOf(db, runs.map(({ id }) => id)));
}
