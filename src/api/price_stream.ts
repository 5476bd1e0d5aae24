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
    let position = await positionAfter(first, request.headers.get("last-event-id"));
    const { name } = first.market;
    const left = new AbortController();
    const ended = AbortSignal.any([left.signal, until]);
    let beatAt = 0;
    let version = "";
    streams++;
    ended.addEventListener("abort", () => streams--, { once: true });

    /** New events as text; empty without any. */
    async function next(): Promise<string> {
      const published = await prices.current();
      const reader = published?.markets.find(({ market }) => market.name === name);
      if (!reader || reader.version === version) return "";
      const at = await position(reader);
      const entries = await reader.page(at, BATCH);
      if (entries.length < BATCH) version = reader.version;
      let text = "";
      for (const [i, entry] of entries.entries()) {
        const before = i > 0 && entries[i - 1]!.at !== entry.at
          ? 0
          : at + i - (await reader.totalsBefore(entry.at)).entries;
        const id = `${entry.at}.${before + 1}`;
        const tick = JSON.stringify({ timestamp: Math.floor(entry.at / 1000), price: Number(entry.price) });
        text += `id: ${id}\ndata: ${tick}\n\n`;
        position = after(entry.at, before + 1);
      }
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
  const position = after(Number(at), Number(place));
  return reader.entries - await position(reader) > MOST_MISSED ? fromEnd(reader, MOST_MISSED) : position;
}

/** From the newest so many on: who comes without an id sees the price at once. */
async function fromEnd(reader: PriceReader, entries: number): Promise<Position> {
  const position = Math.max(0, reader.entries - entries);
  const [first] = await reader.page(position, 1);
  if (!first) return () => Promise.resolve(0);
  const before = (await reader.totalsBefore(first.at)).entries;
  return after(first.at, position - before);
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
