// A body in pieces as large as they come: workerd cuts it to 4 kB for whoever brings no room for more, which made a
// downloaded dump cost four times as much.

type Bytes = Uint8Array<ArrayBuffer>;

/** Room for a piece, in bytes. */
const PIECE_BYTES = 64 * 1024;

/** Whoever leaves early ends the transfer. `wait` is given each reading. */
export async function* piecesOf(
  body: ReadableStream<Bytes>,
  wait: <T>(read: () => Promise<T>) => Promise<T> = (read) => read(),
): AsyncGenerator<Bytes, void, void> {
  const { read, cancel } = readerOf(body);
  try {
    for (;;) {
      const { done, value } = await wait(read);
      if (done) return;
      yield value!;
    }
  } finally {
    // Nothing to end where it broke, and nothing to tell.
    await cancel().catch(() => {});
  }
}

function readerOf(body: ReadableStream<Bytes>) {
  try {
    const reader = body.getReader({ mode: "byob" });
    return { read: () => reader.read(new Uint8Array(PIECE_BYTES)), cancel: () => reader.cancel() };
  } catch {
    // Streams of other things than the network's bytes take no room.
    const reader = body.getReader();
    return { read: () => reader.read(), cancel: () => reader.cancel() };
  }
}
