// What runs on this machine for a folder, as the kernel tells it: whatever the program under test believes.

import fs from "node:fs";
import path from "node:path";

/** A row of `services status --json`. */
export type Status = {
  readonly name: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly version?: string;
  readonly addresses: Readonly<Record<string, string>>;
};

export type Process = { readonly pid: number; readonly line: string };

/** Processes that work in a folder of services or in the homes that it has elsewhere; what only waits for its parent to look is none. */
export function processesBelow(folder: string): Process[] {
  const state = path.join(folder, "state.json");
  const homes: unknown = fs.existsSync(state) ? JSON.parse(fs.readFileSync(state, "utf8")).homes : undefined;
  const roots = [folder, ...typeof homes === "string" ? [homes] : []];
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const at = fs.readlinkSync(`/proc/${name}/cwd`);
      const line = fs.readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return roots.some((root) => at.startsWith(root)) ? [{ pid: Number(name), line }] : [];
    } catch {
      return [];
    }
  });
}
