// Reads pages of an API gateway's log over HTTP: with a limit of size and of time, again where the gateway is busy, and
// never anywhere but where the operator said: its token goes nowhere else.

import { type CheckGateway, type GatewayLog } from "../core/gateway_log.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";

export type GatewayReach = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Waits some ms between attempts. */
  readonly wait: (ms: number) => Promise<void>;
};

/** Longest that one answer may take, in ms. */
const PATIENCE_MS = 60_000;
/** Largest page: a thousand entries take about half a MB. */
const PAGE_BYTES = 32 * 1024 * 1024;
/** Pauses before a page is asked for again, in ms. */
const PAUSES_MS = [1_000, 5_000, 20_000] as const;

/** What an operator is told of a gateway that does not let us in. */
export const REFUSED = "URL / Token inválido";

export type GatewayPage = {
  /** As the gateway tells them. */
  readonly entries: readonly JsonObject[];
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
};

/**
 * Reads one page; `cursor` is null for the first.
 * Errors: Problem `invalid` where the gateway refuses the token, `unavailable` where it cannot be reached or understood.
 */
export async function readPage(
  gateway: GatewayLog,
  cursor: string | null,
  { fetch, wait }: GatewayReach,
): Promise<GatewayPage> {
  for (let attempt = 0;; attempt++) {
    try {
      const response = await fetch(addressOf(gateway, cursor), request(gateway, "GET"));
      if (response.ok) return pageOf(await limitedText(response));
      await response.body?.cancel();
      if (response.status === 401 || response.status === 403) throw new Problem("invalid", REFUSED);
      const isBusy = response.status === 429 || response.status >= 500;
      if (!isBusy || attempt === PAUSES_MS.length) throw unreadable(`responde ${response.status}`);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (attempt === PAUSES_MS.length) throw unreadable(reasonOf(error), error);
    }
    await wait(PAUSES_MS[attempt]!);
  }
}

/** Whether a gateway answers HEAD with 200. */
export function checkGateway({ fetch }: Pick<GatewayReach, "fetch">): CheckGateway {
  return async (gateway) => {
    try {
      const response = await fetch(addressOf(gateway, null), request(gateway, "HEAD"));
      await response.body?.cancel();
      return response.status === 200;
    } catch {
      return false;
    }
  };
}

function addressOf({ endpoint, kongApiId }: GatewayLog, cursor: string | null): string {
  const url = new URL(endpoint);
  url.searchParams.set("kong_api_id", kongApiId);
  if (cursor !== null) url.searchParams.set("cursor", cursor);
  return url.href;
}

const request = ({ token }: GatewayLog, method: "GET" | "HEAD"): RequestInit => ({
  method,
  headers: { authorization: `Token ${token}`, accept: "application/json" },
  // A redirection would take the token to another place.
  redirect: "manual",
  signal: AbortSignal.timeout(PATIENCE_MS),
});

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > PAGE_BYTES) throw unreadable(`una página pasa de ${PAGE_BYTES / 1024 / 1024} MB`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

function pageOf(text: string): GatewayPage {
  let page: Json;
  try {
    page = JSON.parse(text);
  } catch (error) {
    throw unreadable("no responde JSON", error);
  }
  if (!isJsonObject(page) || !Array.isArray(page.results)) throw unreadable("la respuesta no tiene results");
  const { next = null } = page;
  if (next !== null && typeof next !== "string") throw unreadable("next no es una dirección");
  return {
    entries: page.results.filter(isJsonObject),
    next: next === null || next === "" ? null : cursorIn(next),
  };
}

/** The cursor in the address of the next page, which may tell a host that only the gateway knows. */
function cursorIn(next: string): string {
  const cursor = URL.canParse(next, "http://gateway")
    ? new URL(next, "http://gateway").searchParams.get("cursor")
    : null;
  if (cursor === null || cursor === "") throw unreadable("next no tiene cursor");
  return cursor;
}

function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  return name === "TimeoutError" ? `no responde en ${PATIENCE_MS / 1000} s` : message;
}

function unreadable(reason: string, cause?: unknown): Problem {
  return new Problem("unavailable", `No se puede leer el registro del gateway: ${reason}`, [], { cause });
}
