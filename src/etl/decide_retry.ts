// Whether a step that did not end well is tried again, and when.

import type { StepAttempt } from "../core/etl/run.ts";
import type { Retries, Step } from "../core/etl/sequence.ts";

/** What a module answers for wrong arguments or configuration: the same again would not help. */
const BAD_USAGE = 2;

/** For an attempt that ended as FAILURE, or as CANCELLED with its worker. */
export function mayRetry({ retries }: Pick<Step, "retries">, last: StepAttempt): boolean {
  const { max, onExitCodes } = retries;
  if (last.attempt > max || last.reason === "validation") return false;
  // Nothing that the program did.
  if (last.reason === "lost" || last.status === "CANCELLED") return true;
  if (last.exitCode === BAD_USAGE) return false;
  return onExitCodes === undefined || (last.exitCode !== null && onExitCodes.includes(last.exitCode));
}

/** The pause after an attempt, counted from 1. `random`: 0 <= random < 1. */
export function pauseMs(retries: Retries, attempt: number, random: number): number {
  const { backoffSeconds, factor, maxBackoffSeconds, jitter } = retries;
  const seconds = Math.min(backoffSeconds * factor ** (attempt - 1), maxBackoffSeconds);
  return Math.round(seconds * 1_000 * (1 + jitter * (2 * random - 1)));
}
