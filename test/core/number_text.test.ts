// Numbers as text: Python's `repr` by known facts, decimals by the contract's definition written a second time.

import { describe, expect, test } from "vitest";
import { pythonNumber, significantFigures } from "../../src/core/number_text.ts";

/** Pseudo-random numbers in [0, 1) that are the same in every run. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) / 2 ** 32;
}

/** A double of any size and sign, from a random mantissa and exponent. */
function anyDouble(random: () => number): number {
  const exponent = Math.floor(random() * 60) - 30;
  return (random() < 0.5 ? -1 : 1) * Number(`${random() * 10}e${exponent}`);
}

describe("pythonNumber", () => {
  test.each([
    { why: "integers keep the point", value: 100, text: "100.0" },
    { why: "zero", value: 0, text: "0.0" },
    { why: "negative integers", value: -7, text: "-7.0" },
    { why: "decimals as they are", value: 47.62, text: "47.62" },
    { why: "binary noise is not hidden", value: 0.1 + 0.2, text: "0.30000000000000004" },
    { why: "a third", value: 1 / 3, text: "0.3333333333333333" },
    { why: "the last without exponent below 1", value: 0.0001, text: "0.0001" },
    { why: "just above it", value: 0.00012345, text: "0.00012345" },
    { why: "below 1e-4 an exponent of two digits", value: 0.00001234, text: "1.234e-05" },
    { why: "negative", value: -0.00005, text: "-5e-05" },
    { why: "one digit has no point", value: 1e-7, text: "1e-07" },
    { why: "two digits stay two", value: 1.5e-10, text: "1.5e-10" },
    { why: "three digits stay three", value: 1e-100, text: "1e-100" },
    { why: "the least double", value: 5e-324, text: "5e-324" },
    { why: "large with decimals", value: 123456789012.5, text: "123456789012.5" },
    { why: "the last without exponent above", value: 9999999999999998, text: "9999999999999998.0" },
    { why: "2 to the 53rd", value: 2 ** 53, text: "9007199254740992.0" },
    { why: "from 1e16 an exponent with its sign", value: 1e16, text: "1e+16" },
    { why: "with a point", value: 2.5e20, text: "2.5e+20" },
    { why: "where JavaScript has its own", value: 1e22, text: "1e+22" },
    { why: "negative and large", value: -123456789012345680000, text: "-1.2345678901234568e+20" },
    { why: "the greatest double", value: Number.MAX_VALUE, text: "1.7976931348623157e+308" },
  ])("pythonNumber($value) is $text: $why", ({ value, text }) => {
    expect(pythonNumber(value)).toBe(text);
  });

  test("pythonNumber reads back as the same double and shows that it is one", () => {
    const random = randoms(1);
    for (let i = 0; i < 5_000; i++) {
      const value = anyDouble(random);
      const text = pythonNumber(value);
      expect(Number(text)).toBe(value);
      expect(text).toMatch(/^-?\d+(\.\d+|(\.\d+)?e[+-]\d{2,3})$/);
    }
  });
});

/** The contract's definition over the digits written out: 17 minus the integer digits, zeros at the end gone. */
function decimalsByDefinition(value: number): number {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const point = 1 + Number(exponent);
  const whole = point > 0 ? digits.padEnd(point, "0").slice(0, point) : "0";
  const fraction = "0".repeat(Math.max(0, -point)) + digits.slice(Math.max(0, point));
  return fraction.slice(0, Math.max(0, 17 - whole.length)).replace(/0+$/, "").length;
}

describe("significantFigures", () => {
  test.each([
    { why: "the most of any value", values: [1, 1.24, 5.3123], figures: 4 },
    { why: "wherever it stands", values: [5.3123, 1.24, 1], figures: 4 },
    { why: "noise is cut", values: [0.1 + 0.2], figures: 1 },
    { why: "integers have none", values: [1.0, 20, -3], figures: 0 },
    { why: "negative values", values: [-0.25], figures: 2 },
    { why: "the contract's figures", values: [149.8703], figures: 4 },
    { why: "missing values count nothing", values: [NaN, 1.5, NaN], figures: 1 },
    { why: "no value", values: [], figures: 0 },
    { why: "only missing ones", values: [NaN], figures: 0 },
    { why: "small numbers", values: [1e-7], figures: 7 },
    { why: "written with an exponent", values: [1.234e-5], figures: 8 },
    { why: "what is left of a long one", values: [1 / 3], figures: 16 },
    { why: "one integer digit leaves sixteen decimals", values: [1.1 + 2.2], figures: 16 },
    { why: "three leave fourteen", values: [100.1 + 0.000000000000014], figures: 14 },
    { why: "eleven integer digits", values: [12345678901.25], figures: 2 },
    { why: "at the sixteenth decimal", values: [1e-16], figures: 16 },
    { why: "after it nothing is left", values: [1e-17], figures: 0 },
    { why: "nor of the least double", values: [5e-324], figures: 0 },
    { why: "the first digit of two is left", values: [1.5e-16], figures: 16 },
    { why: "large integers", values: [1e22, 2 ** 60, Number.MAX_VALUE], figures: 0 },
    { why: "a large one after a small", values: [0.123456789, 98765432109876], figures: 9 },
  ])("significantFigures($values) is $figures: $why", ({ values, figures }) => {
    expect(significantFigures(Float64Array.from(values))).toBe(figures);
  });

  test("significantFigures is the contract's definition for any double", () => {
    const random = randoms(2);
    for (let i = 0; i < 5_000; i++) {
      const value = anyDouble(random);
      expect([value, significantFigures(Float64Array.of(value))]).toEqual([
        value,
        decimalsByDefinition(value),
      ]);
    }
  });

  test("significantFigures of a column is the most of its values, in any order", () => {
    const random = randoms(3);
    for (let i = 0; i < 300; i++) {
      const values = Array.from(
        { length: 20 },
        () => Number((random() * 1000 - 500).toFixed(Math.floor(random() * 9))),
      );
      expect(significantFigures(Float64Array.from(values)))
        .toBe(Math.max(...values.map(decimalsByDefinition)));
    }
  });
});
