// What a step uses while it runs: looked at now and then, at no more than a fiftieth of a processor.

import type { ProcessTable } from "./step_process_table.ts";
import type { StepTree } from "./step_tree.ts";

const MB = 1024 * 1024;
const FIRST_LOOK_MS = 20;
const LOOK_MS = 250;
/** Of the time that a look takes. */
const PAUSE_FACTOR = 50;

export type StepUse = {
  /** The most that one of its processes had in memory; null where nobody looked. */
  readonly peakBytes: number | null;
  /** Of the process that used most. */
  readonly cpuSeconds: number;
};

/** `onMemory` is called once a process has more than `maxMemoryMB`. `close` ends it and tells. */
export function watchUse(
  table: ProcessTable | undefined,
  tree: StepTree,
  maxMemoryMB: number | undefined,
  onMemory: () => void,
): { close(): StepUse } {
  let peakBytes: number | null = null;
  let cpuSeconds = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = (rows: ProcessTable, pause: number) => {
    const begin = performance.now();
    for (const { pid, cpuSeconds: used } of tree.look(false)) {
      cpuSeconds = Math.max(cpuSeconds, used);
      const memory = rows.memory(pid);
      if (memory === undefined) continue;
      if (memory.peakBytes > 0) peakBytes = Math.max(peakBytes ?? 0, memory.peakBytes);
      if (maxMemoryMB !== undefined && memory.residentBytes > maxMemoryMB * MB) onMemory();
    }
    const next = Math.min(pause * 2, LOOK_MS);
    timer = setTimeout(() => look(rows, next), Math.max(next, (performance.now() - begin) * PAUSE_FACTOR));
  };
  if (table !== undefined) timer = setTimeout(() => look(table, FIRST_LOOK_MS), FIRST_LOOK_MS);

  return {
    close() {
      clearTimeout(timer);
      return { peakBytes, cpuSeconds };
    },
  };
}
