// Rows as they are when they come to be, the same in every store.

import { type AttemptDraft, type EtlRun, isFinal, type RunDraft, type StepAttempt } from "./run.ts";

/** `leaseToken`: of the scheduler that planned it. A run that ends where it begins ends when it was asked for. */
export function runOfDraft(draft: RunDraft, leaseToken: number | null): Omit<EtlRun, "id" | "revision"> {
  const { status = "PENDING", requestedAt } = draft;
  return {
    name: draft.name,
    status,
    requestedAt,
    start: null,
    end: draft.end ?? (isFinal(status) ? requestedAt : null),
    reason: draft.reason ?? null,
    message: draft.message ?? null,
    trigger: draft.trigger,
    triggeredBy: draft.triggeredBy ?? null,
    schedule: draft.schedule ?? null,
    scheduledAt: draft.scheduledAt ?? null,
    parentRunId: draft.parentRunId ?? null,
    idempotencyKey: draft.idempotencyKey ?? null,
    snapshot: draft.snapshot,
    cancelAskedAt: null,
    cancelAskedBy: null,
    leaseToken,
    notified: null,
  };
}

export function attemptOfDraft(runId: number, draft: AttemptDraft): Omit<StepAttempt, "id"> {
  return {
    runId,
    stepIndex: draft.stepIndex,
    stepId: draft.stepId,
    attempt: draft.attempt,
    name: draft.name,
    input: draft.input,
    output: draft.output,
    conf: draft.conf,
    status: draft.status ?? "PENDING",
    notBefore: draft.notBefore ?? null,
    queuedAt: null,
    start: null,
    end: null,
    exitCode: null,
    signal: null,
    reason: null,
    message: null,
    worker: null,
    host: null,
    pid: null,
    processStart: null,
    heartbeatAt: null,
    peakMemoryBytes: null,
    logLines: 0,
    logCut: false,
    fingerprint: draft.fingerprint ?? null,
    summary: null,
  };
}
