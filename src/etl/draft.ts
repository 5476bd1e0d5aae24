// What a run begins with: the first attempt at each step, as its snapshot says.

import type { AttemptDraft } from "../core/etl/run.ts";
import type { SequenceSnapshot, Step } from "../core/etl/sequence.ts";

/** In order of the steps, from which `stepIndex` counts. */
export const firstAttempts = ({ sequence }: SequenceSnapshot): AttemptDraft[] =>
  sequence.steps.map((step, stepIndex) => attemptAt(step, stepIndex, 1));

export function attemptAt(step: Step, stepIndex: number, attempt: number): AttemptDraft {
  return {
    stepIndex,
    stepId: step.id,
    attempt,
    name: step.module,
    input: step.input ?? null,
    output: step.output ?? null,
    conf: step.conf ?? null,
  };
}
