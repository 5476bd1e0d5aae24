// What a lease of an ETL store is, and that who lost it changes nothing more.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EtlLease, EtlStore } from "../../src/core/etl/store.ts";
import { draft, fireAt, HOUR_MS, kept, lease, NOON, type OpenedEtlStore } from "./etl_examples.ts";

/** Short, and longer than anything in a test takes that does not wait for its end. */
const SHORT_MS = 200;

export function etlLeaseSuite(open: () => Promise<OpenedEtlStore> | OpenedEtlStore): void {
  let opened: OpenedEtlStore;
  let store: EtlStore;
  let other: EtlStore;
  beforeEach(async () => {
    opened = await open();
    ({ store, other } = opened);
  });
  afterEach(() => opened.close());

  describe("takeLease", () => {
    test("gives it to the first, with token 1, and to nobody else while it lasts", async () => {
      expect(await store.lease("scheduler")).toBeUndefined();
      const taken = await store.takeLease("scheduler", "one", HOUR_MS);
      expect(taken).toEqual({ name: "scheduler", holder: "one", token: 1 });
      expect(await other.takeLease("scheduler", "two", HOUR_MS)).toBeUndefined();
      const state = await other.lease("scheduler");
      const { takenAt } = state!;
      expect(Number.isInteger(takenAt)).toBe(true);
      expect(state).toEqual({ ...taken, takenAt, renewedAt: takenAt, expiresAt: takenAt + HOUR_MS });
    });

    test("gives it to one of ten that come at once", async () => {
      const taken = await Promise.all(
        Array.from(
          { length: 10 },
          (_, i) => (i % 2 ? store : other).takeLease("scheduler", `h${i}`, HOUR_MS),
        ),
      );
      expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
      expect((await store.lease("scheduler"))!.token).toBe(1);
    });

    test("gives one that ran out, by the clock of the database, to one of ten with the next token", async () => {
      await store.takeLease("scheduler", "one", SHORT_MS);
      await opened.advance(SHORT_MS);
      const taken = await Promise.all(
        Array.from(
          { length: 10 },
          (_, i) => (i % 2 ? store : other).takeLease("scheduler", `h${i}`, HOUR_MS),
        ),
      );
      const [won, ...more] = taken.filter((one) => one !== undefined);
      expect(won!.token).toBe(2);
      expect(more).toEqual([]);
      expect(await store.lease("scheduler")).toMatchObject({ holder: won!.holder, token: 2 });
    });

    test("gives it to its own holder again, under a new token", async () => {
      const first = await lease(store);
      expect(await lease(store)).toEqual({ ...first, token: 2 });
      expect(await store.renewLease(first, HOUR_MS)).toBe(false);
    });

    test("knows leases apart by name", async () => {
      await lease(store);
      expect(await other.takeLease("another", "two", HOUR_MS)).toMatchObject({ token: 1 });
      expect(await store.lease("scheduler")).toMatchObject({ holder: "one" });
      expect(await store.lease("another")).toMatchObject({ holder: "two" });
    });
  });

  describe("renewLease", () => {
    test("makes it last for another period from then on", async () => {
      const taken = (await store.takeLease("scheduler", "one", SHORT_MS))!;
      expect(await store.renewLease(taken, HOUR_MS)).toBe(true);
      await opened.advance(SHORT_MS);
      expect(await other.takeLease("scheduler", "two", HOUR_MS)).toBeUndefined();
      const { takenAt, renewedAt, expiresAt } = (await store.lease("scheduler"))!;
      expect(renewedAt).toBeGreaterThanOrEqual(takenAt);
      expect(expiresAt).toBe(renewedAt + HOUR_MS);
    });

    test("still holds one that ran out while nobody took it", async () => {
      const taken = (await store.takeLease("scheduler", "one", SHORT_MS))!;
      await opened.advance(SHORT_MS);
      expect(await other.lease("scheduler")).toMatchObject({ holder: "one", token: 1 });
      expect(await store.renewLease(taken, HOUR_MS)).toBe(true);
      expect(await other.takeLease("scheduler", "two", HOUR_MS)).toBeUndefined();
    });

    test("is false for one that another took, which stays its", async () => {
      const taken = (await store.takeLease("scheduler", "one", SHORT_MS))!;
      await opened.advance(SHORT_MS);
      await lease(other, "two");
      expect(await store.renewLease(taken, HOUR_MS)).toBe(false);
      expect(await store.lease("scheduler")).toMatchObject({ holder: "two", token: 2 });
    });

    test("is false for one that never was", async () => {
      expect(await store.renewLease({ name: "x", holder: "one", token: 1 }, HOUR_MS)).toBe(false);
      expect(await store.lease("x")).toBeUndefined();
    });
  });

  describe("releaseLease", () => {
    test("lets the next one in at once, with the next token", async () => {
      const taken = await lease(store);
      await store.releaseLease(taken);
      expect(await other.lease("scheduler")).toBeUndefined();
      expect(await store.renewLease(taken, HOUR_MS)).toBe(false);
      expect(await lease(other, "two")).toMatchObject({ token: 2 });
    });

    test("leaves the lease of whoever came after", async () => {
      const old = await lease(store);
      await store.releaseLease(old);
      const next = await lease(other, "two");
      await store.releaseLease(old);
      expect(await store.lease("scheduler")).toMatchObject(next);
    });
  });

  const LOST: readonly { why: string; lose: (held: EtlLease) => Promise<void> }[] = [
    {
      why: "another took it",
      lose: async () => {
        await opened.advance(SHORT_MS);
        await lease(other, "two");
      },
    },
    { why: "it was given back", lose: (held) => store.releaseLease(held) },
    {
      why: "its holder began anew",
      lose: async () => {
        await lease(store);
      },
    },
  ];

  test.each(LOST)("Whoever lost the lease changes nothing more: $why", async ({ lose }) => {
    const held = (await store.takeLease("scheduler", "one", SHORT_MS))!;
    const S = { name: "dummy", schedule: "s" };
    await store.keepSchedules(held, [{ ...S, nextAt: NOON }], NOON - 1);
    const { run } = await store.addRun(draft());
    await lose(held);
    const before = [await store.schedules(), await kept(store, run.id), await store.countRuns()];
    for (
      const write of [
        () => store.keepSchedules(held, [], NOON),
        () => store.plan(held, { ...S, plannedUpTo: NOON, nextAt: null }, [fireAt(NOON)]),
        () => store.decide(held, run.id, run.revision, { run: { status: "STARTED", start: NOON } }),
      ]
    ) {
      await expect(write()).rejects.toMatchObject({
        code: "conflict",
        message: "Otro proceso tomó el turno de decidir sobre las secuencias",
      });
    }
    expect([await store.schedules(), await kept(store, run.id), await store.countRuns()]).toEqual(before);
  });

  test("A lease that ran out and that nobody took is good for writing", async () => {
    const held = (await store.takeLease("scheduler", "one", SHORT_MS))!;
    const { run } = await store.addRun(draft());
    await opened.advance(SHORT_MS);
    expect(await store.decide(held, run.id, run.revision, { run: { status: "STARTED" } })).toBe(true);
  });
}
