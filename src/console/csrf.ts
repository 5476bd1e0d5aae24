// Changes come from our own pages, from programs, or from nobody: browsers send what they keep of us (cookie, HTTP
// Basic) along with requests of other sites too.

import { Refusal } from "./refusal.ts";

export const CSRF_HEADER = "x-csrf-token";

/**
 * Errors: Refusal 403 for a request that a page of another origin made; programs tell no origin.
 */
export function checkOrigin(request: Request, publicUrl: string | undefined): void {
  const { headers, url } = request;
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const ours = [url, ...(publicUrl === undefined ? [] : [publicUrl])].map((one) => new URL(one).host);
  const isForeign = (site !== null && site !== "same-origin" && site !== "none") ||
    (origin !== null && !ours.includes(hostOf(origin)));
  if (isForeign) throw new Refusal(403, "Este pedido viene de una página de otro sitio: no se admite");
}

/** Errors: Refusal 403 when a session changes something without its token. */
export function checkCsrfToken(request: Request, expected: string): void {
  if (request.headers.get(CSRF_HEADER) === expected) return;
  throw new Refusal(
    403,
    `Falta el encabezado X-CSRF-Token, o no es el de esta sesión: tómelo de GET /api/ops/session`,
  );
}

/** Undefined of "null", which pages without an origin send. */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : "";
}
