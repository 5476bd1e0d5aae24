import { describe, expect, test } from "vitest";
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalText,
  meanNumber,
  parseDecimal,
  roundedMean,
  roundedToCents,
  subtractDecimals,
  ZERO,
} from "../../../src/core/prices/decimal.ts";

/** Pseudo-random whole numbers below a bound that are the same in every run. */
function randoms(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Random = ReturnType<typeof randoms>;

const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => String(random(10))).join("");

/** A plain decimal and its value in 10^-30. */
function anyDecimal(random: Random): { text: string; units: bigint } {
  const whole = digits(random, 1 + random(18));
  const fraction = digits(random, random(31));
  const isNegative = random(2) === 0;
  const units = BigInt(whole + fraction.padEnd(30, "0"));
  return {
    text: `${isNegative ? "-" : ""}${whole}${fraction && `.${fraction}`}`,
    units: isNegative ? -units : units,
  };
}

const at30 = ({ units, scale }: Decimal) => units * 10n ** BigInt(30 - scale);

describe("parseDecimal", () => {
  test.each([
    ["84436700.0", "84436700.0", "the scale is kept"],
    ["83439260.1161559577375675", "83439260.1161559577375675", "more digits than a double has"],
    ["84436700", "84436700", "whole"],
    ["007.50", "7.50", "zeros before"],
    ["5.", "5", "nothing after the point"],
    [".5", "0.5", "nothing before the point"],
    ["+1", "1", "a sign"],
    ["-0.05", "-0.05", "negative"],
    ["1e8", "100000000", "an exponent"],
    ["1.25E+1", "12.5", "an exponent within the fraction"],
    ["12.5e-3", "0.0125", "a negative exponent"],
    ["0", "0", "zero"],
  ])("%s is %s: %s", (text, plain) => {
    expect(decimalText(parseDecimal(text)!)).toBe(plain);
  });

  test.each([
    "",
    " 1",
    "1 ",
    ".",
    "-",
    "e5",
    "1e",
    "1,000",
    "1.000.000",
    "1_000",
    "0x10",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "n/a",
    "1e999999",
    "1e-999999",
    "٣",
    "9".repeat(3_000),
  ])(
    "%s is none",
    (text) => expect(parseDecimal(text)).toBeUndefined(),
  );
});

describe("Sums", () => {
  test("of decimals are those of whole numbers of 10^-30", () => {
    const random = randoms(1);
    for (let i = 0; i < 2_000; i++) {
      const [a, b] = [anyDecimal(random), anyDecimal(random)];
      const [x, y] = [parseDecimal(a.text)!, parseDecimal(b.text)!];
      expect(at30(addDecimals(x, y))).toBe(a.units + b.units);
      expect(at30(subtractDecimals(x, y))).toBe(a.units - b.units);
      expect(compareDecimals(x, y)).toBe(a.units < b.units ? -1 : a.units > b.units ? 1 : 0);
      expect(at30(parseDecimal(decimalText(addDecimals(x, y)))!)).toBe(a.units + b.units);
    }
  });

  test("do not lose the small beside the large", () => {
    const sum = ["1e16", "0.1", "0.1"].map((text) => parseDecimal(text)!).reduce(addDecimals, ZERO);
    expect(decimalText(sum)).toBe("10000000000000000.2");
  });
});

/** value = result / 2^1074. */
function inTinies(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0) & 0x7fffffffffffffffn;
  const exponent = bits >> 52n;
  const fraction = bits & ((1n << 52n) - 1n);
  const size = exponent === 0n ? fraction : (fraction + (1n << 52n)) << (exponent - 1n);
  return value < 0 ? -size : size;
}

function nextDouble(value: number, step: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) + step);
  return view.getFloat64(0);
}

const abs = (value: bigint) => value < 0n ? -value : value;

describe("meanNumber", () => {
  test("of one is what the language reads from the text", () => {
    const random = randoms(2);
    for (let i = 0; i < 3_000; i++) {
      const text = `${anyDecimal(random).text}e${random(600) - 320}`;
      expect(meanNumber(parseDecimal(text)!, 1), text).toBe(Number(text) + 0);
    }
    for (const text of ["1e400", "4.9e-324", "2.4e-324", "1.7976931348623159e308", "9007199254740993"]) {
      expect(meanNumber(parseDecimal(text)!, 1), text).toBe(Number(text));
    }
  });

  test("has no double nearer to the exact mean beside it", () => {
    const random = randoms(3);
    for (let i = 0; i < 2_000; i++) {
      const { text, units } = anyDecimal(random);
      const count = 1 + random(100_000);
      const mean = meanNumber(parseDecimal(text)!, count);
      if (mean === 0) continue;
      // All over 2^1074 · 10^30 · count.
      const off = (value: number) => abs(inTinies(value) * 10n ** 30n * BigInt(count) - (units << 1_074n));
      expect(off(mean) <= off(nextDouble(mean, 1n)), `${text} / ${count}`).toBe(true);
      expect(off(mean) <= off(nextDouble(mean, -1n)), `${text} / ${count}`).toBe(true);
    }
  });
});

describe("roundedToCents", () => {
  test.each([
    [0.125, 0.12, "a half goes to the even"],
    [0.375, 0.38, "a half goes to the even"],
    [2.675, 2.67, "the double is a little less than the half"],
    [1.005, 1, "the double is a little less than the half"],
    [-0.125, -0.12, "as the positive"],
    [1e22, 1e22, "whole"],
    [84_457_800.166666672, 84_457_800.17, "the recorded average of a price seen twice"],
    [5e-324, 0, "hardly anything"],
  ])("%d is %d: %s", (value, rounded) => expect(roundedToCents(value)).toBe(rounded));

  test("is what toFixed says where the value is no half", () => {
    const random = randoms(4);
    for (let i = 0; i < 5_000; i++) {
      const value = Number(`${digits(random, 1 + random(9))}.${digits(random, 10)}`);
      // Only eighths are halves of a cent.
      if (Number.isInteger(value * 8)) continue;
      expect(roundedToCents(value), String(value)).toBe(Number(value.toFixed(2)));
    }
  });
});

test("roundedMean is of the exact mean, not of a sum of doubles", () => {
  // 0.015, whose double is a little less: 0.01. The half below is exact, and goes to the even.
  const sum = addDecimals(parseDecimal("0.01")!, parseDecimal("0.02")!);
  expect(roundedMean(sum, 2)).toBe(Number((0.015).toFixed(2)));
  expect(roundedMean(parseDecimal("168873400.25")!, 2)).toBe(84_436_700.12);
});
