// That nothing an ETL store is asked for reads its history: each method over many runs, and the indexes by which its
// statements find what they need, as the planner of the engine tells.

import { expect, test } from "vitest";
import type { RunWithAttempts } from "../../src/core/etl/store.ts";
import type { EtlLease, EtlStore } from "../../src/core/etl/store.ts";
import { LONG } from "../slow/process.ts";
import {
  begunRun,
  draft,
  fireAt,
  HOUR_MS,
  lease,
  NOON,
  outcome,
  startedRun,
  step,
  worker,
} from "./etl_examples.ts";

/** Runs that have ended, each with two attempts of one chunk of log. */
export const HISTORY = LONG ? 1_000_000 : 20_000;
/** Requested a minute apart, of so many sequences. */
export const SEQUENCES = 200;
/** Of that many runs one failed. */
export const FAILURES = 500;
/** Instant of the first. */
export const BEGIN = NOON - HISTORY * 60_000;

type Made = {
  readonly store: EtlStore;
  readonly held: EtlLease;
  readonly started: RunWithAttempts;
  readonly begun: RunWithAttempts;
};

type Asked = {
  readonly what: string;
  readonly ask: (made: Made) => Promise<unknown>;
  /** Each is used; of the history nothing is read otherwise. */
  readonly by: readonly string[];
};

const first = ({ attempts }: RunWithAttempts) => attempts[0]!.id;

const ASKED: readonly Asked[] = [
  { what: "activeRuns", ask: ({ store }) => store.activeRuns(), by: ["run_active", "module_run_by_run"] },
  { what: "dueSchedules", ask: ({ store }) => store.dueSchedules(NOON, 9), by: ["schedule_due"] },
  { what: "runWithKey", ask: ({ store }) => store.runWithKey("none"), by: ["run_by_key"] },
  { what: "runs of a name", ask: ({ store }) => store.runs({ name: "s7", limit: 50 }), by: ["run_by_name"] },
  {
    what: "runs of a name and statuses",
    ask: ({ store }) =>
      store.runs({ name: "s7", statuses: ["FAILURE", "SUCCESS"], before: 9_000, limit: 50 }),
    by: ["run_by_name"],
  },
  {
    what: "runs of a rare status",
    ask: ({ store }) => store.runs({ statuses: ["FAILURE"], limit: 50 }),
    by: ["run_by_status"],
  },
  {
    what: "runs of a rare trigger",
    ask: ({ store }) => store.runs({ trigger: "backfill", limit: 50 }),
    by: ["run_by_trigger"],
  },
  {
    what: "runs of a day",
    ask: ({ store }) => store.runs({ from: BEGIN + 24 * HOUR_MS, to: BEGIN + 25 * HOUR_MS, limit: 50 }),
    by: ["run_by_request"],
  },
  { what: "run", ask: ({ store, begun }) => store.run(begun.run.id), by: ["module_run_by_run"] },
  {
    what: "attemptsOf",
    ask: ({ store, begun }) => store.attemptsOf([7, begun.run.id]),
    by: ["module_run_by_run"],
  },
  { what: "countRuns", ask: ({ store }) => store.countRuns(), by: [] },
  { what: "tallies", ask: ({ store }) => store.tallies(), by: [] },
  { what: "revision", ask: ({ store }) => store.revision(), by: ["run_by_revision"] },
  {
    what: "changedSince",
    ask: async ({ store }) => store.changedSince(await store.revision() - 5, 100),
    by: ["run_by_revision"],
  },
  { what: "runsToNotify", ask: ({ store }) => store.runsToNotify(9), by: ["run_to_notify"] },
  { what: "lastEnded", ask: ({ store }) => store.lastEnded("s7", 9_000), by: ["run_by_name"] },
  { what: "lostAttempts", ask: ({ store }) => store.lostAttempts(1_000), by: ["module_run_started"] },
  { what: "attemptsOnHost", ask: ({ store }) => store.attemptsOnHost("machine"), by: ["module_run_on_host"] },
  { what: "log", ask: ({ store, begun }) => store.log(first(begun), 0, 9), by: ["log_by_line"] },
  {
    what: "addRun",
    ask: ({ store }) => store.addRun(fireAt(NOON, { idempotencyKey: "k" })),
    by: ["run_by_key", "run_by_fire"],
  },
  {
    what: "plan",
    ask: ({ store, held }) =>
      store.plan(held, { name: "s7", schedule: "s", plannedUpTo: NOON, nextAt: null }, [fireAt(NOON)]),
    by: ["run_by_fire"],
  },
  { what: "askCancel", ask: ({ store }) => store.askCancel(7, null, NOON), by: [] },
  {
    what: "decide",
    ask: ({ store, held, started: { run, attempts } }) =>
      store.decide(held, run.id, run.revision, {
        run: { message: "x" },
        attempts: [{ id: attempts[0]!.id, queuedAt: NOON }],
        newAttempts: [step(9)],
      }),
    by: [],
  },
  {
    what: "begin",
    ask: ({ store, started }) => store.begin(first(started), { id: "w1", host: "machine" }, NOON),
    by: ["module_run_by_run"],
  },
  { what: "notePid", ask: ({ store, begun }) => store.notePid(first(begun), "w1", 5, "x"), by: [] },
  {
    what: "appendLog",
    ask: ({ store, begun }) => store.appendLog(first(begun), [{ at: 0, stream: "stdout", text: "x" }], false),
    by: [],
  },
  { what: "beat", ask: ({ store, begun }) => store.beat(worker(), [first(begun)]), by: [] },
  { what: "end", ask: ({ store, begun }) => store.end(first(begun), "w1", outcome()), by: [] },
  { what: "noteReaped", ask: ({ store, begun }) => store.noteReaped([first(begun)]), by: [] },
  { what: "removeRuns", ask: ({ store }) => store.removeRuns(BEGIN + HOUR_MS, 9), by: ["run_by_end"] },
];

/**
 * `planned`: does what it is given and answers the plans of the statements that were asked meanwhile. `scan`: what tells
 * in a plan that a table of the history is read whole.
 */
export function etlPlanTests(
  store: () => EtlStore,
  planned: (work: () => Promise<unknown>) => Promise<string[]>,
  scan: RegExp,
): void {
  test("The history is as large as meant", async () => {
    const { SUCCESS, FAILURE } = await store().countRuns();
    expect([SUCCESS, FAILURE]).toEqual([HISTORY - HISTORY / FAILURES, HISTORY / FAILURES]);
  });

  test.each(ASKED)("$what finds what it needs by indexes", async ({ ask, by }) => {
    const held = await lease(store());
    const started = await startedRun(store(), held, { name: "s7" });
    const begun = await begunRun(store(), held, "w1", { name: "s7" });
    await store().notePid(first(begun), "w1", 5, "x");
    const waiting = await store().addRun(draft({ name: "s7" }));
    await store().decide(held, waiting.run.id, waiting.run.revision, {
      run: { status: "FAILURE", end: NOON, notified: "PENDING" },
    });
    const { run } = (await store().run(started.run.id))!;
    const made = { store: store(), held, started: { ...started, run }, begun };
    const plans = await planned(() => ask(made));
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) expect(plan).not.toMatch(scan);
    const all = plans.join("\n");
    for (const index of by) expect(all).toMatch(new RegExp(`\\betl_${index}\\b`));
  });
}
