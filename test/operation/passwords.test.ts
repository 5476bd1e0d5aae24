import { pbkdf2Sync } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  checkPassword,
  createPasswords,
  DEFAULT_ROUNDS,
  isPasswordHash,
} from "../../src/operation/passwords.ts";
import { PASSWORD, randomBytes } from "./world.ts";

const passwords = createPasswords(randomBytes, 3);
const bytes = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" });

describe("createPasswords", () => {
  test("hash writes what another implementation of PBKDF2 derives", async () => {
    const [scheme, rounds, salt, key] = (await passwords.hash(PASSWORD)).split(".");
    expect([scheme, rounds]).toEqual(["pbkdf2-sha256", "3"]);
    expect(bytes(key!)).toEqual(new Uint8Array(pbkdf2Sync(PASSWORD, bytes(salt!), 3, 32, "sha256")));
  });

  test("hash salts each anew", async () => {
    expect(await passwords.hash(PASSWORD)).not.toBe(await passwords.hash(PASSWORD));
  });

  test("hash costs what OWASP asks for, unless told", async () => {
    expect(DEFAULT_ROUNDS).toBeGreaterThanOrEqual(600_000);
    expect((await createPasswords(randomBytes).hash(PASSWORD)).split(".")[1]).toBe(String(DEFAULT_ROUNDS));
  });

  test("hash holds nothing that CONSOLE_USERS or a shell would take apart", async () => {
    for (let i = 0; i < 50; i++) expect(await passwords.hash(PASSWORD)).toMatch(/^[\w.-]+$/);
  });

  test("matches reads the cost from the text", async () => {
    const kept = await createPasswords(randomBytes, 7).hash(PASSWORD);
    expect(await passwords.matches(PASSWORD, kept)).toBe(true);
    expect(await passwords.matches(`${PASSWORD} `, kept)).toBe(false);
  });

  test("matches takes both ways of writing an accent for one", async () => {
    const kept = await passwords.hash("ñandú".normalize("NFC"));
    expect(await passwords.matches("ñandú".normalize("NFD"), kept)).toBe(true);
  });

  test.each([
    { why: "nothing", kept: undefined },
    { why: "an empty text", kept: "" },
    { why: "a text that is none", kept: "hola" },
    { why: "another scheme", kept: "md5.3.AAAAAAAAAAAAAAAAAAAAAA.AAAA" },
    { why: "zero rounds", kept: `pbkdf2-sha256.0.${"A".repeat(22)}.${"A".repeat(43)}` },
    { why: "rounds for ever", kept: `pbkdf2-sha256.999999999.${"A".repeat(22)}.${"A".repeat(43)}` },
    { why: "a short key", kept: `pbkdf2-sha256.3.${"A".repeat(22)}.AAAA` },
    { why: "more than there is", kept: `pbkdf2-sha256.3.${"A".repeat(22)}.${"A".repeat(43)}.A` },
  ])("matches is false for $why", async ({ kept }) => {
    expect(await passwords.matches(PASSWORD, kept)).toBe(false);
    if (kept !== undefined) expect(isPasswordHash(kept)).toBe(false);
  });
});

describe("checkPassword", () => {
  test.each([
    { why: "twelve characters", password: "abcdefghijkl" },
    { why: "twelve characters outside the first plane", password: "😀😁😂😃😀😁😂😃😀😁😂😃" },
    { why: "a sentence with the name in it", password: "los perros de ana" },
  ])("lets $why be", ({ password }) => expect(() => checkPassword(password, "ana")).not.toThrow());

  test.each([
    {
      why: "eleven characters",
      password: "abcdefghijk",
      says: "tiene 11 caracteres y debe tener al menos 12",
    },
    { why: "none", password: "", says: "al menos 12" },
    { why: "201 characters", password: "abcdefghij".repeat(20) + "k", says: "hasta 200" },
    { why: "the name again and again", password: "ANAanaAnaana", says: "no puede ser el nombre" },
    { why: "the name and a number", password: "ana-2026-2026", says: "no puede ser el nombre" },
    { why: "one letter", password: "aaaaaaaaaaaaaaa", says: "repite" },
  ])("refuses $why, and does not repeat it", ({ password, says }) => {
    const refuse = () => checkPassword(password, "ana");
    expect(refuse).toThrow(says);
    expect(refuse).toThrow(expect.objectContaining({ code: "invalid" }));
    if (password !== "") expect(refuse).not.toThrow(password);
  });
});
