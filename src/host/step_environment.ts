// The environment of a step: nothing of the scheduler's own but what is listed here.
// Source: etl-scheduler 4.
//
// A program for Deno runs on this very runtime, so it is also told what this one was: where its packages are kept
// (a clean HOME would make each step download them), which certificates, proxy and registry reach the network. So it
// works without a network where its scheduler does. Others get those by `env` of their module, if they need them.

import path from "node:path";
import type { EtlRun, StepAttempt } from "../core/etl/run.ts";
import type { EtlModule } from "../core/etl/sequence.ts";

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Of the scheduler's environment, for programs of Deno. */
const OF_DENO = [
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NPM_CONFIG_REGISTRY",
];

export type StepPlace = {
  readonly run: Pick<EtlRun, "id" | "name" | "scheduledAt">;
  readonly attempt: Pick<StepAttempt, "stepId" | "stepIndex" | "attempt">;
  readonly module: Pick<EtlModule, "name" | "command" | "env">;
  /** The run's own folder, absolute. */
  readonly workDir: string;
  /** The run's own folder for temporary files, absolute. */
  readonly temporaryDir: string;
  /** By name, resolved. */
  readonly secrets: Readonly<Record<string, string>>;
};

export type SchedulerPlace = {
  /** Its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Path of the running Deno. */
  readonly deno: string;
  readonly os: typeof Deno.build.os;
};

/** What tells the step who it is wins over `env` of its module, and that over locale, zone and folders. */
export function stepEnvironment(step: StepPlace, scheduler: SchedulerPlace): Record<string, string> {
  const { run, attempt, module } = step;
  return {
    PATH: `${path.dirname(scheduler.deno)}${path.delimiter}${scheduler.env.PATH ?? DEFAULT_PATH}`,
    HOME: step.workDir,
    TMPDIR: step.temporaryDir,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    ...(isForDeno(module.command) ? denoVariables(scheduler) : {}),
    ...module.env,
    ...step.secrets,
    ETL_RUN_ID: String(run.id),
    ETL_STEP_ID: attempt.stepId,
    ETL_STEP_INDEX: String(attempt.stepIndex),
    ETL_ATTEMPT: String(attempt.attempt),
    ETL_SEQUENCE: run.name,
    ETL_MODULE: module.name,
    ...(run.scheduledAt === null ? {} : { ETL_SCHEDULED_AT: new Date(run.scheduledAt).toISOString() }),
    ETL_WORK_DIR: step.workDir,
  };
}

function isForDeno([program = "", ...rest]: readonly string[]): boolean {
  return /^deno(\.exe)?$/.test(path.basename(program)) ||
    [program, ...rest].some((one) => /\.m?tsx?$/.test(one));
}

function denoVariables({ env, os }: SchedulerPlace): Record<string, string> {
  const cache = env.DENO_DIR ?? defaultDenoDir(env, os);
  return {
    ...(cache === undefined ? {} : { DENO_DIR: path.resolve(cache) }),
    ...Object.fromEntries(OF_DENO.flatMap((name) => env[name] === undefined ? [] : [[name, env[name]]])),
  };
}

/** Where Deno keeps packages when nothing says so. */
function defaultDenoDir(env: Readonly<Record<string, string>>, os: string): string | undefined {
  if (os === "windows") return env.LOCALAPPDATA && path.join(env.LOCALAPPDATA, "deno");
  if (os === "darwin") return env.HOME && path.join(env.HOME, "Library", "Caches", "deno");
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, "deno");
  return env.HOME && path.join(env.HOME, ".cache", "deno");
}
