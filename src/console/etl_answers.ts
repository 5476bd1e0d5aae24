// How runs, steps, schedules and workers of the ETL look under /api/ops. Times are ISO instants.

import * as z from "zod";
import {
  ATTEMPT_STATUSES,
  ETL_RUN_STATUSES,
  type EtlRun,
  LOG_STREAMS,
  type LogLine,
  REASONS,
  type StepAttempt,
  TRIGGERS,
} from "../core/etl/run.ts";
import { maskAddress } from "../core/etl/masking.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { EtlWorker, RunWithAttempts, ScheduleState } from "../core/etl/store.ts";

const moment = z.iso.datetime();
const text = (ms: number) => new Date(ms).toISOString();
const maybe = (ms: number | null) => ms === null ? null : text(ms);

export const EtlRunAnswer = z.object({
  id: z.number(),
  name: z.string(),
  status: z.enum(ETL_RUN_STATUSES),
  reason: z.enum(REASONS).nullable(),
  message: z.string().nullable(),
  requested_at: moment,
  start: moment.nullable(),
  end: moment.nullable(),
  trigger: z.enum(TRIGGERS),
  triggered_by: z.string().nullable(),
  schedule: z.string().nullable(),
  scheduled_at: moment.nullable(),
  parent_run_id: z.number().nullable(),
  cancel_asked_at: moment.nullable(),
  cancel_asked_by: z.string().nullable(),
  notified: z.string().nullable(),
  revision: z.number(),
});

export const AttemptAnswer = z.object({
  id: z.number(),
  step_index: z.number(),
  step_id: z.string(),
  attempt: z.number(),
  module_name: z.string(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  conf: z.string().nullable(),
  status: z.enum(ATTEMPT_STATUSES),
  reason: z.enum(REASONS).nullable(),
  message: z.string().nullable(),
  not_before: moment.nullable(),
  queued_at: moment.nullable(),
  start: moment.nullable(),
  end: moment.nullable(),
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  worker: z.string().nullable(),
  host: z.string().nullable(),
  pid: z.number().nullable(),
  heartbeat_at: moment.nullable(),
  peak_memory_bytes: z.number().nullable(),
  log_lines: z.number(),
  log_cut: z.boolean(),
  summary: z.record(z.string(), z.unknown()).nullable().describe(
    "Lo que el módulo dijo de sí al terminar bien",
  ),
});

export const EtlRunDetailAnswer = EtlRunAnswer.extend({ attempts: z.array(AttemptAnswer) });

export const LogLineAnswer = z.object({
  line: z.number().describe("Desde 0"),
  at: moment,
  stream: z.enum(LOG_STREAMS),
  text: z.string(),
});

export const ScheduleAnswer = z.object({
  name: z.string(),
  schedule: z.string(),
  cron: z.string(),
  timezone: z.string(),
  misfire: z.string(),
  enabled: z.boolean(),
  planned_up_to: moment.nullable(),
  next: z.array(moment),
  paused_by: z.string().nullable(),
  paused_at: moment.nullable(),
});

export const FaultAnswer = z.object({
  severity: z.enum(["error", "warning"]),
  file: z.string(),
  pointer: z.string(),
  message: z.string(),
  hint: z.string(),
});

export const WorkersAnswer = z.object({
  scheduler: z.object({
    holder: z.string(),
    token: z.number(),
    taken_at: moment,
    renewed_at: moment,
    expires_at: moment,
  }).nullable(),
  workers: z.array(z.object({
    id: z.string(),
    host: z.string(),
    pid: z.number(),
    started_at: moment,
    heartbeat_at: moment,
    slots: z.number(),
  })),
});

const QueuedStepAnswer = z.object({
  run_id: z.number(),
  name: z.string(),
  step_id: z.string(),
  attempt_id: z.number(),
  module_name: z.string(),
  worker: z.string().nullable(),
  since: moment.nullable(),
});

export const QueueAnswer = z.object({
  running: z.array(QueuedStepAnswer),
  waiting: z.array(QueuedStepAnswer).describe(
    "Pasos entregados que ningún trabajador tomó, o que esperan otro intento",
  ),
  runs: z.array(EtlRunAnswer).describe("Corridas que esperan, en el orden en que empezarán"),
});

/** What is under way and what waits, of the runs that have not ended. */
export function queueAnswer(active: readonly RunWithAttempts[]): z.infer<typeof QueueAnswer> {
  const steps = active.flatMap(({ run, attempts }) => attempts.map((attempt) => ({ run, attempt })));
  const queued = ({ run, attempt }: typeof steps[number], since: number | null) => ({
    run_id: run.id,
    name: run.name,
    step_id: attempt.stepId,
    attempt_id: attempt.id,
    module_name: attempt.name,
    worker: attempt.worker,
    since: maybe(since),
  });
  return {
    running: steps.filter(({ attempt }) => attempt.status === "STARTED")
      .map((step) => queued(step, step.attempt.start)),
    waiting: steps.filter(({ attempt: { status, queuedAt } }) =>
      status === "RETRYING" || (status === "PENDING" && queuedAt !== null)
    ).map((step) => queued(step, step.attempt.queuedAt)),
    runs: active.filter(({ run }) => run.status === "PENDING").map(({ run }) => runAnswer(run)),
  };
}

export function runAnswer(run: EtlRun): z.infer<typeof EtlRunAnswer> {
  return {
    id: run.id,
    name: run.name,
    status: run.status,
    reason: run.reason,
    message: run.message,
    requested_at: text(run.requestedAt),
    start: maybe(run.start),
    end: maybe(run.end),
    trigger: run.trigger,
    triggered_by: run.triggeredBy,
    schedule: run.schedule,
    scheduled_at: maybe(run.scheduledAt),
    parent_run_id: run.parentRunId,
    cancel_asked_at: maybe(run.cancelAskedAt),
    cancel_asked_by: run.cancelAskedBy,
    notified: run.notified,
    revision: run.revision,
  };
}

export function attemptAnswer(attempt: StepAttempt): z.infer<typeof AttemptAnswer> {
  return {
    id: attempt.id,
    step_index: attempt.stepIndex,
    step_id: attempt.stepId,
    attempt: attempt.attempt,
    module_name: attempt.name,
    input: attempt.input,
    output: attempt.output,
    conf: attempt.conf,
    status: attempt.status,
    reason: attempt.reason,
    message: attempt.message,
    not_before: maybe(attempt.notBefore),
    queued_at: maybe(attempt.queuedAt),
    start: maybe(attempt.start),
    end: maybe(attempt.end),
    exit_code: attempt.exitCode,
    signal: attempt.signal,
    worker: attempt.worker,
    host: attempt.host,
    pid: attempt.pid,
    heartbeat_at: maybe(attempt.heartbeatAt),
    peak_memory_bytes: attempt.peakMemoryBytes,
    log_lines: attempt.logLines,
    log_cut: attempt.logCut,
    summary: attempt.summary && masked(attempt.summary) as JsonObject,
  };
}

/** Without passwords of addresses, in whatever text of it. */
function masked(json: Json): Json {
  if (typeof json === "string") return maskAddress(json);
  if (Array.isArray(json)) return json.map(masked);
  if (!isJsonObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [maskAddress(key), masked(value ?? null)]),
  );
}

export function lineAnswer({ at, stream, text: said }: LogLine, line: number): z.infer<typeof LogLineAnswer> {
  return { line, at: text(at), stream, text: said };
}

export function workerAnswer({ id, host, pid, startedAt, heartbeatAt, slots }: EtlWorker) {
  return { id, host, pid, started_at: text(startedAt), heartbeat_at: text(heartbeatAt), slots };
}

/** What the store knows of a schedule, where the scheduler has seen it already. */
export function plannedAnswer(state: ScheduleState | undefined) {
  return {
    planned_up_to: state ? text(state.plannedUpTo) : null,
    paused_by: state?.pausedBy ?? null,
    paused_at: maybe(state?.pausedAt ?? null),
  };
}
