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

/** `take` gets bytes that are only valid until it returns. */
export function textPieces(take: (piece: Uint8Array) => void): TextPieces {
  const piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  const flush = () => {
    if (filled > 0) take(piece.subarray(0, filled));
    filled = 0;
  };
  const addBytes = (bytes: Uint8Array) => {
    if (filled + bytes.length > PIECE_BYTES) flush();
    if (bytes.length > PIECE_BYTES) return take(bytes);
    piece.set(bytes, filled);
    filled += bytes.length;
  };
  return {
    add: (text) => addBytes(utf8.encode(text)),
    addBytes,
    addAscii(text) {
      if (filled + text.length > PIECE_BYTES) flush();
      for (let i = 0; i < text.length; i++) piece[filled++] = text.charCodeAt(i);
    },
    flush,
  };
}
