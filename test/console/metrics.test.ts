// /metrics: figures of sequences, of who works on them, of the journal and of the process.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exposition } from "../../src/console/exposition.ts";
import { answerMetrics } from "../../src/console/metrics.ts";
import { memoryJournal } from "../../src/store/memory.ts";
import { type EtlWorld, etlWorld, START, WORKER } from "./etl_world.ts";
import { type Metric, readExposition } from "./prometheus_text.ts";

let world: EtlWorld;
let journal: ReturnType<typeof memoryJournal>;
beforeEach(async () => {
  world = await etlWorld();
  journal = memoryJournal();
});
afterEach(() => world.remove());

const NOW = START + 60_000;
const FIGURES = { residentBytes: 1_000, heapBytes: 500, cpuSeconds: 2.5, startedAt: START };

const answer = (method = "GET") =>
  answerMetrics(new Request("http://x/metrics", { method }), {
    journal,
    etl: { store: world.store },
    now: () => NOW,
    version: '1.2"3',
    ownFigures: () => FIGURES,
  });

const read = async () => readExposition(await (await answer()).text());

/** Values by labels, as `two success`. */
const valuesOf = (metrics: readonly Metric[], name: string) =>
  Object.fromEntries(
    metrics.filter((metric) => metric.name === name).map((
      { labels, value },
    ) => [Object.values(labels).join(" "), value]),
  );

async function runOf(name: string, ms: number, more: { scheduledAt?: number; status?: "FAILURE" } = {}) {
  const { run } = (await world.store.run(await world.start("two")))!;
  const { run: { id } } = await world.store.addRun({
    name,
    snapshot: run.snapshot,
    trigger: "schedule",
    requestedAt: START,
    attempts: [],
    ...(more.scheduledAt !== undefined && { schedule: "s", scheduledAt: more.scheduledAt }),
  });
  const lease = await world.leased();
  await world.store.decide(lease, id, (await world.store.run(id))!.run.revision, {
    run: { status: "STARTED", start: START },
  });
  await world.store.decide(lease, id, (await world.store.run(id))!.run.revision, {
    run: { status: more.status ?? "SUCCESS", end: START + ms },
  });
  // Only a snapshot was wanted of it.
  await world.close(run.id, "CANCELLED");
}

describe("/metrics", () => {
  test("is well formed, by GET and HEAD, and nothing else", async () => {
    const got = await answer();
    expect([got.status, got.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(readExposition(await got.text()).length).toBeGreaterThan(5);
    const head = await answer("HEAD");
    expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "",
    ]);
    expect((await answer("POST")).status).toBe(405);
  });

  test("counts runs by sequence and status, failures, and seconds", async () => {
    await runOf("a", 1_500);
    await runOf("a", 250);
    await runOf("a", 10, { status: "FAILURE" });
    const metrics = await read();
    expect(valuesOf(metrics, "caudal_etl_runs_total")).toEqual({
      "a success": 2,
      "a failure": 1,
      "two cancelled": 3,
    });
    expect(valuesOf(metrics, "caudal_etl_run_failures_total")).toEqual({ a: 1 });
    expect(valuesOf(metrics, "caudal_etl_run_duration_seconds_sum")).toEqual({
      "a success": 1.75,
      "a failure": 0.01,
    });
    expect(valuesOf(metrics, "caudal_etl_run_duration_seconds_count")).toEqual({
      "a success": 2,
      "a failure": 1,
    });
    expect(valuesOf(metrics, "caudal_etl_last_success_timestamp_seconds")).toEqual({
      a: (START + 1_500) / 1000,
    });
  });

  test("goes on counting runs that were removed", async () => {
    await runOf("a", 1);
    await world.store.removeRuns(START + 2, 9);
    expect(valuesOf(await read(), "caudal_etl_runs_total")["a success"]).toBe(1);
  });

  test("tells how late the last scheduled run of a sequence began, however it ended", async () => {
    await runOf("a", 1, { scheduledAt: START - 5_000 });
    await runOf("a", 1, { scheduledAt: START - 2_500, status: "FAILURE" });
    await runOf("b", 1);
    expect(valuesOf(await read(), "caudal_etl_lateness_seconds")).toEqual({ a: 2.5 });
  });

  test("tells of the lease, the queue and the workers", async () => {
    expect(valuesOf(await read(), "caudal_etl_lease_held")).toEqual({ "": 0 });
    const running = await world.start("two");
    await world.begin(running);
    await world.start("two");
    await world.store.beat(WORKER, []);
    const { token } = (await world.leased())!;
    const metrics = await read();
    const one = (name: string) => valuesOf(metrics, name);
    expect(one("caudal_etl_lease_held")).toEqual({ "": 1 });
    expect(one("caudal_etl_lease_holder_info")).toEqual({ "maquina:7:ab": 1 });
    expect(one("caudal_etl_lease_token")).toEqual({ "": token });
    expect(one("caudal_etl_lease_age_seconds")).toEqual({ "": 60 });
    expect(one("caudal_etl_runs_active")).toEqual({ pending: 1, started: 1 });
    expect(one("caudal_etl_steps")).toEqual({ waiting: 0, retrying: 0, running: 1 });
    expect(one("caudal_etl_workers")).toEqual({ "": 1 });
    expect(one("caudal_etl_worker_slots")).toEqual({ "": 2 });
    expect(one("caudal_etl_worker_heartbeat_age_seconds")).toEqual({ w1: 60 });
  });

  test("tells of the last run of each kind of the journal that ended", async () => {
    const harvest = await journal.startRun("harvest", START);
    await journal.finishRun(harvest.id, "FAILURE", START + 4_000, null);
    await journal.startRun("harvest", START + 5_000);
    const publish = await journal.startRun("publish", START);
    await journal.finishRun(publish.id, "SUCCESS", START + 500, null);
    const metrics = await read();
    expect(valuesOf(metrics, "caudal_run_last_end_timestamp_seconds")).toEqual({
      harvest: (START + 4_000) / 1000,
      publish: (START + 500) / 1000,
    });
    expect(valuesOf(metrics, "caudal_run_last_duration_seconds")).toEqual({ harvest: 4, publish: 0.5 });
    expect(valuesOf(metrics, "caudal_run_last_status")).toEqual({
      "harvest success": 0,
      "harvest failure": 1,
      "publish success": 1,
      "publish failure": 0,
    });
  });

  test("tells of the process, and the version as it is", async () => {
    const metrics = await read();
    expect(valuesOf(metrics, "caudal_build_info")).toEqual({ '1.2"3': 1 });
    expect(valuesOf(metrics, "process_resident_memory_bytes")).toEqual({ "": 1_000 });
    expect(valuesOf(metrics, "process_cpu_seconds_total")).toEqual({ "": 2.5 });
    expect(valuesOf(metrics, "process_start_time_seconds")).toEqual({ "": START / 1000 });
  });
});

test("exposition escapes what labels and helps may not hold", () => {
  const label = 'a\\"b"\nc\\n';
  const text = exposition([
    { name: "x", help: "one\\two\nthree", type: "gauge", samples: [{ labels: { label }, value: 1e21 }] },
    { name: "empty", help: "none", type: "gauge", samples: [] },
    {
      name: "y",
      help: "inf",
      type: "gauge",
      samples: [{ value: Infinity }, { labels: { a: "1" }, value: NaN }],
    },
  ]);
  // By hand, from the format: \ as \\, a newline as \n, " as \" in labels alone.
  expect(text.split("\n")).toEqual([
    "# HELP x one\\\\two\\nthree",
    "# TYPE x gauge",
    'x{label="a\\\\\\"b\\"\\nc\\\\n"} 1e+21',
    "# HELP y inf",
    "# TYPE y gauge",
    "y +Inf",
    'y{a="1"} NaN',
    "",
  ]);
  expect(readExposition(text)[0]).toEqual({ name: "x", labels: { label }, value: 1e21 });
});

test.each(["x 1", '# TYPE x gauge\nx{a="b} 1\n', "# TYPE x gauge\nx 1\nx 2\n", "# TYPE x gauge\ny 1\n"])(
  "the reader of this test refuses %j",
  (text) => {
    expect(() => readExposition(text)).toThrow();
  },
);
