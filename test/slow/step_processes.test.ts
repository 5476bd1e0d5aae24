// Steps as processes: how they begin and end, what they see, and what is kept of what they say.

import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import config from "../../deno.json" with { type: "json" };
import { stepEnvironment } from "../../src/host/step_environment.ts";
import { fingerprintOf } from "../../src/host/step_fingerprint.ts";
import { stepProcesses } from "../../src/host/step_processes.ts";
import { startProgram } from "./process.ts";
import { living, runStep, SEARCH_PATH, stepFolder } from "./step_command.ts";

/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:9";

let folder: ReturnType<typeof stepFolder>;
beforeAll(() => {
  folder = stepFolder();
});
afterAll(() => folder.remove());

describe("run", () => {
  test.for([
    { why: "good", script: "exit 0", end: { exitCode: 0, signal: null, reason: null, message: null } },
    {
      why: "the code, and what was said of it",
      script: "echo uno >&2; echo dos >&2; exit 3",
      end: { exitCode: 3, signal: null, reason: "exit_code", message: "uno\ndos" },
    },
    {
      why: "nothing was said",
      script: "exit 127",
      end: { exitCode: 127, signal: null, reason: "exit_code", message: "Terminó con el código 127" },
    },
    {
      why: "a signal",
      script: "echo mal >&2; kill -ABRT $$",
      end: {
        exitCode: null,
        signal: "SIGABRT",
        reason: "signal",
        message: "Terminó por la señal SIGABRT\nmal",
      },
    },
    {
      why: "the last 20 lines of standard error",
      script: "for i in $(seq 30); do echo $i >&2; echo no; done; exit 1",
      end: {
        exitCode: 1,
        reason: "exit_code",
        message: Array.from({ length: 20 }, (_, i) => i + 11).join("\n"),
      },
    },
  ])("tells how it ended: $why", async ({ script, end }) => {
    expect((await runStep(folder.shell(script))).end).toMatchObject(end);
  });

  test.for([
    { why: "no such file", argv: () => ["/no/hay"], message: 'No existe el programa "/no/hay"' },
    { why: "a folder", argv: () => [folder.path], message: "es una carpeta" },
    {
      why: "not executable",
      argv: () => [folder.file("a.sh", "#!/bin/sh\n", 0o644)],
      message: "no es ejecutable",
    },
    {
      why: "no interpreter named",
      argv: () => [folder.file("b.sh", "echo x\n", 0o755)],
      message: "no comienza con #!",
    },
    {
      why: "an interpreter that is not there",
      argv: () => [folder.file("c.sh", "#!/no/hay -x\n", 0o755)],
      message: 'no existe su intérprete "/no/hay"',
    },
    {
      why: "a line of DOS",
      argv: () => [folder.file("d.sh", "#!/bin/sh\r\n", 0o755)],
      message: "termina en CR",
    },
    { why: "a bare name", argv: () => ["true"], message: "ruta absoluta" },
    { why: "cwd", argv: () => ["/bin/true"], cwd: "/no/hay", message: "No existe la carpeta de trabajo" },
    {
      why: "more arguments than the system takes",
      argv: () => ["/bin/true", "x".repeat(4_000_000)],
      message: "No se pudo iniciar",
    },
  ])("says why it did not begin: $why", async ({ argv, cwd, message }) => {
    const { end, started, told } = await runStep(folder.commandOf(argv(), cwd === undefined ? {} : { cwd }));
    expect(end).toMatchObject({ exitCode: null, signal: null, reason: "spawn_error" });
    expect(end.message).toContain(message);
    expect(told).toEqual([end.message]);
    expect(started).toBeUndefined();
  });

  test("passes arguments as they are, without a shell", async () => {
    const args = ["$HOME", "*", "a b", "", "'", ";", "ñandú"];
    const { stdout } = await runStep(folder.commandOf(["/usr/bin/printf", "<%s>\\n", ...args]));
    expect(stdout).toEqual(args.map((arg) => `<${arg}>`));
  });

  test("gives exactly its environment", async () => {
    const command = folder.commandOf(["/usr/bin/env"], { env: { LANG: "C.UTF-8", CLAVE: "a=b c" } });
    const { stdout } = await runStep(command);
    expect(stdout.sort()).toEqual(
      Object.entries(command.env).map(([key, value]) => `${key}=${value}`).sort(),
    );
  });

  test("gives a program for Deno the packages of the worker, without a network", async () => {
    const program = folder.file(
      "program.ts",
      `#!/usr/bin/env -S deno run -A
      import { z } from "${config.imports.zod}";
      console.log(z.string().parse("bien"));`,
      0o755,
    );
    const env = stepEnvironment({
      run: { id: 1, name: "prueba", scheduledAt: null },
      attempt: { stepId: "1", stepIndex: 0, attempt: 1 },
      module: { name: "zod", command: [program], env: {} },
      workDir: folder.path,
      temporaryDir: folder.path,
      secrets: {},
    }, {
      env: { ...Deno.env.toObject(), HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE },
      deno: Deno.execPath(),
      os: Deno.build.os,
    });
    const { end, stdout } = await runStep(folder.commandOf([program], { env }));
    expect([end.message, stdout]).toEqual([null, ["bien"]]);
    expect(fs.existsSync(path.join(folder.path, ".cache"))).toBe(false);
  });

  test("begins in its folder.path, in a session of its own, with nothing on standard input", async () => {
    const { stdout, started } = await runStep(
      folder.shell("pwd -P; readlink /proc/self/fd/0; cat; cut -d' ' -f5,6 /proc/$$/stat"),
    );
    const pid = started!.pid;
    expect(stdout).toEqual([fs.realpathSync(folder.path), "/dev/null", `${pid} ${pid}`]);
  });

  test("leaves no descriptor open in it, nor one that its own parent left open", async () => {
    const command = folder.commandOf(["/bin/ls", "/proc/self/fd"]);
    const script = `
      const { stepProcesses } = await import(${
      JSON.stringify(`${import.meta.dirname}/../../src/host/step_processes.ts`)
    });
      const inherited = Deno.readLinkSync("/proc/self/fd/9");
      await stepProcesses({ searchPath: "", now: Date.now }).run(${JSON.stringify(command)}, {
        signal: new AbortController().signal,
        onStart: () => Promise.resolve(),
        onLines: (lines) => Promise.resolve(console.log(inherited, ...lines.map(({ text }) => text))),
      });`;
    const source = folder.file("descriptors.ts", script, 0o600);
    await using parent = startProgram("/bin/sh", [
      "-c",
      `exec 9</dev/zero; exec "$0" run -A "$1"`,
      Deno.execPath(),
      source,
    ]);
    // 3 is the folder that is being listed.
    expect((await parent.finished).stdout).toBe("/dev/zero 0 1 2 3\n");
  });

  test("ends what was told to: SIGTERM first", async () => {
    const asked = new AbortController();
    const command = folder.shell("trap 'echo adiós; exit 7' TERM; echo listo; while :; do sleep 0.05; done");
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const lines: string[] = [];
    const running = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now }).run(command, {
      signal: asked.signal,
      onStart: () => Promise.resolve(),
      onLines: (more) => {
        // The shell also tells on standard error that its own sleep was ended.
        lines.push(...more.filter(({ stream }) => stream !== "stderr").map(({ text }) => text));
        if (lines.includes("listo")) resolve();
        return Promise.resolve();
      },
    });
    await ready;
    asked.abort();
    expect(await running).toMatchObject({ exitCode: 7, signal: null, reason: "user" });
    expect(lines).toEqual(["listo", "Se pidió terminarlo", "adiós"]);
    expect(living(command)).toEqual([]);
  });

  test("begins nothing when it was told to end before", async () => {
    const { end, started } = await runStep(folder.shell("echo no"), {}, AbortSignal.abort());
    expect(end).toMatchObject({ exitCode: null, reason: "user", message: "Se pidió terminarlo" });
    expect(started).toBeUndefined();
  });

  test("ends the step when what it says cannot be kept, and throws that", async () => {
    const command = folder.shell("echo hola; sleep 1000");
    const lost = new Error("sin disco");
    const running = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now }).run(command, {
      signal: new AbortController().signal,
      onStart: () => Promise.resolve(),
      onLines: () => Promise.reject(lost),
    });
    await expect(running).rejects.toBe(lost);
    expect(living(command)).toEqual([]);
  });

  test.for([
    { why: "before it began", onStart: () => Promise.reject(new Error("sin base")) },
    {
      why: "later",
      onStart: (pid: number) => pid > 0 ? Promise.reject(new Error("sin base")) : Promise.resolve(),
    },
    {
      why: "at once",
      onStart: (pid: number) => {
        if (pid > 0) throw new Error("sin base");
        return Promise.resolve();
      },
    },
  ])("ends the step when nobody can note that it began, and throws that: $why", async ({ onStart }) => {
    const command = folder.shell("sleep 1000");
    const running = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now }).run(command, {
      signal: new AbortController().signal,
      onStart,
      onLines: () => Promise.resolve(),
    });
    await expect(running).rejects.toThrow("sin base");
    expect(living(command)).toEqual([]);
  });

  test("reaps what a worker left that was killed before it could note the pid", async () => {
    const command = folder.shell("sleep 1000 & setsid sleep 1000 & wait");
    const end = new AbortController();
    const noted: { pid: number; processStart: string }[] = [];
    const processes = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now });
    const running = processes.run(command, {
      signal: end.signal,
      onStart(pid, processStart) {
        noted.push({ pid, processStart });
        return Promise.resolve();
      },
      onLines: () => Promise.resolve(),
    });
    while (living(command).length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const [before] = noted;
    expect(before!.pid).toBe(0);
    expect(await processes.reap({ ...before!, stepId: command.env.ETL_STEP_ID! })).toBe(true);
    await running;
    expect(living(command)).toEqual([]);
    expect(await processes.reap({ ...before!, stepId: command.env.ETL_STEP_ID! })).toBe(false);
  });

  test("fingerprints the output of a step that ended well, and of no other", async () => {
    const outputPath = path.join(folder.path, "salida.csv");
    const good = await runStep(folder.shell("echo a,b > salida.csv", { outputPath }));
    expect(good.end.fingerprint).toEqual(await fingerprintOf(outputPath));
    expect(good.end.fingerprint).toMatchObject({ path: outputPath, size: 4 });
    const bad = await runStep(folder.shell("exit 1", { outputPath }));
    expect(bad.end.fingerprint).toBeNull();
    const none = await runStep(folder.shell("exit 0", { outputPath: path.join(folder.path, "no_hay") }));
    expect(none.end.fingerprint).toBeNull();
  });
});

describe("log", () => {
  test("has both streams line by line, as they came", async () => {
    const from = Date.now();
    const script = "echo uno; sleep 0.1; echo dos >&2; sleep 0.1; printf 'tres'";
    const { lines } = await runStep(folder.shell(script));
    const to = Date.now();
    expect(lines.map(({ stream, text }) => `${stream}: ${text}`)).toEqual([
      "stdout: uno",
      "stderr: dos",
      "stdout: tres",
    ]);
    for (const { at } of lines) expect(at >= from && at <= to).toBe(true);
    expect(lines[1]!.at).toBeGreaterThan(lines[0]!.at);
  });

  test("comes while the step runs", async () => {
    const asked = new AbortController();
    const running = stepProcesses({ searchPath: SEARCH_PATH, now: Date.now }).run(
      folder.shell("echo ya; sleep 1000"),
      {
        signal: asked.signal,
        onStart: () => Promise.resolve(),
        onLines: (lines) => Promise.resolve(lines.some(({ text }) => text === "ya") && asked.abort()).then(),
      },
    );
    expect(await running).toMatchObject({ reason: "user" });
  });

  test("never has a secret, however the pipe cuts it, nor has the message", async () => {
    const script = `printf 'clave: gali'; sleep 0.2; printf 'leo-9\\n'
      echo "postgresql://ana:$DB_CLAVE@base/x" >&2; exit 1`;
    const command = folder.shell(script, { secrets: ["galileo-9"], env: { DB_CLAVE: "otra" } });
    const { end, stdout, stderr } = await runStep(command);
    expect(stdout).toEqual(["clave: ***"]);
    expect(stderr).toEqual(["postgresql://ana:***@base/x"]);
    expect(end.message).toBe("postgresql://ana:***@base/x");
  });
});
