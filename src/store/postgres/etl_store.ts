// The ETL store on PostgreSQL, for schedulers and workers of any number of hosts. Each change locks in this order:
//
//   lease (shared) ─▶ run ─▶ its attempts, ascending ─▶ the counter of revisions ─▶ COMMIT
//
// The counter is held to the end, so revisions are committed in their order: who has read one has read all before it.
// Signs of life and lines of logs lock attempts alone, and are on disk a moment later.

import { ATTEMPT_COLUMNS, RUN_COLUMNS } from "../../core/etl/columns.ts";
import { attemptOfDraft, runOfDraft } from "../../core/etl/drafts.ts";
import { packLines } from "../../core/etl/log_chunks.ts";
import { type AttemptDraft, type EtlRun, isFinal, type RunDraft } from "../../core/etl/run.ts";
import type { EtlStore } from "../../core/etl/store.ts";
import type { Value } from "./connection.ts";
import type { Database, Statements } from "./database.ts";
import { BRIEFLY, CLOCK, fence, postgresEtlLeases } from "./etl_leases.ts";
import { postgresEtlQueries, withAttempts } from "./etl_queries.ts";
import {
  momentOf,
  RUN,
  runOf,
  SCHEDULE,
  scheduleOf,
  timestampOf,
  type Written,
  written,
} from "./etl_rows.ts";
import { keysIn } from "./rows.ts";

/** Over a database that is migrated, which `close` closes. */
export function postgresEtlStore(db: Database): EtlStore {
  const aside = db.aside();
  return {
    ...postgresEtlLeases(aside),
    ...postgresEtlQueries(db),

    addRun: (draft) => db.write((tx) => addRun(tx, draft, null)),

    askCancel: (id, by, at) =>
      db.write(async (tx) => {
        const row = await tx.one(`SELECT ${RUN} FROM caudal.etl_run WHERE id = $1 FOR NO KEY UPDATE`, id);
        const run = row && runOf(row);
        if (!run || isFinal(run.status) || run.cancelAskedAt !== null) return run;
        return await changeRun(tx, id, { cancelAskedAt: at, cancelAskedBy: by });
      }),

    pauseSchedule: (name, schedule, by, at) =>
      db.write(async (tx) => {
        const row = await tx.one(
          `SELECT ${SCHEDULE} FROM caudal.etl_schedule WHERE name = $1 AND schedule = $2 FOR NO KEY UPDATE`,
          name,
          schedule,
        );
        const state = row && scheduleOf(row);
        if (!state || (state.pausedBy === null) === (by === null)) return state;
        const when = `coalesce(${momentOf("$4")}, ${CLOCK})`;
        const change = by === null
          ? `paused_at = NULL, planned_up_to = greatest(planned_up_to, ${when})`
          : `paused_at = ${when}`;
        const changed = await tx.one(
          `UPDATE caudal.etl_schedule SET paused_by = $3, ${change} WHERE name = $1 AND schedule = $2
           RETURNING ${SCHEDULE}`,
          name,
          schedule,
          by,
          at,
        );
        return scheduleOf(changed!);
      }),

    keepSchedules: (lease, schedules, at) =>
      db.write(async (tx) => {
        await fence(tx, lease);
        const kept = schedules.map(({ name, schedule, nextAt }) => ({ name, schedule, next_at: nextAt }));
        const listed = "json_to_recordset($1::json) AS kept (name text, schedule text, next_at bigint)";
        await tx.run(
          `DELETE FROM caudal.etl_schedule WHERE NOT EXISTS (
             SELECT FROM ${listed} WHERE kept.name = etl_schedule.name AND kept.schedule = etl_schedule.schedule
           )`,
          kept,
        );
        await tx.run(
          `INSERT INTO caudal.etl_schedule (name, schedule, planned_up_to, next_at)
           SELECT name, schedule, ${momentOf("$2")}, ${
            momentOf("next_at")
          } FROM ${listed} ON CONFLICT DO NOTHING`,
          kept,
          at,
        );
      }),

    plan: (lease, { name, schedule, plannedUpTo, nextAt }, fires) =>
      db.write(async (tx) => {
        await fence(tx, lease);
        await tx.run(
          `UPDATE caudal.etl_schedule
           SET planned_up_to = greatest(planned_up_to, ${momentOf("$3")}), next_at = ${momentOf("$4")}
           WHERE name = $1 AND schedule = $2`,
          name,
          schedule,
          plannedUpTo,
          nextAt,
        );
        for (const fire of fires) await addRun(tx, fire, lease.token);
      }),

    decide: (lease, runId, revision, decision) =>
      db.write(async (tx) => {
        await fence(tx, lease);
        const locked = await tx.one(
          "SELECT FROM caudal.etl_run WHERE id = $1 AND revision = $2 FOR NO KEY UPDATE",
          runId,
          revision,
        );
        if (!locked) return false;
        for (const { id, ...change } of (decision.attempts ?? []).toSorted((a, b) => a.id - b.id)) {
          const { columns, terms, values } = written(ATTEMPT_COLUMNS, change, 3);
          if (columns.length === 0) continue;
          await tx.run(
            `UPDATE caudal.etl_module_run SET ${assigned(columns, terms)} WHERE id = $1 AND etl_run_id = $2`,
            id,
            runId,
            ...values,
          );
        }
        await addAttempts(tx, runId, decision.newAttempts ?? []);
        await changeRun(tx, runId, { ...decision.run, leaseToken: lease.token });
        return true;
      }),

    begin: (attemptId, worker, at) =>
      db.write(async (tx) => {
        await lockRunOf(tx, attemptId);
        const begun = await tx.one(
          `UPDATE caudal.etl_module_run
           SET status = 'STARTED', "start" = ${
            timestampOf("$2")
          }, worker = $3, host = $4, heartbeat_at = ${CLOCK}
           WHERE id = $1 AND status IN ('PENDING', 'RETRYING') AND queued_at IS NOT NULL AND EXISTS (
             SELECT FROM caudal.etl_run
             WHERE etl_run.id = etl_run_id AND etl_run.status = 'STARTED' AND cancel_asked_at IS NULL
           ) RETURNING etl_run_id`,
          attemptId,
          at,
          worker.id,
          worker.host,
        );
        if (!begun) return undefined;
        return (await withAttempts(tx, [await changeRun(tx, begun.etl_run_id as number, {})]))[0];
      }),

    notePid: (attemptId, workerId, pid, processStart) =>
      db.write(async (tx) => {
        await changeOwn(tx, attemptId, workerId, written(ATTEMPT_COLUMNS, { pid, processStart }, 3));
      }),

    appendLog: (attemptId, lines, isCut) =>
      db.write(async (tx) => {
        const attempt = await tx.one(
          `UPDATE caudal.etl_module_run SET log_lines = log_lines + $2, log_cut = log_cut OR $3 WHERE id = $1
           RETURNING log_lines`,
          attemptId,
          lines.length,
          isCut,
        );
        if (!attempt) return;
        let first = attempt.log_lines as number - lines.length;
        for (const { count, packed } of packLines(lines)) {
          await tx.run("INSERT INTO caudal.etl_log VALUES ($1, $2, $3, $4)", attemptId, first, count, packed);
          first += count;
        }
      }, { soon: true }),

    beat: ({ id, host, pid, startedAt, slots }, attemptIds) =>
      db.write(async (tx) => {
        await tx.run(
          `INSERT INTO caudal.etl_worker (id, host, pid, started_at, slots, heartbeat_at)
           VALUES ($1, $2, $3, ${momentOf("$4")}, $5, ${CLOCK})
           ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid,
             started_at = excluded.started_at, slots = excluded.slots, heartbeat_at = excluded.heartbeat_at`,
          id,
          host,
          pid,
          startedAt,
          slots,
        );
        if (attemptIds.length === 0) return [];
        const own = await tx.all(
          `WITH own AS (
             SELECT id FROM caudal.etl_module_run
             WHERE id = ANY (${keysIn("$1")}) AND worker = $2 AND status = 'STARTED'
             ORDER BY id FOR NO KEY UPDATE
           )
           UPDATE caudal.etl_module_run SET heartbeat_at = ${CLOCK} FROM own
           WHERE etl_module_run.id = own.id
           RETURNING etl_module_run.id,
             (SELECT cancel_asked_at IS NULL FROM caudal.etl_run WHERE etl_run.id = etl_run_id) AS goes_on`,
          attemptIds,
          id,
        );
        const goOn = new Set(own.filter((row) => row.goes_on).map((row) => row.id as number));
        return attemptIds.filter((attemptId) => !goOn.has(attemptId));
      }, { soon: true }),

    end: (attemptId, workerId, outcome) =>
      db.write((tx) => changeOwn(tx, attemptId, workerId, written(ATTEMPT_COLUMNS, outcome, 3))),

    async leave(workerId) {
      await db.run("DELETE FROM caudal.etl_worker WHERE id = $1", workerId);
    },

    async noteReaped(attemptIds) {
      await db.write((tx) =>
        tx.run(
          `WITH gone AS (
             SELECT id FROM caudal.etl_module_run WHERE id = ANY (${
            keysIn("$1")
          }) ORDER BY id FOR NO KEY UPDATE
           )
           UPDATE caudal.etl_module_run SET reaped = true FROM gone WHERE etl_module_run.id = gone.id`,
          attemptIds,
        )
      );
    },

    removeRuns: (endedBefore, limit) =>
      db.write(async (tx) => {
        // Who counts runs holds the counter.
        await tx.run("SELECT FROM caudal.etl_revision FOR NO KEY UPDATE");
        return await tx.run(
          `DELETE FROM caudal.etl_run WHERE id = ANY (ARRAY(
             SELECT id FROM caudal.etl_run
             WHERE "end" < ${
            timestampOf("$1")
          } AND status NOT IN ('PENDING', 'STARTED') ORDER BY "end" LIMIT $2
           ))`,
          endedBefore,
          limit,
        );
      }),

    async close() {
      await Promise.all([aside.close(), db.close()]);
    },
  };
}

const NEXT = `next AS (
    UPDATE caudal.etl_revision SET revision = revision + 1 RETURNING revision, ${BRIEFLY}
  )`;

async function addRun(
  tx: Statements,
  draft: RunDraft,
  leaseToken: number | null,
): Promise<{ run: EtlRun; isNew: boolean }> {
  const find = async () => {
    const row = await tx.one(
      `SELECT ${RUN} FROM caudal.etl_run WHERE idempotency_key = $1
       UNION ALL
       SELECT ${RUN} FROM caudal.etl_run
         WHERE name = $2 AND schedule = $3 AND scheduled_at = ${momentOf("$4")}`,
      draft.idempotencyKey ?? null,
      draft.name,
      draft.schedule ?? null,
      draft.scheduledAt ?? null,
    );
    return row && { run: runOf(row), isNew: false };
  };
  const known = await find();
  if (known) return known;
  const { columns, terms, values } = written(RUN_COLUMNS, runOfDraft(draft, leaseToken));
  const row = await tx.one(
    `WITH ${NEXT} INSERT INTO caudal.etl_run (${columns.join(", ")}, revision)
     VALUES (${terms.join(", ")}, (SELECT revision FROM next)) ON CONFLICT DO NOTHING RETURNING ${RUN}`,
    ...values,
  );
  // Somebody else was a moment earlier, and has committed it.
  if (!row) return (await find())!;
  const run = runOf(row);
  await addAttempts(tx, run.id, draft.attempts);
  return { run, isNew: true };
}

async function addAttempts(tx: Statements, runId: number, drafts: readonly AttemptDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  const values: Value[] = [];
  const rows = drafts.map((draft) => {
    const row = written(ATTEMPT_COLUMNS, attemptOfDraft(runId, draft), values.length + 1);
    values.push(...row.values);
    return row;
  });
  await tx.run(
    `INSERT INTO caudal.etl_module_run (${rows[0]!.columns.join(", ")})
     VALUES ${rows.map(({ terms }) => `(${terms.join(", ")})`).join(", ")}`,
    ...values,
  );
}

const assigned = (columns: readonly string[], terms: readonly string[]) =>
  columns.map((column, i) => `${column} = ${terms[i]}`).join(", ");

/** The changed run, of a new revision; the last thing that a transaction locks. */
async function changeRun(tx: Statements, id: number, change: Partial<EtlRun>): Promise<EtlRun> {
  const { columns, terms, values } = written(RUN_COLUMNS, change, 2);
  const row = await tx.one(
    `WITH ${NEXT} UPDATE caudal.etl_run
     SET ${
      assigned([...columns, "revision"], [...terms, "next.revision"])
    } FROM next WHERE id = $1 RETURNING ${RUN}`,
    id,
    ...values,
  );
  return runOf(row!);
}

/** Nobody else changes the run of an attempt, nor which attempts it has, until the end of the transaction. */
async function lockRunOf(tx: Statements, attemptId: number): Promise<void> {
  await tx.run(
    `SELECT FROM caudal.etl_run
     WHERE id = (SELECT etl_run_id FROM caudal.etl_module_run WHERE id = $1) FOR NO KEY UPDATE`,
    attemptId,
  );
}

/**
 * Changes an attempt that is this worker's, and the revision of its run; answers whether it was. `change` begins at
 * `$3`.
 */
async function changeOwn(
  tx: Statements,
  id: number,
  workerId: string,
  { columns, terms, values }: Written,
): Promise<boolean> {
  await lockRunOf(tx, id);
  const changed = await tx.one(
    `UPDATE caudal.etl_module_run SET ${assigned(columns, terms)}
     WHERE id = $1 AND worker = $2 AND status = 'STARTED' RETURNING etl_run_id`,
    id,
    workerId,
    ...values,
  );
  if (changed) await changeRun(tx, changed.etl_run_id as number, {});
  return changed !== undefined;
}
