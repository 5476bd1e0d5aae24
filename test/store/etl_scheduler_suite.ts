// What the scheduler asks of an ETL store: schedules, and decisions on runs that others change at the same time.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EtlRun } from "../../src/core/etl/run.ts";
import type { EtlLease, EtlStore, ScheduleState } from "../../src/core/etl/store.ts";
import {
  begunRun,
  draft,
  fireAt,
  HOUR_MS,
  kept,
  lease,
  NOON,
  type OpenedEtlStore,
  outcome,
  startedRun,
  step,
} from "./etl_examples.ts";

export function etlSchedulerSuite(open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  let opened: OpenedEtlStore;
  let store: EtlStore;
  let other: EtlStore;
  let held: EtlLease;
  beforeEach(async () => {
    opened = await open();
    ({ store, other } = opened);
    held = await lease(store);
  });
  afterEach(() => opened.close());

  const state = (name: string, schedule: string, more: Partial<ScheduleState> = {}): ScheduleState => ({
    name,
    schedule,
    plannedUpTo: NOON,
    nextAt: null,
    pausedBy: null,
    pausedAt: null,
    ...more,
  });

  describe("keepSchedules", () => {
    test("plans new ones up to now, forgets those that are gone and leaves the others", async () => {
      await store.keepSchedules(held, [
        { name: "b", schedule: "1", nextAt: NOON + 60 },
        { name: "a", schedule: "2", nextAt: null },
        { name: "a", schedule: "1", nextAt: NOON + 30 },
      ], NOON);
      expect(await other.schedules()).toEqual([
        state("a", "1", { nextAt: NOON + 30 }),
        state("a", "2"),
        state("b", "1", { nextAt: NOON + 60 }),
      ]);
      await store.pauseSchedule("b", "1", "ana", NOON + 5);
      await store.keepSchedules(held, [
        { name: "b", schedule: "1", nextAt: NOON + 99 },
        { name: "a", schedule: "1", nextAt: NOON + 99 },
        { name: "a", schedule: "ñ ' \\", nextAt: NOON + 99 },
      ], NOON + 10);
      expect(await other.schedules()).toEqual([
        state("a", "1", { nextAt: NOON + 30 }),
        state("a", "ñ ' \\", { plannedUpTo: NOON + 10, nextAt: NOON + 99 }),
        state("b", "1", { nextAt: NOON + 60, pausedBy: "ana", pausedAt: NOON + 5 }),
      ]);
      await store.keepSchedules(held, [], NOON);
      expect(await store.schedules()).toEqual([]);
    });
  });

  describe("dueSchedules", () => {
    test("answers those whose next fire has come and that are not paused, earliest first", async () => {
      const nexts = [NOON + 3, NOON + 1, null, NOON + 2, NOON + 9, NOON + 1];
      await store.keepSchedules(
        held,
        nexts.map((nextAt, i) => ({ name: `s${i}`, schedule: "1", nextAt })),
        NOON,
      );
      const due = async (at: number, limit = 9) =>
        (await other.dueSchedules(at, limit)).map(({ name }) => name);
      expect(await due(NOON)).toEqual([]);
      expect(await due(NOON + 1)).toEqual(["s1", "s5"]);
      expect(await due(NOON + 3)).toEqual(["s1", "s5", "s3", "s0"]);
      expect(await due(NOON + 3, 3)).toEqual(["s1", "s5", "s3"]);
      await store.pauseSchedule("s3", "1", "ana", NOON);
      expect(await due(NOON + HOUR_MS)).toEqual(["s1", "s5", "s0", "s4"]);
      expect(await store.dueSchedules(NOON + 1, 1)).toEqual([state("s1", "1", { nextAt: NOON + 1 })]);
    });
  });

  describe("plan", () => {
    const S = { name: "dummy", schedule: "* * * * * UTC" };
    const MINUTE = 60_000;

    test("adds the fires and moves the schedule on; a fire that has its run is left out", async () => {
      await store.keepSchedules(
        held,
        [{ ...S, nextAt: NOON }, { name: "z", schedule: "1", nextAt: 5 }],
        NOON,
      );
      const early = await store.addRun(fireAt(NOON + MINUTE));
      await store.plan(held, { ...S, plannedUpTo: NOON + 2 * MINUTE, nextAt: NOON + 3 * MINUTE }, [
        fireAt(NOON),
        fireAt(NOON + MINUTE),
        fireAt(NOON + 2 * MINUTE, { status: "MISSED", end: NOON + 5, message: "tarde", attempts: [] }),
      ]);
      expect(await store.schedules()).toEqual([
        state(S.name, S.schedule, { plannedUpTo: NOON + 2 * MINUTE, nextAt: NOON + 3 * MINUTE }),
        state("z", "1", { nextAt: 5 }),
      ]);
      const runs = (await store.runs({ limit: 9 })).reverse();
      expect(runs.map(({ scheduledAt, status, leaseToken }) => [scheduledAt, status, leaseToken])).toEqual([
        [NOON + MINUTE, "PENDING", null],
        [NOON, "PENDING", held.token],
        [NOON + 2 * MINUTE, "MISSED", held.token],
      ]);
      expect(runs[0]).toEqual(early.run);
      expect((await kept(store, runs[1]!.id)).attempts).toHaveLength(2);
      await store.plan(held, { ...S, plannedUpTo: NOON + 2 * MINUTE, nextAt: null }, [fireAt(NOON)]);
      expect(await store.runs({ limit: 9 })).toHaveLength(3);
      expect((await store.schedules())[0]!.nextAt).toBeNull();
    });

    test("never brings a schedule back to where it was, nor one that is gone", async () => {
      await store.keepSchedules(held, [{ ...S, nextAt: NOON }], NOON);
      await store.plan(held, { ...S, plannedUpTo: NOON - 1, nextAt: NOON + 1 }, []);
      expect(await store.schedules()).toEqual([state(S.name, S.schedule, { nextAt: NOON + 1 })]);
      await store.plan(held, { name: "gone", schedule: "1", plannedUpTo: NOON, nextAt: NOON }, []);
      expect(await store.schedules()).toHaveLength(1);
    });

    test("gives each fire one run when it is planned and asked for at the same time", async () => {
      const instants = Array.from({ length: 10 }, (_, i) => NOON + i * MINUTE);
      const fires = instants.map((at) => fireAt(at));
      const progress = { ...S, plannedUpTo: instants.at(-1)!, nextAt: null };
      await Promise.all([
        store.plan(held, progress, fires),
        other.plan(held, progress, [...fires].reverse()),
        ...fires.map((fire) => other.addRun({ ...fire, trigger: "backfill" })),
        ...fires.map((fire) => store.addRun({ ...fire, trigger: "backfill" })),
      ]);
      const planned = (await store.runs({ limit: 99 })).map(({ scheduledAt }) => scheduledAt!);
      expect(planned.sort((a, b) => a - b)).toEqual(instants);
    });
  });

  describe("pauseSchedule", () => {
    const S = ["dummy", "s"] as const;
    beforeEach(() => store.keepSchedules(held, [{ name: "dummy", schedule: "s", nextAt: NOON + 60 }], NOON));

    test("pauses for the first who asks, and goes on without making up for the pause", async () => {
      const paused = state(...S, { nextAt: NOON + 60, pausedBy: "ana", pausedAt: NOON + 10 });
      expect(await store.pauseSchedule(...S, "ana", NOON + 10)).toEqual(paused);
      expect(await other.pauseSchedule(...S, "eva", NOON + 20)).toEqual(paused);
      expect(await store.schedules()).toEqual([paused]);
      const resumed = state(...S, { nextAt: NOON + 60, plannedUpTo: NOON + HOUR_MS });
      expect(await other.pauseSchedule(...S, null, NOON + HOUR_MS)).toEqual(resumed);
      expect(await store.schedules()).toEqual([resumed]);
      expect(await store.dueSchedules(NOON + HOUR_MS, 9)).toEqual([resumed]);
    });

    test("leaves one that goes on as it is when told to go on", async () => {
      const before = await store.schedules();
      expect(await store.pauseSchedule(...S, null, NOON + HOUR_MS)).toEqual(before[0]);
      expect(await store.schedules()).toEqual(before);
    });

    test("never brings what is planned back", async () => {
      await store.pauseSchedule(...S, "ana", NOON - 10);
      expect(await store.pauseSchedule(...S, null, NOON - 5)).toMatchObject({ plannedUpTo: NOON });
    });

    test("goes by the clock of the database when no time is given", async () => {
      await lease(store);
      const { takenAt } = (await store.lease("scheduler"))!;
      const paused = await store.pauseSchedule(...S, "ana", null);
      expect(paused!.pausedAt).toBeGreaterThanOrEqual(takenAt);
      await store.keepSchedules(await lease(store), [], NOON);
      expect(await store.pauseSchedule(...S, "ana", null)).toBeUndefined();
    });
  });

  describe("decide", () => {
    test("changes what is named, of the run and its attempts, and adds attempts", async () => {
      const { run } = await store.addRun(draft());
      const before = await kept(store, run.id);
      const [first, second] = before.attempts;
      const decided = await store.decide(held, run.id, run.revision, {
        run: { status: "STARTED", start: NOON + 1, message: "😀\0 \x01\x02", notified: "PENDING" },
        attempts: [
          { id: second!.id, status: "SKIPPED", end: NOON + 3, reason: "user", message: "no" },
          { id: first!.id, queuedAt: NOON + 2 },
        ],
        newAttempts: [step(0, { attempt: 2, status: "RETRYING", notBefore: NOON + 9 })],
      });
      expect(decided).toBe(true);
      const after = await kept(other, run.id);
      expect(after.run).toEqual({
        ...run,
        status: "STARTED",
        start: NOON + 1,
        message: "😀\0 \x01\x02",
        notified: "PENDING",
        leaseToken: held.token,
        revision: after.run.revision,
      });
      expect(after.run.revision).toBeGreaterThan(run.revision);
      expect(after.attempts).toEqual([
        { ...first, queuedAt: NOON + 2 },
        {
          ...first,
          id: after.attempts[1]!.id,
          attempt: 2,
          status: "RETRYING",
          notBefore: NOON + 9,
        },
        { ...second, status: "SKIPPED", end: NOON + 3, reason: "user", message: "no" },
      ]);
      await store.decide(held, run.id, after.run.revision, {
        run: { message: null, start: undefined, notified: null } as Partial<EtlRun>,
        attempts: [{ id: first!.id, queuedAt: null }],
      });
      const last = await kept(store, run.id);
      expect(last.run).toEqual({ ...after.run, message: null, notified: null, revision: last.run.revision });
      expect(last.attempts[0]).toEqual(first);
    });

    test("is false, and changes nothing, once the run is of another revision or gone", async () => {
      const { run } = await store.addRun(draft());
      await other.askCancel(run.id, null, NOON);
      const before = await kept(store, run.id);
      const decision = {
        run: { status: "STARTED" as const },
        attempts: [{ id: before.attempts[0]!.id, queuedAt: NOON }],
        newAttempts: [step(5)],
      };
      expect(await store.decide(held, run.id, run.revision, decision)).toBe(false);
      expect(await store.decide(held, run.id, before.run.revision + 1, decision)).toBe(false);
      expect(await store.decide(held, run.id + 1, before.run.revision, decision)).toBe(false);
      expect(await kept(store, run.id)).toEqual(before);
    });

    test("leaves the attempts of other runs alone", async () => {
      const [one, two] = [await store.addRun(draft()), await store.addRun(draft())];
      const before = await kept(store, two.run.id);
      await store.decide(held, one.run.id, one.run.revision, {
        attempts: [{ id: before.attempts[0]!.id, status: "CANCELLED" }],
      });
      expect(await kept(store, two.run.id)).toEqual(before);
    });

    test("lets one of eight decide that come at once", async () => {
      const { run } = await store.addRun(draft());
      const decided = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 ? store : other).decide(held, run.id, run.revision, {
            run: { message: `${i}` },
            newAttempts: [step(2)],
          })),
      );
      expect(decided.filter((one) => one)).toHaveLength(1);
      const after = await kept(store, run.id);
      expect(after.run.message).toBe(`${decided.indexOf(true)}`);
      expect(after.attempts).toHaveLength(3);
    });

    test("and begin of an attempt at the same time: one of them alone", async () => {
      for (let i = 0; i < 20; i++) {
        const { run, attempts } = await startedRun(store, held);
        const id = attempts[0]!.id;
        const decide = () =>
          other.decide(held, run.id, run.revision, { attempts: [{ id, status: "CANCELLED", end: NOON }] });
        const begin = () => store.begin(id, { id: "w1", host: "machine" }, NOON);
        const begun = i % 2 ? begin() : undefined;
        const [decided, started] = await Promise.all([decide(), begun ?? begin()]);
        expect(decided, `round ${i}`).toBe(started === undefined);
        const after = (await kept(store, run.id)).attempts[0]!;
        expect(after.status).toBe(decided ? "CANCELLED" : "STARTED");
      }
    });
  });

  test("activeRuns answers what has not ended, oldest first, with attempts", async () => {
    expect(await store.activeRuns()).toEqual([]);
    await store.addRun(draft({ status: "MISSED" }));
    const started = await startedRun(store, held);
    const pending = await store.addRun(draft());
    expect(await other.activeRuns()).toEqual([started, await kept(store, pending.run.id)]);
    await store.decide(held, started.run.id, started.run.revision, {
      run: { status: "CANCELLED", end: NOON },
    });
    expect((await store.activeRuns()).map(({ run }) => run.id)).toEqual([pending.run.id]);
  });

  test("runsToNotify answers what has ended and has still to be told, oldest first", async () => {
    const ids: number[] = [];
    for (const end of [undefined, NOON, NOON, NOON]) {
      const { run } = await store.addRun(draft());
      ids.push(run.id);
      await store.decide(held, run.id, run.revision, {
        run: { notified: "PENDING", ...(end !== undefined && { status: "FAILURE" as const, end }) },
      });
    }
    const waiting = async (limit = 9) => (await other.runsToNotify(limit)).map(({ id }) => id);
    expect(await waiting()).toEqual(ids.slice(1));
    expect(await waiting(2)).toEqual(ids.slice(1, 3));
    const { run } = await kept(store, ids[1]!);
    await store.decide(held, run.id, run.revision, { run: { notified: "SUCCESS" } });
    expect(await waiting()).toEqual(ids.slice(2));
  });

  test("lastEnded answers the last before a run that went well or badly", async () => {
    const add = async (name: string, status: EtlRun["status"]) =>
      (await store.addRun(draft({ name, status, attempts: [] }))).run;
    const good = await add("a", "SUCCESS");
    await add("a", "CANCELLED");
    await add("b", "FAILURE");
    const bad = await add("a", "FAILURE");
    await add("a", "SKIPPED");
    const last = await add("a", "PENDING");
    expect(await store.lastEnded("a", last.id)).toEqual(bad);
    expect(await store.lastEnded("a", bad.id)).toEqual(good);
    expect(await store.lastEnded("a", good.id)).toBeUndefined();
    expect(await store.lastEnded("c", last.id)).toBeUndefined();
  });

  test("lostAttempts answers what began and whose worker is silent, by the clock of the database", async () => {
    const { attempts } = await begunRun(store, held, "w1");
    const alive = await begunRun(store, held, "w2");
    const ended = await begunRun(store, held, "w1");
    await startedRun(store, held);
    await store.end(ended.attempts[0]!.id, "w1", outcome());
    expect(await store.lostAttempts(HOUR_MS)).toEqual([]);
    const SILENT_MS = 200;
    await opened.advance(SILENT_MS + 50);
    await store.beat({ id: "w2", host: "machine", pid: 1, startedAt: NOON, slots: 1 }, [
      alive.attempts[0]!.id,
    ]);
    const lost = await other.lostAttempts(SILENT_MS);
    expect(lost.map(({ id }) => id)).toContain(attempts[0]!.id);
    expect(lost.map(({ id }) => id)).not.toContain(ended.attempts[0]!.id);
    // Where the machine stood still, the other may seem silent as well; never for an hour.
    const [beaten] = (await kept(store, alive.run.id)).attempts;
    expect(beaten!.heartbeatAt! - attempts[0]!.heartbeatAt!).toBeGreaterThanOrEqual(SILENT_MS);
  });
}
