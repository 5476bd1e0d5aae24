// A worker as small as can be, for tests that watch or kill it: `deno run -A step_parent.ts <command as JSON>`.
// Prints `started <pid> <processStart>`, and `ended <end as JSON> <what it kept>` with its own peak of memory.

import { peakMemory } from "../../scripts/bench/process.ts";
import { stepProcesses } from "../../src/host/step_processes.ts";

const kept = { lines: 0, bytes: 0, cut: 0, largestBatch: 0, atOnce: 0 };
let atOnce = 0;
const end = await stepProcesses({ searchPath: "/usr/bin:/bin", now: Date.now }).run(
  JSON.parse(Deno.args[0]!),
  {
    signal: new AbortController().signal,
    onStart: (pid, processStart) => {
      if (pid > 0) console.log(`started ${pid} ${processStart}`);
      return Promise.resolve();
    },
    async onLines(lines, isCut) {
      kept.atOnce = Math.max(kept.atOnce, ++atOnce);
      const bytes = lines.reduce(
        (sum, { stream, text }) => stream === "caudal" ? sum : sum + text.length + 1,
        0,
      );
      kept.lines += lines.length;
      kept.bytes += bytes;
      kept.largestBatch = Math.max(kept.largestBatch, bytes);
      if (isCut) kept.cut++;
      // A store takes its time.
      await new Promise((wake) => setTimeout(wake, 5));
      atOnce--;
    },
  },
);
console.log(`ended ${JSON.stringify({ end, kept, peakMB: peakMemory(Deno.pid) })}`);
