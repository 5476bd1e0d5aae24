// What anybody may ask of an ETL store: to run a sequence, to end a run, and which runs there are.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ETL_RUN_STATUSES, type EtlRun, type RunDraft, TRIGGERS } from "../../src/core/etl/run.ts";
import type { EtlRunQuery, EtlStore } from "../../src/core/etl/store.ts";
import { draft, fireAt, kept, NOON, type OpenedEtlStore, snapshot, step } from "./etl_examples.ts";

export function etlRunSuite(open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  let opened: OpenedEtlStore;
  let store: EtlStore;
  let other: EtlStore;
  beforeEach(async () => {
    opened = await open();
    ({ store, other } = opened);
  });
  afterEach(() => opened.close());

  /** Adds through both connections, eight times at once. */
  const addAtOnce = (draft: RunDraft) =>
    Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other).addRun(draft)));

  describe("addRun", () => {
    test("adds a run that waits, with the first attempt at each step", async () => {
      const given = draft({
        triggeredBy: "ana",
        idempotencyKey: "k",
        parentRunId: 7,
        trigger: "retry",
        attempts: [
          step(1, { stepId: "b/c", status: "RETRYING", notBefore: NOON + 5, attempt: 2 }),
          step(0, { input: "a b", output: "", conf: "ñ\0\"'", status: "REUSED", fingerprint: { size: 3 } }),
        ],
      });
      const { run, isNew } = await store.addRun(given);
      expect(isNew).toBe(true);
      const expected: EtlRun = {
        id: run.id,
        name: "dummy",
        status: "PENDING",
        requestedAt: NOON,
        start: null,
        end: null,
        reason: null,
        message: null,
        trigger: "retry",
        triggeredBy: "ana",
        schedule: null,
        scheduledAt: null,
        parentRunId: 7,
        idempotencyKey: "k",
        snapshot: snapshot(),
        cancelAskedAt: null,
        cancelAskedBy: null,
        leaseToken: null,
        notified: null,
        revision: run.revision,
      };
      expect(run).toEqual(expected);
      expect(Number.isInteger(run.id) && run.revision > 0).toBe(true);
      const found = await kept(other, run.id);
      const attempt = {
        runId: run.id,
        name: "copy",
        queuedAt: null,
        start: null,
        end: null,
        exitCode: null,
        signal: null,
        reason: null,
        message: null,
        worker: null,
        host: null,
        pid: null,
        processStart: null,
        heartbeatAt: null,
        peakMemoryBytes: null,
        logLines: 0,
        logCut: false,
        summary: null,
      };
      expect(found).toEqual({
        run: expected,
        attempts: [
          {
            ...attempt,
            id: found.attempts[0]!.id,
            stepIndex: 0,
            stepId: "1",
            attempt: 1,
            input: "a b",
            output: "",
            conf: "ñ\0\"'",
            status: "REUSED",
            notBefore: null,
            fingerprint: { size: 3 },
          },
          {
            ...attempt,
            id: found.attempts[1]!.id,
            stepIndex: 1,
            stepId: "b/c",
            attempt: 2,
            input: null,
            output: null,
            conf: null,
            status: "RETRYING",
            notBefore: NOON + 5,
            fingerprint: null,
          },
        ],
      });
    });

    test("adds a run that ends where it begins", async () => {
      const message = "😀\0\n".repeat(100_000);
      const { run } = await store.addRun(
        draft({ status: "FAILURE", end: NOON + 2, reason: "validation", message, attempts: [] }),
      );
      expect(run).toMatchObject({
        status: "FAILURE",
        start: null,
        end: NOON + 2,
        reason: "validation",
        message,
      });
      expect(await kept(store, run.id)).toEqual({ run, attempts: [] });
      expect(await store.activeRuns()).toEqual([]);
      const missed = await store.addRun(draft({ status: "MISSED", attempts: [] }));
      expect(missed.run.end, "it ended when it was asked for").toBe(NOON);
    });

    test("answers the run that an idempotency key has, whatever else is asked", async () => {
      const { run } = await store.addRun(draft({ idempotencyKey: "k" }));
      const again = await other.addRun(draft({ name: "test", idempotencyKey: "k", requestedAt: NOON + 9 }));
      expect(again).toEqual({ run, isNew: false });
      expect(await other.runWithKey("k")).toEqual(run);
      expect(await other.runWithKey("l")).toBeUndefined();
      expect((await store.addRun(draft({ idempotencyKey: "l" }))).isNew).toBe(true);
      expect((await store.countRuns()).PENDING).toBe(2);
    });

    test("answers the run that a schedule and instant have; another of either is another run", async () => {
      const { run } = await store.addRun(fireAt(NOON));
      expect(await other.addRun(fireAt(NOON, { trigger: "backfill" }))).toEqual({ run, isNew: false });
      const others = [
        fireAt(NOON + 1),
        fireAt(NOON, { schedule: "0 0 * * * UTC" }),
        fireAt(NOON, { name: "test" }),
        draft(),
        draft(),
      ];
      for (const one of others) expect((await store.addRun(one)).isNew).toBe(true);
      expect((await store.countRuns()).PENDING).toBe(6);
    });

    test.each([
      { why: "an idempotency key", given: draft({ idempotencyKey: "k" }) },
      { why: "a fire", given: fireAt(NOON) },
    ])("adds one of eight that come at once with $why", async ({ given }) => {
      const added = await addAtOnce(given);
      expect(added.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(new Set(added.map(({ run }) => run.id)).size).toBe(1);
      expect((await store.countRuns()).PENDING).toBe(1);
      expect(await store.attemptsOf([added[0]!.run.id])).toHaveLength(2);
    });

    test("gives ids and revisions that grow, to eight at once too", async () => {
      const first = await store.addRun(draft());
      const added = await addAtOnce(draft());
      const runs = added.map(({ run }) => run).sort((a, b) => a.id - b.id);
      expect(new Set(runs.map(({ id }) => id)).size).toBe(8);
      expect(new Set(runs.map(({ revision }) => revision)).size).toBe(8);
      for (const run of runs) {
        expect(run.id).toBeGreaterThan(first.run.id);
        expect(run.revision).toBeGreaterThan(first.run.revision);
      }
    });
  });

  describe("askCancel", () => {
    test("notes who asked first, and nothing when asked again", async () => {
      const { run } = await store.addRun(draft());
      const asked = await other.askCancel(run.id, "ana", NOON + 5);
      expect(asked).toEqual({
        ...run,
        cancelAskedAt: NOON + 5,
        cancelAskedBy: "ana",
        revision: asked!.revision,
      });
      expect(asked!.revision).toBeGreaterThan(run.revision);
      expect(await store.askCancel(run.id, "eva", NOON + 6)).toEqual(asked);
      expect((await kept(store, run.id)).run).toEqual(asked);
    });

    test("is noted once of eight that ask at once", async () => {
      const { run } = await store.addRun(draft());
      const asked = await Promise.all(
        Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other).askCancel(run.id, `${i}`, NOON + i)),
      );
      for (const one of asked) expect(one).toEqual(asked[0]);
    });

    test("changes nothing of a run that has ended, and is undefined for none", async () => {
      const { run } = await store.addRun(draft({ status: "SKIPPED", attempts: [] }));
      expect(await store.askCancel(run.id, null, NOON)).toEqual(run);
      expect(await store.askCancel(run.id + 1, null, NOON)).toBeUndefined();
    });
  });

  describe("runs", () => {
    /** Names, statuses, triggers and times in every combination, not in the order of any. */
    const example = async () => {
      const all: EtlRun[] = [];
      for (let i = 0; i < 42; i++) {
        const status = ETL_RUN_STATUSES[i % 7]!;
        const name = `s${i % 3}`, requestedAt = NOON + ((i * 5) % 42) * 1_000;
        const trigger = TRIGGERS[i % 4]!;
        all.push((await store.addRun(draft({ name, status, trigger, requestedAt, attempts: [] }))).run);
      }
      return all.reverse();
    };

    const QUERIES: readonly { why: string; query: Omit<EtlRunQuery, "limit">; expected: number }[] = [
      { why: "all", query: {}, expected: 42 },
      { why: "a name", query: { name: "s1" }, expected: 14 },
      { why: "no such name", query: { name: "s" }, expected: 0 },
      { why: "a status", query: { statuses: ["FAILURE"] }, expected: 6 },
      { why: "statuses, one twice", query: { statuses: ["MISSED", "PENDING", "MISSED"] }, expected: 12 },
      { why: "no status", query: { statuses: [] }, expected: 0 },
      { why: "a name and a status", query: { name: "s2", statuses: ["SUCCESS"] }, expected: 2 },
      { why: "a trigger", query: { trigger: "manual" }, expected: 11 },
      { why: "a name and a trigger", query: { name: "s1", trigger: "manual" }, expected: 4 },
      {
        why: "a status and a trigger",
        query: { statuses: ["FAILURE"], trigger: "backfill" },
        expected: 2,
      },
      { why: "from", query: { from: NOON + 40_000 }, expected: 2 },
      { why: "to", query: { to: NOON + 3_000 }, expected: 3 },
      { why: "from and to", query: { from: NOON + 5_000, to: NOON + 15_000 }, expected: 10 },
      { why: "a name and times", query: { name: "s0", from: NOON, to: NOON + 21_000 }, expected: 7 },
      {
        why: "statuses and times",
        query: { statuses: ["SUCCESS", "FAILURE"], from: NOON, to: NOON + 42_000 },
        expected: 12,
      },
    ];

    test.each(QUERIES)(
      "answers those asked for, newest first, page by page: $why",
      async ({ query, expected }) => {
        const all = await example();
        const { name, statuses, trigger, from = -Infinity, to = Infinity } = query;
        const asked = all.filter((run) =>
          (name === undefined || run.name === name) && (statuses?.includes(run.status) ?? true) &&
          (trigger === undefined || run.trigger === trigger) && run.requestedAt >= from &&
          run.requestedAt < to
        );
        expect(asked).toHaveLength(expected);
        expect(await store.runs({ ...query, limit: 100 })).toEqual(asked);
        const paged: EtlRun[] = [];
        for (;;) {
          const before = paged.at(-1)?.id;
          const page = await store.runs({ ...query, limit: 5, ...(before !== undefined && { before }) });
          paged.push(...page);
          if (page.length < 5) break;
        }
        expect(paged).toEqual(asked);
        expect(await store.runs({ ...query, limit: 0 })).toEqual([]);
      },
    );
  });

  test("run and attemptsOf answer what there is, by run, step and attempt", async () => {
    const one = await store.addRun(draft({ attempts: [step(1), step(0), step(1, { attempt: 2 })] }));
    const two = await store.addRun(draft());
    const places = (await store.attemptsOf([two.run.id, one.run.id, 999])).map(
      ({ runId, stepIndex, attempt }) => [runId, stepIndex, attempt],
    );
    const [a, b] = [one.run.id, two.run.id];
    expect(places).toEqual([[a, 0, 1], [a, 1, 1], [a, 1, 2], [b, 0, 1], [b, 1, 1]]);
    expect(await store.attemptsOf([])).toEqual([]);
    expect(await store.run(999)).toBeUndefined();
  });
}
