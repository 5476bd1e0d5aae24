// The words of the page of prices, each in Spanish and English.

import type { Bilingual } from "./text.ts";

export const PRICES_PAGE = {
  title: ["Precios", "Prices"],
  description: ["Precios de mercados a medida que se observan", "Prices of markets as they are observed"],
  markets: ["Mercados", "Markets"],
  simulated: [
    "Es una simulación: no es un precio de ningún mercado.",
    "This is a simulation: it is no price of any market.",
  ],
  newest: ["Último precio", "Newest price"],
  none: [
    "Todavía no se observó ningún precio de este mercado.",
    "No price of this market was observed yet.",
  ],
  noneYet: [
    "Todavía no hay precios publicados: los observa el proceso que se inicia con `start` o con `worker`.",
    "No prices are published yet: the process that `start` or `worker` begins observes them.",
  ],
  absent: ["No hay ningún mercado con ese nombre", "There is no market of that name"],
  asked: ["Se pidió", "Asked for"],
  failing: [
    "El mercado no responde. Se lo sigue consultando; último intento:",
    "The market does not answer. It is still asked; last attempt:",
  ],
  chart: ["El último día", "The last day"],
  lineOf: ["Línea del precio de las últimas 24 horas", "Line of the price of the last 24 hours"],
  from: ["De", "From"],
  to: ["a", "to"],
  least: ["mínimo", "least"],
  most: ["máximo", "most"],
  hours: ["Por hora, las más nuevas primero", "By hour, newest first"],
  hour: ["Hora", "Hour"],
  open: ["Apertura", "Open"],
  high: ["Máximo", "High"],
  low: ["Mínimo", "Low"],
  close: ["Cierre", "Close"],
  count: ["Precios", "Prices"],
  request: ["Lo mismo para programas", "The same for programs"],
} as const satisfies Record<string, Bilingual>;
