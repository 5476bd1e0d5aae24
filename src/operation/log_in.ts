// Whether a name and a password belong to an account that may act. Wrong ones are told alike and take as long,
// whoever they are of, and soon have to wait. What was right is remembered for some minutes, so that programs that
// send their password with each request do not pay its derivation each time.

import type { Account, Accounts } from "./accounts.ts";
import type { Passwords } from "./passwords.ts";
import type { Throttle, ThrottleRule } from "./throttle.ts";
import { newToken, type RandomBytes, tokenDigest } from "./tokens.ts";

export type Attempt = { readonly name: string; readonly password: string; readonly address: string };

export type LogInOutcome =
  | { readonly account: Account }
  /** Nobody is told which: no such account, disabled, without password, or another one. `name` is of one there is. */
  | { readonly refused: "wrong"; readonly name?: string }
  | { readonly refused: "wait"; readonly seconds: number };

export type LogIn = (attempt: Attempt) => Promise<LogInOutcome>;

const MINUTE = 60_000;
const waits = { firstWaitMs: 1_000, longestWaitMs: 15 * MINUTE, forgetMs: 60 * MINUTE };

/** Guesses at one account from one place, from one place at all, and at one account from anywhere. */
export const LOG_IN_RULES = {
  pair: { free: 5, ...waits },
  address: { free: 20, ...waits },
  account: { free: 50, ...waits },
} as const satisfies Record<string, ThrottleRule>;

const REMEMBERED_MS = 5 * MINUTE;
const REMEMBERED = 200;

/** Derivations at once, each of a tenth of a second of one core; more are turned away. */
const DERIVATIONS = 8;

/** Longest password that is derived. */
const LONGEST = 1_000;

export function createLogIn(
  { accounts, passwords, throttle, now, randomBytes }: {
    readonly accounts: Accounts;
    readonly passwords: Passwords;
    readonly throttle: Throttle;
    readonly now: () => number;
    readonly randomBytes: RandomBytes;
  },
): LogIn {
  /** By digests under a key of this process: of the password, what is kept of it, and where it came from. */
  const remembered = new Map<string, { until: number; matches: Promise<boolean> }>();
  const processKey = newToken(randomBytes);
  let deriving = 0;

  async function derive(password: string, kept: string | undefined): Promise<boolean> {
    deriving++;
    try {
      return await passwords.matches(password, kept);
    } finally {
      deriving--;
    }
  }

  return async ({ name: given, password: text, address }) => {
    const name = given.trim().toLowerCase().slice(0, 64);
    const password = text.slice(0, LONGEST);
    const account = await accounts.account(name);
    const kept = account?.disabled ? undefined : account?.passwordHash;

    const pair = `${address} ${name}`;
    const place = `address ${address}`;
    const anywhere = `account ${name}`;

    // Whoever guesses from where the password is remembered must not guess faster for it; guesses from elsewhere
    // keep nobody out who is remembered.
    const waits = throttle.wait([pair, place]);
    if (waits > 0) return waitFor(waits);
    const memory = kept === undefined
      ? ""
      : await tokenDigest(JSON.stringify([password, kept, address]), processKey);
    const known = remembered.get(memory);
    if (account && known && known.until > now() && await known.matches) return { account };

    const waitMs = throttle.attempt([
      [pair, LOG_IN_RULES.pair],
      [place, LOG_IN_RULES.address],
      [anywhere, LOG_IN_RULES.account],
    ]);
    if (waitMs > 0) return waitFor(waitMs);
    if (deriving >= DERIVATIONS) return waitFor(1_000);

    const matches = derive(password, kept);
    if (kept !== undefined) {
      remembered.delete(memory);
      remembered.set(memory, { until: now() + REMEMBERED_MS, matches });
      if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
    }
    if (!await matches || !account) {
      remembered.delete(memory);
      return { refused: "wrong", ...(account && { name }) };
    }
    throttle.forget(pair);
    throttle.undo(place);
    throttle.undo(anywhere);
    return { account };
  };
}

function waitFor(ms: number): LogInOutcome {
  return { refused: "wait", seconds: Math.ceil(ms / 1000) };
}
