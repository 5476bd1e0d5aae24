// Where the program of a module is, and the arguments it gets.
// Source: etl-scheduler 1.3, 1.4 and 4.

import { maskAddress } from "../core/etl/masking.ts";
import type { ProjectFiles } from "../core/etl/project_files.ts";
import type { EtlModule, Step } from "../core/etl/sequence.ts";
import type { ModuleDraft } from "./module_map.ts";

/**
 * The module as it is run; undefined, and its faults noted, where its program is none. A word without a slash is
 * looked up beside the map, then in the folders of commands; anything else counts from the map.
 */
export async function findProgram(draft: ModuleDraft, files: ProjectFiles): Promise<EtlModule | undefined> {
  const { cmd, program, name, rest, faults } = draft;
  if (cmd === undefined) return;
  for (const word of cmd) {
    if (maskAddress(word) === word) continue;
    program.error(
      "El comando lleva una contraseña a la vista",
      'Guárdela como secreto y nómbrela en "secrets"',
    );
  }
  const isBare = !/[/\\]/.test(cmd[0]);
  const candidates = [
    files.resolve(cmd[0]),
    ...(isBare ? files.commandFolders.map((folder) => `${folder}/${cmd[0]}`) : []),
  ];
  let refused: "folder" | "file" | "other" | undefined;
  for (const candidate of candidates) {
    const kind = await files.kind(candidate);
    if (kind === "file" && await files.isExecutable(candidate)) {
      if (faults.some(({ severity }) => severity === "error")) return;
      return { name, ...rest, command: [candidate, ...cmd.slice(1)] };
    }
    refused ??= kind;
    // Another program of the name is not what was meant.
    if (kind === "file" && candidate === candidates[0]) break;
  }
  const [message, hint] = refused === undefined
    ? [`No existe el programa "${cmd[0]}"`, hintOfMissing(cmd, isBare)]
    : refused === "file"
    ? [`El programa "${cmd[0]}" no es ejecutable`, `Dele permiso de ejecución: chmod +x ${cmd[0]}`]
    : refused === "folder"
    ? [`"${cmd[0]}" es una carpeta`, "Escriba la ruta del programa"]
    : [`"${cmd[0]}" no es un archivo`, "Escriba la ruta del programa"];
  program.error(message, hint);
}

function hintOfMissing(cmd: readonly string[], isBare: boolean): string {
  if (cmd.length === 1 && /\s/.test(cmd[0]!)) {
    return "No es una línea de comandos: escriba una lista, el programa primero y después sus argumentos";
  }
  return isBare
    ? "Se buscó junto a modules.json y en PATH"
    : "Corrija la ruta: se cuenta desde la carpeta de modules.json";
}

/** Program and arguments of a step. */
export function stepArgv(step: Pick<Step, "input" | "output" | "conf">, module: EtlModule): string[] {
  const options = [["--input", step.input], ["--output", step.output], [module.confFlag, step.conf]] as const;
  return [
    ...module.command,
    ...options.flatMap(([flag, value]) => value === undefined ? [] : [flag, value]),
  ];
}

/** Folder that relative paths of a module's steps count from; undefined: the run's own. */
export function moduleFolder(module: EtlModule, root: string): string | undefined {
  if (module.cwd === "run") return;
  return module.cwd === "project" ? root : module.command[0]!.replace(/[/\\][^/\\]*$/, "") || "/";
}
