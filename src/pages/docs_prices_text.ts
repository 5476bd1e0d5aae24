// The words of the reference page on prices, each in Spanish and English. Routes and parameters come from a table.

import type { Bilingual } from "./text.ts";

export const PRICES_TEXT = {
  lead: [
    "Precios de mercados, observados cada pocos segundos. Las cuatro primeras rutas responden como el sistema que reemplazan; sin barra final redirigen (301). La página `/precios` muestra el último día.",
    "Prices of markets, observed every few seconds. The first four routes answer as the system they replace; without the final slash they redirect (301). The page `/precios` shows the last day.",
  ],
  routesCaption: ["Rutas", "Routes"],
  route: ["Ruta", "Route"],
  params: ["Parámetros", "Parameters"],
  paramsCaption: ["Parámetros de los precios", "Parameters of prices"],
} as const satisfies Record<string, Bilingual>;

export const PRICES_RULES: readonly Bilingual[] = [
  [
    "Cada precio se guarda con todos sus decimales, y sumas y promedios son exactos; recién la respuesta se redondea, con las mitades al par (0.125 es 0.12).",
    "Every price is kept with all its decimals, and sums and means are exact; only the answer is rounded, halves to even (0.125 is 0.12).",
  ],
  [
    "Un promedio sin precios es `0.0`, no un error. De un parámetro repetido vale el último; los desconocidos se ignoran.",
    "A mean of no prices is `0.0`, not an error. Of a repeated parameter the last one counts; unknown ones are ignored.",
  ],
  [
    'Un pedido inválido responde 400 con `{"error": "…"}`; una página que no existe, 404 con `{"detail": "Invalid page."}`.',
    'An invalid request answers 400 with `{"error": "…"}`; a page that does not exist, 404 with `{"detail": "Invalid page."}`.',
  ],
  [
    "Un rango que terminó hace más de un período no cambia más: se puede guardar para siempre (`immutable`). Lo demás vale 5 segundos. Todo lleva ETag.",
    "A range that ended more than a period ago does not change any more: it may be kept for ever (`immutable`). The rest holds for 5 seconds. All have an ETag.",
  ],
  [
    "Donde se dejaron de guardar los precios uno por uno, la lista muestra el último de cada minuto; promedios y estadísticas siguen contándolos a todos.",
    "Where prices are no longer kept one by one, the list shows the last of each minute; means and statistics go on counting all of them.",
  ],
  [
    "Cada evento de `/api/ticker-stream/` tiene `id` y `data` con `timestamp` y `price`. Al conectarse llega el último precio; con `Last-Event-ID`, los que faltan.",
    "Each event of `/api/ticker-stream/` has `id` and `data` with `timestamp` and `price`. On connecting the newest price comes; with `Last-Event-ID`, those that are missing.",
  ],
];
