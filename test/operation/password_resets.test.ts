import { beforeEach, describe, expect, test } from "vitest";
import { RESET_OPEN_MS } from "../../src/operation/password_resets.ts";
import { operationWorld, PASSWORD } from "./world.ts";

const NEXT = "tres tristes tigres";

let world: ReturnType<typeof operationWorld>;
beforeEach(async () => {
  world = operationWorld({ publicUrl: "https://datos.example/" });
  await world.accounts.create({ name: "ana", role: "operator", email: "Ana@example.ar", password: PASSWORD });
  await world.accounts.create({ name: "beto", role: "viewer", password: PASSWORD });
});

/** Asks, and answers the token of the last mail. */
async function requested(account = "ana"): Promise<string> {
  await (await world.passwordResets.request(account)).sending;
  return /una hora: (\S+)/.exec(world.sent.at(-1)!.text)![1]!;
}

describe("request", () => {
  test.each(["ana", " ANA ", "ana@EXAMPLE.ar"])(
    "mails %j a token, of which only a digest is kept",
    async (account) => {
      const token = await requested(account);
      expect(world.sent).toMatchObject([{
        to: ["Ana@example.ar"],
        subject: expect.stringContaining("clave"),
      }]);
      expect(world.sent[0]!.text).toContain(`https://datos.example/consola/clave#${token}\n`);
      expect(JSON.stringify(await world.records.records("password_reset"))).not.toContain(token);
    },
  );

  test.each([
    { why: "nobody", account: "nadie" },
    { why: "one without address", account: "beto" },
    { why: "one that is disabled", account: "ana", disabled: true },
  ])("answers the same for $why, and mails nothing", async ({ account, disabled }) => {
    if (disabled) await world.accounts.change("ana", 1, { disabled });
    await (await world.passwordResets.request(account)).sending;
    expect(world.sent).toEqual([]);
    expect(await world.records.records("password_reset")).toEqual([]);
  });

  test("mails one account three times an hour, then less", async () => {
    for (let i = 0; i < 10; i++) await (await world.passwordResets.request("ana")).sending;
    // The fourth is the first that makes the next wait.
    expect(world.sent).toHaveLength(4);
  });

  test("is Problem unavailable without mail, whoever it is for", async () => {
    const { passwordResets } = operationWorld({ mail: false });
    await expect(passwordResets.request("nadie")).rejects.toMatchObject({ code: "unavailable" });
  });

  test("removes tokens that nobody used in time", async () => {
    await requested();
    world.clock.at += RESET_OPEN_MS;
    await requested();
    expect(await world.records.records("password_reset")).toHaveLength(1);
  });
});

describe("complete", () => {
  test("sets the password once, ends the sessions and uses the account's other tokens up", async () => {
    const session = await world.sessions.begin((await world.accounts.account("ana"))!, "");
    const [first, second] = [await requested(), await requested()];
    expect(await world.passwordResets.complete(first, NEXT)).toMatchObject({ name: "ana" });
    expect(await world.logIn({ name: "ana", password: NEXT, address: "" })).toMatchObject({ account: {} });
    expect(await world.sessions.owner(session)).toBeUndefined();
    for (const token of [first, second]) {
      await expect(world.passwordResets.complete(token, PASSWORD)).rejects.toMatchObject({ code: "invalid" });
    }
  });

  test("lets one of several at once win", async () => {
    const token = await requested();
    const tries = await Promise.allSettled(
      [1, 2, 3].map((i) => world.passwordResets.complete(token, NEXT + i)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("refuses a token after an hour, of an account that was disabled, and what is none", async () => {
    const token = await requested();
    world.clock.at += RESET_OPEN_MS - 1;
    await world.accounts.change("ana", 1, { disabled: true });
    await expect(world.passwordResets.complete(token, NEXT)).rejects.toMatchObject({ code: "invalid" });
    await world.accounts.change("ana", 2, { disabled: false });
    world.clock.at += 1;
    for (const one of [token, "", "first_account", (await world.records.records("password_reset"))[0]!.id]) {
      await expect(world.passwordResets.complete(one, NEXT)).rejects.toMatchObject({
        code: "invalid",
        issues: [{ path: "/token" }],
      });
    }
  });

  test("leaves the token good when the password is not", async () => {
    const token = await requested();
    await expect(world.passwordResets.complete(token, "corta")).rejects.toThrow("al menos 12");
    expect(await world.passwordResets.complete(token, NEXT)).toMatchObject({ name: "ana" });
  });
});
