import { describe, expect, test } from "vitest";
import { createPasswords } from "../../src/operation/passwords.ts";
import { randomBytes } from "../operation/world.ts";
import { opsApp } from "./ops_app.ts";

const ANA = {
  name: "ana",
  role: "operator",
  email: "ana@example.ar",
  groups: ["read_datajson_recipients"],
  disabled: false,
  has_password: true,
  source: "database",
  version: 1,
};
const { has_password: _, source: __, version: ___, disabled: ____, ...GIVEN } = ANA;
const NEW = { ...GIVEN, password: "ocho palmeras y un tucán" };

describe("/accounts", () => {
  test("creates, tells and changes accounts", async () => {
    const { ask } = await opsApp();
    expect(await (await ask("POST", "/accounts", { as: "admin", json: NEW })).json()).toEqual(ANA);
    expect(await (await ask("GET", "/accounts/ana", { as: "admin" })).json()).toEqual(ANA);
    const json = { version: 1, role: "viewer", email: null, disabled: true };
    const changed = { ...ANA, role: "viewer", email: null, disabled: true, version: 2 };
    expect(await (await ask("PATCH", "/accounts/ana", { as: "admin", json })).json()).toEqual(changed);
    const { accounts } = await (await ask("GET", "/accounts", { as: "admin" })).json();
    expect(accounts.map(({ name }: { name: string }) => name)).toEqual([
      "admin",
      "ana",
      "operator",
      "viewer",
    ]);
    expect(accounts[1]).toEqual(changed);
  });

  test("never tells a hash", async () => {
    const { ask, accounts } = await opsApp();
    const { passwordHash } = (await accounts.account("admin"))!;
    for (const path of ["/accounts", "/accounts/admin", "/session"]) {
      const text = await (await ask("GET", path, { as: "admin" })).text();
      expect(text).not.toContain(passwordHash);
      expect(text).not.toContain("pbkdf2");
    }
  });

  test("is 409 to the second of two who change an account at once", async () => {
    const { ask } = await opsApp();
    const change = (groups: string[]) =>
      ask("PATCH", "/accounts/viewer", { as: "admin", json: { version: 1, groups } });
    const statuses = (await Promise.all([change(["a"]), change(["b"])])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
    expect((await change(["c"])).status).toBe(409);
  });

  test.each([
    { why: "an account that there is not", path: "/accounts/nadie", json: { version: 1 }, status: 404 },
    { why: "no version", path: "/accounts/viewer", json: { role: "admin" }, status: 400 },
    {
      why: "a role that there is not",
      path: "/accounts/viewer",
      json: { version: 1, role: "root" },
      status: 400,
    },
    {
      why: "the last administrator",
      path: "/accounts/admin",
      json: { version: 1, disabled: true },
      status: 409,
    },
    {
      why: "a password too short",
      path: "/accounts/viewer",
      json: { version: 1, password: "corta" },
      status: 400,
    },
  ])("is $status for $why", async ({ path, json, status }) => {
    const { ask } = await opsApp();
    expect((await ask("PATCH", path, { as: "admin", json })).status).toBe(status);
  });

  test("is 409 for one of CONSOLE_USERS, which can log in all the same", async () => {
    const password = "la clave de la variable";
    const passwordHash = await createPasswords(randomBytes, 2).hash(password);
    const { ask } = await opsApp([], {}, { fixed: [{ name: "raiz", role: "admin", passwordHash }] });
    const json = { version: 1, disabled: true };
    const response = await ask("PATCH", "/accounts/raiz", { as: "admin", json });
    expect([response.status, (await response.json()).detail]).toEqual([
      409,
      expect.stringContaining("CONSOLE_USERS"),
    ]);
    expect((await ask("POST", "/session", { json: { name: "raiz", password } })).status).toBe(200);
    expect(await (await ask("GET", "/accounts/raiz", { as: "admin" })).json())
      .toMatchObject({ source: "environment", version: 0 });
  });

  test("is for administrators alone", async () => {
    const { ask } = await opsApp();
    const asked = [["GET", "/accounts"], ["POST", "/accounts"], ["PATCH", "/accounts/viewer"], [
      "GET",
      "/groups",
    ], [
      "GET",
      "/audit",
    ], ["DELETE", "/accounts/admin/sessions"]] as const;
    for (const [method, path] of asked) {
      for (const as of ["viewer", "operator"] as const) {
        expect((await ask(method, path, { as, ...(method !== "GET" && { json: NEW }) })).status).toBe(403);
      }
    }
  });

  test("ends all sessions of an account", async () => {
    const { ask, browser } = await opsApp();
    const headers = await browser("viewer");
    const { sessions } = await (await ask("GET", "/accounts/viewer/sessions", { as: "admin" })).json();
    expect(sessions).toHaveLength(1);
    expect((await ask("DELETE", "/accounts/viewer/sessions", { as: "admin" })).status).toBe(204);
    expect((await ask("GET", "/session", { headers })).status).toBe(401);
  });
});

describe("GET /groups", () => {
  test("tells who is in each, and of those that the program knows what they are for", async () => {
    const { ask } = await opsApp();
    await ask("POST", "/accounts", { as: "admin", json: { ...NEW, groups: ["prensa"] } });
    expect((await (await ask("GET", "/groups", { as: "admin" })).json()).groups).toEqual([
      { name: "prensa", description: null, members: ["ana"] },
      { name: "read_datajson_recipients", description: expect.stringContaining("reporte"), members: [] },
    ]);
  });
});
