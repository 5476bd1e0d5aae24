// The commands as they are typed: help, wrong usage, wrong settings; each with its exit code and its sentence.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand, type Settings } from "./process.ts";

const COMMANDS = ["start", "serve", "harvest", "publish"] as const;

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_command_" });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const dataIn = () => path.join(folder, "data");

type Row = {
  readonly why: string;
  readonly command: typeof COMMANDS[number];
  readonly args: readonly string[];
  readonly env?: Settings;
  readonly code: 1 | 2;
  readonly stderr: readonly string[];
};

const hint = (command: string) => `Vea la ayuda: deno task ${command} --help`;

const ROWS: readonly Row[] = [
  ...COMMANDS.map((command): Row => ({
    why: "an unknown option",
    command,
    args: ["--nada"],
    code: 2,
    stderr: ['Error: Opción inválida "--nada": no existe', hint(command)],
  })),
  {
    why: "an option without its value",
    command: "harvest",
    args: ["--network"],
    code: 2,
    stderr: [
      'Error: Opción inválida "--network": le falta el valor, o lleva uno que no admite',
      hint("harvest"),
    ],
  },
  {
    why: "a stray argument",
    command: "harvest",
    args: ["red.yaml"],
    code: 2,
    stderr: ['Error: Opción inválida "red.yaml": no se admiten argumentos sueltos', hint("harvest")],
  },
  ...(["start", "serve"] as const).map((command): Row => ({
    why: "a port that is none",
    command,
    args: ["--port", "abc"],
    code: 2,
    stderr: ['Error: --port espera un puerto, no "abc"', hint(command)],
  })),
  {
    why: "a port that is too large",
    command: "serve",
    args: ["--port", "65536"],
    code: 2,
    stderr: ['Error: --port espera un puerto, no "65536"', hint("serve")],
  },
  {
    why: "a catalog without its identifier",
    command: "harvest",
    args: ["--catalog", "nope"],
    code: 2,
    stderr: ['Error: --catalog espera ID=ARCHIVO o ID=URL, no "nope"', hint("harvest")],
  },
  {
    why: "a harvest that reads no values, and indexes all of them again",
    command: "harvest",
    args: ["--only-metadata", "--force"],
    code: 2,
    stderr: ["Error: --only-metadata no se usa con --force", hint("harvest")],
  },
  {
    why: "a node that there is not, with those that there are",
    command: "harvest",
    args: ["--catalog", "uno=uno.json", "--catalog", "dos=dos.json", "--only", "nope"],
    code: 1,
    stderr: ['Error: No hay un nodo "nope": los que hay son uno, dos'],
  },
  {
    why: "settings, all of them at once",
    command: "start",
    args: [],
    env: { PORT: "abc", LOG_LEVEL: "loud", MAX_SOURCE_MB: "0", ALLOW_INTERNAL_SOURCES: "quizás" },
    code: 1,
    stderr: [
      "Error: Configuración inválida: ALLOW_INTERNAL_SOURCES: debe ser true o false; " +
      "MAX_SOURCE_MB: debe estar entre 1 y 2000; PORT: debe ser un número entero; LOG_LEVEL: ",
    ],
  },
  {
    why: "settings of reading",
    command: "harvest",
    args: [],
    env: { SOURCE_TIMEOUT_SECONDS: "1.5", PORT: "abc" },
    code: 1,
    stderr: ["Error: Configuración inválida: SOURCE_TIMEOUT_SECONDS: debe ser un número entero"],
  },
  {
    why: "a data folder that cannot be",
    command: "harvest",
    args: ["--data", "/dev/null/caudal"],
    code: 1,
    stderr: ['Error: No se puede escribir en la carpeta "/dev/null/caudal": '],
  },
  {
    why: "a data folder that cannot be, to publish",
    command: "publish",
    args: ["--data", "/dev/null/caudal"],
    code: 1,
    stderr: ['Error: No se puede escribir en la carpeta "/dev/null/caudal": '],
  },
];

describe("commands", () => {
  test.each(COMMANDS)("%s --help tells every option and ends with 0", async (command) => {
    const { code, stdout, stderr } = await runCommand(command, ["--help"]);
    expect(stdout).toContain(`Uso: deno task ${command} [opciones]`);
    expect(stdout).toMatch(/^ {2}--data CARPETA +\S/m);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.each(ROWS)("$command ends with $code: $why", async ({ command, args, env, code, stderr }) => {
    const given = args.includes("--data") ? args : [...args, "--data", dataIn()];
    const ended = await runCommand(command, given, env);
    const told = ended.stderr.trimEnd().split("\n");
    expect(told).toHaveLength(stderr.length);
    told.forEach((line, i) => expect(line.slice(0, stderr[i]!.length)).toBe(stderr[i]));
    expect(ended).toMatchObject({ code, stdout: "" });
  });

  test.each(["start", "serve"])("%s ends with 1 where its port is taken", async (command) => {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr as Deno.NetAddr;
    const { code, stdout, stderr } = await runCommand(command, ["--port", `${port}`, "--data", dataIn()]);
    expect(stderr).toBe(
      `Error: No se puede escuchar en 127.0.0.1:${port}: está ocupado: elija otro con --port\n`,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});
