// ASCII in bytes: numbers against the language's own JSON.

import { describe, expect, test } from "vitest";
import { LONGEST_NUMBER, putNumber, putText } from "../../src/core/ascii.ts";

const fromUtf8 = new TextDecoder();

/** A number as it is written behind other bytes, and whether nothing else was touched. */
function written(value: number): { text: string; clean: boolean } {
  const bytes = new Uint8Array(LONGEST_NUMBER + 2).fill(0x23);
  const end = putNumber(bytes, 1, value);
  return {
    text: fromUtf8.decode(bytes.subarray(1, end)),
    clean: bytes[0] === 0x23 && bytes.subarray(end).every((byte) => byte === 0x23),
  };
}

describe("putText", () => {
  test("putText writes ASCII from a position on and answers the one after it", () => {
    const bytes = new Uint8Array(5);
    expect(putText(bytes, 1, "abc")).toBe(4);
    expect([...bytes]).toEqual([0, 97, 98, 99, 0]);
  });
});

describe("putNumber", () => {
  test.each([
    { why: "zero", value: 0, text: "0" },
    { why: "zero has no sign", value: -0, text: "0" },
    { why: "one digit", value: 7, text: "7" },
    { why: "a digit more", value: 10, text: "10" },
    { why: "negative", value: -12, text: "-12" },
    { why: "zeros in the middle", value: 100.001, text: "100.001" },
    { why: "no zero at the end", value: 2.5, text: "2.5" },
    { why: "below 1", value: 0.25, text: "0.25" },
    { why: "zeros after the point", value: -0.0005, text: "-0.0005" },
    { why: "six decimals", value: 0.000001, text: "0.000001" },
    { why: "seven decimals are an exponent", value: 1e-7, text: "1e-7" },
    { why: "seven decimals", value: 1.2345678, text: "1.2345678" },
    { why: "31 bits", value: 2147483647, text: "2147483647" },
    { why: "one bit more", value: 2147483648, text: "2147483648" },
    { why: "31 bits in all, with decimals", value: 2147.483646, text: "2147.483646" },
    { why: "more than 31 bits in all", value: 2147.483648, text: "2147.483648" },
    { why: "binary noise is not hidden", value: 0.1 + 0.2, text: "0.30000000000000004" },
    { why: "nearly a decimal", value: 1.0000000000000002, text: "1.0000000000000002" },
    { why: "the longest", value: -0.0000012345678901234567, text: "-0.0000012345678901234567" },
    { why: "the greatest double", value: -Number.MAX_VALUE, text: "-1.7976931348623157e+308" },
    { why: "the least double", value: 5e-324, text: "5e-324" },
  ])("putNumber($value) is $text: $why", ({ value, text }) => {
    expect(written(value)).toEqual({ text, clean: true });
  });

  test("putNumber writes what JSON has, of any number of digits and decimals", () => {
    let state = 7;
    const random = () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) / 2 ** 32;
    const wrong: number[] = [];
    for (let i = 0; i < 50_000; i++) {
      const value = Number(((random() - 0.5) * 10 ** (i % 22 - 4)).toPrecision(1 + i % 17));
      const { text, clean } = written(value);
      if (text !== JSON.stringify(value) || !clean) wrong.push(value);
    }
    expect(wrong).toEqual([]);
  });
});
