// Errors as answers: one status table, one shape for each surface. Strangers read what the contract says or
// that something failed inside, and no more.

import type { Issue, Problem, ProblemCode } from "../core/problem.ts";
import type { SeriesError } from "../core/series_request.ts";

const STATUS = { invalid: 400, not_found: 404, conflict: 409, unavailable: 503 } as const satisfies Record<
  ProblemCode,
  number
>;

const TITLES: Record<number, string> = {
  400: "Pedido inválido",
  401: "Falta identificarse",
  403: "No permitido",
  404: "No existe",
  405: "Método no permitido",
  409: "Conflicto",
  412: "Condición no cumplida",
  413: "Pedido demasiado grande",
  415: "Tipo de contenido no admitido",
  416: "Rango inválido",
  429: "Demasiados intentos",
  500: "Error interno",
  503: "No disponible por ahora",
};

/** Headers of every answer: readable from any origin, never sniffed, framed only by ourselves. */
export const COMMON_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Link, Content-Disposition",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
} as const;

/** Errors of the series API, in the contract's shape. */
export function seriesErrors(errors: readonly SeriesError[], failedSeries?: string, status = 400): Response {
  const body = { errors, ...(failedSeries && { failed_series: [failedSeries] }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...COMMON_HEADERS,
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(status === 503 && { "retry-after": "5" }),
    },
  });
}

/** An error as RFC 9457 writes it; `issues` where several things are wrong, or one that has a place. */
export function problemDetails(status: number, detail: string, issues: readonly Issue[] = []): object {
  const title = TITLES[status] ?? "Error";
  return { type: "about:blank", title, status, detail, ...(issues.length > 0 && { issues }) };
}

/** An error of our own routes. */
export function problemJson(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problemDetails(status, detail)), {
    status,
    headers: {
      ...COMMON_HEADERS,
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 503 && { "retry-after": "5" }),
      ...headers,
    },
  });
}

export function statusOf(problem: Problem): number {
  return STATUS[problem.code];
}
