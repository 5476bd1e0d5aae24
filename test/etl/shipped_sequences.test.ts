// The files that are shipped, and those of the original, as they are on this machine: real programs, real folders,
// configurations read by the modules' own readers.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readProject, readSequence, validateProject } from "../../src/etl/sequence_project.ts";
import { MODULE_CHECKS } from "../../src/etl_module_checks.ts";
import { etlProject } from "../../src/host/etl_project.ts";

const ROOT = path.resolve(import.meta.dirname!, "../..");
const FIXTURE = `${ROOT}/test/fixtures/etl`;
const COMMANDS = "/usr/bin:/bin";
const shipped = etlProject(ROOT, COMMANDS);
const original = etlProject(FIXTURE, COMMANDS);

describe("shipped sequences", () => {
  test.each(["dummy", "test"])("%s is the original's, unchanged", (name) => {
    const file = `etl_sequences/${name}.json`;
    expect(fs.readFileSync(`${ROOT}/${file}`)).toEqual(fs.readFileSync(`${FIXTURE}/${file}`));
  });

  test("are all right, and so is each module", async () => {
    const { sequences, invalid } = await readProject(shipped, MODULE_CHECKS);
    expect([...invalid]).toEqual([]);
    expect([...sequences.keys()].sort()).toEqual([
      "contrataciones",
      "dummy",
      "iris",
      "magyp_cultivos",
      "smn_temperaturas",
      "test",
    ]);
    // The text None is an input like any other, and no file is called so.
    expect((await validateProject(shipped, MODULE_CHECKS)).map(({ file, pointer }) => file + pointer))
      .toEqual([
        "etl_sequences/test.json/0/input",
        "etl_sequences/test.json/2/input",
      ]);
  });

  test("publish each distribution from what was made for it", async () => {
    const { sequences } = await readProject(shipped, MODULE_CHECKS);
    for (const [name, distributions] of [["smn_temperaturas", 2], ["magyp_cultivos", 4]] as const) {
      const { steps } = sequences.get(name)!;
      const published = steps.filter(({ module }) => module === "series_publish");
      expect(published).toHaveLength(distributions);
      for (const { needs, input, conf } of published) {
        const [made] = steps.filter(({ id }) => needs.includes(id));
        expect(made).toMatchObject({ module: "csv_pivot", output: input });
        expect(conf).toBe(made!.conf!.replace("conf/", "conf/publish_"));
      }
    }
  });
});

describe("the original's own files", () => {
  test("dummy: its three programs that are not there are told at once", async () => {
    const { sequence, faults } = await readSequence(original, MODULE_CHECKS, "dummy");
    expect(sequence).toBeUndefined();
    expect(faults).toMatchObject(
      ["extractor", "transformer", "loader"].map((name) => ({
        severity: "error",
        file: "modules.json",
        pointer: `/dummy_${name}/cmd`,
        message: `No existe el programa "./dummy_${name}.sh"`,
      })),
    );
  });

  test("test: true and false are found in PATH", async () => {
    const { sequence, modules } = await readSequence(original, MODULE_CHECKS, "test");
    expect(sequence!.steps.map(({ module, input, output, conf }) => [module, input, output, conf])).toEqual([
      ["test_extractor", "None", "/dev/null", "/dev/null"],
      ["test_transformer", "/dev/null", "/dev/null", "/dev/null"],
      ["test_loader", "None", "/dev/null", "None"],
    ]);
    expect(path.basename(modules.get("test_transformer")!.command[0]!)).toBe("false");
  });

  test("modules that no sequence uses are warned of", async () => {
    const unused = (await validateProject(original, MODULE_CHECKS))
      .filter(({ file, severity }) => file === "modules.json" && severity === "warning");
    expect(unused.map(({ pointer }) => pointer)).toEqual(
      ["extractor", "transformer", "loader"].map((name) => `/jose_${name}/cmd`),
    );
  });
});

describe("configurations, by the modules' own readers", () => {
  let folder: string;
  const write = (file: string, content: unknown) => {
    const full = path.join(folder, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
  };

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal-configurations-"));
    const names = ["data_refine", "db_loader", "csv_pivot", "http_fetch", "series_publish"];
    write("modules.json", Object.fromEntries(names.map((name) => [name, { cmd: "true" }])));
    write("in/a.csv", "a,b\n1,2\n");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const faultsOf = async (step: object) => {
    write("etl_sequences/s.json", [{ input: "in/a.csv", output: "out", conf: "conf", ...step }]);
    const { faults } = await readSequence(etlProject(folder, COMMANDS), MODULE_CHECKS, "s");
    return faults;
  };

  const transform = {
    op: "core/text-transform",
    columnName: "a",
    expression: "value.trim()",
    onError: "keep-original",
  };

  test.each<
    { why: string; module: string; files: Readonly<Record<string, unknown>>; says: string | undefined }
  >([
    {
      why: "right",
      module: "data_refine",
      files: { "conf/conf.json": {}, "conf/filters/a.json": [transform] },
      says: undefined,
    },
    { why: "no conf.json", module: "data_refine", files: { "conf/x": "" }, says: "No hay conf.json" },
    { why: "no folder", module: "data_refine", files: { conf: "{}" }, says: '"conf" no es una carpeta' },
    { why: "nothing", module: "data_refine", files: {}, says: 'No existe la configuración "conf"' },
    {
      why: "no histories",
      module: "data_refine",
      files: { "conf/conf.json": {} },
      says: "conf/filters: no hay",
    },
    {
      why: "unknown operation in a history",
      module: "data_refine",
      files: { "conf/conf.json": {}, "conf/filters/a.json": [{ op: "core/nothing" }] },
      says: "conf/filters/a.json",
    },
    {
      why: "right",
      module: "db_loader",
      files: { conf: { table_desc: [{ name: "a", columns: [{ name: "a", type: "Integer" }] }] } },
      says: undefined,
    },
    {
      why: "unknown type",
      module: "db_loader",
      files: { conf: { table_desc: [{ name: "a", columns: [{ name: "a", type: "Number" }] }] } },
      says: 'no existe el tipo "Number"',
    },
    { why: "bad JSON", module: "db_loader", files: { conf: "{" }, says: "conf, línea 1, columna 2" },
    { why: "nothing", module: "db_loader", files: {}, says: 'No existe la configuración "conf"' },
    { why: "no values", module: "csv_pivot", files: { conf: { date: { column: "a" } } }, says: '"values"' },
    { why: "no distribution", module: "series_publish", files: { conf: {} }, says: "conf" },
    { why: "unknown key", module: "http_fetch", files: { conf: { url: "http://x/", a: 1 } }, says: '"a"' },
  ])("$module: $why", async ({ module, files, says }) => {
    for (const [file, content] of Object.entries(files)) write(file, content);
    const input = module === "http_fetch" ? "" : "in/a.csv";
    const faults = await faultsOf({ module_name: module, input });
    expect(faults.length > 0).toBe(says !== undefined);
    for (const fault of faults) {
      expect(fault).toMatchObject({ severity: "error", file: "etl_sequences/s.json", pointer: "/0/conf" });
      expect(fault.message).toContain(says);
      // As it is written, not where it is on this machine.
      expect(fault.message).not.toContain(folder);
    }
  });

  test("http_fetch: an address with a password, which no fault repeats", async () => {
    const faults = await faultsOf({
      module_name: "http_fetch",
      input: "https://ana:clave@example.org/a",
      conf: "",
    });
    expect(faults).toMatchObject([{ severity: "error", pointer: "/0" }]);
    expect(JSON.stringify(faults)).not.toContain("clave");
  });
});
