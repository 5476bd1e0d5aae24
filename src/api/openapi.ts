// The OpenAPI 3.1 description of what is served, made from the same table as the reference page.

import { dumpPaths } from "./openapi_dump.ts";
import { FRESHNESS_ANSWER } from "./openapi_freshness.ts";
import { listingPaths } from "./openapi_listings.ts";
import { queryParam } from "./openapi_param.ts";
import { pricePaths } from "./openapi_prices.ts";
import { searchPaths } from "./openapi_search.ts";
import { SERIES_PARAMS } from "./params.ts";
import { XLSX } from "./series_workbook.ts";

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

const VALIDATE_REQUEST = {
  type: "object",
  required: ["catalog_url", "distribution_id"],
  properties: {
    catalog_url: { type: "string", format: "uri", description: "Dirección http o https del catálogo." },
    distribution_id: { type: "string" },
    catalog_format: { enum: ["json", "xlsx"], description: "Se reconoce por el contenido si no está." },
  },
} as const;

const VALIDATE_EXAMPLE = {
  catalog_url: "https://example.org/data.json",
  distribution_id: "1.1",
} as const;

const VALIDATE_ANSWER = {
  type: "object",
  required: ["catalog_url", "distribution_id", "found_issues", "detail"],
  properties: {
    catalog_url: { type: "string" },
    distribution_id: { type: "string" },
    found_issues: { type: "integer", description: "Cantidad de mensajes; 0 si se puede cosechar." },
    detail: { type: "array", items: { type: "string" } },
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

const plain = (
  operationId: string,
  summary: string,
  contentType: string,
  schema: unknown,
  unavailable = false,
) => ({
  get: {
    operationId,
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
        "Series de tiempo de catálogos abiertos y precios de mercados. Los datos llevan ETag y se pueden guardar en caché.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: origin }],
    // Nothing here asks who the reader is.
    security: [],
    paths: {
      "/series/api/series/": {
        get: {
          operationId: "series",
          summary: "Datos y metadatos de 1 a 40 series",
          parameters: SERIES_PARAMS.map((param) => queryParam(param, param.required)),
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
                [XLSX]: { schema: { type: "string", format: "binary" } },
              },
            },
            304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
            400: answer("Parámetros inválidos", "application/json", ERROR_ANSWER),
            503: answer("Todavía no hay datos publicados", "application/json", ERROR_ANSWER),
          },
        },
      },
      ...searchPaths(answer, ERROR_ANSWER),
      ...dumpPaths(answer, PROBLEM),
      ...listingPaths(answer, PROBLEM),
      ...pricePaths(answer, PROBLEM),
      "/api/freshness": {
        get: {
          operationId: "freshness",
          summary: "Cuán atrasados están los catálogos y sus responsables",
          responses: {
            200: {
              ...answer("Cuentas del día", "application/json", FRESHNESS_ANSWER),
              headers: {
                ETag: { schema: { type: "string" }, description: "De la última cosecha y del día" },
              },
            },
            304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
            503: answer("Todavía no hay cosechas publicadas", "application/problem+json", PROBLEM),
          },
        },
      },
      "/series/api/validate/": {
        post: {
          operationId: "validate",
          summary: "Qué impide cosechar una distribución de un catálogo",
          requestBody: {
            required: true,
            content: { "application/json": { schema: VALIDATE_REQUEST, example: VALIDATE_EXAMPLE } },
          },
          responses: {
            200: answer("Los mensajes de los controles que fallan", "application/json", VALIDATE_ANSWER),
            400: answer("El cuerpo no es JSON, o le falta una clave", "text/plain", { type: "string" }),
            413: answer("El cuerpo es demasiado grande", "application/problem+json", PROBLEM),
            503: answer(
              "Hay demasiadas validaciones en curso, o este servidor no valida",
              "application/problem+json",
              PROBLEM,
            ),
          },
        },
      },
      "/healthz": plain("healthz", "El proceso responde", "text/plain", { type: "string" }),
      "/readyz": plain("readyz", "Hay datos publicados", "application/json", { type: "object" }, true),
      "/version": plain("version", "Versión del programa", "application/json", { type: "object" }),
      "/openapi.json": plain("openapi", "Esta descripción", "application/json", { type: "object" }),
    },
  };
}
