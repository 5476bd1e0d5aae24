// Passwords in addresses: hidden wherever they stand, whatever they are made of.

import { describe, expect, test } from "vitest";
import { hasMask, maskAddress, passwordsIn } from "../../../src/core/etl/masking.ts";

describe("maskAddress hides the password", () => {
  test.each<{ why: string; text: string; masked: string; passwords?: string[] }>([
    {
      why: "of an address that is the whole text",
      text: "postgresql+psycopg2://ana:clave@db:5432/base",
      masked: "postgresql+psycopg2://ana:***@db:5432/base",
      passwords: ["clave"],
    },
    {
      why: "with percent-encodings: both spellings are known",
      text: "postgres://ana:c%40v%3Ae@db/base",
      masked: "postgres://ana:***@db/base",
      passwords: ["c%40v%3Ae", "c@v:e"],
    },
    {
      why: "with a percent sign that encodes nothing",
      text: "postgres://ana:100%@db/base",
      masked: "postgres://ana:***@db/base",
      passwords: ["100%"],
    },
    {
      why: "with at signs, slashes, colons, hashes and question marks",
      text: "postgres://ana:a@b/c:d#e?f@db/base",
      masked: "postgres://ana:***@db/base",
      passwords: ["a@b/c:d#e?f"],
    },
    {
      why: "that begins as a port does",
      text: "postgresql://ana:12/3@db/base",
      masked: "postgresql://ana:***@db/base",
      passwords: ["12/3"],
    },
    { why: "with blanks", text: "postgres://ana:la clave@db/base", masked: "postgres://ana:***@db/base" },
    { why: "with a quotation mark", text: 'mysql://ana:a"b@db/x', masked: "mysql://ana:***@db/x" },
    { why: "without a user", text: "redis://:clave@cache:6379/0", masked: "redis://:***@cache:6379/0" },
    {
      why: "of a user with an at sign",
      text: "postgres://ana@example.org:clave@db/base",
      masked: "postgres://ana@example.org:***@db/base",
    },
    {
      why: "of HTTP, whose servers end at a slash",
      text: "GET https://ana:cl@ve@example.org/a?b=c@d",
      masked: "GET https://ana:***@example.org/a?b=c@d",
    },
    {
      why: "amid a sentence with a mail address",
      text: "conectado a postgres://ana:clave@db/base por orden de ana@example.org",
      masked: "conectado a postgres://ana:***@db/base por orden de ana@example.org",
    },
    {
      why: "of each of several",
      text: "de mysql://a:uno@x/1 a\npostgres://b:dos@y/2",
      masked: "de mysql://a:***@x/1 a\npostgres://b:***@y/2",
      passwords: ["uno", "dos"],
    },
    {
      why: "in JSON, which goes on being JSON",
      text: '{"url":"postgres://ana:clave@db/base","mail":"ana@example.org","other":"sftp://b:otra@h/"}',
      masked: '{"url":"postgres://ana:***@db/base","mail":"ana@example.org","other":"sftp://b:***@h/"}',
    },
    {
      why: "in a parameter",
      text: "postgresql:///base?host=db&password=clave&user=ana",
      masked: "postgresql:///base?host=db&password=***&user=ana",
      passwords: ["clave"],
    },
  ])("$why", ({ text, masked, passwords }) => {
    expect(maskAddress(text)).toBe(masked);
    expect(hasMask(maskAddress(text))).toBe(true);
    expect(maskAddress(masked)).toBe(masked);
    if (passwords) expect(passwordsIn(text)).toEqual(passwords);
  });
});

describe("maskAddress leaves as it is", () => {
  test.each([
    "sqlite:////tmp/a.sqlite",
    "https://example.org/a?b=c",
    "https://token@example.org/a",
    "http://localhost:8000/paquetes/@autor/x",
    "http://[::1]:8000/@autor/x",
    "http://localhost:8000 y ana@example.org",
    "postgres://ana@db:5432/base",
    "ana@example.org: nada",
    "12:30 ana@example.org",
    "://:@",
    "",
  ])("%j", (text) => {
    expect(maskAddress(text)).toBe(text);
    expect(passwordsIn(text)).toEqual([]);
  });
});

test("maskAddress takes time in proportion to the text, whatever the text", () => {
  // Each would take minutes if every address looked through the rest of the text.
  const size = 200_000;
  for (const text of ["a://b:c", "http://b:c", "a://", "a", "a:b@", 'a://"'].map((one) => one.repeat(size))) {
    expect(maskAddress(`${text} @`).length).toBeGreaterThan(0);
  }
});
