// Whether there is a program to run, before there is a process: the system's own answer would be a number, or, for a
// script that does not say what runs it, a shell.

import fs from "node:fs";
import path from "node:path";

const ANYBODY_EXECUTES = 0o111;
const HEAD_BYTES = 256;

/** Why `program` cannot be run in `cwd`, as a sentence; undefined when it looks well. Both are absolute paths. */
export function programFault(program: string, cwd: string): string | undefined {
  const folder = statOf(cwd);
  if (folder === undefined) return `No existe la carpeta de trabajo "${cwd}"`;
  if (!folder.isDirectory()) return `La carpeta de trabajo "${cwd}" no es una carpeta`;
  if (!path.isAbsolute(program)) return `El programa "${program}" debe darse con su ruta absoluta`;
  const file = statOf(program);
  if (file === undefined) return `No existe el programa "${program}"`;
  if (file.isDirectory()) return `"${program}" es una carpeta, no un programa`;
  if (Deno.build.os === "windows") return;
  if ((file.mode & ANYBODY_EXECUTES) === 0) {
    return `"${program}" no es ejecutable: dele permiso con chmod +x`;
  }
  return file.isFile() ? scriptFault(program) : `"${program}" no es un archivo`;
}

/** A text has to name its interpreter: without it the C library would hand it to a shell. */
function scriptFault(program: string): string | undefined {
  const head = headOf(program);
  if (head === undefined) return `No se puede leer el programa "${program}"`;
  if (head.includes("\0")) return;
  const [, line] = /^#![ \t]*([^\n]*)/.exec(head) ?? [];
  if (line === undefined) {
    return `"${program}" no es ejecutable: es un texto que no comienza con #! y su intérprete`;
  }
  if (line.endsWith("\r")) {
    return `"${program}": su primera línea termina en CR; guárdelo con fines de línea LF`;
  }
  const interpreter = line.split(/[ \t]/, 1)[0]!;
  if (statOf(interpreter) === undefined) return `"${program}": no existe su intérprete "${interpreter}"`;
}

function headOf(program: string): string | undefined {
  try {
    using file = Deno.openSync(program);
    const bytes = new Uint8Array(HEAD_BYTES);
    const read = file.readSync(bytes) ?? 0;
    return new TextDecoder("latin1").decode(bytes.subarray(0, read));
  } catch {
    return;
  }
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return;
  }
}
