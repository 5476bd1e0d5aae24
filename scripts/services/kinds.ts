// What the four services have in common: what each must tell so that any of them can be started, asked and
// stopped alike, and where its files are.

import fs from "node:fs";
import path from "node:path";
import type { Container } from "./containers.ts";
import type { Launch, User } from "./processes.ts";
import type { Folder } from "./state.ts";

export const SERVICE_NAMES = ["postgres", "pgbouncer", "redis", "opensearch"] as const;
export type ServiceName = typeof SERVICE_NAMES[number];

/** The settings of Caudal and of its tests that name running services. */
export type Addresses = {
  readonly DATABASE_URL?: string;
  readonly DIRECT_DATABASE_URL?: string;
  readonly REDIS_URL?: string;
  readonly OPENSEARCH_URL?: string;
};

export type Tell = (text: string) => void;

export type Service = {
  /** As its makers write it. */
  readonly title: string;
  /** What must run before. */
  readonly needs: readonly ServiceName[];
  /** Its processes, each with the names of its ports; the first is the one that callers use. */
  readonly units: Readonly<Record<string, readonly string[]>>;
  /** Asks a unit to end, and how long to wait for it. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopMs: number;
  /** Longest time from the start of the last unit to the first good answer. */
  readonly readyMs: number;
  /** Installs what is missing and tells how to start a unit by the machine's programs. Ports are settled. */
  launch(folder: Folder, unit: string, tell: Tell): Promise<Launch>;
  /** What its containers are made from. */
  readonly image: string;
  /** How to start a unit by a container engine. */
  container(folder: Folder, unit: string): Container;
  /** The version of what answers there; throws while nothing does, or less than all. */
  probe(folder: Folder): Promise<string>;
  /** Whether what was just started is done with what starting brings, where it goes on after the first answer. */
  settled?(folder: Folder): Promise<boolean>;
  addresses(folder: Folder): Addresses;
};

/** Port of a use that is settled. */
export function settledPort({ state }: Folder, use: string): number {
  const port = state.ports[use];
  if (port === undefined) throw new Error(`No port of ${use} yet`);
  return port;
}

/**
 * Who runs a program that refuses root: undefined where the command runs as somebody else already.
 * Debian's own user of PostgreSQL where there is one.
 */
export function unprivilegedUser({ state }: Folder): User | undefined {
  if (Deno.uid() !== 0) return;
  return state.user ??= userCalled("postgres") ?? userCalled("nobody") ?? { uid: 65_534, gid: 65_534 };
}

function userCalled(name: string): User | undefined {
  const line = fs.readFileSync("/etc/passwd", "utf8").split("\n").find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return line === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** The folder of a unit, made where it is missing, which `user` alone enters. */
export async function homeOf(folder: Folder, unit: string, user: User | undefined): Promise<string> {
  const { state } = folder;
  if (user && state.homes === undefined && !await reaches(user, folder.path)) {
    state.homes = `/var/lib/caudal/${state.id}`;
    fs.mkdirSync(state.homes, { recursive: true, mode: 0o711 });
  }
  const home = path.join((user && state.homes) ?? folder.path, unit);
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (user) fs.chownSync(home, user.uid, user.gid);
  return fs.realpathSync(home);
}

async function reaches(user: User, folder: string): Promise<boolean> {
  const { success } = await new Deno.Command("test", { args: ["-x", folder], cwd: "/", ...user }).output();
  return success;
}
