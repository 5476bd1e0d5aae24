// Outgoing mail of a process, out of its settings.

import type { Mail } from "./core/mail.ts";
import { parseSender } from "./core/mail_address.ts";
import { Problem } from "./core/problem.ts";
import { smtpMail } from "./host/mail.ts";

/** The environment keys of what mails. */
export const MAIL_KEYS = ["SMTP_URL", "DEFAULT_FROM_EMAIL", "ENV_TYPE"] as const;

export type MailSettings = {
  readonly SMTP_URL?: string | undefined;
  readonly DEFAULT_FROM_EMAIL?: string | undefined;
  readonly ENV_TYPE: string;
};

export type MailPlace = {
  readonly mail?: Mail;
  /** Gets a blind copy of reports. */
  readonly sender?: string;
  /** Name of the installation, in subjects. */
  readonly envType: string;
};

/** Errors: Problem `invalid` for a server without a sender. */
export function openMail({ SMTP_URL, DEFAULT_FROM_EMAIL, ENV_TYPE }: MailSettings): MailPlace {
  if (SMTP_URL === undefined) return { envType: ENV_TYPE };
  const sender = parseSender(DEFAULT_FROM_EMAIL ?? "")?.address;
  if (DEFAULT_FROM_EMAIL === undefined || sender === undefined) {
    throw new Problem("invalid", "Configuración inválida: SMTP_URL necesita DEFAULT_FROM_EMAIL");
  }
  return { mail: smtpMail({ url: SMTP_URL, from: DEFAULT_FROM_EMAIL }), sender, envType: ENV_TYPE };
}
