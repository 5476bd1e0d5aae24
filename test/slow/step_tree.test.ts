// Nothing of a step is left: neither what ignores its end, nor what went out of its way, nor what a killed worker left.

import fs from "node:fs";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogLine } from "../../src/core/etl/run.ts";
import type { StepCommand } from "../../src/etl/step_process.ts";
import { processTable, psProcesses } from "../../src/host/step_process_table.ts";
import { stepProcesses } from "../../src/host/step_processes.ts";
import { eventually, startProgram } from "./process.ts";
import { isAlive, living, PARENT, runStep, SEARCH_PATH, stepFolder } from "./step_command.ts";

let folder: ReturnType<typeof stepFolder>;
beforeAll(() => {
  folder = stepFolder();
});
afterAll(() => folder.remove());

describe("run", () => {
  // Check 4 of the contract.
  test("ends all of a tree that ignores SIGTERM when its time is over", async () => {
    const stubborn = "trap '' TERM; while :; do sleep 1; done";
    const command = folder.shell(
      `trap '' TERM
      sh -c "${stubborn}" &
      setsid sh -c "${stubborn}" &
      setsid env -i /bin/sh -c "${stubborn}" &
      while :; do sleep 1; done`,
      { timeoutSeconds: 2, killGraceSeconds: 1 },
    );
    const before = new Set(processTable()!.list().map(({ pid }) => pid));
    const { end, told } = await runStep(command);
    expect(end).toMatchObject({ exitCode: null, signal: "SIGKILL", reason: "timeout" });
    expect(end.message).toBe("Superó el tiempo permitido (2 s)");
    expect(told).toEqual([end.message]);
    expect(living(command)).toEqual([]);
    const later = processTable()!.list().filter(({ pid }) => !before.has(pid)).map(({ pid }) =>
      fs.existsSync(`/proc/${pid}/cmdline`) ? fs.readFileSync(`/proc/${pid}/cmdline`, "utf8") : ""
    );
    expect(later.filter((text) => text.includes("trap '' TERM"))).toEqual([]);
  });

  test.for([
    { why: "in its group", script: "sleep 1000 & echo $!" },
    { why: "in a session of its own", script: "setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.2" },
    { why: "a daemon by two forks", script: "(setsid sh -c 'echo $$; exec sleep 1000' &); sleep 0.2" },
    {
      why: "without environment, seen while its parent was there",
      script: "(setsid env -i /bin/sh -c 'echo $$; exec sleep 1000' & sleep 1)",
    },
  ])("ends what a good step leaves, which would hold its pipes: $why", async ({ script }) => {
    const { end, stdout, told } = await runStep(folder.shell(script));
    expect(end).toMatchObject({ exitCode: 0, reason: null, message: null });
    expect(isAlive(Number(stdout[0]))).toBe(false);
    expect(told).toEqual(["Se terminan procesos que el paso dejó andando"]);
  });

  test("does not wait for a stranger who holds its pipe", async () => {
    // Without environment, group or parent there is nothing it is known by; it may still be seen in time.
    const stranger = "echo $$; exec sleep 1000";
    const { end, stdout } = await runStep(
      folder.shell(`setsid setsid env -i /bin/sh -c '${stranger}' & sleep 0.1`),
    );
    if (isAlive(Number(stdout[0]))) process.kill(Number(stdout[0]), "SIGKILL");
    expect(end).toMatchObject({ exitCode: 0, reason: null });
  });

  test("lets what is through end by itself, and keeps what it says", async () => {
    const { stdout, told } = await runStep(folder.shell("(sleep 0.1; echo tarde) & echo temprano"));
    expect([stdout, told]).toEqual([["temprano", "tarde"], []]);
  });

  test("knows the group alone where the system tells of no processes, and says so once", async () => {
    const processes = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now, table: null });
    const told: string[] = [];
    const watch = {
      signal: new AbortController().signal,
      onStart: () => Promise.resolve(),
      onLines: (lines: readonly LogLine[]) =>
        Promise.resolve(void told.push(...lines.map(({ text }) => text))),
    };
    const command = folder.shell("trap '' TERM; sleep 1000 & sleep 1000 & wait; wait", { timeoutSeconds: 1 });
    expect(await processes.run(command, watch)).toMatchObject({ reason: "timeout", peakMemoryBytes: null });
    expect(living(command)).toEqual([]);
    const second = folder.shell("sleep 1000 & exit 0");
    expect(await processes.run(second, watch)).toMatchObject({ reason: null });
    expect(living(second)).toEqual([]);
    expect(told).toEqual([
      expect.stringContaining("Este sistema no dice qué procesos hay"),
      "Superó el tiempo permitido (1 s)",
      "Se terminan procesos que el paso dejó andando",
    ]);
  });

  test("finds them by ps where there is no /proc", async () => {
    const command = folder.shell("setsid sleep 1000 & sleep 1000", { timeoutSeconds: 2 });
    const { end } = await runStep(command, { table: psProcesses() });
    expect(end).toMatchObject({ reason: "timeout" });
    expect(living(command)).toEqual([]);
  });
});

describe("reap", () => {
  const processes = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now });

  async function killedWorkerOf(command: StepCommand) {
    await using parent = startProgram(Deno.execPath(), ["run", "-A", PARENT, JSON.stringify(command)]);
    const [pid, processStart] = (await parent.printed(/^started (\d+ \S+)$/m)).split(" ");
    return { pid: Number(pid), processStart: processStart!, stepId: "extraer" };
  }

  test("ends all that a killed worker left", async () => {
    const command = folder.shell("trap '' TERM; setsid sleep 1000 & sleep 1001 & wait; wait");
    const left = await killedWorkerOf(command);
    await eventually(() => Promise.resolve(living(command).length === 3));
    expect(await processes.reap({ ...left, stepId: "otro" })).toBe(false);
    expect(await processes.reap({ ...left, processStart: left.processStart.replace("/", "0/") })).toBe(false);
    expect(living(command)).toHaveLength(3);
    expect(await processes.reap(left)).toBe(true);
    expect(living(command)).toEqual([]);
    expect(await processes.reap(left)).toBe(false);
  });

  test("ends what is left of a step that ended meanwhile", async () => {
    const command = folder.shell("setsid sleep 1000 & sleep 1");
    const left = await killedWorkerOf(command);
    await eventually(() => Promise.resolve(living(command).length === 1));
    expect(isAlive(left.pid)).toBe(false);
    expect(await processes.reap(left)).toBe(true);
    expect(living(command)).toEqual([]);
  });

  test("leaves a process alone that has the pid now", async () => {
    const command = folder.shell("sleep 1000");
    await using other = startProgram("/bin/sh", ["-c", "exec sleep 1000"], { ...command.env });
    const boot = processTable()!.boot;
    const left = { pid: other.pid, processStart: `${boot}/1/0123456789abcdef`, stepId: "extraer" };
    expect(await processes.reap(left)).toBe(false);
    expect(other.isRunning()).toBe(true);
  });
});
