// Runs of one sequence among each other: which may begin, which has to wait or give way, by the policy of its own.
// A run of a backfill never gives way and never makes another do so: it waits until no other of the sequence does.

import type { EtlRun } from "../core/etl/run.ts";

type Standing = Pick<EtlRun, "id" | "name" | "status" | "trigger" | "cancelAskedAt" | "snapshot">;

/** Of one sequence. */
export type Traffic = {
  /** Ids of those that have begun and not ended. */
  readonly started: Set<number>;
  /** Ids of those that wait, without backfills and those that are asked to end; ascending. */
  readonly waiting: Set<number>;
  /** The newest that waits and cancels the previous ones; 0: none. */
  readonly replacedBy: number;
};

/** By name of sequence. `active` ascends by id. */
export function trafficOf(active: readonly Standing[]): Map<string, Traffic> {
  const traffic = new Map<string, Traffic>();
  for (const run of active) {
    const found = traffic.get(run.name) ?? { started: new Set(), waiting: new Set(), replacedBy: 0 };
    traffic.set(run.name, found);
    if (run.status === "STARTED") found.started.add(run.id);
    else if (run.trigger !== "backfill" && run.cancelAskedAt === null) {
      found.waiting.add(run.id);
      const cancels = run.snapshot.sequence.overlap === "cancel_previous";
      if (cancels) traffic.set(run.name, { ...found, replacedBy: run.id });
    }
  }
  return traffic;
}

/** What a run that waits may do: begin, go on waiting, or be SKIPPED because of another. */
export type Turn = "begin" | "wait" | { readonly skippedFor: number };

export function turnOf(run: Standing, { started, waiting }: Traffic): Turn {
  const { overlap } = run.snapshot.sequence;
  if (overlap === "allow") return "begin";
  const first = waiting.values().next().value;
  if (run.trigger === "backfill") return started.size === 0 && first === undefined ? "begin" : "wait";
  const inTheWay = started.values().next().value;
  if (overlap === "skip") {
    const earlier = inTheWay ?? (first === run.id ? undefined : first);
    return earlier === undefined ? "begin" : { skippedFor: earlier };
  }
  if (first !== undefined && first !== run.id) return overlap === "queue" ? { skippedFor: first } : "wait";
  return inTheWay === undefined ? "begin" : "wait";
}

/** The newer run that makes this one give way. */
export function replacementOf(run: Standing, { replacedBy }: Traffic): number | undefined {
  const waits = run.status === "PENDING";
  return replacedBy > run.id && !(waits && run.trigger === "backfill") ? replacedBy : undefined;
}
