// One round of the scheduler: fires that are due become runs, and each run that has not ended is decided on. What it
// reads are schedules that are due and runs that are active: neither grows with history.

import { type EtlRun, isFinal, type StepAttempt } from "../core/etl/run.ts";
import type { StepQueue } from "./step_process.ts";
import type { Decision, EtlLease, EtlStore } from "../core/etl/store.ts";
import type { CurrentSequences } from "./current_sequences.ts";
import { decideRun } from "./decide_run.ts";
import { nextFire } from "./fires.ts";
import { planSchedule } from "./plan.ts";
import { silentAttempts } from "./reap.ts";
import { roomBeside } from "./room.ts";
import { sideBySide } from "./side_by_side.ts";
import { type Traffic, trafficOf } from "./traffic.ts";

/** Schedules that are read at a time. */
const MOST_DUE = 500;
/** Sequences that are written at a time: each write waits for the disk of the database. */
const MOST_WRITTEN = 4;

export type TickParts = {
  readonly store: Pick<
    EtlStore,
    "keepSchedules" | "dueSchedules" | "plan" | "activeRuns" | "lostAttempts" | "workers" | "decide"
  >;
  readonly queue: Pick<StepQueue, "offer">;
  readonly sequences: CurrentSequences;
  /** Steps that all workers together may run at a time. */
  readonly slots: () => Promise<number>;
  /** A worker that gave no sign of life for so long is gone. */
  readonly silentMs: number;
  /** 0 <= random < 1. */
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
};

/** Takes in which schedules there are. */
export async function keepSchedules(
  { store, sequences }: Pick<TickParts, "store" | "sequences">,
  lease: EtlLease,
  now: number,
): Promise<void> {
  const kept = [...sequences.all()].flatMap(({ sequence: { name, schedules } }) =>
    schedules.map((schedule) => ({ name, schedule: schedule.key, nextAt: nextFire(schedule, now) }))
  );
  await store.keepSchedules(lease, kept, now);
}

/** Fires of now become runs. Errors: Problem `conflict` when the lease is another's. */
export async function planDue(
  { store, sequences, onError }: TickParts,
  lease: EtlLease,
  now: number,
): Promise<void> {
  for (;;) {
    const due = await store.dueSchedules(now, MOST_DUE);
    let planned = 0;
    const writing = sideBySide(MOST_WRITTEN);
    for (const state of due) {
      const snapshot = sequences.get(state.name);
      const schedule = snapshot?.sequence.schedules.find(({ key }) => key === state.schedule);
      if (!snapshot || !schedule) continue;
      const plan = orTold(() => planSchedule(state, schedule, snapshot, now), onError);
      if (!plan) continue;
      await writing.room(state.name);
      writing.begin(state.name, () => store.plan(lease, plan.progress, plan.fires));
      planned++;
    }
    await writing.ended();
    if (due.length < MOST_DUE || planned === 0) return;
  }
}

/**
 * Decides on each active run, oldest first; of one sequence, when what was decided on it before holds. `offersAll`: what
 * a scheduler before handed to the workers is offered again.
 * Errors: Problem `conflict` when the lease is another's.
 */
export async function decideAll(
  parts: TickParts,
  lease: EtlLease,
  now: number,
  offersAll: boolean,
): Promise<void> {
  const { store, random } = parts;
  const active = await store.activeRuns();
  if (active.length === 0) return;
  const attempts = active.flatMap(({ attempts }) => attempts);
  const anyStarted = attempts.some(({ status }) => status === "STARTED");
  const lost = new Set(
    anyStarted ? (await silentAttempts(store, parts.silentMs)).map(({ id }) => id) : [],
  );
  const room = roomBeside(active, attempts.some(isWaiting) ? await parts.slots() : 0);
  const traffic = trafficOf(active.map(({ run }) => run));
  /** Names of sequences of which a run changed meanwhile: what another may do is seen in the next round. */
  const unsettled = new Set<string>();

  if (offersAll) {
    await offer(
      parts,
      attempts.filter((it) => isWaiting(it) && it.queuedAt !== null).map(({ id }) => id),
    );
  }
  const writing = sideBySide(MOST_WRITTEN);
  for (const one of active) {
    const { run } = one;
    await writing.room(run.name);
    if (run.status === "PENDING" && unsettled.has(run.name)) continue;
    const own = traffic.get(run.name)!;
    const decision = orTold(() => decideRun(one, { traffic: own, room, lost, now, random }), parts.onError);
    if (!decision) continue;
    writing.begin(run.name, async () => {
      if (await store.decide(lease, run.id, run.revision, decision)) {
        settle(own, run, decision);
        await offer(parts, handedOut(decision));
      } else unsettled.add(run.name);
    });
  }
  await writing.ended();
}

/** A fault in one schedule or run does not keep the others from going on. */
function orTold<T>(work: () => T, onError: (error: unknown) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    onError(error);
  }
}

const isWaiting = ({ status }: StepAttempt): boolean => status === "PENDING" || status === "RETRYING";

const handedOut = ({ attempts = [] }: Decision): number[] =>
  attempts.filter(({ queuedAt }) => typeof queuedAt === "number").map(({ id }) => id);

/** An attempt that could not be offered is offered again later. */
async function offer({ queue, onError }: TickParts, ids: readonly number[]): Promise<void> {
  for (const id of ids) await queue.offer(id).catch(onError);
}

function settle({ started, waiting }: Traffic, { id }: EtlRun, { run }: Decision): void {
  if (run?.status === undefined) return;
  waiting.delete(id);
  if (isFinal(run.status)) started.delete(id);
  else started.add(id);
}
