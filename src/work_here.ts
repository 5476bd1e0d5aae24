// The worker of a data folder, or of a database: one process at a time, while any number stands by.

import type { Journal } from "./core/journal.ts";
import { Problem } from "./core/problem.ts";
import type { Records, Trail } from "./core/records.ts";
import { pause } from "./etl/pause.ts";
import { withWorkerLock } from "./host/writer_lock.ts";
import { openOperation, openStore, type Places } from "./open.ts";
import { withPostgresWorker } from "./open_postgres.ts";
import { synchronizerDesk } from "./operation/synchronizers.ts";
import { type Tasks, type Work, workUntil } from "./work/worker.ts";

/** How often one that stands by looks whether it is needed. */
const STANDBY_MS = 5_000;

type Ports = { readonly journal: Journal; readonly records: Records; readonly trail: Trail };

type WorkHere = {
  readonly tasks: Tasks;
  /** Zone of the times of synchronizers. */
  readonly zone: string;
  readonly onError: (error: unknown) => void;
};

/** Works until `signal` aborts; `onStandby` hears once each time that another process does. */
export async function workHere(
  places: Places,
  { tasks, zone, onError }: WorkHere,
  signal: AbortSignal,
  onStandby: () => void,
): Promise<void> {
  let standsBy = false;
  while (!signal.aborted) {
    try {
      await asOnlyWorker(places, ({ journal, records, trail }, confirm) => {
        standsBy = false;
        const desk = synchronizerDesk(records, journal, Date.now);
        const work: Work = {
          journal,
          trail,
          synchronizers: desk.list,
          tasks,
          zone,
          now: Date.now,
          confirm,
          onError,
        };
        return workUntil(signal, work);
      });
    } catch (error) {
      if (!(error instanceof Problem && error.code === "conflict")) onError(error);
      else if (!standsBy) onStandby();
      standsBy = true;
      await pause(STANDBY_MS, signal);
    }
  }
}

function asOnlyWorker(
  places: Places,
  work: (ports: Ports, confirm: () => Promise<void>) => Promise<void>,
): Promise<void> {
  if (places.databaseUrl !== undefined) return withPostgresWorker(places.databaseUrl, work);
  return withWorkerLock(places.dataDir, async () => {
    const { store, journal, records } = openStore(places);
    const { trail, close } = openOperation(places);
    try {
      // Nobody takes a lock of the kernel from a process that lives.
      await work({ journal, records, trail }, () => Promise.resolve());
    } finally {
      close();
      await store.close();
    }
  });
}
