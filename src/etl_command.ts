// `deno task etl`: sequences from the terminal, for people and for scripts.

import { runCommand, UsageProblem } from "./command.ts";
import { readEnv } from "./config.ts";
import type { EtlRun, StepAttempt } from "./core/etl/run.ts";
import { isFinal } from "./core/etl/run.ts";
import { Problem } from "./core/problem.ts";
import type { EtlDesk } from "./etl/desk.ts";
import { dryRunText } from "./etl/sequence_dry_run.ts";
import { SCHEDULER_LEASE } from "./etl/scheduler.ts";
import { etlFor } from "./etl_here.ts";
import { attemptText, failureText, faultText, lineText, runText, secondsText } from "./etl_text.ts";
import { createLog, faultFields } from "./log.ts";
import { ETL_KEYS, openEtlDesk } from "./open_etl.ts";
import { MAIL_KEYS, openMail } from "./open_mail.ts";
import { PLACE_KEYS, placesOf } from "./places.ts";

const FORMS = {
  run: "run SECUENCIA",
  validate: "validate [SECUENCIA]",
  list: "list",
  runs: "runs [SECUENCIA]",
  logs: "logs CORRIDA",
  cancel: "cancel CORRIDA",
  retry: "retry CORRIDA",
  next: "next SECUENCIA [CUÁNTAS]",
} as const;

type Form = keyof typeof FORMS;

/** Options that go with some forms only. */
const ONLY_WITH: Readonly<Record<string, readonly Form[]>> = {
  wait: ["run", "retry"],
  "from-step": ["run"],
  "dry-run": ["run"],
  latest: ["retry"],
  follow: ["logs"],
  limit: ["runs"],
};

/** Between two looks at a run. */
const LOOK_MS = 250;
/** A database that is gone for less is waited for: the run goes on without it. */
const AWAY_MS = 60_000;
const LOG_LINES = 1_000;

await runCommand({
  usage: "deno task etl",
  summary: "Corre, muestra y corrige las secuencias de etl_sequences/.",
  forms: Object.values(FORMS),
  options: {
    wait: { description: "Con run y retry: espera a que termine; sale con 0 si salió bien, con 1 si no" },
    "from-step": { value: "ID", description: "Con run: desde ese paso; los anteriores cuentan como hechos" },
    "dry-run": { description: "Con run: muestra qué correría cada paso, sin correr ni guardar nada" },
    latest: { description: "Con retry: con los archivos de ahora, no con los que tuvo la corrida" },
    follow: { description: "Con logs: sigue hasta que la corrida termina" },
    limit: { value: "N", description: "Con runs: cuántas (por defecto 20)" },
    json: { description: "Escribe el resultado como JSON" },
    data: { value: "CARPETA", description: "Carpeta del almacén (por defecto ./.caudal)" },
  },
  run: async (options, operands) => {
    const { form, operand, extra } = readOperands(operands);
    for (const [name, forms] of Object.entries(ONLY_WITH)) {
      if (options[name as keyof typeof options] !== undefined && !forms.includes(form)) {
        throw new UsageProblem(`--${name} va sólo con ${forms.join(" y ")}`);
      }
    }
    const env = readEnv([
      ...PLACE_KEYS,
      ...ETL_KEYS,
      ...MAIL_KEYS,
      "ALLOW_INTERNAL_SOURCES",
      "HARVEST_USER_AGENT",
      "LOG_LEVEL",
    ]);
    const places = placesOf(env, options.data);
    const log = createLog(env.LOG_LEVEL);
    const desk = openEtlDesk(places, env);
    const json = options.json ?? false;
    const wait = (run: EtlRun) =>
      waitFor(run, desk, json, (until) =>
        etlFor(
          {
            places,
            settings: env,
            mail: openMail(env).mail,
            onError: (error) => log("error", "etl.failed", faultFields(error)),
          },
          run.id,
          until,
        ));
    try {
      switch (form) {
        case "run": {
          if (options["dry-run"]) return await showPlan(desk, operand, json);
          const from = options["from-step"];
          const { run } = await desk.start(operand, from === undefined ? {} : { fromStep: from });
          return options.wait ? await wait(run) : await showAsked(run, desk, json);
        }
        case "retry": {
          const { run } = await withAllWrong(
            desk.retry(numberOf(operand), { latest: options.latest ?? false }),
          );
          return options.wait ? await wait(run) : await showAsked(run, desk, json);
        }
        case "cancel": {
          const run = await desk.cancel(numberOf(operand), null);
          if (json) return tellJson(run);
          return console.log(
            isFinal(run.status)
              ? `La corrida ${run.id} ya había terminado: ${run.status}`
              : `Se pidió cancelar la corrida ${run.id}`,
          );
        }
        case "validate":
          return await validate(desk, operand || undefined, json);
        case "list":
          return await list(desk, json);
        case "runs":
          return await showRuns(desk, operand || undefined, limitOf(options.limit, 20, 500), json);
        case "logs":
          return await showLogs(desk, numberOf(operand), options.follow ?? false, json);
        case "next":
          return await showNext(desk, operand, limitOf(extra || undefined, 5, 1_000), json);
      }
    } finally {
      await desk.store.close();
    }
  },
});
Deno.exit(0);

function readOperands([given = "", ...rest]: readonly string[]) {
  if (!Object.hasOwn(FORMS, given)) {
    throw new UsageProblem(
      given === ""
        ? `Falta qué hacer: ${Object.keys(FORMS).join(", ")}`
        : `"${given}" no es nada que se pueda hacer: ${Object.keys(FORMS).join(", ")}`,
    );
  }
  const form = given as Form;
  const [, ...expected] = FORMS[form].split(" ");
  const least = expected.filter((word) => !word.startsWith("[")).length;
  if (rest.length < least || rest.length > expected.length) {
    throw new UsageProblem(`Se espera "${FORMS[form]}"`);
  }
  const [operand = "", extra = ""] = rest;
  return { form, operand, extra };
}

function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageProblem(`Una corrida se nombra por su número, no "${text}"`);
  return Number(text);
}

function limitOf(text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > most) {
    throw new UsageProblem(`Se espera un número de 1 a ${most}, no "${text}"`);
  }
  return limit;
}

async function showAsked(run: EtlRun, desk: EtlDesk, json: boolean): Promise<void> {
  if (json) tellJson(run);
  if (isFinal(run.status)) throw new Problem("invalid", failureText(run));
  if (json) return;
  const lease = await desk.store.lease(SCHEDULER_LEASE);
  const isLive = lease !== undefined && lease.expiresAt > Date.now();
  console.log(
    `Corrida ${run.id} de ${run.name} pedida${
      isLive ? "" : ": espera a un proceso que trabaje (deno task start o deno task worker; o agregue --wait)"
    }`,
  );
}

/** Shows a run as it goes; where nobody works, it is done here. */
async function waitFor(
  asked: EtlRun,
  desk: EtlDesk,
  json: boolean,
  doHere: (until: AbortSignal) => Promise<void>,
): Promise<void> {
  const done = new AbortController();
  const here = isFinal(asked.status) ? Promise.resolve() : doHere(done.signal);
  // It is told at the end, if that comes.
  here.catch(() => {});
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void desk.cancel(asked.id, null).catch(() => {}));
  }
  const told = new Map<number, string>();
  const look = lookAgain(async () => (await desk.store.run(asked.id))!);
  try {
    for (;;) {
      const { run, attempts } = await look();
      if (!json) { for (const attempt of attempts) tellAttempt(attempt, told); }
      if (isFinal(run.status)) {
        if (json) tellJson({ run, attempts });
        if (run.status !== "SUCCESS") throw new Problem("invalid", failureText(run));
        if (!json) console.log(`Corrida ${run.id} de ${run.name}: SUCCESS${secondsText(run.start, run.end)}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    done.abort();
    await here;
  }
}

/** `look`, which waits for a database that is gone for a while. */
function lookAgain<T>(look: () => Promise<T>): () => Promise<T> {
  let seenAt = performance.now();
  return async () => {
    for (;;) {
      try {
        const seen = await look();
        seenAt = performance.now();
        return seen;
      } catch (error) {
        const isAway = error instanceof Problem && error.code === "unavailable";
        if (!isAway || performance.now() - seenAt > AWAY_MS) throw error;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
  };
}

/** A line each time an attempt has another status. */
function tellAttempt(attempt: StepAttempt, told: Map<number, string>): void {
  const { id, status } = attempt;
  if (told.get(id) === status || status === "PENDING") return;
  told.set(id, status);
  console.log(attemptText(attempt));
}

function tellJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** The message of a Problem tells all that is wrong, a line each. */
async function withAllWrong<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Problem) || error.issues.length === 0) throw error;
    const lines = error.issues.map(({ path, message }) => `  ${path}: ${message}`);
    throw new Problem(error.code, [error.message, ...lines].join("\n"), [], { cause: error });
  }
}

async function showPlan(desk: EtlDesk, name: string, json: boolean): Promise<void> {
  const steps = await withAllWrong(desk.dryRun(name));
  if (json) tellJson(steps);
  else console.log(dryRunText(steps));
}

async function validate(desk: EtlDesk, name: string | undefined, json: boolean): Promise<void> {
  const faults = await desk.validate(name);
  const errors = faults.filter(({ severity }) => severity === "error").length;
  if (json) tellJson(faults);
  else for (const fault of faults) console.error(faultText(fault));
  if (errors > 0) {
    throw new Problem("invalid", `${errors} ${errors === 1 ? "error" : "errores"}: no se correría nada`);
  }
  if (!json) console.log(name === undefined ? "Todas las secuencias están bien" : `${name}: está bien`);
}

async function list(desk: EtlDesk, json: boolean): Promise<void> {
  const { sequences, faults } = await desk.project();
  const broken = [...new Set(faults.filter(({ severity }) => severity === "error").map(({ file }) => file))];
  if (json) return tellJson({ sequences: [...sequences.values()], faults });
  for (const { name, steps, schedules, enabled } of sequences.values()) {
    const times = schedules.map(({ cron, timezone }) => `${cron} (${timezone})`).join("; ");
    console.log(
      [
        name,
        steps.length === 1 ? "1 paso" : `${steps.length} pasos`,
        times || "sin horario",
        enabled ? "" : "deshabilitada",
      ].filter(Boolean)
        .join(" · "),
    );
  }
  for (const file of broken) console.log(`${file} · con errores: vea deno task etl validate`);
}

async function showRuns(
  desk: EtlDesk,
  name: string | undefined,
  limit: number,
  json: boolean,
): Promise<void> {
  const runs = await desk.store.runs({ ...(name !== undefined && { name }), limit });
  if (json) return tellJson(runs.map(({ snapshot: _, ...run }) => run));
  if (runs.length === 0) return console.log("No hay corridas");
  for (const run of runs) console.log(runText(run));
}

async function showLogs(desk: EtlDesk, id: number, follows: boolean, json: boolean): Promise<void> {
  const shown = new Map<number, number>();
  const look = lookAgain(() => desk.store.run(id));
  for (;;) {
    const found = await look();
    if (!found) throw new Problem("not_found", `No hay una corrida ${id}`);
    for (const attempt of found.attempts) {
      for (;;) {
        const from = shown.get(attempt.id) ?? 0;
        const { lines } = await desk.store.log(attempt.id, from, LOG_LINES);
        if (from === 0 && lines.length > 0 && !json) {
          console.log(`── ${attempt.stepId} ${attempt.name}, intento ${attempt.attempt}`);
        }
        for (const line of lines) {
          const place = { step: attempt.stepId, attempt: attempt.attempt };
          console.log(json ? JSON.stringify({ ...place, ...line }) : lineText(line));
        }
        shown.set(attempt.id, from + lines.length);
        if (lines.length < LOG_LINES) break;
      }
    }
    if (!follows || isFinal(found.run.status)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function showNext(desk: EtlDesk, name: string, count: number, json: boolean): Promise<void> {
  const fires = await desk.nextFires(name, count);
  const next = fires.toSorted((a, b) => a.at - b.at).slice(0, count);
  if (json) return tellJson(next.map(({ schedule, at }) => ({ schedule, at: new Date(at).toISOString() })));
  if (next.length === 0) return console.log(`${name} no tiene horarios que vayan a tocar`);
  for (const { schedule, at } of next) console.log(`${new Date(at).toISOString()}  ${schedule}`);
}
