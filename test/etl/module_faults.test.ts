// What is wrong in the map of modules, and in what steps name: programs, inputs, outputs and configurations. The other
// cases of etl-scheduler 5.2 are in sequence_faults.test.ts.

import { describe } from "vitest";
import { type FaultCase, testFaults } from "./fault_cases.ts";
import { PROGRAM } from "./memory_project.ts";

const step = (extra: object = {}) => ({ module_name: "ok", ...extra });

const CASES: readonly FaultCase[] = [
  {
    why: "bad JSON in the map of modules",
    sequence: [step()],
    files: { "modules.json": "{" },
    told: [{ file: "modules.json", at: "", says: "línea 1, columna 2" }],
  },
  {
    why: "no map of modules",
    sequence: [step()],
    files: { "modules.json": [] },
    told: [{ file: "modules.json", at: "", says: "Debe ser un objeto" }],
  },
  {
    why: "modules without a program",
    sequence: ["a", "b", "c", "d", "e"].map((module_name) => ({ module_name })),
    files: { "modules.json": { a: {}, b: { cmd: "" }, c: { cmd: [] }, d: { cmd: 3 }, e: 3 } },
    told: [
      { file: "modules.json", at: "/a/cmd", says: "no tiene programa", hint: '"cmd": "./programa"' },
      { file: "modules.json", at: "/b/cmd", says: "no tiene programa" },
      { file: "modules.json", at: "/c/cmd", says: "no tiene programa" },
      { file: "modules.json", at: "/d/cmd", says: "un texto, o una lista" },
      { file: "modules.json", at: "/e", says: "Debe ser un objeto" },
    ],
  },
  {
    why: "programs that cannot be run",
    sequence: ["a", "b", "c", "d", "e"].map((module_name) => ({ module_name })),
    files: {
      "modules.json": {
        a: { cmd: "./none.sh" },
        b: { cmd: "./plain.sh" },
        c: { cmd: "./folder" },
        d: { cmd: "python x.py" },
        e: { cmd: ["/none", "x"] },
      },
      "plain.sh": "no",
      "folder/a.sh": PROGRAM,
    },
    told: [
      { file: "modules.json", at: "/a/cmd", says: 'No existe el programa "./none.sh"' },
      { file: "modules.json", at: "/b/cmd", says: "no es ejecutable", hint: "chmod +x ./plain.sh" },
      { file: "modules.json", at: "/c/cmd", says: "es una carpeta" },
      {
        file: "modules.json",
        at: "/d/cmd",
        says: 'No existe el programa "python x.py"',
        hint: "una lista",
      },
      { file: "modules.json", at: "/e/cmd/0", says: 'No existe el programa "/none"' },
    ],
  },
  {
    why: "a file beside the map that is not executable, though PATH has one of that name",
    sequence: [step()],
    files: { "true": "no" },
    told: [{ file: "modules.json", at: "/ok/cmd", says: "no es ejecutable" }],
  },
  {
    why: "unknown keys and wrong values of a module",
    sequence: [step()],
    files: {
      "modules.json": {
        ok: {
          cmd: "true",
          comand: 1,
          conf: "x",
          confFlag: "-c",
          env: { A: 1, "B-C": "x", ETL_RUN_ID: "1", D: "" },
          secrets: ["D", "E", "E", 3],
          settings: "A",
          cwd: "here",
          timeoutSeconds: -1,
          killGraceSeconds: "1",
          maxOutputMB: 0,
          maxMemoryMB: 1.5,
          maxCpuSeconds: 0,
          maxOpenFiles: 2,
          nice: 20,
          maxRunning: 0,
        },
      },
    },
    told: [
      "comand",
      "conf",
      "env/A",
      "env/B-C",
      "env/ETL_RUN_ID",
      "secrets/2",
      "secrets/3",
      "settings",
      "secrets",
      "confFlag",
      "cwd",
      "timeoutSeconds",
      "killGraceSeconds",
      "maxOutputMB",
      "maxMemoryMB",
      "maxCpuSeconds",
      "maxOpenFiles",
      "nice",
      "maxRunning",
    ].map((at) => ({ file: "modules.json", at: `/ok/${at}`, says: "" })),
  },
  {
    why: "inputs that are not there and that no earlier step writes, as warnings",
    sequence: [
      step({ input: "none.csv", output: "out/a.csv" }),
      step({ input: "./out//a.csv", output: "folder/" }),
      step({ input: "folder/x.csv" }),
      step({ input: "out" }),
      step({ input: "there.csv" }),
      step({ input: "https://example.org/x" }),
      step({ input: "late.csv" }),
      step({ output: "late.csv" }),
      step({ input: "out/a.csv", needs: [] }),
    ],
    files: { "there.csv": "a" },
    told: [
      { at: "/0/input", says: '"none.csv"', severity: "warning" },
      { at: "/6/input", says: '"late.csv"', severity: "warning" },
      { at: "/8/input", says: '"out/a.csv"', hint: "necesite", severity: "warning" },
    ],
  },
  {
    why: "paths that count from the program's folder or the run's own",
    sequence: [
      { module_name: "near", input: "there.csv" },
      { module_name: "near", input: "none.csv" },
      { module_name: "own", input: "there.csv", output: "x.csv" },
      { module_name: "own", input: "./x.csv" },
      { module_name: "own", input: "/project/bin/there.csv" },
    ],
    files: {
      "modules.json": { near: { cmd: "bin/a.sh", cwd: "module" }, own: { cmd: "true", cwd: "run" } },
      "bin/a.sh": PROGRAM,
      "bin/there.csv": "a",
    },
    told: [
      { at: "/1/input", says: '"none.csv"', severity: "warning" },
      { at: "/2/input", says: '"there.csv"', severity: "warning" },
    ],
  },
  {
    why: "outputs of two steps, as warnings; devices take all, passwords are hidden",
    sequence: [
      step({ output: "a.csv" }),
      step({ output: "./a.csv" }),
      step({ output: "/dev/null" }),
      step({ output: "/dev/null" }),
      step({ output: "postgres://ana:clave@h/b" }),
      step({ output: "postgres://ana:clave@h/b" }),
    ],
    told: [
      { at: "/1/output", says: 'El paso "2" escribe la misma salida que el paso "1"', severity: "warning" },
      { at: "/5/output", says: '"postgres://ana:***@h/b"', severity: "warning" },
    ],
  },
];

describe("readSequence refuses, or warns of", () => testFaults(CASES));
