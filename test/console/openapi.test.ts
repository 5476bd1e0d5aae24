// The description of /api/ops: whole, valid by a validator of other people's, and what the routes do.

import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { ACCESS_OPERATIONS, OPERATIONS, type OperationsContext } from "../../src/console/operations.ts";
import { opsApp } from "./ops_app.ts";

type Described = {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required: boolean }[];
  readonly requestBody?: object;
  readonly responses: Record<string, object>;
};

/** Nothing of these is asked to work: they are described. */
const others = OPERATIONS.filter((row) => !(ACCESS_OPERATIONS as readonly unknown[]).includes(row));
const { ask } = await opsApp(others, {} as OperationsContext);
const response = await ask("GET", "/openapi.json");
const document = await response.json() as { paths: Record<string, Record<string, Described>> };
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation }))
);

describe("GET /openapi.json", () => {
  test("is valid OpenAPI 3.1, and needs no account", async () => {
    expect(response.status).toBe(200);
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  });

  test("is valid by a validator that finds faults", async () => {
    const broken = structuredClone(document) as { info?: unknown };
    delete broken.info;
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  test("has every row and nothing else", () => {
    expect(described.map(({ operationId }) => operationId).sort())
      .toEqual([...OPERATIONS.map(({ id }) => id), "openapi"].sort());
  });

  test("refers to nothing that it has not", () => {
    for (const [, place] of JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)) {
      const found = place!.split("/").slice(1).reduce<unknown>(
        (within, key) => (within as Record<string, unknown> | undefined)?.[key],
        document,
      );
      expect(found, place).toBeDefined();
    }
  });

  test.each(OPERATIONS.map((row) => ({ row, id: row.id })))("describes $id as its row is", ({ row }) => {
    const found = described.find(({ operationId }) => operationId === row.id)!;
    expect(found.path).toBe(`/api/ops${row.path.replace(/:(\w+)/g, "{$1}")}`);
    expect(found.method).toBe(row.method);
    expect(found.summary).toBe(row.summary);
    expect(found.security).toEqual(row.role === "anyone" ? [] : [{ basic: [] }, { session: [] }]);
    expect(found.parameters?.filter((one) => one.in === "path").map(({ name }) => name) ?? [])
      .toEqual([...row.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    expect(found.requestBody !== undefined).toBe(row.body !== undefined);
    expect(Object.keys(found.responses).filter((status) => status < "300")).toEqual([
      row.answer ? "200" : "204",
    ]);
  });

  test.each(described.map(({ path, method, security }) => ({ path, method, security })))(
    "describes $method $path, which is there",
    async ({ path, method, security }) => {
      const asked = path.slice("/api/ops".length).replace(/\{\w+\}/g, "x");
      const { status } = await ask(method.toUpperCase(), asked);
      if (security.length > 0) expect(status).toBe(401);
      else expect([200, 415]).toContain(status);
    },
  );
});
