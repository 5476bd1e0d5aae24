// The module data_refine as the scheduler runs it: arguments, exit codes, what it prints, how it ends when it is told
// to, and the memory that large and hostile files take.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peakMemory, runScript } from "../../scripts/bench/process.ts";
import { LONG, runCommand, startCommand } from "./process.ts";

const PROGRAM = "modules/data_refine/program";
const FIXTURES = new URL("../fixtures/etl/", import.meta.url).pathname;
const MB = 1024 * 1024;

let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-refine-"));
  for (const name of ["in", "out", "large", "hostile", "hostile_conf/filters"]) {
    fs.mkdirSync(at(name), { recursive: true });
  }
  fs.copyFileSync(`${FIXTURES}contrataciones/Contrataciones.csv`, at("in/Contrataciones.csv"));
  fs.cpSync(`${FIXTURES}data_refine`, at("conf"), { recursive: true });
  fs.cpSync(`${FIXTURES}data_refine`, at("conf2"), { recursive: true });
  fs.mkdirSync(at("wrong/filters"), { recursive: true });
  fs.writeFileSync(at("wrong/conf.json"), "{}");
  fs.writeFileSync(at("wrong/filters/Contrataciones.json"), '[{"op":"core/recon"}]');
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe("arguments", () => {
  const inOut = () => ["--input", at("in"), "--output", at("out")];

  test.each<{ why: string; args: () => string[]; code: number; stderr: string }>([
    {
      why: "--conf, as the scheduler passes it",
      args: () => [...inOut(), "--conf", at("conf")],
      code: 0,
      stderr: "",
    },
    {
      why: "--config, as the document says",
      args: () => [...inOut(), "--config", at("conf")],
      code: 0,
      stderr: "",
    },
    {
      why: "forms with =",
      args: () => [`--input=${at("in")}`, `--output=${at("out")}`, `--config=${at("conf")}`],
      code: 0,
      stderr: "",
    },
    {
      why: "both, saying the same",
      args: () => [...inOut(), "--conf", at("conf"), `--config=${at("conf")}`],
      code: 0,
      stderr: "",
    },
    {
      why: "both, saying different things",
      args: () => [...inOut(), "--conf", at("conf"), "--config", at("conf2")],
      code: 2,
      stderr: "--conf y --config dicen cosas distintas",
    },
    { why: "no configuration", args: inOut, code: 2, stderr: "Falta --conf" },
    {
      why: "no input",
      args: () => ["--output", at("out"), "--conf", at("conf")],
      code: 2,
      stderr: "Falta --input",
    },
    {
      why: "an unknown option",
      args: () => [...inOut(), "--conf", at("conf"), "--x"],
      code: 2,
      stderr: '"--x"',
    },
    {
      why: "a history that cannot be run",
      args: () => [...inOut(), "--conf", at("wrong")],
      code: 2,
      stderr: "Contrataciones.json: Operación 0 (core/recon): no se admite",
    },
    {
      why: "an input folder that is not there",
      args: () => ["--input", at("none"), "--output", at("out"), "--conf", at("conf")],
      code: 1,
      stderr: "No existe la carpeta de entrada",
    },
  ])("$why: ends with $code", async ({ args, code, stderr }) => {
    fs.rmSync(at("out"), { recursive: true });
    fs.mkdirSync(at("out"));
    const finished = await runCommand(PROGRAM, args());
    expect(finished.stderr).toContain(stderr);
    expect(finished.code).toBe(code);
    expect(fs.readdirSync(at("out"))).toEqual(code === 0 ? ["Contrataciones.csv"] : []);
    if (code !== 0) return;
    // Every row of the fixture has its file number, in the same column.
    const rows = fs.readFileSync(`${FIXTURES}contrataciones/Contrataciones.expected.csv`, "utf8")
      .match(/^[^\n]*;EX-/gm)!.length;
    expect(JSON.parse(finished.stdout.trimEnd().split("\n").at(-1)!)).toEqual({
      files: {
        "Contrataciones.csv": { output: at("out/Contrataciones.csv"), rows_in: rows, rows_out: rows },
      },
      skipped: [],
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

/** Writes so many MB of rows like those of the sample; answers how many. */
function writeLarge(file: string, megabytes: number): number {
  const out = fs.openSync(file, "w");
  fs.writeSync(
    out,
    "clase,estado,expediente,id,id_organismo,id_unidad_operativa,modalidad,objeto,organismo,procedimiento,rubros,unidad_operativa\n",
  );
  let rows = 0;
  for (let size = 0; size < megabytes * MB;) {
    let text = "";
    for (let i = 0; i < 5000; i++, rows++) {
      const rubro = rows % 5 === 0 ? '"Informática; Papelería, ""varios"""' : "Limpieza";
      text += `Única,En curso,EX-${rows}/2015,${rows},0302,uo-${
        rows % 97
      }a,Orden abierta,servicio de limpieza ${
        rows % 1013
      },Organismo Ñandú,Contratación Directa,${rubro},Dirección de Compras\n`;
    }
    size += fs.writeSync(out, text);
  }
  fs.closeSync(out);
  return rows;
}

describe("a file of any size", () => {
  let rows: number;
  beforeAll(() => {
    rows = writeLarge(at("large/Contrataciones.csv"), LONG ? 1024 : 64);
  });

  test("goes through a row-local history with less than 200 MB of memory", async () => {
    const { output, peak } = await runScript(`src/${PROGRAM}.ts`, [
      ...["--input", at("large"), "--output", at("out"), "--conf", at("conf")],
    ]);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(200);
    const { files } = JSON.parse(output.trimEnd().split("\n").at(-1)!);
    expect(files["Contrataciones.csv"]).toMatchObject({ rows_in: rows, rows_out: rows });
    fs.rmSync(at("out/Contrataciones.csv"));
  });

  test("is left without a trace when the program is told to end", async () => {
    fs.mkdirSync(at("ended"));
    await using running = startCommand(PROGRAM, [
      "--input",
      at("large"),
      "--output",
      at("ended"),
      "--conf",
      at("conf"),
    ]);
    const deadline = Date.now() + 30_000;
    while (fs.readdirSync(at("ended")).length === 0) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    running.kill("SIGTERM");
    expect((await running.finished).code).not.toBe(0);
    expect(fs.readdirSync(at("ended"))).toEqual([]);
  });
});

describe("hostile files", () => {
  /** A gigabyte that takes no room on the disk: a beginning, then zeros. */
  const writeSparse = (beginning: string) => {
    fs.writeFileSync(at("hostile/t.csv"), beginning);
    fs.truncateSync(at("hostile/t.csv"), 1024 * MB);
  };
  beforeAll(() => {
    fs.writeFileSync(at("hostile_conf/conf.json"), "{}");
    fs.writeFileSync(at("hostile_conf/filters/t.json"), "[]");
  });

  test.each([
    { why: "a quote that never closes", beginning: 'a,b\n1,2\n3,"' },
    { why: "a line that never ends", beginning: "a,b\n1,2\n3," },
    { why: "a header that never ends", beginning: "a," },
  ])("$why costs a bounded memory and names its line", async ({ beginning }) => {
    writeSparse(beginning);
    const args = ["--input", at("hostile"), "--output", at("out"), "--conf", at("hostile_conf")];
    await using running = startCommand(PROGRAM, args);
    let peak = 0;
    while (running.isRunning()) {
      peak = Math.max(peak, peakMemory(running.pid) || 0);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { code, stderr } = await running.finished;
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(300);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`t\\.csv, línea ${beginning.split("\n").length}, columna \\d+: la fila tiene más de`),
    );
    expect(fs.readdirSync(at("out"))).toEqual([]);
  });
});
