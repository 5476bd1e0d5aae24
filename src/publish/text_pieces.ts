// Text on its way into files: collected, turned into UTF-8 and given on in pieces of a few hundred kB, so that
// what is kept of a file of any length is one piece.

/** Characters of a piece, give or take the last text. */
const PIECE_LENGTH = 256 * 1024;

export type TextPieces = {
  add(text: string): void;
  /** Gives on what is left. */
  flush(): void;
};

/** `take` gets bytes that are only valid until it returns. */
export function textPieces(take: (piece: Uint8Array) => void): TextPieces {
  const utf8 = new TextEncoder();
  let buffer = new Uint8Array(0);
  let pending = "";
  const flush = () => {
    if (pending === "") return;
    if (buffer.length < 3 * pending.length) buffer = new Uint8Array(3 * pending.length);
    const { written } = utf8.encodeInto(pending, buffer);
    pending = "";
    take(buffer.subarray(0, written));
  };
  return {
    add(text) {
      pending += text;
      if (pending.length >= PIECE_LENGTH) flush();
    },
    flush,
  };
}
