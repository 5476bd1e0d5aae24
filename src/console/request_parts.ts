// The parts of a request that a row describes, held against its schemas: what is wrong is told with its place.

import * as z from "zod";
import { type Issue, Problem } from "../core/problem.ts";
import { Refusal } from "./refusal.ts";
import type { AnyOperation } from "./operation.ts";

/** Largest bodies, in bytes: of JSON, and of files. */
export const BODY_LIMITS = { json: 1024 * 1024, text: 8 * 1024 * 1024 } as const;

const NO_QUERY = z.strictObject({});
const { localeError } = z.locales.es();

/** Errors: Problem `invalid` that names each parameter. */
export async function readQuery(
  { query = NO_QUERY }: Pick<AnyOperation<never>, "query">,
  url: string,
): Promise<unknown> {
  // The last of a repeated one wins.
  return await checked(
    query,
    Object.fromEntries(new URL(url).searchParams),
    "Los parámetros",
    (path) => path.join("."),
  );
}

/** Errors: Problem `invalid` with a JSON pointer to each place; Refusal 413, 415. */
export async function readBody(
  { body }: Pick<AnyOperation<never>, "body">,
  request: Request,
): Promise<unknown> {
  if (body === undefined) return undefined;
  if (body === "text") return await textOf(request, BODY_LIMITS.text);
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(.+\+)?json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, `El cuerpo debe ser JSON, con Content-Type: application/json, no "${type}"`);
  }
  const text = await textOf(request, BODY_LIMITS.json);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // What the parser says quotes the body, which may hold a password.
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    throw new Problem("invalid", `El cuerpo no es JSON válido${at === undefined ? "" : `: posición ${at}`}`);
  }
  return await checked(body, value, "El cuerpo", pointer);
}

async function checked(
  schema: z.ZodType,
  value: unknown,
  what: string,
  placeOf: (path: readonly PropertyKey[]) => string,
): Promise<unknown> {
  const parsed = await schema.safeParseAsync(value, { error: localeError });
  if (parsed.success) return parsed.data;
  const issues: Issue[] = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: placeOf([...issue.path, key]), message: "no se conoce" }))
      : [{ path: placeOf(issue.path), message: issue.message }]
  );
  const told = issues.slice(0, 5).map(({ path, message }) => path ? `${path}: ${message}` : message);
  const more = issues.length > told.length ? `; y ${issues.length - told.length} más` : "";
  const verb = what.startsWith("Los") ? "no son válidos" : "no es válido";
  throw new Problem("invalid", `${what} ${verb}: ${told.join("; ")}${more}`, issues);
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Errors: Refusal 413 as soon as there is more; Problem `invalid` for bytes that are not UTF-8. */
async function textOf(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Refusal(413, `El cuerpo supera el límite de ${limit / 1024 / 1024} MB`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) {
    await request.body?.cancel();
    throw tooLarge();
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let size = 0;
  let text = "";
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > limit) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new Problem("invalid", "El cuerpo no es texto UTF-8");
    throw error;
  }
}
