// The machine's own programs, and Debian's packages where one is missing. Installing must not start a service of
// the machine: those would listen on the default ports.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";
import { runProgram } from "./processes.ts";

/** The program on the path, or in one of `folders`; undefined when there is none. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const places = [...folders, ...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin", "/usr/bin"];
  return places.filter((folder) => folder !== "").map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * What `find` answers, after installing `packages` when it is undefined at first.
 * Errors: Problem `unavailable` when they cannot be installed, or are not what was missing.
 */
export async function findOrInstall<T>(
  what: string,
  find: () => T | undefined,
  packages: readonly string[],
  tell: (text: string) => void,
): Promise<T> {
  const found = find();
  if (found !== undefined) return found;
  const command = `apt-get install ${packages.join(" ")}`;
  if (findProgram("apt-get") === undefined || Deno.uid() !== 0) {
    throw new Problem("unavailable", `Falta ${what}: instálelo, en Debian con "${command}" como root`);
  }
  tell(`Instalando ${packages.join(", ")}`);
  await installPackages(packages);
  const installed = find();
  if (installed !== undefined) return installed;
  throw new Problem("unavailable", `Falta ${what}, también después de "${command}"`);
}

let installing: Promise<void> = Promise.resolve();

/** One at a time; other processes' are waited for by apt-get itself. */
function installPackages(packages: readonly string[]): Promise<void> {
  const turn = installing.then(() => withoutStartingServices(() => install(packages)));
  installing = turn.catch(() => {});
  return turn;
}

async function install(packages: readonly string[]): Promise<void> {
  const options = ["--yes", "--quiet", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const once = () => runProgram("apt-get", ["install", ...options, ...packages], { env });
  try {
    await once();
  } catch {
    // The lists of packages are missing or older than the archive.
    await runProgram("apt-get", ["update", "--quiet", "-o", "DPkg::Lock::Timeout=600"], { env });
    await once();
  }
}

/** Debian asks this program whether a package may start what it installs. */
const POLICY = "/usr/sbin/policy-rc.d";

async function withoutStartingServices<T>(work: () => Promise<T>): Promise<T> {
  if (fs.existsSync(POLICY)) return await work();
  // Should this process be killed before it is removed, it forbids nothing any more.
  fs.writeFileSync(POLICY, `#!/bin/sh\nkill -0 ${Deno.pid} 2>/dev/null && exit 101\nexit 0\n`, {
    mode: 0o755,
  });
  try {
    return await work();
  } finally {
    fs.rmSync(POLICY, { force: true });
  }
}
