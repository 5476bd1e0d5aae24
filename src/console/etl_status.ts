// `/getstatus` of the replaced scheduler, for those who watch it: every value a text, "None" where there is none,
// times without zone (UTC here). Source: etl-scheduler 1.9 and 5.5.

import * as z from "zod";
import type { AttemptStatus, EtlRun, EtlRunStatus, StepAttempt } from "../core/etl/run.ts";
import type { EtlContext } from "./etl_operations.ts";
import type { Operation } from "./operation.ts";

/** The replaced one gave all runs there ever were. */
const RUNS = 500;

/** Of runs that are shown; the others never ran. */
const RUN_STATES: Partial<Record<EtlRunStatus, string>> = {
  PENDING: "PENDING",
  STARTED: "PENDING",
  SUCCESS: "SUCCESS",
  FAILURE: "FAILURE",
  CANCELLED: "FAILURE",
};

/** What comes after a failed step stays PENDING there. */
const STEP_STATES: Record<AttemptStatus, string> = {
  PENDING: "PENDING",
  STARTED: "STARTED",
  RETRYING: "STARTED",
  SUCCESS: "SUCCESS",
  FAILURE: "FAILURE",
  CANCELLED: "FAILURE",
  SKIPPED: "PENDING",
  REUSED: "SUCCESS",
};

const NONE = "None";

const Module = z.object({
  id: z.string(),
  task_id: z.string(),
  name: z.string(),
  input: z.string(),
  output: z.string(),
  conf: z.string(),
  start: z.string(),
  end: z.string(),
  status: z.string(),
});
const Status = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  end: z.string(),
  status: z.string(),
  modules: z.array(Module),
});

/** `2016-02-16 12:00:00.123000` */
const timeText = (ms: number | null) =>
  ms === null ? NONE : `${new Date(ms).toISOString().replace("T", " ").replace("Z", "")}000`;

function moduleStatus(attempt: StepAttempt): z.infer<typeof Module> {
  const { id, name, input, output, conf, start, end, status } = attempt;
  return {
    id: String(id),
    task_id: NONE,
    name,
    input: input ?? NONE,
    output: output ?? NONE,
    conf: conf ?? NONE,
    start: timeText(start),
    end: timeText(end),
    status: STEP_STATES[status],
  };
}

/** Of several attempts at a step the last counts. */
function runStatus(run: EtlRun, attempts: readonly StepAttempt[]): z.infer<typeof Status> {
  const last = new Map(attempts.map((attempt) => [attempt.stepIndex, attempt]));
  return {
    id: String(run.id),
    name: run.name,
    // There a run began when it came to be.
    start: timeText(run.start ?? run.requestedAt),
    end: timeText(run.end),
    status: RUN_STATES[run.status]!,
    modules: [...last.values()].sort((a, b) => a.id - b.id).map(moduleStatus),
  };
}

export const ETL_STATUS_OPERATION: Operation<EtlContext> = {
  id: "etl.status",
  method: "get",
  path: "/etl/getstatus",
  role: "viewer",
  summary:
    `Las últimas ${RUNS} corridas con la forma de /getstatus del sistema anterior, que también responde aquí`,
  answer: z.array(Status),
  async run({ etl }) {
    const runs = await etl.store.runs({
      statuses: Object.keys(RUN_STATES) as EtlRunStatus[],
      limit: RUNS,
    });
    const attempts = Map.groupBy(await etl.store.attemptsOf(runs.map(({ id }) => id)), ({ runId }) => runId);
    return runs.map((run) => runStatus(run, attempts.get(run.id) ?? []));
  },
};
