// What a step's environment has, and where its secrets come from.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SchedulerPlace, stepEnvironment, type StepPlace } from "../../src/host/step_environment.ts";
import { secretProvider } from "../../src/host/step_secrets.ts";

const SCHEDULER: SchedulerPlace = {
  env: {
    PATH: "/usr/bin:/bin",
    HOME: "/home/ana",
    LANG: "es_AR.UTF-8",
    DATABASE_URL: "postgres://u:p@h/b",
    HTTPS_PROXY: "http://proxy:3128",
    DENO_AUTH_TOKENS: "secreto",
  },
  deno: "/opt/deno/bin/deno",
  os: "linux",
};

const STEP: StepPlace = {
  run: { id: 12, name: "iris", scheduledAt: Date.UTC(2026, 10, 21, 3, 30) },
  attempt: { stepId: "cargar", stepIndex: 1, attempt: 2 },
  module: { name: "db_loader", command: ["/srv/cargar"], env: {} },
  workDir: "/datos/etl/runs/12",
  temporaryDir: "/datos/etl/runs/12/tmp",
  secrets: {},
};

const withModule = (module: Partial<StepPlace["module"]>): StepPlace => ({
  ...STEP,
  module: { ...STEP.module, ...module },
});

type Where = Pick<SchedulerPlace, "env" | "os"> & { readonly why: string; readonly folder?: string };

describe("stepEnvironment", () => {
  test("has the list of the contract, and nothing else of the scheduler", () => {
    expect(stepEnvironment(STEP, SCHEDULER)).toEqual({
      PATH: "/opt/deno/bin:/usr/bin:/bin",
      HOME: "/datos/etl/runs/12",
      TMPDIR: "/datos/etl/runs/12/tmp",
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      TZ: "UTC",
      ETL_RUN_ID: "12",
      ETL_STEP_ID: "cargar",
      ETL_STEP_INDEX: "1",
      ETL_ATTEMPT: "2",
      ETL_SEQUENCE: "iris",
      ETL_MODULE: "db_loader",
      ETL_SCHEDULED_AT: "2026-11-21T03:30:00.000Z",
      ETL_WORK_DIR: "/datos/etl/runs/12",
    });
  });

  test("has no instant where no schedule fired", () => {
    const manual = { ...STEP, run: { ...STEP.run, scheduledAt: null } };
    expect(stepEnvironment(manual, SCHEDULER)).not.toHaveProperty("ETL_SCHEDULED_AT");
  });

  test("lets a module change its zone and add its own, but not who it is", () => {
    const module = { env: { TZ: "America/Santiago", FILAS: "5", ETL_RUN_ID: "1", ETL_WORK_DIR: "/" } };
    const step = { ...withModule(module), secrets: { CLAVE: "x", ETL_STEP_ID: "y" } };
    expect(stepEnvironment(step, SCHEDULER)).toMatchObject({
      TZ: "America/Santiago",
      FILAS: "5",
      CLAVE: "x",
      ETL_RUN_ID: "12",
      ETL_STEP_ID: "cargar",
      ETL_WORK_DIR: "/datos/etl/runs/12",
    });
  });

  test.for([
    { why: "deno", command: ["/opt/deno/bin/deno", "run", "main.js"] },
    { why: "a script of TypeScript", command: ["/srv/modules/cargar.ts"] },
    { why: "its interpreter", command: ["/usr/bin/env", "-S", "deno", "run", "/srv/cargar.ts"] },
  ])("tells programs for Deno where packages are and how the network is reached: $why", ({ command }) => {
    const env = stepEnvironment(withModule({ command }), SCHEDULER);
    expect(env).toMatchObject({ DENO_DIR: "/home/ana/.cache/deno", HTTPS_PROXY: "http://proxy:3128" });
    expect(env).not.toHaveProperty("DENO_AUTH_TOKENS");
  });

  test.for<Where>([
    { why: "as it was told", env: { DENO_DIR: "/cache" }, os: "linux", folder: "/cache" },
    { why: "of the desktop", env: { XDG_CACHE_HOME: "/x", HOME: "/h" }, os: "linux", folder: "/x/deno" },
    { why: "macOS", env: { HOME: "/h" }, os: "darwin", folder: "/h/Library/Caches/deno" },
    { why: "nobody's", env: {}, os: "linux" },
  ])("finds the folder of packages: $why", ({ env, os, folder }) => {
    const step = withModule({ command: ["/bin/deno"] });
    expect(stepEnvironment(step, { ...SCHEDULER, env, os }).DENO_DIR).toBe(folder);
  });
});

describe("secretProvider", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "caudal_secrets_"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const write = (name: string, text: string, mode: number) => {
    fs.writeFileSync(path.join(folder, name), text);
    fs.chmodSync(path.join(folder, name), mode);
  };

  test("takes the variable with the prefix, then the file, without its last newline", () => {
    write("CLAVE", "del archivo\n", 0o600);
    expect(secretProvider({ env: {}, folder })("CLAVE")).toBe("del archivo");
    expect(secretProvider({ env: { ETL_SECRET_CLAVE: "de la variable" }, folder })("CLAVE")).toBe(
      "de la variable",
    );
  });

  test.for([
    { why: "none", name: "OTRA", text: 'Falta el secreto "OTRA": defina ETL_SECRET_OTRA' },
    { why: "of the program itself", name: "SECRET_KEY", text: "Falta el secreto" },
    { why: "others may read it", name: "ABIERTA", text: "Otros pueden leer" },
    { why: "empty", name: "VACIA", text: "está vacío" },
    { why: "a path", name: "../CLAVE", text: "no sirve de nombre" },
  ])("refuses: $why", ({ name, text }) => {
    write("ABIERTA", "x", 0o640);
    write("VACIA", "\n", 0o600);
    const env = { SECRET_KEY: "del programa" };
    expect(() => secretProvider({ env, folder })(name)).toThrow(text);
  });
});
