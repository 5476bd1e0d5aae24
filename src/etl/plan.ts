// From the fires of a schedule to the runs they become. A scheduler that worked plans each fire a moment after its
// time; one that was down finds fires that it missed, and the schedule's policy says what becomes of them. Whatever
// their number, what is read and written is bounded.

import type { RunDraft } from "../core/etl/run.ts";
import type { Schedule, SequenceSnapshot } from "../core/etl/sequence.ts";
import type { ScheduleState } from "../core/etl/store.ts";
import { Problem } from "../core/problem.ts";
import { firstAttempts } from "./draft.ts";
import { firstFires, lastFires, nextFire } from "./fires.ts";

/** A fire that waits longer for a scheduler was missed, and so was all that waits with it. */
const LATE_MS = 60_000;
/** Runs that `run_all` makes up for, and MISSED ones that are recorded, of one absence: the newest. */
const MOST_MADE_UP = 100;
/** Runs of one backfill. */
const MOST_BACKFILLED = 1_000;

export type SchedulePlan = {
  readonly progress: Pick<ScheduleState, "name" | "schedule" | "plannedUpTo" | "nextAt">;
  /** Oldest first. */
  readonly fires: readonly RunDraft[];
};

/** What a schedule has to record by now. A sequence that is not enabled lets its fires pass. */
export function planSchedule(
  state: Pick<ScheduleState, "name" | "schedule" | "plannedUpTo">,
  schedule: Schedule,
  snapshot: SequenceSnapshot,
  now: number,
): SchedulePlan {
  const { name, plannedUpTo } = state;
  const progress = {
    name,
    schedule: state.schedule,
    plannedUpTo: Math.max(plannedUpTo, now),
    nextAt: nextFire(schedule, Math.max(plannedUpTo, now)),
  };
  if (!snapshot.sequence.enabled) return { progress, fires: [] };
  const first = nextFire(schedule, plannedUpTo);
  if (first === null || first > now) return { progress, fires: [] };
  const draft = fireOf(name, state.schedule, snapshot, now);
  const fires = now - first <= LATE_MS
    ? firstFires(schedule, plannedUpTo, now, LATE_MS / 1_000 + 1).map((fire) => draft(fire))
    : madeUp(schedule, first, now, draft);
  return { progress, fires };
}

type FireDraft = (scheduledAt: number, missed?: string) => RunDraft;

function madeUp(schedule: Schedule, first: number, now: number, draft: FireDraft): RunDraft[] {
  const { misfire, misfireGraceSeconds } = schedule;
  const tooLate = misfireGraceSeconds === undefined ? 0 : now - misfireGraceSeconds * 1_000;
  const newest = lastFires(schedule, first - 1, now, MOST_MADE_UP);
  const isTooLate = (fire: number) => fire < tooLate;
  const left = newest[0] === first ? "" : `. De los disparos desde ${textOf(first)} se registran los últimos`;
  const missed = (fire: number) =>
    (misfire === "skip"
      ? "No había un planificador a esa hora"
      : `Pasó hace más de los ${misfireGraceSeconds} segundos que la secuencia tolera`) +
    (fire === newest[0] ? left : "");
  const runs = misfire === "skip" ? [] : misfire === "run_all" ? newest : newest.slice(-1);
  return newest.flatMap((fire) => {
    if (isTooLate(fire) || misfire === "skip") return [draft(fire, missed(fire))];
    return runs.includes(fire) ? [draft(fire)] : [];
  });
}

function fireOf(name: string, schedule: string, snapshot: SequenceSnapshot, now: number): FireDraft {
  return (scheduledAt, missed) => ({
    name,
    requestedAt: now,
    trigger: "schedule",
    snapshot,
    schedule,
    scheduledAt,
    ...(missed === undefined
      ? { attempts: firstAttempts(snapshot) }
      : { status: "MISSED", end: now, message: missed, attempts: [] }),
  });
}

export type Backfill = {
  readonly schedule: Schedule;
  readonly snapshot: SequenceSnapshot;
  /** Epoch ms; the fires are from <= fire < to. */
  readonly from: number;
  readonly to: number;
  /** Tells one request from another: the same one again makes no further runs. */
  readonly request: string;
  readonly by?: string;
};

/**
 * A run for each fire of a range that is over, oldest first, whether the schedule fired then or not.
 * Errors: Problem `invalid` for a range without a fire, with one to come, or with more than can be asked for at once.
 */
export function planBackfill(
  { schedule, snapshot, from, to, request, by }: Backfill,
  now: number,
): RunDraft[] {
  if (!(from < to)) {
    throw new Problem("invalid", `El período termina (${textOf(to)}) antes de empezar (${textOf(from)})`);
  }
  const fires = firstFires(schedule, from - 1, to - 1, MOST_BACKFILLED + 1);
  if (fires.length === 0) {
    throw new Problem(
      "invalid",
      `"${schedule.key}" no tiene ningún disparo entre ${textOf(from)} y ${textOf(to)}`,
    );
  }
  if (fires.length > MOST_BACKFILLED) {
    throw new Problem(
      "invalid",
      `"${schedule.key}" tiene más de ${MOST_BACKFILLED} disparos entre ${textOf(from)} y ${textOf(to)}: ` +
        "pida un período más corto",
    );
  }
  if (fires.at(-1)! > now) {
    throw new Problem(
      "invalid",
      `El período llega hasta ${textOf(to)}: el disparo de ${textOf(fires.at(-1)!)} aún no llegó`,
    );
  }
  const { name } = snapshot.sequence;
  return fires.map((scheduledAt) => ({
    name,
    requestedAt: now,
    trigger: "backfill",
    snapshot,
    scheduledAt,
    idempotencyKey: `backfill ${request} ${name} ${textOf(scheduledAt)}`,
    ...(by === undefined ? {} : { triggeredBy: by }),
    attempts: firstAttempts(snapshot),
  }));
}

const textOf = (at: number): string => new Date(at).toISOString().replace(/\.000Z$/, "Z");
