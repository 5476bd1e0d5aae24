// What people are told when a run has ended: of a failure, and of the first success after one. It comes after the run
// and never changes it. A scheduler that is killed in between tells again, so a letter may come twice.

import type { EtlRun } from "../core/etl/run.ts";
import type { Notification } from "../core/etl/sequence.ts";
import type { Mail } from "../core/mail.ts";
import { pause } from "./pause.ts";

const TRIES = 3;
/** Of one try. */
const LONGEST_MS = 30_000;
/** After the first try, and after the second. */
const PAUSES_MS = [2_000, 10_000];

/** What a webhook gets as its body and a command on its standard input. Times are ISO texts. */
export type Letter = {
  readonly event: "failure" | "recovery";
  readonly run: {
    readonly id: number;
    /** Of the sequence. */
    readonly name: string;
    readonly status: string;
    readonly reason: string | null;
    readonly message: string | null;
    readonly trigger: string;
    readonly scheduled_at: string | null;
    readonly start: string | null;
    readonly end: string | null;
    readonly parent_run_id: number | null;
  };
};

export type Senders = {
  /** Errors: where it was not taken, or where the address is one that must not be asked. */
  readonly webhook: (address: string, letter: Letter, signal: AbortSignal) => Promise<void>;
  readonly mail: Mail;
  /** Errors: when it did not end with 0. */
  readonly command: (argv: readonly string[], letter: Letter, signal: AbortSignal) => Promise<void>;
};

/** How it went; null: there was nothing to tell. `previous`: the run that ended before, of the same sequence. */
export type Notify = (run: EtlRun, previous: EtlRun | undefined) => Promise<"SUCCESS" | "FAILURE" | null>;

/** `onError` hears of each notification that was not sent. `wait` is what passes between tries. */
export function notifier(
  senders: Senders,
  onError: (error: unknown, run: EtlRun) => void,
  wait: (ms: number) => Promise<void> = (ms) => pause(ms, new AbortController().signal),
): Notify {
  return async (run, previous) => {
    const { onFailure, onRecovery } = run.snapshot.sequence;
    const isRecovery = run.status === "SUCCESS" && previous?.status === "FAILURE";
    const letters = run.status === "FAILURE" ? onFailure : isRecovery ? onRecovery : [];
    if (letters.length === 0) return null;
    const letter = letterOf(run);
    const sent = await Promise.all(letters.map(async (notification) => {
      for (let attempt = 1;; attempt++) {
        try {
          await inTime((signal) => send(notification, letter, senders, signal));
          return true;
        } catch (error) {
          if (attempt === TRIES) {
            onError(error, run);
            return false;
          }
          await wait(PAUSES_MS[attempt - 1]!);
        }
      }
    }));
    return sent.every((isSent) => isSent) ? "SUCCESS" : "FAILURE";
  };
}

async function send(
  notification: Notification,
  letter: Letter,
  { webhook, mail, command }: Senders,
  signal: AbortSignal,
): Promise<void> {
  if ("webhook" in notification) return await webhook(notification.webhook, letter, signal);
  if ("command" in notification) return await command(notification.command, letter, signal);
  await mail.send({ to: [notification.mail], subject: subjectOf(letter), text: textOf(letter) });
}

/** A sender that goes on after its time is not waited for. */
async function inTime(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      over.abort();
      reject(new Error(`La notificación no terminó en ${LONGEST_MS / 1_000} segundos`));
    }, LONGEST_MS);
  });
  try {
    await Promise.race([work(over.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function letterOf(run: EtlRun): Letter {
  const moment = (at: number | null) => at === null ? null : new Date(at).toISOString();
  return {
    event: run.status === "FAILURE" ? "failure" : "recovery",
    run: {
      id: run.id,
      name: run.name,
      status: run.status,
      reason: run.reason,
      message: run.message,
      trigger: run.trigger,
      scheduled_at: moment(run.scheduledAt),
      start: moment(run.start),
      end: moment(run.end),
      parent_run_id: run.parentRunId,
    },
  };
}

const subjectOf = ({ event, run }: Letter): string =>
  event === "failure"
    ? `Falló la secuencia "${run.name}" (corrida ${run.id})`
    : `La secuencia "${run.name}" volvió a terminar bien (corrida ${run.id})`;

function textOf(letter: Letter): string {
  const { run } = letter;
  const lines = [
    `${subjectOf(letter)}.`,
    "",
    ...(run.message === null ? [] : [run.message, ""]),
    ...(run.scheduled_at === null ? [] : [`Programada para: ${run.scheduled_at}`]),
    `Empezó: ${run.start ?? "no llegó a empezar"}`,
    `Terminó: ${run.end}`,
  ];
  return `${lines.join("\n")}\n`;
}
