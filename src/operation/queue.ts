// The queue of the worker: what was asked for and waits, what it does, what failed; taking out of it and asking again.

import { ALREADY_ASKED, type AskedKind, type Journal, type Run } from "../core/journal.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { TASK_NAMES, type TaskName } from "../core/synchronizer.ts";
import { TASK_SCHEMAS } from "./synchronizers.ts";

const ASKED = ["task", "synchronizer"] as const satisfies readonly AskedKind[];
/** More than ever wait: one of each name. */
const MOST_WAITING = 10_000;

export type Queue = {
  /** In the order in which they will begin. */
  readonly waiting: readonly Run[];
  readonly running: readonly Run[];
  /** The newest first. */
  readonly failed: readonly Run[];
};

/** `failed` is how many of those that failed are told. */
export async function readQueue(journal: Journal, failed: number): Promise<Queue> {
  const of = (status: Run["status"], limit: number) =>
    journal.history({ kinds: ASKED, statuses: [status], limit });
  return {
    waiting: (await of("PENDING", MOST_WAITING)).reverse(),
    running: await of("STARTED", MOST_WAITING),
    failed: await of("FAILURE", failed),
  };
}

/**
 * Takes one that waits out of the queue: it ends as failed, by `account`.
 * Errors: Problem `not_found`, `conflict` for one that has begun.
 */
export async function cancelWaiting(journal: Journal, id: number, account: string, at: number): Promise<Run> {
  await askedRun(journal, id);
  if (!await journal.withdrawRun(id, at, withdrawnBy(account))) {
    throw new Problem("conflict", `La corrida ${id} ya no espera`);
  }
  return await askedRun(journal, id);
}

/** Takes all that wait out of the queue; what begins meanwhile goes on. Answers how many. */
export async function emptyQueue(journal: Journal, account: string, at: number): Promise<number> {
  const { waiting } = await readQueue(journal, 0);
  let withdrawn = 0;
  for (const { id } of waiting) if (await journal.withdrawRun(id, at, withdrawnBy(account))) withdrawn++;
  return withdrawn;
}

/**
 * Asks again for what failed, with what it was asked then; of a synchronizer with the stages and the node of then.
 * Errors: Problem `not_found`, `conflict` for one that did not fail or whose like waits or runs, `invalid` for a task
 * that may no longer be asked so.
 */
export async function askAgain(journal: Journal, id: number, at: number): Promise<Run> {
  const { kind, name, about, status } = await askedRun(journal, id);
  if (status !== "FAILURE") throw new Problem("conflict", `La corrida ${id} no falló`);
  if (kind === "task") {
    const task = TASK_NAMES.find((one) => one === name);
    if (!task || !isAskable(task, about ?? {})) {
      throw new Problem("invalid", `La tarea "${name}" ya no se puede pedir como en la corrida ${id}`);
    }
  }
  // The time that it was due at is over: asked by hand, it stands for all until now.
  const { due: _, ...asked } = about ?? {};
  try {
    return await journal.requestRun(kind as AskedKind, name!, asked, at);
  } catch (error) {
    if (!(error instanceof Problem && error.message === ALREADY_ASKED)) throw error;
    throw new Problem("conflict", `"${name}" ya espera o está corriendo`, [], { cause: error });
  }
}

const isAskable = (task: TaskName, about: JsonObject) => TASK_SCHEMAS[task].safeParse(about).success;

const withdrawnBy = (account: string) => ({ error: `Quitada de la cola por ${account}` });

async function askedRun(journal: Journal, id: number): Promise<Run> {
  const run = await journal.run(id);
  if (!run || !ASKED.some((kind) => kind === run.kind)) {
    throw new Problem("not_found", `No hay una corrida ${id} que se haya pedido`);
  }
  return run;
}
