/** @jsxImportSource hono/jsx */
// Runs of sequences in words: their states, why they ended as they did, and what to do about it.

import {
  type AttemptStatus,
  type EtlRunStatus,
  type Reason,
  type Trigger,
  TRIGGERS,
} from "../../core/etl/run.ts";
import { LOCALES } from "../../core/language.ts";
import { Badge } from "./frame.tsx";
import type { Words } from "./route.ts";
import type { Visit } from "./visit.ts";

/** As /api/ops answers it. */
export type EtlRun = {
  readonly id: number;
  readonly name: string;
  readonly status: EtlRunStatus;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly requested_at: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly trigger: Trigger;
  readonly triggered_by: string | null;
  readonly schedule: string | null;
  readonly scheduled_at: string | null;
  readonly parent_run_id: number | null;
  readonly cancel_asked_at: string | null;
  readonly cancel_asked_by: string | null;
};

export type Attempt = {
  readonly id: number;
  readonly step_id: string;
  readonly attempt: number;
  readonly module_name: string;
  readonly input: string | null;
  readonly output: string | null;
  readonly conf: string | null;
  readonly status: AttemptStatus;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly not_before: string | null;
  readonly queued_at: string | null;
  readonly start: string | null;
  readonly end: string | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly worker: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly peak_memory_bytes: number | null;
  readonly log_lines: number;
  readonly log_cut: boolean;
  readonly summary: Readonly<Record<string, unknown>> | null;
};

export type EtlRunDetail = EtlRun & { readonly attempts: readonly Attempt[] };

export type EtlSchedule = {
  readonly name: string;
  readonly schedule: string;
  readonly cron: string;
  readonly timezone: string;
  readonly misfire: string;
  readonly enabled: boolean;
  readonly next: readonly string[];
  readonly paused_by: string | null;
  readonly paused_at: string | null;
};

export type SequenceFault = {
  readonly severity: "error" | "warning";
  readonly file: string;
  readonly pointer: string;
  readonly message: string;
  readonly hint: string;
};

type Kind = "good" | "wrong" | "busy" | "quiet";

const STATES: Readonly<Record<EtlRunStatus | AttemptStatus, readonly [Kind, string, string]>> = {
  PENDING: ["quiet", "espera", "waits"],
  STARTED: ["busy", "en curso", "running"],
  RETRYING: ["busy", "reintentará", "will retry"],
  SUCCESS: ["good", "bien", "done"],
  REUSED: ["good", "ya estaba hecho", "already done"],
  FAILURE: ["wrong", "falló", "failed"],
  CANCELLED: ["wrong", "cancelada", "cancelled"],
  SKIPPED: ["quiet", "no corrió", "did not run"],
  MISSED: ["quiet", "se perdió", "missed"],
};

export const stateKind = (status: EtlRunStatus | AttemptStatus): Kind => STATES[status][0];

export const stateText = ({ say }: Visit, status: EtlRunStatus | AttemptStatus): string =>
  say(STATES[status][1], STATES[status][2]);

export function EtlState(
  { visit, status, isEnding = false }: {
    readonly visit: Visit;
    readonly status: EtlRunStatus | AttemptStatus;
    /** Asked to end, and not there yet. */
    readonly isEnding?: boolean;
  },
) {
  return (
    <Badge kind={stateKind(status)}>
      {isEnding ? visit.say("cancelándose", "being cancelled") : stateText(visit, status)}
    </Badge>
  );
}

export const isEtlUnderWay = ({ status }: Pick<EtlRun, "status">): boolean =>
  status === "PENDING" || status === "STARTED";

export const isEnding = (run: EtlRun): boolean => run.cancel_asked_at !== null && isEtlUnderWay(run);

const TRIGGER_WORDS: Readonly<Record<Trigger, Words>> = {
  schedule: ["por su horario", "by its schedule"],
  manual: ["a mano", "by hand"],
  retry: ["retoma otra", "takes another up"],
  backfill: ["completa días pasados", "fills in past days"],
};

/** To choose from, the empty one for all. */
export const triggerOptions = ({ say }: Visit): readonly (readonly [string, string])[] => [
  ["", say("Todas", "All")],
  ...TRIGGERS.map((trigger) => [trigger, say(...TRIGGER_WORDS[trigger])] as const),
];

/** `a mano, ana`. */
export function triggerText({ say }: Visit, { trigger, triggered_by }: EtlRun): string {
  const words = say(...TRIGGER_WORDS[trigger]);
  return triggered_by === null ? words : `${words}, ${triggered_by}`;
}

type Advice = { readonly why: Words; readonly next: Words };

const ADVICE: Readonly<Record<Reason, Advice>> = {
  exit_code: {
    why: [
      "El programa avisó que no pudo hacer su trabajo.",
      "The program told that it could not do its work.",
    ],
    next: [
      "Sus últimas líneas dicen por qué. Corrija la causa y retómela: lo que ya estaba bien no se repite.",
      "Its last lines tell why. Mend the cause and take the run up: what went well is not done again.",
    ],
  },
  signal: {
    why: ["El sistema terminó el programa de golpe.", "The system ended the program at once."],
    next: [
      "Suele ser falta de memoria, o alguien que lo terminó. Mire la memoria del equipo y retómela.",
      "It often is a lack of memory, or somebody who ended it. Look at the machine's memory and take the run up.",
    ],
  },
  timeout: {
    why: ["Pasó su tiempo máximo.", "It took longer than it may."],
    next: [
      "Si el trabajo es largo de verdad, suba timeoutSeconds y corra con los archivos de ahora. Si no, vea en qué línea se quedó.",
      "If the work really is long, raise timeoutSeconds and run with the files of now. If not, see at which line it stopped.",
    ],
  },
  lost: {
    why: [
      "El proceso que lo corría desapareció: se apagó o se cortó.",
      "The process that ran it is gone: it was stopped or cut off.",
    ],
    next: [
      "Mire en Trabajadores que haya alguien, y retómela.",
      "See in Workers that there is somebody, and take the run up.",
    ],
  },
  validation: {
    why: [
      "La secuencia, o lo que un módulo recibe, tiene errores.",
      "The sequence, or what a module is given, has errors.",
    ],
    next: [
      "Corrija los archivos que se nombran y córrala con los archivos de ahora.",
      "Mend the files that are named and run it with the files of now.",
    ],
  },
  spawn_error: {
    why: ["El programa no llegó a empezar.", "The program did not begin."],
    next: [
      "Vea que el archivo exista y se pueda ejecutar, y retómela.",
      "See that the file is there and may be executed, and take the run up.",
    ],
  },
  limit: {
    why: [
      "Pasó uno de sus límites: memoria, procesador o archivos.",
      "It passed one of its limits: memory, processor or files.",
    ],
    next: [
      "Suba el límite en modules.json y corra con los archivos de ahora, o déle menos de una vez.",
      "Raise the limit in modules.json and run with the files of now, or give it less at once.",
    ],
  },
  user: {
    why: ["Alguien la canceló.", "Somebody cancelled it."],
    next: [
      "Si hace falta, retómela desde donde quedó.",
      "If it is needed, take it up from where it was.",
    ],
  },
};

export const adviceOf = (reason: Reason | null): Advice | undefined =>
  reason === null ? undefined : ADVICE[reason];

/** `hace 12 s`, of an instant. */
export function ageText({ say, now }: Visit, at: string): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  const [amount, unit] = seconds < 120
    ? [seconds, "s"]
    : seconds < 7_200
    ? [Math.round(seconds / 60), "min"]
    : seconds < 172_800
    ? [Math.round(seconds / 3600), "h"]
    : [Math.round(seconds / 86_400), say("días", "days")];
  return say(`hace ${amount} ${unit}`, `${amount} ${unit} ago`);
}

/** `09/07/2026 12:30` in a zone. */
export function zonedText({ language }: Visit, at: string, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    weekday: "short",
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(Date.parse(at)).replace(/,/g, "");
}

/** How long something took, or has taken so far, from one instant to another. */
export function tookText({ now }: Visit, from: string | null, to: string | null): string {
  return from === null ? "–" : spanText((to === null ? now : Date.parse(to)) - Date.parse(from));
}

/** Milliseconds to hours between instants, in two units at most, on one line. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const text = ms < 1_000
    ? `${Math.round(ms)} ms`
    : ms < 10_000
    ? `${(ms / 1000).toFixed(1).replace(".", ",")} s`
    : seconds < 60
    ? `${seconds} s`
    : seconds < 3_600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return text.replaceAll(" ", "\u00a0");
}
