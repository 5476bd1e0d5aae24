// How runs, attempts and the rest of the ETL store are rows of SQLite.

import type { SupportedValueType } from "node:sqlite";
import type { EtlRun, StepAttempt } from "../../core/etl/run.ts";
import type { EtlTally, EtlWorker, ScheduleState } from "../../core/etl/store.ts";

type Row = Record<string, unknown>;

/** How values other than null are written and read. */
type Kind = {
  readonly write: (value: unknown) => SupportedValueType;
  readonly read: (value: unknown) => unknown;
};

const plain: Kind = { write: (value) => value as SupportedValueType, read: (value) => value };
/** Of programs and people. The driver reads a text to its first character 0: that is U+0001 U+0002 instead. */
const text: Kind = {
  write: (value) => String(value).replaceAll("\x01", "\x01\x03").replaceAll("\0", "\x01\x02"),
  read: (value) => String(value).replaceAll("\x01\x02", "\0").replaceAll("\x01\x03", "\x01"),
};
const flag: Kind = { write: Number, read: Boolean };
const json: Kind = { write: (value) => JSON.stringify(value), read: (text) => JSON.parse(text as string) };
/** Without zone, in UTC. */
const timestamp: Kind = {
  write: (ms) => timestampOf(ms as number),
  read: (text) => Date.parse(`${String(text).replace(" ", "T")}Z`),
};

type Columns<T> = { readonly [Field in keyof T]-?: readonly [column: string, kind: Kind] };

export const RUN_COLUMNS: Columns<EtlRun> = {
  id: ["id", plain],
  name: ["name", plain],
  status: ["status", plain],
  requestedAt: ["requested_at", plain],
  start: ["start", timestamp],
  end: ["end", timestamp],
  reason: ["reason", plain],
  message: ["message", text],
  trigger: ["trigger", plain],
  triggeredBy: ["triggered_by", plain],
  schedule: ["schedule", plain],
  scheduledAt: ["scheduled_at", plain],
  parentRunId: ["parent_run_id", plain],
  idempotencyKey: ["idempotency_key", plain],
  snapshot: ["snapshot", json],
  cancelAskedAt: ["cancel_asked_at", plain],
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
  notBefore: ["not_before", plain],
  queuedAt: ["queued_at", plain],
  start: ["start", timestamp],
  end: ["end", timestamp],
  exitCode: ["exit_code", plain],
  signal: ["signal", plain],
  reason: ["reason", plain],
  message: ["message", text],
  worker: ["worker", plain],
  host: ["host", plain],
  pid: ["pid", plain],
  processStart: ["process_start", plain],
  heartbeatAt: ["heartbeat_at", plain],
  peakMemoryBytes: ["peak_memory_bytes", plain],
  logLines: ["log_lines", plain],
  logCut: ["log_cut", flag],
  fingerprint: ["fingerprint", json],
  summary: ["summary", json],
};

const SCHEDULE_COLUMNS: Columns<ScheduleState> = {
  name: ["name", plain],
  schedule: ["schedule", plain],
  plannedUpTo: ["planned_up_to", plain],
  nextAt: ["next_at", plain],
  pausedBy: ["paused_by", plain],
  pausedAt: ["paused_at", plain],
};

const WORKER_COLUMNS: Columns<EtlWorker> = {
  id: ["id", plain],
  host: ["host", plain],
  pid: ["pid", plain],
  startedAt: ["started_at", plain],
  heartbeatAt: ["heartbeat_at", plain],
  slots: ["slots", plain],
};

const TALLY_COLUMNS: Columns<EtlTally> = {
  name: ["name", plain],
  status: ["status", plain],
  runs: ["runs", plain],
  began: ["began", plain],
  durationMs: ["duration_ms", plain],
  lastEnd: ["last_end", plain],
  lastScheduledAt: ["last_scheduled_at", plain],
  lastLatenessMs: ["last_lateness_ms", plain],
};

const reader = <T>(columns: Columns<T>) => {
  const fields = Object.entries(columns) as [string, readonly [string, Kind]][];
  return (row: Row): T =>
    Object.fromEntries(fields.map(([field, [column, kind]]) => {
      const value = row[column];
      return [field, value === null ? null : kind.read(value)];
    })) as T;
};

export const runOf = reader(RUN_COLUMNS);
export const attemptOf = reader(ATTEMPT_COLUMNS);
export const scheduleOf = reader(SCHEDULE_COLUMNS);
export const workerOf = reader(WORKER_COLUMNS);
export const tallyOf = reader(TALLY_COLUMNS);

export type Written = { readonly columns: string[]; readonly values: SupportedValueType[] };

/** Fields that are named, as columns in quotes and their values. */
export function written<T>(columns: Columns<T>, fields: Partial<T>): Written {
  const written: Written = { columns: [], values: [] };
  for (const [field, value] of Object.entries(fields) as [keyof T, unknown][]) {
    const column = columns[field];
    if (value === undefined) continue;
    written.columns.push(`"${column[0]}"`);
    written.values.push(value === null ? null : column[1].write(value));
  }
  return written;
}

export function timestampOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace("T", " ");
}
