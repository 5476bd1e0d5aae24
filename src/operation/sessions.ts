// Sessions of browsers: a random token that only its owner has, kept as a digest. One ends by itself when unused or
// old, when its account is disabled, and when the password it began with is no longer that of the account.

import { Problem } from "../core/problem.ts";
import type { Records } from "../core/records.ts";
import type { Account, Accounts } from "./accounts.ts";
import { removeRecord } from "./removal.ts";
import { newToken, type RandomBytes, tokenDigest } from "./tokens.ts";

export type Session = {
  /** Digest of its token: names it without opening it. */
  readonly id: string;
  readonly name: string;
  /** Epoch ms. */
  readonly begunAt: number;
  /** Epoch ms, to the minute. */
  readonly seenAt: number;
  readonly address: string;
};

export type Sessions = {
  /** Answers the token. Errors: Problem `invalid` for an account without password. */
  begin(account: Account, address: string): Promise<string>;
  /** Whose token it is, if it still opens. */
  owner(token: string): Promise<Account | undefined>;
  /** What a page must send with a change, as no other site can know it. */
  csrfToken(token: string): Promise<string>;
  end(token: string): Promise<void>;
  /** The open ones of an account, the newest first. */
  of(name: string): Promise<Session[]>;
  /** Ends one of an account. Errors: Problem `not_found`. */
  revoke(name: string, id: string): Promise<void>;
  /** Ends all of an account. */
  revokeAll(name: string): Promise<void>;
};

const HOUR = 3_600_000;
export const SESSION_IDLE_MS = 2 * HOUR;
export const SESSION_LONGEST_MS = 12 * HOUR;
/** How exactly it is known when a session was last used. */
const SEEN_EXACTNESS_MS = 60_000;

type Stored = Omit<Session, "id"> & {
  /** Digest of what was kept of the password when it began. */
  readonly credential: string;
};

export function createSessions(
  { records, accounts, now, randomBytes }: {
    readonly records: Records;
    readonly accounts: Accounts;
    readonly now: () => number;
    readonly randomBytes: RandomBytes;
  },
): Sessions {
  const isOver = ({ begunAt, seenAt }: Stored) =>
    now() >= Math.min(seenAt + SESSION_IDLE_MS, begunAt + SESSION_LONGEST_MS);

  const remove = (id: string) => removeRecord(records, "session", id);

  async function removeWhere(isGone: (stored: Stored) => boolean): Promise<void> {
    for (const { id, value } of await records.records("session")) {
      if (isGone(value as Stored)) await remove(id);
    }
  }

  return {
    async begin({ name, passwordHash }, address) {
      if (passwordHash === undefined) throw new Problem("invalid", `La cuenta "${name}" no tiene clave`);
      await removeWhere(isOver);
      const token = newToken(randomBytes);
      const at = now();
      const credential = await tokenDigest(passwordHash);
      const value: Stored = { name, begunAt: at, seenAt: at, address, credential };
      await records.write([{ kind: "session", id: await tokenDigest(token), version: 0, value }]);
      return token;
    },
    async owner(token) {
      const kept = await records.record("session", await tokenDigest(token));
      if (!kept) return;
      const stored = kept.value as Stored;
      const account = await accounts.account(stored.name);
      const isOpen = !isOver(stored) && account?.passwordHash !== undefined && !account.disabled &&
        await tokenDigest(account.passwordHash) === stored.credential;
      if (!isOpen) {
        await remove(kept.id);
        return;
      }
      if (now() - stored.seenAt >= SEEN_EXACTNESS_MS) {
        const value: Stored = { ...stored, seenAt: now() };
        await records.write([{ kind: "session", id: kept.id, version: kept.version, value }])
          .catch((error) => {
            // Another request of this session was a moment earlier.
            if (!(error instanceof Problem && error.code === "conflict")) throw error;
          });
      }
      return account;
    },
    csrfToken: (token) => tokenDigest(token, "csrf "),
    end: async (token) => await remove(await tokenDigest(token)),
    async of(name) {
      const all = (await records.records("session")).map(({ id, value }) => ({
        id,
        stored: value as Stored,
      }));
      return all.filter(({ stored }) => stored.name === name && !isOver(stored))
        .map(({ id, stored: { credential: _, ...session } }) => ({ id, ...session }))
        .sort((a, b) => b.begunAt - a.begunAt);
    },
    async revoke(name, id) {
      const kept = await records.record("session", id);
      if (!kept || (kept.value as Stored).name !== name) {
        throw new Problem("not_found", `La cuenta "${name}" no tiene una sesión "${id}"`);
      }
      await remove(id);
    },
    revokeAll: (name) => removeWhere((stored) => stored.name === name),
  };
}
