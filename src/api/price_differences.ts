// What a client of the replaced price API may notice, as the reference page lists it.

import type { Difference } from "./differences.ts";

export const PRICE_DIFFERENCES: readonly Difference[] = [
  {
    name: "price-repeated",
    outcome: "corrected",
    before: [
      "Un precio que volvía borraba el anterior igual: el pasado cambiaba y los promedios eran de precios distintos.",
      "A price that came back erased the earlier one that was equal: the past changed and means were of distinct prices.",
    ],
    now: ["Cada observación se guarda.", "Every observation is kept."],
  },
  {
    name: "price-bounds",
    outcome: "corrected",
    before: [
      "En `/api/ticker-list/`, `since` o `until` inválidos respondían 408, y `since=(1` excluía el extremo.",
      "In `/api/ticker-list/`, an invalid `since` or `until` answered 408, and `since=(1` left the end out.",
    ],
    now: ["Responden 400 con `error`.", "They answer 400 with `error`."],
  },
  {
    name: "price-page-size",
    outcome: "corrected",
    before: [
      "`page_size` cero, con letras o con decimales respondía 500, vacío también, y no tenía máximo.",
      "A `page_size` of zero, with letters or decimals answered 500, an empty one too, and there was no maximum.",
    ],
    now: [
      "Responde 400; vacío vale 10, y más de 10000 se toman como 10000.",
      "It answers 400; an empty one is 10, and more than 10,000 are taken for 10,000.",
    ],
  },
  {
    name: "price-order",
    outcome: "corrected",
    before: [
      "Los precios de un mismo segundo iban en orden alfabético.",
      "Prices of the same second came in alphabetical order.",
    ],
    now: ["Van en el orden en que se observaron.", "They come in the order in which they were observed."],
  },
  {
    name: "price-store-down",
    outcome: "corrected",
    before: [
      "Sin almacén respondía 400 o 408 con la máquina y el puerto.",
      "Without its store it answered 400 or 408 with host and port.",
    ],
    now: [
      "Responde lo último publicado; si nunca hubo, 503 con `Retry-After`.",
      "It answers what was published last; where there never was any, 503 with `Retry-After`.",
    ],
  },
  {
    name: "price-nan",
    outcome: "corrected",
    before: [
      "Un `NaN` del mercado se guardaba, y todo lo que lo abarcaba respondía 500.",
      "A `NaN` of the market was kept, and all that covered it answered 500.",
    ],
    now: ["Sólo se aceptan precios finitos y positivos.", "Only finite prices above zero are accepted."],
  },
  {
    name: "price-cors",
    outcome: "changed",
    before: ["Sólo se podía llamar desde un origen.", "It could be called from one origin alone."],
    now: ["Se puede llamar desde cualquiera.", "It may be called from any."],
  },
  {
    name: "price-browsable",
    outcome: "absent",
    before: [
      "Con `Accept: text/html` respondía una página navegable.",
      "With `Accept: text/html` it answered a browsable page.",
    ],
    now: ["Responde siempre JSON.", "It always answers JSON."],
  },
];
