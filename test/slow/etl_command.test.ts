// `etl` on a terminal and in scripts, where no process works: how it ends, and what it takes over from one that was
// killed.

import { describe, expect, test } from "vitest";
import { etlWorld, processesWith } from "../etl/etl_world.ts";
import { eventually, startCommand } from "./process.ts";

const LONG_STEP = "#!/bin/sh\nwhile :; do sleep 0.1; done\n";

describe("etl run", () => {
  test("that fails validation ends with 1, and writes the run as JSON", async () => {
    await using world = await etlWorld();
    await world.modules({}, { alone: true });
    await world.sequence("rota", [{ module_name: "nadie" }]);
    for (const args of [["run", "rota", "--json"], ["run", "rota", "--wait", "--json"]]) {
      const { code, stdout, stderr } = await world.etl(...args);
      expect(code).toBe(1);
      const told = JSON.parse(stdout);
      expect(told.run ?? told).toMatchObject({ status: "FAILURE", reason: "validation" });
      expect(stderr).toContain('No existe el módulo "nadie"');
    }
  });

  test("tells all that is wrong of what it cannot plan, and keeps nothing of it", async () => {
    await using world = await etlWorld();
    await world.modules({}, { alone: true });
    await world.sequence("rota", [{ module_name: "nadie" }, { module_name: "ninguno" }]);
    const { code, stdout, stderr } = await world.etl("run", "rota", "--dry-run");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain('#/0/module_name: No existe el módulo "nadie"');
    expect(stderr).toContain('#/1/module_name: No existe el módulo "ninguno"');
    expect(await world.runs("rota")).toEqual([]);
  });

  test("ends what a killed command left, of whichever sequence", async () => {
    await using world = await etlWorld();
    await world.write("larga.sh", LONG_STEP, 0o755);
    await world.modules({ larga: { cmd: "./larga.sh" }, espera: { cmd: ["sleep", "18"] } }, { alone: true });
    await world.sequence("larga", [{ module_name: "larga" }]);
    await world.sequence("otra", [{ module_name: "espera" }]);
    const program = `${world.folder}/larga.sh`;
    await using killed = startCommand("etl_command", ["run", "larga", "--wait", "--data", world.dataDir], {
      ETL_DIR: world.folder,
    });
    await eventually(() => Promise.resolve(processesWith(program).length > 0));
    killed.kill("SIGKILL");
    await killed.finished;
    expect(await world.etl("run", "otra", "--wait")).toMatchObject({ code: 0 });
    expect(processesWith(program)).toEqual([]);
    expect(await world.runs("larga")).toMatchObject([{ status: "FAILURE", reason: "lost" }]);
  }, 120_000);
});
