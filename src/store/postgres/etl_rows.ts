// How runs, attempts and the rest of the ETL store are rows of PostgreSQL. Times go in and out as epoch ms.

import type { EtlRun, StepAttempt } from "../../core/etl/run.ts";
import type { EtlLeaseState, EtlTally, EtlWorker, ScheduleState } from "../../core/etl/store.ts";
import type { Row, Value } from "./connection.ts";

/** How values other than null are written and read, in SQL and outside of it. */
type Kind = {
  readonly toSql: (parameter: string) => string;
  readonly fromSql: (column: string) => string;
  readonly write: (value: unknown) => Value;
  readonly read: (value: unknown) => unknown;
};

const plain: Kind = {
  toSql: (parameter) => parameter,
  fromSql: (column) => column,
  write: (value) => value as Value,
  read: (value) => value,
};
/** Of programs and people, in a column of type varchar: any character is stored as text alone (stored_text.ts). */
const text: Kind = {
  ...plain,
  toSql: (parameter) => `${parameter}::text`,
  fromSql: (column) => `${column}::text`,
};
const json: Kind = {
  ...plain,
  write: (value) => JSON.stringify(value),
  read: (text) => JSON.parse(text as string),
};
const timeOf = (type: "timestamp" | "timestamptz"): Kind => ({
  ...plain,
  toSql: (parameter) => `${type} 'epoch' + ${parameter}::bigint * interval '1 millisecond'`,
  fromSql: (column) => `(extract(epoch FROM ${column}) * 1000)::bigint`,
});
/** Without zone, in UTC. */
const timestamp = timeOf("timestamp");
const moment = timeOf("timestamptz");

/** A parameter of epoch ms as a moment. */
export const momentOf = moment.toSql;
export const timestampOf = timestamp.toSql;

type Columns<T> = { readonly [Field in keyof T]-?: readonly [column: string, kind: Kind] };

export const RUN_COLUMNS: Columns<EtlRun> = {
  id: ["id", plain],
  name: ["name", plain],
  status: ["status", plain],
  requestedAt: ["requested_at", moment],
  start: ["start", timestamp],
  end: ["end", timestamp],
  reason: ["reason", plain],
  message: ["message", plain],
  trigger: ["trigger", plain],
  triggeredBy: ["triggered_by", plain],
  schedule: ["schedule", plain],
  scheduledAt: ["scheduled_at", moment],
  parentRunId: ["parent_run_id", plain],
  idempotencyKey: ["idempotency_key", plain],
  snapshot: ["snapshot", json],
  cancelAskedAt: ["cancel_asked_at", moment],
  cancelAskedBy: ["cancel_asked_by", plain],
  leaseToken: ["lease_token", plain],
  notified: ["notified", plain],
  revision: ["revision", plain],
};

export const ATTEMPT_COLUMNS: Columns<StepAttempt> = {
  id: ["id", plain],
  runId: ["etl_run_id", plain],
  stepIndex: ["step_index", plain],
  stepId: ["step_id", plain],
  attempt: ["attempt", plain],
  name: ["name", plain],
  input: ["input", text],
  output: ["output", text],
  conf: ["conf", text],
  status: ["status", plain],
  notBefore: ["not_before", moment],
  queuedAt: ["queued_at", moment],
  start: ["start", timestamp],
  end: ["end", timestamp],
  exitCode: ["exit_code", plain],
  signal: ["signal", plain],
  reason: ["reason", plain],
  message: ["message", plain],
  worker: ["worker", plain],
  host: ["host", plain],
  pid: ["pid", plain],
  processStart: ["process_start", plain],
  heartbeatAt: ["heartbeat_at", moment],
  peakMemoryBytes: ["peak_memory_bytes", plain],
  logLines: ["log_lines", plain],
  logCut: ["log_cut", plain],
  fingerprint: ["fingerprint", json],
  summary: ["summary", json],
};

const SCHEDULE_COLUMNS: Columns<ScheduleState> = {
  name: ["name", plain],
  schedule: ["schedule", plain],
  plannedUpTo: ["planned_up_to", moment],
  nextAt: ["next_at", moment],
  pausedBy: ["paused_by", plain],
  pausedAt: ["paused_at", moment],
};

const WORKER_COLUMNS: Columns<EtlWorker> = {
  id: ["id", plain],
  host: ["host", plain],
  pid: ["pid", plain],
  startedAt: ["started_at", moment],
  heartbeatAt: ["heartbeat_at", moment],
  slots: ["slots", plain],
};

const LEASE_COLUMNS: Columns<EtlLeaseState> = {
  name: ["name", plain],
  holder: ["holder", plain],
  token: ["token", plain],
  takenAt: ["taken_at", moment],
  renewedAt: ["renewed_at", moment],
  expiresAt: ["expires_at", moment],
};

const TALLY_COLUMNS: Columns<EtlTally> = {
  name: ["name", plain],
  status: ["status", plain],
  runs: ["runs", plain],
  began: ["began", plain],
  durationMs: ["duration_ms", plain],
  lastEnd: ["last_end", moment],
  lastScheduledAt: ["last_scheduled_at", moment],
  lastLatenessMs: ["last_lateness_ms", plain],
};

const fieldsOf = <T>(columns: Columns<T>) => Object.entries(columns) as [string, readonly [string, Kind]][];

/** Every field of a table, under its own name. */
const selected = <T>(table: string, columns: Columns<T>): string =>
  fieldsOf(columns)
    .map(([field, [column, { fromSql }]]) => `${fromSql(`${table}."${column}"`)} AS "${field}"`).join(", ");

const reader = <T>(columns: Columns<T>) => {
  const fields = fieldsOf(columns);
  return (row: Row): T =>
    Object.fromEntries(fields.map(([field, [, { read }]]) => {
      const value = row[field];
      return [field, value === null ? null : read(value)];
    })) as T;
};

export const RUN = selected("etl_run", RUN_COLUMNS);
export const ATTEMPT = selected("etl_module_run", ATTEMPT_COLUMNS);
export const SCHEDULE = selected("etl_schedule", SCHEDULE_COLUMNS);
export const WORKER = selected("etl_worker", WORKER_COLUMNS);
export const TALLY = selected("etl_tally", TALLY_COLUMNS);
export const LEASE = selected("etl_lease", LEASE_COLUMNS);

export const runOf = reader(RUN_COLUMNS);
export const attemptOf = reader(ATTEMPT_COLUMNS);
export const scheduleOf = reader(SCHEDULE_COLUMNS);
export const workerOf = reader(WORKER_COLUMNS);
export const tallyOf = reader(TALLY_COLUMNS);
export const leaseOf = reader(LEASE_COLUMNS);

export type Written = {
  readonly columns: string[];
  /** What becomes of the parameters on their way in. */
  readonly terms: string[];
  readonly values: Value[];
};

/** Fields that are named, as columns in quotes and their values, from `$first` on. */
export function written<T>(columns: Columns<T>, fields: Partial<T>, first = 1): Written {
  const written: Written = { columns: [], terms: [], values: [] };
  for (const [field, value] of Object.entries(fields) as [keyof T, unknown][]) {
    const [column, { toSql, write }] = columns[field];
    if (value === undefined) continue;
    written.columns.push(`"${column}"`);
    written.terms.push(toSql(`$${first + written.values.length}`));
    written.values.push(value === null ? null : write(value));
  }
  return written;
}
