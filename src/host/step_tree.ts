// Every process that a step has become: found by what they inherit, ended together.
//
//   the root ─▶ its group and session ─▶ children of children ─▶ what left all that, by the ETL_* of its environment
//
// A process that was seen once stays known, so that neither a cleaned environment nor a parent that ended hides it.

import { createHash } from "node:crypto";
import process from "node:process";
import type { ProcessRow, ProcessTable } from "./step_process_table.ts";

/** What makes the environment of an attempt its own. Step ids alone are the same in every run. */
const MARKS = ["ETL_RUN_ID", "ETL_STEP_ID", "ETL_ATTEMPT", "ETL_WORK_DIR"];

/** Longest time that what was killed may take to be gone. */
const GONE_MS = 10_000;
const LOOK_AGAIN_MS = 20;
const LOOK_AGAIN_AT_MOST_MS = 200;

export type StepRoot = {
  readonly pid: number;
  readonly start: number;
  /** Of its environment; undefined for none. */
  readonly mark: string | undefined;
  /** Whether its group's number is still its own: not when another process may have its pid by now. */
  readonly hasGroup: boolean;
};

export type StepTree = {
  /** Those that are alive. `thoroughly` reads environments too. */
  look(thoroughly: boolean): ProcessRow[];
  /** SIGTERM, and SIGKILL to those that are left after the grace; 0 is no grace. Answers the pids that stay. */
  end(graceMs: number): Promise<number[]>;
  /** Waits so long for those that end by themselves; answers whether none is left. */
  settle(ms: number): Promise<boolean>;
};

/** Undefined where nothing tells whose it is. */
export function markOf(env: Readonly<Record<string, string>>): string | undefined {
  if (env.ETL_STEP_ID === undefined) return;
  const values = MARKS.map((name) => env[name] ?? "");
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);
}

/** Without a table only the group is known. */
export function stepTree(table: ProcessTable | undefined, root: StepRoot): StepTree {
  /** Starts by pid. */
  const known = new Map([[root.pid, root.start]]);

  const isMarked = (row: ProcessRow) => {
    if (root.mark === undefined || row.start < root.start) return false;
    const env = table?.environment(row.pid);
    return env !== undefined && markOf(env) === root.mark;
  };
  const isOfGroup = (row: ProcessRow) =>
    root.hasGroup && row.start >= root.start && (row.group === root.pid || row.session === root.pid);

  const look = (thoroughly: boolean): ProcessRow[] => {
    const others = new Set(table?.list().filter(({ pid }) => pid !== Deno.pid) ?? []);
    const found = new Map<number, ProcessRow>();
    const take = (belongs: (row: ProcessRow) => boolean) => {
      const before = found.size;
      for (const row of others) {
        if (!belongs(row)) continue;
        found.set(row.pid, row);
        others.delete(row);
      }
      return found.size > before;
    };
    take((row) => known.get(row.pid) === row.start || isOfGroup(row));
    if (thoroughly) take(isMarked);
    while (take((row) => found.has(row.parent))) { /* children of those */ }
    for (const { pid, start } of found.values()) known.set(pid, start);
    return [...found.values()];
  };

  const isEmpty = () => table === undefined ? !signalGroup(root.pid, 0) : look(true).length === 0;

  const signal = (name: Deno.Signal) => {
    if (table === undefined) return void signalGroup(root.pid, name);
    const rows = look(true);
    if (root.hasGroup && rows.some(({ group }) => group === root.pid)) signalGroup(root.pid, name);
    for (const { pid, group } of rows) if (!root.hasGroup || group !== root.pid) signalProcess(pid, name);
  };

  const settle = async (ms: number, again?: () => void): Promise<boolean> => {
    const end = performance.now() + ms;
    for (let pause = LOOK_AGAIN_MS; !isEmpty(); pause = Math.min(pause * 1.5, LOOK_AGAIN_AT_MOST_MS)) {
      if (performance.now() >= end) return false;
      await new Promise((wake) => setTimeout(wake, pause));
      again?.();
    }
    return true;
  };

  return {
    look,
    settle: (ms) => settle(ms),
    async end(graceMs) {
      if (graceMs > 0) {
        signal("SIGTERM");
        if (await settle(graceMs)) return [];
      }
      // Again and again: what forks while it is killed leaves somebody.
      const kill = () => signal("SIGKILL");
      kill();
      await settle(GONE_MS, kill);
      return look(true).map(({ pid }) => pid);
    },
  };
}

/** Whether anybody was there to get it. Windows has no groups: the process alone. */
function signalGroup(pid: number, name: Deno.Signal | 0): boolean {
  return signalProcess(Deno.build.os === "windows" ? pid : -pid, name);
}

function signalProcess(pid: number, name: Deno.Signal | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (fault) {
    // Gone meanwhile, or of another user by now.
    return (fault as { code?: string }).code === "EPERM";
  }
}
