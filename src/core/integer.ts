// Whole numbers in query strings, as the contract reads them.

/** Python's `int()` on text: sign, surrounding blanks and single underscores between digits. */
export function parseInteger(text: string): bigint | undefined {
  const digits = /^\s*([+-]?)(\d+(?:_\d+)*)\s*$/.exec(text);
  if (!digits) return undefined;
  const value = BigInt(digits[2]!.replaceAll("_", ""));
  return digits[1] === "-" ? -value : value;
}
