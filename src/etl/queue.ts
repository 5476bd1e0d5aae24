// Steps that are handed on within one process: whoever schedules runs them too.

import type { StepQueue } from "./step_process.ts";

/** What is offered while it waits is there once; what is lost with the process is offered again by the next scheduler. */
export function queueInProcess(): StepQueue {
  const waiting = new Set<number>();
  const wakes = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of wakes) wake();
  };

  return {
    offer(attemptId) {
      waiting.add(attemptId);
      wakeAll();
      return Promise.resolve();
    },

    async work(slots, perform, signal) {
      const running = new Set<Promise<void>>();
      signal.addEventListener("abort", wakeAll);
      while (!signal.aborted) {
        for (const attemptId of waiting) {
          if (running.size >= slots) break;
          waiting.delete(attemptId);
          const done: Promise<void> = perform(attemptId).finally(() => {
            running.delete(done);
            wakeAll();
          });
          running.add(done);
        }
        await new Promise<void>((resolve) => {
          const wake = () => {
            wakes.delete(wake);
            resolve();
          };
          wakes.add(wake);
        });
      }
      signal.removeEventListener("abort", wakeAll);
      await Promise.allSettled(running);
    },

    close: () => Promise.resolve(),
  };
}
