// Rows of sequences, modules, schedules and workers of the ETL.

import * as z from "zod";
import type { Sequence } from "../core/etl/sequence.ts";
import type { ScheduleState } from "../core/etl/store.ts";
import { Problem } from "../core/problem.ts";
import type { EtlDesk } from "../etl/desk.ts";
import { firstFires } from "../etl/fires.ts";
import { SCHEDULER_LEASE } from "../etl/scheduler.ts";
import {
  EtlRunAnswer,
  FaultAnswer,
  plannedAnswer,
  QueueAnswer,
  queueAnswer,
  runAnswer,
  ScheduleAnswer,
  workerAnswer,
  WorkersAnswer,
} from "./etl_answers.ts";
import type { Operation } from "./operation.ts";

export type EtlContext = { readonly etl: EtlDesk; readonly now: () => number };

const NEXT_FIRES = 5;
const HISTORY = 20;

const SequenceAnswer = z.object({
  name: z.string(),
  enabled: z.boolean(),
  steps: z.number(),
  schedules: z.number(),
  overlap: z.string(),
  last_run: EtlRunAnswer.nullable(),
});

const sequenceOf = async (etl: EtlDesk, name: string): Promise<Sequence> => {
  const sequence = (await etl.project()).sequences.get(name);
  if (!sequence) throw new Problem("not_found", `No hay una secuencia "${name}" que se pueda usar`);
  return sequence;
};

/** `states`: what the store knows of all schedules. */
function schedulesOf(
  { name, enabled, schedules }: Sequence,
  states: readonly ScheduleState[],
  now: number,
  count: number,
) {
  return schedules.map((schedule) => ({
    name,
    schedule: schedule.key,
    cron: schedule.cron,
    timezone: schedule.timezone,
    misfire: schedule.misfire,
    enabled,
    next: firstFires(schedule, now, Infinity, count).map((at) => new Date(at).toISOString()),
    ...plannedAnswer(states.find((state) => state.name === name && state.schedule === schedule.key)),
  }));
}

async function sequenceAnswer(etl: EtlDesk, { name, enabled, steps, schedules, overlap }: Sequence) {
  const [last] = await etl.store.runs({ name, limit: 1 });
  return {
    name,
    enabled,
    steps: steps.length,
    schedules: schedules.length,
    overlap,
    last_run: last ? runAnswer(last) : null,
  };
}

const ScheduleKey = z.strictObject({ name: z.string(), schedule: z.string() });

async function setPaused(
  { etl }: EtlContext,
  { name, schedule }: z.infer<typeof ScheduleKey>,
  by: string | null,
  at: number | null,
) {
  const state = await etl.store.pauseSchedule(name, schedule, by, at);
  if (!state) throw new Problem("not_found", `La secuencia "${name}" no tiene el horario "${schedule}"`);
}

export const ETL_OPERATIONS: readonly Operation<EtlContext>[] = [
  {
    id: "etl.sequences",
    method: "get",
    path: "/etl/sequences",
    role: "viewer",
    summary: "Secuencias que se pueden usar, con su última corrida, y qué anda mal en los archivos",
    answer: z.object({ sequences: z.array(SequenceAnswer), faults: z.array(FaultAnswer) }),
    async run({ etl }) {
      const { sequences, faults } = await etl.project();
      return {
        sequences: await Promise.all([...sequences.values()].map((one) => sequenceAnswer(etl, one))),
        faults,
      };
    },
  },
  {
    id: "etl.sequence",
    method: "get",
    path: "/etl/sequences/:name",
    role: "viewer",
    summary: "Una secuencia: sus pasos como se correrían, sus horarios y sus últimas corridas",
    answer: z.object({
      name: z.string(),
      enabled: z.boolean(),
      overlap: z.string(),
      concurrency_group: z.string().nullable(),
      plan: z.array(z.object({
        step: z.string(),
        module: z.string(),
        argv: z.array(z.string()),
        cwd: z.string(),
        environment: z.array(z.string()),
        timeout_seconds: z.number(),
        limits: z.record(z.string(), z.number()),
      })),
      schedules: z.array(ScheduleAnswer),
      runs: z.array(EtlRunAnswer),
    }),
    async run({ etl, now }, { params }) {
      const sequence = await sequenceOf(etl, params.name!);
      const plan = await etl.dryRun(sequence.name);
      return {
        name: sequence.name,
        enabled: sequence.enabled,
        overlap: sequence.overlap,
        concurrency_group: sequence.concurrencyGroup ?? null,
        plan: plan.map(({ timeoutSeconds, ...step }) => ({ ...step, timeout_seconds: timeoutSeconds })),
        schedules: schedulesOf(sequence, await etl.store.schedules(), now(), NEXT_FIRES),
        runs: (await etl.store.runs({ name: sequence.name, limit: HISTORY })).map(runAnswer),
      };
    },
  },
  {
    id: "etl.validate",
    method: "get",
    path: "/etl/faults",
    role: "viewer",
    summary: "Todo lo que anda mal en secuencias y módulos, o en una secuencia",
    query: z.strictObject({ name: z.string().optional() }),
    answer: z.object({ faults: z.array(FaultAnswer) }),
    run: async ({ etl }, { query: { name } }) => ({ faults: await etl.validate(name) }),
  },
  {
    id: "etl.modules",
    method: "get",
    path: "/etl/modules",
    role: "viewer",
    summary: "Módulos y cómo se los corre",
    answer: z.object({
      modules: z.array(z.object({
        name: z.string(),
        command: z.array(z.string()),
        cwd: z.string(),
        timeout_seconds: z.number(),
        secrets: z.array(z.string()).describe("Sólo sus nombres"),
      })),
    }),
    run: async ({ etl }) => ({
      modules: [...(await etl.project()).modules.values()].map(
        ({ name, command, cwd, timeoutSeconds, secrets }) => ({
          name,
          command,
          cwd,
          timeout_seconds: timeoutSeconds,
          secrets,
        }),
      ),
    }),
  },
  {
    id: "etl.schedules",
    method: "get",
    path: "/etl/schedules",
    role: "viewer",
    summary: "Horarios de todas las secuencias, con las próximas veces de cada uno",
    query: z.strictObject({ next: z.coerce.number().int().min(1).max(100).default(NEXT_FIRES) }),
    answer: z.object({ schedules: z.array(ScheduleAnswer) }),
    async run({ etl, now }, { query: { next } }) {
      const { sequences } = await etl.project();
      const states = await etl.store.schedules();
      return {
        schedules: [...sequences.values()].flatMap((one) => schedulesOf(one, states, now(), next)),
      };
    },
  },
  {
    id: "etl.schedules.pause",
    method: "post",
    path: "/etl/schedules/pause",
    role: "operator",
    summary: "Pone un horario en pausa: lo que le toque mientras tanto no se recupera",
    body: ScheduleKey,
    run: (context, { body, asker }) => setPaused(context, body, asker.name, context.now()),
  },
  {
    id: "etl.schedules.resume",
    method: "post",
    path: "/etl/schedules/resume",
    role: "operator",
    summary: "Saca un horario de la pausa",
    body: ScheduleKey,
    run: (context, { body }) => setPaused(context, body, null, null),
  },
  {
    id: "etl.backfill",
    method: "post",
    path: "/etl/sequences/:name/backfill",
    role: "operator",
    summary: "Pide una corrida por cada vez que un horario tuvo entre dos instantes",
    body: z.strictObject({
      schedule: z.string().optional().describe("Sin él, el único que haya"),
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }).describe("Sin incluirlo"),
    }),
    answer: z.object({ added: z.number(), existing: z.number() }),
    run: ({ etl }, { params, body: { schedule, from, to }, asker }) =>
      etl.backfill(params.name!, {
        ...(schedule !== undefined && { schedule }),
        from: Date.parse(from),
        to: Date.parse(to),
        by: asker.name,
      }),
  },
  {
    id: "etl.queue",
    method: "get",
    path: "/etl/queue",
    role: "viewer",
    summary: "Lo que está en curso y lo que espera su turno",
    answer: QueueAnswer,
    run: async ({ etl }) => queueAnswer(await etl.store.activeRuns()),
  },
  {
    id: "etl.workers",
    method: "get",
    path: "/etl/workers",
    role: "viewer",
    summary: "Quién planifica y quiénes trabajan, y cuándo dieron señales de vida",
    answer: WorkersAnswer,
    async run({ etl }) {
      const lease = await etl.store.lease(SCHEDULER_LEASE);
      const text = (ms: number) => new Date(ms).toISOString();
      return {
        scheduler: lease
          ? {
            holder: lease.holder,
            token: lease.token,
            taken_at: text(lease.takenAt),
            renewed_at: text(lease.renewedAt),
            expires_at: text(lease.expiresAt),
          }
          : null,
        workers: (await etl.store.workers()).map(workerAnswer),
      };
    },
  },
];
