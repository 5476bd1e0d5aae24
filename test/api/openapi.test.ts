// The description of the public API as programs read it.

import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { openApi } from "../../src/api/openapi.ts";

type Operation = {
  readonly operationId?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly required?: boolean;
    readonly example?: unknown;
  }[];
};

const description = openApi("1", "http://localhost") as {
  readonly paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
);

describe("openApi", () => {
  test("is valid", async () => {
    const result = await new Validator().validate(structuredClone(description));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test("calls every operation by a name of its own", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("has an example of all that an operation cannot do without", () => {
    const bare = operations.flatMap(({ name, operation }) =>
      (operation.parameters ?? []).filter(({ required, example }) => required && example === undefined)
        .map((parameter) => `${name}: ${parameter.name}`)
    );
    expect(bare).toEqual([]);
  });
});
