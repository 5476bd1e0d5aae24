// Text on its way into files: collected, turned into UTF-8 and given on in pieces of a few hundred kB, so that
// what is kept of a file of any length is one piece.

const PIECE_BYTES = 256 * 1024;

/** Characters turned into bytes at once: few enough that what they leave is collected cheaply. */
const TEXT_LENGTH = 8 * 1024;

export type TextPieces = {
  add(text: string): void;
  /** Gives on what is left. */
  flush(): void;
};

/** `take` gets bytes that are only valid until it returns. */
export function textPieces(take: (piece: Uint8Array) => void): TextPieces {
  const utf8 = new TextEncoder();
  let piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let text = "";
  const encode = () => {
    const most = 3 * text.length;
    if (filled + most > piece.length) {
      give();
      if (most > piece.length) piece = new Uint8Array(most);
    }
    filled += utf8.encodeInto(text, piece.subarray(filled)).written;
    text = "";
  };
  const give = () => {
    if (filled > 0) take(piece.subarray(0, filled));
    filled = 0;
  };
  return {
    add(more) {
      text += more;
      if (text.length >= TEXT_LENGTH) encode();
    },
    flush() {
      encode();
      give();
    },
  };
}
