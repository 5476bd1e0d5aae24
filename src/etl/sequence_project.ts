// The sequences and modules of a project, read from its files. Whatever is in them, reading ends with what is right
// and a list of all that is not.
// Source: etl-scheduler 5.1 and 5.2.

import { MODULES_FILE, type ProjectFiles, SEQUENCES_FOLDER } from "../core/etl/project_files.ts";
import { ETL_NAME, type EtlModule, type Sequence, type SequenceFault } from "../core/etl/sequence.ts";
import { Problem } from "../core/problem.ts";
import { type ModuleDraft, parseModuleMap } from "./module_map.ts";
import { findProgram } from "./module_program.ts";
import { parseSequenceFile, type SequenceDraft, sequenceFile } from "./sequence_file.ts";
import { checkIncludes, checkNeeds, flatten, includesOf } from "./sequence_steps.ts";
import { NAME_HINT, Place } from "./validate_json.ts";
import { nearestName } from "./validate_spelling.ts";
import { checkSteps, type ModuleChecks } from "./validate_steps.ts";

export type ReadProject = {
  /** Those without an error, by name. */
  readonly sequences: ReadonlyMap<string, Sequence>;
  /** Sequences whose file is there, but has errors, or uses what has. */
  readonly invalid: ReadonlySet<string>;
  /** Those whose program is there, of the ones that sequences use. */
  readonly modules: ReadonlyMap<string, EtlModule>;
  readonly faults: readonly SequenceFault[];
};

export type ReadSequence = {
  /** Undefined where there is an error. */
  readonly sequence: Sequence | undefined;
  /** Those that it uses and whose program is there. */
  readonly modules: ReadonlyMap<string, EtlModule>;
  /** Of its file, of those it includes and of the modules it uses. */
  readonly faults: readonly SequenceFault[];
};

/** All sequences. Errors: Problem `unavailable` where a folder cannot be read. */
export async function readProject(files: ProjectFiles, checks: ModuleChecks): Promise<ReadProject> {
  const reading = await beginReading(files, checks);
  const sequences = new Map<string, Sequence>();
  const invalid = new Set<string>();
  const faults = [reading.folderFaults];
  for (const name of reading.names) {
    const read = await reading.sequence(name);
    if (read.sequence === undefined) invalid.add(name);
    else sequences.set(name, read.sequence);
    faults.push(read.faults);
  }
  return { sequences, invalid, modules: reading.modules, faults: withoutRepeated(faults.flat()) };
}

/** One sequence. Errors: Problem `not_found`. */
export async function readSequence(
  files: ProjectFiles,
  checks: ModuleChecks,
  name: string,
): Promise<ReadSequence> {
  const reading = await beginReading(files, checks);
  if (!reading.names.has(name)) {
    const nearest = nearestName(name, reading.names);
    const hint = nearest === undefined ? "" : `; ¿quiso decir "${nearest}"?`;
    throw new Problem("not_found", `No existe la secuencia "${name}"${hint}`);
  }
  const read = await reading.sequence(name);
  return { ...read, modules: reading.modules };
}

/** Faults of all files, also warnings for modules that no sequence uses. */
export async function validateProject(files: ProjectFiles, checks: ModuleChecks): Promise<SequenceFault[]> {
  const reading = await beginReading(files, checks);
  const faults = [reading.folderFaults];
  for (const name of reading.names) faults.push((await reading.sequence(name)).faults);
  const told = withoutRepeated([...faults.flat(), ...reading.mapFaults]);
  const unused = await reading.unusedModuleFaults();
  return [...told, ...unused.map((fault): SequenceFault => ({ ...fault, severity: "warning" }))];
}

type Draft = { readonly draft: SequenceDraft | undefined; readonly faults: SequenceFault[] };

async function beginReading(disk: ProjectFiles, checks: ModuleChecks) {
  const files = lookingOnce(disk);
  const mapFaults: SequenceFault[] = [];
  const folderFaults: SequenceFault[] = [];
  const moduleDrafts = parseModuleMap(await textOf(files, MODULES_FILE, mapFaults) ?? "{}", mapFaults);
  const names = await sequenceNames(files, folderFaults);
  const modules = new Map<string, EtlModule>();
  const looked = new Set<string>();
  const drafts = new Map<string, Draft>();
  /** Whether what a sequence includes can be put in. */
  const isFlat = new Map<string, boolean>();

  const readDraft = async (name: string): Promise<Draft> => {
    const known = drafts.get(name);
    if (known !== undefined) return known;
    const faults: SequenceFault[] = [];
    const text = await textOf(files, sequenceFile(name), faults);
    const draft = text === undefined ? undefined : parseSequenceFile(name, text, faults);
    if (draft !== undefined) checkNeeds(draft);
    const read: Draft = { draft, faults };
    drafts.set(name, read);
    return read;
  };

  /** The names of a sequence and of all that it includes. */
  const readWithIncludes = async (name: string): Promise<string[]> => {
    const found = new Set([name]);
    for (const one of found) {
      const { draft } = await readDraft(one);
      if (draft === undefined) continue;
      for (const { include } of includesOf(draft)) if (names.has(include)) found.add(include);
    }
    return [...found];
  };

  const lookUp = async (draft: ModuleDraft): Promise<void> => {
    if (looked.has(draft.name)) return;
    looked.add(draft.name);
    const module = await findProgram(draft, files);
    if (module !== undefined) modules.set(draft.name, module);
  };

  /** Once a file: its modules and what it includes. */
  const checkDraft = async (name: string): Promise<Draft> => {
    const read = await readDraft(name);
    if (read.draft === undefined || isFlat.has(name)) return read;
    isFlat.set(name, checkIncludes(read.draft, names, (other) => drafts.get(other)?.draft));
    for (const { does, place } of read.draft.steps) {
      if (does === undefined || !("module" in does) || mapFaults.length > 0) continue;
      const draft = moduleDrafts.get(does.module);
      if (draft !== undefined) await lookUp(draft);
      else place.key("module_name").error(...unknownModule(does.module, moduleDrafts));
    }
    return read;
  };

  const sequence = async (
    name: string,
  ): Promise<{ sequence: Sequence | undefined; faults: SequenceFault[] }> => {
    const all = await readWithIncludes(name);
    const faults: SequenceFault[] = [...mapFaults];
    for (const one of all) {
      const { draft, faults: own } = await checkDraft(one);
      faults.push(...own);
      for (const { does } of draft?.steps ?? []) {
        if (does !== undefined && "module" in does) {
          faults.push(...moduleDrafts.get(does.module)?.faults ?? []);
        }
      }
    }
    const { draft } = drafts.get(name)!;
    if (draft === undefined || all.some((one) => isFlat.get(one) === false)) {
      return { sequence: undefined, faults: withoutRepeated(faults) };
    }
    const steps = flatten(draft, (other) => drafts.get(other)?.draft);
    await checkSteps(steps, { files, checks, moduleOf: (module) => modules.get(module) }, faults);
    const isValid = !faults.some(isError);
    return {
      sequence: isValid ? { name, steps: steps.map(({ step }) => step), ...draft.rest } : undefined,
      faults: withoutRepeated(faults),
    };
  };

  return {
    names,
    modules,
    mapFaults,
    folderFaults,
    sequence,
    async unusedModuleFaults(): Promise<SequenceFault[]> {
      const faults: SequenceFault[] = [];
      for (const draft of moduleDrafts.values()) {
        if (looked.has(draft.name)) continue;
        await lookUp(draft);
        faults.push(...draft.faults);
      }
      return faults;
    },
  };
}

/** Many steps name the same places. */
function lookingOnce(files: ProjectFiles): ProjectFiles {
  const kinds = new Map<string, ReturnType<ProjectFiles["kind"]>>();
  return {
    ...files,
    kind(path) {
      const known = kinds.get(path) ?? files.kind(path);
      kinds.set(path, known);
      return known;
    },
  };
}

async function sequenceNames(files: ProjectFiles, faults: SequenceFault[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const file of await files.list(SEQUENCES_FOLDER)) {
    if (file.startsWith(".") || !file.endsWith(".json")) continue;
    const name = file.slice(0, -".json".length);
    if (ETL_NAME.test(name)) names.add(name);
    else {
      new Place(`${SEQUENCES_FOLDER}/${file}`, "", undefined, faults).error(
        `"${name}" no es un nombre de secuencia`,
        NAME_HINT,
      );
    }
  }
  return names;
}

async function textOf(
  files: ProjectFiles,
  file: string,
  faults: SequenceFault[],
): Promise<string | undefined> {
  try {
    return await files.readText(file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return new Place(file, "", undefined, faults).error(
      `El archivo no se puede usar: ${error.message}`,
      file === MODULES_FILE ? "Escriba el mapa de los módulos" : "Corrija el archivo, o quítelo",
    );
  }
}

function unknownModule(name: string, modules: ReadonlyMap<string, unknown>): [message: string, hint: string] {
  const nearest = nearestName(name, modules.keys());
  return [
    `No existe el módulo "${name}"`,
    nearest === undefined ? `Agréguelo a ${MODULES_FILE}` : `¿Quiso decir "${nearest}"?`,
  ];
}

const isError = ({ severity }: SequenceFault): boolean => severity === "error";

function withoutRepeated(faults: readonly SequenceFault[]): SequenceFault[] {
  return [
    ...new Map(
      faults.map((
        fault,
      ) => [JSON.stringify([fault.file, fault.pointer, fault.severity, fault.message]), fault]),
    ).values(),
  ];
}
