// Exact decimals: what prices are until an answer needs a double. Sums are exact; a mean is a fraction, of which the
// nearest double is taken once. The text of a double as the original wrote it is `pythonNumber` (number_text.ts).
// Source: prices 3.1.

/** `units` / 10^`scale`. The scale is that of the text, so `84436700.0` is written as it was read. */
export type Decimal = { readonly units: bigint; readonly scale: number };

export const ZERO: Decimal = { units: 0n, scale: 0 };

const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d{1,6}))?$/i;

/** Digits on either side of the point: more than any finite double needs, and no more memory than that. */
const MOST_DIGITS = 1_100;

/** Plain or with an exponent, as JSON and Python write numbers; undefined for anything else, `nan` and `inf` too. */
export function parseDecimal(text: string): Decimal | undefined {
  const found = text.length <= 2 * MOST_DIGITS ? DECIMAL.exec(text) : null;
  if (!found) return undefined;
  const [, sign, whole = "", fraction = found[4] ?? "", , exponent = "0"] = found;
  const scale = fraction.length - Number(exponent);
  const size = BigInt(whole + fraction);
  if (scale > MOST_DIGITS || -scale > MOST_DIGITS) return undefined;
  const units = sign === "-" ? -size : size;
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** Plain, without exponent; reads back as the same. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return (units < 0n ? "-" : "") + digits.slice(0, point) + (scale > 0 ? `.${digits.slice(point)}` : "");
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, { units: -b.units, scale: b.scale });
}

/** Negative where `a` is less, 0 where they are the same number. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const { units } = subtractDecimals(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

const unitsAt = ({ units, scale }: Decimal, finer: number) => units * 10n ** BigInt(finer - scale);

/** The double nearest to a sum's `count`th part, halves to even; `count` is at least 1. */
export function meanNumber({ units, scale }: Decimal, count: number): number {
  return nearestDouble(units, BigInt(count) * 10n ** BigInt(scale));
}

/** The mean as the price API answers it: 2 decimals, halves to even on the double nearest to the mean. */
export function roundedMean(sum: Decimal, count: number): number {
  return roundedToCents(meanNumber(sum, count));
}

/** Python's `round(value, 2)`: 0.125 becomes 0.12, and 1.005, which is a little less, 1.0. */
export function roundedToCents(value: number): number {
  const { mantissa, exponent } = partsOf(value);
  if (exponent >= 0) return value;
  const cents = evenQuotient(mantissa * 100n, 1n << BigInt(-exponent));
  const rounded = Number(`${cents}e-2`);
  return value < 0 ? -rounded : rounded;
}

/** |value| = mantissa · 2^exponent; not of infinities, whose exponent tells them to be whole. */
function partsOf(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1_074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1_075 };
}

/** The whole number nearest to a fraction that is not negative, halves to even. */
function evenQuotient(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const isUp = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** The double nearest to a fraction with a positive denominator, halves to even; infinite past the greatest. */
function nearestDouble(numerator: bigint, denominator: bigint): number {
  if (numerator < 0n) return -nearestDouble(-numerator, denominator);
  if (numerator === 0n) return 0;
  // An exponent that leaves 53 or 54 bits before the point; one more bit is taken off where there are 54.
  const least = -1_074;
  let exponent = Math.max(bitsOf(numerator) - bitsOf(denominator) - 53, least);
  const quotientAt = (power: number) =>
    power >= 0
      ? evenQuotient(numerator, denominator << BigInt(power))
      : evenQuotient(numerator << BigInt(-power), denominator);
  let mantissa = quotientAt(exponent);
  // Rounded anew from the fraction: rounding twice is not the same. 2^53 itself is exact.
  if (mantissa > 1n << 53n) mantissa = quotientAt(++exponent);
  // Whole numbers up to 2^53 are exact; halves of the power because 2^-1074 · 2^1074 is past one factor.
  const half = Math.trunc(exponent / 2);
  return Number(mantissa) * 2 ** half * 2 ** (exponent - half);
}

const bitsOf = (value: bigint) => value.toString(2).length;
