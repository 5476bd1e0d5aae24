// Rows of the worker: tasks asked for, runs with their logs, synchronizers.

import * as z from "zod";
import { type Journal, type Run, RUN_STATUSES, type RunKind } from "../core/journal.ts";
import { Problem } from "../core/problem.ts";
import type { Trail } from "../core/records.ts";
import { type Synchronizer, TASK_NAMES, type TaskName } from "../core/synchronizer.ts";
import { type SynchronizerDesk, SynchronizerSchema, TASK_SCHEMAS } from "../operation/synchronizers.ts";
import type { Operation } from "./operation.ts";

export type WorkContext = {
  readonly journal: Journal;
  readonly trail: Trail;
  readonly synchronizers: SynchronizerDesk;
  /** When a synchronizer is due next, epoch ms. */
  readonly nextDue: (synchronizer: Synchronizer) => number;
  readonly now: () => number;
};

export const RUN_KINDS = [
  "task",
  "synchronizer",
  "harvest",
  "publish",
  "dump",
  "report",
] as const satisfies readonly RunKind[];
const LOG_LINES = 500;

const moment = z.iso.datetime();
export const RunAnswer = z.object({
  id: z.number(),
  kind: z.enum(RUN_KINDS),
  name: z.string().nullable(),
  about: z.record(z.string(), z.unknown()).nullable(),
  status: z.enum(RUN_STATUSES),
  started_at: moment,
  finished_at: moment.nullable(),
  report: z.unknown(),
});
const SynchronizerAnswer = SynchronizerSchema.extend({
  name: z.string(),
  next_due: moment.nullable().describe("La próxima vez; nada si está en pausa"),
  status: z.enum(["RUNNING", "STAND_BY"]),
  last_run: RunAnswer.nullable(),
});

const text = (ms: number) => new Date(ms).toISOString();

/** A run as it is answered. */
export function runAnswer({ id, kind, name, about, status, startedAt, finishedAt, report }: Run) {
  return {
    id,
    kind,
    name,
    about,
    status,
    started_at: text(startedAt),
    finished_at: finishedAt === null ? null : text(finishedAt),
    report,
  };
}

async function synchronizerAnswer(synchronizer: Synchronizer, { journal, nextDue }: WorkContext) {
  const { name, days, time, stages, paused } = synchronizer;
  const [last] = await journal.runs("synchronizer", 1, name);
  return {
    name,
    days,
    time,
    stages,
    paused,
    next_due: paused ? null : text(nextDue(synchronizer)),
    status: last?.status === "PENDING" || last?.status === "STARTED" ? "RUNNING" : "STAND_BY",
    last_run: last ? runAnswer(last) : null,
  };
}

async function runOf(journal: Journal, id: string): Promise<Run> {
  const run = /^\d{1,15}$/.test(id) ? await journal.run(Number(id)) : undefined;
  if (!run) throw new Problem("not_found", `No hay una corrida ${id}`);
  return run;
}

export const WORK_OPERATIONS: readonly Operation<WorkContext>[] = [
  {
    id: "tasks.run",
    method: "post",
    path: "/tasks",
    role: "operator",
    summary: "Pide una tarea: la hace el proceso que trabaja, en cuanto puede",
    body: z.strictObject({ task: z.enum(TASK_NAMES), about: z.record(z.string(), z.unknown()).default({}) }),
    answer: RunAnswer,
    async run({ journal, now }, { body: { task, about } }) {
      const checked = TASK_SCHEMAS[task as TaskName].safeParse(about);
      if (!checked.success) {
        const issues = checked.error.issues.map(({ path, message }) => ({
          path: ["about", ...path].join("."),
          message,
        }));
        throw new Problem("invalid", `No se puede pedir ${task} así`, issues);
      }
      return runAnswer(await journal.requestRun("task", task, about, now()));
    },
  },
  {
    id: "runs.list",
    method: "get",
    path: "/runs",
    role: "viewer",
    summary: "Corridas de una clase, las últimas primero",
    query: z.strictObject({
      kind: z.enum(RUN_KINDS).default("task"),
      name: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    answer: z.object({ runs: z.array(RunAnswer) }),
    run: async ({ journal }, { query: { kind, name, limit } }) => ({
      runs: (await journal.runs(kind, limit, name)).map(runAnswer),
    }),
  },
  {
    id: "runs.history",
    method: "get",
    path: "/history",
    role: "viewer",
    summary: "Corridas de todas las clases, las últimas primero; `before` pide la página que sigue",
    query: z.strictObject({
      kind: z.enum(RUN_KINDS).optional(),
      status: z.string().optional().describe(
        `Uno o varios, separados por comas: ${RUN_STATUSES.join(", ")}; los demás no son de ninguna`,
      ),
      name: z.string().optional(),
      from: z.iso.datetime({ offset: true }).optional().describe("Empezadas desde entonces"),
      to: z.iso.datetime({ offset: true }).optional().describe("Y antes de entonces"),
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    answer: z.object({ runs: z.array(RunAnswer), next_before: z.number().nullable() }),
    async run({ journal }, { query: { kind, status, name, from, to, before, limit } }) {
      const asked = status?.split(",").map((one: string) => one.trim());
      const runs = await journal.history({
        kinds: kind === undefined ? RUN_KINDS : [kind],
        ...(asked && { statuses: RUN_STATUSES.filter((one) => asked.includes(one)) }),
        ...(name !== undefined && { name }),
        ...(from !== undefined && { from: Date.parse(from) }),
        ...(to !== undefined && { to: Date.parse(to) }),
        ...(before !== undefined && { before }),
        limit: limit + 1,
      });
      const page = runs.slice(0, limit);
      return { runs: page.map(runAnswer), next_before: runs.length > limit ? page.at(-1)!.id : null };
    },
  },
  {
    id: "runs.get",
    method: "get",
    path: "/runs/:id",
    role: "viewer",
    summary: "Una corrida",
    answer: RunAnswer,
    run: async ({ journal }, { params }) => runAnswer(await runOf(journal, params.id!)),
  },
  {
    id: "runs.log",
    method: "get",
    path: "/runs/:id/log",
    role: "viewer",
    summary: "Lo que una corrida fue diciendo, por partes: `after` es el último renglón que ya se tiene",
    query: z.strictObject({ after: z.coerce.number().int().min(0).default(0) }),
    answer: z.object({ lines: z.array(z.object({ id: z.number(), at: moment, text: z.string() })) }),
    async run({ journal, trail }, { params, query: { after } }) {
      const { id } = await runOf(journal, params.id!);
      const entries = await trail.entries("run", { subject: String(id), after, limit: LOG_LINES });
      return {
        lines: entries.map(({ id, at, entry }) => ({
          id,
          at: text(at),
          text: (entry as { text: string }).text,
        })),
      };
    },
  },
  {
    id: "synchronizers.list",
    method: "get",
    path: "/synchronizers",
    role: "viewer",
    summary: "Synchronizers: cuándo corren, sus etapas y cómo les fue",
    answer: z.object({ synchronizers: z.array(SynchronizerAnswer) }),
    run: async (context) => ({
      synchronizers: await Promise.all(
        (await context.synchronizers.list()).map((one) => synchronizerAnswer(one, context)),
      ),
    }),
  },
  {
    id: "synchronizers.get",
    method: "get",
    path: "/synchronizers/:name",
    role: "viewer",
    summary: "Un synchronizer",
    answer: SynchronizerAnswer,
    run: async (context, { params }) =>
      await synchronizerAnswer(await context.synchronizers.get(params.name!), context),
  },
  {
    id: "synchronizers.save",
    method: "put",
    path: "/synchronizers/:name",
    role: "operator",
    summary: "Crea o cambia un synchronizer",
    body: SynchronizerSchema,
    answer: SynchronizerAnswer,
    run: async (context, { params, body }) =>
      await synchronizerAnswer(await context.synchronizers.save(params.name!, body), context),
  },
  {
    id: "synchronizers.remove",
    method: "delete",
    path: "/synchronizers/:name",
    role: "operator",
    summary: "Elimina un synchronizer",
    run: ({ synchronizers }, { params }) => synchronizers.remove(params.name!),
  },
  {
    id: "synchronizers.duplicate",
    method: "post",
    path: "/synchronizers/:name/duplicate",
    role: "operator",
    summary: "Duplica un synchronizer con otro nombre",
    body: z.strictObject({ name: z.string() }),
    answer: SynchronizerAnswer,
    run: async (context, { params, body: { name } }) =>
      await synchronizerAnswer(await context.synchronizers.duplicate(params.name!, name), context),
  },
  {
    id: "synchronizers.run",
    method: "post",
    path: "/synchronizers/:name/run",
    role: "operator",
    summary: "Pide que un synchronizer corra ahora, para todos los nodos o para uno",
    body: z.strictObject({ node: z.string().min(1).optional() }),
    answer: RunAnswer,
    run: async ({ synchronizers }, { params, body: { node } }) =>
      runAnswer(await synchronizers.runNow(params.name!, node)),
  },
  {
    id: "synchronizers.restore",
    method: "post",
    path: "/synchronizers-defaults",
    role: "admin",
    summary: "Elimina todos los synchronizers y vuelve a crear los de fábrica",
    answer: z.object({ synchronizers: z.array(SynchronizerAnswer) }),
    run: async (context) => ({
      synchronizers: await Promise.all(
        (await context.synchronizers.restoreDefaults()).map((one) => synchronizerAnswer(one, context)),
      ),
    }),
  },
];
