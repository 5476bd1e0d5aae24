// The public listings in the OpenAPI description.

import { DISTRIBUTION_COLUMNS } from "../core/listing.ts";

type Answer = (description: string, contentType: string, schema: unknown) => object;

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const TEXT = { type: "string" } as const;
const FILE = { type: "string", format: "binary" } as const;
const CATALOG = {
  name: "catalog",
  in: "path",
  required: true,
  description: "Identificador del catálogo",
  schema: TEXT,
  example: "smn",
} as const;

/** Tables by name, with what their rows are. */
const TABLES = {
  nodes: "Nodos de la red, con columnas en inglés",
  nodos: "Nodos de la red, con columnas en castellano",
  distribuciones: `Distribuciones de todos los catálogos: ${DISTRIBUTION_COLUMNS.join(", ")}`,
} as const;

/** Paths of the listings, with the words that every description shares. */
export function listingPaths(answer: Answer, problem: unknown): Record<string, object> {
  const get = (
    operationId: string,
    summary: string,
    contentType: string,
    schema: object,
    more: { readonly parameters?: readonly object[]; readonly responses?: object } = {},
  ) => ({
    get: {
      operationId,
      summary,
      ...(more.parameters && { parameters: more.parameters }),
      responses: {
        200: answer("El listado", contentType, schema),
        304: { description: "La copia del cliente (If-None-Match) sigue vigente" },
        ...more.responses,
        503: answer("Todavía no se publicó", "application/problem+json", problem),
      },
    },
  });
  const ofCatalog = {
    parameters: [CATALOG],
    responses: { 400: answer("Ese catálogo no se leyó nunca", "text/plain", TEXT) },
  };
  return {
    "/nodes.json": get(
      "nodes",
      "Metadatos de la red y sus nodos, por jurisdicción",
      "application/json",
      { type: "object" },
    ),
    ...Object.fromEntries(
      Object.entries(TABLES).flatMap(([name, summary]) => [
        [`/${name}.csv`, get(`${name}_csv`, summary, "text/csv", TEXT)],
        [`/${name}.xlsx`, get(`${name}_xlsx`, summary, XLSX, FILE)],
      ]),
    ),
    "/catalog/{catalog}/data.json": get(
      "catalog_json",
      "Un catálogo como se leyó por última vez",
      "application/json",
      { type: "object" },
      ofCatalog,
    ),
    "/catalog/{catalog}/catalog.xlsx": get(
      "catalog_xlsx",
      "El mismo catálogo, en la plantilla oficial de Excel",
      XLSX,
      FILE,
      ofCatalog,
    ),
  };
}
