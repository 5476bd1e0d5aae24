// The OpenAPI 3.1 description of /api/ops, out of the rows.

import * as z from "zod";
import type { AnyOperation } from "./operation.ts";

const PROBLEM = {
  type: "object",
  required: ["title", "status", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    issues: {
      type: "array",
      description: "Qué está mal y dónde: un parámetro, o un puntero JSON al cuerpo.",
      items: {
        type: "object",
        required: ["message"],
        properties: { message: { type: "string" }, path: { type: "string" } },
      },
    },
  },
} as const;

const REFUSALS: Readonly<Record<number, string>> = {
  400: "Pedido inválido",
  401: "Falta identificarse",
  403: "El rol no alcanza, o el pedido viene de otro sitio",
  404: "No existe",
  409: "Otra persona lo cambió mientras tanto, o no se puede en este estado",
  413: "El cuerpo es demasiado grande",
  415: "El cuerpo debe ser JSON",
  429: "Demasiados intentos fallidos",
  503: "No disponible por ahora",
};

const CSRF_PARAMETER = {
  name: "X-CSRF-Token",
  in: "header",
  required: false,
  description: "Obligatorio con sesión: el de GET /api/ops/session. Con HTTP Basic no hace falta.",
  schema: { type: "string" },
} as const;

/** The description, for a server of that version; `base` is where its rows are. */
export function opsOpenApi<Context>(
  version: string,
  base: string,
  operations: readonly AnyOperation<Context>[],
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = base + operation.path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}");
    (paths[path] ??= {})[operation.method] = described(operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Caudal: API de operación",
      version,
      description: "Lo que hace quien opera: nodos, cosechas, programación, ajustes y cuentas. " +
        "Roles: viewer mira, operator además cambia y ejecuta, admin además maneja cuentas.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([status, description]) => [status, {
          description,
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        }]),
      ),
      securitySchemes: {
        basic: { type: "http", scheme: "basic" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-caudal",
          description: 'La abre POST /api/ops/session; sin https se llama "caudal".',
        },
      },
    },
  };
}

function described<Context>(operation: AnyOperation<Context>): object {
  const { id, method, path, role, summary, query, body, answer } = operation;
  const isOpen = role === "anyone";
  const changes = method !== "get";
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
    ...(query ? queryParameters(query) : []),
    ...(changes && !isOpen ? [CSRF_PARAMETER] : []),
  ];
  const refusals = [
    400,
    ...(isOpen ? [] : [401]),
    ...(changes || !isOpen ? [403] : []),
    ...(parameters.some((one) => one.in === "path") ? [404] : []),
    ...(changes ? [409] : []),
    ...(body ? [413] : []),
    ...(body && body !== "text" ? [415] : []),
    429,
    503,
  ];
  return {
    operationId: id,
    summary,
    description: isOpen ? "No pide cuenta." : `Rol mínimo: ${role}.`,
    tags: [id.split(".")[0]],
    security: isOpen ? [] : [{ basic: [] }, { session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body &&
      {
        requestBody: { required: true, content: contentOf(body === "text" ? "text/plain" : body, "input") },
      }),
    responses: {
      ...(answer
        ? { 200: { description: "Hecho", content: contentOf(answer, "output") } }
        : { 204: { description: "Hecho" } }),
      ...Object.fromEntries(refusals.map((status) => [status, { $ref: `#/components/responses/${status}` }])),
    },
  };
}

function contentOf(schema: z.ZodType | string, io: "input" | "output"): object {
  return typeof schema === "string"
    ? { [schema]: { schema: { type: "string" } } }
    : { "application/json": { schema: jsonSchema(schema, io) } };
}

function queryParameters(
  query: z.ZodType,
): { name: string; in: string; required: boolean; schema: object }[] {
  const { properties = {}, required = [] } = jsonSchema(query, "input") as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // A calendar as a regular expression says nothing to people.
      if (jsonSchema.format?.startsWith("date") || jsonSchema.format === "email") delete jsonSchema.pattern;
    },
  });
  return described;
}
