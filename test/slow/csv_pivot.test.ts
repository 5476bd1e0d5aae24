// The module csv_pivot as the scheduler runs it: arguments, exit codes, what it prints, and the memory that a large
// file takes.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runScript } from "../../scripts/bench/process.ts";
import { isoDate } from "../../src/core/time.ts";
import { LONG, runCommand } from "./process.ts";

const PROGRAM = "modules/csv_pivot/program";

let folder: string;
const at = (name: string) => path.join(folder, name);

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-pivot-"));
  const conf = { date: { column: "f" }, values: [{ column: "v", title: "v_{k}" }] };
  fs.writeFileSync(at("conf.json"), JSON.stringify(conf));
  fs.writeFileSync(at("conf2.json"), JSON.stringify(conf));
  fs.writeFileSync(at("wrong.json"), JSON.stringify({ ...conf, repeated: "often" }));
  fs.writeFileSync(at("in.csv"), "f,k,v\n2020-01-01,a,1\n2020-01-02,b,2\n");
  fs.writeFileSync(at("bad.csv"), "f,k,v\n2020-01-01,a,x\n");
});
afterAll(() => fs.rmSync(folder, { recursive: true }));
beforeEach(() => fs.rmSync(at("out.csv"), { force: true }));

describe("arguments", () => {
  const inOut = () => ["--input", at("in.csv"), "--output", at("out.csv")];

  test.each<{ why: string; args: () => string[]; code: number; stderr?: string }>([
    {
      why: "--conf, as the scheduler passes it",
      args: () => [...inOut(), "--conf", at("conf.json")],
      code: 0,
    },
    {
      why: "--config, as the document says",
      args: () => [...inOut(), `--config=${at("conf.json")}`],
      code: 0,
    },
    {
      why: "both, saying different things",
      args: () => [...inOut(), "--conf", at("conf.json"), "--config", at("conf2.json")],
      code: 2,
      stderr: "--conf y --config dicen cosas distintas",
    },
    { why: "no configuration", args: inOut, code: 2, stderr: "Falta --conf" },
    {
      why: "no output",
      args: () => ["--input", at("in.csv"), "--conf", at("conf.json")],
      code: 2,
      stderr: "Falta --output",
    },
    {
      why: "a configuration that is not there",
      args: () => [...inOut(), "--conf", at("none.json")],
      code: 2,
      stderr: "No se pudo leer el archivo de configuración",
    },
    {
      why: "a configuration that is wrong",
      args: () => [...inOut(), "--conf", at("wrong.json")],
      code: 2,
      stderr: 'wrong.json: "repeated" debe ser "fail" o "sum" o "min" o "max"',
    },
    {
      why: "a result over its input",
      args: () => ["--input", at("in.csv"), "--output", at("in.csv"), "--conf", at("conf.json")],
      code: 2,
      stderr: "tomaría el lugar del archivo de entrada",
    },
    {
      why: "bad content",
      args: () => ["--input", at("bad.csv"), "--output", at("out.csv"), "--conf", at("conf.json")],
      code: 1,
      stderr: 'bad.csv, línea 2, columna "v": "x" no es un número',
    },
    {
      why: "an input that is not there",
      args: () => ["--input", at("none.csv"), "--output", at("out.csv"), "--conf", at("conf.json")],
      code: 1,
      stderr: "No existe el archivo",
    },
    {
      why: "an output folder that is not there",
      args: () => ["--input", at("in.csv"), "--output", at("none/out.csv"), "--conf", at("conf.json")],
      code: 1,
      stderr: "No existe la carpeta de salida",
    },
  ])("$why: ends with $code", async ({ args, code, stderr = "" }) => {
    const finished = await runCommand(PROGRAM, args());
    expect(finished.stderr).toContain(stderr);
    expect(finished.stderr).not.toContain("at file:");
    expect(finished.code).toBe(code);
    expect(fs.existsSync(at("out.csv"))).toBe(code === 0);
    if (code !== 0) return expect(finished.stdout).toBe("");
    expect(JSON.parse(finished.stdout.trimEnd().split("\n").at(-1)!)).toEqual({
      output: at("out.csv"),
      rows_in: 2,
      rows_out: 2,
      columns: 2,
      left_out: { filter: 0, join: 0, title: 0 },
    });
  });

  test("--help tells them all", async () => {
    const { code, stdout } = await runCommand(PROGRAM, ["--help"]);
    expect(code).toBe(0);
    for (const name of ["--input", "--output", "--conf", "--config", "--help"]) {
      expect(stdout).toContain(name);
    }
  });
});

test("a long file takes the memory of its table, not its own", async () => {
  const repeats = LONG ? 2000 : 200;
  const days = 1000;
  const block = Array.from({ length: days }, (_, i) => {
    return ["a", "b", "c", "d", "e"].map((key) => `${isoDate(i)},${key},1.5,${"-".repeat(40)}\n`).join("");
  }).join("");
  const out = fs.openSync(at("long.csv"), "w");
  fs.writeSync(out, "f,k,v,remarks\n");
  for (let i = 0; i < repeats; i++) fs.writeSync(out, block);
  fs.closeSync(out);
  fs.writeFileSync(
    at("sum.json"),
    JSON.stringify({
      date: { column: "f" },
      values: [{ column: "v", title: "v_{k}" }],
      repeated: "sum",
    }),
  );
  const { output, peak } = await runScript(`src/${PROGRAM}.ts`, [
    ...["--input", at("long.csv"), "--output", at("out.csv"), "--conf", at("sum.json")],
  ]);
  expect(JSON.parse(output.trimEnd().split("\n").at(-1)!)).toMatchObject({
    rows_in: repeats * days * 5,
    rows_out: days,
    columns: 5,
  });
  const sum = (repeats * 1.5).toFixed(1);
  expect(fs.readFileSync(at("out.csv"), "utf8").split("\n")[1]).toBe(`1970-01-01${`,${sum}`.repeat(5)}`);
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(200);
});
