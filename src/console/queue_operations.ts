// Rows of the worker's queue: what waits, runs and failed; taking out of it, asking again.

import * as z from "zod";
import { Problem } from "../core/problem.ts";
import { askAgain, cancelWaiting, emptyQueue, readQueue } from "../operation/queue.ts";
import type { Operation } from "./operation.ts";
import { RunAnswer, runAnswer, type WorkContext } from "./work_operations.ts";

type QueueContext = Pick<WorkContext, "journal" | "now">;

/** Errors: Problem `not_found` for what is no number of a run. */
function runId(id: string): number {
  if (!/^\d{1,15}$/.test(id)) throw new Problem("not_found", `No hay una corrida ${id}`);
  return Number(id);
}

export const QUEUE_OPERATIONS: readonly Operation<QueueContext>[] = [
  {
    id: "queue.list",
    method: "get",
    path: "/queue",
    role: "viewer",
    summary: "La cola: tareas y synchronizers que esperan, en su orden; los que corren; los que fallaron",
    query: z.strictObject({
      failed: z.coerce.number().int().min(0).max(500).default(20).describe(
        "Cuántas fallidas, las últimas primero",
      ),
    }),
    answer: z.object({
      waiting: z.array(RunAnswer),
      running: z.array(RunAnswer),
      failed: z.array(RunAnswer),
    }),
    async run({ journal }, { query: { failed } }) {
      const queue = await readQueue(journal, failed);
      return {
        waiting: queue.waiting.map(runAnswer),
        running: queue.running.map(runAnswer),
        failed: queue.failed.map(runAnswer),
      };
    },
  },
  {
    id: "queue.cancel",
    method: "post",
    path: "/queue/:id/cancel",
    role: "operator",
    summary: "Quita de la cola una corrida que espera; termina como fallida",
    answer: RunAnswer,
    run: async ({ journal, now }, { params, asker }) =>
      runAnswer(await cancelWaiting(journal, runId(params.id!), asker.name, now())),
  },
  {
    id: "queue.retry",
    method: "post",
    path: "/queue/:id/retry",
    role: "operator",
    summary: "Vuelve a pedir una corrida que falló, con lo mismo",
    answer: RunAnswer,
    run: async ({ journal, now }, { params }) => runAnswer(await askAgain(journal, runId(params.id!), now())),
  },
  {
    id: "queue.empty",
    method: "post",
    path: "/queue-empty",
    role: "operator",
    summary: "Quita de la cola todo lo que espera; lo que ya empezó sigue",
    answer: z.object({ cancelled: z.number() }),
    run: async ({ journal, now }, { asker }) => ({
      cancelled: await emptyQueue(journal, asker.name, now()),
    }),
  },
];
