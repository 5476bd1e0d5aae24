// What becomes of the fires of a schedule: in time, missed, too late, of a range that is over.

import { describe, expect, test } from "vitest";
import type { Misfire } from "../../src/core/etl/sequence.ts";
import type { RunDraft } from "../../src/core/etl/run.ts";
import { planBackfill, planSchedule } from "../../src/etl/plan.ts";
import { MINUTE, NOON, schedule, snapshot } from "./example_sequences.ts";

const HOURLY = "0 * * * *";
const hour = (n: number) => NOON + n * 60 * MINUTE;

function plan(
  plannedUpTo: number,
  now: number,
  { cron = HOURLY, misfire = "run_once" as Misfire, misfireGraceSeconds, enabled = true }: {
    cron?: string;
    misfire?: Misfire;
    misfireGraceSeconds?: number;
    enabled?: boolean;
  } = {},
) {
  const fired = schedule(cron, {
    misfire,
    ...(misfireGraceSeconds !== undefined && { misfireGraceSeconds }),
  });
  const state = { name: "example", schedule: fired.key, plannedUpTo };
  return planSchedule(state, fired, snapshot([{ id: "a" }, { id: "b" }], { enabled }), now);
}

/** The instants that become runs, and those that are MISSED. */
function instants(fires: readonly RunDraft[]) {
  const of = (isMissed: boolean) =>
    fires.filter(({ status }) => (status === "MISSED") === isMissed).map(({ scheduledAt }) => scheduledAt!);
  return { runs: of(false), missed: of(true) };
}

describe("planSchedule", () => {
  test("makes a run of a fire, with the first attempt at each step, and names the next one", () => {
    const { progress, fires } = plan(NOON + 1, hour(1) + 400);
    expect(progress).toEqual({
      name: "example",
      schedule: "0 * * * * UTC",
      plannedUpTo: hour(1) + 400,
      nextAt: hour(2),
    });
    expect(fires).toHaveLength(1);
    expect(fires[0]).toMatchObject({
      name: "example",
      trigger: "schedule",
      schedule: "0 * * * * UTC",
      scheduledAt: hour(1),
      requestedAt: hour(1) + 400,
    });
    expect(fires[0]!.attempts.map(({ stepIndex, stepId, attempt }) => [stepIndex, stepId, attempt])).toEqual([
      [0, "a", 1],
      [1, "b", 1],
    ]);
  });

  test("makes a run of each fire of the last minute: a scheduler took over", () => {
    const { fires } = plan(NOON, NOON + 20_500, { cron: "*/5 * * * * *" });
    expect(instants(fires)).toEqual({
      runs: [5, 10, 15, 20].map((second) => NOON + second * 1_000),
      missed: [],
    });
  });

  test("plans nothing twice, nor what is before it is planned up to", () => {
    expect(plan(hour(1), hour(1) + 500).fires).toEqual([]);
    expect(plan(hour(1), hour(1)).progress.nextAt).toBe(hour(2));
  });

  test("lets the fires of a sequence pass that is not enabled", () => {
    const { progress, fires } = plan(NOON, hour(5) + 1, { enabled: false });
    expect(fires).toEqual([]);
    expect(progress).toMatchObject({ plannedUpTo: hour(5) + 1, nextAt: hour(6) });
  });

  const hours = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => hour(from + index));
  const absences = [
    { why: "only the latest", misfire: "run_once", runs: [hour(5)], missed: [] },
    { why: "all, oldest first", misfire: "run_all", runs: hours(1, 5), missed: [] },
    { why: "none, which is shown", misfire: "skip", runs: [], missed: hours(1, 5) },
    {
      why: "those older than two hours are too late",
      misfire: "run_all",
      grace: 2 * 3_600,
      runs: hours(4, 5),
      missed: hours(1, 3),
    },
    {
      why: "the latest is in time, those too late are shown",
      misfire: "run_once",
      grace: 2 * 3_600,
      runs: [hour(5)],
      missed: hours(1, 3),
    },
    { why: "the latest is too late as well", misfire: "run_once", grace: 60, runs: [], missed: hours(1, 5) },
  ] as const;
  test.each(absences)("makes up for five hours' absence as $misfire: $why", (row) => {
    const grace = "grace" in row ? { misfireGraceSeconds: row.grace } : {};
    const { fires, progress } = plan(NOON, hour(5) + 10 * MINUTE, { misfire: row.misfire, ...grace });
    expect(instants(fires)).toEqual({ runs: row.runs, missed: row.missed });
    expect(progress.nextAt).toBe(hour(6));
    for (const { status, message, end, attempts } of fires) {
      if (status !== "MISSED") continue;
      expect(message).toBeTruthy();
      expect(end).toBe(hour(5) + 10 * MINUTE);
      expect(attempts).toEqual([]);
    }
  });

  test("takes the last fire for missed too where older ones were: run_once is one run", () => {
    const { fires } = plan(NOON, hour(5) + 1_000);
    expect(instants(fires)).toEqual({ runs: [hour(5)], missed: [] });
  });

  test("keeps to the last hundred of ten years of minutes, and says so", () => {
    const now = NOON + 30_000;
    const tenYearsAgo = Date.parse("2016-05-04T12:00:00Z");
    const minutes = Array.from({ length: 100 }, (_, index) => NOON - (99 - index) * MINUTE);
    const all = plan(tenYearsAgo, now, { cron: "* * * * *", misfire: "run_all" });
    expect(instants(all.fires)).toEqual({ runs: minutes, missed: [] });
    const none = plan(tenYearsAgo, now, { cron: "* * * * *", misfire: "skip" });
    expect(instants(none.fires)).toEqual({ runs: [], missed: minutes });
    expect(none.fires[0]!.message).toContain("2016-05-04T12:01:00Z");
    expect(none.fires[1]!.message).not.toContain("2016");
  });
});

describe("planBackfill", () => {
  const backfill = (from: number, to: number, cron = HOURLY, now = NOON) =>
    planBackfill(
      { schedule: schedule(cron), snapshot: snapshot(), from, to, request: "r1", by: "ana" },
      now,
    );

  test("makes a run of each fire of the range, its start included and its end not, oldest first", () => {
    const drafts = backfill(hour(-3), NOON);
    expect(drafts.map(({ scheduledAt }) => scheduledAt)).toEqual([hour(-3), hour(-2), hour(-1)]);
    expect(drafts[0]).toMatchObject({ trigger: "backfill", triggeredBy: "ana", requestedAt: NOON });
    // No schedule fired: the fire's own run, if there is one, stays another.
    expect(drafts[0]).not.toHaveProperty("schedule");
  });

  test("gives the same request the same keys, and each run its own", () => {
    const keys = backfill(hour(-3), NOON).map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(3);
    expect(backfill(hour(-3), NOON).map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys);
  });

  const refused = [
    { why: "the end is before the start", from: NOON, to: hour(-1), told: "termina" },
    { why: "no fire in between", from: hour(-1) + 1, to: NOON, told: "ningún disparo" },
    { why: "a fire that is yet to come", from: hour(-1), to: hour(2), told: "aún no llegó" },
    { why: "1,001 minutes", from: NOON - 1_001 * MINUTE, to: NOON, cron: "* * * * *", told: "1000" },
  ];
  test.each(refused)("refuses a range: $why", ({ from, to, cron, told }) => {
    expect(() => backfill(from, to, cron)).toThrow(told);
  });

  test("takes 1,000 minutes", () => {
    expect(backfill(NOON - 1_000 * MINUTE, NOON, "* * * * *")).toHaveLength(1_000);
  });
});
