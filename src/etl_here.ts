// The ETL's share of a process that works: it stands by as the scheduler, and performs steps. With PostgreSQL steps
// are shared with the workers of other machines; else whoever schedules performs them too.

import os from "node:os";
import type { EtlStore } from "./core/etl/store.ts";
import type { Mail } from "./core/mail.ts";
import { Problem } from "./core/problem.ts";
import { notifier } from "./etl/notify.ts";
import { pause } from "./etl/pause.ts";
import { queueInProcess } from "./etl/queue.ts";
import { reapLeft } from "./etl/reap.ts";
import { etlScheduler, SCHEDULER_LEASE } from "./etl/scheduler.ts";
import type { StepQueue } from "./etl/step_process.ts";
import { SILENT_MS, workOnSteps } from "./etl/worker.ts";
import { keptFile } from "./host/kept_file.ts";
import { runNotifier, webhookSender } from "./host/notifications.ts";
import { removeOldRunFolders, removeRunFolder } from "./host/step_folder.ts";
import { stepProcesses } from "./host/step_processes.ts";
import { etlFile, openEtlStore, openOperation, type Places } from "./open.ts";
import { type EtlSettings, keptSequences, openProject, sequenceFiles } from "./open_etl.ts";
import { stepPreparation } from "./prepare_step.ts";
import { sharedQueue } from "./store/pg_boss/step_queue.ts";

export type EtlHere = {
  readonly places: Places;
  readonly settings: EtlSettings & {
    readonly ALLOW_INTERNAL_SOURCES: boolean;
    readonly HARVEST_USER_AGENT: string;
  };
  readonly mail?: Mail | undefined;
  readonly onError: (error: unknown) => void;
};

/** Folders of runs that did not end well stay for so long. */
const KEEP_FOLDER_DAYS = 7;
/** How often a command looks whether somebody works. */
const STANDBY_MS = 500;
const HOUSEKEEPING_MS = 10_000;
const REMOVAL_EVERY = 360;
const REMOVED_AT_ONCE = 500;
const DAY_MS = 86_400_000;

/** Schedules and performs until `signal` aborts and what was under way has ended. */
export function etlHere(here: EtlHere, signal: AbortSignal): Promise<void> {
  const { databaseUrl } = here.places;
  const queue = databaseUrl === undefined
    ? queueInProcess()
    : sharedQueue({ databaseUrl, onError: here.onError });
  const store = openEtlStore(here.places);
  const own = databaseUrl === undefined ? overFile(store, etlFile(here.places)) : store;
  return schedulePerform(here, own, queue, signal);
}

/** Who works over a file that was taken away stops: others cannot see what it does. */
function overFile(store: EtlStore, file: string): EtlStore {
  const confirm = keptFile(file);
  return {
    ...store,
    takeLease: (...lease) => confirm().then(() => store.takeLease(...lease)),
    renewLease: (...lease) => confirm().then(() => store.renewLease(...lease)),
  };
}

/** Does one run, unless and until a process that works is there to do it; ends when `signal` aborts. */
export async function etlFor(here: EtlHere, runId: number, signal: AbortSignal): Promise<void> {
  const store = openEtlStore(here.places);
  while (!signal.aborted && await isSomebodyThere(store)) await pause(STANDBY_MS, signal);
  await schedulePerform(here, onlyFor(store, runId), queueInProcess(), signal);
}

/** A database that does not answer may have somebody who works. */
async function isSomebodyThere(store: EtlStore): Promise<boolean> {
  try {
    const lease = await store.lease(SCHEDULER_LEASE);
    return lease !== undefined && lease.expiresAt >= Date.now();
  } catch (error) {
    if (error instanceof Problem && error.code === "unavailable") return true;
    throw error;
  }
}

/** As if there were no schedules, and no other runs but those that one who is gone had begun: nobody else ends them. */
const onlyFor = (store: EtlStore, runId: number): EtlStore => ({
  ...store,
  keepSchedules: () => Promise.resolve(),
  dueSchedules: () => Promise.resolve([]),
  activeRuns: async () =>
    (await store.activeRuns()).filter(({ run }) => run.id === runId || run.status === "STARTED"),
});

async function schedulePerform(
  { places, settings, mail, onError }: EtlHere,
  store: EtlStore,
  queue: StepQueue,
  signal: AbortSignal,
): Promise<void> {
  const { records, close } = openOperation(places);
  const files = openProject(settings);
  const env = Deno.env.toObject();
  const host = os.hostname();
  const processes = stepProcesses({ searchPath: env.PATH ?? "", now: Date.now });
  const worker = {
    id: `${host}:${Deno.pid}:${crypto.randomUUID().slice(0, 8)}`,
    host,
    pid: Deno.pid,
    startedAt: Date.now(),
    slots: settings.ETL_SLOTS ?? navigator.hardwareConcurrency,
  };
  /** Aborts when the steps of this process have to end. */
  let steps = new AbortController();
  const scheduler = etlScheduler({
    store,
    queue,
    processes,
    files: sequenceFiles(files),
    kept: keptSequences(records),
    slots: async () =>
      signal.aborted ? 0 : (await store.workers()).reduce((sum, { slots }) => sum + slots, 0),
    silentMs: SILENT_MS,
    random: Math.random,
    notify: notifier(
      {
        webhook: webhookSender({
          allowInternal: settings.ALLOW_INTERNAL_SOURCES,
          userAgent: settings.HARVEST_USER_AGENT,
        }),
        mail: mail ??
          { send: () => Promise.reject(new Problem("unavailable", "Falta SMTP_URL para avisar por correo")) },
        command: runNotifier({ PATH: env.PATH ?? "", LANG: "C.UTF-8" }, files.resolve(".")),
      },
      onError,
    ),
    holder: worker.id,
    host,
    now: Date.now,
    monotonic: () => performance.now(),
    // Workers of their own give signs of life of their own.
    onLost: () => places.databaseUrl === undefined && steps.abort(),
    onError,
  });

  // The last thing it does is to note how the steps of this process ended.
  const performed = new AbortController();
  try {
    await Promise.all([
      scheduler.run(performed.signal),
      performSteps().finally(() => performed.abort()),
      keepHouse(),
    ]);
  } finally {
    await queue.close();
    close();
    await store.close();
  }

  /** Steps that had to end with a lost lease do not keep the process from performing others. */
  async function performSteps(): Promise<void> {
    while (!signal.aborted) {
      steps = new AbortController();
      const isLost = () => steps.signal.aborted && !signal.aborted;
      await workOnSteps(
        {
          store,
          queue,
          processes,
          worker,
          now: Date.now,
          prepare: stepPreparation({ files, dataDir: places.dataDir, env }),
          onEnd: () => scheduler.poke(),
          onError,
        },
        AbortSignal.any([signal, steps.signal]),
        () => isLost() ? 0 : settings.ETL_GRACE_SECONDS * 1_000,
      );
    }
  }

  /** Ends what a killed worker of this machine left, and removes what is done with. */
  async function keepHouse(): Promise<void> {
    let revision: number | undefined;
    for (let turn = 0; !signal.aborted; turn++) {
      try {
        await reapLeft({ store, processes, host, silentMs: SILENT_MS });
        revision = await removeFolders(store, places.dataDir, revision);
        if (turn % REMOVAL_EVERY === 0) await removeOld(store, places.dataDir, settings.ETL_KEEP_DAYS);
      } catch (error) {
        onError(error);
      }
      await pause(HOUSEKEEPING_MS, signal);
    }
  }
}

/** Of runs that ended well since; answers up to which revision was looked. */
async function removeFolders(store: EtlStore, dataDir: string, since: number | undefined): Promise<number> {
  if (since === undefined) return await store.revision();
  let revision = since;
  for (const run of await store.changedSince(since, REMOVED_AT_ONCE)) {
    if (run.status === "SUCCESS") await removeRunFolder(dataDir, run.id);
    revision = run.revision;
  }
  return revision;
}

/** Folders of runs that did not end well, after some days, and runs after their time. */
async function removeOld(store: EtlStore, dataDir: string, keepDays: number): Promise<void> {
  const now = Date.now();
  const active = new Set((await store.activeRuns()).map(({ run }) => run.id));
  await removeOldRunFolders(dataDir, { days: KEEP_FOLDER_DAYS, now, active });
  let removed = REMOVED_AT_ONCE;
  while (removed === REMOVED_AT_ONCE) {
    removed = await store.removeRuns(now - keepDays * DAY_MS, REMOVED_AT_ONCE);
  }
}
