// `POST /validate` as strangers reach it: the contract's answers, and the limits of one request and of many. What
// it will not be made to read is in validate_sources.test.ts.

import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { wholeSite } from "../../src/api/whole_site.ts";
import { CAPACITY, VALIDATE_PATHS, validateRoutes } from "../../src/api/validate.ts";
import type { Validate, ValidationRequest } from "../../src/core/validate.ts";

const PATH = VALIDATE_PATHS[0];
const REQUEST = { catalog_url: "https://a.ar/data.json", distribution_id: "1.1" };

function appWith(validate?: Validate, onError?: (error: unknown, path: string) => void) {
  return createApp({
    site: wholeSite,
    snapshots: { current: () => Promise.resolve(undefined) },
    now: Date.now,
    version: "1",
    ...(validate && { validate }),
    ...(onError && { onError }),
  });
}

const post = (app: Hono, body: unknown, path: string = PATH) =>
  app.request(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

describe("POST /validate", () => {
  test.each(VALIDATE_PATHS)("answers the contract's JSON at %s", async (path) => {
    const asked: ValidationRequest[] = [];
    const app = appWith((request) => {
      asked.push(request);
      return Promise.resolve(["Campo año faltante en la distribución 1.1", "otro"]);
    });
    const response = await post(app, REQUEST, path);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).toBe(`{
    "catalog_url": "https://a.ar/data.json",
    "distribution_id": "1.1",
    "found_issues": 2,
    "detail": [
        "Campo año faltante en la distribución 1.1",
        "otro"
    ]
}`);
    expect(asked).toEqual([{ catalogUrl: REQUEST.catalog_url, distributionId: "1.1" }]);
  });

  test("answers no issues with an empty list", async () => {
    const response = await post(appWith(() => Promise.resolve([])), REQUEST);
    expect(await response.json()).toEqual({ ...REQUEST, found_issues: 0, detail: [] });
  });

  test.each([
    { why: "format", more: { catalog_format: "xlsx" }, asked: { catalogFormat: "xlsx" } },
    { why: "no format", more: { catalog_format: null }, asked: {} },
    { why: "blank format", more: { catalog_format: "" }, asked: {} },
    { why: "format of another type", more: { catalog_format: [1] }, asked: { catalogFormat: "[1]" } },
    { why: "identifier that is a number", more: { distribution_id: 1.1 }, asked: { distributionId: "1.1" } },
    { why: "blanks", more: { catalog_url: " https://a.ar/data.json\n" }, asked: {} },
    { why: "unknown keys", more: { otra: {} }, asked: {} },
  ])("passes on the $why", async ({ more, asked }) => {
    const got: ValidationRequest[] = [];
    const app = appWith((request) => Promise.resolve([...(got.push(request), [])]));
    const response = await post(app, { ...REQUEST, ...more });
    expect(response.status).toBe(200);
    expect(got).toEqual([{ catalogUrl: REQUEST.catalog_url, distributionId: "1.1", ...asked }]);
  });

  const UNREADABLE = "Error leyendo la data del request";
  const INCOMPLETE = "catalog_url y distribution_id son parametros obligatorios";
  test.each([
    { body: "", text: UNREADABLE, why: "empty" },
    { body: "catalog_url=x&distribution_id=y", text: UNREADABLE, why: "a form" },
    { body: '{"catalog_url": "x"', text: UNREADABLE, why: "half a JSON" },
    { body: "{}", text: INCOMPLETE, why: "nothing" },
    { body: '{"catalog_url": "x"}', text: INCOMPLETE, why: "no identifier" },
    { body: '{"distribution_id": "x"}', text: INCOMPLETE, why: "no address" },
    { body: '{"catalog_url": "", "distribution_id": "x"}', text: INCOMPLETE, why: "blank address" },
    { body: '{"catalog_url": "x", "distribution_id": null}', text: INCOMPLETE, why: "null" },
    { body: '{"catalog_url": {}, "distribution_id": "x"}', text: INCOMPLETE, why: "another type" },
    { body: "[]", text: INCOMPLETE, why: "a list" },
    { body: "null", text: INCOMPLETE, why: "null alone" },
  ])("refuses in plain text: $why", async ({ body, text }) => {
    for (const app of [appWith(() => Promise.resolve([])), appWith()]) {
      const response = await post(app, body);
      expect([response.status, await response.text()]).toEqual([400, text]);
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
  });

  test.each([
    { how: "told", body: JSON.stringify({ ...REQUEST, otra: "x".repeat(70_000) }) },
    {
      how: "streamed",
      body: new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode(" ".repeat(1000))),
      }),
    },
  ])("refuses a body that is too large: $how", async ({ body }) => {
    const request = new Request(`http://localhost${PATH}`, {
      method: "POST",
      body,
      ...(typeof body !== "string" && { duplex: "half" }),
    });
    if (typeof body === "string") request.headers.set("content-length", String(body.length));
    const response = await appWith(() => Promise.resolve([])).request(request);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      status: 413,
      detail: "El pedido supera el límite de 64 kB",
    });
  });

  test("says that it cannot where there is no validator, and not to try again", async () => {
    const response = await post(appWith(), REQUEST);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      503,
      "application/problem+json",
    ]);
    expect(response.headers.get("retry-after")).toBeNull();
    expect((await response.json()).detail).toContain("no valida catálogos");
  });

  test("tells strangers nothing of a bug, and its keeper all of it", async () => {
    const bug = new TypeError("secreto en /home/caudal");
    const told: unknown[] = [];
    const app = appWith(() => Promise.reject(bug), (...fault) => told.push(fault));
    const response = await post(app, REQUEST);
    expect(await response.json()).toEqual({ ...REQUEST, found_issues: 1, detail: ["Error interno"] });
    expect(told).toEqual([[bug, PATH]]);
  });
});

describe("other methods", () => {
  test.each(
    VALIDATE_PATHS.flatMap((path) =>
      ["GET", "HEAD", "PUT", "PATCH", "DELETE", "PROPFIND"].map((method) => ({ path, method }))
    ),
  )("$method $path is not allowed", async ({ path, method }) => {
    const response = await appWith(() => Promise.resolve([])).request(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });

  test.each(VALIDATE_PATHS)("OPTIONS %s allows every origin", async (path) => {
    const response = await appWith().request(path, {
      method: "OPTIONS",
      headers: { "origin": "https://b.ar", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toContain("Content-Type");
  });
});

describe("many at once", () => {
  /** A validator that ends when it is told to. */
  function patient() {
    const running: (() => void)[] = [];
    let most = 0;
    const validate: Validate = async ({ distributionId }) => {
      await new Promise<void>((end) => most = Math.max(most, running.push(end)));
      return [distributionId];
    };
    return { validate, running, most: () => most };
  }
  const app = (validate: Validate, capacity: typeof CAPACITY) => {
    const hono = new Hono();
    validateRoutes(hono, { validate }, capacity);
    return hono;
  };
  const settle = () => new Promise((done) => setTimeout(done, 5));

  test("runs some, keeps some waiting in order, and turns the rest away", async () => {
    const { validate, running, most } = patient();
    const hono = app(validate, { atOnce: 2, waiting: 2, waitMs: 60_000 });
    const answers = Array.from(
      { length: 6 },
      (_, i) => post(hono, { ...REQUEST, distribution_id: String(i) }),
    );
    for (const refused of await Promise.all(answers.slice(4))) {
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "15"]);
      expect((await refused.json()).detail).toContain("demasiadas validaciones");
    }
    expect(running).toHaveLength(2);
    const detail: string[] = [];
    for (let i = 0; i < 4; i++) {
      await settle();
      running.shift()!();
      detail.push((await (await answers[i]!).json()).detail[0]);
    }
    expect(detail).toEqual(["0", "1", "2", "3"]);
    expect(most()).toBe(2);

    const after = post(hono, REQUEST);
    await settle();
    running.shift()!();
    expect((await after).status).toBe(200);
  });

  test("turns away who waited too long, and keeps no place for them", async () => {
    const { validate, running } = patient();
    const hono = app(validate, { atOnce: 1, waiting: 1, waitMs: 20 });
    const first = post(hono, REQUEST);
    expect((await post(hono, REQUEST)).status).toBe(503);
    const third = post(hono, REQUEST);
    await settle();
    running.shift()!();
    expect((await first).status).toBe(200);
    await settle();
    running.shift()!();
    expect((await third).status).toBe(200);
  });

  test("gives the place back after a bug", async () => {
    let times = 0;
    const hono = app(
      () => times++ === 0 ? Promise.reject(new Error("bug")) : Promise.resolve([]),
      { atOnce: 1, waiting: 0, waitMs: 1 },
    );
    expect((await (await post(hono, REQUEST)).json()).detail).toEqual(["Error interno"]);
    expect((await (await post(hono, REQUEST)).json()).detail).toEqual([]);
  });

  test("a request without all it needs takes no place", async () => {
    const { validate } = patient();
    const hono = app(validate, { atOnce: 1, waiting: 0, waitMs: 1 });
    void post(hono, REQUEST);
    await settle();
    expect((await post(hono, {})).status).toBe(400);
  });
});
