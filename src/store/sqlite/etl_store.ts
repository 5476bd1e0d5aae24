// The ETL store on SQLite: a file of its own that schedulers and workers of any number of processes share. Each change
// is one transaction that begins with the lock to write, so their order is that of the revisions they give.

import { ATTEMPT_COLUMNS, RUN_COLUMNS } from "../../core/etl/columns.ts";
import { attemptOfDraft, runOfDraft } from "../../core/etl/drafts.ts";
import { packLines } from "../../core/etl/log_chunks.ts";
import { type AttemptDraft, type EtlRun, isFinal, type RunDraft } from "../../core/etl/run.ts";
import type { EtlStore } from "../../core/etl/store.ts";
import type { Database } from "./database.ts";
import { CLOCK, fence, sqliteEtlLeases } from "./etl_leases.ts";
import { sqliteEtlQueries, withAttempts } from "./etl_queries.ts";
import { runOf, scheduleOf, timestampOf, type Written, written } from "./etl_rows.ts";

/** Over a database whose schema is ETL_MIGRATIONS, which `close` closes. */
export function sqliteEtlStore(db: Database): EtlStore {
  /** All of `work` or nothing. */
  const write = <T>(work: () => T): Promise<T> => Promise.try(() => db.transaction(work));

  return {
    ...sqliteEtlLeases(db),
    ...sqliteEtlQueries(db),

    addRun: (draft) => write(() => addRun(db, draft, null)),

    askCancel: (id, by, at) =>
      write(() => {
        const row = db.one("SELECT * FROM etl_run WHERE id = ?", id);
        const run = row && runOf(row);
        if (!run || isFinal(run.status) || run.cancelAskedAt !== null) return run;
        return changeRun(db, id, { cancelAskedAt: at, cancelAskedBy: by });
      }),

    pauseSchedule: (name, schedule, by, at) =>
      write(() => {
        const find = () => {
          const row = db.one("SELECT * FROM etl_schedule WHERE name = ? AND schedule = ?", name, schedule);
          return row && scheduleOf(row);
        };
        const state = find();
        if (!state || (state.pausedBy === null) === (by === null)) return state;
        const change = by === null
          ? `paused_by = ?3, paused_at = NULL, planned_up_to = max(planned_up_to, coalesce(?4, ${CLOCK}))`
          : `paused_by = ?3, paused_at = coalesce(?4, ${CLOCK})`;
        db.run(`UPDATE etl_schedule SET ${change} WHERE name = ?1 AND schedule = ?2`, name, schedule, by, at);
        return find();
      }),

    keepSchedules: (lease, schedules, at) =>
      write(() => {
        fence(db, lease);
        const kept = JSON.stringify(schedules.map(({ name, schedule, nextAt }) => [name, schedule, nextAt]));
        db.run(
          `DELETE FROM etl_schedule WHERE (name, schedule) NOT IN (
             SELECT value ->> 0, value ->> 1 FROM json_each(?)
           )`,
          kept,
        );
        db.run(
          `INSERT INTO etl_schedule (name, schedule, planned_up_to, next_at)
           SELECT value ->> 0, value ->> 1, ?2, value ->> 2 FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING`,
          kept,
          at,
        );
      }),

    plan: (lease, { name, schedule, plannedUpTo, nextAt }, fires) =>
      write(() => {
        fence(db, lease);
        db.run(
          `UPDATE etl_schedule SET planned_up_to = max(planned_up_to, ?3), next_at = ?4
           WHERE name = ?1 AND schedule = ?2`,
          name,
          schedule,
          plannedUpTo,
          nextAt,
        );
        for (const fire of fires) addRun(db, fire, lease.token);
      }),

    decide: (lease, runId, revision, decision) =>
      write(() => {
        fence(db, lease);
        if (!db.one("SELECT 1 FROM etl_run WHERE id = ? AND revision = ?", runId, revision)) return false;
        changeRun(db, runId, { ...decision.run, leaseToken: lease.token });
        for (const { id, ...change } of decision.attempts ?? []) {
          const { columns, values } = written(ATTEMPT_COLUMNS, change);
          if (columns.length === 0) continue;
          db.run(
            `UPDATE etl_module_run SET ${assigned(columns)} WHERE id = ? AND etl_run_id = ?`,
            ...values,
            id,
            runId,
          );
        }
        for (const draft of decision.newAttempts ?? []) addAttempt(db, runId, draft);
        return true;
      }),

    begin: (attemptId, worker, at) =>
      write(() => {
        const begun = db.one(
          `UPDATE etl_module_run
           SET status = 'STARTED', "start" = ?, worker = ?, host = ?, heartbeat_at = ${CLOCK}
           WHERE id = ? AND status IN ('PENDING', 'RETRYING') AND queued_at IS NOT NULL AND EXISTS (
             SELECT 1 FROM etl_run
             WHERE etl_run.id = etl_run_id AND etl_run.status = 'STARTED' AND cancel_asked_at IS NULL
           ) RETURNING etl_run_id`,
          timestampOf(at),
          worker.id,
          worker.host,
          attemptId,
        );
        return begun && withAttempts(db, [changeRun(db, Number(begun.etl_run_id), {})])[0];
      }),

    notePid: (attemptId, workerId, pid, processStart) =>
      write(() => void changeOwn(db, attemptId, workerId, written(ATTEMPT_COLUMNS, { pid, processStart }))),

    appendLog: (attemptId, lines, isCut) =>
      write(() => {
        const attempt = db.one(
          `UPDATE etl_module_run SET log_lines = log_lines + ?, log_cut = max(log_cut, ?) WHERE id = ?
           RETURNING log_lines`,
          lines.length,
          Number(isCut),
          attemptId,
        );
        if (!attempt) return;
        let first = Number(attempt.log_lines) - lines.length;
        for (const { count, packed } of packLines(lines)) {
          db.run("INSERT INTO etl_log VALUES (?, ?, ?, ?)", attemptId, first, count, packed);
          first += count;
        }
      }),

    beat: ({ id, host, pid, startedAt, slots }, attemptIds) =>
      write(() => {
        db.run(
          `INSERT INTO etl_worker (id, host, pid, started_at, slots, heartbeat_at)
           VALUES (?, ?, ?, ?, ?, ${CLOCK})
           ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid,
             started_at = excluded.started_at, slots = excluded.slots, heartbeat_at = excluded.heartbeat_at`,
          id,
          host,
          pid,
          startedAt,
          slots,
        );
        const own = db.all(
          `UPDATE etl_module_run SET heartbeat_at = ${CLOCK}
           WHERE id IN (SELECT value FROM json_each(?)) AND worker = ? AND status = 'STARTED'
           RETURNING id, (SELECT cancel_asked_at FROM etl_run WHERE etl_run.id = etl_run_id) AS cancel_asked_at`,
          JSON.stringify(attemptIds),
          id,
        );
        const goOn = new Set(own.filter((row) => row.cancel_asked_at === null).map((row) => Number(row.id)));
        return attemptIds.filter((attemptId) => !goOn.has(attemptId));
      }),

    end: (attemptId, workerId, outcome) =>
      write(() => changeOwn(db, attemptId, workerId, written(ATTEMPT_COLUMNS, outcome))),

    leave: (workerId) => write(() => void db.run("DELETE FROM etl_worker WHERE id = ?", workerId)),

    noteReaped: (attemptIds) =>
      write(() => {
        db.run(
          "UPDATE etl_module_run SET reaped = 1 WHERE id IN (SELECT value FROM json_each(?))",
          JSON.stringify(attemptIds),
        );
      }),

    removeRuns: (endedBefore, limit) =>
      write(() =>
        db.run(
          `DELETE FROM etl_run WHERE id IN (
             SELECT id FROM etl_run INDEXED BY etl_run_by_end
             WHERE "end" < ? AND status NOT IN ('PENDING', 'STARTED') ORDER BY "end" LIMIT ?
           )`,
          timestampOf(endedBefore),
          limit,
        ).changes
      ),

    close: () => Promise.try(() => db.close()),
  };
}

function addRun(db: Database, draft: RunDraft, leaseToken: number | null): { run: EtlRun; isNew: boolean } {
  const known = db.one("SELECT * FROM etl_run WHERE idempotency_key = ?", draft.idempotencyKey ?? null) ??
    db.one(
      "SELECT * FROM etl_run WHERE name = ? AND schedule = ? AND scheduled_at = ?",
      draft.name,
      draft.schedule ?? null,
      draft.scheduledAt ?? null,
    );
  if (known) return { run: runOf(known), isNew: false };
  const fields = { ...runOfDraft(draft, leaseToken), revision: nextRevision(db) };
  const run = runOf(insert(db, "etl_run", written(RUN_COLUMNS, fields)));
  for (const attempt of draft.attempts) addAttempt(db, run.id, attempt);
  return { run, isNew: true };
}

function addAttempt(db: Database, runId: number, draft: AttemptDraft): void {
  insert(db, "etl_module_run", written(ATTEMPT_COLUMNS, attemptOfDraft(runId, draft)));
}

function insert(db: Database, table: string, { columns, values }: Written) {
  const marks = columns.map(() => "?").join(", ");
  return db.one(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks}) RETURNING *`, ...values)!;
}

const assigned = (columns: readonly string[]) => columns.map((column) => `${column} = ?`).join(", ");

/** The changed run, of a new revision. */
function changeRun(db: Database, id: number, change: Partial<EtlRun>): EtlRun {
  const { columns, values } = written(RUN_COLUMNS, { ...change, revision: nextRevision(db) });
  return runOf(db.one(`UPDATE etl_run SET ${assigned(columns)} WHERE id = ? RETURNING *`, ...values, id)!);
}

/** Changes an attempt that is this worker's, and the revision of its run; answers whether it was. */
function changeOwn(db: Database, id: number, workerId: string, { columns, values }: Written): boolean {
  const changed = db.one(
    `UPDATE etl_module_run SET ${assigned(columns)} WHERE id = ? AND worker = ? AND status = 'STARTED'
     RETURNING etl_run_id`,
    ...values,
    id,
    workerId,
  );
  if (changed) changeRun(db, Number(changed.etl_run_id), {});
  return changed !== undefined;
}

function nextRevision(db: Database): number {
  return Number(db.one("UPDATE etl_revision SET revision = revision + 1 RETURNING revision")!.revision);
}
