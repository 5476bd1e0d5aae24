// `POST /validate`: judges one distribution of a catalog by address, for publishers. The judging is a function
// that the server is given; here are the request, the answers, and how many may be judged at once.

import type { Hono } from "hono";
import { isJsonObject, type Json } from "../core/json.ts";
import { type Validate, VALIDATION } from "../core/validate.ts";
import { COMMON_HEADERS, problemJson } from "./problems.ts";

type ValidateContext = {
  /** Absent where sources cannot be read, as at the edge. */
  readonly validate?: Validate;
  readonly onError?: (error: unknown, path: string) => void;
};

export const VALIDATE_PATHS = [
  "/series/api/validate/",
  "/series/api/validate",
  "/api/validate/",
  "/api/validate",
] as const;

export const CAPACITY = {
  /** Validations that run; each may hold two files in memory. */
  atOnce: 2,
  /** Requests that wait for one of them to end; more are turned away. */
  waiting: 8,
  /** Longest wait. */
  waitMs: 20_000,
};

/** Adds the route. Paths answer every method, so it comes after the common answer to OPTIONS. */
export function validateRoutes(app: Hono, context: ValidateContext, capacity = CAPACITY): void {
  const { validate, onError } = context;
  const gate = gateOf(capacity);

  async function answer(request: Request, path: string): Promise<Response> {
    const text = await bodyOf(request);
    if (text === undefined) {
      return problemJson(413, `El pedido supera el límite de ${VALIDATION.bodyBytes / 1024} kB`);
    }
    let body: Json;
    try {
      body = JSON.parse(text);
    } catch {
      return plainText(400, "Error leyendo la data del request");
    }
    const { catalog_url: url, distribution_id: id, catalog_format: format } = isJsonObject(body) ? body : {};
    if (!isFilled(url) || !(isFilled(id) || typeof id === "number")) {
      return plainText(400, "catalog_url y distribution_id son parametros obligatorios");
    }
    if (!validate) {
      // Not for now but for ever: nobody should try again.
      const refusal = problemJson(503, "Este servidor no valida catálogos: no lee fuentes de la red");
      refusal.headers.delete("retry-after");
      return refusal;
    }
    if (!await gate.enter()) {
      const detail = "Hay demasiadas validaciones en curso. Reintente en unos segundos";
      return problemJson(503, detail, { "retry-after": "15" });
    }
    let detail: readonly string[];
    try {
      const isGiven = format !== undefined && format !== null && format !== "";
      detail = await validate({
        catalogUrl: url.trim(),
        distributionId: String(id).trim(),
        ...(isGiven && { catalogFormat: typeof format === "string" ? format : JSON.stringify(format) }),
      });
    } catch (error) {
      onError?.(error, path);
      detail = ["Error interno"];
    } finally {
      gate.leave();
    }
    const verdict = { catalog_url: url, distribution_id: id, found_issues: detail.length, detail };
    return new Response(JSON.stringify(verdict, null, 4), {
      headers: { ...COMMON_HEADERS, "content-type": "application/json", "cache-control": "no-store" },
    });
  }

  for (const path of VALIDATE_PATHS) {
    app.all(
      path,
      ({ req }) =>
        req.method === "POST"
          ? answer(req.raw, path)
          : problemJson(405, `${req.method} no se admite en ${path}`, { allow: "POST, OPTIONS" }),
    );
  }
}

const isFilled = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

function plainText(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { ...COMMON_HEADERS, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}

/** The body as text, whatever its encoding says; undefined where it is larger than a request may be. */
async function bodyOf(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > VALIDATION.bodyBytes) {
    await request.body?.cancel();
    return undefined;
  }
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > VALIDATION.bodyBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Lets so many in at once and keeps so many waiting, in order, for so long. */
function gateOf({ atOnce, waiting, waitMs }: typeof CAPACITY) {
  let inside = 0;
  const queue: (() => void)[] = [];
  return {
    /** Whether it was let in; who was must leave. */
    enter(): Promise<boolean> {
      if (inside < atOnce) {
        inside++;
        return Promise.resolve(true);
      }
      if (queue.length >= waiting) return Promise.resolve(false);
      return new Promise((resolve) => {
        const turn = () => {
          clearTimeout(timer);
          resolve(true);
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(turn), 1);
          resolve(false);
        }, waitMs);
        queue.push(turn);
      });
    },
    leave(): void {
      const next = queue.shift();
      if (next) next();
      else inside--;
    },
  };
}
