// Caudal as people run it: its commands as processes of their own, watched, stopped and killed. What they are
// told comes from the test alone, nothing from the environment it runs in.

import { existsSync } from "node:fs";
import { Env } from "../../src/config.ts";

const ROOT = `${import.meta.dirname}/../..`;

export const LONG = Deno.env.get("CAUDAL_TEST_LONG") === "1";

export type Finished = {
  /** 128 and more when a signal ended it. */
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Running = {
  readonly pid: number;
  /** Resolves however it ends. */
  readonly finished: Promise<Finished>;
  /** Whether it has not ended. */
  isRunning(): boolean;
  kill(signal: Deno.Signal): void;
  /** The first group of what `pattern` finds on standard output, as soon as it is written. */
  printed(pattern: RegExp): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type Settings = Readonly<Record<string, string>>;

/** Starts `src/<command>.ts`. Whoever starts it disposes of it: a test that fails leaves no process. */
export function startCommand(command: string, args: readonly string[], env: Settings = {}): Running {
  return startProgram(Deno.execPath(), ["run", "-A", `${ROOT}/src/${command}.ts`, ...args], env);
}

export function startProgram(program: string, args: readonly string[], env: Settings = {}): Running {
  const child = new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    // No market is asked that a test does not bring.
    env: { ...outerEnv(), NO_COLOR: "1", PRICE_MARKETS: "no", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running = true;
  let stdout = "";
  const listeners = new Set<() => void>();
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
  };
  let stderr = "";
  const finished = (async (): Promise<Finished> => {
    const [status] = await Promise.all([
      child.status.finally(() => running = false),
      collect(child.stdout, (text) => {
        stdout += text;
        for (const listener of listeners) listener();
      }),
      collect(child.stderr, (text) => stderr += text),
    ]);
    for (const listener of listeners) listener();
    return { code: status.code, signal: status.signal, stdout, stderr };
  })();
  const kill = (signal: Deno.Signal) => {
    if (running) child.kill(signal);
  };
  return {
    pid: child.pid,
    finished,
    isRunning: () => running,
    kill,
    printed(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = () => {
        const found = pattern.exec(stdout)?.[1];
        if (found !== undefined) resolve(found);
        else if (!running) reject(new Error(`It ended before printing ${pattern}: ${stdout}${stderr}`));
      };
      listeners.add(look);
      look();
      return promise.finally(() => listeners.delete(look));
    },
    async [Symbol.asyncDispose]() {
      kill("SIGKILL");
      await finished;
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(
  command: string,
  args: readonly string[],
  env: Settings = {},
): Promise<Finished> {
  await using running = startCommand(command, args, env);
  return await running.finished;
}

/** Runs a command that must end well. */
export async function runWell(
  command: string,
  args: readonly string[],
  env: Settings = {},
): Promise<Finished> {
  const finished = await runCommand(command, args, env);
  if (finished.code === 0) return finished;
  throw new Error(
    `${command} ${args.join(" ")} ended with ${finished.code}: ${finished.stderr}${finished.stdout}`,
  );
}

/** Address of a server that was started, as it prints it. */
export const addressOf = (server: Running): Promise<string> => server.printed(/(http:\/\/[\d.]+:\d+)/);

export const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

/** Looks without a pause, so that a kill falls where it is meant to; answers false when `running` ended first. */
export async function happens(running: Running, what: () => boolean): Promise<boolean> {
  while (running.isRunning()) {
    for (const end = performance.now() + 3; performance.now() < end;) if (what()) return true;
    await sleep(0);
  }
  return what();
}

/** Asks until it is so; gives up after a time that no working machine needs. */
export async function eventually(what: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !await what(); await sleep(50)) {
    if (Date.now() > end) throw new Error(`It never was so: ${what}`);
  }
}

/** Whether there is a file, other than an empty one. */
export function hasBytes(file: string): boolean {
  return existsSync(file) && Deno.statSync(file).size > 0;
}

/** Without the settings of Caudal and what the runner of the tests put there. */
function outerEnv(): Record<string, string> {
  const own = /^(CI|NODE_ENV|TEST|DEV|PROD|MODE|SSR|BASE_URL|VITEST.*|CAUDAL_.*)$/;
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([key]) => !own.test(key) && !Object.hasOwn(Env.shape, key)),
  );
}
