// The accounts of operators as people make them: `console` as a process, with a pipe and on a terminal, and what
// servers of the same folder make of it.

import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressOf, type Finished, type Settings, startCommand, startProgram } from "./process.ts";

const COMMAND = ["run", "-A", `${import.meta.dirname}/../../src/console_command.ts`];
const PASSWORD = "ocho palmeras y un tucán";

let folder: string;
beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "caudal_console_" });
});
afterAll(() => Deno.remove(folder, { recursive: true }));

const dataIn = (name: string) => path.join(folder, name);

/** Runs `console` with a first line of standard input. */
async function consoleCommand(args: readonly string[], line = "", env: Settings = {}): Promise<Finished> {
  const piped = ["-c", 'printf "%s\\n" "$LINE" | "$0" "$@"', Deno.execPath(), ...COMMAND, ...args];
  await using running = startProgram("sh", piped, { ...env, LINE: line });
  return await running.finished;
}

/** What a server answers to the password of an account. */
async function asked(url: string, name: string, password = PASSWORD): Promise<[number, unknown]> {
  const authorization = `Basic ${new TextEncoder().encode(`${name}:${password}`).toBase64()}`;
  const response = await fetch(`${url}/api/ops/session`, { headers: { authorization } });
  return [response.status, (await response.json()).role];
}

describe("console", () => {
  test("--help tells every form", async () => {
    const { code, stdout } = await consoleCommand(["--help"]);
    expect(code).toBe(0);
    for (const form of ["user NOMBRE ROL", "users", "password NOMBRE", "disable NOMBRE", "enable NOMBRE"]) {
      expect(stdout).toContain(`deno task console ${form} [opciones]`);
    }
  });

  test.each([
    { why: "nothing to do", args: [], says: "Falta qué hacer: user, users, password, disable, enable" },
    { why: "what it cannot do", args: ["usr"], says: '"usr" no es nada que se pueda hacer' },
    { why: "no role", args: ["user", "ana"], says: 'Se espera "user NOMBRE ROL"' },
    { why: "a role that there is not", args: ["user", "ana", "root"], says: '"root" no es un rol' },
    { why: "a password among the arguments", args: ["user", "ana", "admin", PASSWORD], says: "Se espera" },
    {
      why: "an option of another form",
      args: ["users", "--print"],
      says: "--email y --print van sólo con user",
    },
  ])("ends with 2 for $why", async ({ args, says }) => {
    const { code, stderr } = await consoleCommand([...args, "--data", dataIn("unused")], PASSWORD);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(stderr).not.toContain(PASSWORD);
  });

  test.each([
    {
      why: "a name that cannot be",
      args: ["user", "Ana", "admin"],
      line: PASSWORD,
      says: '"Ana" no puede ser',
    },
    { why: "a short password", args: ["user", "ana", "admin"], line: "corta", says: "al menos 12" },
    { why: "no password", args: ["user", "ana", "admin"], line: "", says: "Falta la clave" },
    {
      why: "an account that there is not",
      args: ["disable", "nadie"],
      line: "",
      says: 'No hay una cuenta "nadie"',
    },
  ])("ends with 1 for $why", async ({ args, line, says }) => {
    const { code, stderr } = await consoleCommand([...args, "--data", dataIn("refused")], line);
    expect([code, stderr]).toEqual([1, expect.stringContaining(says)]);
  });

  test("makes accounts that a server of the folder knows at once", async () => {
    const data = ["--data", dataIn("shared")];
    await using server = startCommand("serve", ["--port", "0", ...data]);
    const url = await addressOf(server);
    expect((await fetch(`${url}/healthz`)).headers.get("access-control-allow-origin")).toBe("*");
    const refused = await fetch(`${url}/api/ops/session`, { headers: { origin: "https://other.test" } });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, null]);
    await refused.body?.cancel();

    const made = await consoleCommand(
      ["user", "ana", "admin", "--email", "ana@example.ar", ...data],
      PASSWORD,
    );
    expect([made.code, made.stdout.trim()]).toEqual([0, 'Cuenta "ana" creada, con rol admin']);
    expect(await asked(url, "ana")).toEqual([200, "admin"]);
    expect(await asked(url, "ana", "otra clave cualquiera")).toEqual([401, undefined]);
    expect(await consoleCommand(["user", "ana", "viewer", ...data], PASSWORD)).toMatchObject({ code: 1 });

    const last = await consoleCommand(["disable", "ana", ...data]);
    expect([last.code, last.stderr]).toEqual([
      1,
      expect.stringContaining("la única cuenta de administración"),
    ]);
    expect(await consoleCommand(["user", "beto", "admin", ...data], PASSWORD)).toMatchObject({ code: 0 });
    expect(await consoleCommand(["disable", "ana", ...data])).toMatchObject({ code: 0 });
    expect(await asked(url, "ana")).toEqual([401, undefined]);
    expect(await consoleCommand(["password", "beto", ...data], `${PASSWORD}!`)).toMatchObject({ code: 0 });
    expect(await asked(url, "beto")).toEqual([401, undefined]);
    expect(await asked(url, "beto", `${PASSWORD}!`)).toEqual([200, "admin"]);

    const { stdout } = await consoleCommand(["users", "--json", ...data]);
    expect(JSON.parse(stdout)).toMatchObject([
      { name: "ana", role: "admin", email: "ana@example.ar", disabled: true, hasPassword: true },
      { name: "beto", role: "admin", disabled: false },
    ]);
    const authorization = `Basic ${new TextEncoder().encode(`beto:${PASSWORD}!`).toBase64()}`;
    const audit = await (await fetch(`${url}/api/ops/audit`, { headers: { authorization } })).json();
    // Log-ins that fail are kept where they would have changed something.
    expect(
      audit.entries.map(({ operation, how, params }: Record<string, unknown>) => [operation, how, params]),
    ).toEqual([
      ["accounts.change", "command", { name: "beto" }],
      ["accounts.change", "command", { name: "ana" }],
      ["accounts.create", "command", { name: "beto" }],
      ["accounts.create", "command", { name: "ana" }],
    ]);
  });

  test("--print writes a line for CONSOLE_USERS, and makes nothing", async () => {
    const { code, stdout } = await consoleCommand(["user", "raiz", "operator", "--print"], PASSWORD);
    expect(code).toBe(0);
    const line = stdout.trim();
    expect(line).toMatch(/^raiz:operator:[\w.-]+$/);
    const data = ["--data", dataIn("printed")];
    await using server = startCommand("serve", ["--port", "0", ...data], { CONSOLE_USERS: line });
    expect(await asked(await addressOf(server), "raiz")).toEqual([200, "operator"]);
    expect((await consoleCommand(["users", ...data])).stdout.trim()).toBe("No hay ninguna cuenta");
  });

  test("a CONSOLE_USERS that is wrong stops the server, which does not repeat it", async () => {
    await using server = startCommand("serve", ["--port", "0"], {
      CONSOLE_USERS: "raiz:operator:hunter2hunter2",
    });
    const { code, stderr } = await server.finished;
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("CONSOLE_USERS: la cuenta 1 de 1: el hash debe ser"),
    ]);
    expect(stderr).not.toContain("hunter2");
  });
});

/** Runs a program on a terminal of its own: prints what it shows; types a line of input whenever `prompt` is shown. */
const ON_TERMINAL = `
import os, pty, sys
prompt, lines, program = sys.argv[1].encode(), sys.argv[2].split("|"), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
shown, seen = b"", 0
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    os.write(1, chunk)
    shown += chunk
    while prompt and shown.count(prompt) > seen and seen < len(lines):
        os.write(terminal, lines[seen].encode() + b"\\r")
        seen += 1
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const onTerminal = (prompt: string, lines: readonly string[], ...program: readonly string[]) =>
  startProgram("python3", [
    "-c",
    ON_TERMINAL,
    prompt,
    lines.join("|"),
    Deno.execPath(),
    "run",
    "-A",
    ...program,
  ]);

describe("on a terminal", () => {
  const script = COMMAND.at(-1)!;

  test("console asks for the password twice, and never shows it", async () => {
    // The last letter is typed wrong and erased.
    const typed = [`${PASSWORD}x\x7f`, PASSWORD];
    await using running = onTerminal(": ", typed, script, "user", "ana", "viewer", "--data", dataIn("typed"));
    const { code, stdout } = await running.finished;
    expect(stdout).toContain('Clave para "ana": ');
    expect(stdout).toContain('Cuenta "ana" creada');
    expect(stdout).not.toContain("palmeras");
    expect(code).toBe(0);
    await using server = startCommand("serve", ["--port", "0", "--data", dataIn("typed")]);
    expect(await asked(await addressOf(server), "ana")).toEqual([200, "viewer"]);
  });

  test.each([
    { why: "another password the second time", typed: [PASSWORD, `${PASSWORD}!`], says: "no son iguales" },
    { why: "Ctrl-C", typed: ["ocho\x03"], says: "Interrumpido" },
  ])("console makes nothing after $why", async ({ typed, says }) => {
    await using running = onTerminal(
      ": ",
      typed,
      script,
      "user",
      "ana",
      "viewer",
      "--data",
      dataIn("untyped"),
    );
    const { code, stdout } = await running.finished;
    expect([code, stdout]).toEqual([1, expect.stringContaining(says)]);
    expect((await consoleCommand(["users", "--data", dataIn("untyped")])).stdout.trim()).toBe(
      "No hay ninguna cuenta",
    );
  });

  test("start tells how to make the first account, and its token makes it once", async () => {
    const start = path.join(path.dirname(script), "start.ts");
    await using running = onTerminal("", [], start, "--port", "0", "--data", dataIn("first"));
    const url = await addressOf(running);
    const token = await running.printed(/\/consola\/primera-cuenta#([\w-]+)/);
    const make = (name: string) =>
      fetch(`${url}/api/ops/first-account`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token, name, password: PASSWORD }),
      });
    expect((await make("ana")).status).toBe(204);
    expect(await asked(url, "ana")).toEqual([200, "admin"]);
    expect((await make("beto")).status).toBe(400);
    expect(await asked(url, "beto")).toEqual([401, undefined]);
  });
});
