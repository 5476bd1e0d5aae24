// The worker over memory and a clock of its own.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { Problem } from "../../src/core/problem.ts";
import {
  DEFAULT_SYNCHRONIZERS,
  type Synchronizer,
  TASK_NAMES,
  type TaskName,
} from "../../src/core/synchronizer.ts";
import { memoryJournal } from "../../src/store/memory.ts";
import { memoryTrail } from "../../src/store/memory_records.ts";
import { recover, type Task, type Tasks, type Work, workOnce } from "../../src/work/worker.ts";

const MINUTE = 60_000;
const utc = (text: string) => Date.parse(`${text}Z`);

type Did = { readonly at: number; readonly task: TaskName; readonly about: JsonObject };

function world(
  { zone = "America/Argentina/Buenos_Aires", synchronizers = [], tasks = {} }: {
    zone?: string;
    synchronizers?: readonly Synchronizer[];
    tasks?: Partial<Record<TaskName, Task>>;
  } = {},
) {
  const clock = { now: 0 };
  const did: Did[] = [];
  const bugs: unknown[] = [];
  const each = TASK_NAMES.map((task) => {
    const own = tasks[task];
    const note: Task = (about, tell) => {
      did.push({ at: clock.now, task, about });
      return own ? own(about, tell) : Promise.resolve({ done: task });
    };
    return [task, note];
  });
  const work: Work = {
    journal: memoryJournal(),
    trail: memoryTrail(),
    synchronizers: () => Promise.resolve(synchronizers),
    tasks: Object.fromEntries(each) as Tasks,
    zone,
    now: () => clock.now,
    confirm: () => Promise.resolve(),
    onError: (error) => bugs.push(error),
  };
  return { work, clock, did, bugs };
}

const defaults = (since: number): Synchronizer[] =>
  DEFAULT_SYNCHRONIZERS.map((synchronizer) => ({ ...synchronizer, paused: false, since }));

const daily = (over: Partial<Synchronizer> = {}): Synchronizer => ({
  name: "s",
  days: ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
  time: "08:00",
  stages: [{ task: "harvest", about: {} }, { task: "publish", about: { x: 1 } }],
  paused: false,
  since: 0,
  ...over,
});

describe("the default schedule over two weeks", () => {
  // Chile: the clock goes forward on Sunday, 2026-09-06, at midnight (offset -4 becomes -3).
  const from = utc("2026-08-31T04:00"), to = from + 14 * 24 * 60 * MINUTE - 60 * MINUTE;
  const asked: Record<string, string[]> = {};
  const order: Record<string, TaskName[][]> = {};

  test("asks for each run once at its time, and does its stages in order", async () => {
    const { work, clock, did } = world({ zone: "America/Santiago", synchronizers: defaults(from) });
    for (clock.now = from; clock.now <= to; clock.now += 5 * MINUTE) {
      const before = did.length;
      await workOnce(work);
      if (did.length > before) expect((clock.now / MINUTE) % 5).toBe(0);
    }
    for (const { name } of DEFAULT_SYNCHRONIZERS) {
      const runs = (await work.journal.runs("synchronizer", 99, name)).reverse();
      asked[name] = runs.map(({ about }) => new Date(about!.due as number).toISOString().slice(0, 16));
      order[name] = runs.map(({ report }) =>
        (report as { stages: { task: TaskName }[] }).stages.map(({ task }) => task)
      );
      for (const run of runs) expect(run).toMatchObject({ status: "SUCCESS", startedAt: run.about!.due });
    }
    const before = ["08-31", "09-01", "09-02", "09-03", "09-04"];
    const after = ["09-07", "09-08", "09-09", "09-10", "09-11"];
    const at = (winter: string, summer: string) => [
      ...before.map((day) => `2026-${day}T${winter}`),
      ...after.map((day) => `2026-${day}T${summer}`),
    ];
    expect(asked["Corrida completa"]).toEqual(at("04:15", "03:15"));
    expect(asked["Corrida intermedia 08:00"]).toEqual(at("12:00", "11:00"));
    expect(asked["Corrida intermedia 11:00"]).toEqual(at("15:00", "14:00"));
    expect(asked["Corrida intermedia 14:00"]).toEqual(at("18:00", "17:00"));
    expect(asked["Corrida intermedia 18:00"]).toEqual(at("22:00", "21:00"));
    // Every day: the 6th has no 00:05, so it is due when the clock has jumped.
    expect(asked["Importado de Analytics"]).toHaveLength(14);
    expect(asked["Importado de Analytics"]!.slice(5, 8)).toEqual([
      "2026-09-05T04:05",
      "2026-09-06T04:00",
      "2026-09-07T03:05",
    ]);
    const complete = [
      "harvest",
      "publish",
      "dump",
      "dump",
      "dump",
      "dump",
      "dump",
      "integration_test",
      "report",
    ];
    expect(order["Corrida completa"]).toEqual(Array(10).fill(complete));
    expect(order["Corrida intermedia 08:00"]).toEqual(Array(10).fill(["harvest", "publish"]));
    expect(order["Importado de Analytics"]).toEqual(Array(14).fill(["analytics", "popularity"]));
    expect(did).toHaveLength(10 * (complete.length + 4 * 2) + 14 * 2);
  });
});

describe("workOnce", () => {
  test("does a task that was asked for, and keeps its log and its report", async () => {
    const { work, clock, did } = world({
      tasks: {
        dump: async (_about, tell) => {
          await tell("a mitad de camino");
          return { files: 3 };
        },
      },
    });
    clock.now = 1_000;
    const { id } = await work.journal.requestRun("task", "dump", { formats: ["csv"] }, 900);
    clock.now = 2_000;
    await workOnce(work);
    expect(did).toEqual([{ at: 2_000, task: "dump", about: { formats: ["csv"] } }]);
    expect(await work.journal.run(id)).toMatchObject({
      status: "SUCCESS",
      startedAt: 2_000,
      finishedAt: 2_000,
      report: { stages: [{ task: "dump", status: "SUCCESS", report: { files: 3 } }] },
    });
    const log = await work.trail.entries("run", { subject: String(id), after: 0, limit: 9 });
    expect(log.map(({ entry }) => entry)).toEqual([
      { text: "dump: empieza" },
      { text: "a mitad de camino" },
      { text: "dump: terminó" },
    ]);
  });

  test("goes on with the next stage after one that fails, tells why, and hides bugs", async () => {
    const { work, clock, did, bugs } = world({
      synchronizers: [
        daily({
          stages: [{ task: "harvest", about: {} }, { task: "dump", about: {} }, {
            task: "publish",
            about: {},
          }],
        }),
      ],
      tasks: {
        harvest: () => Promise.reject(new Problem("unavailable", "Otro proceso está escribiendo")),
        dump: () => Promise.reject(new TypeError("secret detail")),
      },
    });
    clock.now = utc("2026-11-20T11:00");
    await workOnce(work);
    expect(did.map(({ task }) => task)).toEqual(["harvest", "dump", "publish"]);
    const [run] = await work.journal.runs("synchronizer", 1);
    expect(run).toMatchObject({
      status: "FAILURE",
      report: {
        stages: [
          { task: "harvest", status: "FAILURE", error: "Otro proceso está escribiendo" },
          { task: "dump", status: "FAILURE", error: "error interno" },
          { task: "publish", status: "SUCCESS" },
        ],
      },
    });
    expect(bugs).toHaveLength(1);
    expect(JSON.stringify(await work.trail.entries("run", { limit: 99 }))).not.toContain("secret");
  });

  test("restricts every stage to the node of a run by hand", async () => {
    const { work, did } = world();
    const { stages } = daily();
    await work.journal.requestRun("synchronizer", "s", { stages: [...stages], node: "bcra" }, 0);
    await workOnce(work);
    expect(did.map(({ about }) => about)).toEqual([{ node: "bcra" }, { x: 1, node: "bcra" }]);
  });

  test("makes up for missed times once, after being down for days", async () => {
    const { work, clock, did } = world({ synchronizers: [daily()] });
    clock.now = utc("2026-11-10T11:00");
    await workOnce(work);
    clock.now = utc("2026-11-20T15:00");
    await workOnce(work);
    await workOnce(work);
    const runs = await work.journal.runs("synchronizer", 9);
    expect(runs.map(({ about }) => about!.due)).toEqual([utc("2026-11-20T11:00"), utc("2026-11-10T11:00")]);
    expect(did).toHaveLength(4);
  });

  test.each([
    { why: "paused", over: { paused: true } },
    { why: "made after its time of today", over: { since: utc("2026-11-20T11:00") } },
  ])("leaves a synchronizer alone that is $why", async ({ over }) => {
    const { work, clock, did } = world({ synchronizers: [daily(over)] });
    clock.now = utc("2026-11-20T12:00");
    await workOnce(work);
    expect(did).toEqual([]);
  });

  test("does not ask again while its run waits or was left by a killed worker", async () => {
    const { work, clock, did } = world({ synchronizers: [daily()] });
    clock.now = utc("2026-11-20T11:00");
    // Another worker claimed it and was killed.
    await work.journal.requestRun("synchronizer", "s", { due: clock.now, stages: [] }, clock.now);
    await work.journal.claimRun(clock.now);
    clock.now = utc("2026-11-21T11:00");
    await workOnce(work);
    expect(did).toEqual([]);
    expect(await recover(work)).toBe(1);
    expect((await work.journal.runs("synchronizer", 9)).map(({ status }) => status)).toEqual(["FAILURE"]);
    await workOnce(work);
    expect(did).toHaveLength(2);
  });
});
