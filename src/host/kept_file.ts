// A file that this process has open, and that somebody may take away under it: what is written then is seen by nobody.

import { Problem } from "../core/problem.ts";

/**
 * Remembers which file stands at a path; the answer looks whether it still does.
 * Errors of the answer: Problem `unavailable` when it is gone, or another.
 */
export function keptFile(file: string): () => Promise<void> {
  const first = identityOf(file);
  return async () => {
    if (await identityOf(file) === await first) return;
    throw new Problem(
      "unavailable",
      `El archivo "${file}" ya no es el que este proceso abrió: reinícielo`,
    );
  };
}

async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await Deno.stat(file);
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}
