import { describe, expect, test } from "vitest";
import { parseInteger } from "../../src/core/integer.ts";

describe("parseInteger", () => {
  // What CPython's int() answers.
  test.each([
    ["7", 7n],
    [" +7\t", 7n],
    ["-12", -12n],
    ["1_000", 1000n],
    ["007", 7n],
    ["٣", 3n],
    ["１_２", 12n],
    ["5\x85", 5n],
    ["9".repeat(30), 10n ** 30n - 1n],
  ])("reads %j", (text, value) => expect(parseInteger(text)).toBe(value));

  test.each(["", " ", "1.0", "1e3", "0x5", "_1", "1_", "1__0", "+ 1", "--1", "1 2", "½", "\ufeff5", "\x1f5"])(
    "refuses %j",
    (text) => expect(parseInteger(text)).toBeUndefined(),
  );
});
