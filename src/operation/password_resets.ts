// Passwords that were forgotten: a token goes by mail to the address of the account and opens once, for an hour.
// Whoever asks hears the same whether there is such an account or not.

import type { Mail } from "../core/mail.ts";
import { Problem } from "../core/problem.ts";
import type { KeptRecord, Records } from "../core/records.ts";
import type { Account, Accounts } from "./accounts.ts";
import { removeRecord } from "./removal.ts";
import type { Throttle, ThrottleRule } from "./throttle.ts";
import { newToken, type RandomBytes, tokenDigest } from "./tokens.ts";

export type PasswordResets = {
  /**
   * Asks for a token for the accounts of that name or e-mail address. `sending` ends when the mail left: waiting for
   * it would tell whether there was one.
   * Errors: Problem `unavailable` without mail.
   */
  request(nameOrEmail: string): Promise<{ readonly sending: Promise<void> }>;
  /**
   * Sets the password; the token and all others of the account are used up, and its sessions end.
   * Errors: Problem `invalid` for a token that does not open, or for a password that nobody should have.
   */
  complete(token: string, password: string): Promise<Account>;
};

export const RESET_OPEN_MS = 3_600_000;

/** Mails to one account: three, then fewer and fewer. */
const MAILS = {
  free: 3,
  firstWaitMs: 600_000,
  longestWaitMs: 3_600_000,
  forgetMs: 3_600_000,
} satisfies ThrottleRule;

type Stored = { readonly name: string; readonly expiresAt: number };

export function createPasswordResets(
  { records, accounts, throttle, now, randomBytes, mail, publicUrl }: {
    readonly records: Records;
    readonly accounts: Accounts;
    readonly throttle: Throttle;
    readonly now: () => number;
    readonly randomBytes: RandomBytes;
    readonly mail?: Mail;
    /** Origin that mails name: never that of the request, which whoever asks can choose. */
    readonly publicUrl?: string;
  },
): PasswordResets {
  const stored = ({ value }: KeptRecord) => value as Stored;

  async function send(mail: Mail, { name, email }: Account): Promise<void> {
    if (email === undefined || throttle.attempt([[`reset ${name}`, MAILS]]) > 0) return;
    for (const one of await records.records("password_reset")) {
      if (stored(one).expiresAt <= now()) await removeRecord(records, "password_reset", one.id);
    }
    const token = newToken(randomBytes);
    const value: Stored = { name, expiresAt: now() + RESET_OPEN_MS };
    await records.write([{ kind: "password_reset", id: await tokenDigest(token), version: 0, value }]);
    await mail.send({ to: [email], ...resetMail(name, token, publicUrl) });
  }

  return {
    async request(nameOrEmail) {
      if (!mail) {
        throw new Problem(
          "unavailable",
          "Este servidor no tiene correo configurado: pida a quien administra que ponga una clave nueva",
        );
      }
      const text = nameOrEmail.trim().toLowerCase();
      const found = (await accounts.all()).filter(({ name, email, disabled, source }) =>
        !disabled && source === "database" && (name === text || email?.toLowerCase() === text)
      );
      return { sending: Promise.all(found.map((account) => send(mail, account))).then(() => {}) };
    },
    async complete(token, password) {
      const kept = await records.record("password_reset", await tokenDigest(token));
      const name = kept && stored(kept).expiresAt > now() ? stored(kept).name : undefined;
      const account = name === undefined ? undefined : await accounts.account(name);
      if (!account || account.disabled) {
        const message = "El código no sirve: ya se usó, venció o está incompleto. Pida otro";
        throw new Problem("invalid", message, [{ path: "/token", message: "no sirve" }]);
      }
      const used = (await records.records("password_reset")).filter((one) =>
        stored(one).name === account.name
      )
        .map(({ id, version }) => ({ kind: "password_reset" as const, id, version }));
      return await accounts.change(account.name, account.version, { password }, used);
    },
  };
}

/** The page takes the code from its fragment, which no server and no log sees. */
function resetMail(name: string, token: string, publicUrl: string | undefined) {
  const page = publicUrl === undefined
    ? "Se usa en la página /consola/clave de este servidor"
    : `Póngala aquí: ${publicUrl.replace(/\/+$/, "")}/consola/clave#${token}`;
  return {
    subject: "Caudal: clave nueva",
    text: [
      `Alguien pidió una clave nueva para la cuenta "${name}". Si no fue usted, no haga nada: la suya sigue valiendo.`,
      "",
      page,
      "",
      `Código, que sirve una vez y durante una hora: ${token}`,
    ].join("\n"),
  };
}
