// The machinery under /api/ops, over rows made for it.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { AnyOperation } from "../../src/console/operation.ts";
import { Problem } from "../../src/core/problem.ts";
import { opsApp } from "./ops_app.ts";

type Context = { readonly calls: unknown[] };

const ROWS: readonly AnyOperation<Context>[] = [
  {
    id: "things.list",
    method: "get",
    path: "/things",
    role: "viewer",
    summary: "Las cosas",
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(9).default(5) }),
    answer: z.object({ limit: z.int(), asker: z.string() }),
    run: (_, { query, asker }) => Promise.resolve({ limit: query.limit, asker: asker.name }),
  },
  {
    id: "things.save",
    method: "put",
    path: "/things/:name",
    role: "operator",
    summary: "Guarda una cosa",
    body: z.strictObject({
      title: z.string().min(1),
      parts: z.array(z.strictObject({ "a/b": z.int() })).optional(),
    }),
    run: ({ calls }, { params, body }) => Promise.resolve(void calls.push([params, body])),
  },
  {
    id: "things.upload",
    method: "post",
    path: "/things",
    role: "operator",
    summary: "Sube un archivo",
    body: "text",
    answer: z.object({ length: z.int() }),
    run: (_, { body }) => Promise.resolve({ length: body.length }),
  },
  {
    id: "things.file",
    method: "get",
    path: "/things/:name/file",
    role: "viewer",
    summary: "Un archivo",
    answer: "text/csv",
    run: () =>
      Promise.resolve(
        new Response("a;b", { headers: { "content-type": "text/csv", "access-control-allow-origin": "*" } }),
      ),
  },
  {
    id: "things.fail",
    method: "post",
    path: "/things/:name/fail",
    role: "operator",
    summary: "Falla",
    run: (_, { params }) => {
      if (params.name === "bug") throw new TypeError("detalle interno /root/secreto");
      if (params.name === "machine") {
        throw new Problem("unavailable", "El disco está lleno", [], { cause: new Error("x") });
      }
      throw new Problem(params.name as "invalid", `Es ${params.name}`, [{ path: "/x", message: "está mal" }]);
    },
  },
];

async function things() {
  const calls: unknown[] = [];
  return { ...await opsApp<Context>(ROWS, { calls }), calls };
}

describe("a row", () => {
  test("answers JSON to whoever may, with the defaults of its parameters", async () => {
    const { ask } = await things();
    for (const as of ["viewer", "operator", "admin"] as const) {
      const response = await ask("GET", "/things", { as });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await response.json()).toEqual({ limit: 5, asker: as });
    }
  });

  test("answers 204 where it has nothing to tell, and gets what was sent", async () => {
    const { ask, calls } = await things();
    const response = await ask("PUT", "/things/%C3%B1%2Fu", { as: "operator", json: { title: "T" } });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(calls).toEqual([[{ name: "ñ/u" }, { title: "T" }]]);
  });

  test("answers with and without a final slash, and HEAD as GET", async () => {
    const { ask } = await things();
    expect((await ask("GET", "/things/?limit=3", { as: "viewer" })).status).toBe(200);
    const head = await ask("HEAD", "/things", { as: "viewer" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test.each(
    [
      { why: "nobody", asking: {}, status: 401 },
      { why: "a viewer", asking: { as: "viewer" }, status: 403 },
      { why: "an operator", asking: { as: "operator" }, status: 204 },
      { why: "an administrator", asking: { as: "admin" }, status: 204 },
    ] as const,
  )("for operators answers $why with $status", async ({ asking, status }) => {
    const { ask, calls } = await things();
    expect((await ask("PUT", "/things/a", { ...asking, json: { title: "T" } })).status).toBe(status);
    expect(calls).toHaveLength(status === 204 ? 1 : 0);
  });

  test("gives files as they are", async () => {
    const { ask } = await things();
    const response = await ask("GET", "/things/a/file", { as: "viewer" });
    expect(response.headers.get("content-type")).toBe("text/csv");
    expect(await response.text()).toBe("a;b");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("takes a file of any kind", async () => {
    const { ask } = await things();
    const response = await ask("POST", "/things", { as: "operator", body: "ñandú" });
    expect(await response.json()).toEqual({ length: 5 });
  });
});

describe("what was sent", () => {
  test.each([
    {
      why: "a field that is wrong, one that is missing and one that there is not",
      json: { parts: [{ "a/b": 1 }, { "a/b": "x" }], other: 1 },
      paths: ["/other", "/parts/1/a~1b", "/title"],
    },
    { why: "another value than an object", json: [1], paths: [""] },
  ])("is 400 with the place of $why", async ({ json, paths }) => {
    const { ask, calls } = await things();
    const response = await ask("PUT", "/things/a", { as: "operator", json });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const { title, detail, issues } = await response.json();
    expect([title, detail.startsWith("El cuerpo no es válido: ")]).toEqual(["Pedido inválido", true]);
    expect(issues.map(({ path }: { path: string }) => path).sort()).toEqual(paths);
    expect(calls).toEqual([]);
  });

  test.each([
    { why: "a value out of bounds", query: "limit=10", path: "limit" },
    { why: "text for a number", query: "limit=x", path: "limit" },
    { why: "a parameter that there is not", query: "limt=1", path: "limt" },
  ])("is 400 with the name of $why", async ({ query, path }) => {
    const { ask } = await things();
    const response = await ask("GET", `/things?${query}`, { as: "viewer" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path }] });
  });

  test("is 400 for JSON that is none, without repeating it", async () => {
    const { ask } = await things();
    const headers = { "content-type": "application/json" };
    const response = await ask("PUT", "/things/a", { as: "operator", headers, body: '{"title": hunter2' });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("hunter2");
  });

  test("is 400 for a file that is not UTF-8", async () => {
    const { ask } = await things();
    const response = await ask("POST", "/things", { as: "operator", body: new Uint8Array([0xff, 0xfe]) });
    expect([response.status, (await response.json()).detail]).toEqual([400, "El cuerpo no es texto UTF-8"]);
  });

  test("is 415 for a form, which pages of other sites can send", async () => {
    const { ask } = await things();
    const response = await ask("PUT", "/things/a", {
      as: "operator",
      body: new URLSearchParams({ title: "T" }),
    });
    expect(response.status).toBe(415);
  });

  test.each([
    { why: "says so", length: true },
    { why: "does not say so", length: false },
  ])("is 413 when it is huge and $why, read no further than the limit", async ({ length }) => {
    const { ask, calls } = await things();
    let read = 0;
    const chunk = new TextEncoder().encode(" ".repeat(64 * 1024));
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        read += chunk.length;
        // Far more than any test should take.
        if (read > 64 * 1024 * 1024) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const headers = {
      "content-type": "application/json",
      ...(length && { "content-length": String(32 * 1024 * 1024) }),
    };
    const response = await ask("PUT", "/things/a", { as: "operator", headers, body });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ detail: "El cuerpo supera el límite de 1 MB" });
    expect(read).toBeLessThan(2 * 1024 * 1024);
    expect(calls).toEqual([]);
  });

  test("is not read of whom nobody knows", async () => {
    const { ask } = await things();
    let read = 0;
    const body = new ReadableStream({
      pull(controller) {
        read++;
        controller.enqueue(new Uint8Array(1));
      },
    }, { highWaterMark: 0 });
    expect((await ask("POST", "/things", { body })).status).toBe(401);
    expect(read).toBe(0);
  });
});

describe("faults", () => {
  test.each([
    { code: "invalid", status: 400, logged: false },
    { code: "not_found", status: 404, logged: false },
    { code: "conflict", status: 409, logged: false },
    { code: "unavailable", status: 503, logged: false },
  ])("Problem $code is $status with its issues", async ({ code, status, logged }) => {
    const { ask, faults } = await things();
    const response = await ask("POST", `/things/${code}/fail`, { as: "operator" });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, detail: `Es ${code}`, issues: [{ path: "/x" }] });
    expect(faults.length > 0).toBe(logged);
  });

  test("of the machine are told to operators, and to the log", async () => {
    const { ask, faults } = await things();
    const response = await ask("POST", "/things/machine/fail", { as: "operator" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect((await response.json()).detail).toBe("El disco está lleno");
    expect(faults).toHaveLength(1);
  });

  test("of the machine are told to strangers only as such", async () => {
    let fails = false;
    const { ask, faults } = await opsApp([], {}, {
      overRecords: (records) => ({
        ...records,
        record: async (kind, id) => {
          if (fails) {
            throw new Problem("unavailable", 'No se puede usar el almacén "/srv/x"', [], {
              cause: new Error(),
            });
          }
          return await records.record(kind, id);
        },
      }),
    });
    fails = true;
    const response = await ask("GET", "/session", { as: "viewer" });
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("/srv/x");
    expect(faults).toHaveLength(1);
  });

  test("that are bugs are 500 without a detail, and the log gets them whole", async () => {
    const { ask, faults } = await things();
    const response = await ask("POST", "/things/bug/fail", { as: "operator" });
    expect(response.status).toBe(500);
    expect(await response.json())
      .toEqual({ type: "about:blank", title: "Error interno", status: 500, detail: "Error interno" });
    expect(faults).toMatchObject([{ message: "detalle interno /root/secreto" }]);
  });
});

describe("paths", () => {
  test("that there are not are 404", async () => {
    const { ask } = await things();
    for (const path of ["", "/", "/no", "/things/a/b/c"]) {
      const response = await ask("GET", path, { as: "admin" });
      expect([response.status, response.headers.get("content-type")]).toEqual([
        404,
        "application/problem+json",
      ]);
    }
  });

  test("that there are answer other methods with those they have, preflights too", async () => {
    const { ask } = await things();
    for (const method of ["PATCH", "DELETE", "OPTIONS"]) {
      const response = await ask(method, "/things", { as: "admin" });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    }
  });

  test("never answer to pages of other origins, nor are they kept or framed", async () => {
    const { ask } = await things();
    const headers = { origin: "https://other.test", "access-control-request-method": "PUT" };
    const answers = [
      await ask("GET", "/things", { as: "viewer", headers }),
      await ask("GET", "/things", { headers }),
      await ask("GET", "/things/a/file", { as: "viewer", headers }),
      await ask("OPTIONS", "/things", { headers }),
      await ask("GET", "/nothing", { headers }),
      await ask("GET", "/openapi.json", { headers }),
      await ask("POST", "/things/bug/fail", { as: "operator" }),
    ];
    for (const { headers } of answers) {
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});

test("createOps throws for two rows of one id or one route", async () => {
  const [first] = ROWS;
  for (const twin of [{ ...first!, path: "/other" }, { ...first!, id: "other" }]) {
    await expect(opsApp<Context>([...ROWS, twin], { calls: [] })).rejects.toThrow("Two operations");
  }
});
