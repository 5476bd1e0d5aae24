// Runs, attempts and stores for the tests of ETL stores.

import type { AttemptDraft, AttemptOutcome, RunDraft } from "../../src/core/etl/run.ts";
import type { Sequence, SequenceSnapshot } from "../../src/core/etl/sequence.ts";
import { NO_RETRIES } from "../../src/core/etl/sequence.ts";
import type { EtlLease, EtlStore, EtlWorker, RunWithAttempts } from "../../src/core/etl/store.ts";

export type OpenedEtlStore = {
  readonly store: EtlStore;
  /** The same data by another connection, where there are any. */
  readonly other: EtlStore;
  /** Lets at least so much time pass by the clock of the database. */
  readonly advance: (ms: number) => Promise<void>;
  readonly close: () => Promise<void> | void;
};

/** Any instant: 2026-11-21T12:00:00.123Z. */
export const NOON = Date.UTC(2026, 10, 21, 12, 0, 0, 123);
export const HOUR_MS = 3_600_000;

/** A sequence whose steps run one after the other. */
export function snapshot(name = "dummy", steps = 2): SequenceSnapshot {
  const sequence: Sequence = {
    name,
    steps: Array.from({ length: steps }, (_, i) => ({
      id: `${i + 1}`,
      module: "copy",
      needs: i === 0 ? [] : [`${i}`],
      when: "success",
      continueOnError: false,
      retries: NO_RETRIES,
    })),
    schedules: [],
    overlap: "skip",
    enabled: true,
    onFailure: [],
    onRecovery: [],
  };
  return {
    sequence,
    modules: {
      copy: {
        name: "copy",
        command: ["/bin/cp", "ñ \"'\\ 😀"],
        confFlag: "--conf",
        env: {},
        secrets: [],
        cwd: "project",
        timeoutSeconds: 3600,
        killGraceSeconds: 10,
        maxOutputMB: 10,
      },
    },
  };
}

export function step(stepIndex: number, more: Partial<AttemptDraft> = {}): AttemptDraft {
  return {
    stepIndex,
    stepId: `${stepIndex + 1}`,
    attempt: 1,
    name: "copy",
    input: null,
    output: null,
    conf: null,
    ...more,
  };
}

export function draft(more: Partial<RunDraft> = {}): RunDraft {
  const name = more.name ?? "dummy";
  return {
    name,
    requestedAt: NOON,
    trigger: "manual",
    snapshot: snapshot(name),
    attempts: [step(0), step(1)],
    ...more,
  };
}

export const fireAt = (scheduledAt: number, more: Partial<RunDraft> = {}): RunDraft =>
  draft({ trigger: "schedule", schedule: "* * * * * UTC", scheduledAt, ...more });

export const outcome = (more: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  status: "SUCCESS",
  end: NOON + 1_000,
  exitCode: 0,
  signal: null,
  reason: null,
  message: null,
  peakMemoryBytes: null,
  fingerprint: null,
  summary: null,
  ...more,
});

export const worker = (id = "w1", more: Partial<EtlWorker> = {}): Omit<EtlWorker, "heartbeatAt"> => ({
  id,
  host: "machine",
  pid: 77,
  startedAt: NOON,
  slots: 2,
  ...more,
});

export async function lease(store: EtlStore, holder = "one"): Promise<EtlLease> {
  const taken = await store.takeLease("scheduler", holder, HOUR_MS);
  if (!taken) throw new Error("The lease is another's");
  return taken;
}

/** The run as the store has it. */
export async function kept(store: EtlStore, id: number): Promise<RunWithAttempts> {
  const found = await store.run(id);
  if (!found) throw new Error(`No run ${id}`);
  return found;
}

/** A run that is STARTED, whose first attempt is handed to the workers. */
export async function startedRun(
  store: EtlStore,
  held: EtlLease,
  more: Partial<RunDraft> = {},
): Promise<RunWithAttempts> {
  const { run } = await store.addRun(draft(more));
  const { attempts } = await kept(store, run.id);
  await store.decide(held, run.id, run.revision, {
    run: { status: "STARTED", start: NOON + 10 },
    attempts: [{ id: attempts[0]!.id, queuedAt: NOON + 20 }],
  });
  return await kept(store, run.id);
}

/** The same, begun by a worker. */
export async function begunRun(
  store: EtlStore,
  held: EtlLease,
  workerId = "w1",
  more: Partial<RunDraft> = {},
): Promise<RunWithAttempts> {
  const { attempts } = await startedRun(store, held, more);
  const begun = await store.begin(attempts[0]!.id, { id: workerId, host: "machine" }, NOON + 30);
  if (!begun) throw new Error("It did not begin");
  return begun;
}
