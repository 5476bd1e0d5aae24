// The ETL store in plain maps, for tests and for programs that keep nothing. Rows are replaced, never changed, so what
// was answered stays as it was. What is asked for at every tick has a set of its own, whatever history there is.
// Long because every method looks at the same maps.

import { attemptOfDraft, runOfDraft } from "../core/etl/drafts.ts";
import {
  type AttemptDraft,
  ETL_RUN_STATUSES,
  type EtlRun,
  type EtlRunStatus,
  isFinal,
  type LogLine,
  type RunDraft,
  type StepAttempt,
} from "../core/etl/run.ts";
import {
  type EtlLease,
  type EtlLeaseState,
  type EtlStore,
  type EtlTally,
  type EtlWorker,
  LEASE_LOST,
  type RunWithAttempts,
  type ScheduleState,
} from "../core/etl/store.ts";
import { Problem } from "../core/problem.ts";

/** `now`: what other engines have as the clock of the database. */
export function memoryEtlStore(now: () => number): EtlStore {
  const { fence, ...leases } = memoryLeases(now);
  /** By id, which only grow. */
  const runs = new Map<number, EtlRun>();
  const attempts = new Map<number, StepAttempt>();
  const attemptIds = new Map<number, number[]>();
  const logs = new Map<number, LogLine[]>();
  /** Ids of runs, ascending. */
  const idsByName = new Map<string, number[]>();
  const runIds: number[] = [];
  const idByKey = new Map<string, number>();
  const idByFire = new Map<string, number>();
  const counts = Object.fromEntries(ETL_RUN_STATUSES.map((status) => [status, 0])) as Record<
    EtlRunStatus,
    number
  >;
  const tallies = new Map<string, EtlTally>();
  const active = new Set<number>();
  const toNotify = new Set<number>();
  /** Attempts that are STARTED, or whose process may be alive. */
  const begun = new Set<number>();
  const reaped = new Set<number>();
  /** The run that each revision changed: that of revision 1 first. */
  const changes: number[] = [];
  const schedules = new Map<string, ScheduleState>();
  const workers = new Map<string, EtlWorker>();
  let lastRunId = 0, lastAttemptId = 0;

  const putRun = (change: Omit<EtlRun, "revision">): EtlRun => {
    const { id, name } = change;
    const run = { ...change, revision: changes.push(id) };
    const before = runs.get(id);
    if (before) counts[before.status]--;
    else {
      runIds.push(id);
      const ids = idsByName.get(name);
      if (ids) ids.push(id);
      else idsByName.set(name, [id]);
    }
    counts[run.status]++;
    if (isFinal(run.status) && !(before && isFinal(before.status))) tally(run);
    setIn(active, id, !isFinal(run.status));
    setIn(toNotify, id, isFinal(run.status) && run.notified === "PENDING");
    runs.set(id, run);
    return run;
  };

  /** Of a run that has just ended. */
  const tally = ({ name, status, requestedAt, start, end, scheduledAt }: EtlRun): void => {
    const key = keyOf(name, status);
    const before = tallies.get(key);
    const endAt = end ?? requestedAt;
    const late = start !== null && scheduledAt !== null
      ? { lastScheduledAt: scheduledAt, lastLatenessMs: start - scheduledAt }
      : { lastScheduledAt: before?.lastScheduledAt ?? null, lastLatenessMs: before?.lastLatenessMs ?? null };
    tallies.set(key, {
      name,
      status,
      runs: (before?.runs ?? 0) + 1,
      began: (before?.began ?? 0) + (start === null ? 0 : 1),
      durationMs: (before?.durationMs ?? 0) + (start === null ? 0 : endAt - start),
      lastEnd: Math.max(before?.lastEnd ?? endAt, endAt),
      ...late,
    });
  };

  const putAttempt = (attempt: StepAttempt): void => {
    const { id, status, reason, pid } = attempt;
    attempts.set(id, attempt);
    setIn(begun, id, status === "STARTED" || (reason === "lost" && pid !== null && !reaped.has(id)));
  };

  const addAttempt = (runId: number, draft: AttemptDraft): void => {
    const attempt = { id: ++lastAttemptId, ...attemptOfDraft(runId, draft) };
    putAttempt(attempt);
    const ids = attemptIds.get(runId) ?? [];
    attemptIds.set(runId, ids);
    ids.push(attempt.id);
    ids.sort((a, b) => inOrder(attempts.get(a)!, attempts.get(b)!));
  };

  const addRun = (draft: RunDraft, leaseToken: number | null): { run: EtlRun; isNew: boolean } => {
    const fire = fireOf(draft);
    const known = (draft.idempotencyKey === undefined ? undefined : idByKey.get(draft.idempotencyKey)) ??
      (fire === undefined ? undefined : idByFire.get(fire));
    if (known !== undefined) return { run: runs.get(known)!, isNew: false };
    const run = putRun({ id: ++lastRunId, ...runOfDraft(draft, leaseToken) });
    if (fire !== undefined) idByFire.set(fire, run.id);
    if (draft.idempotencyKey !== undefined) idByKey.set(draft.idempotencyKey, run.id);
    for (const attempt of draft.attempts) addAttempt(run.id, attempt);
    return { run, isNew: true };
  };

  const attemptsOf = (runId: number) => (attemptIds.get(runId) ?? []).map((id) => attempts.get(id)!);
  const withAttempts = (run: EtlRun): RunWithAttempts => ({ run, attempts: attemptsOf(run.id) });

  /** The attempt while it is this worker's. */
  const ownAttempt = (id: number, workerId: string): StepAttempt | undefined => {
    const attempt = attempts.get(id);
    return attempt?.status === "STARTED" && attempt.worker === workerId ? attempt : undefined;
  };

  const removeRun = (run: EtlRun): void => {
    counts[run.status]--;
    toNotify.delete(run.id);
    removeFrom(runIds, run.id);
    removeFrom(idsByName.get(run.name)!, run.id);
    const fire = fireOf(run);
    if (fire !== undefined) idByFire.delete(fire);
    if (run.idempotencyKey !== null) idByKey.delete(run.idempotencyKey);
    for (const id of attemptIds.get(run.id) ?? []) {
      for (const kept of [attempts, logs]) kept.delete(id);
      for (const ids of [begun, reaped]) ids.delete(id);
    }
    attemptIds.delete(run.id);
    runs.delete(run.id);
  };

  return {
    ...leases,

    addRun: (draft) => Promise.try(() => addRun(draft, null)),

    askCancel: (id, by, at) =>
      Promise.try(() => {
        const run = runs.get(id);
        if (!run || isFinal(run.status) || run.cancelAskedAt !== null) return run;
        return putRun({ ...run, cancelAskedAt: at, cancelAskedBy: by });
      }),

    run: (id) =>
      Promise.try(() => {
        const run = runs.get(id);
        return run && withAttempts(run);
      }),

    runWithKey: (key) => Promise.try(() => runs.get(idByKey.get(key) ?? NaN)),

    runs: ({ name, statuses, trigger, from = -Infinity, to = Infinity, before = Infinity, limit }) =>
      Promise.try(() => {
        const ids = name === undefined ? runIds : idsByName.get(name) ?? [];
        const found: EtlRun[] = [];
        for (let i = placeIn(ids, before) - 1; i >= 0 && found.length < limit; i--) {
          const run = runs.get(ids[i]!)!;
          const isAsked = run.requestedAt >= from && run.requestedAt < to;
          const isOne = (statuses?.includes(run.status) ?? true) && (trigger ?? run.trigger) === run.trigger;
          if (isAsked && isOne) found.push(run);
        }
        return found;
      }),

    attemptsOf: (ids) => Promise.try(() => [...new Set(ids)].sort((a, b) => a - b).flatMap(attemptsOf)),

    countRuns: () => Promise.try(() => ({ ...counts })),

    tallies: () =>
      Promise.try(() =>
        [...tallies.values()].sort((a, b) => inText(a.name, b.name) || inText(a.status, b.status))
      ),

    revision: () =>
      Promise.try(() => {
        for (let i = changes.length; i > 0; i--) if (runs.get(changes[i - 1]!)?.revision === i) return i;
        return 0;
      }),

    changedSince: (revision, limit) =>
      Promise.try(() => {
        const found: EtlRun[] = [];
        for (let i = revision; i < changes.length && found.length < limit; i++) {
          const run = runs.get(changes[i]!);
          if (run?.revision === i + 1) found.push(run);
        }
        return found;
      }),

    log: (attemptId, from, limit) =>
      Promise.try(() => {
        const lines = logs.get(attemptId) ?? [];
        return { lines: lines.slice(from, from + limit), total: lines.length };
      }),

    workers: () =>
      Promise.try(() =>
        [...workers.values()].sort((a, b) => a.startedAt - b.startedAt || inText(a.id, b.id))
      ),

    schedules: () =>
      Promise.try(() =>
        [...schedules.values()].sort((a, b) => inText(a.name, b.name) || inText(a.schedule, b.schedule))
      ),

    pauseSchedule: (name, schedule, by, at) =>
      Promise.try(() => {
        const key = keyOf(name, schedule), state = schedules.get(key);
        if (!state || (state.pausedBy === null) === (by === null)) return state;
        const when = at ?? now();
        const next = by === null
          ? { pausedBy: null, pausedAt: null, plannedUpTo: Math.max(state.plannedUpTo, when) }
          : { pausedBy: by, pausedAt: when };
        schedules.set(key, { ...state, ...next });
        return { ...state, ...next };
      }),

    keepSchedules: (lease, kept, at) =>
      Promise.try(() => {
        fence(lease);
        const keys = new Set(kept.map(({ name, schedule }) => keyOf(name, schedule)));
        for (const key of schedules.keys()) if (!keys.has(key)) schedules.delete(key);
        for (const { name, schedule, nextAt } of kept) {
          const key = keyOf(name, schedule);
          if (schedules.has(key)) continue;
          schedules.set(key, { name, schedule, plannedUpTo: at, nextAt, pausedBy: null, pausedAt: null });
        }
      }),

    dueSchedules: (at, limit) =>
      Promise.try(() =>
        [...schedules.values()]
          .filter(({ nextAt, pausedBy }) => nextAt !== null && nextAt <= at && pausedBy === null)
          .sort((a, b) => a.nextAt! - b.nextAt! || inText(a.name, b.name) || inText(a.schedule, b.schedule))
          .slice(0, limit)
      ),

    plan: (lease, { name, schedule, plannedUpTo, nextAt }, fires) =>
      Promise.try(() => {
        fence(lease);
        const key = keyOf(name, schedule), state = schedules.get(key);
        if (state) {
          schedules.set(key, { ...state, nextAt, plannedUpTo: Math.max(state.plannedUpTo, plannedUpTo) });
        }
        for (const fire of fires) addRun(fire, lease.token);
      }),

    activeRuns: () =>
      Promise.try(() => [...active].sort((a, b) => a - b).map((id) => withAttempts(runs.get(id)!))),

    runsToNotify: (limit) =>
      Promise.try(() => [...toNotify].sort((a, b) => a - b).slice(0, limit).map((id) => runs.get(id)!)),

    lastEnded: (name, before) =>
      Promise.try(() => {
        const ids = idsByName.get(name) ?? [];
        for (let i = placeIn(ids, before) - 1; i >= 0; i--) {
          const run = runs.get(ids[i]!)!;
          if (run.status === "SUCCESS" || run.status === "FAILURE") return run;
        }
      }),

    decide: (lease, runId, revision, decision) =>
      Promise.try(() => {
        fence(lease);
        const run = runs.get(runId);
        if (run?.revision !== revision) return false;
        putRun({ ...run, ...named(decision.run ?? {}), leaseToken: lease.token });
        for (const change of decision.attempts ?? []) {
          const attempt = attempts.get(change.id);
          if (attempt?.runId === runId) putAttempt({ ...attempt, ...named(change) });
        }
        for (const draft of decision.newAttempts ?? []) addAttempt(runId, draft);
        return true;
      }),

    lostAttempts: (silentMs) =>
      Promise.try(() => {
        const before = now() - silentMs;
        return [...begun].sort((a, b) => a - b).map((id) => attempts.get(id)!)
          .filter(({ status, heartbeatAt }) => status === "STARTED" && heartbeatAt! < before);
      }),

    begin: (attemptId, worker, at) =>
      Promise.try(() => {
        const attempt = attempts.get(attemptId);
        if (!attempt || attempt.queuedAt === null) return;
        const run = runs.get(attempt.runId)!;
        if (attempt.status !== "PENDING" && attempt.status !== "RETRYING") return;
        if (run.status !== "STARTED" || run.cancelAskedAt !== null) return;
        putAttempt({
          ...attempt,
          status: "STARTED",
          start: at,
          worker: worker.id,
          host: worker.host,
          heartbeatAt: now(),
        });
        return withAttempts(putRun(run));
      }),

    notePid: (attemptId, workerId, pid, processStart) =>
      Promise.try(() => {
        const attempt = ownAttempt(attemptId, workerId);
        if (!attempt) return;
        putAttempt({ ...attempt, pid, processStart });
        putRun(runs.get(attempt.runId)!);
      }),

    appendLog: (attemptId, lines, isCut) =>
      Promise.try(() => {
        const attempt = attempts.get(attemptId);
        if (!attempt) return;
        const kept = logs.get(attemptId) ?? [];
        logs.set(attemptId, kept);
        for (const line of lines) kept.push({ ...line, text: line.text.toWellFormed() });
        putAttempt({ ...attempt, logLines: kept.length, logCut: attempt.logCut || isCut });
      }),

    beat: (worker, ids) =>
      Promise.try(() => {
        const heartbeatAt = now();
        workers.set(worker.id, { ...worker, heartbeatAt });
        return ids.filter((id) => {
          const attempt = ownAttempt(id, worker.id);
          if (!attempt) return true;
          putAttempt({ ...attempt, heartbeatAt });
          return runs.get(attempt.runId)!.cancelAskedAt !== null;
        });
      }),

    end: (attemptId, workerId, outcome) =>
      Promise.try(() => {
        const attempt = ownAttempt(attemptId, workerId);
        if (!attempt) return false;
        putAttempt({ ...attempt, ...outcome });
        putRun(runs.get(attempt.runId)!);
        return true;
      }),

    leave: (workerId) => Promise.try(() => void workers.delete(workerId)),

    attemptsOnHost: (host) =>
      Promise.try(() =>
        [...begun].sort((a, b) => a - b).map((id) => attempts.get(id)!)
          .filter((attempt) => attempt.host === host && attempt.pid !== null && !reaped.has(attempt.id))
      ),

    noteReaped: (ids) =>
      Promise.try(() => {
        for (const attempt of ids.map((id) => attempts.get(id))) {
          if (!attempt) continue;
          reaped.add(attempt.id);
          putAttempt(attempt);
        }
      }),

    removeRuns: (endedBefore, limit) =>
      Promise.try(() => {
        const gone = runs.values()
          .filter(({ status, end }) => isFinal(status) && end !== null && end < endedBefore).take(limit)
          .toArray();
        for (const run of gone) removeRun(run);
        return gone.length;
      }),

    close: () => Promise.resolve(),
  };
}

type Leases = Pick<EtlStore, "takeLease" | "renewLease" | "releaseLease" | "lease"> & {
  /** Errors: Problem `conflict` when the lease is another's by now, or nobody's. */
  fence(lease: EtlLease): void;
};

function memoryLeases(now: () => number): Leases {
  /** Without a holder where it was given back: tokens go on from there. */
  const leases = new Map<string, Omit<EtlLeaseState, "holder"> & { readonly holder: string | null }>();
  return {
    fence({ name, holder, token }) {
      const held = leases.get(name);
      if (held?.holder !== holder || held.token !== token) throw new Problem("conflict", LEASE_LOST);
    },

    takeLease: (name, holder, periodMs) =>
      Promise.try(() => {
        const found = leases.get(name), at = now();
        if (found && found.holder !== null && found.holder !== holder && found.expiresAt > at) return;
        const token = (found?.token ?? 0) + 1;
        leases.set(name, { name, holder, token, takenAt: at, renewedAt: at, expiresAt: at + periodMs });
        return { name, holder, token };
      }),

    renewLease: ({ name, holder, token }, periodMs) =>
      Promise.try(() => {
        const found = leases.get(name), at = now();
        if (found?.holder !== holder || found.token !== token) return false;
        leases.set(name, { ...found, renewedAt: at, expiresAt: at + periodMs });
        return true;
      }),

    releaseLease: ({ name, holder, token }) =>
      Promise.try(() => {
        const found = leases.get(name);
        if (found?.holder === holder && found.token === token) leases.set(name, { ...found, holder: null });
      }),

    lease: (name) =>
      Promise.try(() => {
        const found = leases.get(name);
        return found && found.holder !== null ? { ...found, holder: found.holder } : undefined;
      }),
  };
}

/** The fire that a run is of, as a key; undefined where nothing fired. */
function fireOf(
  { name, schedule, scheduledAt }: {
    readonly name: string;
    readonly schedule?: string | null;
    readonly scheduledAt?: number | null;
  },
): string | undefined {
  if (schedule === undefined || schedule === null) return;
  if (scheduledAt === undefined || scheduledAt === null) return;
  return JSON.stringify([name, schedule, scheduledAt]);
}

const keyOf = (name: string, schedule: string) => JSON.stringify([name, schedule]);

function inOrder(a: StepAttempt, b: StepAttempt): number {
  return a.stepIndex - b.stepIndex || a.attempt - b.attempt;
}

const inText = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

/** Fields that are named. */
function named<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function setIn(ids: Set<number>, id: number, isIn: boolean): void {
  if (isIn) ids.add(id);
  else ids.delete(id);
}

/** How many of `ids`, which ascend, are less than `id`. */
function placeIn(ids: readonly number[], id: number): number {
  let low = 0, high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function removeFrom(ids: number[], id: number): void {
  ids.splice(placeIn(ids, id), 1);
}
