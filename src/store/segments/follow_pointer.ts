// Follows a pointer: what it leads to is opened anew when it moves, and the last good one goes on meanwhile.

import { Problem } from "../../core/problem.ts";
import type { LastPointers, ReadBlobs } from "./blobs.ts";

/** How long a pointer is believed before it is read again, in ms, unless its place tells. */
const POINTER_LIFE_MS = 1_000;

/** How long readers who could be answered wait for a distant place to tell whether there is something newer, in ms. */
const PATIENCE_MS = 100;

/** How long readers who cannot be answered wait until the last pointer that is remembered will do, in ms. */
const COLD_PATIENCE_MS = 1_000;

/** A reading that takes longer was cut off with the answer that began it, in ms: another is begun. */
const CUT_OFF_MS = 60_000;

/**
 * Answers what the pointer `name` leads to; undefined until there is a pointer. While a newer one is slow to come,
 * what is open is answered.
 * `open` gets its bytes and what is open, and answers that again where the pointer did not move.
 * Errors: a pointer that cannot be followed keeps the last good one, or that which its place remembers; without any
 * it is Problem `unavailable`.
 */
export function followPointer<T>(
  blobs: ReadBlobs,
  name: string,
  now: () => number,
  open: (bytes: Uint8Array<ArrayBuffer>, current: T | undefined) => T | Promise<T>,
): () => Promise<T | undefined> {
  let current: T | undefined;
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let readingSince = -Infinity;
  /** Ends with the reading, or before it where that takes long. */
  let patience: Promise<void> | undefined;
  let fault: Problem | undefined;

  async function follow(): Promise<void> {
    try {
      const bytes = await blobs.read(name);
      if (bytes) {
        current = await open(bytes, current);
        blobs.lastPointers?.keep(name, bytes);
      }
      fault = undefined;
    } catch (cause) {
      fault = new Problem("unavailable", `Cannot read what is published: "${name}"`, [], { cause });
    }
    readAt = now();
  }

  /** Ends as soon as anything is open: what `reading` brings or, while that takes long or failed, what was good last. */
  async function begin(reading: Promise<void>, last: LastPointers): Promise<void> {
    await atMost(COLD_PATIENCE_MS, reading);
    if (current) return;
    try {
      const bytes = await last.find(name);
      const opened = bytes && await open(bytes, undefined);
      current ??= opened;
    } catch {
      // What it leads to is not there any more.
    }
    if (!current) await reading;
  }

  return async () => {
    const age = now() - readAt;
    // A clock that was set back does not keep an old pointer.
    // What was never found is looked for again soon, wherever it is.
    const life = current && blobs.pointerLifeMs || POINTER_LIFE_MS;
    if (age < 0 || age >= life) {
      if (!reading || now() - readingSince >= CUT_OFF_MS) {
        readingSince = now();
        const begun: Promise<void> = follow().finally(() => {
          if (reading === begun) reading = undefined;
        });
        reading = begun;
        const { lastPointers } = blobs;
        patience = current ? atMost(PATIENCE_MS, begun) : lastPointers ? begin(begun, lastPointers) : begun;
        blobs.outlive?.(begun);
      }
      await patience;
    }
    if (!current && fault) throw fault;
    return current;
  };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<void>((wake) => timer = setTimeout(wake, ms));
  await Promise.race([work, passed]);
  clearTimeout(timer);
}
