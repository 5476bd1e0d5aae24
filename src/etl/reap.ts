// What a worker left behind when it was killed: its processes, which whoever works on their host ends, and its name
// among the workers.

import type { StepAttempt } from "../core/etl/run.ts";
import type { StepProcesses } from "./step_process.ts";
import type { EtlStore, EtlWorker } from "../core/etl/store.ts";

export type Reaping = {
  readonly store: Pick<EtlStore, "attemptsOnHost" | "lostAttempts" | "noteReaped" | "workers">;
  readonly processes: Pick<StepProcesses, "reap">;
  readonly host: string;
  /** A worker that gave no sign of life for so long is gone. */
  readonly silentMs: number;
};

/** Ends those of this host whose worker is gone. */
export async function reapLeft({ store, processes, host, silentMs }: Reaping): Promise<void> {
  const begun = await store.attemptsOnHost(host);
  if (begun.length === 0) return;
  const silent = new Set((await silentAttempts(store, silentMs)).map(({ id }) => id));
  const left = begun.filter(({ id, status }) => status !== "STARTED" || silent.has(id));
  for (const { pid, processStart, stepId } of left) {
    if (pid !== null && processStart !== null) await processes.reap({ pid, processStart, stepId });
  }
  if (left.length > 0) await store.noteReaped(left.map(({ id }) => id));
}

/**
 * STARTED attempts whose worker is silent while another is not. Where all are, the clock was set or the machine slept:
 * whoever asks performs steps too, and gives a sign of life in a moment.
 */
export async function silentAttempts(
  store: Pick<EtlStore, "lostAttempts" | "workers">,
  silentMs: number,
): Promise<StepAttempt[]> {
  const silent = await store.lostAttempts(silentMs);
  if (silent.length === 0) return silent;
  const newest = newestSign(await store.workers());
  return silent.filter(({ heartbeatAt }) => newest - heartbeatAt! > silentMs);
}

/** Workers that are silent while another is not. Signs of life are told by the clock of the database, unlike `now`. */
export function goneWorkers(workers: readonly EtlWorker[], silentMs: number): EtlWorker[] {
  const newest = newestSign(workers);
  return workers.filter(({ heartbeatAt }) => newest - heartbeatAt > silentMs);
}

const newestSign = (workers: readonly EtlWorker[]): number =>
  Math.max(...workers.map(({ heartbeatAt }) => heartbeatAt));
