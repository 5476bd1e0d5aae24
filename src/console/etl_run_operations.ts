// Rows of runs of the ETL: history, start, end, taking up, logs and what happens as it happens.

import * as z from "zod";
import { ETL_RUN_STATUSES, type EtlRunStatus, isFinal, TRIGGERS } from "../core/etl/run.ts";
import type { EtlRunQuery, RunWithAttempts } from "../core/etl/store.ts";
import { Problem } from "../core/problem.ts";
import type { EtlDesk } from "../etl/desk.ts";
import {
  attemptAnswer,
  EtlRunAnswer,
  EtlRunDetailAnswer,
  lineAnswer,
  LogLineAnswer,
  runAnswer,
} from "./etl_answers.ts";
import type { EtlContext } from "./etl_operations.ts";
import { eventStream, type StreamEvent } from "./event_stream.ts";
import type { Asked, Operation } from "./operation.ts";
import { Refusal } from "./refusal.ts";

const LOG_LINES = 1_000;
/** Runs that one action on all that match may touch, and how many are read at a time. */
const MOST_AT_ONCE = 10_000;
const READ_AT_ONCE = 500;
const EVENTS_AT_ONCE = 200;

const instant = z.iso.datetime({ offset: true });
const Filter = z.strictObject({
  name: z.string().optional(),
  status: z.string().optional().describe(`Uno o varios, separados por comas: ${ETL_RUN_STATUSES.join(", ")}`),
  trigger: z.enum(TRIGGERS).optional().describe("Cómo empezaron"),
  from: instant.optional().describe("Pedidas desde entonces"),
  to: instant.optional().describe("Y antes de entonces"),
});

function queryOf(filter: z.infer<typeof Filter>, limit: number, before?: number): EtlRunQuery {
  const statuses = filter.status?.split(",").map((status) => status.trim()).filter((status) => status !== "");
  const unknown = statuses?.find((status) => !(ETL_RUN_STATUSES as readonly string[]).includes(status));
  if (unknown !== undefined) {
    throw new Problem("invalid", `status: "${unknown}" no es un estado: ${ETL_RUN_STATUSES.join(", ")}`, [
      { path: "status", message: "no es un estado" },
    ]);
  }
  return {
    ...(filter.name !== undefined && { name: filter.name }),
    ...(statuses !== undefined && { statuses: statuses as EtlRunQuery["statuses"] & object }),
    ...(filter.trigger !== undefined && { trigger: filter.trigger }),
    ...(filter.from !== undefined && { from: Date.parse(filter.from) }),
    ...(filter.to !== undefined && { to: Date.parse(filter.to) }),
    ...(before !== undefined && { before }),
    limit,
  };
}

async function runOf(etl: EtlDesk, id: string): Promise<RunWithAttempts> {
  const found = /^\d{1,15}$/.test(id) ? await etl.store.run(Number(id)) : undefined;
  if (!found) throw new Problem("not_found", `No hay una corrida ${id}`);
  return found;
}

function keyOf({ headers }: Asked): { idempotencyKey?: string } {
  const key = headers.get("idempotency-key");
  if (key === null) return {};
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Problem("invalid", "Idempotency-Key: se esperan de 1 a 200 caracteres visibles");
  }
  return { idempotencyKey: key };
}

/** `Range: lines=100-199`, both ends included, or `lines=100-`; undefined also for another unit than lines. */
function rangeOf(headers: Headers): { from: number; limit: number } | undefined {
  const range = headers.get("range");
  if (range === null || !range.startsWith("lines=")) return undefined;
  const [, from, to] = /^lines=(\d{1,12})-(\d{0,12})$/.exec(range) ?? [];
  if (from === undefined || (to !== "" && Number(to) < Number(from))) {
    throw new Refusal(416, `Range: se espera lines=N-M, no "${range}"`);
  }
  const limit = to === "" ? LOG_LINES : Math.min(Number(to) - Number(from) + 1, LOG_LINES);
  return { from: Number(from), limit };
}

const BulkAnswer = z.object({
  done: z.array(z.number()),
  refused: z.array(z.object({ id: z.number(), reason: z.string() })),
});

/** Of which runs each action on all that match is one. */
const ACTS_ON = {
  cancel: ["PENDING", "STARTED"],
  retry: ["FAILURE", "CANCELLED"],
} as const satisfies Record<string, readonly EtlRunStatus[]>;

/**
 * Ids of the runs that match and that the action is for, oldest first; failed ones where no state is told of retries.
 * Errors: Problem `invalid` for more than one request may touch.
 */
async function matching(
  etl: EtlDesk,
  action: keyof typeof ACTS_ON,
  filter: z.infer<typeof Filter>,
): Promise<number[]> {
  const query = queryOf(filter, READ_AT_ONCE);
  const asked: readonly EtlRunStatus[] = query.statuses ??
    (action === "retry" ? ["FAILURE"] : ACTS_ON.cancel);
  const statuses = ACTS_ON[action].filter((status) => asked.includes(status));
  const ids: number[] = [];
  for (let before = query.before; statuses.length > 0;) {
    const runs = await etl.store.runs({ ...query, statuses, ...(before !== undefined && { before }) });
    ids.push(...runs.map(({ id }) => id));
    if (ids.length > MOST_AT_ONCE) {
      throw new Problem("invalid", `Coinciden más de ${MOST_AT_ONCE} corridas: acote el filtro`);
    }
    if (runs.length < READ_AT_ONCE) break;
    before = runs.at(-1)!.id;
  }
  return ids.reverse();
}

/** Does something to each run; what is refused does not keep the others. */
async function toAll(ids: readonly number[], act: (id: number) => Promise<unknown>) {
  const done: number[] = [];
  const refused: { id: number; reason: string }[] = [];
  for (const id of ids) {
    try {
      await act(id);
      done.push(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.push({ id, reason: error.message });
    }
  }
  return { done, refused };
}

export const ETL_RUN_OPERATIONS: readonly Operation<EtlContext>[] = [
  {
    id: "etl.runs",
    method: "get",
    path: "/etl/runs",
    role: "viewer",
    summary: "Corridas de secuencias, las últimas primero; `before` pide la página que sigue",
    query: Filter.extend({
      before: z.coerce.number().int().min(1).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    answer: z.object({ runs: z.array(EtlRunAnswer), next_before: z.number().nullable() }),
    async run({ etl }, { query: { before, limit, ...filter } }) {
      const runs = await etl.store.runs(queryOf(filter, limit + 1, before));
      const page = runs.slice(0, limit);
      return { runs: page.map(runAnswer), next_before: runs.length > limit ? page.at(-1)!.id : null };
    },
  },
  {
    id: "etl.runs.start",
    method: "post",
    path: "/etl/runs",
    role: "operator",
    summary: "Pide una corrida; con Idempotency-Key, el mismo pedido otra vez da la misma",
    body: z.strictObject({ name: z.string(), from_step: z.string().optional() }),
    answer: EtlRunAnswer,
    async run({ etl }, asked) {
      const { name, from_step } = asked.body;
      const started = await etl.start(name, {
        by: asked.asker.name,
        ...keyOf(asked),
        ...(from_step !== undefined && { fromStep: from_step }),
      });
      return runAnswer(started.run);
    },
  },
  {
    id: "etl.runs.cancel_all",
    method: "post",
    path: "/etl/runs/cancel",
    role: "operator",
    summary: "Cancela todas las corridas sin terminar que coinciden",
    body: Filter,
    answer: BulkAnswer,
    run: async ({ etl }, { body, asker }) =>
      await toAll(await matching(etl, "cancel", body), (id) => etl.cancel(id, asker.name)),
  },
  {
    id: "etl.runs.retry_all",
    method: "post",
    path: "/etl/runs/retry",
    role: "operator",
    summary: "Retoma todas las corridas fallidas que coinciden, cada una desde su paso que falló",
    body: Filter,
    answer: BulkAnswer,
    run: async ({ etl }, { body, asker }) =>
      await toAll(
        await matching(etl, "retry", body),
        // Asked twice, a run is taken up once.
        (id) => etl.retry(id, { by: asker.name, idempotencyKey: `retry-all:${id}` }),
      ),
  },
  {
    id: "etl.runs.matching",
    method: "get",
    path: "/etl/runs/matching",
    role: "viewer",
    summary: "A cuántas corridas tocaría cancelar o retomar todas las que coinciden",
    query: Filter.extend({ action: z.enum(["cancel", "retry"]) }),
    answer: z.object({ runs: z.number() }),
    run: async ({ etl }, { query: { action, ...filter } }) => ({
      runs: (await matching(etl, action, filter)).length,
    }),
  },
  {
    id: "etl.runs.events",
    method: "get",
    path: "/etl/events",
    role: "viewer",
    summary: "Cada cambio de estado, mientras pasa (SSE); Last-Event-ID o `after` retoma",
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
    answer: "text/event-stream",
    async run({ etl }, { headers, closing, query: { after } }) {
      const place = headers.get("last-event-id");
      if (place !== null && !/^\d{1,15}$/.test(place)) {
        throw new Problem("invalid", "Last-Event-ID: se espera un número");
      }
      let revision: number = place === null ? after ?? await etl.store.revision() : Number(place);
      return eventStream(async () => {
        const runs = await etl.store.changedSince(revision, EVENTS_AT_ONCE);
        revision = runs.at(-1)?.revision ?? revision;
        return runs.map((run): StreamEvent => ({
          id: String(run.revision),
          event: "run",
          data: runAnswer(run),
        }));
      }, closing);
    },
  },
  {
    id: "etl.runs.get",
    method: "get",
    path: "/etl/runs/:id",
    role: "viewer",
    summary: "Una corrida, con cada intento de cada paso",
    answer: EtlRunDetailAnswer,
    run: async ({ etl }, { params }) => detail(await runOf(etl, params.id!)),
  },
  {
    id: "etl.runs.cancel",
    method: "post",
    path: "/etl/runs/:id/cancel",
    role: "operator",
    summary: "Cancela una corrida; otra vez, o ya terminada, no cambia nada",
    answer: EtlRunAnswer,
    run: async ({ etl }, { params, asker }) => {
      const { run } = await runOf(etl, params.id!);
      return runAnswer(await etl.cancel(run.id, asker.name));
    },
  },
  {
    id: "etl.runs.retry",
    method: "post",
    path: "/etl/runs/:id/retry",
    role: "operator",
    summary: "Retoma una corrida desde el primer paso que no terminó bien; con Idempotency-Key, una sola vez",
    body: z.strictObject({
      latest: z.boolean().default(false).describe("Con los archivos de ahora, no con los que tuvo"),
    }),
    answer: EtlRunAnswer,
    async run({ etl }, asked) {
      const { run } = await runOf(etl, asked.params.id!);
      const taken = await etl.retry(run.id, {
        by: asked.asker.name,
        latest: asked.body.latest,
        ...keyOf(asked),
      });
      return runAnswer(taken.run);
    },
  },
  {
    id: "etl.runs.log",
    method: "get",
    path: "/etl/runs/:id/attempts/:attempt/log",
    role: "viewer",
    summary:
      `Renglones de un intento, hasta ${LOG_LINES} por vez: con \`from\`, o con Range: lines=N-M (responde 206)`,
    query: z.strictObject({ from: z.coerce.number().int().min(0).default(0) }),
    answer: z.object({ lines: z.array(LogLineAnswer), total: z.number() }),
    async run({ etl }, { params, headers, query }) {
      const { attempts } = await runOf(etl, params.id!);
      const attempt = attempts.find(({ id }) => String(id) === params.attempt);
      if (!attempt) {
        throw new Problem("not_found", `La corrida ${params.id} no tiene el intento ${params.attempt}`);
      }
      const range = rangeOf(headers);
      const { from, limit } = range ?? { from: query.from as number, limit: LOG_LINES };
      const { lines, total } = await etl.store.log(attempt.id, from, limit);
      const answer = { lines: lines.map((line, i) => lineAnswer(line, from + i)), total };
      if (!range) return answer;
      if (from >= total) {
        throw new Refusal(416, `El registro tiene ${total} renglones`, {
          headers: { "content-range": `lines */${total}` },
        });
      }
      return new Response(JSON.stringify(answer), {
        status: 206,
        headers: {
          "content-type": "application/json",
          "content-range": `lines ${from}-${from + lines.length - 1}/${total}`,
        },
      });
    },
  },
  {
    id: "etl.runs.follow",
    method: "get",
    path: "/etl/runs/:id/events",
    role: "viewer",
    summary:
      "Lo que pasa con una corrida, y lo que dicen sus pasos, mientras pasa (SSE); Last-Event-ID retoma",
    query: z.strictObject({ after: z.string().optional() }),
    answer: "text/event-stream",
    async run({ etl }, { params, headers, closing, query: { after } }) {
      const { run } = await runOf(etl, params.id!);
      return eventStream(follow(etl, run.id, headers.get("last-event-id") ?? after ?? ""), closing);
    },
  },
];

const detail = ({ run, attempts }: RunWithAttempts) => ({
  ...runAnswer(run),
  attempts: attempts.map(attemptAnswer),
});

/** Where a listener is: the revision it knows, and the lines it has of each attempt, `12;7:40,8:3`. */
function readPlace(text: string): { revision: number; lines: Map<number, number> } {
  const [revision = "", counts = ""] = text.split(";");
  const lines = new Map<number, number>();
  for (const [, attempt, count] of counts.matchAll(/(\d{1,15}):(\d{1,12})/g)) {
    lines.set(Number(attempt), Number(count));
  }
  return { revision: /^\d{1,15}$/.test(revision) ? Number(revision) : -1, lines };
}

/** State first, then lines; once it has ended and everything is told, the end. */
function follow(etl: EtlDesk, id: number, place: string): () => Promise<readonly StreamEvent[] | undefined> {
  const known = readPlace(place);
  const placeText = () =>
    `${known.revision};${[...known.lines].map(([attempt, count]) => `${attempt}:${count}`)}`;
  return async () => {
    const found = await etl.store.run(id);
    if (!found) return undefined;
    const { run, attempts } = found;
    const events: StreamEvent[] = [];
    if (run.revision > known.revision) {
      known.revision = run.revision;
      events.push({ id: placeText(), event: "run", data: detail(found) });
    }
    for (const attempt of attempts) {
      const from = known.lines.get(attempt.id) ?? 0;
      if (attempt.logLines <= from) continue;
      const { lines } = await etl.store.log(attempt.id, from, LOG_LINES);
      if (lines.length === 0) continue;
      known.lines.set(attempt.id, from + lines.length);
      events.push({
        id: placeText(),
        event: "log",
        data: { attempt: attempt.id, lines: lines.map((line, i) => lineAnswer(line, from + i)) },
      });
    }
    return events.length === 0 && isFinal(run.status) ? undefined : events;
  };
}
