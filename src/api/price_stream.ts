// `/api/ticker-stream/`: new ticks as server-sent events. An event's id is its instant and its place among the ticks
// of that instant, so a reader that comes back with `Last-Event-ID` goes on where it was.

import type { PriceReader, Prices } from "../core/prices/reader.ts";
import { priceError } from "./price_answer.ts";
import type { PriceStream } from "./prices.ts";
import { COMMON_HEADERS } from "./problems.ts";

/** How often a quiet stream looks, and says that it is there, in ms. */
const LOOK_MS = 500;
const BEAT_MS = 15_000;

/** Events that are written at once. */
const BATCH = 500;
const MOST_STREAMS = 500;
/** A reader that was away for longer gets the newest. */
const MOST_MISSED = 10_000;

const utf8 = new TextEncoder();

/** Makes answers that go on until the reader leaves, or `until`. */
export function priceStream(until: AbortSignal): PriceStream {
  let streams = 0;
  return async (prices: Prices, first, request) => {
    if (streams >= MOST_STREAMS || until.aborted) {
      return priceError(503, "Hay demasiados lectores de precios en vivo. Reintente más tarde");
    }
    const left = new AbortController();
    const ended = AbortSignal.any([left.signal, until]);
    streams++;
    ended.addEventListener("abort", () => streams--, { once: true });
    let position = await positionAfter(first, request.headers.get("last-event-id")).catch((error) => {
      left.abort();
      throw error;
    });
    const { name } = first.market;
    let beatAt = 0;
    let version = "";

    /** New events as text; empty without any. */
    async function next(): Promise<string> {
      const published = await prices.current();
      const reader = published?.markets.find(({ market }) => market.name === name);
      if (!reader || reader.version === version) return "";
      const at = await position(reader);
      const entries = await reader.page(at, BATCH);
      if (entries.length === 0) {
        version = reader.version;
        return "";
      }
      // Only the first may have others of its instant before it that are not in this batch.
      let place = at - (await reader.totalsBefore(entries[0]!.at)).entries;
      let text = "";
      for (const [i, entry] of entries.entries()) {
        place = i > 0 && entries[i - 1]!.at !== entry.at ? 1 : place + 1;
        const tick = JSON.stringify({ timestamp: Math.floor(entry.at / 1000), price: Number(entry.price) });
        text += `id: ${entry.at}.${place}\ndata: ${tick}\n\n`;
      }
      position = after(entries.at(-1)!.at, place);
      if (entries.length < BATCH) version = reader.version;
      return text;
    }

    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(utf8.encode("retry: 3000\n\n"));
      },
      async pull(controller) {
        for (;;) {
          // What cannot be read now is read later.
          const text = await next().catch(() => "");
          beatAt = text === "" ? beatAt + LOOK_MS : 0;
          if (ended.aborted) return until.aborted ? controller.close() : undefined;
          if (text !== "") return controller.enqueue(utf8.encode(text));
          if (beatAt >= BEAT_MS) {
            beatAt = 0;
            return controller.enqueue(utf8.encode(":\n\n"));
          }
          await pause(LOOK_MS, ended);
        }
      },
      cancel: () => left.abort(),
    }, { highWaterMark: 1 });
    return new Response(body, {
      headers: {
        ...COMMON_HEADERS,
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        // nginx would gather events before it hands them on.
        "x-accel-buffering": "no",
      },
    });
  };
}

/** Where the next event stands, in whatever is published then. */
type Position = (reader: PriceReader) => Promise<number>;

const after = (at: number, place: number): Position => async (reader) => {
  const [before, upTo] = await Promise.all([reader.totalsBefore(at), reader.totalsBefore(at + 1)]);
  return Math.min(before.entries + place, upTo.entries);
};

async function positionAfter(reader: PriceReader, lastId: string | null): Promise<Position> {
  const { at, place } = /^(?<at>\d{1,15})\.(?<place>\d{1,9})$/.exec(lastId ?? "")?.groups ?? {};
  if (at === undefined) return fromEnd(reader, 1);
  // Another server, or another store, told of a price that is not here yet: all that comes is new.
  if (reader.newest && Number(at) > reader.newest.at) return fromEnd(reader, 0);
  const position = after(Number(at), Number(place));
  return reader.entries - await position(reader) > MOST_MISSED ? fromEnd(reader, MOST_MISSED) : position;
}

/** From the newest so many on: who comes without an id sees the price at once. */
async function fromEnd(reader: PriceReader, entries: number): Promise<Position> {
  const position = Math.max(0, reader.entries - entries);
  const [last] = position === 0 ? [] : await reader.page(position - 1, 1);
  if (!last) return () => Promise.resolve(0);
  const before = (await reader.totalsBefore(last.at)).entries;
  return after(last.at, position - before);
}

function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      ended.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    ended.addEventListener("abort", wake);
  });
}
