// How a step ended, from what the system tells of its process.

import type { StepCommand, StepEnd } from "../etl/step_process.ts";
import type { StepUse } from "./step_use.ts";

/** Why it did not end well, and the sentence for it. */
export type StepFault = { readonly reason: NonNullable<StepEnd["reason"]>; readonly sentence: string };

const MB = 1024 * 1024;
/** A shell whose program was ended by signal n ends with 128 + n. */
const SHELL_SIGNAL = 128, SIGXCPU = 24;

export const ASKED_TO_END: StepFault = { reason: "user", sentence: "Se pidió terminarlo" };

export const timedOut = (seconds: number): StepFault => ({
  reason: "timeout",
  sentence: `Superó el tiempo permitido (${seconds} s)`,
});

export const overMemory = (maxMemoryMB: number | undefined): StepFault => ({
  reason: "limit",
  sentence: `Superó el límite de memoria (${maxMemoryMB} MB)`,
});

/** Of one that was not told to end; undefined: it ended well. */
export function faultOf(
  { maxCpuSeconds, maxMemoryMB }: StepCommand,
  { code, signal }: Deno.CommandStatus,
  { peakBytes, cpuSeconds }: StepUse,
): StepFault | undefined {
  if (code === 0 && signal === null) return;
  if (maxCpuSeconds !== undefined) {
    const isEnded = signal === "SIGXCPU" || code === SHELL_SIGNAL + SIGXCPU ||
      (signal === "SIGKILL" && cpuSeconds >= maxCpuSeconds);
    if (isEnded) {
      return { reason: "limit", sentence: `Superó el límite de procesador (${maxCpuSeconds} s)` };
    }
  }
  // The kernel only refused it memory, or ended it for all: what it had tells.
  if (maxMemoryMB !== undefined && (peakBytes ?? 0) >= maxMemoryMB * MB) return overMemory(maxMemoryMB);
  if (signal !== null) return { reason: "signal", sentence: `Terminó por la señal ${signal}` };
  return { reason: "exit_code", sentence: `Terminó con el código ${code}` };
}

/** What people read of it: last lines of standard error, after the sentence where the code alone does not say it. */
export function messageOf({ reason, sentence }: StepFault, excerpt: string): string {
  if (excerpt === "") return sentence;
  return reason === "exit_code" ? excerpt : `${sentence}\n${excerpt}`;
}
