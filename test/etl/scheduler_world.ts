// A scheduler over the store in memory, with driven time, and a worker whose steps end as a test says.

import type { AttemptOutcome, EtlRun, RunDraft, StepAttempt } from "../../src/core/etl/run.ts";
import type { SequenceSnapshot } from "../../src/core/etl/sequence.ts";
import type { EtlStore } from "../../src/core/etl/store.ts";
import { etlScheduler, SCHEDULER_LEASE, type SchedulerParts } from "../../src/etl/scheduler.ts";
import { startDraft } from "../../src/etl/start.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { NOON, outcome } from "./example_sequences.ts";

export const SILENT_MS = 15_000;
const FOREVER = 1e15;
const WORKER = { id: "w1", host: "machine", pid: 7, startedAt: NOON, slots: 100 };
/** Who schedules performs steps too. */
const OWN = { ...WORKER, id: "w0", pid: 6 };

export type World = Awaited<ReturnType<typeof world>>;

export async function world(
  { open = memoryEtlStore, ...parts }: Partial<Omit<SchedulerParts, "store">> & {
    readonly open?: (now: () => number) => EtlStore;
  } = {},
) {
  let clock = NOON;
  const now = () => clock;
  const store = open(now);
  const offered: number[] = [];
  const errors: unknown[] = [];
  const files = new Map<string, SequenceSnapshot>();
  let edits = 0;
  const all: SchedulerParts = {
    store,
    queue: { offer: (id) => Promise.resolve(void offered.push(id)) },
    files: {
      stamp: () => Promise.resolve(String(edits)),
      read: () => Promise.resolve({ names: new Set(files.keys()), snapshots: new Map(files) }),
    },
    kept: { load: () => Promise.resolve(new Map()), save: async () => {}, forget: async () => {} },
    slots: () => Promise.resolve(100),
    processes: { reap: () => Promise.resolve(true) },
    notify: () => Promise.resolve(null),
    holder: "one",
    host: "machine",
    silentMs: SILENT_MS,
    now,
    monotonic: now,
    random: () => 0.5,
    onLost: () => {},
    onError: (error) => errors.push(error),
    ...parts,
  };
  const scheduler = etlScheduler(all);
  /** False: the clock has been set a moment ago. */
  let isAlive = true;
  const lease = (await store.takeLease(SCHEDULER_LEASE, "one", FOREVER))!;

  const duties = scheduler.under(lease);

  const runOf = async (id: number) => (await store.run(id))!;
  const last = async (id: number, stepId: string): Promise<StepAttempt> =>
    (await runOf(id)).attempts.findLast((attempt) => attempt.stepId === stepId)!;

  return {
    store,
    /** For a further scheduler. */
    parts: all,
    lease,
    offered,
    errors,
    ...duties,
    async tick() {
      if (isAlive) await store.beat(OWN, []);
      await duties.tick();
    },
    live: (lives: boolean) => void (isAlive = lives),
    now,
    pass: (ms: number) => void (clock += ms),

    /** What the files say from now on. */
    edit(...snapshots: readonly SequenceSnapshot[]) {
      edits++;
      files.clear();
      for (const snapshot of snapshots) files.set(snapshot.sequence.name, snapshot);
    },

    async start(snapshot: SequenceSnapshot, more: Partial<RunDraft> = {}): Promise<number> {
      const { run } = await store.addRun({ ...startDraft(snapshot, {}, clock), ...more });
      return run.id;
    },

    /** Begins what was offered; answers the steps that began, as `run step`. */
    async begin(): Promise<string[]> {
      const begun: string[] = [];
      for (const id of offered.splice(0)) {
        const found = await store.begin(id, WORKER, clock);
        const attempt = found?.attempts.find((attempt) => attempt.id === id);
        if (found && attempt) begun.push(`${found.run.id} ${attempt.stepId}`);
      }
      return begun;
    },

    async end(id: number, stepId: string, how: AttemptOutcome = outcome(clock)): Promise<void> {
      await store.end((await last(id, stepId)).id, WORKER.id, how);
    },

    beat: (attemptIds: readonly number[]) => store.beat(WORKER, attemptIds),
    last,
    run: async (id: number): Promise<EtlRun> => (await runOf(id)).run,
    status: async (id: number) => (await runOf(id)).run.status,
    /** Of the last attempt at each step. */
    async steps(id: number): Promise<Record<string, string>> {
      return Object.fromEntries((await runOf(id)).attempts.map(({ stepId, status }) => [stepId, status]));
    },
  };
}
