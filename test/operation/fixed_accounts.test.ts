import { describe, expect, test } from "vitest";
import { readEnv } from "../../src/config.ts";
import { fixedAccountText, parseFixedAccounts } from "../../src/operation/fixed_accounts.ts";
import { createPasswords } from "../../src/operation/passwords.ts";
import { PASSWORD, randomBytes } from "./world.ts";

const hash = await createPasswords(randomBytes, 2).hash(PASSWORD);

describe("parseFixedAccounts", () => {
  test("reads entries apart by any blanks, as fixedAccountText writes them", () => {
    const ana = { name: "ana", role: "admin", passwordHash: hash } as const;
    const beto = { name: "beto", role: "viewer", passwordHash: hash } as const;
    expect(parseFixedAccounts(` ${fixedAccountText(ana)}\n\t${fixedAccountText(beto)} `))
      .toEqual({ accounts: [ana, beto], faults: [] });
    expect(parseFixedAccounts("  ")).toEqual({ accounts: [], faults: [] });
  });

  test.each([
    { why: "a hash alone", text: hash, says: "debe ser usuario:rol:hash" },
    { why: "the role left out", text: `ana:${hash}`, says: "debe ser usuario:rol:hash" },
    { why: "too many parts", text: `ana:admin:${hash}:x`, says: "debe ser usuario:rol:hash" },
    { why: "hash and name changed about", text: `${hash}:admin:ana`, says: "el usuario debe tener" },
    {
      why: "hash and role changed about",
      text: `ana:${hash}:admin`,
      says: "el rol debe ser viewer, operator, admin",
    },
    {
      why: "a password in the clear",
      text: "ana:admin:hunter2hunter2",
      says: "console user NOMBRE ROL --print",
    },
    { why: "a name twice", text: `ana:admin:${hash} ana:viewer:${hash}`, says: "repite" },
  ])("tells $why by its position alone", ({ text, says }) => {
    const { faults } = parseFixedAccounts(`zoe:viewer:${hash} ${text}`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^la cuenta [23] de [23]: /);
    expect(faults[0]).toContain(says);
    expect(faults[0]).not.toContain(hash);
    expect(faults[0]).not.toContain("hunter2");
  });
});

describe("CONSOLE_USERS", () => {
  test("is the accounts", () => {
    expect(readEnv(["CONSOLE_USERS"], { CONSOLE_USERS: `ana:admin:${hash}` }).CONSOLE_USERS)
      .toEqual([{ name: "ana", role: "admin", passwordHash: hash }]);
    expect(readEnv(["CONSOLE_USERS"], {}).CONSOLE_USERS).toEqual([]);
  });

  test("stops the start with every fault, and no secret", () => {
    const read = () =>
      readEnv(["CONSOLE_USERS", "PORT"], { CONSOLE_USERS: "ana:admin:hunter2hunter2 x", PORT: "z" });
    expect(read).toThrow(/CONSOLE_USERS: la cuenta 1 de 2: .*CONSOLE_USERS: la cuenta 2 de 2: /);
    expect(read).toThrow("PORT: debe ser");
    expect(read).not.toThrow("hunter2");
  });
});
