// Services of a folder started, told and stopped, in the order they need each other. Everything here may be done
// again: what runs and answers is left alone.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../src/core/problem.ts";
import { answeringEngine, pullImage, removeRemains } from "./containers.ts";
import { type Addresses, type Service, SERVICE_NAMES, type ServiceName, type Tell } from "./kinds.ts";
import { opensearchService } from "./opensearch.ts";
import { pgbouncerService } from "./pgbouncer.ts";
import { postgresService } from "./postgres.ts";
import { endOfLog, memoryOf, sleep } from "./processes.ts";
import { redisService } from "./redis.ts";
import { type Folder, makeFolder, readFolder, withFolderLock } from "./state.ts";
import { logOf, pidOf, processOf, signalUnit, startUnits, stopUnit } from "./units.ts";

const SERVICES: Readonly<Record<ServiceName, Service>> = {
  postgres: postgresService,
  pgbouncer: pgbouncerService,
  redis: redisService,
  opensearch: opensearchService,
};

export type ServiceStatus = {
  readonly name: ServiceName;
  readonly title: string;
  /** Units that run, by their pid. */
  readonly pids: Readonly<Record<string, number>>;
  readonly units: number;
  /** Undefined while it does not answer. */
  readonly version: string | undefined;
  /** Bytes in use; undefined in containers. */
  readonly memory: number | undefined;
  readonly addresses: Addresses;
};

/**
 * Brings `names` and what they need to where they run and answer; answers where they are.
 * Errors: Problem `unavailable` telling of each that did not come up, when the others have.
 */
export function up(
  folder: string,
  names: readonly ServiceName[],
  given: { readonly fsync: boolean; readonly tell: Tell },
): Promise<Addresses> {
  const { tell } = given;
  const waiting = () => tell("Esperando a otro proceso que usa la misma carpeta");
  return withFolderLock(folder, waiting, async () => {
    const opened = makeFolder(folder, given);
    opened.state.runner ??= await chooseRunner(names, tell);
    opened.save();
    const coming = new Map<ServiceName, Promise<void>>();
    const bring = (name: ServiceName): Promise<void> => {
      const known = coming.get(name);
      if (known) return known;
      const { title, needs } = SERVICES[name];
      const work = Promise.all(needs.map(bring)).then(() =>
        bringUp(opened, SERVICES[name], (text) => tell(`${title}: ${text}`))
      );
      coming.set(name, work);
      return work;
    };
    const ended = await Promise.allSettled(withNeeds(names).map(bring));
    const failures = new Set(ended.flatMap((one) => one.status === "rejected" ? [one.reason] : []));
    const bug = [...failures].find((failure) => !(failure instanceof Problem));
    if (bug !== undefined) throw bug;
    if (failures.size > 0) {
      throw new Problem("unavailable", [...failures].map(({ message }) => message).join("\n"));
    }
    return addressesOf(opened, names);
  });
}

function addressesOf(folder: Folder, names: readonly ServiceName[]): Addresses {
  return Object.assign({}, ...withNeeds(names).map((name) => SERVICES[name].addresses(folder)));
}

/** In the table's order, which is also that of the needs. */
function withNeeds(names: readonly ServiceName[]): ServiceName[] {
  return SERVICE_NAMES.filter((one) =>
    names.some((name) => name === one || SERVICES[name].needs.includes(one))
  );
}

/** Containers where an engine answers and can have the images; the machine's programs elsewhere. */
async function chooseRunner(names: readonly ServiceName[], tell: Tell): Promise<Folder["state"]["runner"]> {
  const engine = await answeringEngine();
  if (engine !== undefined) {
    tell(`Con contenedores de ${engine}`);
    try {
      for (const image of new Set(withNeeds(names).map((name) => SERVICES[name].image))) {
        await pullImage(engine, image);
      }
      return engine;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      tell(`Sin contenedores: ${error.message}`);
    }
  }
  if (Deno.build.os === "linux") return "programs";
  throw new Problem(
    "unavailable",
    "Sin Docker ni Podman que respondan, los servicios solo arrancan en Linux",
  );
}

async function bringUp(folder: Folder, service: Service, tell: Tell): Promise<void> {
  const before = Date.now();
  const started = await startUnits(folder, service, Object.keys(service.units), tell);
  await awaitAnswer(folder, service, async () => {
    await service.probe(folder);
    return started === 0 || await service.settled?.(folder) !== false;
  });
  if (started > 0) tell(`responde (${((Date.now() - before) / 1000).toFixed(1)} s)`);
}

async function awaitAnswer(folder: Folder, service: Service, isReady: () => Promise<boolean>): Promise<void> {
  const units = Object.keys(service.units);
  const fault = (unit: string, what: string, cause: unknown) =>
    new Problem("unavailable", `${service.title}: ${what}${endOfLog(logOf(folder, unit))}`, [], { cause });
  for (const end = Date.now() + service.readyMs;; await sleep(100)) {
    let cause: unknown = undefined;
    try {
      if (await isReady()) return;
    } catch (error) {
      cause = error;
    }
    for (const unit of units) {
      if (await pidOf(folder, unit) === undefined) throw fault(unit, `"${unit}" terminó al arrancar`, cause);
    }
    if (Date.now() < end) continue;
    const reason = cause instanceof Error ? ` (${cause.message})` : "";
    throw fault(units[0]!, `no está en orden en ${service.readyMs / 1000} s${reason}`, cause);
  }
}

/** Ends `names`, those that need others first, and leaves no process of them; their data stays. */
export async function down(folder: string, names: readonly ServiceName[], tell: Tell): Promise<void> {
  if (!fs.existsSync(folder)) return;
  const waiting = () => tell("Esperando a otro proceso que usa la misma carpeta");
  await withFolderLock(folder, waiting, async () => {
    const opened = readFolder(folder);
    if (opened) await stopAll(opened, names, tell);
  });
}

async function stopAll(folder: Folder, names: readonly ServiceName[], tell: Tell): Promise<void> {
  const going = new Map<ServiceName, Promise<void>>();
  for (const name of SERVICE_NAMES.toReversed().filter((one) => names.includes(one))) {
    const users = [...going].filter(([other]) => SERVICES[other].needs.includes(name));
    const work = Promise.all(users.map(([, work]) => work)).then(() =>
      stopService(folder, SERVICES[name], tell)
    );
    going.set(name, work);
  }
  await Promise.all(going.values());
}

async function stopService(folder: Folder, service: Service, tell: Tell): Promise<void> {
  const { processes } = folder.state;
  const units = Object.keys(service.units).filter((unit) => processes[unit] !== undefined);
  if (units.length > 0) tell(`${service.title}: deteniendo`);
  await Promise.all(units.map(async (unit) => {
    await stopUnit(processes[unit]!, service);
    delete processes[unit];
    folder.save();
  }));
}

/** Starts one unit of a folder that is in use, without waiting for its answer. */
export function startUnit(folder: string, unit: string, tell: Tell): Promise<void> {
  return withFolderLock(folder, () => {}, async () => {
    const [opened, service] = unitOf(folder, unit);
    await startUnits(opened, service, [unit], (text) => tell(`${service.title}: ${text}`));
  });
}

/** Sends a signal to a unit that runs; SIGKILL is waited for. */
export async function killUnit(folder: string, unit: string, signal: NodeJS.Signals): Promise<void> {
  const [opened] = unitOf(folder, unit);
  await signalUnit(opened, unit, signal);
}

function unitOf(folder: string, unit: string): [Folder, Service] {
  const opened = readFolder(folder);
  const service = Object.values(SERVICES).find(({ units }) => unit in units);
  if (opened && service) return [opened, service];
  throw new Problem("not_found", `No hay "${unit}" en "${folder}"`);
}

/** Ends all services of a folder and removes it with their data. */
export async function remove(folder: string, tell: Tell): Promise<void> {
  await down(folder, SERVICE_NAMES, tell);
  const opened = readFolder(folder);
  if (opened) {
    const { runner, id, homes } = opened.state;
    if (runner !== undefined && runner !== "programs") await removeRemains(runner, id);
    if (homes !== undefined) removeHomes(homes);
  }
  fs.rmSync(folder, { recursive: true, force: true });
}

/** And the folder that holds those of all folders, with the last of them. */
function removeHomes(homes: string): void {
  fs.rmSync(homes, { recursive: true, force: true });
  const all = path.dirname(homes);
  if (fs.readdirSync(all).length === 0) fs.rmdirSync(all);
}

/** How each of `names` is; asks them, changes nothing. */
export function status(folder: string, names: readonly ServiceName[]): Promise<readonly ServiceStatus[]> {
  const opened = readFolder(folder);
  return Promise.all(names.map((name) => statusOf(opened, name)));
}

async function statusOf(folder: Folder | undefined, name: ServiceName): Promise<ServiceStatus> {
  const service = SERVICES[name];
  const units = Object.keys(service.units);
  const pids: Record<string, number> = {};
  let memory: number | undefined = undefined;
  for (const unit of folder ? units : []) {
    const pid = await pidOf(folder!, unit);
    if (pid === undefined) continue;
    pids[unit] = pid;
    const record = processOf(folder!, unit);
    if (record) memory = (memory ?? 0) + memoryOf(record);
  }
  const running = folder && Object.keys(pids).length > 0 ? folder : undefined;
  return {
    name,
    title: service.title,
    pids,
    units: units.length,
    version: running && await service.probe(running).catch(() => undefined),
    memory,
    addresses: running ? service.addresses(running) : {},
  };
}
