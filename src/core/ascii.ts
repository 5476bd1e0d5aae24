// ASCII written straight into bytes, for text that is long and made of small pieces: each writer answers the position
// after what it wrote.

const [MINUS, POINT, ZERO] = [0x2d, 0x2e, 0x30];

/** Of a double's text in JSON, in bytes: `-0.0000012345678901234567`. */
export const LONGEST_NUMBER = 25;

export function putText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  return at;
}

/**
 * Writes a finite number as JSON has it.
 * Most published ones are a whole number of 31 bits over a small power of ten, which takes a third of the time: the
 * quotient is rounded correctly, so these digits read back as the same double, and no two decimals of 15 digits or less
 * are the same double, so fewer digits never do.
 */
export function putNumber(bytes: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  for (let decimals = 0, scale = 1; decimals <= 6 && size * scale < 0x7fffffff; decimals++, scale *= 10) {
    const whole = (size * scale + 0.5) | 0;
    if (whole / scale !== size) continue;
    if (value < 0) bytes[at++] = MINUS;
    let end = at + (decimals > 0 ? decimals + 2 : 1);
    for (let left = (whole / scale) | 0; left >= 10; left = (left / 10) | 0) end++;
    for (let place = end, left = whole, digits = 1; place > at; digits++) {
      const tens = (left / 10) | 0;
      bytes[--place] = ZERO + left - tens * 10;
      left = tens;
      if (digits === decimals) bytes[--place] = POINT;
    }
    return end;
  }
  return putText(bytes, at, String(value));
}
