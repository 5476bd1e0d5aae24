// Runs of sequences, and the attempts at their steps. One row each of `etl_run` and `etl_module_run`.
// Source: etl-scheduler 1.7 and 5.5.

import type { JsonObject } from "../json.ts";
import type { SequenceSnapshot } from "./sequence.ts";

export const ETL_RUN_STATUSES = [
  "PENDING",
  "STARTED",
  "SUCCESS",
  "FAILURE",
  "CANCELLED",
  "SKIPPED",
  "MISSED",
] as const;
export type EtlRunStatus = (typeof ETL_RUN_STATUSES)[number];

/** SKIPPED: another run of the sequence was in its way. MISSED: its time had passed too long ago. */
export const isFinal = (status: EtlRunStatus): boolean => status !== "PENDING" && status !== "STARTED";

export const ATTEMPT_STATUSES = [
  "PENDING",
  "STARTED",
  "RETRYING",
  "SUCCESS",
  "FAILURE",
  "CANCELLED",
  "SKIPPED",
  "REUSED",
] as const;
/** RETRYING: a further attempt that waits for its time. REUSED: done by the run that this one takes up. */
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

export const REASONS = [
  "exit_code",
  "signal",
  "timeout",
  "lost",
  "validation",
  "spawn_error",
  "limit",
  "user",
] as const;
export type Reason = (typeof REASONS)[number];

export const TRIGGERS = ["schedule", "manual", "retry", "backfill"] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Times are epoch ms. */
export type EtlRun = {
  readonly id: number;
  /** Of the sequence. */
  readonly name: string;
  readonly status: EtlRunStatus;
  /** When it came to be: it waits from then on. */
  readonly requestedAt: number;
  readonly start: number | null;
  readonly end: number | null;
  readonly reason: Reason | null;
  /** For people: why it failed, was skipped or missed. */
  readonly message: string | null;
  readonly trigger: Trigger;
  /** Account, or null for the program itself. */
  readonly triggeredBy: string | null;
  /** Key of the schedule that fired, and the instant it fired for. */
  readonly schedule: string | null;
  readonly scheduledAt: number | null;
  /** The run it takes up from its failed step. */
  readonly parentRunId: number | null;
  readonly idempotencyKey: string | null;
  readonly snapshot: SequenceSnapshot;
  readonly cancelAskedAt: number | null;
  /** Who asked for the end: an account; null also for a newer run under `cancel_previous`. */
  readonly cancelAskedBy: string | null;
  /** Token of the scheduler that last decided on it. */
  readonly leaseToken: number | null;
  /** Of what is told when it ends: what has not been tried yet is `PENDING`. */
  readonly notified: "PENDING" | "SUCCESS" | "FAILURE" | null;
  /** Grows with every change of the run or its attempts, over all runs. */
  readonly revision: number;
};

export type RunDraft = Pick<EtlRun, "name" | "requestedAt" | "trigger" | "snapshot"> & {
  /** PENDING unless it ends where it begins: a FAILURE by validation, a fire that was SKIPPED or MISSED. */
  readonly status?: EtlRunStatus;
  readonly end?: number;
  readonly reason?: Reason;
  readonly message?: string;
  readonly triggeredBy?: string;
  readonly schedule?: string;
  readonly scheduledAt?: number;
  readonly parentRunId?: number;
  readonly idempotencyKey?: string;
  /** The first attempt at each step; none where the run ends where it begins. */
  readonly attempts: readonly AttemptDraft[];
};

export type StepAttempt = {
  readonly id: number;
  readonly runId: number;
  /** Place of the step in its sequence, from 0. */
  readonly stepIndex: number;
  readonly stepId: string;
  /** From 1. */
  readonly attempt: number;
  /** Of the module. */
  readonly name: string;
  /** As passed, passwords in addresses as `***`. */
  readonly input: string | null;
  readonly output: string | null;
  readonly conf: string | null;
  readonly status: AttemptStatus;
  /** A further attempt begins no earlier. */
  readonly notBefore: number | null;
  /** When the scheduler handed it to the workers. */
  readonly queuedAt: number | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly reason: Reason | null;
  /** For people: the last lines of standard error, or why it did not start. */
  readonly message: string | null;
  readonly worker: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  /** What tells a process from a later one of the same pid. */
  readonly processStart: string | null;
  readonly heartbeatAt: number | null;
  readonly peakMemoryBytes: number | null;
  /** Lines of its log so far, and whether more were said than are kept. */
  readonly logLines: number;
  readonly logCut: boolean;
  /** What its output was when it ended well: by path, size, mtime and digest. */
  readonly fingerprint: JsonObject | null;
  /** What its module told of itself on the last line of standard output, where that is a JSON object. */
  readonly summary: JsonObject | null;
};

export type AttemptDraft =
  & Pick<StepAttempt, "stepIndex" | "stepId" | "attempt" | "name" | "input" | "output" | "conf">
  & {
    /** PENDING without it. */
    readonly status?: "PENDING" | "RETRYING" | "REUSED";
    readonly notBefore?: number;
    /** Of a reused step. */
    readonly fingerprint?: JsonObject | null;
  };

/** How an attempt ended, as its worker tells. */
export type AttemptOutcome = {
  readonly status: "SUCCESS" | "FAILURE" | "CANCELLED";
  readonly end: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly peakMemoryBytes: number | null;
  readonly fingerprint: JsonObject | null;
  readonly summary: JsonObject | null;
};

export const LOG_STREAMS = ["stdout", "stderr", "caudal"] as const;
/** `caudal`: what the program itself says of the step. */
export type LogLine = {
  /** When it was received. */
  readonly at: number;
  readonly stream: (typeof LOG_STREAMS)[number];
  readonly text: string;
};
