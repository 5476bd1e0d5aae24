// Sequences of tests, with every default filled in.

import type { AttemptOutcome } from "../../src/core/etl/run.ts";
import {
  type EtlModule,
  NO_RETRIES,
  type Schedule,
  type Sequence,
  type SequenceSnapshot,
  type Step,
} from "../../src/core/etl/sequence.ts";

export const NOON = Date.parse("2026-05-04T12:00:00Z");
export const MINUTE = 60_000;

/** Needs the step before it, where `needs` does not say otherwise. */
export type StepSketch = Partial<Step> & { readonly id: string };

export const stepsOf = (sketches: readonly StepSketch[]): Step[] =>
  sketches.map((sketch, index) => ({
    module: "module",
    needs: index === 0 ? [] : [sketches[index - 1]!.id],
    when: "success",
    continueOnError: false,
    retries: NO_RETRIES,
    ...sketch,
  }));

export function snapshot(
  steps: readonly StepSketch[] = [{ id: "a" }],
  rest: Partial<Omit<Sequence, "steps">> = {},
  modules: readonly Partial<EtlModule>[] = [],
): SequenceSnapshot {
  const all = [{}, ...modules].map((module): EtlModule => ({
    name: "module",
    command: ["/bin/true"],
    confFlag: "--conf",
    env: {},
    secrets: [],
    cwd: "project",
    timeoutSeconds: 3_600,
    killGraceSeconds: 10,
    maxOutputMB: 16,
    ...module,
  }));
  return {
    sequence: {
      name: "example",
      schedules: [],
      overlap: "skip",
      enabled: true,
      onFailure: [],
      onRecovery: [],
      ...rest,
      steps: stepsOf(steps),
    },
    modules: Object.fromEntries(all.map((module) => [module.name, module])),
  };
}

export const schedule = (cron: string, rest: Partial<Schedule> = {}): Schedule => {
  const timezone = rest.timezone ?? "UTC";
  return { key: `${cron} ${timezone}`, cron, timezone, misfire: "run_once", ...rest };
};

/** How an attempt ended: well without anything else. */
export const outcome = (end: number, how: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  status: "SUCCESS",
  end,
  exitCode: 0,
  signal: null,
  reason: null,
  message: null,
  peakMemoryBytes: null,
  fingerprint: null,
  summary: null,
  ...how,
});

export const failed = (end: number, exitCode = 1): AttemptOutcome =>
  outcome(end, { status: "FAILURE", exitCode, reason: "exit_code", message: "no hay datos" });
