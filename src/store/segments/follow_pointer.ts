// Follows a pointer: what it leads to is opened anew when it moves, and the last good one goes on meanwhile.

import { Problem } from "../../core/problem.ts";
import type { ReadBlobs } from "./blobs.ts";

/** How long a pointer is believed before it is read again, in ms. */
const POINTER_LIFE_MS = 1_000;

/**
 * Answers what the pointer `name` leads to; undefined until there is a pointer.
 * `open` gets its bytes and what is open, and answers that again where the pointer did not move.
 * Errors: a pointer that cannot be followed keeps the last good one; without any it is Problem `unavailable`.
 */
export function followPointer<T>(
  blobs: ReadBlobs,
  name: string,
  now: () => number,
  open: (bytes: Uint8Array, current: T | undefined) => T | Promise<T>,
): () => Promise<T | undefined> {
  let current: T | undefined;
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let fault: Problem | undefined;

  async function follow(): Promise<void> {
    try {
      const bytes = await blobs.read(name);
      if (bytes) current = await open(bytes, current);
      fault = undefined;
    } catch (cause) {
      fault = new Problem("unavailable", `Cannot read what is published: "${name}"`, [], { cause });
    }
    readAt = now();
  }

  return async () => {
    const age = now() - readAt;
    // A clock that was set back does not keep an old pointer.
    if (age < 0 || age >= POINTER_LIFE_MS) {
      await (reading ??= follow().finally(() => reading = undefined));
    }
    if (!current && fault) throw fault;
    return current;
  };
}
