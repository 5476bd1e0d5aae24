// Who asks: by HTTP Basic on each request, or by the cookie of a session.

import { parse, serialize } from "hono/utils/cookie";
import type { Account } from "../operation/accounts.ts";
import type { LogIn, LogInOutcome } from "../operation/log_in.ts";
import { SESSION_LONGEST_MS, type Sessions } from "../operation/sessions.ts";
import type { Client } from "./client.ts";
import { Refusal } from "./refusal.ts";

export type Authenticated = {
  readonly account: Account;
  /** Token of the session; absent with HTTP Basic. */
  readonly session?: string;
};

/** A refusal whose log-in named an account that there is. */
export class WrongPassword extends Refusal {
  readonly account: string | undefined;

  constructor(account: string | undefined, headers: Readonly<Record<string, string>>) {
    super(401, "Usuario o clave incorrectos", { headers });
    this.account = account;
  }
}

/**
 * Reads the Authorization header, else the cookie.
 * Errors: Refusal 401 without either or with wrong ones, 429 for one who has to wait.
 */
export async function authenticate(
  request: Request,
  client: Client,
  { logIn, sessions }: { readonly logIn: LogIn; readonly sessions: Sessions },
): Promise<Authenticated> {
  const challenge = challengeOf(request);
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const credentials = readBasic(authorization);
    if (!credentials) {
      throw new Refusal(401, "El encabezado Authorization debe ser Basic, con usuario y clave", {
        headers: challenge,
      });
    }
    return { account: loggedIn(await logIn({ ...credentials, address: client.address }), challenge) };
  }
  const session = sessionToken(request, client);
  const account = session === undefined ? undefined : await sessions.owner(session);
  if (session !== undefined && account) return { account, session };
  const detail = session === undefined
    ? "Hace falta identificarse: con HTTP Basic, o con la sesión que abre POST /api/ops/session"
    : "La sesión venció o se cerró: vuelva a entrar";
  throw new Refusal(401, detail, { headers: challenge });
}

/** For scripts of pages: a scheme that no browser knows, so that they show their own form, not the browser's. */
const SESSION_CHALLENGE = { "www-authenticate": 'Session realm="Caudal"' } as const;
const BASIC_CHALLENGE = { "www-authenticate": 'Basic realm="Caudal", charset="UTF-8"' } as const;

/** Errors: Refusal as `authenticate`. */
export function loggedIn(
  outcome: LogInOutcome,
  challenge: Readonly<Record<string, string>> = SESSION_CHALLENGE,
): Account {
  if ("account" in outcome) return outcome.account;
  if (outcome.refused === "wrong") throw new WrongPassword(outcome.name, challenge);
  throw new Refusal(429, `Demasiados intentos fallidos: espere ${outcome.seconds} s`, {
    headers: { "retry-after": String(outcome.seconds) },
  });
}

/** The cookie of a new session. */
export function sessionCookie(token: string, { secure }: Pick<Client, "secure">): string {
  return serialize(cookieName(secure), token, { ...attributes(secure), maxAge: SESSION_LONGEST_MS / 1000 });
}

/** The cookie that takes the session's place. */
export function noSessionCookie({ secure }: Pick<Client, "secure">): string {
  return serialize(cookieName(secure), "", { ...attributes(secure), maxAge: 0 });
}

function sessionToken(request: Request, { secure }: Client): string | undefined {
  const name = cookieName(secure);
  return parse(request.headers.get("cookie") ?? "", name)[name];
}

/** With the prefix no other host of our domain can set it. */
function cookieName(secure: boolean): string {
  return secure ? "__Host-caudal" : "caudal";
}

function attributes(secure: boolean) {
  return { httpOnly: true, secure, sameSite: "Strict", path: "/" } as const;
}

function challengeOf(request: Request): Readonly<Record<string, string>> {
  const mode = request.headers.get("sec-fetch-mode");
  return mode === null || mode === "navigate" ? BASIC_CHALLENGE : SESSION_CHALLENGE;
}

function readBasic(authorization: string): { name: string; password: string } | undefined {
  const encoded = /^basic +([a-z0-9+/=]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(encoded));
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    return;
  }
}
