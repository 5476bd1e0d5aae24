// How many steps may run: in all, of a module, of a concurrency group. A step takes its place when it is handed to the
// workers and gives it back when it ends.

import type { EtlModule } from "../core/etl/sequence.ts";
import type { StepAttempt } from "../core/etl/run.ts";
import type { RunWithAttempts } from "../core/etl/store.ts";

export type Room = {
  /** Whether there was a place for a step; then it is taken. */
  take(module: Pick<EtlModule, "name" | "maxRunning">, group: string | undefined): boolean;
};

/** The room that active runs leave of `slots` places. */
export function roomBeside(active: readonly RunWithAttempts[], slots: number): Room {
  const byModule = new Map<string, number>();
  const groups = new Set<string>();
  let taken = 0;
  const occupy = (module: string, group: string | undefined) => {
    taken++;
    byModule.set(module, (byModule.get(module) ?? 0) + 1);
    if (group !== undefined) groups.add(group);
  };
  for (const { run, attempts } of active) {
    for (const attempt of attempts) {
      if (hasPlace(attempt)) occupy(attempt.name, run.snapshot.sequence.concurrencyGroup);
    }
  }
  return {
    take({ name, maxRunning = Infinity }, group) {
      const isFull = taken >= slots || (byModule.get(name) ?? 0) >= maxRunning;
      if (isFull || (group !== undefined && groups.has(group))) return false;
      occupy(name, group);
      return true;
    },
  };
}

const hasPlace = ({ status, queuedAt }: StepAttempt): boolean =>
  status === "STARTED" || ((status === "PENDING" || status === "RETRYING") && queuedAt !== null);
