// Reads what a CKAN portal tells of itself and of its datasets, through version 3 of its Action API: page after page,
// one after the other, within bounds of size and time for all of them. What it means is ckan_catalog.ts's.

import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { Problem } from "../core/problem.ts";
import { decodeText } from "./csv.ts";
import type { ReadSource } from "./source.ts";

/** Datasets asked for at once; a portal may answer fewer. */
const PAGE_ROWS = 100;
/** A portal of fewer datasets a page than this allows for is not read to its end. */
const MAX_PAGES = 1_000;
const MAX_SHOWN = 200;

export type PortalReach = {
  readonly readSource: ReadSource;
  /** Of all answers together. */
  readonly maxBytes: number;
  /** For all answers together. */
  readonly maxMs: number;
  readonly verifyTls: boolean;
  /** Epoch ms. */
  readonly now: () => number;
};

export type Portal = {
  /** Its address, without the API's and without a password, no slash at its end. */
  readonly address: string;
  /** What `status_show` answers. */
  readonly status: JsonObject;
  /** What `package_search` answers of each dataset, by name. */
  readonly packages: readonly JsonObject[];
};

/**
 * Reads a portal whole, or not at all: a dataset that is missing would be taken for one that was withdrawn.
 * `url` is the portal's address, or that of its API.
 * Errors: Problem `unavailable` or `invalid`, in Spanish, that names what was asked; as of `ReadSource`, and where
 * what answers is no CKAN, the portal changes meanwhile, or its bounds are passed.
 */
export async function readPortal(url: string, reach: PortalReach): Promise<Portal> {
  const base = portalOf(url);
  const ask = asker(base, reach);
  const status = await ask("status_show");
  if (!isJsonObject(status)) throw unreadable("status_show", "no responde un objeto");
  const packages = new Map<Json, JsonObject>();
  let total: number | undefined;
  let start = 0;
  for (let page = 0; total === undefined || start < total; page++) {
    if (page === MAX_PAGES) throw unreadable("package_search", `tiene más de ${MAX_PAGES} páginas`);
    // By name, which is unique: pages of another order may overlap.
    const { count, results } = pageOf(
      await ask("package_search", { sort: "name asc", rows: String(PAGE_ROWS), start: String(start) }),
    );
    if (total !== undefined && count !== total) {
      throw unreadable(
        "package_search",
        `sus datasets pasaron de ${total} a ${count} mientras se leían; la próxima cosecha vuelve a intentar`,
      );
    }
    total = count;
    if (results.length === 0 && start < total) {
      throw unreadable("package_search", `sólo entrega ${start} de sus ${total} datasets`);
    }
    for (const one of results) packages.set(one.id ?? one.name ?? packages.size, one);
    start += results.length;
  }
  const address = Object.assign(new URL(base), { username: "", password: "" }).href;
  return { address: address.replace(/\/$/, ""), status, packages: [...packages.values()] };
}

/** The portal's address, a slash at its end. */
function portalOf(url: string): URL {
  const base = new URL(url);
  if (!/^https?:$/.test(base.protocol)) {
    throw new Problem(
      "invalid",
      "Un portal CKAN se lee por http o https: su dirección no puede ser un archivo",
    );
  }
  const path = base.pathname.replace(/\/+$/, "").replace(/\/api(?:\/3(?:\/action)?)?$/, "");
  return Object.assign(base, { pathname: `${path}/`, search: "", hash: "" });
}

type Ask = (action: string, params?: Readonly<Record<string, string>>) => Promise<Json | undefined>;

/** Asks for actions, and answers their results, within the bounds of all. */
function asker(base: URL, { readSource, maxBytes, maxMs, verifyTls, now }: PortalReach): Ask {
  const endsAt = now() + maxMs;
  let bytesRead = 0;
  return async (action, params = {}) => {
    const leftMs = endsAt - now();
    if (leftMs <= 0) throw unreadable(action, `la lectura no terminó en ${maxMs / 1000} s`);
    const address = new URL(`api/3/action/${action}`, base);
    for (const [name, value] of Object.entries(params)) address.searchParams.set(name, value);
    let bytes = new Uint8Array();
    try {
      const answer = await readSource({ url: address.href, maxBytes, maxMs: leftMs, verifyTls });
      if (answer.status === "fresh") bytes = answer.bytes;
    } catch (cause) {
      if (cause instanceof Problem) throw unreadable(action, cause.message, cause);
      throw cause;
    }
    bytesRead += bytes.length;
    if (bytesRead > maxBytes) {
      throw unreadable(
        action,
        `sus respuestas superan juntas el límite de ${(maxBytes / 2 ** 20).toFixed(1)} MB`,
      );
    }
    return resultOf(action, decodeText(bytes));
  };
}

/** What an answer brings, or the fault that it tells. */
function resultOf(action: string, text: string): Json | undefined {
  let answer: Json;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw unreadable(action, "no responde JSON; revise que la dirección sea la de un portal CKAN", cause);
  }
  if (isJsonObject(answer) && answer.success === true) return answer.result;
  const error = isJsonObject(answer) && isJsonObject(answer.error) ? answer.error : undefined;
  const told = [error?.__type, error?.message].filter((part) => typeof part === "string").join(": ");
  throw unreadable(action, told === "" ? "no responde como CKAN" : `responde "${told.slice(0, MAX_SHOWN)}"`);
}

function pageOf(result: Json | undefined): { readonly count: number; readonly results: JsonObject[] } {
  const { count, results } = isJsonObject(result) ? result : {};
  if (!Number.isSafeInteger(count) || !Array.isArray(results) || !results.every(isJsonObject)) {
    throw unreadable("package_search", 'no responde con "count" y una lista de objetos en "results"');
  }
  return { count: count as number, results: results as JsonObject[] };
}

function unreadable(action: string, reason: string, cause?: unknown): Problem {
  const code = cause instanceof Problem ? cause.code : "unavailable";
  return new Problem(code, `No se puede leer "${action}" del portal CKAN: ${reason}`, [], { cause });
}
