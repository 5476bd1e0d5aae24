// Limits of a step as programs that are put before its own, each of which becomes the next: `prlimit … nice … program`.

import fs from "node:fs";
import path from "node:path";
import type { StepCommand } from "../etl/step_process.ts";

const MB = 1024 * 1024;
/**
 * The limit of the kernel is on what is reserved, not on what is used, and V8 reserves 512 MB for code that it never
 * fills (`deno` begins with VmData 554 MB and 9 MB in use). It is the backstop for what grows faster than the looks
 * at what is in use, which hold to `maxMemoryMB` itself.
 */
const RESERVED_BYTES = 1024 * MB;
/** Between SIGXCPU, which a program may act upon, and SIGKILL. */
const CPU_GRACE_SECONDS = 2;

export type LimitTools = { readonly prlimit: string | undefined; readonly nice: string | undefined };

export type StepLimits = {
  readonly prefix: readonly string[];
  /** Names of the limits that nothing here can hold to. */
  readonly unavailable: readonly string[];
};

/** `searchPath` is a PATH. */
export function findLimitTools(searchPath: string): LimitTools {
  const find = (name: string) =>
    searchPath.split(path.delimiter).filter(path.isAbsolute).map((folder) => path.join(folder, name))
      .find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
  return { prlimit: find("prlimit"), nice: find("nice") };
}

export function stepLimits(command: StepCommand, { prlimit, nice }: LimitTools): StepLimits {
  const { maxMemoryMB, maxCpuSeconds, maxOpenFiles } = command;
  const limits: string[] = [];
  const unavailable: string[] = [];
  const hard = hardLimits();
  // Above the limit of this process the kernel would refuse.
  const within = (wanted: number, name: string) => Math.min(wanted, hard.get(name) ?? Infinity);
  if (maxMemoryMB !== undefined) {
    limits.push(`--data=${within(maxMemoryMB * MB + RESERVED_BYTES, "Max data size")}`);
  }
  if (maxCpuSeconds !== undefined) {
    const soft = within(Math.ceil(maxCpuSeconds), "Max cpu time");
    limits.push(`--cpu=${soft}:${within(soft + CPU_GRACE_SECONDS, "Max cpu time")}`);
  }
  if (maxOpenFiles !== undefined) limits.push(`--nofile=${within(maxOpenFiles, "Max open files")}`);

  const prefix: string[] = [];
  if (limits.length > 0 && prlimit !== undefined) {
    // What a limit ends leaves no image of its memory: secrets would be in it.
    prefix.push(prlimit, "--core=0", ...limits);
  } else {
    // Memory is looked at here all the same.
    if (maxCpuSeconds !== undefined) unavailable.push("maxCpuSeconds");
    if (maxOpenFiles !== undefined) unavailable.push("maxOpenFiles");
  }
  if (command.nice !== undefined) {
    if (nice === undefined) unavailable.push("nice");
    else prefix.push(nice, "-n", String(command.nice));
  }
  return { prefix, unavailable };
}

/** By the names of `/proc/<pid>/limits`; those without a limit are left out. */
function hardLimits(): ReadonlyMap<string, number> {
  let text = "";
  try {
    text = fs.readFileSync("/proc/self/limits", "utf8");
  } catch { /* not Linux */ }
  return new Map(
    [...text.matchAll(/^(Max .+?) {2,}\S+ +(\d+) /gm)].map(([, name, value]) => [name!, Number(value)]),
  );
}
