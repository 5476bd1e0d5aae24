// `etl run --wait` over a PostgreSQL that is killed and comes back while the step runs: the step goes on, and is told of.

import { expect, test } from "vitest";
import { etlWorld, processesWith } from "../etl/etl_world.ts";
import { START_TIMEOUT_MS, startPrivate } from "../services.ts";
import { eventually, sleep } from "../slow/process.ts";

test("a run that is waited for outlives a moment without its database", async () => {
  await using services = await startPrivate("postgres");
  await using world = await etlWorld(services.at("postgres").url);
  await world.write("pausa.sh", "#!/bin/sh\nsleep 8\n", 0o755);
  await world.modules({ pausa: { cmd: "./pausa.sh" } }, { alone: true });
  await world.sequence("pausa", [{ module_name: "pausa" }]);
  const waiting = world.etl("run", "pausa", "--wait");
  await eventually(() => Promise.resolve(processesWith(`${world.folder}/pausa.sh`).length > 0));
  // Private services write to their disk a moment after they say so.
  await sleep(1_000);
  await services.kill("postgres");
  await sleep(2_000);
  await services.start("postgres");
  expect(await waiting).toMatchObject({ code: 0 });
  expect(await world.runs("pausa")).toMatchObject([{ status: "SUCCESS" }]);
}, START_TIMEOUT_MS + 60_000);
