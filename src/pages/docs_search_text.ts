// The words of the reference page on the search, each in Spanish and English.

import { SEARCH_LIMITS } from "../core/search.ts";
import type { Bilingual } from "./text.ts";

export const SEARCH_TEXT = {
  lead: [
    "`GET /series/api/search/` encuentra series por las palabras de su descripción y del título, la fuente y la descripción de su conjunto de datos, y por filtros exactos. `/api/search/` es la misma ruta; con barra final o sin ella.",
    "`GET /series/api/search/` finds series by the words of their description and of the title, source and description of their dataset, and by exact filters. `/api/search/` is the same route; with or without the final slash.",
  ],
  paramsCaption: ["Parámetros de /series/api/search/", "Parameters of /series/api/search/"],
  keysCaption: ["Claves de su respuesta", "Keys of its answer"],
  listsCaption: ["Listas de valores, sin parámetros", "Lists of values, without parameters"],
  list: ["Ruta", "Route"],
  listOf: ["Valores para el filtro", "Values for the filter"],
  errorsCaption: ["Textos de error de la búsqueda", "Error texts of the search"],
} as const satisfies Record<string, Bilingual>;

export const SEARCH_RULES: readonly Bilingual[] = [
  [
    "Alcanza con que una serie tenga una de las palabras; las que tienen más, y menos frecuentes, van primero. Mayúsculas y acentos no cuentan, la `ñ` vale como `n`, y el orden de las palabras da igual.",
    "One of the words is enough; series that have more of them, and rarer ones, come first. Case and accents do not count, `ñ` counts as `n`, and the order of the words makes no difference.",
  ],
  [
    "Por una palabra que ninguna serie tiene se buscan las de su misma raíz (`exportación` por `exportaciones`) y, si tampoco hay, las que difieren en una letra.",
    "For a word that no series has, those of the same stem are looked for (`exportación` for `exportaciones`) and, where there are none either, those that differ in one letter.",
  ],
  [
    "Las abreviaturas y sus sinónimos valen lo mismo: `IPC` encuentra el índice de precios al consumidor; `PBI`, el producto interno bruto; `EE.UU.`, Estados Unidos. La lista es del operador.",
    "Abbreviations and their synonyms count the same: `IPC` finds the consumer price index (índice de precios al consumidor); `PBI`, the gross domestic product; `EE.UU.`, the United States. The list is the operator's.",
  ],
  [
    `Con ${SEARCH_LIMITS.smallCollection} series o más, lo que apenas coincide queda afuera: hay un puntaje mínimo, que también decide \`count\`.`,
    `With ${SEARCH_LIMITS.smallCollection} series or more, what hardly matches is left out: there is a minimum score, which decides \`count\` too.`,
  ],
  [
    `De \`q\` se leen ${SEARCH_LIMITS.queryCharacters} caracteres y hasta ${SEARCH_LIMITS.queryWords} palabras distintas. Los empates van por identificador, así que las páginas no se superponen.`,
    `Of \`q\`, ${SEARCH_LIMITS.queryCharacters} characters and up to ${SEARCH_LIMITS.queryWords} different words are read. Ties go by identifier, so pages do not overlap.`,
  ],
  [
    "Si el motor de búsqueda del servidor no responde, contesta el índice de la instantánea: la respuesta lleva `Search-Fallback: snapshot` y `/readyz` lo dice en `search`, con 200. Se vuelve solo al motor.",
    "When the server's search engine does not answer, the snapshot's own index does: the answer has `Search-Fallback: snapshot` and `/readyz` says so in `search`, with 200. It goes back to the engine by itself.",
  ],
];

export const SEARCH_KEYS: readonly { readonly key: string; readonly meaning: Bilingual }[] = [
  {
    key: "data[].field",
    meaning: [
      "La serie: `id`, `description`, `title`, `frequency` (ISO 8601), `time_index_start`, `time_index_end`, `units` y `hits_90_days`, un número. Lo que falta es `null`.",
      "The series: `id`, `description`, `title`, `frequency` (ISO 8601), `time_index_start`, `time_index_end`, `units` and `hits_90_days`, a number. What is missing is `null`.",
    ],
  },
  {
    key: "data[].dataset",
    meaning: [
      "Su conjunto de datos: `title`, `publisher.name`, `source` y `theme`, el nombre de su primer tema.",
      "Its dataset: `title`, `publisher.name`, `source` and `theme`, the name of its first theme.",
    ],
  },
  {
    key: "count, limit, start",
    meaning: [
      "Cuántas series coinciden en total, y la página que se pidió.",
      "How many series match in all, and the page that was asked for.",
    ],
  },
  {
    key: "aggregations",
    meaning: [
      `Con \`aggregations\`: por \`dataset_theme\`, \`units\`, \`dataset_publisher_name\`, \`dataset_source\` y \`catalog_id\`, hasta ${SEARCH_LIMITS.facetValues} pares \`label\` y \`series_count\` sobre todo lo que coincide, los más frecuentes primero.`,
      `With \`aggregations\`: by \`dataset_theme\`, \`units\`, \`dataset_publisher_name\`, \`dataset_source\` and \`catalog_id\`, up to ${SEARCH_LIMITS.facetValues} pairs of \`label\` and \`series_count\` over all that matches, the most frequent first.`,
    ],
  },
];
