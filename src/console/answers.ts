// Answers of /api/ops: for nobody but who asked. No other site reads them and no cache keeps them.

import { problemDetails, statusOf } from "../api/problems.ts";
import { Problem } from "../core/problem.ts";
import { Refusal } from "./refusal.ts";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** What an operation gave: nothing, JSON, or a whole Response. */
export function answerOf(given: unknown): Response {
  if (given instanceof Response) {
    const headers = new Headers([...given.headers].filter(([name]) => !name.startsWith("access-control-")));
    // A page names the style that it has.
    const policy = headers.get("content-security-policy");
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    if (policy !== null) headers.set("content-security-policy", policy);
    return new Response(given.body, { status: given.status, headers });
  }
  if (given === undefined) return new Response(null, { status: 204, headers: HEADERS });
  return new Response(JSON.stringify(given), { headers: { ...HEADERS, "content-type": "application/json" } });
}

/** What is told of a fault, and whether it is one of ours that the log should hear of. */
export type Fault = { readonly status: number; readonly answer: Response; readonly message: string };

/**
 * A fault as an answer. Of a bug nobody is told more than that there was one; of a fault of this machine (it has a
 * cause) strangers neither.
 */
export function faultOf(error: unknown, toStranger: boolean): Fault {
  const { status, message, issues, headers } = readFault(error, toStranger);
  const answer = new Response(JSON.stringify(problemDetails(status, message, issues)), {
    status,
    headers: {
      ...HEADERS,
      "content-type": "application/problem+json",
      ...(status === 503 && { "retry-after": "5" }),
      ...headers,
    },
  });
  return { status, answer, message };
}

function readFault(error: unknown, toStranger: boolean) {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Problem)) return { status: 500, message: "Error interno", issues: [], headers: {} };
  const { issues } = error;
  const message = toStranger && error.cause !== undefined
    ? "El servidor no puede atender esto ahora"
    : error.message;
  return { status: statusOf(error), message, issues, headers: {} };
}

/** A refusal that no operation made: of a path or a method. */
export function problemAnswer(
  status: number,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(problemDetails(status, detail)), {
    status,
    headers: { ...HEADERS, "content-type": "application/problem+json", ...headers },
  });
}
