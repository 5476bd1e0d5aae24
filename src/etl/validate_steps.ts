// What the steps of a sequence name: whether inputs are there or come from earlier steps, whether outputs are one
// step's alone, whether configurations are what their modules take.
// Source: etl-scheduler 5.2.

import type { ProjectFiles } from "../core/etl/project_files.ts";
import type { EtlModule, SequenceFault } from "../core/etl/sequence.ts";
import { moduleFolder } from "./module_program.ts";
import type { PlacedStep } from "./sequence_steps.ts";

type StepTexts = { readonly input?: string; readonly output?: string; readonly conf?: string };

/** What is known of a module beyond its entry in the map. */
export type ModuleCheck = {
  /** Options without which it does nothing. */
  readonly needed: readonly (keyof StepTexts)[];
  readonly confKind: "file" | "folder";
  /** What is wrong with a step's configuration, a sentence each. `conf` is an absolute path. */
  readonly faultsOf: (step: StepTexts) => Promise<readonly string[]>;
};

/** By name of the module. */
export type ModuleChecks = Readonly<Record<string, ModuleCheck>>;

type Surroundings = {
  readonly files: ProjectFiles;
  readonly checks: ModuleChecks;
  readonly moduleOf: (name: string) => EtlModule | undefined;
};

/** Where a text leads: `key` is the same for the same place; no path where only a running step could tell. */
type Target = { readonly key: string; readonly path: string | undefined };

export async function checkSteps(
  steps: readonly PlacedStep[],
  { files, checks, moduleOf }: Surroundings,
  faults: SequenceFault[],
): Promise<void> {
  const root = files.resolve(".");
  const outputs = new Map<string, Target>();
  const before = ancestorsOf(steps);
  const targetOf = (text: string, moduleName: string): Target => {
    const module = moduleOf(moduleName);
    const folder = module === undefined ? root : moduleFolder(module, root);
    const isAbsolute = /^([A-Za-z]:)?[/\\]/.test(text);
    if (folder === undefined && !isAbsolute) {
      return { key: `run:${text.replace(/^(\.\/+)+/, "").replace(/\/+$/, "")}`, path: undefined };
    }
    const path = files.resolve(isAbsolute ? text : `${folder}/${text}`);
    return { key: path, path };
  };
  const isProduced = (id: string, { key }: Target) =>
    [...before.get(id)!].some((earlier) => {
      const output = outputs.get(earlier)?.key;
      return output !== undefined &&
        (output === key || key.startsWith(`${output}/`) || output.startsWith(`${key}/`));
    });
  for (const { step, place: written } of steps) {
    const place = written.into(faults);
    const { id, module, input, output, conf } = step;
    if (output !== undefined && !isAddress(output)) outputs.set(id, targetOf(output, module));
    if (input !== undefined && !isAddress(input)) {
      const target = targetOf(input, module);
      const isThere = target.path !== undefined && await files.kind(target.path) !== undefined;
      if (!isThere && !isProduced(id, target)) {
        place.key("input").note(
          "warning",
          `No existe la entrada "${input}", y ningún paso anterior la escribe`,
          "Corrija la ruta, o haga que este paso necesite al que la escribe",
        );
      }
    }
    if (!Object.hasOwn(checks, module)) continue;
    const { needed, confKind, faultsOf } = checks[module]!;
    for (const option of needed) {
      if (step[option] !== undefined) continue;
      place.error(`Falta "${option}"`, `El módulo "${module}" no hace nada sin ella`);
    }
    if (needed.some((option) => step[option] === undefined)) continue;
    const confPlace = conf === undefined
      ? place
      : place.key("conf").isAbsent || place.key("conf").value === ""
      ? place.key("config")
      : place.key("conf");
    const target = conf === undefined ? undefined : targetOf(conf, module);
    if (target !== undefined) {
      if (target.path === undefined) continue;
      const kind = await files.kind(target.path);
      if (kind === undefined && isProduced(id, target)) continue;
      if (kind !== confKind) {
        const wanted = confKind === "folder" ? "una carpeta" : "un archivo";
        confPlace.error(
          kind === undefined ? `No existe la configuración "${conf}"` : `"${conf}" no es ${wanted}`,
          `Escriba la ruta de ${wanted}`,
        );
        continue;
      }
    }
    const found = await faultsOf({ input, output, conf: target?.path });
    for (const message of found) {
      confPlace.error(
        target === undefined ? message : message.replaceAll(target.path!, conf!.replace(/\/+$/, "")),
        `Corrija la configuración del módulo "${module}"`,
      );
    }
  }
  await refuseSharedOutputs(steps, targetOf, files, faults);
}

async function refuseSharedOutputs(
  steps: readonly PlacedStep[],
  targetOf: (text: string, module: string) => Target,
  files: ProjectFiles,
  faults: SequenceFault[],
): Promise<void> {
  const first = new Map<string, string>();
  for (const { step: { id, module, output }, place } of steps) {
    if (output === undefined) continue;
    const target = isAddress(output) ? { key: output, path: undefined } : targetOf(output, module);
    // All may write to a device.
    if (target.path !== undefined && await files.kind(target.path) === "other") continue;
    const other = first.get(target.key);
    if (other === undefined) first.set(target.key, id);
    else {
      place.into(faults).key("output").note(
        "warning",
        `El paso "${id}" escribe la misma salida que el paso "${other}": "${output}"`,
        "Dele otra, si uno no debe tomar el lugar del otro",
      );
    }
  }
}

/** Addresses of servers and databases are no paths. */
const isAddress = (text: string): boolean => text.includes("://");

/** Of each step, all that are done before it can begin. */
function ancestorsOf(steps: readonly PlacedStep[]): Map<string, Set<string>> {
  const ancestors = new Map<string, Set<string>>();
  for (const { step: { id, needs } } of steps) {
    ancestors.set(id, new Set(needs.flatMap((need) => [need, ...ancestors.get(need) ?? []])));
  }
  return ancestors;
}
