// The OpenAPI 3.1 description of what is served, made from the same table as the reference page.

import { SERIES_PARAMS } from "./params.ts";

const SERIES_ANSWER = {
  type: "object",
  required: ["count", "params"],
  properties: {
    data: {
      type: "array",
      description: "Filas [fecha, valor, …]; ausente con metadata=only.",
      items: {
        type: "array",
        prefixItems: [{ type: "string", format: "date" }],
        items: { type: ["number", "null"] },
      },
    },
    count: {
      type: "integer",
      description: "Períodos de la serie más larga dentro del filtro de fechas, sin paginar.",
    },
    meta: {
      type: "array",
      description: "El índice y cada columna; ausente con metadata=none.",
      items: { type: "object" },
    },
    params: {
      type: "object",
      description: "Los parámetros recibidos y los identificadores de cada columna.",
    },
  },
} as const;

const ERROR_ANSWER = {
  type: "object",
  required: ["errors"],
  properties: {
    errors: {
      type: "array",
      items: { oneOf: [{ type: "object", properties: { error: { type: "string" } } }, { type: "string" }] },
    },
    failed_series: { type: "array", items: { type: "string" } },
  },
} as const;

const PROBLEM = {
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
  },
} as const;

const answer = (description: string, contentType: string, schema: unknown) => ({
  description,
  content: { [contentType]: { schema } },
});

const plain = (summary: string, contentType: string, schema: unknown, unavailable = false) => ({
  get: {
    summary,
    responses: {
      200: answer("Respuesta", contentType, schema),
      ...(unavailable &&
        { 503: answer("Todavía no hay datos publicados", "application/problem+json", PROBLEM) }),
    },
  },
});

/** The description, for a server at `origin`. */
export function openApi(version: string, origin: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Caudal: API de series de tiempo",
      version,
      description:
        "Series de tiempo de catálogos abiertos. Toda respuesta lleva ETag y se puede guardar en caché.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: origin }],
    paths: {
      "/series/api/series/": {
        get: {
          operationId: "series",
          summary: "Datos y metadatos de 1 a 40 series",
          parameters: SERIES_PARAMS.map(({ name, description, required, schema, example }) => ({
            name,
            in: "query",
            description: description[0],
            required: required ?? false,
            schema,
            ...(example !== undefined && { example }),
          })),
          responses: {
            200: {
              description: "Las filas pedidas",
              headers: {
                ETag: { schema: { type: "string" }, description: "Versión de la respuesta" },
                "Last-Modified": { schema: { type: "string" } },
                "Cache-Control": { schema: { type: "string" } },
              },
              content: {
                "application/json": { schema: SERIES_ANSWER },
                "text/csv": { schema: { type: "string" } },
              },
            },
            304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
            400: answer("Parámetros inválidos", "application/json", ERROR_ANSWER),
            503: answer("Todavía no hay datos publicados", "application/json", ERROR_ANSWER),
          },
        },
      },
      "/healthz": plain("El proceso responde", "text/plain", { type: "string" }),
      "/readyz": plain("Hay datos publicados", "application/json", { type: "object" }, true),
      "/version": plain("Versión del programa", "application/json", { type: "object" }),
      "/openapi.json": plain("Esta descripción", "application/json", { type: "object" }),
    },
  };
}
