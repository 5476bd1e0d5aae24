// What /metrics tells: runs of sequences, who plans and who works, runs of the journal, and the process. Seconds
// throughout; every figure is read from what stores keep ready, whatever history there is.

import { ETL_RUN_STATUSES, isFinal } from "../core/etl/run.ts";
import type { EtlStore, EtlTally } from "../core/etl/store.ts";
import { type Journal, RUN_STATUSES } from "../core/journal.ts";
import { SCHEDULER_LEASE } from "../etl/scheduler.ts";
import { exposition, EXPOSITION_TYPE, type Family, type Sample } from "./exposition.ts";
import { RUN_KINDS } from "./work_operations.ts";

export type MetricsContext = {
  readonly journal: Journal;
  readonly etl: { readonly store: EtlStore };
  /** Epoch ms. */
  readonly now: () => number;
  readonly version: string;
  readonly ownFigures: () => ProcessFigures;
};

/** Of this process: bytes, seconds of processor, and when it began, epoch ms. */
export type ProcessFigures = {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  readonly startedAt: number;
};

/** Runs of a kind among which the last that ended is looked for: those after it go on. */
const LOOKED_AT = 10;

/** Answers a request of /metrics, which asks for no password. Errors: those of the stores. */
export async function answerMetrics({ method }: Request, context: MetricsContext): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const text = exposition(await readMetrics(context));
  return new Response(method === "HEAD" ? null : text, {
    headers: {
      "content-type": EXPOSITION_TYPE,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

async function readMetrics(context: MetricsContext): Promise<readonly Family[]> {
  const { etl: { store }, journal, now } = context;
  return [
    ...await sequenceFamilies(store),
    ...await workFamilies(store, now()),
    ...await journalFamilies(journal),
    ...processFamilies(context),
  ];
}

async function sequenceFamilies(store: EtlStore): Promise<readonly Family[]> {
  const [tallies, counts] = await Promise.all([store.tallies(), store.countRuns()]);
  const labels = ({ name, status }: EtlTally) => ({ sequence: name, status: status.toLowerCase() });
  const began = tallies.filter(({ began }) => began > 0);
  const failures = tallies.filter(({ status }) => status === "FAILURE");
  const late = [...Map.groupBy(tallies, ({ name }) => name)].flatMap(([sequence, ofName]) => {
    const last = ofName.filter(({ lastScheduledAt }) => lastScheduledAt !== null)
      .sort((a, b) => b.lastScheduledAt! - a.lastScheduledAt!)[0];
    return last ? [{ labels: { sequence }, value: last.lastLatenessMs! / 1000 }] : [];
  });
  return [
    {
      name: "caudal_etl_runs_total",
      help: "Runs of sequences that ended, by status",
      type: "counter",
      samples: tallies.map((tally) => ({ labels: labels(tally), value: tally.runs })),
    },
    {
      name: "caudal_etl_run_failures_total",
      help: "Runs of sequences that failed",
      type: "counter",
      samples: failures.map(({ name, runs }) => ({ labels: { sequence: name }, value: runs })),
    },
    {
      name: "caudal_etl_run_duration_seconds",
      help: "How long runs of sequences took, of those that began",
      type: "summary",
      samples: began.flatMap((tally): Sample[] => [
        { suffix: "_sum", labels: labels(tally), value: tally.durationMs / 1000 },
        { suffix: "_count", labels: labels(tally), value: tally.began },
      ]),
    },
    {
      name: "caudal_etl_last_end_timestamp_seconds",
      help: "When a run of the sequence last ended, by status",
      type: "gauge",
      samples: tallies.map((tally) => ({ labels: labels(tally), value: tally.lastEnd / 1000 })),
    },
    {
      name: "caudal_etl_last_success_timestamp_seconds",
      help: "When a run of the sequence last ended well",
      type: "gauge",
      samples: tallies.filter(({ status }) => status === "SUCCESS")
        .map(({ name, lastEnd }) => ({ labels: { sequence: name }, value: lastEnd / 1000 })),
    },
    {
      name: "caudal_etl_lateness_seconds",
      help: "How much later than its instant the last scheduled run of the sequence that ended had begun",
      type: "gauge",
      samples: late,
    },
    {
      name: "caudal_etl_runs_active",
      help: "Runs of sequences that wait or go on",
      type: "gauge",
      samples: ETL_RUN_STATUSES.filter((status) => !isFinal(status))
        .map((status) => ({ labels: { status: status.toLowerCase() }, value: counts[status] })),
    },
  ];
}

async function workFamilies(store: EtlStore, now: number): Promise<readonly Family[]> {
  const [lease, workers, active] = await Promise.all([
    store.lease(SCHEDULER_LEASE),
    store.workers(),
    store.activeRuns(),
  ]);
  const attempts = active.flatMap(({ attempts }) => attempts);
  const count = (what: (typeof attempts)[number]["status"][], isQueued: boolean) =>
    attempts.filter(({ status, queuedAt }) => what.includes(status) && (!isQueued || queuedAt !== null))
      .length;
  const one = (name: string, help: string, value: number): Family => ({
    name,
    help,
    type: "gauge",
    samples: [{ value }],
  });
  return [
    one(
      "caudal_etl_lease_held",
      "Whether a scheduler holds the lease",
      lease !== undefined && lease.expiresAt > now ? 1 : 0,
    ),
    ...(lease
      ? [
        {
          name: "caudal_etl_lease_holder_info",
          help: "Who took the lease last",
          type: "gauge" as const,
          samples: [{ labels: { holder: lease.holder }, value: 1 }],
        },
        one("caudal_etl_lease_token", "Times the lease was taken", lease.token),
        one("caudal_etl_lease_age_seconds", "Since the lease was taken", (now - lease.takenAt) / 1000),
        one("caudal_etl_lease_renewal_age_seconds", "Since it was renewed", (now - lease.renewedAt) / 1000),
      ]
      : []),
    {
      name: "caudal_etl_steps",
      help: "Steps that wait for a worker, for another attempt, or go on",
      type: "gauge",
      samples: [
        { labels: { state: "waiting" }, value: count(["PENDING"], true) },
        { labels: { state: "retrying" }, value: count(["RETRYING"], false) },
        { labels: { state: "running" }, value: count(["STARTED"], false) },
      ],
    },
    one("caudal_etl_workers", "Workers that gave a sign of life and did not leave", workers.length),
    one(
      "caudal_etl_worker_slots",
      "Steps that all workers may run at a time",
      workers.reduce((sum, { slots }) => sum + slots, 0),
    ),
    {
      name: "caudal_etl_worker_heartbeat_age_seconds",
      help: "Since the last sign of life of each worker",
      type: "gauge",
      samples: workers.map(({ id, heartbeatAt }) => ({
        labels: { worker: id },
        value: (now - heartbeatAt) / 1000,
      })),
    },
  ];
}

async function journalFamilies(journal: Journal): Promise<readonly Family[]> {
  const last = (await Promise.all(RUN_KINDS.map((kind) => journal.runs(kind, LOOKED_AT))))
    .flatMap((runs) => runs.find(({ finishedAt }) => finishedAt !== null) ?? []);
  return [
    {
      name: "caudal_run_last_end_timestamp_seconds",
      help: "When the last run of a kind ended: harvests, publications, tasks and the others",
      type: "gauge",
      samples: last.map(({ kind, finishedAt }) => ({ labels: { kind }, value: finishedAt! / 1000 })),
    },
    {
      name: "caudal_run_last_duration_seconds",
      help: "How long the last run of a kind took",
      type: "gauge",
      samples: last.map(({ kind, startedAt, finishedAt }) => ({
        labels: { kind },
        value: (finishedAt! - startedAt) / 1000,
      })),
    },
    {
      name: "caudal_run_last_status",
      help: "How the last run of a kind ended: 1 of the status that it has",
      type: "gauge",
      samples: last.flatMap(({ kind, status }) =>
        RUN_STATUSES.filter((one) => one === "SUCCESS" || one === "FAILURE")
          .map((one) => ({ labels: { kind, status: one.toLowerCase() }, value: one === status ? 1 : 0 }))
      ),
    },
  ];
}

function processFamilies({ ownFigures, version }: MetricsContext): readonly Family[] {
  const { residentBytes, heapBytes, cpuSeconds, startedAt } = ownFigures();
  const one = (name: string, help: string, value: number, type: "gauge" | "counter" = "gauge"): Family => ({
    name,
    help,
    type,
    samples: [{ value }],
  });
  return [
    {
      name: "caudal_build_info",
      help: "Version of the program",
      type: "gauge",
      samples: [{ labels: { version }, value: 1 }],
    },
    one("process_resident_memory_bytes", "Memory of the process", residentBytes),
    one("process_heap_bytes", "Memory of its JavaScript heap in use", heapBytes),
    one("process_cpu_seconds_total", "Time of processor that it took", cpuSeconds, "counter"),
    one("process_start_time_seconds", "When it began", startedAt / 1000),
  ];
}
