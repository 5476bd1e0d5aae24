// What a run keeps, what its steps are started with, and what a dry run tells: passwords are in the second alone.

import { describe, expect, test } from "vitest";
import { stepArgv } from "../../src/etl/module_program.ts";
import { dryRun, dryRunText } from "../../src/etl/sequence_dry_run.ts";
import { readSequence } from "../../src/etl/sequence_project.ts";
import { actualStep, snapshotOf } from "../../src/etl/sequence_snapshot.ts";
import { projectOf } from "./fault_cases.ts";
import { PROGRAM } from "./memory_project.ts";

const SECRET = "postgres://ana:clave@db/base";
const MASKED = "postgres://ana:***@db/base";
const MODULES = {
  load: {
    cmd: ["true", "-v"],
    confFlag: "--config",
    secrets: ["KEY"],
    env: { LANG: "C" },
    settings: ["DATA_DIR"],
  },
  copy: { cmd: "bin/copy.sh", cwd: "module", timeoutSeconds: 5, nice: 1, maxRunning: 2 },
  own: { cmd: "true", cwd: "run" },
};

async function read(steps: readonly object[]) {
  const files = projectOf(steps, { "modules.json": MODULES, "bin/copy.sh": PROGRAM });
  const { sequence, modules } = await readSequence(files, {}, "s");
  return { sequence: sequence!, modules };
}

const STEPS = [
  { module_name: "copy", input: "a b.csv", output: "/tmp/it's.csv" },
  { module_name: "load", input: "/tmp/it's.csv", output: SECRET, conf: "conf.json", timeoutSeconds: 7 },
  { module_name: "own" },
];

describe("stepArgv", () => {
  test.each([
    {
      why: "all options, in the contract's order, verbatim",
      step: { conf: "c", output: "$HOME/*", input: "None" },
      argv: ["/bin/true", "-v", "--input", "None", "--output", "$HOME/*", "--config", "c"],
    },
    { why: "none", step: {}, argv: ["/bin/true", "-v"] },
    { why: "one", step: { output: "-x" }, argv: ["/bin/true", "-v", "--output", "-x"] },
  ])("$why", async ({ step, argv }) => {
    const { modules } = await read(STEPS);
    expect(stepArgv(step, modules.get("load")!)).toEqual(argv);
  });

  test("the spelling that the original's modules know", async () => {
    const { modules } = await read(STEPS);
    expect(stepArgv({ conf: "c" }, modules.get("copy")!)).toEqual(["/project/bin/copy.sh", "--conf", "c"]);
  });
});

describe("snapshotOf", () => {
  test("hides passwords and keeps the modules that are used", async () => {
    const { sequence, modules } = await read(STEPS.slice(0, 2));
    const snapshot = snapshotOf(sequence, modules);
    expect(JSON.stringify(snapshot)).not.toContain("clave");
    expect(snapshot.sequence.steps[1]).toEqual({ ...sequence.steps[1], output: MASKED });
    expect(snapshot.sequence.steps[0]).toEqual(sequence.steps[0]);
    expect(snapshot.modules).toEqual({ copy: modules.get("copy"), load: modules.get("load") });
  });
});

describe("actualStep", () => {
  test("is the kept one where it hides nothing, whatever became of the file", async () => {
    const { sequence, modules } = await read(STEPS);
    const [kept] = snapshotOf(sequence, modules).sequence.steps;
    const { sequence: other } = await read([{ module_name: "own" }]);
    expect(actualStep(kept!, undefined)).toEqual(kept);
    expect(actualStep(kept!, other)).toEqual(kept);
  });

  test("takes the password of the file of now", async () => {
    const { sequence, modules } = await read(STEPS);
    const kept = snapshotOf(sequence, modules).sequence.steps[1]!;
    const { sequence: renewed } = await read([
      STEPS[0]!,
      { ...STEPS[1], output: SECRET.replace("clave", "nueva"), timeoutSeconds: 9 },
    ]);
    expect(actualStep(kept, sequence)).toEqual(sequence.steps[1]);
    expect(actualStep(kept, renewed)).toEqual({
      ...sequence.steps[1],
      output: "postgres://ana:nueva@db/base",
    });
  });

  test.each([
    { why: "another address", steps: [STEPS[0]!, { ...STEPS[1], output: SECRET.replace("base", "otra") }] },
    { why: "another input", steps: [STEPS[0]!, { ...STEPS[1], input: "x" }] },
    { why: "no configuration", steps: [STEPS[0]!, { ...STEPS[1], conf: "" }] },
    { why: "another module", steps: [STEPS[0]!, { ...STEPS[1], module_name: "copy" }] },
    { why: "another id", steps: [STEPS[0]!, { ...STEPS[1], id: "x" }] },
  ])("refuses a step that is another now: $why", async ({ steps }) => {
    const { sequence, modules } = await read(STEPS);
    const kept = snapshotOf(sequence, modules).sequence.steps[1]!;
    const { sequence: current } = await read(steps);
    for (const now of [current, undefined]) {
      let message = "";
      try {
        actualStep(kept, now);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toContain('El paso "2" lleva una contraseña');
      expect(message).not.toContain("clave");
    }
  });
});

test("dryRun tells command, folder, names of variables, time and limits of each step", async () => {
  const { sequence, modules } = await read(STEPS);
  const steps = dryRun(snapshotOf(sequence, modules), { root: "/project", environment: ["PATH", "LANG"] });
  expect(steps).toEqual([
    {
      step: "1",
      module: "copy",
      argv: ["/project/bin/copy.sh", "--input", "a b.csv", "--output", "/tmp/it's.csv"],
      cwd: "/project/bin",
      environment: ["LANG", "PATH"],
      timeoutSeconds: 5,
      limits: { killGraceSeconds: 10, maxOutputMB: 16, nice: 1, maxRunning: 2 },
    },
    {
      step: "2",
      module: "load",
      argv: [
        "/bin/true",
        "-v",
        "--input",
        "/tmp/it's.csv",
        "--output",
        MASKED,
        "--config",
        "conf.json",
      ],
      cwd: "/project",
      environment: ["DATA_DIR", "KEY", "LANG", "PATH"],
      timeoutSeconds: 7,
      limits: { killGraceSeconds: 10, maxOutputMB: 16 },
    },
    {
      step: "3",
      module: "own",
      argv: ["/bin/true"],
      cwd: "(carpeta propia de la corrida)",
      environment: ["LANG", "PATH"],
      timeoutSeconds: 3600,
      limits: { killGraceSeconds: 10, maxOutputMB: 16 },
    },
  ]);
  const text = dryRunText(steps);
  expect(text).toContain(
    `Paso 1: copy
  comando: /project/bin/copy.sh --input 'a b.csv' --output '/tmp/it'\\''s.csv'
  carpeta: /project/bin
  entorno: LANG, PATH
  tiempo máximo: 5 s
  límites: killGraceSeconds=10, maxOutputMB=16, nice=1, maxRunning=2

Paso 2: load
`,
  );
  expect(text).not.toContain("clave");
});
