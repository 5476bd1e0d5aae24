import { describe, expect, test } from "vitest";
import { LOG_IN_RULES } from "../../src/operation/log_in.ts";
import { operationWorld, PASSWORD } from "./world.ts";

/** Counts what derives, which is nearly all of the time that an answer takes. */
async function world() {
  const derived: (string | undefined)[] = [];
  const built = operationWorld({
    overPasswords: (passwords) => ({
      ...passwords,
      matches: (password, kept) => {
        derived.push(kept);
        return passwords.matches(password, kept);
      },
    }),
  });
  await built.accounts.create({ name: "ana", role: "operator", password: PASSWORD });
  await built.accounts.create({ name: "beto", role: "viewer", password: PASSWORD });
  await built.accounts.create({ name: "nueva", role: "viewer" });
  await built.accounts.change("beto", 1, { disabled: true });
  const logIn = (name: string, password = PASSWORD, address = "192.0.2.1") =>
    built.logIn({ name, password, address });
  return { ...built, derived, logIn };
}

describe("logIn", () => {
  test("answers the account of a name and its password", async () => {
    const { logIn } = await world();
    expect(await logIn("ana")).toMatchObject({ account: { name: "ana", role: "operator" } });
    expect(await logIn(" Ana ")).toMatchObject({ account: { name: "ana" } });
  });

  test.each([
    { why: "another password", name: "ana", password: "otra" },
    { why: "no account", name: "nadie", password: PASSWORD },
    { why: "a disabled account", name: "beto", password: PASSWORD },
    { why: "an account without password", name: "nueva", password: "" },
  ])("refuses $why, after one derivation as for any", async ({ name, password }) => {
    const { logIn, derived } = await world();
    expect(await logIn(name, password)).toMatchObject({ refused: "wrong" });
    expect(derived).toHaveLength(1);
  });

  test("slows guesses at an account from one place, and no others'", async () => {
    const { logIn, clock, derived } = await world();
    for (let i = 0; i <= LOG_IN_RULES.pair.free; i++) {
      expect(await logIn("ana", `guess ${i}`)).toMatchObject({ refused: "wrong" });
    }
    const before = derived.length;
    // Also the right one: else a guesser would learn of it.
    expect(await logIn("ana")).toEqual({ refused: "wait", seconds: 1 });
    expect(derived).toHaveLength(before);
    expect(await logIn("ana", PASSWORD, "198.51.100.7")).toMatchObject({ account: { name: "ana" } });
    clock.at += 1_000;
    expect(await logIn("ana")).toMatchObject({ account: { name: "ana" } });
  });

  test("begins anew after the right password", async () => {
    const { logIn, accounts } = await world();
    for (let i = 0; i < LOG_IN_RULES.pair.free; i++) await logIn("ana", "guess");
    expect(await logIn("ana")).toMatchObject({ account: {} });
    // Else what is remembered answers.
    await accounts.change("ana", 1, { password: `${PASSWORD}!` });
    for (let i = 0; i < LOG_IN_RULES.pair.free; i++) {
      expect(await logIn("ana", "guess")).toMatchObject({ refused: "wrong" });
    }
  });

  test("counts no right password, however often it comes", async () => {
    const { logIn, clock, derived } = await world();
    for (let i = 0; i < 70; i++, clock.at += 5 * 60_000) {
      expect(await logIn("ana")).toMatchObject({ account: {} });
    }
    expect(derived).toHaveLength(70);
  });

  test("slows a place that guesses at many accounts, known or not", async () => {
    const { logIn } = await world();
    for (let i = 0; i <= LOG_IN_RULES.address.free; i++) {
      expect(await logIn(`nadie${i}`)).toMatchObject({ refused: "wrong" });
    }
    expect(await logIn("nadie")).toEqual({ refused: "wait", seconds: 1 });
    expect(await logIn("ana")).toEqual({ refused: "wait", seconds: 1 });
  });

  test("slows guesses at an account from many places", async () => {
    const { logIn } = await world();
    for (let i = 0; i <= LOG_IN_RULES.account.free; i++) await logIn("ana", "guess", `192.0.2.${i}`);
    expect(await logIn("ana", PASSWORD, "198.51.100.7")).toEqual({ refused: "wait", seconds: 1 });
  });

  test("lets no more guesses through when they come at once", async () => {
    const { logIn, derived } = await world();
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, i) => logIn("ana", `guess ${i}`)));
    expect(derived.length).toBeLessThanOrEqual(LOG_IN_RULES.pair.free + 1);
    expect(outcomes.filter((one) => "refused" in one && one.refused === "wait").length).toBe(
      50 - derived.length,
    );
  });

  test("remembers what was right, so that many requests at once derive once", async () => {
    const { logIn, derived, clock } = await world();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => logIn("ana")));
    expect(outcomes.every((one) => "account" in one)).toBe(true);
    expect(derived).toHaveLength(1);
    clock.at += 5 * 60_000;
    await logIn("ana");
    expect(derived).toHaveLength(2);
  });

  test("lets nobody guess faster at what is remembered", async () => {
    const { logIn } = await world();
    await logIn("ana");
    for (let i = 0; i <= LOG_IN_RULES.pair.free; i++) await logIn("ana", `guess ${i}`);
    expect(await logIn("ana")).toMatchObject({ refused: "wait" });
  });

  test("keeps nobody out who is remembered when others guess from elsewhere", async () => {
    const { logIn } = await world();
    await logIn("ana");
    for (let i = 0; i <= LOG_IN_RULES.account.free; i++) await logIn("ana", "guess", `198.51.100.${i}`);
    expect(await logIn("ana")).toMatchObject({ account: { name: "ana" } });
    expect(await logIn("ana", PASSWORD, "203.0.113.1")).toMatchObject({ refused: "wait" });
  });

  test("remembers nothing of an account that changed", async () => {
    const { logIn, accounts } = await world();
    await logIn("ana");
    await accounts.change("ana", 1, { password: "otra clave bien larga" });
    expect(await logIn("ana")).toMatchObject({ refused: "wrong" });
    expect(await logIn("ana", "otra clave bien larga")).toMatchObject({ account: { name: "ana" } });
    await accounts.change("ana", 2, { disabled: true });
    expect(await logIn("ana", "otra clave bien larga")).toMatchObject({ refused: "wrong" });
  });

  test("answers the role that the account has now", async () => {
    const { logIn, accounts } = await world();
    await logIn("ana");
    await accounts.change("ana", 1, { role: "viewer" });
    expect(await logIn("ana")).toMatchObject({ account: { role: "viewer" } });
  });
});
