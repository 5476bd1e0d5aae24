import { describe, expect, test } from "vitest";
import { createPasswords } from "../../src/operation/passwords.ts";
import { operationWorld, PASSWORD, randomBytes } from "./world.ts";

const ANA = { name: "ana", password: PASSWORD };

describe("invite and create", () => {
  test("make one administrator where there is no account", async () => {
    const { firstAccount, accounts, records } = operationWorld();
    const token = (await firstAccount.invite())!;
    expect(JSON.stringify(await records.records("password_reset"))).not.toContain(token);
    expect(await firstAccount.create(token, ANA)).toMatchObject({ name: "ana", role: "admin" });
    expect((await accounts.all()).map(({ name }) => name)).toEqual(["ana"]);
    expect(await firstAccount.invite()).toBeUndefined();
    await expect(firstAccount.create(token, { ...ANA, name: "beto" })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  test("invite nobody where the settings have an account", async () => {
    const passwordHash = await createPasswords(randomBytes, 2).hash(PASSWORD);
    const { firstAccount } = operationWorld({ fixed: [{ name: "raiz", role: "viewer", passwordHash }] });
    expect(await firstAccount.invite()).toBeUndefined();
  });

  test("take the newest token alone, for an hour", async () => {
    const { firstAccount, clock } = operationWorld();
    const [old, token] = [(await firstAccount.invite())!, (await firstAccount.invite())!];
    await expect(firstAccount.create(old, ANA)).rejects.toMatchObject({ code: "invalid" });
    clock.at += 3_600_000;
    await expect(firstAccount.create(token, ANA)).rejects.toMatchObject({ code: "invalid" });
  });

  test("refuse a token where somebody made an account meanwhile", async () => {
    const { firstAccount, accounts } = operationWorld();
    const token = (await firstAccount.invite())!;
    await accounts.create({ name: "beto", role: "viewer" });
    await expect(firstAccount.create(token, ANA)).rejects.toMatchObject({ code: "invalid" });
  });

  test("let one of several at once win", async () => {
    const { firstAccount, accounts } = operationWorld();
    const token = (await firstAccount.invite())!;
    await Promise.allSettled(
      ["ana", "beto", "caro"].map((name) => firstAccount.create(token, { ...ANA, name })),
    );
    expect(await accounts.all()).toHaveLength(1);
  });
});
