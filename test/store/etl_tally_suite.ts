// What an ETL store tells of all runs that ended, without reading them.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { EtlLease, EtlStore } from "../../src/core/etl/store.ts";
import { draft, fireAt, lease, NOON, type OpenedEtlStore } from "./etl_examples.ts";

export function etlTallySuite(open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  let opened: OpenedEtlStore;
  let store: EtlStore;
  let held: EtlLease;
  beforeEach(async () => {
    opened = await open();
    ({ store } = opened);
    held = await lease(store);
  });
  afterEach(() => opened.close());

  /** A run that begins and ends at these times; where `scheduledAt` is told it was for that instant. */
  async function ended(
    name: string,
    status: "SUCCESS" | "FAILURE" | "CANCELLED",
    times: { readonly start: number | null; readonly end: number; readonly scheduledAt?: number },
  ): Promise<void> {
    const { start, end, scheduledAt } = times;
    const { run } = await store.addRun(
      scheduledAt === undefined ? draft({ name }) : fireAt(scheduledAt, { name }),
    );
    let { revision } = run;
    if (start !== null) {
      await store.decide(held, run.id, revision, { run: { status: "STARTED", start } });
      revision = (await store.run(run.id))!.run.revision;
    }
    await store.decide(held, run.id, revision, { run: { status, end } });
  }

  test("tallies is empty before anything ended, and does not count what goes on", async () => {
    const { run } = await store.addRun(draft());
    await store.decide(held, run.id, run.revision, { run: { status: "STARTED", start: NOON } });
    expect(await store.tallies()).toEqual([]);
  });

  test("tallies counts runs by sequence and status, with their durations to the millisecond", async () => {
    await ended("b", "SUCCESS", { start: NOON, end: NOON + 1_001 });
    await ended("b", "SUCCESS", { start: NOON + 5_000, end: NOON + 5_020 });
    await ended("b", "FAILURE", { start: NOON + 7, end: NOON + 10 });
    // Cancelled before it began: no duration.
    await ended("a", "CANCELLED", { start: null, end: NOON + 3 });
    const none = { lastScheduledAt: null, lastLatenessMs: null };
    expect(await store.tallies()).toEqual([
      { name: "a", status: "CANCELLED", runs: 1, began: 0, durationMs: 0, lastEnd: NOON + 3, ...none },
      { name: "b", status: "FAILURE", runs: 1, began: 1, durationMs: 3, lastEnd: NOON + 10, ...none },
      { name: "b", status: "SUCCESS", runs: 2, began: 2, durationMs: 1_021, lastEnd: NOON + 5_020, ...none },
    ]);
  });

  test("tallies counts runs that end where they begin", async () => {
    await store.addRun(draft({ status: "FAILURE", end: NOON + 1, reason: "validation", attempts: [] }));
    await store.addRun(fireAt(NOON, { status: "MISSED", attempts: [] }));
    expect((await store.tallies()).map(({ status, runs, began, lastEnd }) => [status, runs, began, lastEnd]))
      .toEqual([["FAILURE", 1, 0, NOON + 1], ["MISSED", 1, 0, NOON]]);
  });

  test("tallies tells how late the last began that was for an instant", async () => {
    await ended("a", "SUCCESS", { scheduledAt: NOON, start: NOON + 250, end: NOON + 300 });
    await ended("a", "SUCCESS", { scheduledAt: NOON + 60_000, start: NOON + 61_500, end: NOON + 62_000 });
    // By hand: nothing to be late for.
    await ended("a", "SUCCESS", { start: NOON + 90_000, end: NOON + 90_001 });
    expect(await store.tallies()).toEqual([{
      name: "a",
      status: "SUCCESS",
      runs: 3,
      began: 3,
      durationMs: 50 + 500 + 1,
      lastEnd: NOON + 90_001,
      lastScheduledAt: NOON + 60_000,
      lastLatenessMs: 1_500,
    }]);
  });

  test("tallies counts each run once, whatever changes of it after its end, and for ever", async () => {
    await ended("a", "FAILURE", { start: NOON, end: NOON + 5 });
    const [run] = await store.runs({ limit: 1 });
    await store.decide(held, run!.id, run!.revision, { run: { notified: "SUCCESS" } });
    await store.askCancel(run!.id, "ana", NOON + 9);
    const before = await store.tallies();
    expect(before.map(({ runs }) => runs)).toEqual([1]);
    expect(await store.removeRuns(NOON + 6, 9)).toBe(1);
    expect(await store.tallies()).toEqual(before);
    await ended("a", "FAILURE", { start: NOON, end: NOON + 5 });
    expect((await store.tallies()).map(({ runs, durationMs }) => [runs, durationMs])).toEqual([[2, 10]]);
  });
}
