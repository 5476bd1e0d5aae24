// A worker of steps: performs the attempts that its queue hands it. All it knows of others is what the store answers:
// whether an attempt is its own, and which it has to end.

import type { AttemptOutcome, EtlRun, StepAttempt } from "../core/etl/run.ts";
import type { StepCommand, StepProcesses, StepQueue } from "./step_process.ts";
import type { EtlStore, EtlWorker } from "../core/etl/store.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { pause } from "./pause.ts";

/** Between two signs of life. */
const BEAT_MS = 2_000;
/** A worker that gave no sign of life for so long counts as gone: its steps are lost. */
export const SILENT_MS = 15_000;
/** One that cannot give any ends its steps before that, and before whoever takes them up begins. */
const ALONE_MS = 10_000;
/** Between attempts at telling the store what was not told yet. */
const AGAIN_MS = 500;

/** Why a step is ended that nobody cancelled. */
const LOST = "lost";

/** Lives as long as its step. */
type Underway = {
  readonly end: AbortController;
  /** Nobody is told of its end any more: it is no longer this worker's. */
  isDisowned: boolean;
};

export type StepWork = {
  readonly store: EtlStore;
  readonly queue: StepQueue;
  readonly processes: StepProcesses;
  /** This worker; `id` is of this process alone. */
  readonly worker: Omit<EtlWorker, "heartbeatAt">;
  /** Epoch ms. */
  readonly now: () => number;
  /**
   * What is to be run, from what the run keeps and what the files say.
   * Errors: Problem with all that is wrong: the step fails as `validation`.
   */
  readonly prepare: (run: EtlRun, attempt: StepAttempt) => Promise<StepCommand>;
  /** Hears of each step that ended here. */
  readonly onEnd: () => void;
  /** Hears of bugs, and once of a store that is gone. */
  readonly onError: (error: unknown) => void;
};

/**
 * Works until `signal` aborts; steps that are under way then have `graceMs()` to end, and are ended after it.
 */
export async function workOnSteps(
  work: StepWork,
  signal: AbortSignal,
  graceMs: () => number,
): Promise<void> {
  const underway = new Map<number, Underway>();
  const endAll = () => {
    for (const { end } of underway.values()) end.abort(LOST);
  };
  const idle = new AbortController();
  const beating = beat(work, underway, endAll, idle.signal);
  let grace: ReturnType<typeof setTimeout> | undefined;
  const onStop = () => grace = setTimeout(endAll, graceMs());
  signal.addEventListener("abort", onStop, { once: true });
  try {
    await work.queue.work(work.worker.slots, (id) => perform(id, work, underway), signal);
  } finally {
    signal.removeEventListener("abort", onStop);
    clearTimeout(grace);
    idle.abort();
    await beating;
    // Who is gone without a word is found by its silence.
    await work.store.leave(work.worker.id).catch(() => {});
  }
}

async function beat(
  { store, worker, now, onError }: StepWork,
  underway: Map<number, Underway>,
  endAll: () => void,
  signal: AbortSignal,
): Promise<void> {
  let heardAt = now();
  let isAlone = false;
  while (!signal.aborted) {
    try {
      for (const id of await store.beat(worker, [...underway.keys()])) underway.get(id)?.end.abort();
      heardAt = now();
      isAlone = false;
    } catch (error) {
      if (!isAlone) onError(error);
      isAlone = true;
      if (now() - heardAt > ALONE_MS) endAll();
    }
    await pause(BEAT_MS, signal);
  }
}

async function perform(id: number, work: StepWork, underway: Map<number, Underway>): Promise<void> {
  const { store, worker, now, onError, onEnd } = work;
  if (underway.has(id)) return;
  const step: Underway = { end: new AbortController(), isDisowned: false };
  try {
    const begun = await store.begin(id, worker, now());
    if (!begun) return;
    underway.set(id, step);
    const attempt = begun.attempts.find((attempt) => attempt.id === id)!;
    const outcome = await runStep(begun.run, attempt, step, work);
    await persist(step, work, () => store.end(id, worker.id, { ...outcome, end: now() }));
    onEnd();
  } catch (error) {
    onError(error);
  } finally {
    underway.delete(id);
  }
}

async function runStep(
  run: EtlRun,
  attempt: StepAttempt,
  step: Underway,
  work: StepWork,
): Promise<Omit<AttemptOutcome, "end">> {
  const { store, processes, worker, prepare } = work;
  let command: StepCommand;
  try {
    command = await prepare(run, attempt);
  } catch (error) {
    if (!(error instanceof Problem)) work.onError(error);
    return {
      status: "FAILURE",
      exitCode: null,
      signal: null,
      reason: "validation",
      message: error instanceof Problem ? error.message : "error interno",
      peakMemoryBytes: null,
      fingerprint: null,
      summary: null,
    };
  }
  let lastLine = "";
  const ended = await processes.run(command, {
    signal: step.end.signal,
    onStart: (pid, processStart) =>
      persist(step, work, () => store.notePid(attempt.id, worker.id, pid, processStart)),
    onLines(lines, isCut) {
      lastLine = lines.findLast(({ stream, text }) => stream === "stdout" && text.trim() !== "")?.text ??
        lastLine;
      return persist(step, work, () => store.appendLog(attempt.id, lines, isCut));
    },
  });
  // Told to end, it was by whoever cancelled the run, or because this worker goes.
  if (ended.reason === "user" && step.end.signal.reason === LOST) {
    return { ...ended, status: "FAILURE", reason: "lost", summary: null };
  }
  return {
    ...ended,
    status: ended.reason === null ? "SUCCESS" : ended.reason === "user" ? "CANCELLED" : "FAILURE",
    summary: ended.reason === null ? summaryOf(lastLine) : null,
  };
}

function summaryOf(line: string): JsonObject | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Tells the store, again and again while it is gone, until the step is lost anyhow. */
async function persist(
  step: Underway,
  { now, onError }: StepWork,
  tell: () => Promise<unknown>,
): Promise<void> {
  const until = now() + SILENT_MS;
  for (let isFirst = true; !step.isDisowned; isFirst = false) {
    try {
      await tell();
      return;
    } catch (error) {
      if (!(error instanceof Problem && error.code === "unavailable")) throw error;
      if (isFirst) onError(error);
      if (now() > until) {
        step.isDisowned = true;
        step.end.abort(LOST);
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
