// The stream of new ticks: real time here, because it looks for itself.

import { afterEach, expect, test } from "vitest";
import { priceStream } from "../../src/api/price_stream.ts";
import { NOON, tick } from "../store/price_examples.ts";
import { priceApp, ticksFrom } from "./price_app.ts";

let end = new AbortController();
afterEach(() => {
  end.abort();
  end = new AbortController();
});

const streaming = () => priceApp({ priceStream: priceStream(end.signal) });

/** Events of an answer as they come. */
async function* eventsOf(answer: Response): AsyncGenerator<{ id: string; data: unknown }> {
  let text = "";
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      const found = /^id: (.*)\ndata: (.*)$/.exec(text.slice(0, at));
      text = text.slice(at + 2);
      if (found) yield { id: found[1]!, data: JSON.parse(found[2]!) };
    }
  }
}

async function take(events: AsyncGenerator<{ id: string; data: unknown }>, count: number) {
  const found = [];
  while (found.length < count) found.push((await events.next()).value as { id: string; data: unknown });
  return found;
}

test("tells the newest tick, then each new one", async () => {
  const { add, ask } = await streaming();
  await add(...ticksFrom(["1", "2", "3"]));
  const answer = await ask("/api/ticker-stream/");
  expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(answer.headers.get("cache-control")).toContain("no-store");
  const events = eventsOf(answer);
  expect(await take(events, 1)).toEqual([
    { id: `${NOON + 20_000}.1`, data: { timestamp: NOON / 1000 + 20, price: 3 } },
  ]);
  await add(
    tick(NOON + 30_000, "4"),
    tick(NOON + 30_000, "5", { source: "legacy" }),
    tick(NOON + 40_000, "6"),
  );
  expect((await take(events, 3)).map(({ id }) => id)).toEqual([
    `${NOON + 30_000}.1`,
    `${NOON + 30_000}.2`,
    `${NOON + 40_000}.1`,
  ]);
});

test.each([
  { why: "after an event", id: `${NOON + 10_000}.1`, prices: [2.5, 3, 4] },
  { why: "between two of one instant", id: `${NOON + 10_000}.2`, prices: [3, 4] },
  { why: "after one that was thinned away", id: `${NOON + 5_000}.1`, prices: [2, 2.5, 3, 4] },
  { why: "with the newest where it is no id", id: "x", prices: [4] },
])("goes on $why", async ({ id, prices }) => {
  const { add, ask } = await streaming();
  await add(...ticksFrom(["1", "2", "3", "4"]), tick(NOON + 10_000, "2.5", { source: "legacy" }));
  const events = eventsOf(await ask("/api/ticker-stream/", { "last-event-id": id }));
  const found = await take(events, prices.length);
  expect(found.map(({ data }) => (data as { price: number }).price)).toEqual(prices);
});

test("tells all that was missed, however many, in order", async () => {
  const { add, ask } = await streaming();
  await add(...ticksFrom(Array.from({ length: 1_800 }, (_, i) => `${i + 1}`)));
  const events = eventsOf(await ask("/api/ticker-stream/", { "last-event-id": `${NOON}.1` }));
  const found = await take(events, 1_799);
  expect(found.map(({ data }) => (data as { price: number }).price)).toEqual(
    Array.from({ length: 1_799 }, (_, i) => i + 2),
  );
});

test("ends with the server", async () => {
  const { add, ask } = await streaming();
  await add(tick(NOON, "1"));
  const events = eventsOf(await ask("/api/ticker-stream/"));
  await take(events, 1);
  end.abort();
  expect((await events.next()).done).toBe(true);
  expect((await ask("/api/ticker-stream/")).status).toBe(503);
});

test("answers HEAD at once", async () => {
  const { add, ask } = await streaming();
  await add(tick(NOON, "1"));
  const answer = await ask("/api/ticker-stream/", {}, "HEAD");
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
});

test("is not there without a server that ends it", async () => {
  const { ask, add } = await priceApp();
  await add(tick(NOON, "1"));
  expect((await ask("/api/ticker-stream/")).status).toBe(404);
});
