// Text on its way into files, as UTF-8 in pieces of a few hundred kB: what is kept of a file of any length is one
// piece. Rows of values are put together from bytes, because a text for each of millions of them is what a run
// would spend its memory on.

const PIECE_BYTES = 256 * 1024;

export type TextPieces = {
  add(text: string): void;
  addBytes(bytes: Uint8Array): void;
  /** A short text of ASCII signs. */
  addAscii(text: string): void;
  /** Gives on what is left. */
  flush(): void;
};

const utf8 = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => utf8.encode(text);

/** Buffers that nobody is filling: a run opens thousands of files, a few at a time. */
const spare: Uint8Array[] = [];

/** `take` gets bytes that are only valid until it returns. */
export function textPieces(take: (piece: Uint8Array) => void): TextPieces {
  let piece: Uint8Array | undefined;
  let filled = 0;
  const flush = () => {
    if (!piece) return;
    if (filled > 0) take(piece.subarray(0, filled));
    spare.push(piece);
    piece = undefined;
    filled = 0;
  };
  /** The buffer, with place for as many bytes more. */
  const placeFor = (length: number) => {
    if (filled + length > PIECE_BYTES) flush();
    return piece ??= spare.pop() ?? new Uint8Array(PIECE_BYTES);
  };
  const addBytes = (bytes: Uint8Array) => {
    if (bytes.length > PIECE_BYTES) {
      flush();
      return take(bytes);
    }
    placeFor(bytes.length).set(bytes, filled);
    filled += bytes.length;
  };
  return {
    add: (text) => addBytes(utf8.encode(text)),
    addBytes,
    addAscii(text) {
      const { length } = text;
      const bytes = placeFor(length);
      for (let i = 0; i < length; i++) bytes[filled++] = text.charCodeAt(i);
    },
    flush,
  };
}
