// What the operating system tells of the processes of this machine: /proc on Linux, `ps` on macOS, nothing elsewhere.

import fs from "node:fs";

/** A process that has not ended; one that has and is not yet collected is none. */
export type ProcessRow = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Grows with the time it began at; told apart from a later process of its pid by it. No unit of its own. */
  readonly start: number;
  /** Processor time so far; 0 where it is not known. */
  readonly cpuSeconds: number;
};

export type ProcessMemory = { readonly residentBytes: number; readonly peakBytes: number };

export type ProcessTable = {
  /** This start of the machine: pids and starts of another one say nothing. Without slashes. */
  readonly boot: string;
  list(): ProcessRow[];
  /** Also of one that has ended and was not collected. */
  start(pid: number): number | undefined;
  /** Undefined where it cannot be read: gone, another user's, or a system that does not tell. */
  environment(pid: number): Readonly<Record<string, string>> | undefined;
  memory(pid: number): ProcessMemory | undefined;
};

/** Undefined where the system has no such table that we know. */
export function processTable(): ProcessTable | undefined {
  if (fs.existsSync("/proc/self/stat")) return linuxProcesses();
  return Deno.build.os === "darwin" ? psProcesses() : undefined;
}

/** Ticks of `/proc/<pid>/stat`: 100 on every architecture that Deno runs on. */
const TICKS_PER_SECOND = 100;

function linuxProcesses(): ProcessTable {
  return {
    boot: (readProc("sys/kernel/random/boot_id") ?? "").trim(),
    list: () =>
      fs.readdirSync("/proc").flatMap((name) => {
        if (!/^\d+$/.test(name)) return [];
        const found = stat(name);
        return found === undefined || found.state === "Z" || found.state === "X" ? [] : [found.row];
      }),
    start: (pid) => stat(pid)?.row.start,
    environment(pid) {
      const text = readProc(`${pid}/environ`);
      if (text === undefined) return;
      return Object.fromEntries(
        text.split("\0").flatMap((entry) => {
          const equals = entry.indexOf("=");
          return equals < 1 ? [] : [[entry.slice(0, equals), entry.slice(equals + 1)]];
        }),
      );
    },
    memory(pid) {
      const text = readProc(`${pid}/status`) ?? "";
      const bytes = (name: string) =>
        Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
      // Pages of files are not its own: the kernel takes them back when it needs them.
      const residentBytes = bytes("RssAnon") + bytes("RssShmem");
      return text === "" ? undefined : { residentBytes, peakBytes: bytes("VmHWM") };
    },
  };
}

function stat(pid: number | string): { state: string; row: ProcessRow } | undefined {
  const text = readProc(`${pid}/stat`);
  if (text === undefined) return;
  // The name stands in brackets and may contain anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  const row = {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start: Number(fields[19]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
  return { state, row };
}

/** Undefined also when the process ended meanwhile. */
function readProc(name: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${name}`, "utf8");
  } catch {
    return;
  }
}

/** `ps` as macOS and Linux have it; it tells no environment, and starts by the second. */
export function psProcesses(): ProcessTable {
  const rows = (which: readonly string[]) => {
    const columns = "pid=,ppid=,pgid=,sess=,rss=,stat=,lstart=";
    const { stdout } = new Deno.Command("ps", {
      args: [...which, "-o", columns],
      env: { LC_ALL: "C", TZ: "UTC" },
      stderr: "null",
    }).outputSync();
    return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
      const [, pid, parent, group, session, kilobytes, state = "", start = ""] =
        /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\w+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      if (pid === undefined) return [];
      return [{
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: Number(session) || 0,
        start: Date.parse(`${start.trim()} UTC`) / 1000,
        cpuSeconds: 0,
        state,
        residentBytes: Number(kilobytes) * 1024,
      }];
    });
  };
  /** By pid, as of the last list: each call is a process of its own. */
  let resident = new Map<number, number>();
  return {
    boot: "",
    list() {
      const all = rows(["-ax"]).filter(({ state }) => !state.startsWith("Z"));
      resident = new Map(all.map(({ pid, residentBytes }) => [pid, residentBytes]));
      return all;
    },
    start: (pid) => rows(["-p", String(pid)])[0]?.start,
    environment: () => undefined,
    memory(pid) {
      const bytes = resident.get(pid);
      return bytes === undefined ? undefined : { residentBytes: bytes, peakBytes: bytes };
    },
  };
}
