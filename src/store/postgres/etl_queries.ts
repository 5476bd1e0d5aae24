// What is asked of the ETL store on PostgreSQL without changing anything.

import { linesOf } from "../../core/etl/log_chunks.ts";
import { ETL_RUN_STATUSES, type EtlRun, type EtlRunStatus, type StepAttempt } from "../../core/etl/run.ts";
import { type EtlQueries, type EtlRunQuery, type RunWithAttempts, withTheirs } from "../../core/etl/store.ts";
import type { Value } from "./connection.ts";
import type { Database, Statements } from "./database.ts";
import { CLOCK } from "./etl_leases.ts";
import {
  ATTEMPT,
  attemptOf,
  momentOf,
  RUN,
  runOf,
  SCHEDULE,
  scheduleOf,
  TALLY,
  tallyOf,
  WORKER,
  workerOf,
} from "./etl_rows.ts";
import { keysIn } from "./rows.ts";

export function postgresEtlQueries(db: Database): EtlQueries {
  const runs = async (statements: Statements, rest: string, ...values: Value[]) =>
    (await statements.all(`SELECT ${RUN} FROM caudal.etl_run ${rest}`, ...values)).map(runOf);
  const attempts = async (rest: string, ...values: Value[]) =>
    (await db.all(`SELECT ${ATTEMPT} FROM caudal.etl_module_run ${rest}`, ...values)).map(attemptOf);

  return {
    run: (id) => db.read(async (tx) => (await withAttempts(tx, await runs(tx, "WHERE id = $1", id)))[0]),

    runWithKey: async (key) => (await runs(db, "WHERE idempotency_key = $1", key))[0],

    runs: (query) => findRuns(db, query),

    attemptsOf: (runIds) => attemptsOf(db, runIds),

    async countRuns() {
      const rows = await db.all("SELECT status, runs FROM caudal.etl_run_count");
      return Object.fromEntries(rows.map(({ status, runs }) => [status, runs])) as Record<
        EtlRunStatus,
        number
      >;
    },

    tallies: async () =>
      (await db.all(`SELECT ${TALLY} FROM caudal.etl_tally ORDER BY name, status`)).map(tallyOf),

    revision: async () =>
      (await db.one("SELECT coalesce(max(revision), 0) AS revision FROM caudal.etl_run"))!.revision as number,

    changedSince: (revision, limit) =>
      runs(db, "WHERE revision > $1 ORDER BY revision LIMIT $2", revision, limit),

    async log(attemptId, from, limit) {
      // Lines first: what is appended in between is then counted too.
      const chunks = await db.all(
        `SELECT first_line, packed FROM caudal.etl_log
         WHERE attempt_id = $1 AND first_line < $2::bigint + $3::bigint AND first_line >= (
           SELECT max(first_line) FROM caudal.etl_log WHERE attempt_id = $1 AND first_line <= $2::bigint
         ) ORDER BY first_line`,
        attemptId,
        from,
        limit,
      );
      const attempt = await db.one("SELECT log_lines FROM caudal.etl_module_run WHERE id = $1", attemptId);
      const packed = chunks.map((chunk) => chunk.packed as string);
      return {
        lines: linesOf(chunks[0]?.first_line as number ?? 0, packed, from, limit),
        total: attempt?.log_lines as number ?? 0,
      };
    },

    workers: async () =>
      (await db.all(`SELECT ${WORKER} FROM caudal.etl_worker ORDER BY started_at, id`)).map(workerOf),

    schedules: async () =>
      (await db.all(`SELECT ${SCHEDULE} FROM caudal.etl_schedule ORDER BY name, schedule`)).map(scheduleOf),

    async dueSchedules(at, limit) {
      const due = await db.all(
        `SELECT ${SCHEDULE} FROM caudal.etl_schedule WHERE paused_by IS NULL AND next_at <= ${momentOf("$1")}
         ORDER BY next_at, name, schedule LIMIT $2`,
        at,
        limit,
      );
      return due.map(scheduleOf);
    },

    activeRuns: () =>
      db.read(async (tx) =>
        withAttempts(tx, await runs(tx, "WHERE status IN ('PENDING', 'STARTED') ORDER BY id"))
      ),

    runsToNotify: (limit) =>
      runs(
        db,
        "WHERE notified = 'PENDING' AND status NOT IN ('PENDING', 'STARTED') ORDER BY id LIMIT $1",
        limit,
      ),

    lastEnded: async (name, before) =>
      (await findRuns(db, { name, statuses: ["SUCCESS", "FAILURE"], before, limit: 1 }))[0],

    lostAttempts: (silentMs) =>
      attempts(
        `WHERE status = 'STARTED' AND heartbeat_at < ${CLOCK} - $1::bigint * interval '1 millisecond' ORDER BY id`,
        silentMs,
      ),

    attemptsOnHost: (host) =>
      attempts(
        `WHERE host = $1 AND pid IS NOT NULL AND NOT reaped AND (status = 'STARTED' OR reason = 'lost')
         ORDER BY id`,
        host,
      ),
  };
}

/** Newest first. Each status is a walk of its own along an index, which ends with the page. */
async function findRuns(db: Database, query: EtlRunQuery): Promise<EtlRun[]> {
  const { name, statuses, trigger, from, to, before = Number.MAX_SAFE_INTEGER, limit } = query;
  const values: Value[] = [limit];
  const parameter = (value: Value) => `$${values.push(value)}`;
  const common = [
    name !== undefined && `name = ${parameter(name)}`,
    trigger !== undefined && `"trigger" = ${parameter(trigger)}`,
    from !== undefined && `requested_at >= ${momentOf(parameter(from))}`,
    to !== undefined && `requested_at < ${momentOf(parameter(to))}`,
    `id < ${parameter(before)}::bigint`,
  ].filter((condition) => condition !== false);
  // An index by name is one by name and status.
  const asked = statuses ?? (name === undefined ? [undefined] : ETL_RUN_STATUSES);
  const branches = [...new Set(asked)].map((status) => {
    const conditions = status === undefined ? common : [...common, `status = ${parameter(status)}`];
    return `(SELECT * FROM caudal.etl_run WHERE ${
      conditions.join(" AND ")
    } ORDER BY id DESC LIMIT $1::bigint)`;
  });
  if (branches.length === 0) return [];
  const rows = await db.all(
    `SELECT ${RUN} FROM (${branches.join(" UNION ALL ")}) AS etl_run ORDER BY id DESC LIMIT $1::bigint`,
    ...values,
  );
  return rows.map(runOf);
}

async function attemptsOf(statements: Statements, runIds: readonly number[]): Promise<StepAttempt[]> {
  const rows = await statements.all(
    `SELECT ${ATTEMPT} FROM caudal.etl_module_run WHERE etl_run_id = ANY (${keysIn("$1")})
     ORDER BY etl_run_id, step_index, attempt`,
    runIds,
  );
  return rows.map(attemptOf);
}

export async function withAttempts(
  statements: Statements,
  runs: readonly EtlRun[],
): Promise<RunWithAttempts[]> {
  if (runs.length === 0) return [];
  return withTheirs(runs, await attemptsOf(statements, runs.map(({ id }) => id)));
}
