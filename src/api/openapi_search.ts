// The search in the OpenAPI description.

import { FACETS } from "../core/search.ts";
import { queryParam } from "./openapi_param.ts";
import { SEARCH_PARAMS } from "./params.ts";
import { FACET_LISTS, FALLBACK_HEADER } from "./search.ts";

const text = { type: ["string", "null"] } as const;

const SEARCH_ANSWER = {
  type: "object",
  required: ["data", "count", "limit", "start"],
  properties: {
    data: {
      type: "array",
      items: {
        type: "object",
        properties: {
          field: {
            type: "object",
            properties: {
              id: { type: "string" },
              description: text,
              title: text,
              frequency: text,
              time_index_start: { ...text, format: "date" },
              time_index_end: { ...text, format: "date" },
              units: text,
              hits_90_days: { type: "number" },
            },
          },
          dataset: {
            type: "object",
            properties: {
              title: text,
              publisher: { type: "object", properties: { name: text } },
              source: text,
              theme: text,
            },
          },
        },
      },
    },
    count: { type: "integer", description: "Series que coinciden, sin paginar." },
    limit: { type: "integer" },
    start: { type: "integer" },
    aggregations: {
      type: "object",
      description: "Recuentos sobre todo lo que coincide; sólo con el parámetro aggregations.",
      properties: Object.fromEntries(FACETS.map((facet) => [facet, {
        type: "array",
        items: {
          type: "object",
          properties: { label: { type: "string" }, series_count: { type: "integer" } },
        },
      }])),
    },
  },
} as const;

const LIST_ANSWER = {
  type: "object",
  properties: { data: { type: "array", items: { type: "string" } } },
} as const;

const FALLBACK = {
  [FALLBACK_HEADER]: {
    description:
      "Sólo cuando el motor de búsqueda no responde y contesta el índice de la instantánea (snapshot): lo mismo, con puntajes que pueden diferir apenas.",
    schema: { type: "string", const: "snapshot" },
  },
} as const;

type Answer = (description: string, contentType: string, schema: unknown) => object;

/** Paths of the search and its lists, with the words that every description shares. */
export function searchPaths(answer: Answer, errors: unknown): Record<string, object> {
  const common = {
    304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
    503: answer("Todavía no hay datos publicados", "application/json", errors),
  };
  const lists = Object.entries(FACET_LISTS).map(([name, facet]) => [`/series/api/search/${name}/`, {
    get: {
      operationId: `search_${name}`,
      summary: `Valores de ${facet}, los más frecuentes primero`,
      responses: {
        200: { ...answer("Los valores", "application/json", LIST_ANSWER), headers: FALLBACK },
        ...common,
      },
    },
  }]);
  return {
    "/series/api/search/": {
      get: {
        operationId: "search",
        summary: "Series por sus palabras y por filtros",
        parameters: SEARCH_PARAMS.map((param) => queryParam(param)),
        responses: {
          200: { ...answer("La página pedida", "application/json", SEARCH_ANSWER), headers: FALLBACK },
          400: answer("Parámetros inválidos", "application/json", errors),
          ...common,
        },
      },
    },
    ...Object.fromEntries(lists),
  };
}
