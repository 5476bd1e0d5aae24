// What comes out of a step's two pipes, into its log.

import type { StepLog } from "./step_log.ts";

/** A pipe that says nothing for so long, after all of the step is gone, is held open by a stranger. */
const SILENCE_MS = 1000;
const CHUNK_BYTES = 64 * 1024;

type Chunks = ReadableStream<Uint8Array>;

/** Reads from now on. `close` waits for the end of both, or lets go of them. */
export function readPipes(stdout: Chunks, stderr: Chunks, log: StepLog): { close(): Promise<void> } {
  let chunks = 0;
  let isWaiting = false;
  const readers = { stdout: stdout.getReader({ mode: "byob" }), stderr: stderr.getReader({ mode: "byob" }) };
  const read = async (name: keyof typeof readers) => {
    // One piece of memory for all that is read: what the step prints is no garbage to be collected.
    for (let buffer = new ArrayBuffer(CHUNK_BYTES);;) {
      const { value, done } = await readers[name].read(new Uint8Array(buffer));
      if (done || value === undefined) return;
      buffer = value.buffer;
      chunks++;
      log.add(name, value);
      isWaiting = true;
      await log.room();
      isWaiting = false;
    }
  };
  const ended = Promise.all([read("stdout"), read("stderr")]).then(() => true);
  return {
    async close() {
      for (let before = -1; before !== chunks || isWaiting;) {
        before = chunks;
        if (await Promise.race([ended, silence()])) return;
      }
      await Promise.all([readers.stdout.cancel(), readers.stderr.cancel()]);
    },
  };
}

const silence = () => new Promise<false>((wake) => setTimeout(() => wake(false), SILENCE_MS));
