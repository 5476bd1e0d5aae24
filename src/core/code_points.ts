// Order of texts by their code points, which is that of their UTF-8 bytes and not that of UTF-16 units.

/** Negative where `a` is before `b`, 0 where they are the same text. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  // The second half of a pair says nothing without the first.
  if (i > 0 && isHigh(a.charCodeAt(i - 1))) i--;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
