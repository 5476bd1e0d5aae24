// What a run would do, told and not done.

import type { EtlModule, SequenceSnapshot } from "../core/etl/sequence.ts";
import type { PlannedStep } from "./desk.ts";
import { moduleFolder, stepArgv } from "./module_program.ts";

const LIMITS = [
  "killGraceSeconds",
  "maxOutputMB",
  "maxMemoryMB",
  "maxCpuSeconds",
  "maxOpenFiles",
  "nice",
  "maxRunning",
] as const satisfies readonly (keyof EtlModule)[];

type Surroundings = {
  /** Absolute. */
  readonly root: string;
  /** Names of the variables that every step gets. */
  readonly environment: readonly string[];
};

/** The steps in the order in which they can begin. */
export function dryRun(
  { sequence, modules }: SequenceSnapshot,
  { root, environment }: Surroundings,
): PlannedStep[] {
  return sequence.steps.map((step) => {
    const module = modules[step.module]!;
    const { env, secrets, settings = [] } = module;
    return {
      step: step.id,
      module: step.module,
      argv: stepArgv(step, module),
      cwd: moduleFolder(module, root) ?? "(carpeta propia de la corrida)",
      environment: [...new Set([...environment, ...Object.keys(env), ...secrets, ...settings])].sort(),
      timeoutSeconds: step.timeoutSeconds ?? module.timeoutSeconds,
      limits: Object.fromEntries(
        LIMITS.flatMap((limit) => module[limit] === undefined ? [] : [[limit, module[limit]]]),
      ),
    };
  });
}

/** For people, without a newline at the end. */
export function dryRunText(steps: readonly PlannedStep[]): string {
  return steps.map(({ step, module, argv, cwd, environment, timeoutSeconds, limits }) =>
    [
      `Paso ${step}: ${module}`,
      `  comando: ${argv.map(quoted).join(" ")}`,
      `  carpeta: ${cwd}`,
      `  entorno: ${environment.join(", ")}`,
      `  tiempo máximo: ${timeoutSeconds} s`,
      `  límites: ${Object.entries(limits).map(([name, value]) => `${name}=${value}`).join(", ")}`,
    ].join("\n")
  ).join("\n\n");
}

/** As a shell would take it: the line can be copied. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
