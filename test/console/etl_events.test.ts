// What happens as it happens: the two streams of events, their places, and their ends.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventStream } from "../../src/console/event_stream.ts";
import { type EtlWorld, etlWorld } from "./etl_world.ts";
import { type ServerEvent, sseReader } from "./sse.ts";

let world: EtlWorld;
beforeEach(async () => {
  world = await etlWorld();
});
afterEach(async () => {
  world.closing.abort();
  await world.remove();
});

const listen = async (path: string, place?: string) => {
  const headers: Record<string, string> = place === undefined ? {} : { "last-event-id": place };
  const answer = await world.ask("GET", path, { as: "viewer", headers });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  return sseReader(answer);
};

/** `run STARTED` or `log 7:a,b`. */
const told = ({ event, data }: ServerEvent): string => {
  if (event === "run") return `run ${(data as { status: string }).status}`;
  const { attempt, lines } = data as { attempt: number; lines: { line: number; text: string }[] };
  return `log ${attempt}:${lines.map(({ line, text }) => `${line} ${text}`)}`;
};

describe("etl.runs.follow", () => {
  test("tells states and lines, and ends once the run has", async () => {
    const id = await world.start("two");
    const stream = await listen(`/etl/runs/${id}/events`);
    expect(told((await stream.next())!)).toBe("run PENDING");
    const attempt = await world.begin(id);
    await world.say(attempt, ["a", "b"]);
    const events = [(await stream.next())!];
    while (!events.at(-1)!.event.startsWith("log")) events.push((await stream.next())!);
    expect(told(events.at(-1)!)).toBe(`log ${attempt}:0 a,1 b`);
    expect(events.slice(0, -1).every((event) => told(event) === "run STARTED")).toBe(true);
    await world.end(attempt);
    await world.close(id, "SUCCESS");
    const rest = await stream.rest();
    expect(rest.slice(-2).map(({ event }) => event)).toEqual(["run", "end"]);
    expect(told(rest.at(-2)!)).toBe("run SUCCESS");
  });

  test("goes on where Last-Event-ID says, without loss or doubling", async () => {
    const id = await world.start("two");
    const attempt = await world.begin(id);
    await world.say(attempt, ["a", "b"]);
    const first = await listen(`/etl/runs/${id}/events`);
    const state = (await first.next())!;
    const lines = (await first.next())!;
    expect([told(state), told(lines)]).toEqual(["run STARTED", `log ${attempt}:0 a,1 b`]);
    await first.cancel();

    await world.say(attempt, ["c"]);
    // Lost after the state: the lines come again; lost after the lines: only what is new.
    const afterState = await listen(`/etl/runs/${id}/events`, state.id);
    expect(told((await afterState.next())!)).toBe(`log ${attempt}:0 a,1 b,2 c`);
    await afterState.cancel();
    const afterLines = await listen(`/etl/runs/${id}/events`, lines.id);
    expect(told((await afterLines.next())!)).toBe(`log ${attempt}:2 c`);
    await afterLines.cancel();
    const byQuery = await listen(`/etl/runs/${id}/events?after=${encodeURIComponent(lines.id)}`);
    expect(told((await byQuery.next())!)).toBe(`log ${attempt}:2 c`);
    await byQuery.cancel();
  });

  test("gives a long log whole, in pieces, after the run has ended", async () => {
    const id = await world.start("two");
    const attempt = await world.begin(id);
    await world.say(attempt, Array.from({ length: 2_500 }, (_, i) => `n${i}`));
    await world.end(attempt);
    await world.close(id, "SUCCESS");
    const events = await (await listen(`/etl/runs/${id}/events`)).rest();
    const texts = events.filter(({ event }) => event === "log")
      .flatMap(({ data }) => (data as { lines: { text: string }[] }).lines.map(({ text }) => text));
    expect(texts).toEqual(Array.from({ length: 2_500 }, (_, i) => `n${i}`));
    expect(events.at(-1)!.event).toBe("end");
  });

  test("of a run that is not there is 404", async () => {
    expect((await world.ask("GET", "/etl/runs/9/events", { as: "viewer" })).status).toBe(404);
  });
});

describe("etl.runs.events", () => {
  test("tells changes from now on, or from a revision on", async () => {
    const old = await world.start("two");
    const stream = await listen("/etl/events");
    const id = await world.start("daily");
    const event = (await stream.next())!;
    expect([told(event), (event.data as { id: number }).id]).toEqual(["run PENDING", id]);
    await stream.cancel();
    const all = await listen("/etl/events?after=0");
    const seen = [(await all.next())!, (await all.next())!].map(({ data }) => (data as { id: number }).id);
    expect(seen).toEqual([old, id]);
    await all.cancel();
    const place = await listen("/etl/events", event.id);
    await world.start("fails");
    expect(((await place.next())!.data as { name: string }).name).toBe("fails");
    await place.cancel();
  });

  test.each(["x", "-1", "1.5"])("Last-Event-ID %s is 400", async (place) => {
    const answer = await world.ask("GET", "/etl/events", {
      as: "viewer",
      headers: { "last-event-id": place },
    });
    expect(answer.status).toBe(400);
  });

  test("ends when the server stops, and is not begun after that", async () => {
    const stream = await listen("/etl/events");
    world.closing.abort();
    expect(await stream.rest()).toEqual([]);
    expect(await (await listen("/etl/events")).rest()).toEqual([]);
  });
});

describe("eventStream", () => {
  test("looks no more once the reader has gone", async () => {
    let looks = 0;
    const { promise: looked, resolve } = Promise.withResolvers<void>();
    const answer = eventStream(() => {
      looks++;
      resolve();
      return Promise.resolve([{ id: "1", event: "run", data: {} }]);
    }, world.closing.signal);
    await looked;
    await answer.body!.cancel();
    const before = looks;
    await new Promise((wake) => setTimeout(wake, 1_200));
    expect(looks).toBe(before);
  });

  test("waits for a reader that does not read", async () => {
    let looks = 0;
    const body = eventStream(() => {
      looks++;
      return Promise.resolve(Array.from({ length: 20 }, () => ({ id: "1", event: "run", data: {} })));
    }, world.closing.signal).body!;
    await new Promise((wake) => setTimeout(wake, 1_700));
    // Sixteen pieces may wait: after the first look there is no room.
    expect(looks).toBe(1);
    await body.cancel();
  });

  test("ends without a word where looking fails, so that the listener comes back", async () => {
    const answer = eventStream(() => Promise.reject(new Error("gone")), world.closing.signal);
    expect(await sseReader(answer).rest()).toEqual([]);
  });
});
