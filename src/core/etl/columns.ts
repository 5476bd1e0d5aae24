// The columns that runs, attempts and the rest have in every SQL store, and what kind of value each holds: how a kind
// is written and read is the engine's.
// Source: etl-scheduler 1.7 and 5.5.

import type { EtlRun, StepAttempt } from "./run.ts";
import type { EtlLeaseState, EtlTally, EtlWorker, ScheduleState } from "./store.ts";

/**
 * `plain`: as the driver has it. `text`: of programs and people, any character. `moment`: an instant, epoch ms outside.
 * `timestamp`: the same in a column of the replaced scheduler, without zone, in UTC.
 */
export type ColumnKind = "plain" | "text" | "flag" | "json" | "moment" | "timestamp";

/** By field. */
export type Columns<T> = { readonly [Field in keyof T]-?: readonly [column: string, kind: ColumnKind] };

export const RUN_COLUMNS: Columns<EtlRun> = {
  id: ["id", "plain"],
  name: ["name", "plain"],
  status: ["status", "plain"],
  requestedAt: ["requested_at", "moment"],
  start: ["start", "timestamp"],
  end: ["end", "timestamp"],
  reason: ["reason", "plain"],
  message: ["message", "text"],
  trigger: ["trigger", "plain"],
  triggeredBy: ["triggered_by", "plain"],
  schedule: ["schedule", "plain"],
  scheduledAt: ["scheduled_at", "moment"],
  parentRunId: ["parent_run_id", "plain"],
  idempotencyKey: ["idempotency_key", "plain"],
  snapshot: ["snapshot", "json"],
  cancelAskedAt: ["cancel_asked_at", "moment"],
  cancelAskedBy: ["cancel_asked_by", "plain"],
  leaseToken: ["lease_token", "plain"],
  notified: ["notified", "plain"],
  revision: ["revision", "plain"],
};

export const ATTEMPT_COLUMNS: Columns<StepAttempt> = {
  id: ["id", "plain"],
  runId: ["etl_run_id", "plain"],
  stepIndex: ["step_index", "plain"],
  stepId: ["step_id", "plain"],
  attempt: ["attempt", "plain"],
  name: ["name", "plain"],
  input: ["input", "text"],
  output: ["output", "text"],
  conf: ["conf", "text"],
  status: ["status", "plain"],
  notBefore: ["not_before", "moment"],
  queuedAt: ["queued_at", "moment"],
  start: ["start", "timestamp"],
  end: ["end", "timestamp"],
  exitCode: ["exit_code", "plain"],
  signal: ["signal", "plain"],
  reason: ["reason", "plain"],
  message: ["message", "text"],
  worker: ["worker", "plain"],
  host: ["host", "plain"],
  pid: ["pid", "plain"],
  processStart: ["process_start", "plain"],
  heartbeatAt: ["heartbeat_at", "moment"],
  peakMemoryBytes: ["peak_memory_bytes", "plain"],
  logLines: ["log_lines", "plain"],
  logCut: ["log_cut", "flag"],
  fingerprint: ["fingerprint", "json"],
  summary: ["summary", "json"],
};

export const SCHEDULE_COLUMNS: Columns<ScheduleState> = {
  name: ["name", "plain"],
  schedule: ["schedule", "plain"],
  plannedUpTo: ["planned_up_to", "moment"],
  nextAt: ["next_at", "moment"],
  pausedBy: ["paused_by", "plain"],
  pausedAt: ["paused_at", "moment"],
};

export const WORKER_COLUMNS: Columns<EtlWorker> = {
  id: ["id", "plain"],
  host: ["host", "plain"],
  pid: ["pid", "plain"],
  startedAt: ["started_at", "moment"],
  heartbeatAt: ["heartbeat_at", "moment"],
  slots: ["slots", "plain"],
};

export const TALLY_COLUMNS: Columns<EtlTally> = {
  name: ["name", "plain"],
  status: ["status", "plain"],
  runs: ["runs", "plain"],
  began: ["began", "plain"],
  durationMs: ["duration_ms", "plain"],
  lastEnd: ["last_end", "moment"],
  lastScheduledAt: ["last_scheduled_at", "moment"],
  lastLatenessMs: ["last_lateness_ms", "plain"],
};

export const LEASE_COLUMNS: Columns<EtlLeaseState> = {
  name: ["name", "plain"],
  holder: ["holder", "plain"],
  token: ["token", "plain"],
  takenAt: ["taken_at", "moment"],
  renewedAt: ["renewed_at", "moment"],
  expiresAt: ["expires_at", "moment"],
};

/** All fields with their columns. */
export const fieldsOf = <T>(columns: Columns<T>) =>
  Object.entries(columns) as [field: string, readonly [column: string, kind: ColumnKind]][];

/** Makes a reader of rows, out of how each kind is read; null is null. `keyOf` says where a row has a field. */
export function rowReader<T>(
  columns: Columns<T>,
  readOf: (kind: ColumnKind) => (value: unknown) => unknown,
  keyOf: (field: string, column: string) => string,
): (row: Readonly<Record<string, unknown>>) => T {
  const fields = fieldsOf(columns).map(([field, [column, kind]]) =>
    [field, keyOf(field, column), readOf(kind)] as const
  );
  return (row) =>
    Object.fromEntries(
      fields.map(([field, key, read]) => [field, row[key] === null ? null : read(row[key])]),
    ) as T;
}
