// What happens next with one run: a pure function of what is kept of it and of what else goes on. Whoever has the lease
// applies the decision; where the run changed meanwhile it is made anew. Steps come in an order in which those that one
// needs are before it, so one pass over them settles all.
//
//   PENDING ─▶ STARTED ─▶ SUCCESS · FAILURE · CANCELLED        PENDING ─▶ SKIPPED · CANCELLED
//
// A run that has failed begins no further step but those for `failure` and `always`; what runs is let end. One that is
// asked to end begins none: what waits is CANCELLED, its workers end what runs.

import type { AttemptDraft, AttemptStatus, EtlRun, StepAttempt } from "../core/etl/run.ts";
import type { Step } from "../core/etl/sequence.ts";
import type { Decision, RunWithAttempts } from "../core/etl/store.ts";
import { textOfFailure } from "./decide_text.ts";
import { attemptAt } from "./draft.ts";
import { mayRetry, pauseMs } from "./decide_retry.ts";
import type { Room } from "./room.ts";
import { replacementOf, type Traffic, turnOf } from "./traffic.ts";

/** What was handed to the workers and not begun for so long is handed to them again: the queue may have lost it. */
const OFFER_AGAIN_MS = 30_000;

export type Circumstances = {
  readonly traffic: Traffic;
  /** Places are taken from it. */
  readonly room: Room;
  /** Ids of attempts whose worker is gone. */
  readonly lost: ReadonlySet<number>;
  /** Epoch ms. */
  readonly now: number;
  /** 0 <= random < 1. */
  readonly random: () => number;
};

type AttemptChange = NonNullable<Decision["attempts"]>[number];
/** The last attempt at a step, as it is once the decision holds. */
type Latest = { -readonly [Field in keyof StepAttempt]: StepAttempt[Field] };

const isWaiting = (status: AttemptStatus) => status === "PENDING" || status === "RETRYING";
const isOver = (status: AttemptStatus) => !isWaiting(status) && status !== "STARTED";
/** CANCELLED without anybody having asked for it: its worker had to go. */
const isFailed = (status: AttemptStatus) => status === "FAILURE" || status === "CANCELLED";

/** Undefined: nothing changes for now. */
export function decideRun({ run, attempts }: RunWithAttempts, at: Circumstances): Decision | undefined {
  const draft = new Draft(run, attempts);
  for (const last of draft.latest) {
    if (last.status === "STARTED" && at.lost.has(last.id)) {
      draft.change(last, { status: "FAILURE", end: at.now, reason: "lost", message: LOST });
    }
  }
  const ending = endingOf(draft, at);
  if (ending) endRun(draft, ending, at.now);
  else goOn(draft, at);
  return draft.decision();
}

const LOST = "El proceso que corría el paso dejó de dar señales";

class Draft {
  readonly run: EtlRun;
  readonly steps: readonly Step[];
  /** By index of the step. */
  readonly latest: Latest[];
  #run: Decision["run"];
  readonly #changes = new Map<number, AttemptChange>();
  readonly #added: AttemptDraft[] = [];

  constructor(run: EtlRun, attempts: readonly StepAttempt[]) {
    this.run = run;
    this.steps = run.snapshot.sequence.steps;
    this.latest = [];
    for (const attempt of attempts) this.latest[attempt.stepIndex] = { ...attempt };
  }

  change(last: Latest, change: Omit<AttemptChange, "id">): void {
    Object.assign(last, change);
    this.#changes.set(last.id, { ...this.#changes.get(last.id), ...change, id: last.id });
  }

  add(last: Latest, attempt: AttemptDraft): void {
    this.#added.push(attempt);
    last.status = "RETRYING";
  }

  changeRun(change: Decision["run"]): void {
    this.#run = { ...this.#run, ...change };
  }

  get isOver(): boolean {
    return this.latest.every(({ status }) => isOver(status));
  }

  decision(): Decision | undefined {
    const attempts = [...this.#changes.values()];
    if (!this.#run && attempts.length === 0 && this.#added.length === 0) return;
    return {
      ...(this.#run ? { run: this.#run } : {}),
      ...(attempts.length > 0 ? { attempts } : {}),
      ...(this.#added.length > 0 ? { newAttempts: this.#added } : {}),
    };
  }
}

/** Why a run has to end before its steps are done. `isNew`: nobody has been told yet. */
type Ending = { readonly isNew: boolean; readonly isTimeout: boolean; readonly message: string };

function endingOf({ run, isOver }: Draft, { traffic, now }: Circumstances): Ending | undefined {
  if (run.cancelAskedAt !== null) {
    const message = run.message ??
      (run.cancelAskedBy === null ? "Se pidió cancelarla" : `La canceló ${run.cancelAskedBy}`);
    return { isNew: false, isTimeout: run.reason === "timeout", message };
  }
  if (isOver) return;
  const newer = replacementOf(run, traffic);
  if (newer !== undefined) {
    return { isNew: true, isTimeout: false, message: `La reemplazó la corrida ${newer}` };
  }
  const { timeoutSeconds } = run.snapshot.sequence;
  if (run.start !== null && timeoutSeconds !== undefined && now - run.start >= timeoutSeconds * 1_000) {
    return { isNew: true, isTimeout: true, message: `La corrida superó sus ${timeoutSeconds} segundos` };
  }
}

function endRun(draft: Draft, { isNew, isTimeout, message }: Ending, now: number): void {
  const reason = isTimeout ? "timeout" : "user";
  if (isNew) draft.changeRun({ cancelAskedAt: now, cancelAskedBy: null, reason, message });
  for (const last of draft.latest) {
    if (isWaiting(last.status)) draft.change(last, { status: "CANCELLED", end: now, reason, message });
  }
  if (!draft.isOver) return;
  if (isTimeout) finish(draft, "FAILURE", { reason, message }, now);
  else finish(draft, "CANCELLED", { reason, message }, now);
}

function goOn(draft: Draft, at: Circumstances): void {
  const { run, steps, latest } = draft;
  const { now, room, random } = at;
  const turn = run.status === "STARTED" ? "begin" : turnOf(run, at.traffic);
  if (turn === "wait") return;
  if (turn !== "begin") {
    const other = turn.skippedFor;
    const message = `La corrida ${other} ${
      at.traffic.started.has(other) ? "está en curso" : "espera su turno"
    }`;
    for (const last of latest) {
      if (isWaiting(last.status)) draft.change(last, { status: "SKIPPED", end: now });
    }
    return draft.changeRun({ status: "SKIPPED", end: now, message });
  }

  const isFailing = steps.some((step, index) =>
    isFailed(latest[index]!.status) && !step.continueOnError && !mayRetry(step, latest[index]!)
  );
  let begins = run.status === "STARTED";
  for (const [index, step] of steps.entries()) {
    const last = latest[index]!;
    if (isFailed(last.status) && mayRetry(step, last) && !(isFailing && step.when === "success")) {
      const notBefore = now + pauseMs(step.retries, last.attempt, random());
      draft.add(last, { ...attemptAt(step, index, last.attempt + 1), status: "RETRYING", notBefore });
      continue;
    }
    if (!isWaiting(last.status)) continue;
    const todo = whatOf(step, draft, isFailing);
    if (todo === "skip") {
      const message = step.when === "failure" ? "No falló nada de lo que espera" : "Otro paso falló antes";
      draft.change(last, { status: "SKIPPED", end: now, message });
    } else if (todo === "run" && (last.notBefore ?? now) <= now) {
      if (last.queuedAt === null ? takePlace(step, run, room) : now - last.queuedAt >= OFFER_AGAIN_MS) {
        draft.change(last, { queuedAt: now });
        begins = true;
      }
    }
  }

  if (draft.isOver) {
    if (run.start === null) draft.changeRun({ start: now });
    const failed = firstFailed(draft);
    if (!failed) return finish(draft, "SUCCESS", { reason: null, message: null }, now);
    const reason = failed.last.status === "CANCELLED" ? "lost" : failed.last.reason;
    return finish(draft, "FAILURE", { reason, message: textOfFailure(failed.step, failed.last) }, now);
  }
  if (run.status === "PENDING" && begins) draft.changeRun({ status: "STARTED", start: now });
}

/** A module that the snapshot has not is told by the worker that tries to run it. */
function takePlace({ module }: Step, { snapshot }: EtlRun, room: Room): boolean {
  return room.take(snapshot.modules[module] ?? { name: module }, snapshot.sequence.concurrencyGroup);
}

function whatOf(step: Step, { steps, latest }: Draft, isFailing: boolean): "run" | "skip" | "wait" {
  if (step.when === "success" && isFailing) return "skip";
  const needed = step.needs.map((id) => steps.findIndex((other) => other.id === id));
  if (!needed.every((index) => isOver(latest[index]!.status))) return "wait";
  if (step.when === "always") return "run";
  const isWrong = (index: number) =>
    isFailed(latest[index]!.status) ||
    (latest[index]!.status === "SKIPPED" && steps[index]!.when === "success");
  if (step.when === "failure") return needed.some(isWrong) ? "run" : "skip";
  return needed.every((index) => !isWrong(index) || steps[index]!.continueOnError) ? "run" : "skip";
}

/** The failure that the run is told by. */
function firstFailed({ steps, latest }: Draft): { step: Step; last: Latest } | undefined {
  return steps
    .map((step, index) => ({ step, last: latest[index]! }))
    .filter(({ step, last }) => isFailed(last.status) && !step.continueOnError)
    .sort((a, b) => (a.last.end ?? 0) - (b.last.end ?? 0))[0];
}

function finish(
  draft: Draft,
  status: "SUCCESS" | "FAILURE" | "CANCELLED",
  why: Pick<EtlRun, "reason" | "message">,
  now: number,
): void {
  const { onFailure, onRecovery } = draft.run.snapshot.sequence;
  const isTold = (status === "FAILURE" && onFailure.length > 0) ||
    (status === "SUCCESS" && onRecovery.length > 0);
  draft.changeRun({ status, end: now, ...why, ...(isTold ? { notified: "PENDING" } : {}) });
}
