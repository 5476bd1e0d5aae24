// Imports hits from an API gateway's log. Of an entry only its day and series are taken: who asked, from where and with
// which parameters is read over. A digest of each entry's id is kept for a while, so that an entry that comes again
// adds nothing, and with each page, in one transaction, where the log goes on: whenever an import ends, the next one
// neither loses nor repeats anything.

import { type GatewayLog, logName } from "../core/gateway_log.ts";
import type { JsonObject } from "../core/json.ts";
import type { LoggedQuery, LogPosition, PopularityStore } from "../core/popularity_store.ts";
import { Problem } from "../core/problem.ts";
import { buenosAiresDay, type EpochDay } from "../core/time.ts";
import { type GatewayReach, readPage } from "./gateway_pages.ts";

/**
 * Days whose ids are remembered once the end of the log was reached; entries of days before are taken for known. Logs
 * repeat entries of minutes, or with `all` of everything: what is older than this was taken in before.
 */
export const REMEMBERED_DAYS = 30;

export type ImportLog = {
  readonly store: Pick<PopularityStore, "logPosition" | "addLogPage">;
  /** Undefined where operators have not told any. */
  readonly gateway: GatewayLog | undefined;
  readonly reach: GatewayReach;
  /** SHA-256, hexadecimal. */
  readonly sha256: (bytes: Uint8Array) => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** From the beginning of the log; entries that are known add nothing. */
  readonly all?: boolean;
  /** Ends between two pages. */
  readonly signal?: AbortSignal;
  /** Told after each page. */
  readonly onPage?: (report: ImportReport) => Promise<void> | void;
};

export type ImportReport = {
  readonly pages: number;
  readonly entries: number;
  /** Entries that were counted now. */
  readonly queries: number;
  /** Entries of our API that could not be understood. */
  readonly unreadable: number;
};

/**
 * Follows the log from where the last import got to.
 * Errors: Problem `invalid` without a gateway or where it refuses the token, `unavailable` where it cannot be read,
 * `conflict` where another import goes on meanwhile. What was taken in until then stays, and the next one follows.
 */
export async function importLog(context: ImportLog): Promise<ImportReport> {
  const { store, gateway, reach, now, signal } = context;
  if (!gateway) throw new Problem("invalid", "Configuración de importación de analytics no inicializada");
  const log = logName(gateway);
  let from = await store.logPosition();
  const known = from?.log === log ? from : undefined;
  const closedBefore = known?.closedBefore ?? null;
  let cursor = context.all ? null : known?.cursor ?? null;
  let report: ImportReport = { pages: 0, entries: 0, queries: 0, unreadable: 0 };
  const seen = new Set([cursor]);
  for (;;) {
    if (signal?.aborted) {
      throw new Problem("unavailable", "La importación se interrumpió: la próxima sigue desde donde quedó");
    }
    const { entries, next } = await readPage(gateway, cursor, reach);
    const { queries, unreadable } = queriesOf(entries, (id) => digestOf(`${log} ${id}`, context.sha256));
    // The last page is read again next time: it may have grown.
    const to: LogPosition = next === null
      ? {
        log,
        cursor,
        closedBefore: Math.max(closedBefore ?? -Infinity, buenosAiresDay(now()) - REMEMBERED_DAYS),
      }
      : { log, cursor: next, closedBefore };
    const added = await store.addLogPage({ from, to, queries });
    report = {
      pages: report.pages + 1,
      entries: report.entries + entries.length,
      queries: report.queries + added,
      unreadable: report.unreadable + unreadable,
    };
    await context.onPage?.(report);
    if (next === null) return report;
    if (seen.has(next)) {
      throw new Problem("unavailable", "No se puede leer el registro del gateway: sus páginas no terminan");
    }
    seen.add(next);
    [from, cursor] = [to, next];
  }
}

/** Entries that count: queries of our API that were answered and named series. */
function queriesOf(
  entries: readonly JsonObject[],
  digest: (id: string) => bigint,
): { queries: LoggedQuery[]; unreadable: number } {
  const queries: LoggedQuery[] = [];
  let unreadable = 0;
  for (const { id, uri, request_method, status_code, querystring, start_time } of entries) {
    if (typeof uri !== "string" || !uri.includes("/series/api/")) continue;
    if (request_method === "OPTIONS" || Number(status_code) !== 200) continue;
    const seriesIds = seriesOf(querystring);
    if (seriesIds.length === 0) continue;
    const day = dayOf(start_time);
    if (day === undefined || (typeof id !== "number" && typeof id !== "string")) {
      unreadable++;
      continue;
    }
    queries.push({ id: digest(String(id)), day, seriesIds });
  }
  return { queries, unreadable };
}

/** Series that a query string names, each once. */
function seriesOf(querystring: unknown): string[] {
  if (typeof querystring !== "string") return [];
  const ids = new URLSearchParams(querystring).getAll("ids").at(-1) ?? "";
  const named = ids.split(",").map((item) => item.split(":")[0]!.trim());
  return [...new Set(named.filter((id) => id !== ""))];
}

/** Buenos Aires day of an ISO moment; one without a zone is of Buenos Aires. */
function dayOf(moment: unknown): EpochDay | undefined {
  if (typeof moment !== "string") return undefined;
  const text = moment.trim().replace(" ", "T");
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}-03:00`);
  return Number.isNaN(at) ? undefined : buenosAiresDay(at);
}

function digestOf(id: string, sha256: ImportLog["sha256"]): bigint {
  return BigInt.asIntN(64, BigInt(`0x${sha256(new TextEncoder().encode(id)).slice(0, 16)}`));
}
