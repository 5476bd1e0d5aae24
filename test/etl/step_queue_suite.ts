// What any queue of steps does: each attempt that is offered is looked at by a worker with room, by one at a time.

import { describe, expect, it } from "vitest";
import type { StepQueue } from "../../src/etl/step_process.ts";

export type OpenQueues = {
  readonly scheduler: StepQueue;
  readonly workers: readonly StepQueue[];
};

/** `open` gives queues without anything in them, which the suite closes. */
export function stepQueueSuite(name: string, open: () => Promise<OpenQueues>): void {
  describe(`step queue, ${name}`, () => {
    it("hands each attempt that is offered to one of the workers", async () => {
      await withQueues(async ({ scheduler, workers }) => {
        const end = new AbortController();
        const taken: number[] = [];
        const working = workers.map((queue) =>
          queue.work(2, (id) => {
            taken.push(id);
            return Promise.resolve();
          }, end.signal)
        );
        const offered = Array.from({ length: 40 }, (_, i) => i + 1);
        for (const id of offered) await scheduler.offer(id);
        await until(() => taken.length >= offered.length);
        end.abort();
        await Promise.all(working);
        expect(taken.toSorted((a, b) => a - b)).toEqual(offered);
      });
    });

    it("hands on what waited before there was a worker, once however often it was offered", async () => {
      await withQueues(async ({ scheduler, workers: [worker] }) => {
        for (const id of [7, 7, 8, 7]) await scheduler.offer(id);
        const end = new AbortController();
        const taken: number[] = [];
        const working = worker!.work(1, (id) => {
          taken.push(id);
          return Promise.resolve();
        }, end.signal);
        await until(() => taken.length >= 2);
        await scheduler.offer(9);
        await until(() => taken.includes(9));
        end.abort();
        await working;
        expect(taken.toSorted()).toEqual([7, 8, 9]);
      });
    });

    it("never performs more at a time than there are slots, and starts the next as one ends", async () => {
      await withQueues(async ({ scheduler, workers: [worker] }) => {
        for (const id of [1, 2, 3, 4, 5]) await scheduler.offer(id);
        const end = new AbortController();
        const ends: (() => void)[] = [];
        let most = 0;
        let finished = 0;
        const working = worker!.work(2, () => {
          const { promise, resolve } = Promise.withResolvers<void>();
          ends.push(resolve);
          most = Math.max(most, ends.length - finished);
          return promise;
        }, end.signal);
        for (let i = 0; i < 5; i++) {
          await until(() => ends.length > i);
          finished++;
          ends[i]!();
        }
        end.abort();
        await working;
        expect(most).toBe(2);
      });
    });

    it("takes nothing more once it is to end, and ends when what is under way has", async () => {
      await withQueues(async ({ scheduler, workers: [worker] }) => {
        const end = new AbortController();
        const started = Promise.withResolvers<void>(), goOn = Promise.withResolvers<void>();
        const taken: number[] = [];
        let hasEnded = false;
        const working = worker!.work(1, async (id) => {
          taken.push(id);
          started.resolve();
          await goOn.promise;
        }, end.signal).then(() => hasEnded = true);
        await scheduler.offer(1);
        await started.promise;
        await scheduler.offer(2);
        end.abort();
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(hasEnded).toBe(false);
        goOn.resolve();
        await working;
        expect(taken).toEqual([1]);
      });
    });
  });

  async function withQueues(test: (queues: OpenQueues) => Promise<void>) {
    const queues = await open();
    try {
      await test(queues);
    } finally {
      for (const queue of new Set([queues.scheduler, ...queues.workers])) await queue.close();
    }
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
