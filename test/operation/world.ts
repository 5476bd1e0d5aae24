// Accounts, sessions and what is around them, over nothing but memory: a clock that tests move, passwords that cost
// nothing.

import type { MailMessage } from "../../src/core/mail.ts";
import type { Records } from "../../src/core/records.ts";
import { createAccounts, type FixedAccount } from "../../src/operation/accounts.ts";
import { createFirstAccount } from "../../src/operation/first_account.ts";
import { createLogIn } from "../../src/operation/log_in.ts";
import { createPasswordResets } from "../../src/operation/password_resets.ts";
import { createPasswords, type Passwords } from "../../src/operation/passwords.ts";
import { createSessions } from "../../src/operation/sessions.ts";
import { createThrottle } from "../../src/operation/throttle.ts";
import { memoryRecords } from "../../src/store/memory_records.ts";

export const START = Date.UTC(2026, 6, 9, 15, 30);
export const PASSWORD = "ocho palmeras y un tucán";

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export type WorldSettings = {
  readonly fixed?: readonly FixedAccount[];
  readonly publicUrl?: string;
  /** Whether there is mail. */
  readonly mail?: boolean;
  /** In front of the records. */
  readonly overRecords?: (records: Records) => Records;
  /** In front of the passwords. */
  readonly overPasswords?: (passwords: Passwords) => Passwords;
};

export function operationWorld(
  { fixed = [], publicUrl, mail = true, overRecords = (it) => it, overPasswords = (it) => it }:
    WorldSettings = {},
) {
  const clock = { at: START };
  const now = () => clock.at;
  const records = overRecords(memoryRecords());
  const sent: MailMessage[] = [];
  const passwords = overPasswords(createPasswords(randomBytes, 2));
  const accounts = createAccounts(records, passwords, fixed);
  const throttle = createThrottle(now);
  return {
    clock,
    now,
    records,
    sent,
    accounts,
    sessions: createSessions({ records, accounts, now, randomBytes }),
    logIn: createLogIn({ accounts, passwords, throttle, now, randomBytes }),
    firstAccount: createFirstAccount({ records, accounts, now, randomBytes }),
    passwordResets: createPasswordResets({
      records,
      accounts,
      throttle,
      now,
      randomBytes,
      ...(mail && { mail: { send: (message: MailMessage) => Promise.resolve(void sent.push(message)) } }),
      ...(publicUrl !== undefined && { publicUrl }),
    }),
  };
}
