// Mails of the tasks: to whom, and what becomes of those that could not be sent. Accounts say who is reached, never a
// list of addresses of their own.

import type { Mail, MailMessage } from "../core/mail.ts";
import { parseSender } from "../core/mail_address.ts";
import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";
import type { Accounts } from "./accounts.ts";
import { readMailSettings } from "./settings.ts";

/** What tasks that send mail are given. */
export type Mailing = {
  readonly accounts: Pick<Accounts, "account" | "emailsOf">;
  /** Absent where no mail server is configured, and where `isKeptIn`. */
  readonly mail?: Mail;
  /** Operators let no report go out. */
  readonly isKeptIn?: boolean;
  /** Address that gets a copy of everything. */
  readonly sender?: string;
  /** Tells installations apart in subjects; empty for none. */
  readonly envType: string;
};

/** Why a task sends no mail. */
export const noMailReason = ({ isKeptIn }: Pick<Mailing, "isKeptIn">): string =>
  isKeptIn ? "Los ajustes no dejan salir informes por correo" : "No hay correo configurado";

/** Mail from whom operators say, as they say it when a message leaves. */
export function mailAsSet(mail: Mail, records: Records): Mail {
  return {
    async send(message) {
      const { from } = await readMailSettings(records);
      await mail.send(from === undefined ? message : { from, ...message });
    },
  };
}

/** What reports are mailed with, as operators say it now. */
export async function mailingAsSet<M extends Pick<Mailing, "mail" | "sender">>(
  { mail, sender, ...others }: M,
  records: Records,
) {
  const { from, reports } = await readMailSettings(records);
  const copy = from === undefined ? sender : parseSender(from)?.address;
  return {
    ...others,
    ...(mail && (reports ? { mail: mailAsSet(mail, records) } : { isKeptIn: true })),
    ...(copy !== undefined && { sender: copy }),
  };
}

/** Tells one line of the task's log. */
export type Tell = (line: string) => Promise<void>;

/** Mails in a row that fail before the server is taken for lost. */
const MAX_FAILURES = 3;

/** Sends mails one by one; what could not be sent is told, and kept for `check`. */
export function mailRound({ mail, sender }: Pick<Mailing, "mail" | "sender">, tell: Tell) {
  let sent = 0;
  let inARow = 0;
  const failures: string[] = [];
  return {
    sent: () => sent,
    /** `what` names the mail, after "el informe": "global", "de bcra". */
    async send(what: string, to: readonly string[], message: Omit<MailMessage, "to" | "bcc">): Promise<void> {
      if (!mail) return;
      if (to.length === 0) {
        return await tell(`Nadie recibe ${what}: ninguna cuenta tiene dirección de correo`);
      }
      if (inARow >= MAX_FAILURES) {
        failures.push(`${what}: no se intentó`);
        return;
      }
      const copy = sender !== undefined && !to.includes(sender) ? [sender] : [];
      try {
        await mail.send({ to, bcc: copy, ...message });
        sent++;
        inARow = 0;
        await tell(`Se envió ${what} a ${to.join(", ")}`);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        inARow++;
        failures.push(`${what}: ${error.message}`);
        await tell(`No se pudo enviar ${what}: ${error.message}`);
      }
    },
    /** Errors: Problem `unavailable` where a mail could not be sent. */
    check(done: string): void {
      if (failures.length > 0) {
        throw new Problem("unavailable", `${done}, pero no se envió ${failures.join("; ")}`);
      }
    },
  };
}
