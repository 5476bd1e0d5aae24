// Taking a run up where it stopped: a new run that begins with the outcomes of the steps that were done well. They
// count only while what they wrote is still what they wrote.

import type { JsonObject } from "../core/json.ts";
import { type AttemptDraft, type EtlRun, isFinal, type RunDraft, type StepAttempt } from "../core/etl/run.ts";
import type { SequenceSnapshot, Step } from "../core/etl/sequence.ts";
import type { EtlStore, RunWithAttempts } from "../core/etl/store.ts";
import { Problem } from "../core/problem.ts";
import { attemptAt } from "./draft.ts";
import type { Asked } from "./start.ts";

export type RerunAsked = Asked & {
  /** The sequence as it is now, instead of as the run keeps it. */
  readonly latest?: SequenceSnapshot;
  /** Begins here, whatever was done well from here on. */
  readonly fromStep?: string;
};

/** Whether what a step wrote is there and unchanged. */
export type SameFingerprint = (fingerprint: JsonObject) => Promise<boolean>;

/**
 * Asks for the run that takes up another; with the key of an earlier request, answers the run of that one.
 * Errors: those of `rerunDraft`; Problem `not_found`.
 */
export async function rerun(
  store: Pick<EtlStore, "run" | "runWithKey" | "addRun">,
  id: number,
  asked: RerunAsked,
  sameFingerprint: SameFingerprint,
  now: number,
): Promise<{ readonly run: EtlRun; readonly isNew: boolean }> {
  const found = await store.run(id);
  if (!found) throw new Problem("not_found", `No hay una corrida ${id}`);
  if (asked.idempotencyKey !== undefined) {
    // What was there when it was asked for first may be gone by now.
    const run = await store.runWithKey(asked.idempotencyKey);
    if (run) return { run, isNew: false };
  }
  return await store.addRun(await rerunDraft(found, asked, sameFingerprint, now));
}

/**
 * Shape: a step is REUSED when it was done well, is still the same and so are all that it needs.
 * Errors: Problem `conflict` with the reason why the run cannot be taken up; `invalid` for a step that it has not.
 */
async function rerunDraft(
  { run, attempts }: RunWithAttempts,
  { latest, fromStep, by, idempotencyKey }: RerunAsked,
  sameFingerprint: SameFingerprint,
  now: number,
): Promise<RunDraft> {
  if (!isFinal(run.status)) throw new Problem("conflict", `La corrida ${run.id} aún no terminó`);
  if (run.status === "SUCCESS" && fromStep === undefined) {
    throw new Problem("conflict", `La corrida ${run.id} terminó bien: no hay nada que retomar`);
  }
  const snapshot = latest ?? run.snapshot;
  const { steps } = snapshot.sequence;
  if (steps.length === 0) {
    throw new Problem(
      "conflict",
      `La corrida ${run.id} no llegó a leer la secuencia: hay que retomarla con la versión actual`,
    );
  }
  const done = reusable(run.snapshot, snapshot, attempts, fromStep);
  if (steps.every(({ id }) => done.has(id))) {
    throw new Problem(
      "conflict",
      `Todos los pasos de la corrida ${run.id} terminaron bien: no hay nada que retomar`,
    );
  }
  await refuseChanged(run, [...done.values()], sameFingerprint);

  return {
    name: run.name,
    requestedAt: now,
    trigger: "retry",
    snapshot,
    parentRunId: run.id,
    ...(run.scheduledAt === null ? {} : { scheduledAt: run.scheduledAt }),
    ...(by === undefined ? {} : { triggeredBy: by }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    attempts: steps.map((step, index): AttemptDraft => {
      const reused = done.get(step.id);
      const first = attemptAt(step, index, 1);
      return reused ? { ...first, status: "REUSED", fingerprint: reused.fingerprint } : first;
    }),
  };
}

/** The attempts that stand for their steps, by id of the step. */
function reusable(
  before: SequenceSnapshot,
  after: SequenceSnapshot,
  attempts: readonly StepAttempt[],
  fromStep: string | undefined,
): Map<string, StepAttempt> {
  const last = new Map(attempts.map((attempt) => [attempt.stepId, attempt]));
  const known = new Map(before.sequence.steps.map((step) => [step.id, textOf(step)]));
  const done = new Map<string, StepAttempt>();
  /** Skipped because nothing had failed: so it will be again. */
  const needless = new Set<string>();
  for (const step of after.sequence.steps) {
    const isOpen = (id: string) => !done.has(id) && !needless.has(id);
    const open = step.needs.find(isOpen);
    if (step.id === fromStep && open !== undefined) {
      throw new Problem("conflict", `El paso "${open}", que "${fromStep}" necesita, no terminó bien`);
    }
    if (open !== undefined || step.id === fromStep || known.get(step.id) !== textOf(step)) continue;
    const attempt = last.get(step.id);
    if (attempt?.status === "SUCCESS" || attempt?.status === "REUSED") done.set(step.id, attempt);
    else if (attempt?.status === "SKIPPED" && step.when === "failure") needless.add(step.id);
  }
  if (fromStep !== undefined && !after.sequence.steps.some(({ id }) => id === fromStep)) {
    const ids = after.sequence.steps.map(({ id }) => `"${id}"`).join(", ");
    throw new Problem("invalid", `La secuencia no tiene un paso "${fromStep}": sus pasos son ${ids}`);
  }
  return done;
}

/** What makes a step another one. */
const textOf = ({ module, input, output, conf, needs, when }: Step): string =>
  JSON.stringify([module, input, output, conf, needs, when]);

/** Where several steps wrote to one place, what the last of them left there counts. */
async function refuseChanged(
  { id }: EtlRun,
  reused: readonly StepAttempt[],
  sameFingerprint: SameFingerprint,
): Promise<void> {
  const byOutput = new Map<string, StepAttempt>();
  for (const attempt of reused.toSorted((a, b) => (a.end ?? 0) - (b.end ?? 0))) {
    byOutput.set(attempt.output ?? `paso ${attempt.stepId}`, attempt);
  }
  for (const { stepId, output, fingerprint } of byOutput.values()) {
    if (fingerprint === null || await sameFingerprint(fingerprint)) continue;
    throw new Problem(
      "conflict",
      `La corrida ${id} no se puede retomar: lo que el paso "${stepId}" escribió en ${output} ya no está o cambió`,
    );
  }
}
