// How a worker ends: told to stop while a step does not want to, it waits for the step's own grace, notes how it ended,
// and gives the lease back. And what it does when its store is taken away.

import path from "node:path";
import { expect, test } from "vitest";
import { SCHEDULER_LEASE } from "../../src/etl/scheduler.ts";
import { etlWorld, processesWith } from "../etl/etl_world.ts";
import { eventually, sleep } from "./process.ts";

/** Longer than tasks have. */
const KILL_GRACE_SECONDS = 12;

test("a step that ignores SIGTERM is ended, noted as lost, and the lease is given back", async () => {
  await using world = await etlWorld();
  await world.write("terco.sh", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n", 0o755);
  await world.modules({ terco: { cmd: "./terco.sh", killGraceSeconds: KILL_GRACE_SECONDS } });
  await world.sequence("terco", [{ module_name: "terco" }]);
  const program = `${world.folder}/terco.sh`;
  await using worker = world.worker();
  const run = await world.ask("terco");
  await eventually(() => Promise.resolve(processesWith(program).length > 0));
  worker.kill("SIGTERM");
  expect(await worker.finished).toMatchObject({ code: 0, signal: null });
  expect(processesWith(program)).toEqual([]);
  expect((await world.found(run)).run).toMatchObject({ status: "FAILURE", reason: "lost" });
  expect(await world.store.lease(SCHEDULER_LEASE)).toBeUndefined();
}, 60_000);

test("a worker whose store was taken away says so, and leaves the new one to others", async () => {
  await using world = await etlWorld();
  await world.modules({ bien: { cmd: "true" } }, { alone: true });
  await world.sequence("bien", [{ module_name: "bien" }]);
  await using worker = world.worker();
  await eventually(async () => await world.store.lease(SCHEDULER_LEASE) !== undefined);
  for (const ending of ["", "-wal", "-shm"]) {
    await Deno.remove(path.join(world.dataDir, `etl.sqlite${ending}`));
  }
  expect(await world.etl("run", "bien", "--wait")).toMatchObject({ code: 0 });
  // Its lease is renewed each 5 s, and lost within 7.5.
  await sleep(10_000);
  worker.kill("SIGTERM");
  const { code, stderr } = await worker.finished;
  expect(code).toBe(0);
  expect(stderr).toContain("ya no es el que este proceso abrió: reinícielo");
}, 60_000);
