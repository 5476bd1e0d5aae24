// What a folder of services remembers between commands: its name, its ports, its password and the processes it
// started. One file that only its owner reads, one lock that commands over the same folder wait for.

import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";
import type { ContainerRecord } from "./containers.ts";
import type { ProcessRecord, User } from "./processes.ts";

/** How a folder runs its services, settled when the first one starts. */
type Runner = "docker" | "podman" | "programs";

export type State = {
  /** Names the cluster, the containers and whatever else must not meet that of another folder. */
  readonly id: string;
  readonly password: string;
  /** False only where losing the data with the power does not matter: in tests. */
  readonly fsync: boolean;
  runner?: Runner;
  /** Who runs what refuses root, settled at the first start: what is stored is theirs. */
  user?: User;
  /** Where the homes are when the unprivileged user cannot reach the folder. */
  homes?: string;
  readonly ports: Record<string, number>;
  readonly processes: Record<string, ProcessRecord | ContainerRecord>;
};

export type Folder = {
  readonly path: string;
  readonly state: State;
  save(): void;
};

const stateFile = (folder: string) => path.join(folder, "state.json");

/** The folder as it was last left, undefined where no service was ever started. */
export function readFolder(folder: string): Folder | undefined {
  const file = stateFile(path.resolve(folder));
  if (!fs.existsSync(file)) return;
  try {
    return folderWith(path.resolve(folder), JSON.parse(fs.readFileSync(file, "utf8")));
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem("unavailable", `No se puede leer "${file}": ${reason}`, [], { cause });
  }
}

/** The folder, made with ports and a password of its own where there was none. */
export function makeFolder(folder: string, { fsync }: { fsync: boolean }): Folder {
  const found = readFolder(folder);
  if (found) return found;
  const state: State = {
    id: randomBytes(4).toString("hex"),
    password: randomBytes(18).toString("base64url"),
    fsync,
    ports: {},
    processes: {},
  };
  return folderWith(path.resolve(folder), state);
}

function folderWith(folder: string, state: State): Folder {
  return {
    path: folder,
    state,
    save() {
      const file = stateFile(folder);
      fs.writeFileSync(`${file}.new`, JSON.stringify(state, null, 2) + "\n", { mode: 0o600 });
      fs.renameSync(`${file}.new`, file);
    },
  };
}

/**
 * Runs `work` while no other command works on `folder`, which is made where it is missing.
 * `waiting` is called once when another one has to end first.
 * Errors: Problem `unavailable` when the folder cannot be written to.
 */
export async function withFolderLock<T>(
  folder: string,
  waiting: () => void,
  work: () => Promise<T>,
): Promise<T> {
  using file = await openLock(path.resolve(folder));
  if (!await file.tryLock(true)) {
    waiting();
    await file.lock(true);
  }
  try {
    return await work();
  } finally {
    await file.unlock();
  }
}

async function openLock(folder: string): Promise<Deno.FsFile> {
  try {
    fs.mkdirSync(folder, { recursive: true });
    // Other users pass through to homes of their own; what is in the folder itself they do not see.
    fs.chmodSync(folder, 0o711);
    return await Deno.open(path.join(folder, "lock"), { create: true, write: true, mode: 0o600 });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Problem("unavailable", `No se puede escribir en la carpeta "${folder}": ${reason}`, [], {
      cause,
    });
  }
}

/**
 * The port of `use` in this folder: the one it had, unless somebody else took it meanwhile.
 * New ones are drawn from 20000 to 32767: far from the defaults of the services, and below the ports that the
 * kernel gives to outgoing connections.
 */
export async function portOf({ state }: Folder, use: string): Promise<number> {
  let port = state.ports[use];
  const taken = new Set(Object.entries(state.ports).filter(([other]) => other !== use).map(([, one]) => one));
  while (port === undefined || taken.has(port) || !await isFree(port)) {
    port = 20_000 + randomBytes(4).readUInt32BE() % 12_768;
  }
  state.ports[use] = port;
  return port;
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
