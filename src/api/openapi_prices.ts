// The price routes in the OpenAPI description.

import { queryParam } from "./openapi_param.ts";
import { PRICE_PARAMS, PRICE_ROUTES, type PriceRoute } from "./price_docs.ts";

type Answer = (description: string, contentType: string, schema: unknown) => object;

const NUMBER = { type: "number" } as const;
const TICK = {
  type: "object",
  required: ["timestamp", "price"],
  properties: { timestamp: { type: "integer", description: "Segundos Unix." }, price: NUMBER },
} as const;
const LINK = { type: ["string", "null"], format: "uri" } as const;
const MOMENT = { type: ["string", "null"], format: "date-time" } as const;
const MARKET = {
  name: { type: "string" },
  title: { type: "string" },
  currency: { type: "string", description: "ISO 4217." },
  is_real: { type: "boolean", description: "Falso en una simulación, que no es un precio de mercado." },
} as const;

const object = (properties: Record<string, unknown>) => ({
  type: "object",
  required: Object.keys(properties),
  properties,
});

const AVERAGE = object({ average_price: NUMBER });
const ANSWERS: Readonly<Record<string, unknown>> = {
  average_price: AVERAGE,
  ticker_average_price: AVERAGE,
  ticker_list: object({
    count: { type: "integer" },
    next: LINK,
    previous: LINK,
    results: { type: "array", items: TICK },
  }),
  ticker_price: object({ price: { type: ["number", "null"] } }),
  ticker_stats: object({
    market: object(MARKET),
    bucket: { type: "string" },
    data: {
      type: "array",
      items: object({
        timestamp: { type: "integer", description: "Comienzo del intervalo, en segundos Unix." },
        open: NUMBER,
        high: NUMBER,
        low: NUMBER,
        close: NUMBER,
        mean: NUMBER,
        count: { type: "integer" },
      }),
    },
  }),
  prices_status: object({
    published_at: { type: "string", format: "date-time" },
    markets: {
      type: "array",
      items: object({
        ...MARKET,
        source: { type: "string" },
        period_seconds: NUMBER,
        count: { type: "integer" },
        newest: { oneOf: [TICK, { type: "null" }] },
        age_seconds: { type: ["integer", "null"] },
        alarm: {
          type: "boolean",
          description: "El último precio tiene más de 6 períodos, o no hay ninguno.",
        },
        last_success: MOMENT,
        last_error_at: MOMENT,
        last_error: { type: ["string", "null"] },
        consecutive_failures: { type: "integer" },
        rests_until: MOMENT,
      }),
    },
  }),
};

const ERROR = object({ error: { type: "string" } });

/** Paths of the prices, with the words that every description shares. */
export function pricePaths(answer: Answer, problem: unknown): Record<string, object> {
  return Object.fromEntries(
    PRICE_ROUTES.map((route) => [route.path, { get: operation(route, answer, problem) }]),
  );
}

function operation(
  { operationId, summary, params, required }: PriceRoute,
  answer: Answer,
  problem: unknown,
): object {
  const schema = ANSWERS[operationId];
  return {
    operationId,
    summary: summary[0],
    parameters: PRICE_PARAMS.filter(({ name }) => params.includes(name))
      .map((param) => queryParam(param, required?.includes(param.name))),
    responses: {
      200: schema
        ? answer("Respuesta", "application/json", schema)
        : answer("Un evento por precio, hasta que el lector se va", "text/event-stream", { type: "string" }),
      ...(params.length > 1 && {
        304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
        400: answer("Parámetros inválidos", "application/json", ERROR),
      }),
      ...(params.length > 0 &&
        { 404: answer("No hay ese mercado, o esa página", "application/problem+json", problem) }),
      503: answer("No hay precios publicados, o no se pueden leer", "application/json", ERROR),
    },
  };
}
