// The units of a service, by the machine's programs or by containers: started, found, signalled and ended.

import path from "node:path";
import { Problem } from "../../src/core/problem.ts";
import {
  type ContainerRecord,
  killContainer,
  pidOfContainer,
  startContainer,
  stopContainer,
} from "./containers.ts";
import type { Service, Tell } from "./kinds.ts";
import {
  announcedProcess,
  isRunning,
  type ProcessRecord,
  send,
  settingsOf,
  startProcess,
  stopProcess,
  waitFor,
} from "./processes.ts";
import { type Folder, portOf } from "./state.ts";

const KILLED_WITHIN_MS = 10_000;

/** Starts what does not run, or runs with other settings than it should; answers how many that were. */
export async function startUnits(
  folder: Folder,
  service: Service,
  units: readonly string[],
  tell: Tell,
): Promise<number> {
  const { state } = folder;
  const { runner = "programs" } = state;
  const absent: string[] = [];
  for (const unit of units) if (await pidOf(folder, unit) === undefined) absent.push(unit);
  for (const unit of absent) for (const use of service.units[unit] ?? []) await portOf(folder, use);
  folder.save();
  const starts = units.map(async (unit) => {
    if (runner !== "programs") {
      if (!absent.includes(unit)) return 0;
      tell("arrancando");
      state.processes[unit] = await startContainer(runner, folder, unit, service);
    } else {
      const launch = await service.launch(folder, unit, tell);
      const record = processOf(folder, unit);
      if (record && isRunning(record)) {
        if (record.settings === settingsOf(launch)) return 0;
        await stopProcess(record, service.stopSignal, service.stopMs);
      }
      tell(Object.keys(service.units).length === 1 ? "arrancando" : `arrancando ${unit}`);
      state.processes[unit] = announcedProcess(launch);
      folder.save();
      state.processes[unit] = await startProcess(launch);
    }
    folder.save();
    return 1;
  });
  const ended = await Promise.allSettled(starts);
  const failed = ended.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return ended.reduce((sum, one) => sum + (one.status === "fulfilled" ? one.value : 0), 0);
}

export function processOf({ state }: Folder, unit: string): ProcessRecord | undefined {
  const record = state.processes[unit];
  return record && "pid" in record ? record : undefined;
}

/** Undefined when it does not run. */
export async function pidOf({ state }: Folder, unit: string): Promise<number | undefined> {
  const record = state.processes[unit];
  if (record === undefined) return;
  if ("container" in record) return await pidOfContainer(record);
  return isRunning(record) ? record.pid : undefined;
}

export const logOf = (folder: Folder, unit: string) => path.join(folder.path, `${unit}.log`);

/** Sends a signal to a unit that runs; SIGKILL is waited for. */
export async function signalUnit(folder: Folder, unit: string, signal: NodeJS.Signals): Promise<void> {
  const pid = await pidOf(folder, unit);
  if (pid === undefined) throw new Problem("not_found", `"${unit}" no corre en "${folder.path}"`);
  const record = folder.state.processes[unit]!;
  if ("container" in record) await killContainer(record, signal);
  else send(pid, signal);
  if (signal !== "SIGKILL") return;
  await waitFor(async () => await pidOf(folder, unit) === undefined, KILLED_WITHIN_MS);
}

export function stopUnit(
  record: ProcessRecord | ContainerRecord,
  { stopSignal, stopMs }: Service,
): Promise<void> {
  return "container" in record ? stopContainer(record, stopMs) : stopProcess(record, stopSignal, stopMs);
}
