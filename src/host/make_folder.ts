// Folders that a program needs before it begins.

import fs from "node:fs";
import { Problem } from "../core/problem.ts";

/**
 * Makes a folder and those above it, where they are missing.
 * Errors: Problem `unavailable` with the reason.
 */
export function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const why = (cause as Error).message;
    throw new Problem("unavailable", `No se puede crear la carpeta "${folder}": ${why}`, [], { cause });
  }
}
