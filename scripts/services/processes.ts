// Processes that outlive the command that started them: each leads a group of its own, writes to a log in its
// home and works there, which is how its descendants are found again, also those that left the group (PostgreSQL's
// do) or lost their parent. Reads /proc: Linux alone.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";

export type ProcessRecord = {
  readonly pid: number;
  /** Start in ticks since boot: tells a process from a later one with the same number. */
  readonly started: string;
  /** The program as the kernel names it. */
  readonly program: string;
  readonly home: string;
  /** Digest of what it was started with. */
  readonly settings: string;
};

export type User = { readonly uid: number; readonly gid: number };

export type Launch = {
  readonly program: string;
  readonly args: readonly string[];
  /** Written into the home before the start, readable by its user alone. */
  readonly files: Readonly<Record<string, string>>;
  /** Files of the home that forbid a second start, and that a killed predecessor left. */
  readonly leftovers?: readonly string[];
  readonly home: string;
  readonly log: string;
  /** Who runs it and owns the home; absent for whoever starts it. */
  readonly user: User | undefined;
};

const LEAVE_AFTER_MS = 10_000;

/** Digest of everything that a process is started with. */
export function settingsOf({ program, args, files }: Launch): string {
  return createHash("sha256").update(JSON.stringify([fs.realpathSync(program), args, files])).digest("hex")
    .slice(0, 16);
}

/** What is known of a process before it starts: enough to find it, should its starter be killed meanwhile. */
export function announcedProcess(launch: Launch): ProcessRecord {
  return { pid: 0, started: "", program: fs.realpathSync(launch.program), home: launch.home, settings: "" };
}

/**
 * Starts what `launch` says and leaves it running; what a killed predecessor left behind is ended before.
 * Errors: Problem `unavailable` with the end of its log when it ends at once.
 */
export async function startProcess(launch: Launch): Promise<ProcessRecord> {
  const { args, files, leftovers = [], home, log, user } = launch;
  const program = fs.realpathSync(launch.program);
  await endAll(() => processesIn(home, program), "SIGINT");
  for (const name of leftovers) fs.rmSync(path.join(home, name), { force: true });
  for (const [name, text] of Object.entries(files)) writeOwned(path.join(home, name), text, user);
  if (fs.existsSync(log)) fs.renameSync(log, `${log}.previous`);
  const output = fs.openSync(log, "a", 0o600);
  try {
    const child = spawn(launch.program, args, {
      cwd: home,
      detached: true,
      stdio: ["ignore", output, output],
      ...user,
    });
    const { promise: failed, reject } = Promise.withResolvers<never>();
    child.once("error", reject);
    child.unref();
    // Between fork and exec the kernel still names the starter's program.
    for (const end = Date.now() + 2_000; Date.now() < end;) {
      await Promise.race([failed, sleep(5)]);
      if (child.pid === undefined) continue;
      const started = startOf(child.pid);
      if (started === undefined) break;
      if (programOf(child.pid) === program) {
        return { pid: child.pid, started, program, home, settings: settingsOf(launch) };
      }
    }
  } catch (cause) {
    throw new Problem("unavailable", `No arranca "${program}": ${(cause as Error).message}`, [], { cause });
  } finally {
    fs.closeSync(output);
  }
  throw new Problem("unavailable", `"${program}" terminó apenas arrancó${endOfLog(log)}`);
}

/** Writes a file that `user` alone reads. */
export function writeOwned(file: string, text: string, user: User | undefined): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, text, { mode: 0o600 });
  if (user) fs.chownSync(file, user.uid, user.gid);
}

/** Runs a program to its end; answers its standard output. */
export async function runProgram(
  program: string,
  args: readonly string[],
  given: {
    readonly cwd?: string;
    readonly env?: Record<string, string>;
    readonly input?: string;
    readonly user?: User | undefined;
  } = {},
): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    ...(given.cwd === undefined ? {} : { cwd: given.cwd }),
    ...(given.env === undefined ? {} : { env: given.env }),
    ...given.user,
    stdin: given.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (given.input !== undefined) {
    const writer = child.stdin.getWriter();
    // A program that ended without reading tells why on its own.
    await writer.write(new TextEncoder().encode(given.input)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const told = `${decoder.decode(stderr)}${decoder.decode(stdout)}`.trim().split("\n").slice(-12).join("\n");
  throw new Problem("unavailable", `Falló "${[program, ...args].join(" ")}": ${told}`);
}

export function isRunning({ pid, started }: ProcessRecord): boolean {
  return startOf(pid) === started;
}

/** Ends it and all it left, gently first: `signal`, then, after `graceMs`, SIGKILL to its group. */
export async function stopProcess(
  record: ProcessRecord,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (isRunning(record)) {
    send(record.pid, signal);
    if (!await waitFor(() => !isRunning(record), graceMs)) send(-record.pid, "SIGKILL");
  }
  await endAll(() => processesIn(record.home, record.program), signal);
}

/** Memory that its processes have in use, in bytes; pages that they share count once, as far as the kernel tells. */
export function memoryOf({ home, program }: ProcessRecord): number {
  const sums = processesIn(home, program).map((pid) => {
    const text = readProc(pid, "smaps_rollup") ?? "";
    return 1024 * Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  });
  return sums.reduce((sum, one) => sum + one, 0);
}

/** Pids of all that work in `home` with `program`, whoever their parent is now. */
function processesIn(home: string, program: string): number[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const at = fs.readlinkSync(`/proc/${pid}/cwd`);
      return (at === home || at.startsWith(`${home}/`)) && programOf(pid) === program &&
        startOf(pid) !== undefined;
    } catch {
      return false;
    }
  });
}

/** Asks with `signal`, waits for them to leave, then leaves them no choice. */
async function endAll(list: () => number[], signal: NodeJS.Signals): Promise<void> {
  for (const pid of list()) send(pid, signal);
  if (await waitFor(() => list().length === 0, LEAVE_AFTER_MS)) return;
  for (const pid of list()) send(pid, "SIGKILL");
  await waitFor(() => list().length === 0, LEAVE_AFTER_MS);
}

/** False when it was gone already. */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Undefined when there is no such process, or only what is left of one until its parent looks. */
function startOf(pid: number): string | undefined {
  const text = readProc(pid, "stat");
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined || "ZX".includes(fields[0] ?? "Z") ? undefined : fields[19];
}

function programOf(pid: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}

/** The last lines of a log, to stand after a sentence; empty when there are none. */
export function endOfLog(log: string): string {
  const lines = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-12) : [];
  const text = lines.join("\n");
  return text === "" ? "" : `; el final de "${log}":\n${text}`;
}

export const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

/** Asks until it is so, for `ms` at most; answers whether it was. */
export async function waitFor(what: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; !await what(); await sleep(25)) if (Date.now() > end) return false;
  return true;
}
