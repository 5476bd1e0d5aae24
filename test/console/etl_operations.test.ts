// Rows of sequences, modules, schedules and workers; who may what; and /getstatus as the replaced scheduler had it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ETL_OPERATIONS } from "../../src/console/etl_operations.ts";
import { ETL_RUN_OPERATIONS } from "../../src/console/etl_run_operations.ts";
import { DAILY, type EtlWorld, etlWorld, START, WORKER } from "./etl_world.ts";

let world: EtlWorld;
beforeEach(async () => {
  world = await etlWorld();
});
afterEach(() => world.remove());

const iso = (ms: number) => new Date(ms).toISOString();

describe("roles", () => {
  test.each([...ETL_OPERATIONS, ...ETL_RUN_OPERATIONS].map(({ id, method, path, role }) => [
    id,
    method,
    path,
    role,
  ]))("%s is for its role and above", async (_, method, path, role) => {
    const at = path!.replace(/:\w+/g, "1");
    const nobody = await world.ask(method!.toUpperCase(), at);
    expect(nobody.status).toBe(401);
    expect(method === "get" ? "viewer" : "operator").toBe(role);
    if (role === "viewer") return;
    const viewer = await world.ask(method!.toUpperCase(), at, { as: "viewer", json: {} });
    expect(viewer.status).toBe(403);
    expect((await viewer.json()).detail).toContain("Hace falta el rol operator");
  });
});

describe("sequences", () => {
  test("etl.sequences lists those that are in order, and what is wrong in the others by file and place", async () => {
    const id = await world.start("two");
    const { body } = await world.read("/etl/sequences");
    expect(body.sequences.map(({ name, steps, schedules, enabled, last_run }: Record<string, unknown>) => [
      name,
      steps,
      schedules,
      enabled,
      (last_run as { id: number } | null)?.id,
    ])).toEqual([
      ["daily", 1, 1, true, undefined],
      ["fails", 1, 0, true, undefined],
      ["two", 2, 0, true, id],
    ]);
    expect(body.faults).toEqual([expect.objectContaining({
      severity: "error",
      file: "etl_sequences/broken.json",
      pointer: "/0/module_name",
      message: expect.stringContaining("cpy"),
      hint: expect.stringContaining("copy"),
    })]);
  });

  test("etl.sequence tells the steps as they would run, without the passwords of addresses", async () => {
    const { body } = await world.read("/etl/sequences/two");
    expect(body.plan.map(({ step, module }: Record<string, string>) => [step, module])).toEqual([
      ["1", "copy"],
      ["2", "copy"],
    ]);
    expect(body.plan[0].argv.slice(1)).toEqual([
      "--input",
      "modules.json",
      "--output",
      "postgresql://ana:***@db.example/x",
    ]);
    expect(body.plan[0].environment).toContain("CLAVE_DE_CARGA");
    expect(body).toMatchObject({ overlap: "skip", concurrency_group: null, schedules: [], runs: [] });
  });

  test.each(["nothing", "broken", "..%2Fmodules"])("etl.sequence of %s is 404", async (name) => {
    expect((await world.read(`/etl/sequences/${name}`)).status).toBe(404);
  });

  test("etl.validate tells the faults of one sequence, or of all", async () => {
    const files = async (query: string) =>
      (await world.read(`/etl/faults${query}`)).body.faults.map(({ file }: { file: string }) => file);
    expect(await files("")).toEqual(["etl_sequences/broken.json"]);
    expect(await files("?name=broken")).toEqual(["etl_sequences/broken.json"]);
    expect(await files("?name=two")).toEqual([]);
    expect((await world.read("/etl/faults?name=nothing")).status).toBe(404);
  });

  test("etl.modules names secrets and tells none", async () => {
    const { body } = await world.read("/etl/modules");
    expect(body.modules.map(({ name, secrets }: Record<string, unknown>) => [name, secrets])).toEqual([
      ["copy", ["CLAVE_DE_CARGA"]],
      ["fail", []],
    ]);
  });
});

describe("schedules", () => {
  const keep = async () =>
    await world.store.keepSchedules(
      await world.leased(),
      [{ name: "daily", schedule: DAILY, nextAt: START }],
      START,
    );

  test("etl.schedules tells the next fires; 03:00 there is 06:00 UTC", async () => {
    await keep();
    const { body } = await world.read("/etl/schedules?next=3");
    const [one] = body.schedules;
    expect(one).toMatchObject({
      name: "daily",
      schedule: DAILY,
      cron: "0 3 * * *",
      timezone: "America/Argentina/Buenos_Aires",
      enabled: true,
      planned_up_to: iso(START),
      paused_by: null,
    });
    expect(one.next).toHaveLength(3);
    for (const at of one.next) expect(at).toMatch(/T06:00:00\.000Z$/);
    expect(Date.parse(one.next[1]) - Date.parse(one.next[0])).toBe(86_400_000);
    expect((await world.read("/etl/schedules?next=0")).status).toBe(400);
  });

  test("etl.schedules.pause and .resume tell by whom, and both are audited", async () => {
    await keep();
    const body = { name: "daily", schedule: DAILY };
    const paused = async () => (await world.read("/etl/schedules")).body.schedules[0].paused_by;
    expect((await world.post("/etl/schedules/pause", body)).status).toBe(204);
    expect(await paused()).toBe("operator");
    expect((await world.post("/etl/schedules/resume", body)).status).toBe(204);
    expect(await paused()).toBeNull();
    expect((await world.audited()).map(({ account, operation, body, status }) => [
      account,
      operation,
      body,
      status,
    ])).toEqual([
      ["operator", "etl.schedules.resume", body, 204],
      ["operator", "etl.schedules.pause", body, 204],
    ]);
  });

  test("etl.schedules.pause of a schedule that is not there is 404", async () => {
    await keep();
    const { status, body } = await world.post("/etl/schedules/pause", { name: "daily", schedule: "x" });
    expect([status, body.detail]).toEqual([404, expect.stringContaining('"x"')]);
  });

  test("etl.backfill asks for a run of each fire, and of each once", async () => {
    const range = { from: "2026-07-01T00:00:00Z", to: "2026-07-04T00:00:00-03:00" };
    expect((await world.post("/etl/sequences/daily/backfill", range)).body).toEqual({
      added: 3,
      existing: 0,
    });
    expect((await world.post("/etl/sequences/daily/backfill", range)).body).toEqual({
      added: 0,
      existing: 3,
    });
    const { runs } = (await world.read("/etl/runs?name=daily")).body;
    expect(runs.map(({ scheduled_at, trigger, triggered_by }: Record<string, string>) => [
      scheduled_at,
      trigger,
      triggered_by,
    ])).toEqual(["03", "02", "01"].map((day) => [`2026-07-${day}T06:00:00.000Z`, "backfill", "operator"]));
  });

  test.each([
    ["a sequence without schedules", "two", {}, 400],
    ["another schedule than it has", "daily", { schedule: "* * * * * UTC" }, 404],
    ["no instants", "daily", { from: "ayer" }, 400],
    ["a sequence that is not there", "nothing", {}, 404],
  ])("etl.backfill of %s is refused", async (_, name, more, status) => {
    const body = { from: "2026-07-01T00:00:00Z", to: "2026-07-04T00:00:00Z", ...more };
    expect((await world.post(`/etl/sequences/${name}/backfill`, body)).status).toBe(status);
  });
});

describe("workers", () => {
  test("etl.workers tells the holder of the lease and who gave signs of life", async () => {
    expect((await world.read("/etl/workers")).body).toEqual({ scheduler: null, workers: [] });
    const { token } = (await world.leased())!;
    await world.store.beat(WORKER, []);
    const { body } = await world.read("/etl/workers");
    expect(body.scheduler).toMatchObject({ holder: "maquina:7:ab", token, taken_at: iso(START) });
    const { startedAt: _, ...worker } = WORKER;
    expect(body.workers).toEqual([{ ...worker, started_at: iso(START), heartbeat_at: iso(START) }]);
  });
});

describe("etl.status", () => {
  test("is what the replaced scheduler answered: texts, None, times without zone", async () => {
    const id = await world.start("two");
    world.pass(1_000);
    const first = await world.begin(id);
    world.pass(250);
    await world.end(first);
    const second = await world.begin(id);
    await world.end(second, { status: "FAILURE", exitCode: 1, reason: "exit_code" });
    await world.close(id, "FAILURE");
    const { body } = await world.read("/etl/getstatus");
    // START is 2026-07-09T15:30:00Z.
    const module = { task_id: "None", name: "copy", conf: "None" };
    expect(body).toEqual([{
      id: String(id),
      name: "two",
      start: "2026-07-09 15:30:01.000000",
      end: "2026-07-09 15:30:01.250000",
      status: "FAILURE",
      modules: [
        {
          ...module,
          id: String(first),
          input: "modules.json",
          output: "postgresql://ana:***@db.example/x",
          start: "2026-07-09 15:30:01.000000",
          end: "2026-07-09 15:30:01.250000",
          status: "SUCCESS",
        },
        {
          ...module,
          id: String(second),
          input: "None",
          output: "None",
          start: "2026-07-09 15:30:01.250000",
          end: "2026-07-09 15:30:01.250000",
          status: "FAILURE",
        },
      ],
    }]);
  });

  test("tells running as PENDING, cancelled as FAILURE, and leaves out what never ran", async () => {
    const ids: number[] = [];
    for (const _ of Array(4)) ids.push(await world.start("two"));
    const [waits, runs, cancelled, done] = ids as [number, number, number, number];
    await world.begin(runs);
    await world.close(cancelled, "CANCELLED");
    await world.close(done, "SUCCESS");
    const { run } = (await world.store.run(waits))!;
    for (const status of ["SKIPPED", "MISSED"] as const) {
      await world.store.addRun({
        name: "two",
        requestedAt: START,
        trigger: "schedule",
        snapshot: run.snapshot,
        status,
        attempts: [],
      });
    }
    const { body } = await world.read("/etl/getstatus");
    expect(body.map(({ id, status }: Record<string, string>) => [Number(id), status])).toEqual([
      [done, "SUCCESS"],
      [cancelled, "FAILURE"],
      [runs, "PENDING"],
      [waits, "PENDING"],
    ]);
    const running = body.find(({ id }: { id: string }) => id === String(runs));
    expect(running.modules.map(({ status, start, end }: Record<string, string>) => [status, start, end]))
      .toEqual([["STARTED", "2026-07-09 15:30:00.000000", "None"], ["PENDING", "None", "None"]]);
  });
});
