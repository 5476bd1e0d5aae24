// Where a text stops being JSON: the places that the engine tells, and those it keeps to itself.

import { describe, expect, test } from "vitest";
import { jsonFaultAt } from "../../src/ingest/json_fault.ts";

describe("jsonFaultAt", () => {
  /** `·` stands before the fault. */
  test.each([
    "·",
    "  ·",
    "{·",
    '{"a"·',
    '{"a":·',
    '{"a": [1, 2·',
    '{"a": "bc·',
    '{"a": tru·',
    '{"a": -·',
    '{"a": "\\·',
    '{"a": "\\u00·',
    '{"a": ·x}',
    '{"a": ·,}',
    '{"a": ·NaN}',
    '{"a": ·tru}',
    '{"a": 1,·}',
    '{"a": 1 ·"b": 2}',
    '{"a" ·1}',
    "{·'a': 1}",
    "{·1: 2}",
    "[1,·]",
    "[1 ·2]",
    "[0·1]",
    "[1·}",
    '{"a": 1·]',
    '{"a": "b·\nc"}',
    '{"a": "\\·x"}',
    '{"a": "\\u0·g00"}',
    '{"a": 1} ·x',
    "·<html>",
    `${"[".repeat(100_000)}·}`,
  ])("tells the place in %s", (marked) => {
    const text = marked.replace("·", "");
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(jsonFaultAt(text)).toBe(marked.indexOf("·"));
  });

  test("goes to the end of what is JSON", () => {
    const text = ' {"a": [1, -2.5e+3, true, false, null, "x\\n\\u00e9"], "b": {"c": {}, "d": []}, "e": ""} ';
    expect(() => JSON.parse(text)).not.toThrow();
    expect(jsonFaultAt(text)).toBe(text.length);
  });
});
