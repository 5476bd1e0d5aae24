// The scheduler as it runs by itself: its lease, its pace, its end. Timers are driven.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { etlScheduler, SCHEDULER_LEASE, type SchedulerParts } from "../../src/etl/scheduler.ts";
import { startDraft } from "../../src/etl/start.ts";
import { memoryEtlStore } from "../../src/store/etl_memory.ts";
import { failed, outcome, snapshot } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Two schedulers of two processes over one store, by the clock of the timers. */
async function two(parts: Partial<SchedulerParts> = {}) {
  const store = memoryEtlStore(Date.now);
  const here = await world();
  const process = (holder: string) => {
    const end = new AbortController();
    const scheduler = etlScheduler({
      ...here.parts,
      store,
      now: Date.now,
      monotonic: Date.now,
      ...parts,
      holder,
    });
    return { scheduler, end, done: scheduler.run(end.signal) };
  };
  const begin = async () => {
    for (const id of here.offered.splice(0)) await store.begin(id, { id: "w", host: "h" }, Date.now());
  };
  const start = async (one = snapshot(undefined, { overlap: "allow" })) =>
    (await store.addRun(startDraft(one, {}, Date.now()))).run.id;
  const status = async (id: number) => (await store.run(id))!.run.status;
  return { store, process, begin, start, status, errors: here.errors };
}

describe("run", () => {
  test("looks each half second, or when it is poked", async () => {
    const { process, start, status } = await two();
    const one = process("one");
    await vi.advanceTimersByTimeAsync(10);
    const first = await start();
    await vi.advanceTimersByTimeAsync(300);
    expect(await status(first)).toBe("PENDING");
    one.scheduler.poke();
    await vi.advanceTimersByTimeAsync(1);
    expect(await status(first)).toBe("STARTED");
    const second = await start();
    await vi.advanceTimersByTimeAsync(500);
    expect(await status(second)).toBe("STARTED");
    one.end.abort();
    await one.done;
  });

  test("gives its lease back at its end, so that the next one works a second later", async () => {
    const { store, process, start, status } = await two();
    const one = process("one");
    await vi.advanceTimersByTimeAsync(100);
    const other = process("two");
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await store.lease(SCHEDULER_LEASE))!.holder).toBe("one");
    one.end.abort();
    await vi.advanceTimersByTimeAsync(0);
    await one.done;
    const id = await start();
    await vi.advanceTimersByTimeAsync(1_500);
    expect((await store.lease(SCHEDULER_LEASE))!.holder).toBe("two");
    expect(await status(id)).toBe("STARTED");
    other.end.abort();
    await other.done;
  });

  test("notes at its end what has ended by then, and begins nothing", async () => {
    const { store, process, begin, start, status } = await two();
    const one = process("one");
    const first = await start();
    await vi.advanceTimersByTimeAsync(600);
    await begin();
    const second = await start();
    await store.end((await store.run(first))!.attempts[0]!.id, "w", outcome(Date.now()));
    one.end.abort();
    await vi.advanceTimersByTimeAsync(0);
    await one.done;
    expect([await status(first), await status(second)]).toEqual(["SUCCESS", "PENDING"]);
  });

  test("takes over within a period and five seconds of one that says nothing any more", async () => {
    const { store, process, start, status } = await two();
    await store.takeLease(SCHEDULER_LEASE, "killed", 15_000);
    const other = process("two");
    const id = await start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await status(id)).toBe("STARTED");
    other.end.abort();
    await other.done;
  });

  test("stops deciding when another took its lease, tells its workers, and stands by again", async () => {
    const lost: string[] = [];
    const { store, process, start, status } = await two({ onLost: () => lost.push("lost") });
    const one = process("one");
    await vi.advanceTimersByTimeAsync(100);
    // As when its process slept for longer than the period.
    const mine = (await store.lease(SCHEDULER_LEASE))!;
    await store.releaseLease(mine);
    const taken = (await store.takeLease(SCHEDULER_LEASE, "two", 15_000))!;
    const id = await start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await status(id)).toBe("PENDING");
    expect(lost).toEqual(["lost"]);
    await store.releaseLease(taken);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await status(id)).toBe("STARTED");
    one.end.abort();
    await one.done;
  });

  test("goes on after a fault, and past a run that it cannot decide on", async () => {
    const { process, start, status, errors } = await two();
    const broken = await start(snapshot([{ id: "a", needs: ["nothing"] }], { name: "broken" }));
    const one = process("one");
    const id = await start();
    await vi.advanceTimersByTimeAsync(600);
    expect(await status(id)).toBe("STARTED");
    expect(await status(broken)).toBe("PENDING");
    expect(errors[0]).toBeInstanceOf(TypeError);
    one.end.abort();
    await one.done;
  });

  test("tells of runs that ended, and does not wait for a letter when it has to end", async () => {
    const told: number[] = [];
    const { store, process, begin, start } = await two({
      notify: ({ id }) => {
        told.push(id);
        return new Promise(() => {});
      },
    });
    const one = process("one");
    const id = await start(snapshot(undefined, { onFailure: [{ mail: "ana@example.org" }] }));
    await vi.advanceTimersByTimeAsync(600);
    await begin();
    const [attempt] = (await store.run(id))!.attempts;
    await store.end(attempt!.id, "w", failed(Date.now()));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(told).toEqual([id]);
    one.end.abort();
    await vi.advanceTimersByTimeAsync(0);
    await one.done;
  });
});
