// Port of what is kept of the runs of sequences, over which schedulers and workers of any number of processes agree.
//
//   anybody    addRun, askCancel, readers
//   scheduler  one of all, by its lease: plan, decide. Each write carries the lease and is refused to an older one
//   worker     begin ─▶ notePid, appendLog, beat ─▶ end: each only while the attempt is this worker's
//
// Whoever decides on a run names the revision it read: a run that changed meanwhile is read again. So no two writers
// ever undo each other, and every method is all or nothing.

import type {
  AttemptDraft,
  AttemptOutcome,
  AttemptStatus,
  EtlRun,
  EtlRunStatus,
  LogLine,
  Reason,
  RunDraft,
  StepAttempt,
  Trigger,
} from "./run.ts";

/** Of the Problem `conflict` that a scheduler gets whose lease is no longer its own. */
export const LEASE_LOST = "Otro proceso tomó el turno de decidir sobre las secuencias";

/** What only one process does at a time. Its end is told by the clock of the database. */
export type EtlLease = { readonly name: string; readonly holder: string; readonly token: number };

export type EtlLeaseState = EtlLease & {
  /** Epoch ms of the database. */
  readonly takenAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
};

/** How far a schedule of a sequence is planned. */
export type ScheduleState = {
  readonly name: string;
  /** Key of the schedule. */
  readonly schedule: string;
  /** Fires up to here are recorded. */
  readonly plannedUpTo: number;
  /** The first fire after that; null where none is to come. */
  readonly nextAt: number | null;
  /** Account that paused it; null: it goes on. */
  readonly pausedBy: string | null;
  readonly pausedAt: number | null;
};

export type RunWithAttempts = {
  readonly run: EtlRun;
  /** By step and attempt. */
  readonly attempts: readonly StepAttempt[];
};

/** What a scheduler decides on one run. Fields that are not named stay. */
export type Decision = {
  readonly run?: Partial<
    Pick<
      EtlRun,
      "status" | "start" | "end" | "reason" | "message" | "cancelAskedAt" | "cancelAskedBy" | "notified"
    >
  >;
  readonly attempts?: readonly {
    readonly id: number;
    readonly status?: AttemptStatus;
    readonly queuedAt?: number | null;
    readonly end?: number;
    readonly reason?: Reason;
    readonly message?: string;
  }[];
  readonly newAttempts?: readonly AttemptDraft[];
};

export type EtlRunQuery = {
  readonly name?: string;
  readonly statuses?: readonly EtlRunStatus[];
  readonly trigger?: Trigger;
  /** Requested at or after, and before; epoch ms. */
  readonly from?: number;
  readonly to?: number;
  /** Only runs with a smaller id: the next page. */
  readonly before?: number;
  readonly limit: number;
};

export type EtlWorker = {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly heartbeatAt: number;
  /** Steps it may run at a time. */
  readonly slots: number;
};

/** What became of all runs of a sequence that ended in one way, those that were removed since among them. */
export type EtlTally = {
  readonly name: string;
  /** Never PENDING nor STARTED. */
  readonly status: EtlRunStatus;
  readonly runs: number;
  /** Those that had begun, and how long they took in all. */
  readonly began: number;
  readonly durationMs: number;
  /** End of the last. */
  readonly lastEnd: number;
  /** Of the last that was for an instant and had begun: that instant, and how much later it began. */
  readonly lastScheduledAt: number | null;
  readonly lastLatenessMs: number | null;
};

export interface EtlStore {
  // Leases
  /** Undefined while it is another's. The token is one more than that of the last holder, who may come again. */
  takeLease(name: string, holder: string, periodMs: number): Promise<EtlLease | undefined>;
  /** Whether it still is the holder's; then for another period. */
  renewLease(lease: EtlLease, periodMs: number): Promise<boolean>;
  releaseLease(lease: EtlLease): Promise<void>;
  /** The last to take it, though it may have run out; undefined where it was given back. */
  lease(name: string): Promise<EtlLeaseState | undefined>;

  // Anybody
  /**
   * A run that waits, or one that ends where it begins. With an idempotency key, or a schedule and instant, that a
   * run has already: that run.
   */
  addRun(draft: RunDraft): Promise<{ readonly run: EtlRun; readonly isNew: boolean }>;
  /** Asks for the end of a run; asked again, or of one that has ended, it changes nothing. Undefined: no such run. */
  askCancel(id: number, by: string | null, at: number): Promise<EtlRun | undefined>;
  run(id: number): Promise<RunWithAttempts | undefined>;
  /** The run that was asked for with an idempotency key. */
  runWithKey(key: string): Promise<EtlRun | undefined>;
  /** Newest first. */
  runs(query: EtlRunQuery): Promise<EtlRun[]>;
  attemptsOf(runIds: readonly number[]): Promise<StepAttempt[]>;
  /** How many runs there are of each status, in all. */
  countRuns(): Promise<Readonly<Record<EtlRunStatus, number>>>;
  /** By name and status; costs as much as there are sequences. */
  tallies(): Promise<EtlTally[]>;
  /** The greatest revision of any run; 0 without any. */
  revision(): Promise<number>;
  /** Runs with a greater revision, in order of revision. */
  changedSince(revision: number, limit: number): Promise<EtlRun[]>;
  /** Lines from this one on, counted from 0, and how many there are in all. */
  log(
    attemptId: number,
    from: number,
    limit: number,
  ): Promise<{ readonly lines: LogLine[]; readonly total: number }>;
  workers(): Promise<EtlWorker[]>;
  schedules(): Promise<ScheduleState[]>;
  /**
   * Pauses, or resumes where `by` is null; fires of the pause are not made up for. Without `at` it is now by the clock of
   * the database. Undefined: no such schedule.
   */
  pauseSchedule(
    name: string,
    schedule: string,
    by: string | null,
    at: number | null,
  ): Promise<ScheduleState | undefined>;

  // The scheduler
  /**
   * Takes in which schedules there are: new ones are planned up to `at` with their `nextAt`, those that are gone are
   * forgotten, the others stay as they are.
   */
  keepSchedules(
    lease: EtlLease,
    schedules: readonly {
      readonly name: string;
      readonly schedule: string;
      readonly nextAt: number | null;
    }[],
    at: number,
  ): Promise<void>;
  /** Those not paused whose next fire is at or before `at`, earliest first. */
  dueSchedules(at: number, limit: number): Promise<ScheduleState[]>;
  /**
   * Records the fires of a schedule and how far it is planned, in one. A fire that has its run already is left out.
   * Errors: Problem `conflict` when the lease is another's.
   */
  plan(
    lease: EtlLease,
    progress: Pick<ScheduleState, "name" | "schedule" | "plannedUpTo" | "nextAt">,
    fires: readonly RunDraft[],
  ): Promise<void>;
  /** Runs that have not ended, with their attempts; oldest first. */
  activeRuns(): Promise<RunWithAttempts[]>;
  /** Runs that have ended and whose notifications wait. */
  runsToNotify(limit: number): Promise<EtlRun[]>;
  /** The last run of a sequence before this one that ended as SUCCESS or FAILURE. */
  lastEnded(name: string, before: number): Promise<EtlRun | undefined>;
  /**
   * False where the run is no longer of that revision: nothing is changed then.
   * Errors: Problem `conflict` when the lease is another's.
   */
  decide(lease: EtlLease, runId: number, revision: number, decision: Decision): Promise<boolean>;
  /** STARTED attempts whose worker gave no sign of life for so long, by the clock of the database. */
  lostAttempts(silentMs: number): Promise<StepAttempt[]>;

  // Workers
  /**
   * Makes an attempt that waits (PENDING or RETRYING, handed to the workers, its run STARTED and not asked to end)
   * this worker's. Undefined: somebody else has it, or it is not to be done any more.
   */
  begin(attemptId: number, worker: { readonly id: string; readonly host: string }, at: number): Promise<
    RunWithAttempts | undefined
  >;
  notePid(attemptId: number, workerId: string, pid: number, processStart: string): Promise<void>;
  appendLog(attemptId: number, lines: readonly LogLine[], isCut: boolean): Promise<void>;
  /**
   * A sign of life of a worker and of what it does. Answers which of these attempts it has to end: their run was asked
   * to end, or they are no longer its.
   */
  beat(worker: Omit<EtlWorker, "heartbeatAt">, attemptIds: readonly number[]): Promise<number[]>;
  /** False where the attempt is no longer this worker's. */
  end(attemptId: number, workerId: string, outcome: AttemptOutcome): Promise<boolean>;
  /** The worker goes: it is no longer listed. */
  leave(workerId: string): Promise<void>;
  /** Attempts with a pid on this host that are STARTED or ended as `lost`: their processes may be alive. */
  attemptsOnHost(host: string): Promise<StepAttempt[]>;
  /** The processes of these are gone for sure. */
  noteReaped(attemptIds: readonly number[]): Promise<void>;

  // Keeping the house
  /** Removes runs that ended before, with attempts and logs; answers how many. */
  removeRuns(endedBefore: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

/** The part that changes nothing. */
export type EtlQueries = Pick<
  EtlStore,
  | "run"
  | "runWithKey"
  | "runs"
  | "attemptsOf"
  | "countRuns"
  | "tallies"
  | "revision"
  | "changedSince"
  | "log"
  | "workers"
  | "schedules"
  | "dueSchedules"
  | "activeRuns"
  | "runsToNotify"
  | "lastEnded"
  | "lostAttempts"
  | "attemptsOnHost"
>;

/** Runs in their order, each with its attempts in theirs. */
export function withTheirs(
  runs: readonly EtlRun[],
  attempts: readonly StepAttempt[],
): RunWithAttempts[] {
  const byRun = Map.groupBy(attempts, ({ runId }) => runId);
  return runs.map((run) => ({ run, attempts: byRun.get(run.id) ?? [] }));
}
