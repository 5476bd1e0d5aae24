// Whole numbers in query strings, as the contract reads them, and what their texts have in common with other numbers'.

/** Python's `int()` on text: sign, blanks around, single underscores between digits, digits of any script. */
export function parseInteger(text: string): bigint | undefined {
  const digits = /^([+-]?)(\d+(?:_\d+)*)$/.exec(plainDigits(text));
  if (!digits) return undefined;
  const value = BigInt(digits[2]!.replaceAll("_", ""));
  return digits[1] === "-" ? -value : value;
}

/** Without blanks around, and with the digits of all scripts as ours, as Python reads numbers. */
export function plainDigits(text: string): string {
  // Not by an expression: one that ends in blanks takes the square of a long text.
  let from = 0, to = text.length;
  while (from < to && isBlank(text[from]!)) from++;
  while (to > from && isBlank(text[to - 1]!)) to--;
  const bare = text.slice(from, to);
  return /^[\x20-\x7e]*$/.test(bare) ? bare : bare.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    // Digits stand together by tens, from 0 on.
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
    return String((code - first) % 10);
  });
}

/** Python's blanks around numbers: those of this language, a line end more, the byte order mark less. */
function isBlank(sign: string): boolean {
  return sign === "\x85" || (/\s/.test(sign) && sign !== "\ufeff");
}
