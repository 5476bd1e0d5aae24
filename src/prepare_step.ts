// From a step of a run to the process it becomes: program and arguments with their passwords, environment, limits.

import path from "node:path";
import { passwordsIn } from "./core/etl/masking.ts";
import type { ProjectFiles } from "./core/etl/project_files.ts";
import type { EtlRun, StepAttempt } from "./core/etl/run.ts";
import type { StepCommand } from "./etl/step_process.ts";
import { moduleFolder, stepArgv } from "./etl/module_program.ts";
import { readSequence } from "./etl/sequence_project.ts";
import { actualStep, hidesPassword } from "./etl/sequence_snapshot.ts";
import { MODULE_CHECKS } from "./etl_module_checks.ts";
import { stepEnvironment } from "./host/step_environment.ts";
import { runFolder } from "./host/step_folder.ts";
import { secretProvider } from "./host/step_secrets.ts";

/** Settings that are secrets as a whole. */
const SECRET_SETTINGS = new Set(["S3_ACCESS_KEY", "S3_SECRET_KEY", "SECRET_KEY", "TELEGRAM_TOKEN"]);

type Surroundings = {
  readonly files: ProjectFiles;
  /** Absolute. */
  readonly dataDir: string;
  /** Environment of this process. */
  readonly env: Readonly<Record<string, string>>;
};

/**
 * What a worker runs for an attempt.
 * Errors of what it gives: Problem, told as why the step did not begin.
 */
export function stepPreparation({ files, dataDir, env }: Surroundings) {
  const secretOf = secretProvider({ env, folder: path.join(dataDir, "secrets") });
  const scheduler = { env, deno: Deno.execPath(), os: Deno.build.os };

  return async (run: EtlRun, attempt: StepAttempt): Promise<StepCommand> => {
    const { sequence, modules } = run.snapshot;
    const kept = sequence.steps[attempt.stepIndex]!;
    const module = modules[kept.module]!;
    // Reading the files for each step would cost more than most steps do.
    const step = hidesPassword(kept) ? actualStep(kept, await currentSequence(files, run.name)) : kept;
    const { workDir, temporaryDir } = await runFolder(dataDir, run.id);
    const secrets = Object.fromEntries(module.secrets.map((name) => [name, secretOf(name)]));
    const settings = settingsOf(module.settings ?? [], { ...env, DATA_DIR: dataDir });
    const cwd = moduleFolder(module, files.resolve(".")) ?? workDir;
    const outputPath = step.output === undefined || isNoPath(step.output)
      ? undefined
      : path.resolve(cwd, step.output);
    const { maxMemoryMB, maxCpuSeconds, maxOpenFiles, nice } = module;
    return {
      argv: stepArgv(step, module),
      cwd,
      env: stepEnvironment(
        { run, attempt, module, workDir, temporaryDir, secrets: { ...settings, ...secrets } },
        scheduler,
      ),
      timeoutSeconds: step.timeoutSeconds ?? module.timeoutSeconds,
      killGraceSeconds: module.killGraceSeconds,
      maxOutputMB: module.maxOutputMB,
      ...(maxMemoryMB !== undefined && { maxMemoryMB }),
      ...(maxCpuSeconds !== undefined && { maxCpuSeconds }),
      ...(maxOpenFiles !== undefined && { maxOpenFiles }),
      ...(nice !== undefined && { nice }),
      secrets: [
        ...Object.values(secrets),
        ...Object.entries(settings).flatMap(([name, value]) =>
          SECRET_SETTINGS.has(name) ? [value] : passwordsIn(value)
        ),
        ...[step.input, step.output, step.conf].flatMap((text) => passwordsIn(text ?? "")),
      ],
      ...(outputPath !== undefined && { outputPath }),
    };
  };
}

/** Names of the variables that every step gets. */
export function environmentNames(): string[] {
  const step = {
    run: { id: 0, name: "", scheduledAt: 0 },
    attempt: { stepId: "", stepIndex: 0, attempt: 1 },
    module: { name: "", command: [], env: {} },
    workDir: "",
    temporaryDir: "",
    secrets: {},
  };
  return Object.keys(stepEnvironment(step, { env: {}, deno: Deno.execPath(), os: Deno.build.os }));
}

/** Undefined where the file is none that could be run. */
async function currentSequence(files: ProjectFiles, name: string) {
  try {
    return (await readSequence(files, MODULE_CHECKS, name)).sequence;
  } catch {
    return undefined;
  }
}

const settingsOf = (names: readonly string[], env: Readonly<Record<string, string>>) =>
  Object.fromEntries(names.flatMap((name) => env[name] === undefined ? [] : [[name, env[name]]]));

/** Addresses and devices are nothing that can be compared later. */
const isNoPath = (text: string) => /^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith("/dev/");
