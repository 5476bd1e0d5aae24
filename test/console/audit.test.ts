// What the audit keeps of requests, and what it never does.

import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { AnyOperation } from "../../src/console/operation.ts";
import { redactionOf } from "../../src/console/redaction.ts";
import { opsApp, PASSWORD_OF } from "./ops_app.ts";

const NEXT = "otra clave de quien mira";

describe("the audit", () => {
  test("keeps who changed what from where, and how it ended", async () => {
    const { ask, browser, audited } = await opsApp();
    const headers = await browser("admin");
    const json = { name: "ana", role: "viewer", password: NEXT };
    await ask("POST", "/accounts", { headers, json, address: "2001:db8:1:2:3:4:5:6" });
    await ask("POST", "/accounts", { as: "admin", json });
    await ask("PATCH", "/accounts/ana", { as: "operator", json: { version: 1, disabled: true } });
    await ask("PATCH", "/accounts/ana", { as: "admin", json: { version: 1, hunter: 2 } });
    expect(await audited()).toEqual([
      {
        account: "admin",
        operation: "accounts.change",
        address: "192.0.2.1",
        how: "basic",
        params: { name: "ana" },
        status: 400,
        problem: "El cuerpo no es válido: /hunter: no se conoce",
      },
      {
        account: "operator",
        operation: "accounts.change",
        address: "192.0.2.1",
        how: "basic",
        params: { name: "ana" },
        status: 403,
        problem: expect.stringContaining("rol admin"),
      },
      {
        account: "admin",
        operation: "accounts.create",
        address: "192.0.2.1",
        how: "basic",
        body: { name: "ana", role: "viewer", password: "***" },
        status: 409,
        problem: 'Ya hay una cuenta "ana"',
      },
      {
        account: "admin",
        operation: "accounts.create",
        address: "2001:db8:1:2::/64",
        how: "session",
        body: { name: "ana", role: "viewer", password: "***" },
        status: 200,
      },
      {
        account: "admin",
        operation: "session.begin",
        address: "192.0.2.1",
        how: "anonymous",
        body: { name: "***", password: "***" },
        status: 200,
      },
    ]);
  });

  test("keeps log-ins that failed, under the account alone where there is one", async () => {
    const { ask, audited } = await opsApp();
    await ask("POST", "/session", { json: { name: "admin", password: "no es esta" } });
    // People type their password for their name.
    await ask("POST", "/session", { json: { name: PASSWORD_OF.admin, password: "x" } });
    await ask("POST", "/accounts", { headers: { authorization: `Basic ${btoa("viewer:x")}` } });
    expect((await audited()).map(({ account, operation, status }) => [account, operation, status])).toEqual([
      ["viewer", "accounts.create", 401],
      ["-", "session.begin", 401],
      ["admin", "session.begin", 401],
    ]);
  });

  test("keeps nothing of reading, nor of strangers who bring nothing", async () => {
    const { ask, audited } = await opsApp();
    await ask("GET", "/accounts", { as: "admin" });
    await ask("POST", "/accounts", { json: {} });
    await ask("POST", "/password-resets", { json: { account: "nadie" } });
    expect(await audited()).toEqual([]);
  });

  test("holds no password, token or hash after all of it was used", async () => {
    const { ask, browser, trail, sent, accounts, records } = await opsApp();
    await accounts.change("viewer", 1, { email: "v@example.ar" });
    const headers = await browser("viewer");
    const own = { current_password: PASSWORD_OF.viewer, password: NEXT };
    await ask("POST", "/session/password", { headers, json: own });
    await ask("POST", "/session/password", { as: "operator", json: { ...own, current_passwrod: NEXT } });
    await ask("POST", "/password-resets", { json: { account: "viewer" } });
    await expect.poll(() => sent.length).toBe(1);
    const token = /una hora: (\S+)/.exec(sent[0]!.text)![1]!;
    await ask("POST", "/password-resets/completion", { json: { token, password: `${NEXT}!` } });
    await ask("POST", "/password-resets/completion", { json: { token, password: `${NEXT}!` } });
    const entries = await trail.entries("audit", { limit: 100 });
    expect(entries.map(({ subject }) => subject)).toEqual(["viewer", "operator", "viewer", "viewer"]);
    const text = JSON.stringify(entries);
    const secrets = [
      NEXT,
      token,
      ...Object.values(PASSWORD_OF),
      ...Object.values(headers).map((one) => one.split("=").at(-1)!),
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toContain("pbkdf2");
    expect(await records.records("password_reset")).toEqual([]);
  });

  test("stands beside an answer that it could not be written for, and the log hears", async () => {
    const { ask, faults } = await opsApp([], {}, {
      overTrail: (trail) => ({ ...trail, append: () => Promise.reject(new Error("disk")) }),
    });
    expect((await ask("DELETE", "/sessions", { as: "viewer" })).status).toBe(204);
    expect(faults).toMatchObject([{ message: "disk" }]);
  });

  test("keeps files and large bodies as their size and digest", async () => {
    const rows: AnyOperation<object>[] = [
      {
        id: "t.file",
        method: "post",
        path: "/t",
        role: "operator",
        summary: "x",
        body: "text",
        run: async () => {},
      },
      {
        id: "t.large",
        method: "put",
        path: "/t",
        role: "operator",
        summary: "x",
        body: z.array(z.string()),
        run: async () => {},
      },
    ];
    const { ask, audited } = await opsApp(rows);
    await ask("POST", "/t", { as: "operator", body: "ñ" });
    await ask("PUT", "/t", { as: "operator", json: ["x".repeat(40_000)] });
    const digest = async (text: string) => {
      const bytes = new TextEncoder().encode(text);
      return {
        bytes: bytes.length,
        sha256: new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex(),
      };
    };
    expect((await audited()).map(({ body }) => body))
      .toEqual([await digest(JSON.stringify(["x".repeat(40_000)])), await digest("ñ")]);
  });
});

describe("GET /audit", () => {
  test("tells the newest first, page by page, of one account where asked", async () => {
    const { ask } = await opsApp();
    for (const as of ["viewer", "operator", "viewer", "viewer"] as const) {
      await ask("DELETE", "/sessions", { as });
    }
    const page = async (query: string) => await (await ask("GET", `/audit?${query}`, { as: "admin" })).json();
    const accounts = ({ entries }: { entries: { account: string }[] }) =>
      entries.map(({ account }) => account);
    const first = await page("limit=3");
    expect(accounts(first)).toEqual(["viewer", "viewer", "operator"]);
    expect(first.entries[0]).toMatchObject({
      at: "2026-07-09T15:30:00.000Z",
      operation: "session.revoke_all",
    });
    const last = await page(`limit=3&before=${first.next}`);
    expect([accounts(last), last.next]).toEqual([["viewer"], undefined]);
    expect(accounts(await page("account=operator"))).toEqual(["operator"]);
    // A full page that is the last one.
    expect((await page("limit=4")).next).toBeUndefined();
  });
});

describe("redactionOf", () => {
  const secret = z.string().meta({ writeOnly: true });
  test.each([
    {
      why: "a field",
      schema: z.object({ a: secret, b: z.string() }),
      value: { a: "s", b: "b" },
      kept: { a: "***", b: "b" },
    },
    {
      why: "an optional one",
      schema: z.object({ a: secret.optional() }),
      value: { a: "s" },
      kept: { a: "***" },
    },
    {
      why: "one with a default",
      schema: z.object({ a: secret.default("s") }),
      value: { a: "s" },
      kept: { a: "***" },
    },
    {
      why: "one that may be null",
      schema: z.object({ a: secret.nullable() }),
      value: { a: "s" },
      kept: { a: "***" },
    },
    { why: "one that was left out", schema: z.object({ a: secret.optional() }), value: {}, kept: {} },
    {
      why: "all of a list",
      schema: z.array(z.object({ a: secret })),
      value: [{ a: "s" }, { a: "t" }],
      kept: [{ a: "***" }, { a: "***" }],
    },
    {
      why: "a place of a tuple",
      schema: z.tuple([z.string(), secret]),
      value: ["a", "s"],
      kept: ["a", "***"],
    },
    { why: "all of a record", schema: z.record(z.string(), secret), value: { x: "s" }, kept: { x: "***" } },
    {
      why: "a branch",
      schema: z.discriminatedUnion("k", [
        z.object({ k: z.literal("a"), p: secret }),
        z.object({ k: z.literal("b"), p: z.string() }),
      ]),
      value: { k: "b", p: "s" },
      kept: { k: "b", p: "***" },
    },
    {
      why: "both sides",
      schema: z.intersection(z.object({ a: z.string() }), z.object({ p: secret })),
      value: { a: "a", p: "s" },
      kept: { a: "a", p: "***" },
    },
    {
      why: "an object whole",
      schema: z.object({ o: z.object({ x: z.string() }).meta({ writeOnly: true }) }),
      value: { o: { x: "s" } },
      kept: { o: "***" },
    },
    {
      why: "what is read otherwise",
      schema: z.object({ p: secret.transform((text) => text.length) }),
      value: { p: 5 },
      kept: { p: "***" },
    },
  ])("hides $why", async ({ schema, value, kept }) => {
    expect(await redactionOf(schema)(value)).toEqual(kept);
  });
});
