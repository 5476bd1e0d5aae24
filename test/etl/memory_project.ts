// Files of a project that are in memory, under /project; programs are in /project and /bin.

import { posix as path } from "node:path";
import type { ProjectFiles } from "../../src/core/etl/project_files.ts";
import { Problem } from "../../src/core/problem.ts";

/** A program that may be run; any other text is a file that may not. */
export const PROGRAM = "#!/bin/sh\n";

/** Texts by path; folders are those of the files, /dev/null is there. Values that are no text are written as JSON. */
export function memoryProject(given: Readonly<Record<string, unknown>>): ProjectFiles {
  const resolve = (file: string) => path.resolve("/project", file);
  const texts = new Map(
    Object.entries({ "/bin/true": PROGRAM, "/bin/false": PROGRAM, ...given }).map(([file, value]) => [
      resolve(file),
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return {
    resolve,
    commandFolders: ["/bin"],
    kind: (file) => {
      const full = resolve(file);
      return Promise.resolve(
        texts.has(full)
          ? "file"
          : full === "/dev/null"
          ? "other"
          : [...texts.keys()].some((one) => one.startsWith(`${full}/`))
          ? "folder"
          : undefined,
      );
    },
    isExecutable: (file) => Promise.resolve(texts.get(resolve(file)) === PROGRAM),
    readText: (file) => {
      const text = texts.get(resolve(file));
      return text === undefined
        ? Promise.reject(new Problem("not_found", "no existe"))
        : Promise.resolve(text);
    },
    list: (folder) => {
      const start = `${resolve(folder)}/`;
      const names = [...texts.keys()].filter((file) => file.startsWith(start))
        .map((file) => file.slice(start.length).split("/")[0]!);
      return Promise.resolve([...new Set(names)].sort());
    },
    stamp: () => Promise.resolve(JSON.stringify([...texts])),
  };
}
