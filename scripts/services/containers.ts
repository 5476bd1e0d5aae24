// Services by a container engine, where one answers: a container a unit, a network and named volumes a folder, all
// called by the folder's name. Docker and Podman take the same commands.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";
import type { Service } from "./kinds.ts";
import { findProgram } from "./packages.ts";
import { runProgram } from "./processes.ts";
import { type Folder, portOf } from "./state.ts";

export type Engine = "docker" | "podman";

export type Container = {
  /** Program and arguments inside. */
  readonly args: readonly string[];
  /** The port inside of each port of the unit. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where inside each named volume is. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Environment too, and on no command line. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Files by their name, in /caudal inside. */
  readonly files: Readonly<Record<string, string>>;
};

export type ContainerRecord = {
  readonly container: string;
  readonly engine: Engine;
};

/** The engine that is installed and answers, if any; one without its daemon does not. */
export async function answeringEngine(): Promise<Engine | undefined> {
  for (const engine of ["docker", "podman"] as const) {
    if (findProgram(engine) === undefined) continue;
    const { success } = await new Deno.Command(engine, {
      args: ["info"],
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(10_000),
    }).output();
    if (success) return engine;
  }
}

/** Errors: Problem `unavailable` when the image is not here and cannot be fetched. */
export async function pullImage(engine: Engine, image: string): Promise<void> {
  const { success } = await new Deno.Command(engine, {
    args: ["image", "inspect", image],
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) await runProgram(engine, ["pull", image]);
}

export async function startContainer(
  engine: Engine,
  folder: Folder,
  unit: string,
  { image, container }: Service,
): Promise<ContainerRecord> {
  const made = container(folder, unit);
  const network = `caudal-${folder.state.id}`;
  const name = `${network}-${unit}`;
  const networks = await runProgram(engine, ["network", "ls", "--format", "{{.Name}}"]);
  if (!networks.split("\n").includes(network)) await runProgram(engine, ["network", "create", network]);
  await runProgram(engine, ["rm", "--force", "--volumes", name]).catch(() => {});
  const options = [`--name=${name}`, `--network=${network}`, `--network-alias=${unit}`];
  for (const [use, inside] of Object.entries(made.ports)) {
    options.push(`--publish=127.0.0.1:${await portOf(folder, use)}:${inside}`);
  }
  for (const [volume, inside] of Object.entries(made.volumes)) {
    options.push(`--volume=${network}-${volume}:${inside}`);
  }
  for (const [key, value] of Object.entries(made.env)) options.push(`--env=${key}=${value}`);
  for (const key of Object.keys(made.secrets)) options.push(`--env=${key}`);
  await runProgram(engine, ["create", ...options, image, ...made.args], {
    env: made.secrets,
  });
  await copyFiles(engine, path.join(folder.path, "containers"), name, made.files);
  await runProgram(engine, ["start", name]);
  return { container: name, engine };
}

/** Its user reads them there whoever that is; here nobody passes through `folder`. */
async function copyFiles(
  engine: Engine,
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(files).length === 0) return;
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = fs.mkdtempSync(path.join(folder, "files-"));
  fs.chmodSync(own, 0o755);
  for (const [file, text] of Object.entries(files)) {
    fs.writeFileSync(path.join(own, file), text, { mode: 0o644 });
  }
  await runProgram(engine, ["cp", own, `${name}:/caudal`]);
  fs.rmSync(own, { recursive: true });
}

/** Pid of its first process as the host counts, undefined when it does not run. */
export async function pidOfContainer({ engine, container }: ContainerRecord): Promise<number | undefined> {
  try {
    const told = await runProgram(engine, ["inspect", "--format", "{{.State.Pid}}", container]);
    return Number(told) || undefined;
  } catch (error) {
    // An unknown container runs no more than a stopped one.
    if (error instanceof Problem) return;
    throw error;
  }
}

export async function killContainer({ engine, container }: ContainerRecord, signal: string): Promise<void> {
  await runProgram(engine, ["kill", `--signal=${signal}`, container]);
}

/** Ends it, gently first, and removes it; its volumes stay. */
export async function stopContainer(
  { engine, container }: ContainerRecord,
  graceMs: number,
): Promise<void> {
  const seconds = Math.ceil(graceMs / 1000);
  await runProgram(engine, ["stop", `--time=${seconds}`, container]).catch(() => {});
  await runProgram(engine, ["rm", "--force", container]).catch(() => {});
}

/** Removes what the folder's containers leave behind: network and volumes. */
export async function removeRemains(engine: Engine, id: string): Promise<void> {
  const volumes = await runProgram(engine, ["volume", "ls", "--quiet", `--filter=name=caudal-${id}-`]);
  for (const volume of volumes.split("\n").filter(Boolean)) {
    await runProgram(engine, ["volume", "rm", "--force", volume]);
  }
  await runProgram(engine, ["network", "rm", `caudal-${id}`]).catch(() => {});
}
