// Sentences that tell people how a step ended.

import type { StepAttempt } from "../core/etl/run.ts";
import type { Step } from "../core/etl/sequence.ts";

/** Names the step; where its error says more than how it ended, the last line of it. */
export function textOfFailure(step: Pick<Step, "id" | "module">, last: StepAttempt): string {
  const detail = last.reason === "lost" || last.status === "CANCELLED"
    ? undefined
    : last.message?.trimEnd().split("\n").at(-1)?.trim();
  const how = howOf(last);
  const isMore = detail && detail.toLowerCase() !== how.toLowerCase();
  return `El paso "${step.id}" (${step.module}) ${how}${isMore ? `: ${detail}` : ""}`;
}

function howOf({ status, reason, exitCode, signal }: StepAttempt): string {
  if (status === "CANCELLED") return "se interrumpió: el proceso que lo corría tuvo que terminar";
  switch (reason) {
    case "signal":
      return `terminó por la señal ${signal}`;
    case "timeout":
      return "superó su tiempo";
    case "lost":
      return "se perdió: el proceso que lo corría dejó de dar señales";
    case "validation":
      return "no se pudo preparar";
    case "spawn_error":
      return "no pudo empezar";
    case "limit":
      return "superó uno de sus límites";
    default:
      return `terminó con el código ${exitCode}`;
  }
}
