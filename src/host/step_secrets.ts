// Secrets of modules, by name: a variable ETL_SECRET_<NAME> of the scheduler, or a file that only its owner reads.
// The prefix is the permission: settings of the program itself cannot be asked for by their names.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../core/problem.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const OTHERS = 0o077;

/**
 * `env` is the scheduler's, `folder` holds a file for each name.
 * Errors of what it gives: Problem `invalid` for a name that no variable can have, a file that others can read or an
 * empty secret, `not_found` where there is none.
 */
export function secretProvider(
  { env, folder }: { readonly env: Readonly<Record<string, string>>; readonly folder: string },
): (name: string) => string {
  return (name) => {
    if (!NAME.test(name)) throw new Problem("invalid", `"${name}" no sirve de nombre a un secreto`);
    const secret = env[`ETL_SECRET_${name}`] ?? readSecret(name, path.join(folder, name));
    if (secret === "") throw new Problem("invalid", `El secreto "${name}" está vacío`);
    return secret;
  };
}

function readSecret(name: string, file: string): string {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new Problem(
      "not_found",
      `Falta el secreto "${name}": defina ETL_SECRET_${name} o escríbalo en "${file}" (permisos 0600)`,
    );
  }
  if (Deno.build.os !== "windows" && (found.mode & OTHERS) !== 0) {
    throw new Problem("invalid", `Otros pueden leer el secreto "${file}": ejecute chmod 600`);
  }
  try {
    // Editors end a file with a newline; it is no part of what is written in it.
    return fs.readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new Problem("invalid", `No se puede leer el secreto "${file}": ${(cause as Error).message}`, [], {
      cause,
    });
  }
}
