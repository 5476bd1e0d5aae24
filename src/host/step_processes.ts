// The module wrapper: the one place that makes a process of a step, watches it, and sees to it that nothing of it is
// left. What it runs, where and with which environment is decided by others.
//
//   onStart (0) ─▶ check ─▶ spawn (own session, stdin /dev/null) ─▶ onStart ─┬─ pipes ─▶ log
//                                                             ├─ looks at memory and descendants
//                                                             └─ time, abort ─▶ SIGTERM, grace, SIGKILL
//   root ended ─▶ what it left is ended ─▶ pipes are empty ─▶ log is kept ─▶ fingerprint of the output
//
// Source: etl-scheduler 4 and 5.6.

import type { StepCommand, StepEnd, StepProcesses } from "../etl/step_process.ts";
import { keepDescriptors } from "./step_descriptors.ts";
import { fingerprintOf } from "./step_fingerprint.ts";
import { findLimitTools, type LimitTools, stepLimits } from "./step_limits.ts";
import { type StepLog, stepLog } from "./step_log.ts";
import { ASKED_TO_END, faultOf, messageOf, overMemory, type StepFault, timedOut } from "./step_outcome.ts";
import { readPipes } from "./step_pipes.ts";
import { type ProcessTable, processTable } from "./step_process_table.ts";
import { programFault } from "./step_program.ts";
import { markOf, type StepTree, stepTree } from "./step_tree.ts";
import { type StepUse, watchUse } from "./step_use.ts";

/** What a step leaves running may end by itself for so long: the `tee` of a script that is through. */
const SETTLE_MS = 250;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MB = 1024 * 1024;

export type StepProcessesOptions = {
  /** PATH where `prlimit` and `nice` are looked for. */
  readonly searchPath: string;
  /** Epoch ms, for the lines of the log. */
  readonly now: () => number;
  /** Processes of this machine; without it what the system has. Null: only the group of a step is known. */
  readonly table?: ProcessTable | null;
};

type Surroundings = {
  readonly table: ProcessTable | undefined;
  readonly tools: LimitTools;
  readonly now: () => number;
};

type Watch = Parameters<StepProcesses["run"]>[1];

/**
 * Whoever watches a step and throws ends it: `run` throws that when nothing of the step is left.
 */
export function stepProcesses(options: StepProcessesOptions): StepProcesses {
  const table = options.table === null ? undefined : options.table ?? processTable();
  const tools = findLimitTools(options.searchPath);
  let isToldOfGroups = table !== undefined;
  keepDescriptors();
  return {
    run(command, watch) {
      const notes = isToldOfGroups ? [] : [
        "Este sistema no dice qué procesos hay: no se mide la memoria, ni se termina lo que deje el grupo",
      ];
      isToldOfGroups = true;
      return runStep(command, watch, { table, tools, now: options.now }, notes);
    },
    async reap({ pid, processStart, stepId }) {
      const [boot, start, mark] = processStart.split("/");
      if (table === undefined || boot !== table.boot) return false;
      const isIt = String(table.start(pid)) === start;
      if (isIt && (table.environment(pid)?.ETL_STEP_ID ?? stepId) !== stepId) return false;
      // Its number may be another's by now: then only what its environment tells counts.
      const root = { pid, start: Number(start), mark: mark || undefined, hasGroup: isIt };
      const tree = stepTree(table, root);
      const wasThere = tree.look(true).length > 0;
      if (wasThere) await tree.end(0);
      return wasThere;
    },
  };
}

async function runStep(
  command: StepCommand,
  watch: Watch,
  { table, tools, now }: Surroundings,
  notes: readonly string[],
): Promise<StepEnd> {
  const faults: unknown[] = [];
  let stop = (_why: StepFault) => {};
  const fail = (fault: unknown) => {
    faults.push(fault);
    stop(ASKED_TO_END);
  };
  const { secrets, maxOutputMB } = command;
  const log = stepLog({ secrets, maxBytes: maxOutputMB * MB, now, onLines: watch.onLines, onFailure: fail });
  const close = async () => {
    await log.close();
    if (faults.length > 0) throw faults[0];
  };
  for (const note of notes) log.say(note);

  const mark = markOf(command.env);
  const identity = (root: number) => `${table?.boot ?? ""}/${root}/${mark ?? ""}`;
  try {
    await watch.onStart(0, identity(0));
  } catch (fault) {
    await log.close();
    throw fault;
  }
  const started = start(command, watch.signal, tools, log);
  if (!(started instanceof Deno.ChildProcess)) {
    log.say(started.sentence);
    await close();
    return endOf(started, { message: log.mask(started.sentence) });
  }
  const child = started;
  const root = table?.start(child.pid) ?? 0;
  const tree = stepTree(table, { pid: child.pid, start: root, mark, hasGroup: true });
  const pipes = readPipes(child.stdout, child.stderr, log);

  let stopped: StepFault | undefined;
  let ending: Promise<number[]> | undefined;
  stop = (why) => {
    if (ending !== undefined) return;
    stopped = why;
    log.say(why.sentence);
    // What has no more memory to take is not asked.
    ending = tree.end(why.reason === "limit" ? 0 : command.killGraceSeconds * 1000);
  };
  const ask = () => stop(ASKED_TO_END);
  watch.signal.addEventListener("abort", ask);
  const longest = Math.min(command.timeoutSeconds * 1000, LONGEST_TIMER_MS);
  const timer = setTimeout(() => stop(timedOut(command.timeoutSeconds)), longest);
  const use = watchUse(table, tree, command.maxMemoryMB, () => stop(overMemory(command.maxMemoryMB)));
  const noted = Promise.try(watch.onStart, child.pid, identity(root)).catch(fail);

  const status = await child.status;
  // From here on it has ended: nothing stops it any more.
  stop = () => {};
  watch.signal.removeEventListener("abort", ask);
  clearTimeout(timer);
  const used = use.close();
  await endRest(tree, ending, log);
  await pipes.close();
  await noted;

  const fault = stopped ?? faultOf(command, status, used);
  if (fault !== undefined && fault !== stopped) log.say(fault.sentence);
  await close();
  if (fault !== undefined) return endOf(fault, { status, used, message: messageOf(fault, log.excerpt()) });
  const { outputPath } = command;
  return {
    ...endOf(undefined, { status, used }),
    fingerprint: outputPath === undefined ? null : await fingerprintOf(outputPath),
  };
}

/** The process, or why there is none. */
function start(
  command: StepCommand,
  signal: AbortSignal,
  tools: LimitTools,
  log: StepLog,
): Deno.ChildProcess | StepFault {
  if (signal.aborted) return ASKED_TO_END;
  const fault = programFault(command.argv[0] ?? "", command.cwd);
  if (fault !== undefined) return { reason: "spawn_error", sentence: fault };
  const { prefix, unavailable } = stepLimits(command, tools);
  if (unavailable.length > 0) {
    log.say(`En este sistema no se aplica ${unavailable.join(", ")}: falta prlimit (util-linux) o nice`);
  }
  const [program, ...args] = [...prefix, ...command.argv];
  try {
    return new Deno.Command(program!, {
      args,
      cwd: command.cwd,
      clearEnv: true,
      env: { ...command.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A session and group of its own.
      detached: true,
    }).spawn();
  } catch (cause) {
    const sentence = `No se pudo iniciar "${command.argv[0]}": ${(cause as Error).message}`;
    return { reason: "spawn_error", sentence };
  }
}

/** After the root has ended; `ending` where the whole tree was told to end. */
async function endRest(tree: StepTree, ending: Promise<number[]> | undefined, log: StepLog): Promise<void> {
  let staying = await ending;
  if (staying === undefined) {
    if (await tree.settle(SETTLE_MS)) return;
    log.say("Se terminan procesos que el paso dejó andando");
    staying = await tree.end(0);
  }
  if (staying.length > 0) log.say(`No se pudieron terminar los procesos ${staying.join(", ")}`);
}

function endOf(
  fault: StepFault | undefined,
  { status, used, message }: {
    readonly status?: Deno.CommandStatus;
    readonly used?: StepUse;
    readonly message?: string;
  },
): StepEnd {
  return {
    exitCode: status === undefined || status.signal !== null ? null : status.code,
    signal: status?.signal ?? null,
    reason: fault?.reason ?? null,
    message: message ?? null,
    peakMemoryBytes: used?.peakBytes ?? null,
    fingerprint: null,
  };
}
