// The row of the audit: what people did, the newest first.

import * as z from "zod";
import type { Trail } from "../core/records.ts";
import { HOWS, readAudit } from "../operation/audit.ts";
import type { Operation } from "./operation.ts";

type AuditContext = { readonly trail: Trail };

const MOST_ENTRIES = 500;

const AUDIT_ANSWER = z.object({
  entries: z.array(z.object({
    id: z.int(),
    account: z.string().describe('Cuenta; "-" cuando no se sabe cuál'),
    at: z.iso.datetime(),
    operation: z.string(),
    address: z.string(),
    how: z.enum(HOWS),
    params: z.record(z.string(), z.string()).optional(),
    query: z.unknown().optional(),
    body: z.unknown().optional().describe("Lo enviado, sin secretos; de lo muy grande, tamaño y SHA-256"),
    status: z.int().describe("Estado HTTP de la respuesta"),
    problem: z.string().optional(),
  })),
  next: z.int().optional().describe("`before` de la página siguiente; no está en la última"),
});

export const AUDIT_OPERATIONS: readonly Operation<AuditContext>[] = [
  {
    id: "audit.list",
    method: "get",
    path: "/audit",
    role: "admin",
    summary: "Quién cambió qué, o lo intentó, del más nuevo al más viejo",
    query: z.strictObject({
      account: z.string().optional().describe("Sólo lo de esa cuenta"),
      before: z.coerce.number().int().min(1).optional().describe("Sólo lo anterior a esa entrada"),
      limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).default(50).describe("Entradas por página"),
    }),
    answer: AUDIT_ANSWER,
    run: async ({ trail }, { query }): Promise<z.infer<typeof AUDIT_ANSWER>> => {
      const { entries, next } = await readAudit(trail, query);
      return {
        entries: entries.map(({ params, ...entry }) => ({
          ...entry,
          ...(params && { params: { ...params } }),
        })),
        ...(next !== undefined && { next }),
      };
    },
  },
];
