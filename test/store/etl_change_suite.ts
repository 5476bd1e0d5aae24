// How an ETL store tells of changes: counts, revisions, and what is removed.

import { afterEach, beforeEach, expect, test } from "vitest";
import { ETL_RUN_STATUSES, type EtlRunStatus } from "../../src/core/etl/run.ts";
import type { EtlStore } from "../../src/core/etl/store.ts";
import {
  draft,
  fireAt,
  HOUR_MS,
  kept,
  lease,
  NOON,
  type OpenedEtlStore,
  outcome,
  startedRun,
} from "./etl_examples.ts";

export function etlChangeSuite(open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  let opened: OpenedEtlStore;
  let store: EtlStore;
  let other: EtlStore;
  beforeEach(async () => {
    opened = await open();
    ({ store, other } = opened);
  });
  afterEach(() => opened.close());

  test("countRuns counts what each write makes of it", async () => {
    const held = await lease(store);
    const expectCounts = async (some: Partial<Record<EtlRunStatus, number>>) => {
      const none = Object.fromEntries(ETL_RUN_STATUSES.map((status) => [status, 0]));
      expect(await other.countRuns()).toEqual({ ...none, ...some });
    };
    await expectCounts({});
    await store.addRun(draft({ idempotencyKey: "k" }));
    await store.addRun(draft({ idempotencyKey: "k" }));
    await store.plan(held, { name: "dummy", schedule: "s", plannedUpTo: NOON, nextAt: null }, [
      fireAt(NOON),
      fireAt(NOON + 1, { status: "MISSED", attempts: [] }),
    ]);
    await expectCounts({ PENDING: 2, MISSED: 1 });
    const { run } = await startedRun(store, held);
    await expectCounts({ PENDING: 2, MISSED: 1, STARTED: 1 });
    await store.decide(held, run.id, run.revision, { run: { status: "FAILURE", end: NOON + HOUR_MS } });
    await store.decide(held, run.id, run.revision, { run: { status: "SUCCESS" } });
    await expectCounts({ PENDING: 2, MISSED: 1, FAILURE: 1 });
    await store.removeRuns(NOON + HOUR_MS, 9);
    await expectCounts({ PENDING: 2, FAILURE: 1 });
  });

  test("revision and changedSince tell each change of a run once, in order", async () => {
    const held = await lease(store);
    expect(await store.revision()).toBe(0);
    expect(await store.changedSince(0, 9)).toEqual([]);
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) ids.push((await store.addRun(draft())).run.id);
    const start = await store.revision();
    expect((await store.changedSince(0, 9)).map(({ id }) => id)).toEqual(ids);
    await store.askCancel(ids[3]!, null, NOON);
    const { run, attempts } = await kept(store, ids[0]!);
    await store.decide(held, ids[0]!, run.revision, {
      run: { status: "STARTED", start: NOON },
      attempts: [{ id: attempts[0]!.id, queuedAt: NOON }],
    });
    const ofRuns = async (after: number, limit = 9) =>
      (await other.changedSince(after, limit)).map(({ id }) => id);
    expect(await ofRuns(start)).toEqual([ids[3], ids[0]]);
    expect(await ofRuns(0)).toEqual([ids[1], ids[2], ids[4], ids[3], ids[0]]);
    expect(await ofRuns(0, 2)).toEqual([ids[1], ids[2]]);

    const changed = async (work: () => Promise<unknown>) => {
      const before = await store.revision();
      await work();
      const runs = await store.changedSince(before, 9);
      expect(await store.revision()).toBe(runs.at(-1)?.revision ?? before);
      return runs.map(({ id }) => id);
    };
    const id = attempts[0]!.id, w = { id: "w1", host: "machine", pid: 1, startedAt: NOON, slots: 1 };
    expect(await changed(() => store.begin(id, w, NOON))).toEqual([ids[0]]);
    expect(await changed(() => store.notePid(id, "w1", 5, "x"))).toEqual([ids[0]]);
    expect(await changed(() => store.appendLog(id, [{ at: NOON, stream: "stdout", text: "x" }], false)))
      .toEqual([]);
    expect(await changed(() => store.beat(w, [id]))).toEqual([]);
    expect(await changed(() => store.askCancel(ids[3]!, null, NOON))).toEqual([]);
    const end = outcome({ status: "FAILURE", exitCode: 1, reason: "exit_code" });
    expect(await changed(() => store.end(id, "w2", end))).toEqual([]);
    expect(await changed(() => store.end(id, "w1", end))).toEqual([ids[0]]);
    const fires = [fireAt(NOON), fireAt(NOON + 1)];
    const planned = await changed(() =>
      store.plan(held, { name: "dummy", schedule: "s", plannedUpTo: NOON, nextAt: null }, fires)
    );
    expect(planned).toHaveLength(2);
  });

  test("changedSince leaves nothing out that several write at once", async () => {
    const seen = new Set<number>();
    let position = 0, isDone = false;
    const reading = (async () => {
      for (let last = false; !last;) {
        last = isDone;
        for (const run of await other.changedSince(position, 7)) {
          expect(run.revision).toBeGreaterThan(position);
          position = run.revision;
          seen.add(run.id);
          last = false;
        }
        await new Promise((wake) => setTimeout(wake, 1));
      }
    })();
    const added = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? store : other).addRun(draft())),
    );
    isDone = true;
    await reading;
    expect([...seen].sort((a, b) => a - b)).toEqual(added.map(({ run }) => run.id).sort((a, b) => a - b));
  });

  test("removeRuns removes what ended before, with attempts and logs, as many as asked for", async () => {
    const held = await lease(store);
    const { run: active, attempts } = await startedRun(store, held);
    await store.appendLog(attempts[0]!.id, [{ at: NOON, stream: "stdout", text: "x" }], false);
    const ended: number[] = [];
    for (let i = 0; i < 4; i++) {
      const { run } = await store.addRun(
        fireAt(NOON + i, { status: "SKIPPED", end: NOON + i, idempotencyKey: `${i}` }),
      );
      ended.push(run.id);
    }
    const [gone] = await store.attemptsOf([ended[0]!]);
    await store.appendLog(gone!.id, [{ at: NOON, stream: "stderr", text: "y" }], false);
    expect(await store.removeRuns(NOON, 9)).toBe(0);
    expect(await store.removeRuns(NOON + 3, 2)).toBe(2);
    expect(await store.removeRuns(NOON + 3, 9)).toBe(1);
    expect((await store.runs({ limit: 9 })).map(({ id }) => id)).toEqual([ended[3], active.id]);
    expect(await store.run(ended[0]!)).toBeUndefined();
    expect(await store.attemptsOf(ended)).toHaveLength(2);
    expect(await store.log(gone!.id, 0, 9)).toEqual({ lines: [], total: 0 });
    expect((await store.log(attempts[0]!.id, 0, 9)).total).toBe(1);
    expect((await store.changedSince(0, 9)).map(({ id }) => id)).toEqual([active.id, ended[3]]);
    expect(await store.removeRuns(NOON + 4, 9)).toBe(1);
    const { run, isNew } = await store.addRun(fireAt(NOON, { idempotencyKey: "0" }));
    expect(isNew).toBe(true);
    expect(run.id, "an id is never given again").toBeGreaterThan(ended[3]!);
  });
}
