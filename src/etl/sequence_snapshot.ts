// What a run keeps of its sequence, without passwords; and back to what the step is started with.

import { hasMask, maskAddress } from "../core/etl/masking.ts";
import type { EtlModule, Sequence, SequenceSnapshot, Step } from "../core/etl/sequence.ts";
import { Problem } from "../core/problem.ts";

const TEXTS = ["input", "output", "conf"] as const;

/** A valid sequence with the modules it uses. Modules and notifications hold no password: validation refuses them. */
export function snapshotOf(
  sequence: Sequence,
  modules: ReadonlyMap<string, EtlModule>,
): SequenceSnapshot {
  return {
    sequence: { ...sequence, steps: sequence.steps.map(maskStep) },
    modules: Object.fromEntries(
      [...new Set(sequence.steps.map(({ module }) => module))].map((name) => [name, modules.get(name)!]),
    ),
  };
}

/** Whether a step as it is kept lacks what it is started with. */
export const hidesPassword = (kept: Step): boolean => TEXTS.some((key) => hasMask(kept[key] ?? ""));

/**
 * The step with its passwords: the snapshot's own where it hides none, else that of the file of now.
 * Errors: Problem `invalid` where the file has no such step any more.
 */
export function actualStep(kept: Step, current: Sequence | undefined): Step {
  if (!hidesPassword(kept)) return kept;
  const found = current?.steps.find(({ id }) => id === kept.id);
  const isSame = found !== undefined && found.module === kept.module &&
    TEXTS.every((key) => kept[key] === (found[key] === undefined ? undefined : maskAddress(found[key])));
  if (!isSame) {
    throw new Problem(
      "invalid",
      `El paso "${kept.id}" lleva una contraseña, que se toma de la secuencia al empezar, ` +
        "y la secuencia cambió, falta o tiene errores desde que se pidió la corrida",
    );
  }
  return { ...kept, ...textsOf(found) };
}

function textsOf(step: Step): Partial<Record<typeof TEXTS[number], string>> {
  return Object.fromEntries(TEXTS.flatMap((key) => step[key] === undefined ? [] : [[key, step[key]]]));
}

function maskStep(step: Step): Step {
  const masked = Object.entries(textsOf(step)).map(([key, text]) => [key, maskAddress(text)]);
  return { ...step, ...Object.fromEntries(masked) };
}
