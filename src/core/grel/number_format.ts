// Numbers by a format of the printf family: `%05d`, `%.2f`, `%,.2f`, `%x`, `%e`, `%s`.

import { doubleText, GrelError } from "./value.ts";

const SPECIFIER = /%([-+ 0,(#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])?/g;
const WIDEST = 1000;

/** Writes a number; formats that do not fit its kind (integer or double) are errors. */
export function formatNumber(value: bigint | number, format: string): string | GrelError {
  let fault: GrelError | undefined;
  const text = format.replace(
    SPECIFIER,
    (whole, flags: string, width = "0", precision: string | undefined, letter) => {
      if (letter === "%") return "%";
      if (letter === "n") return "\n";
      const body = Number(width) > WIDEST || Number(precision ?? 0) > WIDEST
        ? undefined
        : converted(value, letter, flags, precision === undefined ? undefined : Number(precision));
      if (body === undefined) {
        fault ??= new GrelError(`El formato "${whole}" no sirve para este número`);
        return "";
      }
      return fitted(body, flags, Number(width), letter);
    },
  );
  return fault ?? text;
}

function converted(
  value: bigint | number,
  letter: string | undefined,
  flags: string,
  precision: number | undefined,
): string | undefined {
  if (letter === "s" || letter === "S") return typeof value === "bigint" ? String(value) : doubleText(value);
  if (typeof value === "bigint") {
    if (letter === "d") return signed(grouped(String(value), flags), flags);
    if (precision !== undefined) return undefined;
    const bits = BigInt.asUintN(64, value);
    return letter === "x"
      ? bits.toString(16)
      : letter === "X"
      ? bits.toString(16).toUpperCase()
      : letter === "o"
      ? bits.toString(8)
      : undefined;
  }
  if (!Number.isFinite(value)) return /[feE]/.test(letter ?? "") ? signed(String(value), flags) : undefined;
  if (letter === "f") return signed(grouped(fixed(value, precision ?? 6), flags), flags);
  if (letter === "e" || letter === "E") {
    const text = value.toExponential(Math.min(100, precision ?? 6)).replace(/e([+-])(\d)$/, "e$10$2");
    return signed(letter === "E" ? text.toUpperCase() : text, flags);
  }
  return undefined;
}

function signed(text: string, flags: string): string {
  if (text.startsWith("-")) return flags.includes("(") ? `(${text.slice(1)})` : text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
}

function grouped(text: string, flags: string): string {
  if (!flags.includes(",")) return text;
  const [whole = "", fraction] = text.split(".");
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? parted : `${parted}.${fraction}`;
}

function fitted(text: string, flags: string, width: number, letter: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || letter === "s") return text.padStart(width);
  const sign = /^[-+ ]?/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

/** So many decimals, halves up, of the shortest digits that mean the number. */
function fixed(value: number, decimals: number): string {
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  // The digits of value × 10^decimals, and those that are cut off.
  const kept = exponent + 1 + decimals;
  const units = kept < 0 ? 0n : BigInt(digits.slice(0, kept).padEnd(kept, "0") || "0");
  const roundUp = kept >= 0 && Number(digits[kept] ?? 0) >= 5 ? 1n : 0n;
  const text = String(units + roundUp).padStart(decimals + 1, "0");
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return decimals === 0 ? sign + text : `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
