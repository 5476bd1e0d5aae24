// The price routes and their parameters, as the reference page and OpenAPI tell them: Spanish, English.

import { BUCKETS, MOST_BUCKETS } from "./price_stats.ts";

type Text = readonly [string, string];

export type PriceParam = {
  readonly name: string;
  readonly description: Text;
  readonly schema: {
    readonly type: string;
    readonly enum?: readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly default?: string | number;
  };
  readonly example?: string;
};

const SINCE: PriceParam = {
  name: "since",
  description: [
    "Desde qué instante, en segundos Unix, inclusive. Admite signo, fracción, exponente, `inf` y guiones bajos entre dígitos.",
    "From which instant on, in Unix seconds, included. Takes a sign, a fraction, an exponent, `inf` and underscores between digits.",
  ],
  schema: { type: "string" },
  example: "1717135270",
};
const UNTIL: PriceParam = {
  name: "until",
  description: [
    "Hasta qué instante, en segundos Unix, inclusive; con la misma sintaxis.",
    "Up to which instant, in Unix seconds, included; in the same syntax.",
  ],
  schema: { type: "string" },
  example: "1717138870",
};
const MARKET: PriceParam = {
  name: "market",
  description: [
    "Nombre del mercado, como lo dice `/api/prices/status`. Sin él, bitcoin en pesos (`btcars`), o el primero que no sea una simulación.",
    "Name of the market, as `/api/prices/status` tells it. Without it, bitcoin in pesos (`btcars`), or the first that is no simulation.",
  ],
  schema: { type: "string" },
  example: "btcars",
};

export const PRICE_PARAMS: readonly PriceParam[] = [
  SINCE,
  UNTIL,
  {
    name: "page",
    description: [
      "Página desde 1, o `last` para la última; fuera de rango es 404.",
      "Page from 1 on, or `last` for the last one; out of range is a 404.",
    ],
    schema: { type: "string", default: "1" },
  },
  {
    name: "page_size",
    description: [
      "Precios por página; más de 10000 se toman como 10000.",
      "Prices a page; more than 10,000 are taken for 10,000.",
    ],
    schema: { type: "integer", minimum: 1, maximum: 10_000, default: 10 },
  },
  {
    name: "timestamp",
    description: [
      "Segundo Unix del que se quiere el precio; sin ninguno en ese segundo es `null`.",
      "Unix second whose price is wanted; without any in that second it is `null`.",
    ],
    schema: { type: "string" },
    example: "1717135270",
  },
  {
    name: "bucket",
    description: [
      `Ancho de cada intervalo; los días son de Buenos Aires. Hasta ${MOST_BUCKETS} intervalos por respuesta; sin \`since\`, los últimos ${BUCKETS.minute.usual} minutos, ${BUCKETS.hour.usual} horas o ${BUCKETS.day.usual} días.`,
      `Width of each bucket; days are those of Buenos Aires. Up to ${MOST_BUCKETS} buckets an answer; without \`since\`, the last ${BUCKETS.minute.usual} minutes, ${BUCKETS.hour.usual} hours or ${BUCKETS.day.usual} days.`,
    ],
    schema: { type: "string", enum: Object.keys(BUCKETS), default: "hour" },
  },
  MARKET,
];

export type PriceRoute = {
  readonly path: string;
  readonly operationId: string;
  readonly summary: Text;
  readonly params: readonly string[];
  /** Those without which it is refused. */
  readonly required?: readonly string[];
};

export const PRICE_ROUTES: readonly PriceRoute[] = [
  {
    path: "/api/average-price/",
    operationId: "average_price",
    summary: [
      "Promedio de los precios de un rango, con 2 decimales",
      "Mean of the prices of a range, to 2 decimals",
    ],
    params: ["since", "until", "market"],
    required: ["since", "until"],
  },
  {
    path: "/api/ticker-average-price/",
    operationId: "ticker_average_price",
    summary: ["Lo mismo, por su otro nombre", "The same, by its other name"],
    params: ["since", "until", "market"],
    required: ["since", "until"],
  },
  {
    path: "/api/ticker-list/",
    operationId: "ticker_list",
    summary: ["Los precios de un rango, por páginas", "The prices of a range, by pages"],
    params: ["since", "until", "page", "page_size", "market"],
  },
  {
    path: "/api/ticker-price/",
    operationId: "ticker_price",
    summary: ["El precio de un segundo", "The price of a second"],
    params: ["timestamp", "market"],
    required: ["timestamp"],
  },
  {
    path: "/api/ticker-stats/",
    operationId: "ticker_stats",
    summary: [
      "Apertura, máximo, mínimo, cierre, promedio y cantidad por intervalo",
      "Open, high, low, close, mean and count by bucket",
    ],
    params: ["since", "until", "bucket", "market"],
  },
  {
    path: "/api/ticker-stream/",
    operationId: "ticker_stream",
    summary: [
      "Los precios nuevos a medida que llegan (SSE); `Last-Event-ID` retoma donde quedó. No está en el borde",
      "New prices as they come (SSE); `Last-Event-ID` goes on where it was. Not at the edge",
    ],
    params: ["market"],
  },
  {
    path: "/api/prices/status",
    operationId: "prices_status",
    summary: [
      "Los mercados, cómo va su consulta y cuán viejo es su último precio",
      "The markets, how their polling goes and how old their newest price is",
    ],
    params: [],
  },
];
