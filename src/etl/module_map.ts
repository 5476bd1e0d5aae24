// The map of modules: what `modules.json` says, before programs are looked up.
// Source: etl-scheduler 1.3, 1.4 and 4.

import { maskAddress } from "../core/etl/masking.ts";
import { MODULES_FILE } from "../core/etl/project_files.ts";
import { ETL_NAME, type EtlModule, MODULE_CWDS, type SequenceFault } from "../core/etl/sequence.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { LONGEST_SECONDS, NAME_HINT, parseJson, Place } from "./validate_json.ts";

const MODULE_KEYS = [
  "cmd",
  "confFlag",
  "env",
  "secrets",
  "settings",
  "cwd",
  "timeoutSeconds",
  "killGraceSeconds",
  "maxMemoryMB",
  "maxCpuSeconds",
  "maxOutputMB",
  "maxOpenFiles",
  "nice",
  "maxRunning",
] as const;

const DEFAULTS = {
  timeoutSeconds: 3600,
  killGraceSeconds: 10,
  maxOutputMB: 16,
};

/** A module whose program is not looked up yet. */
export type ModuleDraft = {
  readonly name: string;
  readonly rest: Omit<EtlModule, "name" | "command">;
  /** Program as it is written, and what comes before the step's arguments. */
  readonly cmd: readonly [string, ...string[]] | undefined;
  /** Place of the program. */
  readonly program: Place;
  /** What is wrong with this module alone. */
  readonly faults: SequenceFault[];
};

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LARGEST_MB = 1024 * 1024;
const LEAST_NICE = -20;
const MOST_NICE = 19;

/** Modules by name; `faults` takes those of the whole file. */
export function parseModuleMap(text: string, faults: SequenceFault[]): Map<string, ModuleDraft> {
  const modules = new Map<string, ModuleDraft>();
  const whole = parseJson(MODULES_FILE, text, faults);
  if (whole === undefined) return modules;
  if (!isJsonObject(whole.value as Json)) {
    whole.error("Debe ser un objeto de módulos", 'Escriba { "nombre": { "cmd": "./programa" } }');
    return modules;
  }
  for (const name of Object.keys(whole.value as JsonObject)) {
    const own: SequenceFault[] = [];
    const entry = new Place(MODULES_FILE, "", whole.value, own).key(name);
    if (!ETL_NAME.test(name)) entry.error(`"${name}" no es un nombre de módulo`, NAME_HINT);
    modules.set(name, { name, ...readModule(entry), faults: own });
  }
  return modules;
}

function readModule(entry: Place): Omit<ModuleDraft, "name" | "faults"> {
  const isObject = entry.isObject(MODULE_KEYS, {
    conf: 'La configuración es de cada paso: escríbala en la secuencia, como "conf"',
    input: "La entrada es de cada paso: escríbala en la secuencia",
    output: "La salida es de cada paso: escríbala en la secuencia",
  });
  const env = variables(entry.key("env"));
  const secrets = variableNames(entry.key("secrets"));
  const settings = variableNames(entry.key("settings"));
  const given = Object.keys(env);
  for (const [key, names] of [["secrets", secrets], ["settings", settings]] as const) {
    for (const name of names) {
      if (given.includes(name)) {
        entry.key(key).error(`La variable "${name}" se define dos veces`, "Déjela en un solo lugar");
      }
      given.push(name);
    }
  }
  return {
    ...(isObject ? command(entry.key("cmd")) : { cmd: undefined, program: entry }),
    rest: {
      confFlag: entry.key("confFlag").choice(["--conf", "--config"] as const) ?? "--conf",
      env,
      secrets,
      ...(settings.length > 0 && { settings }),
      cwd: entry.key("cwd").choice(MODULE_CWDS) ?? "project",
      timeoutSeconds: entry.key("timeoutSeconds").seconds() ?? DEFAULTS.timeoutSeconds,
      killGraceSeconds: entry.key("killGraceSeconds").number(0, LONGEST_SECONDS) ??
        DEFAULTS.killGraceSeconds,
      maxOutputMB: entry.key("maxOutputMB").integer(1, LARGEST_MB) ?? DEFAULTS.maxOutputMB,
      ...limits(entry),
    },
  };
}

function limits(
  entry: Place,
): Partial<Pick<EtlModule, "maxMemoryMB" | "maxCpuSeconds" | "maxOpenFiles" | "nice" | "maxRunning">> {
  const found = {
    maxMemoryMB: entry.key("maxMemoryMB").integer(1, LARGEST_MB),
    maxCpuSeconds: entry.key("maxCpuSeconds").integer(1, LONGEST_SECONDS),
    maxOpenFiles: entry.key("maxOpenFiles").integer(3),
    nice: entry.key("nice").integer(LEAST_NICE, MOST_NICE),
    maxRunning: entry.key("maxRunning").integer(1),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function command(place: Place): Pick<ModuleDraft, "cmd" | "program"> {
  const none = { cmd: undefined, program: place };
  if (place.isAbsent || place.value === "") {
    place.error("El módulo no tiene programa", 'Escriba "cmd": "./programa", o una lista con sus argumentos');
    return none;
  }
  if (!Array.isArray(place.value)) {
    const program = place.filledText("un texto, o una lista de textos");
    return program === undefined ? none : { cmd: [program], program: place };
  }
  const words = place.items("una lista de textos");
  if (words.length === 0) {
    place.error("El módulo no tiene programa", "La lista lleva primero el programa, después sus argumentos");
    return none;
  }
  const texts = words.map((word, i) => {
    const text = i === 0 ? word.filledText() : word.text();
    if (word.isAbsent) word.error("Debe ser un texto", "Hay null");
    return text;
  });
  const isWhole = texts.every((text) => text !== undefined);
  return { cmd: isWhole ? texts as [string, ...string[]] : undefined, program: words[0]! };
}

function variables(place: Place): Record<string, string> {
  if (place.isAbsent || !isJsonObject(place.value as Json)) {
    if (!place.isAbsent) place.error("Debe ser un objeto de textos", 'Escriba { "NOMBRE": "valor" }');
    return {};
  }
  const found: [string, string][] = [];
  for (const name of Object.keys(place.value as JsonObject)) {
    const entry = place.key(name);
    if (!isVariable(entry, name)) continue;
    const text = entry.text();
    if (entry.isAbsent) entry.error("Debe ser un texto", "Hay null");
    if (text !== undefined && maskAddress(text) !== text) {
      entry.error(
        `"${name}" lleva una contraseña a la vista`,
        'Guárdela como secreto y nómbrela en "secrets"',
      );
    }
    if (text !== undefined) found.push([name, text]);
  }
  return Object.fromEntries(found);
}

function variableNames(place: Place): string[] {
  const names: string[] = [];
  for (const entry of place.items("una lista de nombres de variables")) {
    const name = entry.filledText("un nombre de variable");
    if (entry.isAbsent) entry.error("Debe ser un nombre de variable", "Hay null");
    if (name === undefined || !isVariable(entry, name)) continue;
    if (names.includes(name)) entry.error(`Se repite "${name}"`, "Quite una de las dos");
    else names.push(name);
  }
  return names;
}

function isVariable(place: Place, name: string): boolean {
  if (!VARIABLE.test(name)) {
    place.error(`"${name}" no es un nombre de variable`, "Lleva letras sin acentos, cifras y guion bajo");
  } else if (name.startsWith("ETL_")) {
    place.error(`"${name}" es una variable reservada`, "Las que empiezan con ETL_ las pone el planificador");
  } else return true;
  return false;
}
