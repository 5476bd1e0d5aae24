// Reading sequences and modules: what is right becomes what is run, whatever is wrong beside it.

import { describe, expect, test } from "vitest";
import type { Sequence } from "../../src/core/etl/sequence.ts";
import { readProject, readSequence, validateProject } from "../../src/etl/sequence_project.ts";
import { CHECKS, MODULES, projectOf } from "./fault_cases.ts";
import { memoryProject, PROGRAM } from "./memory_project.ts";

async function read(sequence: unknown, files?: Readonly<Record<string, unknown>>): Promise<Sequence> {
  const found = await readSequence(projectOf(sequence, files), CHECKS, "s");
  expect(found.faults.filter(({ severity }) => severity === "error")).toEqual([]);
  return found.sequence!;
}

const step = (extra: object = {}) => ({ module_name: "ok", ...extra });

describe("readSequence reads", () => {
  const DEFAULTS = {
    when: "success",
    continueOnError: false,
    retries: { max: 0, backoffSeconds: 10, factor: 2, maxBackoffSeconds: 600, jitter: 0.1 },
  };

  test("the original form: empty, null and missing are not passed, the text None is", async () => {
    const sequence = await read([
      { module_name: "ok", input: "", output: null },
      { module_name: "other", input: "None", output: "/dev/null", config: "None" },
    ]);
    expect(sequence).toEqual({
      name: "s",
      steps: [
        { id: "1", module: "ok", needs: [], ...DEFAULTS },
        {
          id: "2",
          module: "other",
          input: "None",
          output: "/dev/null",
          conf: "None",
          needs: ["1"],
          ...DEFAULTS,
        },
      ],
      schedules: [],
      overlap: "skip",
      enabled: true,
      onFailure: [],
      onRecovery: [],
    });
  });

  test("the extended form", async () => {
    const sequence = await read({
      steps: [
        step({ id: "a", retries: { max: 0 } }),
        step({ id: "b", needs: [], when: "always", continueOnError: true, timeoutSeconds: 1.5 }),
        step({ id: "c", needs: ["a", "b"] }),
      ],
      schedule: [
        { cron: "*/10  * * * * *", timezone: "America/Argentina/Buenos_Aires", misfire: "run_all" },
        { cron: "0 0 29 2 *", misfireGraceSeconds: 3600 },
      ],
      overlap: "cancel_previous",
      retries: {
        max: 3,
        backoffSeconds: 1,
        factor: 1,
        maxBackoffSeconds: 5,
        jitter: 0,
        onExitCodes: [1, 75],
      },
      timeoutSeconds: 60,
      enabled: false,
      concurrencyGroup: "x",
      onFailure: [{ webhook: "https://example.org/a" }, { mail: "ana@example.org" }],
      onRecovery: [{ command: ["./tell.sh", ""] }],
    });
    const retries = {
      max: 3,
      backoffSeconds: 1,
      factor: 1,
      maxBackoffSeconds: 5,
      jitter: 0,
      onExitCodes: [1, 75],
    };
    expect(sequence).toEqual({
      name: "s",
      steps: [
        { id: "a", module: "ok", needs: [], ...DEFAULTS },
        {
          id: "b",
          module: "ok",
          needs: [],
          when: "always",
          continueOnError: true,
          retries,
          timeoutSeconds: 1.5,
        },
        { id: "c", module: "ok", needs: ["a", "b"], when: "success", continueOnError: false, retries },
      ],
      schedules: [
        {
          key: "*/10 * * * * * America/Argentina/Buenos_Aires",
          cron: "*/10 * * * * *",
          timezone: "America/Argentina/Buenos_Aires",
          misfire: "run_all",
        },
        {
          key: "0 0 29 2 * UTC",
          cron: "0 0 29 2 *",
          timezone: "UTC",
          misfire: "run_once",
          misfireGraceSeconds: 3600,
        },
      ],
      overlap: "cancel_previous",
      timeoutSeconds: 60,
      enabled: false,
      concurrencyGroup: "x",
      onFailure: [{ webhook: "https://example.org/a" }, { mail: "ana@example.org" }],
      onRecovery: [{ command: ["./tell.sh", ""] }],
    });
  });

  test("steps in an order in which each comes after those it needs", async () => {
    const { steps } = await read([
      step({ id: "c", needs: ["a", "b"] }),
      step({ id: "a", needs: [] }),
      step({ id: "b", needs: ["a"] }),
    ]);
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([["a", []], ["b", ["a"]], ["c", ["a", "b"]]]);
  });

  test("included sequences in their places", async () => {
    const { steps } = await read([
      step({ id: "a" }),
      { id: "x", include: "fork", retries: { max: 2 }, timeoutSeconds: 9, when: "always" },
      step({ id: "b" }),
    ], {
      // Two that begin, two that end.
      "etl_sequences/fork.json": [
        step({ id: "p", needs: [] }),
        step({ id: "q", needs: [], timeoutSeconds: 5 }),
        step({ id: "r", needs: ["p"], retries: { max: 1 } }),
        { include: "one", needs: ["q"] },
      ],
      "etl_sequences/one.json": { steps: [step({ when: "failure" })], retries: { max: 7 }, enabled: false },
    });
    expect(
      steps.map((
        { id, needs, when, retries, timeoutSeconds },
      ) => [id, needs, when, retries.max, timeoutSeconds]),
    ).toEqual([
      ["a", [], "success", 0, undefined],
      ["x/p", ["a"], "always", 2, 9],
      ["x/q", ["a"], "always", 2, 5],
      ["x/r", ["x/p"], "success", 1, 9],
      ["x/4/1", ["x/q"], "failure", 7, 9],
      ["b", ["x/r", "x/4/1"], "success", 0, undefined],
    ]);
  });

  test("the same sequence included twice", async () => {
    const { steps } = await read([{ include: "one" }, { include: "one" }], {
      "etl_sequences/one.json": [step()],
    });
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([["1/1", []], ["2/1", ["1/1"]]]);
  });

  test("modules: programs beside the map, in PATH, with arguments", async () => {
    const { modules } = await readSequence(
      projectOf([{ module_name: "a" }, { module_name: "b" }, { module_name: "c" }, { module_name: "d" }], {
        "modules.json": {
          a: { cmd: "true" },
          b: { cmd: "sub/../b.sh", confFlag: "--config", cwd: "module", env: { A: "1" }, secrets: ["B"] },
          c: { cmd: ["b.sh", "-x", ""], settings: ["C"], maxMemoryMB: 5, nice: 3 },
          d: {
            cmd: "/bin/false",
            timeoutSeconds: 2,
            killGraceSeconds: 0,
            maxOutputMB: 1,
            maxCpuSeconds: 4,
            maxOpenFiles: 9,
            maxRunning: 1,
          },
        },
        "b.sh": PROGRAM,
      }),
      CHECKS,
      "s",
    );
    const defaults = {
      confFlag: "--conf",
      env: {},
      secrets: [],
      cwd: "project",
      timeoutSeconds: 3600,
      killGraceSeconds: 10,
      maxOutputMB: 16,
    };
    expect(Object.fromEntries(modules)).toEqual({
      a: { name: "a", command: ["/bin/true"], ...defaults },
      b: {
        name: "b",
        command: ["/project/b.sh"],
        ...defaults,
        confFlag: "--config",
        cwd: "module",
        env: { A: "1" },
        secrets: ["B"],
      },
      c: {
        name: "c",
        command: ["/project/b.sh", "-x", ""],
        ...defaults,
        settings: ["C"],
        maxMemoryMB: 5,
        nice: 3,
      },
      d: {
        name: "d",
        command: ["/bin/false"],
        ...defaults,
        timeoutSeconds: 2,
        killGraceSeconds: 0,
        maxOutputMB: 1,
        maxCpuSeconds: 4,
        maxOpenFiles: 9,
        maxRunning: 1,
      },
    });
  });

  test("only a sequence that is there, by a name that is no path", async () => {
    const files = projectOf([step()], { "secret.json": [step()] });
    for (const name of ["t", "../secret", "/project/etl_sequences/s", "s.json", ""]) {
      await expect(readSequence(files, CHECKS, name)).rejects.toMatchObject({ code: "not_found" });
    }
  });
});

describe("readProject", () => {
  const files = projectOf([step()], {
    "modules.json": { ...MODULES, unused: { cmd: "./none" }, idle: { cmd: "true" } },
    "etl_sequences/wrong.json": [{ module_name: "none" }],
    "etl_sequences/outer.json": [{ include: "wrong" }],
    "etl_sequences/a b.json": [step()],
    "etl_sequences/.draft.json": "{",
    "etl_sequences/notes.txt": "x",
    "etl_sequences/conf/x.json": "{",
  });

  test("gives the right ones, names the wrong ones, and tells each fault once", async () => {
    const { sequences, invalid, modules, faults } = await readProject(files, CHECKS);
    expect([...sequences.keys()]).toEqual(["s"]);
    expect([...invalid].sort()).toEqual(["outer", "wrong"]);
    expect([...modules.keys()]).toEqual(["ok"]);
    expect(faults.map(({ file, pointer }) => `${file}#${pointer}`).sort()).toEqual([
      "etl_sequences/a b.json#",
      "etl_sequences/wrong.json#/0/module_name",
    ]);
  });

  test("leaves modules that nobody uses to validateProject, which warns of them", async () => {
    const faults = await validateProject(files, CHECKS);
    expect(faults.filter(({ file }) => file === "modules.json")).toMatchObject([
      { severity: "warning", pointer: "/unused/cmd", message: 'No existe el programa "./none"' },
    ]);
    expect(faults).toHaveLength(3);
  });

  test("without any file there is a fault, and no sequence", async () => {
    const { sequences, faults } = await readProject(memoryProject({}), CHECKS);
    expect(sequences.size).toBe(0);
    expect(faults).toEqual([]);
    expect(await validateProject(memoryProject({}), CHECKS)).toMatchObject([
      { severity: "error", file: "modules.json", pointer: "" },
    ]);
  });
});
