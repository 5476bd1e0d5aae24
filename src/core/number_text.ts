// Numbers as text, where the contract prescribes how: Python's shortest form in CSV answers and computed
// metadata. JSON keeps the language's own form.

/** Shortest text that reads back as the same double: integers keep `.0`, exponents below 1e-4 and from 1e16. */
export function pythonNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e16 || (size < 1e-4 && size > 0)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Digits after the point of `value`, cut where a double carries only noise (17 significant digits). */
function decimalsOf(value: number): number {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const decimals = digits.length - 1 - Number(exponent);
  if (decimals <= 0) return 0;
  const integerDigits = Math.max(1, Number(exponent) + 1);
  const noise = decimals - (17 - integerDigits);
  const kept = noise > 0 ? digits.slice(0, -noise) : digits;
  if (kept === "") return 0;
  return Math.max(0, Math.min(decimals, 17 - integerDigits) - (kept.length - kept.replace(/0+$/, "").length));
}

/** Largest number of decimals among the values that exist. */
export function significantFigures(values: Float64Array): number {
  let most = 0;
  let scale = 1;
  for (const value of values) {
    if (Number.isNaN(value) || Math.round(value * scale) / scale === value) continue;
    const decimals = decimalsOf(value);
    if (decimals > most) {
      most = decimals;
      scale = 10 ** most;
    }
  }
  return most;
}
