// A worker that is told to stop while a step does not want to: it waits for the step's own grace, notes how it ended,
// and gives the lease back.

import { expect, test } from "vitest";
import { SCHEDULER_LEASE } from "../../src/etl/scheduler.ts";
import { etlWorld, processesWith } from "../etl/etl_world.ts";
import { eventually } from "./process.ts";

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
