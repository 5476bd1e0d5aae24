// The first account of a server that has none: whoever starts it is given a token that makes one administrator,
// once, for an hour.

import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";
import type { Account, Accounts } from "./accounts.ts";
import { newToken, type RandomBytes, tokenDigest } from "./tokens.ts";

export type FirstAccount = {
  /** A token, in place of those before it; undefined where there is an account. */
  invite(): Promise<string | undefined>;
  /** Errors: Problem `invalid` for a token that does not open; as `Accounts.create`. */
  create(
    token: string,
    account: { readonly name: string; readonly email?: string | undefined; readonly password: string },
  ): Promise<Account>;
};

const OPEN_MS = 3_600_000;

/** In place of the digest that names other tokens: there is one of these. */
const RECORD = "first_account";

type Stored = { readonly digest: string; readonly expiresAt: number };

export function createFirstAccount(
  { records, accounts, now, randomBytes }: {
    readonly records: Records;
    readonly accounts: Accounts;
    readonly now: () => number;
    readonly randomBytes: RandomBytes;
  },
): FirstAccount {
  const kept = () => records.record("password_reset", RECORD);
  const hasAccounts = async () => (await accounts.all()).length > 0;
  return {
    async invite() {
      if (await hasAccounts()) return;
      const token = newToken(randomBytes);
      const value: Stored = { digest: await tokenDigest(token), expiresAt: now() + OPEN_MS };
      await records.write([{
        kind: "password_reset",
        id: RECORD,
        version: (await kept())?.version ?? 0,
        value,
      }]);
      return token;
    },
    async create(token, { name, email, password }) {
      const invitation = await kept();
      const stored = invitation?.value as Stored | undefined;
      const opens = stored && stored.expiresAt > now() && stored.digest === await tokenDigest(token) &&
        !await hasAccounts();
      if (!opens) {
        const message = "El código no sirve: venció, está incompleto o ya hay una cuenta";
        throw new Problem("invalid", message, [{ path: "/token", message: "no sirve" }]);
      }
      const used = { kind: "password_reset" as const, id: RECORD, version: invitation!.version };
      return await accounts.create({ name, role: "admin", email, password }, [used]);
    },
  };
}
