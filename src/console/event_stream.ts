// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html. A stream is a loop that looks,
// tells what is new and rests, as long as somebody listens.

/** `id` is where a listener that lost the connection goes on. */
export type StreamEvent = { readonly id: string; readonly event: string; readonly data: unknown };

const REST_MS = 500;
/** A line now and then keeps proxies from hanging up. */
const SIGN_MS = 15_000;
/** How long browsers wait before they come back. */
const RETRY_MS = 2_000;
/** Pieces that wait for a reader before nothing more is looked for. */
const WAITING_PIECES = 16;
/** Then the listener comes back, and is asked again who it is. */
const LONGEST_MS = 600_000;

/**
 * `look` answers what is new since it was last asked, or undefined at the end of the story. What it throws ends the
 * stream, and so does `closing`: the listener comes back.
 */
export function eventStream(
  look: () => Promise<readonly StreamEvent[] | undefined>,
  closing: AbortSignal,
): Response {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let quietMs = 0, lastsMs = 0;
  let stop = () => {};

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const tell = (text: string) => controller.enqueue(encoder.encode(text));
      const end = () => {
        if (isOver) return;
        stop();
        controller.close();
      };
      stop = () => {
        isOver = true;
        clearTimeout(timer);
        closing.removeEventListener("abort", end);
      };
      const turn = async () => {
        try {
          lastsMs += REST_MS;
          if (lastsMs > LONGEST_MS) return end();
          // Who does not read is told nothing more until it does.
          if (controller.desiredSize! <= 0) {
            timer = setTimeout(turn, REST_MS);
            return;
          }
          const news = await look();
          if (isOver) return;
          if (news === undefined) {
            // Without a word of it the listener would come back for ever.
            tell("event: end\ndata: {}\n\n");
            return end();
          }
          for (const { id, event, data } of news) {
            tell(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
          }
          quietMs = news.length > 0 ? 0 : quietMs + REST_MS;
          if (quietMs >= SIGN_MS) {
            tell(":\n\n");
            quietMs = 0;
          }
          timer = setTimeout(turn, REST_MS);
        } catch {
          end();
        }
      };
      if (closing.aborted) return end();
      closing.addEventListener("abort", end, { once: true });
      tell(`retry: ${RETRY_MS}\n\n`);
      void turn();
    },
    cancel: () => stop(),
  }, { highWaterMark: WAITING_PIECES });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" },
  });
}
