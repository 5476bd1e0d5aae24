// Limits of steps: on what they use, on what they say, on what is read of their output.

import fs from "node:fs";
import os from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fingerprintOf, sameFingerprint } from "../../src/host/step_fingerprint.ts";
import { LONG, startProgram } from "./process.ts";
import { PARENT, runStep, stepFolder } from "./step_command.ts";

let folder: ReturnType<typeof stepFolder>;
beforeAll(() => {
  folder = stepFolder();
});
afterAll(() => folder.remove());

const deno = (script: string, maxMemoryMB: number) =>
  folder.commandOf([Deno.execPath(), "eval", script], { maxMemoryMB });

describe("limits", () => {
  test("processor", async () => {
    const { end, told } = await runStep(folder.shell("while :; do :; done", { maxCpuSeconds: 1 }));
    expect(end).toMatchObject({ exitCode: null, signal: "SIGXCPU", reason: "limit" });
    expect(told).toEqual(["Superó el límite de procesador (1 s)"]);
  });

  test("processor, of what a shell runs", async () => {
    const { end } = await runStep(folder.shell("sh -c 'while :; do :; done'; exit $?", { maxCpuSeconds: 1 }));
    expect(end).toMatchObject({ exitCode: 128 + 24, signal: null, reason: "limit" });
  });

  test.for([
    {
      why: "a program of C",
      command: () => folder.commandOf(["/usr/bin/tail", "/dev/zero"], { maxMemoryMB: 100 }),
    },
    {
      why: "a program of V8",
      command: () => deno("const all = []; for (;;) all.push(new Array(9999).fill(all.length));", 100),
    },
    {
      why: "below a shell",
      command: () => folder.shell("tail /dev/zero; exit 1", { maxMemoryMB: 100 }),
    },
  ])("memory: $why", async ({ command }) => {
    const { end } = await runStep(command());
    expect(end).toMatchObject({ reason: "limit" });
    expect(end.message).toContain("Superó el límite de memoria (100 MB)");
    expect(end.peakMemoryBytes).toBeGreaterThan(100 * 1024 * 1024);
  });

  test("memory leaves a program of V8 alone that keeps to it", async () => {
    const { end, stdout } = await runStep(deno("console.log('bien')", 200));
    expect([end.reason, stdout]).toEqual([null, ["bien"]]);
  });

  test("open files and niceness, no image of its memory", async () => {
    const command = folder.shell("ulimit -n; nice; ulimit -c", { maxOpenFiles: 40, nice: 5 });
    const own = os.getPriority();
    expect((await runStep(command)).stdout).toEqual(["40", String(own + 5), "0"]);
  });

  test("are never above those of the worker", async () => {
    const own = /^Max open files +\S+ +(\d+)/m.exec(fs.readFileSync("/proc/self/limits", "utf8"))![1]!;
    const { end, stdout } = await runStep(folder.shell("ulimit -n", { maxOpenFiles: Number(own) * 2 }));
    expect([end.reason, stdout]).toEqual([null, [own]]);
  });

  test("are told where nothing holds to them, and the step runs", async () => {
    const command = folder.shell("echo anda", { maxCpuSeconds: 1, nice: 3 });
    const { stdout, told } = await runStep(command, { searchPath: "" });
    expect(stdout).toEqual(["anda"]);
    expect(told).toEqual([expect.stringContaining("no se aplica maxCpuSeconds, nice")]);
  });

  test("memory is told of the largest of its processes", async () => {
    const held = 20 * 1024 * 1024;
    const script = `sh -c 'text=$(head -c ${held} /dev/zero | tr "\\0" x); sleep 5'; sleep 0`;
    const { end } = await runStep(folder.shell(script));
    expect(end.peakMemoryBytes).toBeGreaterThan(held);
  });
});

describe("log", () => {
  // Check 5 of the contract.
  test("is cut where it is full, while the step goes on and memory stays flat", async () => {
    const megabytes = LONG ? 1024 : 64;
    const line = "x".repeat(99);
    const printing = (size: number) =>
      folder.shell(`yes ${line} | head -c ${size * 1024 * 1024}; echo fin >&2; exit 5`, {
        maxOutputMB: 4,
        timeoutSeconds: 600,
      });
    const measure = async (size: number) => {
      await using parent = startProgram(Deno.execPath(), [
        "run",
        "-A",
        PARENT,
        JSON.stringify(printing(size)),
      ]);
      const { stdout } = await parent.finished;
      return JSON.parse(/^ended (.*)$/m.exec(stdout)![1]!);
    };
    const few = await measure(1), many = await measure(megabytes);
    // The last line is cut short by head: its newline is counted all the same.
    expect(few.kept).toMatchObject({ cut: 0, bytes: 1024 * 1024 + 1 + "fin\n".length });
    expect(many.end).toMatchObject({ exitCode: 5, reason: "exit_code", message: "fin" });
    // Whole lines of 100 bytes that fit.
    expect(many.kept.bytes).toBe(Math.floor(4 * 1024 * 1024 / 100) * 100);
    expect(many.kept.cut).toBeGreaterThan(0);
    expect(many.kept.atOnce).toBe(1);
    // A batch, and the chunk that filled it.
    expect(many.kept.largestBatch).toBeLessThanOrEqual(2 * 64 * 1024);
    expect(many.peakMB - few.peakMB).toBeLessThan(32);
  });
});

describe("fingerprintOf", () => {
  test("sees size and time in folders of more than 10,000 files", async () => {
    const output = `${folder.path}/salida`;
    fs.mkdirSync(output);
    for (let i = 0; i <= 10_000; i++) fs.writeFileSync(`${output}/f${i}`, "x");
    const before = await fingerprintOf(output);
    expect(sameFingerprint(before, await fingerprintOf(output))).toBe(true);
    fs.utimesSync(`${output}/f77`, 1, 1);
    expect(sameFingerprint(before, await fingerprintOf(output))).toBe(false);
  });
});
