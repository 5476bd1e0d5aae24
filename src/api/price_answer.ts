// Answers of the price routes: good ones before they are ones of HTTP, and faults in the replaced system's shape.

import type { Range } from "./price_params.ts";
import { COMMON_HEADERS } from "./problems.ts";

/** An answer of a market's prices, before it is one of HTTP. */
export type PriceAnswer = {
  readonly status: 200 | 400 | 404;
  readonly body: string;
  /** Where a good answer's ticks are from; undefined where it depends on ticks to come. */
  readonly range?: Range;
};

export const invalid = (error: string): PriceAnswer => ({ status: 400, body: JSON.stringify({ error }) });

/** An error in the shape of the price routes. */
export function priceError(status: number, error: string): Response {
  return new Response(JSON.stringify({ error }), {
    status,
    headers: { ...JSON_HEADERS, "cache-control": "no-store", ...(status === 503 && { "retry-after": "5" }) },
  });
}

/** How the replaced system refuses a method. */
export function priceRefusal(method: string): Response {
  return new Response(JSON.stringify({ detail: `Method "${method}" not allowed.` }), {
    status: 405,
    headers: { ...JSON_HEADERS, "cache-control": "no-store", allow: "GET, HEAD, OPTIONS" },
  });
}

export const JSON_HEADERS = { ...COMMON_HEADERS, "content-type": "application/json" };
