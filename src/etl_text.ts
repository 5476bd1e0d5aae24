// What the terminal shows of runs, steps, logs and faults.

import type { EtlRun, LogLine, StepAttempt } from "./core/etl/run.ts";
import type { SequenceFault } from "./core/etl/sequence.ts";

const timeText = (ms: number): string => new Date(ms).toISOString().replace("T", " ").slice(0, 19);

/** " en 1.5 s", or nothing where there is no end yet. */
export const secondsText = (from: number | null, to: number | null): string =>
  from === null || to === null ? "" : ` en ${((to - from) / 1000).toFixed(1)} s`;

export const failureText = ({ id, name, status, message }: EtlRun): string =>
  `La corrida ${id} de ${name} terminó: ${status}${message ? `. ${message}` : ""}`;

/** One line. */
export function runText({ id, name, status, requestedAt, start, end, trigger, message }: EtlRun): string {
  const why = message === null ? "" : `  ${message.split("\n")[0]}`;
  return `${String(id).padStart(6)}  ${timeText(start ?? requestedAt)}  ${
    status.padEnd(9)
  } ${name} (${trigger})${secondsText(start, end)}${why}`;
}

/** One line, and below it why it failed. */
export function attemptText(step: StepAttempt): string {
  const { stepId, attempt, name, status, start, end, message } = step;
  const again = attempt > 1 ? `, intento ${attempt}` : "";
  const why = status === "FAILURE" && message ? `\n${message.replace(/^/gm, "    ")}` : "";
  return `  ${stepId} ${name}${again}: ${status}${secondsText(start, end)}${why}`;
}

const MARKS = { stdout: " ", stderr: "!", caudal: "·" } as const;

export const lineText = ({ at, stream, text }: LogLine): string =>
  `${new Date(at).toISOString().slice(11, 23)} ${MARKS[stream]} ${text}`;

export const faultText = ({ severity, file, pointer, message, hint }: SequenceFault): string =>
  `${severity === "error" ? "error" : "aviso"}  ${file}${pointer && ` ${pointer}`}: ${message}${
    hint && `. ${hint}`
  }`;
