// What the audit keeps of what was sent: all but the fields that a schema marks with `.meta({ writeOnly: true })`.

import * as z from "zod";
import { isJsonObject } from "../core/json.ts";
import { tokenDigest } from "../operation/tokens.ts";

/** In place of a secret. */
const HIDDEN = "***";

/** Longer JSON, and files, are kept as their size and digest. */
const LONGEST = 32 * 1024;

type JsonSchema = {
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
};

/** What is kept of a value that `schema` let through. */
export function redactionOf(schema: z.ZodType | "text" | undefined): (value: unknown) => Promise<unknown> {
  if (schema === undefined) return () => Promise.resolve(undefined);
  if (schema === "text") return async (value) => await digested(String(value));
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return async (value) => {
    const kept = without([described], value);
    const text = JSON.stringify(kept) ?? "";
    return text.length > LONGEST ? await digested(text) : kept;
  };
}

async function digested(text: string): Promise<unknown> {
  return { bytes: new TextEncoder().encode(text).length, sha256: await tokenDigest(text) };
}

/** `schemas` are all that may describe the value: one that hides it is enough. */
function without(schemas: readonly JsonSchema[], value: unknown): unknown {
  const all = schemas.flatMap(alternatives);
  if (value !== undefined && all.some(({ writeOnly }) => writeOnly)) return HIDDEN;
  if (Array.isArray(value)) {
    return value.map((one, i) =>
      without(all.flatMap(({ prefixItems, items }) => [prefixItems?.[i], items].filter(isSchema)), one)
    );
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const within = all.flatMap(({ properties, additionalProperties }) =>
        [properties?.[key], additionalProperties].filter(isSchema)
      );
      return [key, without(within, one)];
    }),
  );
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return [schema, ...[...anyOf, ...oneOf, ...allOf].flatMap(alternatives)];
}

function isSchema(value: JsonSchema | boolean | undefined): value is JsonSchema {
  return typeof value === "object";
}
