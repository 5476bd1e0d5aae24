// The files of a project of sequences on this machine.

import path from "node:path";
import { MODULES_FILE, type ProjectFiles, SEQUENCES_FOLDER } from "../core/etl/project_files.ts";
import { Problem } from "../core/problem.ts";

const LARGEST_MB = 5;
/** Programs and configurations change too, and they may be anywhere: so often all is read again. */
const REREAD_MS = 30_000;

/** Files under `root`. `commandPath` is a PATH; the folder of the running deno comes before it. */
export function etlProject(
  root: string,
  commandPath: string,
  now: () => number = Date.now,
): ProjectFiles {
  const resolve = (file: string) => path.resolve(root, file);
  const commandFolders = [
    path.dirname(Deno.execPath()),
    // An empty entry would be whatever folder this was started in.
    ...commandPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder)),
  ];

  const files: ProjectFiles = {
    resolve,
    commandFolders,

    async kind(file) {
      const stat = await statOf(resolve(file));
      return stat && (stat.isFile ? "file" : stat.isDirectory ? "folder" : "other");
    },

    async isExecutable(file) {
      const stat = await statOf(resolve(file));
      // Windows tells by the name.
      return stat !== undefined && stat.isFile && (stat.mode === null || (stat.mode & 0o111) !== 0);
    },

    async readText(file) {
      const stat = await statOf(resolve(file));
      if (stat === undefined) throw new Problem("not_found", "no existe");
      if (!stat.isFile) throw new Problem("invalid", "no es un archivo");
      if (stat.size > LARGEST_MB * 1024 * 1024) {
        throw new Problem("invalid", `tiene más de ${LARGEST_MB} MB`);
      }
      let bytes: Uint8Array;
      try {
        bytes = await Deno.readFile(resolve(file));
      } catch (cause) {
        throw new Problem("unavailable", "no se puede leer", [], { cause });
      }
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch (cause) {
        throw new Problem("invalid", "no es texto UTF-8", [], { cause });
      }
    },

    async list(folder) {
      try {
        return (await Array.fromAsync(Deno.readDir(resolve(folder)))).map(({ name }) => name).sort();
      } catch (error) {
        if (isAbsence(error)) return [];
        throw new Problem("unavailable", `No se puede leer la carpeta "${folder}"`, [], { cause: error });
      }
    },

    async stamp() {
      const names = (await files.list(SEQUENCES_FOLDER)).filter((name) => name.endsWith(".json"));
      const paths = [MODULES_FILE, ...names.map((name) => `${SEQUENCES_FOLDER}/${name}`)];
      const stats = await Promise.all(paths.map((file) => statOf(resolve(file))));
      return [
        Math.floor(now() / REREAD_MS),
        ...paths.map((file, i) => `${file} ${stats[i]?.mtime?.getTime()} ${stats[i]?.size}`),
      ].join("\n");
    },
  };
  return files;
}

/** What cannot be looked at is not there for a step either. */
async function statOf(file: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(file);
  } catch {
    return undefined;
  }
}

const isAbsence = (error: unknown): boolean =>
  error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
