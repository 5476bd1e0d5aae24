import { describe, expect, test } from "vitest";
import { createPasswords } from "../../src/operation/passwords.ts";
import type { AccountChange } from "../../src/operation/accounts.ts";
import { operationWorld, PASSWORD, randomBytes } from "./world.ts";

const passwordHash = await createPasswords(randomBytes, 2).hash(PASSWORD);
const FIXED = { name: "raiz", role: "admin", passwordHash } as const;

describe("create", () => {
  test("keeps an account, its password as a hash alone", async () => {
    const { accounts, records } = operationWorld();
    const created = await accounts.create({
      name: "ana",
      role: "operator",
      email: "ana@example.gob.ar",
      groups: ["read_datajson_recipients", "prensa", "prensa"],
      password: PASSWORD,
    });
    expect(created).toMatchObject({
      name: "ana",
      role: "operator",
      email: "ana@example.gob.ar",
      groups: ["prensa", "read_datajson_recipients"],
      disabled: false,
      source: "database",
      version: 1,
    });
    expect(await accounts.account("ana")).toEqual(created);
    expect(JSON.stringify(await records.records("account"))).not.toContain(PASSWORD);
  });

  test.each(["a", "Ana", "ana perez", "ana:x", "ñandú", "-ana", "../x", "", "a".repeat(41)])(
    "refuses the name %j",
    async (name) => {
      const { accounts } = operationWorld();
      await expect(accounts.create({ name, role: "viewer" })).rejects.toMatchObject({
        code: "invalid",
        issues: [{ path: "/name" }],
      });
    },
  );

  test.each(["ana", "ana@", "@x", "a b@x.ar", "a@x.ar, b@x.ar", "a@x.ar\nBcc: b@x.ar", "<a@x.ar>"])(
    "refuses the address %j",
    async (email) => {
      const { accounts } = operationWorld();
      await expect(accounts.create({ name: "ana", role: "viewer", email })).rejects.toMatchObject({
        code: "invalid",
        issues: [{ path: "/email" }],
      });
    },
  );

  test("refuses a group with a name that cannot be, telling which", async () => {
    const { accounts } = operationWorld();
    await expect(accounts.create({ name: "ana", role: "viewer", groups: ["bien", "Mal"] })).rejects
      .toMatchObject({ code: "invalid", issues: [{ path: "/groups/1" }] });
  });

  test("refuses a name that is taken, of the settings too", async () => {
    const { accounts } = operationWorld({ fixed: [FIXED] });
    await accounts.create({ name: "ana", role: "viewer" });
    for (const name of ["ana", "raiz"]) {
      await expect(accounts.create({ name, role: "viewer" })).rejects.toMatchObject({ code: "conflict" });
    }
  });
});

describe("change", () => {
  test("changes what is named and nothing else", async () => {
    const { accounts } = operationWorld();
    const before = await accounts.create({
      name: "ana",
      role: "viewer",
      email: "ana@x.ar",
      groups: ["a"],
      password: PASSWORD,
    });
    expect(await accounts.change("ana", 1, { role: "operator" })).toEqual({
      ...before,
      role: "operator",
      version: 2,
    });
    const { email: _, ...rest } = before;
    expect(await accounts.change("ana", 2, { email: null, groups: [] }))
      .toEqual({ ...rest, role: "operator", groups: [], version: 3 });
    expect(await accounts.account("ana")).toEqual({ ...rest, role: "operator", groups: [], version: 3 });
  });

  test("is Problem conflict when somebody changed it since it was read", async () => {
    const { accounts } = operationWorld();
    await accounts.create({ name: "ana", role: "viewer" });
    const tries = await Promise.allSettled([
      accounts.change("ana", 1, { role: "operator" }),
      accounts.change("ana", 1, { groups: ["x"] }),
    ]);
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await accounts.account("ana"))!.version).toBe(2);
  });

  test("is Problem not_found for one that there is not", async () => {
    await expect(operationWorld().accounts.change("ana", 1, {})).rejects.toMatchObject({ code: "not_found" });
  });

  test("leaves accounts of the settings alone, and says where they change", async () => {
    const { accounts } = operationWorld({ fixed: [FIXED] });
    await expect(accounts.change("raiz", 0, { disabled: true })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("CONSOLE_USERS"),
    });
  });

  test.each<{ why: string; change: AccountChange }>([
    { why: "disabled", change: { disabled: true } },
    { why: "given a lesser role", change: { role: "operator" } },
  ])("lets the last administrator not be $why", async ({ change }) => {
    const { accounts } = operationWorld();
    await accounts.create({ name: "ana", role: "admin", password: PASSWORD });
    // Neither can rule.
    await accounts.create({ name: "beto", role: "admin" });
    await accounts.create({ name: "caro", role: "operator", password: PASSWORD });
    await expect(accounts.change("ana", 1, change)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining('"ana" es la única cuenta de administración'),
    });
    await accounts.change("beto", 1, { password: PASSWORD });
    expect(await accounts.change("ana", 1, change)).toMatchObject(change);
  });

  test("takes an administrator of the settings for one", async () => {
    const { accounts } = operationWorld({ fixed: [FIXED] });
    await accounts.create({ name: "ana", role: "admin", password: PASSWORD });
    expect(await accounts.change("ana", 1, { disabled: true })).toMatchObject({ disabled: true });
  });

  test("leaves one administrator when several disable one another at once", async () => {
    const { accounts } = operationWorld();
    const names = ["ana", "beto", "caro"];
    for (const name of names) await accounts.create({ name, role: "admin", password: PASSWORD });
    await Promise.allSettled(names.map((name) => accounts.change(name, 1, { disabled: true })));
    expect((await accounts.all()).filter(({ disabled }) => !disabled).length).toBeGreaterThanOrEqual(1);
  });
});

describe("all", () => {
  test("answers those of the store and of the settings by name; the settings win", async () => {
    const { accounts, records } = operationWorld({ fixed: [FIXED] });
    await accounts.create({ name: "zoe", role: "viewer" });
    const value = { role: "viewer", groups: [], disabled: true };
    await records.write([{ kind: "account", id: "raiz", version: 0, value }]);
    expect((await accounts.all()).map(({ name, role, source }) => [name, role, source])).toEqual([
      ["raiz", "admin", "environment"],
      ["zoe", "viewer", "database"],
    ]);
    expect(await accounts.account("raiz")).toMatchObject({ role: "admin", disabled: false });
  });
});

describe("emailsOf", () => {
  test("answers the addresses of a group, once each, without those of disabled accounts", async () => {
    const { accounts } = operationWorld();
    const group = { role: "viewer", groups: ["prensa"] } as const;
    await accounts.create({ name: "ana", ...group, email: "equipo@x.ar" });
    await accounts.create({ name: "beto", ...group, email: "equipo@x.ar" });
    await accounts.create({ name: "caro", ...group });
    await accounts.create({ name: "dora", ...group, email: "dora@x.ar" });
    await accounts.create({ name: "eva", role: "viewer", email: "eva@x.ar" });
    await accounts.change("dora", 1, { disabled: true });
    expect(await accounts.emailsOf("prensa")).toEqual(["equipo@x.ar"]);
  });
});
