// What a published file says. Bytes that are none of ours are a fault of the place they are in, which is told by the
// file's name, and not one of the program.

import { Problem } from "../../core/problem.ts";

/** Errors: Problem `unavailable` where the bytes cannot be read as what they should be. */
export function undamaged<B extends Uint8Array, T>(name: string, bytes: B, decode: (bytes: B) => T): T {
  try {
    return decode(bytes);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("unavailable", `Cannot read "${name}" of what is published: it is damaged`, [], {
      cause,
    });
  }
}
