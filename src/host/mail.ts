// Outgoing mail over SMTP, by nodemailer. What the server answered is told in a few words and never the password; no
// name, subject or address can add a header or a recipient.

import { Buffer } from "node:buffer";
import { createTransport } from "nodemailer";
import type { Mail, MailMessage } from "../core/mail.ts";
import { isMailAddress, parseSender } from "../core/mail_address.ts";
import { Problem } from "../core/problem.ts";

export type SmtpSettings = {
  /** `smtp://user:password@host:port`, or `smtps:` for TLS from the first byte. */
  readonly url: string;
  /** `address`, or `Name <address>`; of messages that name no other. */
  readonly from: string;
  /** Wait for a server that does not answer, or stops to. */
  readonly timeoutMs?: number;
  /** Certificates trusted instead of those of the system, PEM. */
  readonly ca?: string;
};

const TIMEOUT_MS = 30_000;
/**
 * Mail through a server. With a password the way there is encrypted, by `smtps:` or STARTTLS, but to this machine;
 * without, where the server offers it. Certificates are verified.
 * Errors: Problem `invalid` for settings that cannot be; of `send`, Problem `invalid` for an address that is none.
 */
export function smtpMail({ url, from, timeoutMs = TIMEOUT_MS, ca }: SmtpSettings): Mail {
  const server = URL.parse(url);
  const sender = parseSender(from);
  if (!server || !/^smtps?:$/.test(server.protocol) || server.hostname === "") {
    throw new Problem("invalid", "SMTP_URL debe ser smtp://usuario:clave@servidor:puerto, o smtps://…");
  }
  if (!sender) throw new Problem("invalid", "El remitente del correo no es una dirección");
  const host = server.hostname.replace(/^\[|\]$/g, "");
  const isSecure = server.protocol === "smtps:";
  const isHere = /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  const [user, password] = [decodeURIComponent(server.username), decodeURIComponent(server.password)];
  const port = server.port === "" ? isSecure ? 465 : user === "" ? 25 : 587 : Number(server.port);
  const transport = createTransport({
    host,
    port,
    secure: isSecure,
    ...(user !== "" && { auth: { user, pass: password } }),
    requireTLS: user !== "" && !isSecure && !isHere,
    ignoreTLS: isHere && !isSecure,
    tls: { rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const place = `${host}:${port}`;

  return {
    async send({ to, bcc = [], from, subject, text, html, attachments = [] }: MailMessage) {
      const writer = from === undefined ? sender : parseSender(from);
      if (!writer) throw new Problem("invalid", "El remitente del correo no es una dirección");
      const recipients = [...to, ...bcc];
      const wrong = recipients.find((address) => !isMailAddress(address));
      if (wrong !== undefined) {
        throw new Problem("invalid", `"${oneLine(wrong)}" no es una dirección de correo`);
      }
      if (recipients.length === 0) throw new Problem("invalid", "El correo no tiene destinatarios");
      const addressed = (addresses: readonly string[]) => addresses.map((address) => ({ name: "", address }));
      let rejected: readonly string[];
      try {
        const sent = await transport.sendMail({
          from: writer,
          to: addressed(to),
          bcc: addressed(bcc),
          envelope: { from: writer.address, to: recipients },
          subject: oneLine(subject),
          text,
          ...(html !== undefined && { html }),
          attachments: attachments.map(({ filename, contentType, content }) => ({
            filename: oneLine(filename),
            contentType,
            content: Buffer.from(content),
            contentDisposition: "attachment",
          })),
          xMailer: false,
          // No answering machine answers it.
          headers: { "Auto-Submitted": "auto-generated" },
        });
        rejected = sent.rejected;
      } catch (error) {
        throw new Problem("unavailable", `El servidor de correo ${place} ${faultText(error)}`);
      }
      if (rejected.length > 0) {
        throw new Problem(
          "unavailable",
          `El servidor de correo ${place} no aceptó a ${rejected.join(", ")}; a los demás se les envió`,
        );
      }
    },
  };
}

/** Without what would begin another line, where only one is meant. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

/** Faults by nodemailer's codes; what a server says of itself may repeat what it was told, so only its number goes on. */
const FAULTS: Readonly<Record<string, string>> = {
  EAUTH: "no aceptó el usuario o la clave",
  EENVELOPE: "no aceptó el remitente o ningún destinatario",
  EMESSAGE: "no aceptó el mensaje",
  ETIMEDOUT: "no respondió a tiempo",
  ETLS: "no ofrece una conexión cifrada válida",
  EDNS: "no se encuentra",
  ECONNECTION: "no atiende",
  ESOCKET: "no atiende",
  EPROTOCOL: "no respondió como un servidor de correo",
};

function faultText(error: unknown): string {
  const { code, responseCode } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    responseCode?: unknown;
  };
  const fault = FAULTS[String(code)] ?? "no tomó el mensaje";
  return typeof responseCode === "number" ? `${fault} (respuesta ${responseCode})` : fault;
}
