// Decimal numbers as text, exactly: read with their publisher's separators, added without rounding, written with the
// decimals they came with.

/** How numbers are written: the sign of decimals, and that between thousands, empty where there is none. */
export type Separators = { readonly decimal: string; readonly thousands: string };

/** Reads a number as `-1234.50`; answers undefined where the text is none. */
export function decimalReader({ decimal, thousands }: Separators): (text: string) => string | undefined {
  const grouped = thousands === "" ? "" : `|\\d{1,3}(?:${RegExp.escape(thousands)}\\d{3})+`;
  const whole = new RegExp(`^(-?)(\\d+${grouped})(?:${RegExp.escape(decimal)}(\\d+))?$`, "u");
  return (text) => {
    const found = whole.exec(text);
    if (found === null) return;
    const [, sign, units, decimals] = found;
    const plain = thousands === "" ? units : units!.replaceAll(thousands, "");
    return `${sign}${plain}${decimals === undefined ? "" : `.${decimals}`}`;
  };
}

/** Their sum, with the decimals of the one that has more. */
export function addDecimals(a: string, b: string): string {
  const decimals = Math.max(decimalsOf(a), decimalsOf(b));
  const sum = scaled(a, decimals) + scaled(b, decimals);
  const digits = String(sum < 0n ? -sum : sum).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  return `${sum < 0n ? "-" : ""}${digits.slice(0, at)}${decimals > 0 ? `.${digits.slice(at)}` : ""}`;
}

/** Below 0 where `a` is the smaller. */
export function compareDecimals(a: string, b: string): number {
  const decimals = Math.max(decimalsOf(a), decimalsOf(b));
  const [x, y] = [scaled(a, decimals), scaled(b, decimals)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function decimalsOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

const scaled = (text: string, decimals: number): bigint =>
  BigInt(text.replace(".", "") + "0".repeat(decimals - decimalsOf(text)));
