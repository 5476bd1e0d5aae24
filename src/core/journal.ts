// Port of the journal: which runs there were, how they ended and what they told. The record of what ran,
// whoever ran it.

export const RUN_STATUSES = ["STARTED", "SUCCESS", "FAILURE"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export type RunKind = "harvest" | "publish" | "dump";

export type Run = {
  readonly id: number;
  readonly kind: RunKind;
  readonly status: RunStatus;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** What the run tells of itself, as JSON; null until it ends. */
  readonly report: unknown;
};

export interface Journal {
  startRun(kind: RunKind, at: number): Promise<Run>;
  finishRun(id: number, status: "SUCCESS" | "FAILURE", at: number, report: unknown): Promise<void>;
  /** Undefined where no run has that id. */
  run(id: number): Promise<Run | undefined>;
  /** Newest first. */
  runs(kind: RunKind, limit: number): Promise<Run[]>;
  /** Ends runs whose process is gone, as FAILURE; the caller holds the lock that such a run would hold. */
  abandonRuns(kind: RunKind, at: number): Promise<number>;
}
