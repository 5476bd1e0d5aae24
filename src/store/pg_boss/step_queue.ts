// Steps that are shared by the workers of several machines, over pg-boss: a job is one attempt's number and means "look
// at it". It is done with once a worker has it: the store tells who performs an attempt, and the scheduler offers again
// what nobody began.

import { PgBoss } from "pg-boss";
import { Problem } from "../../core/problem.ts";
import type { StepQueue } from "../../etl/step_process.ts";

const QUEUE = "etl_step";
const SCHEMA = "caudal_queue";
/** How often a worker with room looks for steps, in ms. */
const LOOK_MS = 400;
/** Between attempts while the database is gone, in ms. */
const AWAY_MS = 2_000;
/** Jobs that nobody took, in s: their attempts are offered again long before. */
const RETENTION_S = 24 * 60 * 60;

type Options = {
  readonly databaseUrl: string;
  /** Hears once of a database that is gone, until it is back. */
  readonly onError: (error: unknown) => void;
};

/** Connects when first used. Through a pooler it neither listens nor keeps anything in a session. */
export function sharedQueue({ databaseUrl, onError }: Options): StepQueue {
  let opened: Promise<PgBoss> | undefined;
  let isAway = false;
  /** Ends the pause between two looks: what is offered by this process is there at once. */
  let wake = () => {};

  const tell = (error: unknown) => {
    if (!isAway) onError(error);
    isAway = true;
  };

  async function open(): Promise<PgBoss> {
    const boss = new PgBoss({
      connectionString: databaseUrl,
      schema: SCHEMA,
      max: 2,
      application_name: "caudal",
      schedule: false,
    });
    boss.on("error", tell);
    try {
      await boss.start();
      // At most one job of an attempt waits.
      await boss.createQueue(QUEUE, {
        policy: "short",
        retryLimit: 0,
        retentionSeconds: RETENTION_S,
        deleteAfterSeconds: 60,
      });
    } catch (cause) {
      await boss.stop({ graceful: false }).catch(() => {});
      throw new Problem("unavailable", "No se puede usar la cola de pasos de la base", [], { cause });
    }
    return boss;
  }

  async function bossHere(): Promise<PgBoss> {
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  }

  async function take(limit: number): Promise<number[]> {
    const boss = await bossHere();
    const jobs = await boss.fetch<{ attempt: number }>(QUEUE, { batchSize: limit });
    if (jobs.length > 0) await boss.complete(QUEUE, jobs.map(({ id }) => id));
    isAway = false;
    return jobs.map(({ data }) => data.attempt);
  }

  return {
    async offer(attemptId) {
      const boss = await bossHere();
      await boss.send(QUEUE, { attempt: attemptId }, { singletonKey: String(attemptId) });
      wake();
    },

    async work(slots, perform, signal) {
      const running = new Set<Promise<void>>();
      while (!signal.aborted) {
        let wait = LOOK_MS;
        const offered = new Promise<void>((resolve) => wake = resolve);
        try {
          for (const attemptId of running.size < slots ? await take(slots - running.size) : []) {
            const done: Promise<void> = perform(attemptId).finally(() => running.delete(done));
            running.add(done);
          }
        } catch (error) {
          tell(error);
          wait = AWAY_MS;
        }
        await pause(wait, signal, running.size >= slots ? [...running] : [offered]);
      }
      await Promise.allSettled(running);
    },

    async close() {
      const boss = await opened?.catch(() => undefined);
      await boss?.stop({ graceful: false });
    },
  };
}

/** Ends early when one of `work` does, or when `signal` aborts. */
async function pause(ms: number, signal: AbortSignal, work: readonly Promise<void>[]): Promise<void> {
  let end = () => {};
  const rest = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
  await Promise.race([rest, ...work]);
  signal.removeEventListener("abort", end);
  end();
}
