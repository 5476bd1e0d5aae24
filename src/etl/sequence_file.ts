// A file of a sequence, in the original form (a list of steps) or the extended one, as it is written: included
// sequences stand as they are, and steps that name no needs still have none.
// Source: etl-scheduler 1.2, 1.4 and 5.1.

import { maskAddress } from "../core/etl/masking.ts";
import { SEQUENCES_FOLDER } from "../core/etl/project_files.ts";
import {
  NO_RETRIES,
  type Notification,
  OVERLAPS,
  type Retries,
  type Sequence,
  type SequenceFault,
  type When,
  WHENS,
} from "../core/etl/sequence.ts";
import { isMailAddress } from "../core/mail_address.ts";
import { readSchedules } from "./sequence_schedule.ts";
import { LONGEST_SECONDS, parseJson, type Place } from "./validate_json.ts";

const SEQUENCE_KEYS = [
  "steps",
  "schedule",
  "overlap",
  "retries",
  "timeoutSeconds",
  "enabled",
  "concurrencyGroup",
  "onFailure",
  "onRecovery",
] as const;
const STEP_KEYS = [
  "module_name",
  "input",
  "output",
  "conf",
  "config",
  "id",
  "needs",
  "when",
  "retries",
  "timeoutSeconds",
  "continueOnError",
  "include",
] as const;
const INCLUDE_KEYS = ["include", "id", "needs", "when", "retries", "timeoutSeconds"] as const;
const RETRIES_KEYS = [
  "max",
  "backoffSeconds",
  "factor",
  "maxBackoffSeconds",
  "jitter",
  "onExitCodes",
] as const;
const NOTIFICATION_KEYS = ["webhook", "mail", "command"] as const;

const RESERVED = Object.fromEntries(
  ["etl_module_run_id", "task_id"].map((key) => [key, "Es un nombre reservado del planificador: quítelo"]),
);
const OF_INCLUDED = Object.fromEntries(
  ["module_name", "input", "output", "conf", "config", "continueOnError"].map((key) => [
    key,
    'Un paso con "include" no la lleva: póngala en los pasos de la secuencia incluida',
  ]),
);

const MOST_RETRIES = 1000;

/** A step, or an included sequence, as it is written. */
export type StepDraft = {
  readonly place: Place;
  readonly id: string;
  /** Undefined: the step before. */
  readonly needs: readonly Place[] | undefined;
  readonly when: When | undefined;
  readonly retries: Retries | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly does:
    | {
      readonly module: string;
      readonly input: string | undefined;
      readonly output: string | undefined;
      readonly conf: string | undefined;
      readonly continueOnError: boolean;
    }
    | { readonly include: string }
    | undefined;
};

export type SequenceDraft = {
  readonly name: string;
  readonly steps: readonly StepDraft[];
  readonly retries: Retries | undefined;
  readonly rest: Omit<Sequence, "name" | "steps">;
};

export const sequenceFile = (name: string): string => `${SEQUENCES_FOLDER}/${name}.json`;

/** Reads what can be read; faults are noted. Undefined where there is no list of steps. */
export function parseSequenceFile(
  name: string,
  text: string,
  faults: SequenceFault[],
): SequenceDraft | undefined {
  const whole = parseJson(sequenceFile(name), text, faults);
  if (whole === undefined) return;
  if (typeof whole.value !== "object" || whole.value === null) {
    return whole.error(
      "Debe ser una lista de pasos, o un objeto con ellos",
      'Escriba [ { "module_name": … } ]',
    );
  }
  const isList = Array.isArray(whole.value);
  if (!isList) whole.isObject(SEQUENCE_KEYS, RESERVED);
  const list = isList ? whole : whole.key("steps");
  if (list.isAbsent) list.error('Falta "steps"', 'Escriba "steps": [ { "module_name": … } ]');
  const places = list.items("una lista de pasos");
  if (Array.isArray(list.value) && list.value.length === 0) {
    list.error("La secuencia no tiene pasos", "Agregue al menos uno");
  }
  const steps = places.map(readStep);
  refuseRepeatedIds(steps);
  const key = (one: typeof SEQUENCE_KEYS[number]) => whole.key(one);
  const timeoutSeconds = key("timeoutSeconds").seconds();
  const concurrencyGroup = key("concurrencyGroup").etlName("El grupo");
  return {
    name,
    steps,
    retries: readRetries(key("retries")),
    rest: {
      schedules: readSchedules(key("schedule")),
      overlap: key("overlap").choice(OVERLAPS) ?? "skip",
      enabled: key("enabled").flag() ?? true,
      onFailure: readNotifications(key("onFailure")),
      onRecovery: readNotifications(key("onRecovery")),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(concurrencyGroup !== undefined && { concurrencyGroup }),
    },
  };
}

function readStep(place: Place, i: number): StepDraft {
  const includes = typeof place.value === "object" && !place.key("include").isAbsent;
  const isObject = includes
    ? place.isObject(INCLUDE_KEYS, { ...RESERVED, ...OF_INCLUDED })
    : place.isObject(STEP_KEYS, RESERVED);
  const needs = place.key("needs");
  return {
    place,
    id: place.key("id").etlName("El id") ?? `${i + 1}`,
    needs: needs.isAbsent ? undefined : needs.items("una lista de ids de pasos"),
    when: place.key("when").choice(WHENS),
    retries: readRetries(place.key("retries")),
    timeoutSeconds: place.key("timeoutSeconds").seconds(),
    does: !isObject ? undefined : includes ? readInclude(place) : readModuleStep(place),
  };
}

function readInclude(place: Place): StepDraft["does"] {
  const include = place.key("include").etlName("La secuencia incluida");
  return include === undefined ? undefined : { include };
}

function readModuleStep(place: Place): StepDraft["does"] {
  const name = place.key("module_name");
  // Empty is not passed.
  const input = place.key("input").text() || undefined;
  const output = place.key("output").text() || undefined;
  const conf = place.key("conf").text() || undefined;
  const config = place.key("config").text() || undefined;
  const continueOnError = place.key("continueOnError").flag() ?? false;
  if (conf !== undefined && config !== undefined && conf !== config) {
    place.key("config").error(
      `"conf" y "config" dicen cosas distintas: "${conf}" y "${config}"`,
      'Son la misma opción: deje sólo "conf"',
    );
  }
  if (name.isAbsent) {
    return name.error('Falta "module_name"', "Escriba el nombre de un módulo de modules.json");
  }
  const module = name.filledText("el nombre de un módulo");
  return module === undefined ? undefined : { module, input, output, conf: conf ?? config, continueOnError };
}

function refuseRepeatedIds(steps: readonly StepDraft[]): void {
  const first = new Map<string, number>();
  for (const [i, { id, place }] of steps.entries()) {
    const before = first.get(id);
    if (before === undefined) first.set(id, i);
    else {
      const isWritten = !place.key("id").isAbsent;
      (isWritten ? place.key("id") : place).error(
        `El id "${id}" ya es el del paso ${before + 1}`,
        isWritten ? "Elija otro" : 'Es el que le toca por su lugar: escriba otro en "id"',
      );
    }
  }
}

function readRetries(place: Place): Retries | undefined {
  if (place.isAbsent || !place.isObject(RETRIES_KEYS)) return;
  const codes = place.key("onExitCodes");
  const onExitCodes = codes.isAbsent
    ? undefined
    : codes.items("una lista de códigos de salida").map((code) =>
      code.isAbsent ? code.error("Debe ser un entero de 1 a 255", "Hay null") : code.integer(1, 255)
    );
  if (onExitCodes?.includes(2)) {
    codes.error("No se reintenta después del código 2", "Es el de una configuración inválida: quítelo");
  }
  if (Array.isArray(codes.value) && onExitCodes?.length === 0) {
    codes.error("La lista está vacía: no se reintentaría nunca", 'Quítela, o ponga "max": 0');
  }
  const max = place.key("max");
  if (max.isAbsent) max.error('Falta "max"', "Escriba cuántas veces se reintenta");
  return {
    max: max.integer(0, MOST_RETRIES) ?? NO_RETRIES.max,
    backoffSeconds: place.key("backoffSeconds").number(0, LONGEST_SECONDS) ?? NO_RETRIES.backoffSeconds,
    factor: place.key("factor").number(1, 100) ?? NO_RETRIES.factor,
    maxBackoffSeconds: place.key("maxBackoffSeconds").number(0, LONGEST_SECONDS) ??
      NO_RETRIES.maxBackoffSeconds,
    jitter: place.key("jitter").number(0, 1) ?? NO_RETRIES.jitter,
    ...(onExitCodes && { onExitCodes: onExitCodes.filter((code) => code !== undefined) }),
  };
}

function readNotifications(place: Place): Notification[] {
  return place.items("una lista de avisos").flatMap((entry) => readNotification(entry) ?? []);
}

function readNotification(entry: Place): Notification | undefined {
  if (!entry.isObject(NOTIFICATION_KEYS)) return;
  const given = NOTIFICATION_KEYS.filter((key) => !entry.key(key).isAbsent);
  if (given.length !== 1) {
    return entry.error(
      "Debe tener una sola de sus claves",
      'Escriba { "webhook": "https://…" }, { "mail": "ana@example.org" } o { "command": ["./programa"] }',
    );
  }
  switch (given[0]!) {
    case "webhook":
      return webhook(entry.key("webhook"));
    case "mail": {
      const mail = entry.key("mail").filledText("una dirección de correo");
      if (mail === undefined) return;
      return isMailAddress(mail) ? { mail } : entry.key("mail").error(
        `"${mail}" no es una dirección de correo`,
        "Escriba una, como ana@example.org",
      );
    }
    case "command":
      return notifyingCommand(entry.key("command"));
  }
}

function webhook(place: Place): Notification | undefined {
  const text = place.filledText("una dirección http o https");
  if (text === undefined) return;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return place.error(
      "No es una dirección http o https",
      "Escríbala entera, como https://example.org/aviso",
    );
  }
  if (url.username !== "" || url.password !== "" || maskAddress(text) !== text) {
    return place.error(
      "La dirección lleva usuario o contraseña, que quedarían a la vista",
      "Use una dirección sin ellos, o un comando que los tome de donde estén guardados",
    );
  }
  return { webhook: text };
}

function notifyingCommand(place: Place): Notification | undefined {
  const words = place.items("una lista: el programa y sus argumentos");
  if (Array.isArray(place.value) && words.length === 0) {
    return place.error("El comando está vacío", "Escriba una lista: el programa y sus argumentos");
  }
  const texts = words.map((word, i) => {
    if (word.isAbsent) return word.error("Debe ser un texto", "Hay null");
    const text = i === 0 ? word.filledText() : word.text();
    if (text !== undefined && maskAddress(text) !== text) {
      return word.error(
        "El comando lleva una contraseña a la vista",
        "Use un programa que la tome de donde esté guardada",
      );
    }
    return text;
  });
  const command = texts.filter((text) => text !== undefined);
  return command.length > 0 && command.length === texts.length ? { command } : undefined;
}
