// The worker: asks for the runs of synchronizers that are due, and does the runs that are asked for, one after the
// other. The journal is the only memory of what was due: a run names the time it was due at, so that a worker that was
// down, or killed in between, neither forgets nor repeats one.

import type { Journal, Run } from "../core/journal.ts";
import type { JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import type { Trail } from "../core/records.ts";
import type { Stage, Synchronizer, TaskName } from "../core/synchronizer.ts";
import { pause } from "../etl/pause.ts";
import { lastDue } from "./due_times.ts";

/** Tells one line of the run's log. */
export type Tell = (line: string) => Promise<void>;

/** Does a task; answers what its run tells of it. Errors: Problem for what can be told to operators. */
export type Task = (about: JsonObject, tell: Tell) => Promise<JsonObject>;
export type Tasks = Readonly<Record<TaskName, Task>>;

export type Work = {
  readonly journal: Journal;
  readonly trail: Trail;
  readonly synchronizers: () => Promise<readonly Synchronizer[]>;
  readonly tasks: Tasks;
  /** Zone of the times of synchronizers, as IANA names it. */
  readonly zone: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Errors: Problem `conflict` when another process is the worker by now. */
  readonly confirm: () => Promise<void>;
  /** Hears of bugs, which end a run too. */
  readonly onError: (error: unknown) => void;
};

/** What a stage came to, as the report of its run keeps it. */
export type StageReport = {
  readonly task: TaskName;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly status: "SUCCESS" | "FAILURE";
  readonly error?: string;
  readonly report?: JsonObject;
};

/** Ends runs that a killed worker left; the caller is the only worker. */
export async function recover({ journal, now }: Pick<Work, "journal" | "now">): Promise<number> {
  return await journal.abandonRuns("task", now()) + await journal.abandonRuns("synchronizer", now());
}

/** Asks for what is due, does what is asked for until nothing waits. */
export async function workOnce(work: Work): Promise<void> {
  await askForDue(work);
  for (
    let run = await work.journal.claimRun(work.now());
    run;
    run = await work.journal.claimRun(work.now())
  ) {
    await perform(run, work);
    await askForDue(work);
  }
}

/**
 * Works until `signal` aborts; the run that is under way is ended first.
 * Errors: that of `confirm`.
 */
export async function workUntil(signal: AbortSignal, work: Work, pauseMs = 1_000): Promise<void> {
  await recover(work);
  while (!signal.aborted) {
    await work.confirm();
    try {
      await workOnce(work);
    } catch (error) {
      // A store that is gone may come back.
      work.onError(error);
    }
    await pause(pauseMs, signal);
  }
}

async function askForDue({ journal, synchronizers, zone, now }: Work): Promise<void> {
  for (const synchronizer of await synchronizers()) {
    const { name, paused, since, stages } = synchronizer;
    if (paused) continue;
    const [last] = await journal.runs("synchronizer", 1, name);
    const due = lastDue(synchronizer, zone, Math.max(since, dueOf(last)), now());
    if (due === undefined || last?.status === "PENDING" || last?.status === "STARTED") continue;
    try {
      await journal.requestRun("synchronizer", name, { due, stages: [...stages] }, now());
    } catch (error) {
      // Somebody asked at the same moment: one run is enough.
      if (!(error instanceof Problem && error.code === "conflict")) throw error;
    }
  }
}

/** The time until which a synchronizer's times are done: that of the run, or when it was asked for by hand. */
function dueOf(run: Run | undefined): number {
  if (!run) return 0;
  return typeof run.about?.due === "number" ? run.about.due : run.startedAt;
}

async function perform(run: Run, work: Work): Promise<void> {
  const { journal, trail, now } = work;
  const tell: Tell = (text) => trail.append("run", String(run.id), now(), { text });
  const stages: StageReport[] = [];
  for (const stage of stagesOf(run)) stages.push(await performStage(stage, tell, work));
  const failed = stages.some(({ status }) => status === "FAILURE");
  await journal.finishRun(run.id, failed ? "FAILURE" : "SUCCESS", now(), { stages });
}

function stagesOf({ kind, name, about }: Run): readonly Stage[] {
  if (kind === "task") return [{ task: name as TaskName, about: about ?? {} }];
  const { stages, node } = about as unknown as { stages: readonly Stage[]; node?: string };
  return node === undefined ? stages : stages.map(({ task, about }) => ({ task, about: { ...about, node } }));
}

/** A stage that fails does not keep the next from running: they work on what there is. */
async function performStage(
  { task, about }: Stage,
  tell: Tell,
  { tasks, now, onError }: Work,
): Promise<StageReport> {
  const startedAt = now();
  await tell(`${task}: empieza`);
  try {
    const report = await tasks[task](about, tell);
    await tell(`${task}: terminó`);
    return { task, startedAt, finishedAt: now(), status: "SUCCESS", report };
  } catch (error) {
    if (!(error instanceof Problem)) onError(error);
    const message = error instanceof Problem ? error.message : "error interno";
    await tell(`${task}: falló: ${message}`);
    return { task, startedAt, finishedAt: now(), status: "FAILURE", error: message };
  }
}
