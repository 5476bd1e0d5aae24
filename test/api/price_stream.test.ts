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
  { why: "with the newest where it is too long for one", id: `${NOON}000.1`, prices: [4] },
  { why: "after all of an instant that has fewer by now", id: `${NOON + 20_000}.7`, prices: [4] },
  { why: "from the first where it is older than all", id: "1.1", prices: [1, 2, 2.5, 3, 4] },
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

test("waits for new ones after an id of a time to come", async () => {
  const { add, ask } = await streaming();
  await add(...ticksFrom(["1", "2"]));
  const events = eventsOf(await ask("/api/ticker-stream/", { "last-event-id": `${NOON + 86_400_000}.1` }));
  setTimeout(() => void add(tick(NOON + 30_000, "3")), 600);
  expect(await take(events, 1)).toEqual([
    { id: `${NOON + 30_000}.1`, data: { timestamp: NOON / 1000 + 30, price: 3 } },
  ]);
});

test("gives the newest 10,000 to who was away for longer", async () => {
  const { add, ask } = await streaming();
  await add(...ticksFrom(Array.from({ length: 10_500 }, (_, i) => `${i + 1}`)));
  const events = eventsOf(await ask("/api/ticker-stream/", { "last-event-id": `${NOON}.1` }));
  const found = await take(events, 10_000);
  expect([found[0], found.at(-1)].map((one) => one?.data)).toMatchObject([{ price: 501 }, { price: 10_500 }]);
});

test("leaves none out for who reads late, nor where they could not be read for a while", async () => {
  const { add, ask, blobs } = await streaming();
  const prices = Array.from({ length: 6_000 }, (_, i) => `${i + 1}`);
  await add(...ticksFrom(prices.slice(0, 5_000)));
  const events = eventsOf(await ask("/api/ticker-stream/", { "last-event-id": `${NOON - 1}.1` }));
  const first = await take(events, 1);
  await add(...ticksFrom(prices.slice(5_000), NOON + 50_000_000));
  const chunks = [...blobs.files].filter(([name]) => name.endsWith(".bin"));
  for (const [name] of chunks) blobs.files.delete(name);
  setTimeout(() => chunks.forEach(([name, bytes]) => blobs.files.set(name, bytes)), 700);
  const found = [...first, ...await take(events, 5_999)];
  expect(found.map(({ data }) => (data as { price: number }).price)).toEqual(prices.map(Number));
});

test("refuses more readers than it takes, until some leave or could not be answered", async () => {
  const { add, ask, blobs } = await streaming();
  await add(...ticksFrom(Array.from({ length: 1_100 }, () => "5")));
  const open = () => ask("/api/ticker-stream/");
  const chunks = [...blobs.files].filter(([name]) => name.endsWith(".bin"));
  blobs.files.delete(chunks[0]![0]);
  const faulty = await ask("/api/ticker-stream/", { "last-event-id": `${NOON}.1` });
  expect([faulty.status, faulty.headers.get("retry-after")]).toEqual([503, "5"]);
  const answers = await Promise.all(Array.from({ length: 520 }, open));
  const good = answers.filter(({ status }) => status === 200);
  expect(good).toHaveLength(500);
  expect(answers.filter(({ status }) => status === 503)).toHaveLength(20);
  await good[0]!.body!.cancel();
  expect(await Promise.all([open(), open()]).then((two) => two.map(({ status }) => status))).toEqual([
    200,
    503,
  ]);
});

test("is of one market, which there must be", async () => {
  const { add, ask } = await streaming();
  await add(tick(NOON, "1"), tick(NOON, "7", { market: "daiars" }));
  const events = eventsOf(await ask("/api/ticker-stream/?market=btcars&market=daiars"));
  expect(await take(events, 1)).toMatchObject([{ data: { price: 7 } }]);
  expect((await ask("/api/ticker-stream/?market=x")).status).toBe(404);
});

test("may be gone on with from another origin", async () => {
  const { ask } = await streaming();
  const answer = await ask("/api/ticker-stream/", {}, "OPTIONS");
  expect(answer.headers.get("access-control-allow-headers")).toContain("Last-Event-ID");
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
