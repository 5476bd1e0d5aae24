// The scheduler: one of all that are started works, the others stand by. It keeps nothing in memory that the store has
// not, so whoever comes after a killed one goes on where it stopped.
//
//   take the lease ─▶ reap what was left, offer again ─▶ [ files · fires · decisions ] each half second, or when poked

import type { StepProcesses } from "./step_process.ts";
import type { EtlLease, EtlStore } from "../core/etl/store.ts";
import { LEASE_LOST } from "../core/etl/store.ts";
import { Problem } from "../core/problem.ts";
import { currentSequences, type KeptSequences, type SequenceFiles } from "./current_sequences.ts";
import { type HeldLease, underLease } from "./lease_keeper.ts";
import type { Notify } from "./notify.ts";
import { pause } from "./pause.ts";
import { goneWorkers, reapLeft } from "./reap.ts";
import { decideAll, keepSchedules, planDue, type TickParts } from "./scheduler_tick.ts";

/** Name of the lease. */
export const SCHEDULER_LEASE = "etl_scheduler";

const TICK_MS = 500;
/** Between looks at the files, and for processes that were left. */
const LOOK_MS = 2_000;
/** Runs told of at a time. */
const MOST_TOLD = 20;

export type SchedulerParts = Omit<TickParts, "store" | "sequences"> & {
  readonly store: EtlStore;
  readonly files: SequenceFiles;
  readonly kept: KeptSequences;
  readonly processes: Pick<StepProcesses, "reap">;
  readonly notify: Notify;
  /** This process, and no other. */
  readonly holder: string;
  readonly host: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** A clock that nobody sets, ms. */
  readonly monotonic: () => number;
  /** Steps of this process have to end: in half a lease's period another process may decide on them. */
  readonly onLost: () => void;
};

/** What is done under a lease. */
export type Duties = {
  /** A round: files, fires, decisions. */
  readonly tick: () => Promise<void>;
  /** The notifications of what has ended. */
  readonly tell: () => Promise<void>;
  /** The last decisions: what has ended is noted, nothing begins. */
  readonly settle: () => Promise<void>;
};

export type Scheduler = {
  /** Until `signal` aborts; then what has ended by then is noted and the lease is given back. */
  run(signal: AbortSignal): Promise<void>;
  /** Something changed: look now. */
  poke(): void;
  under(lease: EtlLease): Duties;
};

export function etlScheduler(parts: SchedulerParts): Scheduler {
  let isPoked = false;
  let wake = () => {};

  function under(lease: EtlLease): Duties {
    const { store, processes, host, silentMs, notify, now, onError } = parts;
    // What another scheduler kept meanwhile counts, not what this one remembers of an earlier lease.
    const sequences = currentSequences(parts.files, parts.kept);
    const tickParts = { ...parts, sequences };
    let lookedAt: number | undefined;
    let isKept = false;
    let isFirst = true;

    const clear = async () => {
      await reapLeft({ store, processes, host, silentMs });
      for (const { id } of goneWorkers(await store.workers(), silentMs)) await store.leave(id);
    };

    const look = async (at: number) => {
      if (lookedAt !== undefined && Math.abs(at - lookedAt) < LOOK_MS) return;
      lookedAt = at;
      await clear().catch(onError);
      try {
        if (await sequences.refresh()) isKept = false;
        if (!isKept) await keepSchedules(tickParts, lease, at);
        isKept = true;
      } catch (error) {
        // Files that cannot be read do not keep the sequences in force from being run.
        if (isLost(error)) throw error;
        onError(error);
      }
    };

    return {
      async tick() {
        const at = now();
        await look(at);
        await planDue(tickParts, lease, at);
        await decideAll(tickParts, lease, at, isFirst);
        isFirst = false;
      },
      settle: () => decideAll({ ...tickParts, slots: () => Promise.resolve(0) }, lease, now(), false),
      async tell() {
        const ended = await store.runsToNotify(MOST_TOLD);
        await Promise.all(ended.map(async (run) => {
          const previous = await store.lastEnded(run.name, run.id);
          await store.decide(lease, run.id, run.revision, { run: { notified: await notify(run, previous) } });
        }));
      },
    };
  }

  /** Ends when the lease is another's; any other fault is told, and may be over in the next round. */
  async function again(over: AbortSignal, round: () => Promise<void>, between: () => Promise<void>) {
    while (!over.aborted) {
      try {
        await round();
      } catch (error) {
        if (isLost(error) || over.aborted) return;
        parts.onError(error);
      }
      await between();
    }
  }

  async function work({ lease, over, isSure }: HeldLease): Promise<void> {
    const { tick, tell, settle } = under(lease);
    const untilPoked = async () => {
      const poked = new AbortController();
      wake = () => poked.abort();
      if (!isPoked) await pause(TICK_MS, AbortSignal.any([poked.signal, over]));
      isPoked = false;
    };
    const told = again(over, tell, () => pause(LOOK_MS, over));
    await again(over, () => isSure() ? tick() : Promise.resolve(), untilPoked);
    if (isSure()) await settle().catch((error) => isLost(error) || parts.onError(error));
    // Nobody waits for a letter that is on its way: whoever comes next sends it again.
    await Promise.race([told, aborted(over)]);
  }

  return {
    run: (signal) => underLease({ ...parts, name: SCHEDULER_LEASE }, signal, work),
    poke() {
      isPoked = true;
      wake();
    },
    under,
  };
}

const isLost = (error: unknown) => error instanceof Problem && error.message === LEASE_LOST;

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
