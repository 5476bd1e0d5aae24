// Passwords as they are kept: a text that names its derivation, its cost, its salt and what came out.
//
//   pbkdf2-sha256.<rounds>.<salt>.<key>     salt and key in base64url
//
// Without colon, blank and dollar sign, so that it stands in CONSOLE_USERS and in the files of shells as it is.
// PBKDF2 is the one derivation that every platform has, away from the thread that answers.

import { Problem } from "../core/problem.ts";
import { base64Url, equalInConstantTime, fromBase64Url, type RandomBytes } from "./tokens.ts";

/** Fewest characters of a new password, and most. */
export const PASSWORD_LENGTH = { least: 12, most: 200 } as const;

/** HMACs for one guess; OWASP asks for 600,000. */
export const DEFAULT_ROUNDS = 1_000_000;

/** A text with more would let who writes CONSOLE_USERS stop the server. */
const MOST_ROUNDS = 20_000_000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const SCHEME = "pbkdf2-sha256";

export type Passwords = {
  /** The text to keep of a password. */
  hash(password: string): Promise<string>;
  /** Whether `kept` is of `password`; without `kept` it takes as long and is false. */
  matches(password: string, kept: string | undefined): Promise<boolean>;
};

/** How passwords are derived; `rounds` is the cost of new ones. */
export function createPasswords(randomBytes: RandomBytes, rounds = DEFAULT_ROUNDS): Passwords {
  // Salt and key of no password.
  const nobody = { rounds, salt: new Uint8Array(SALT_BYTES), key: new Uint8Array(KEY_BYTES) };
  return {
    async hash(password) {
      const salt = new Uint8Array(randomBytes(SALT_BYTES));
      return [SCHEME, rounds, base64Url(salt), base64Url(await derive(password, salt, rounds))].join(".");
    },
    async matches(password, kept) {
      const known = kept === undefined ? undefined : parseHash(kept);
      const against = known ?? nobody;
      const isSame = equalInConstantTime(
        await derive(password, against.salt, against.rounds),
        against.key,
      );
      return isSame && known !== undefined;
    },
  };
}

/** Whether a text is what `hash` writes. */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

/**
 * Errors: Problem `invalid` for a password that nobody should have.
 */
export function checkPassword(password: string, name: string): void {
  const length = [...password.normalize("NFKC")].length;
  const fault = length < PASSWORD_LENGTH.least
    ? `tiene ${length} caracteres y debe tener al menos ${PASSWORD_LENGTH.least}`
    : length > PASSWORD_LENGTH.most
    ? `puede tener hasta ${PASSWORD_LENGTH.most} caracteres`
    : isMadeOf(password, name)
    ? "no puede ser el nombre de la cuenta"
    : new Set(password).size < 4
    ? "repite siempre los mismos caracteres"
    : undefined;
  if (fault !== undefined) {
    throw new Problem("invalid", `La clave ${fault}`, [{ path: "/password", message: fault }]);
  }
}

/** Whether nothing is left of the password without the name. */
function isMadeOf(password: string, name: string): boolean {
  return password.toLowerCase().replaceAll(name.toLowerCase(), "").replace(/[\s\d.!_-]/g, "") === "";
}

function parseHash(text: string) {
  const [scheme, rounds = "", salt = "", key = "", ...rest] = text.split(".");
  const [saltBytes, keyBytes] = [fromBase64Url(salt), fromBase64Url(key)];
  const isWhole = scheme === SCHEME && /^[1-9]\d{0,8}$/.test(rounds) && Number(rounds) <= MOST_ROUNDS &&
    saltBytes !== undefined && saltBytes.length >= 8 && keyBytes?.length === KEY_BYTES && rest.length === 0;
  return isWhole ? { rounds: Number(rounds), salt: saltBytes, key: keyBytes } : undefined;
}

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(password.normalize("NFKC"));
  const key = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 8 * KEY_BYTES));
}
