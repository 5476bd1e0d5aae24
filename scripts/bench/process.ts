// Child processes of the benchmark: started, measured, ended.

import config from "../../deno.json" with { type: "json" };

export type Server = { readonly port: number; readonly pid: number; stop(): Promise<void> };

const root = new URL("../../", import.meta.url).pathname;

/** Most memory a process ever had, in MB, as the kernel counts it; NaN where it does not tell. */
export function peakMemory(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** Processor time that a process took so far, in ms, to 10 ms; NaN where it is not told. */
export function processorTime(pid: number): number {
  try {
    // After the name, which may hold blanks; the kernel counts in hundredths of a second.
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return NaN;
  }
}

export async function startServer(...args: string[]): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${root}scripts/bench/server.ts`, ...args],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    port: Number(new TextDecoder().decode(value)),
    pid: child.pid,
    async stop() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

/** What a task gives the engine: measured is what people run. */
export function taskFlags(task: keyof typeof config.tasks): string[] {
  return config.tasks[task].command.split(" ").filter((word) => word.startsWith("--v8-flags="));
}

/**
 * Runs a script to its end, with flags for Deno and settings beside the environment's; answers its output, its seconds
 * and its peak memory in MB.
 */
export async function runScript(
  script: string,
  args: string[],
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ output: string; seconds: number; peak: number }> {
  const begun = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...flags, `${root}${script}`, ...args],
    env: { ...env },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let peak = 0;
  const watch = setInterval(() => peak = Math.max(peak, peakMemory(child.pid) || 0), 20);
  const { stdout, success } = await child.output();
  clearInterval(watch);
  const output = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${script} failed: ${output.slice(-2000)}`);
  return { output, seconds: (performance.now() - begun) / 1000, peak };
}
