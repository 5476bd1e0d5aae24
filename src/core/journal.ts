// Port of the journal: which runs there were, how they ended and what they told. The record of what ran,
// whoever ran it.

import type { JsonObject } from "./json.ts";

export const RUN_STATUSES = ["PENDING", "STARTED", "SUCCESS", "FAILURE"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What the program does; `task` and `synchronizer` are asked for, and have runs of the others inside. */
export type RunKind = "harvest" | "publish" | "dump" | "report" | AskedKind;
export type AskedKind = "task" | "synchronizer";

export type Run = {
  readonly id: number;
  readonly kind: RunKind;
  /** What was asked for, of those kinds that are; else null. */
  readonly name: string | null;
  readonly about: JsonObject | null;
  readonly status: RunStatus;
  /** Epoch ms; of a run that waits, when it was asked for. */
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** What the run tells of itself, as JSON; null until it ends. */
  readonly report: unknown;
};

/** Which runs of the history; what is absent does not narrow it. */
export type RunHistoryQuery = {
  readonly kinds: readonly RunKind[];
  readonly statuses?: readonly RunStatus[];
  readonly name?: string;
  /** Started at or after, and before; epoch ms. */
  readonly from?: number;
  readonly to?: number;
  /** Only runs with a smaller id: the next page. */
  readonly before?: number;
  readonly limit: number;
};

export interface Journal {
  startRun(kind: RunKind, at: number): Promise<Run>;
  /**
   * Asks whoever works on this journal for a run, which waits as PENDING.
   * Errors: Problem `conflict` while one of that kind and name waits or runs.
   */
  requestRun(kind: AskedKind, name: string, about: JsonObject, at: number): Promise<Run>;
  /** Starts the oldest run that waits: one caller's each, however many ask at once. */
  claimRun(at: number): Promise<Run | undefined>;
  /** Ends a run that waits as FAILURE, unless it has begun by then: whether it did. */
  withdrawRun(id: number, at: number, report: unknown): Promise<boolean>;
  finishRun(id: number, status: "SUCCESS" | "FAILURE", at: number, report: unknown): Promise<void>;
  /** Undefined where no run has that id. */
  run(id: number): Promise<Run | undefined>;
  /** Newest first; with a name, those of it. */
  runs(kind: RunKind, limit: number, name?: string): Promise<Run[]>;
  /** Of several kinds, by id, the newest first. */
  history(query: RunHistoryQuery): Promise<Run[]>;
  /** Ends runs that have started and whose process is gone, as FAILURE; the caller holds the lock that such a run would hold. */
  abandonRuns(kind: RunKind, at: number): Promise<number>;
}

/** What an engine tells of a run that is asked for twice. */
export const ALREADY_ASKED = "Ya está corriendo una tarea";
