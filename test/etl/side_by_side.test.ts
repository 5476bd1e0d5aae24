// A few writes at a time: never two of one key, never more than there is room for, and the first fault is told.

import { expect, test } from "vitest";
import { sideBySide } from "../../src/etl/side_by_side.ts";
import { snapshot } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

test("sideBySide: the third of two waits, and so does one of a key that is under way", async () => {
  const writing = sideBySide(2);
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = async (key: string, name: string) => {
    await writing.room(key);
    writing.begin(key, async () => {
      log.push(`begins ${name}`);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      log.push(`ends ${name}`);
    });
  };
  await begin("a", "a1");
  const second = begin("a", "a2");
  await turns();
  expect(log).toEqual(["begins a1"]);
  ends.get("a1")!();
  await second;
  await begin("b", "b1");
  const third = begin("c", "c1");
  await turns();
  expect(log).toEqual(["begins a1", "ends a1", "begins a2", "begins b1"]);
  ends.get("b1")!();
  await third;
  let isEnded = false;
  const ended = writing.ended().then(() => isEnded = true);
  ends.get("a2")!();
  await turns();
  expect(isEnded).toBe(false);
  ends.get("c1")!();
  await ended;
  expect(log.slice(4)).toEqual(["ends b1", "begins c1", "ends a2", "ends c1"]);
});

test("sideBySide: the first fault is told once, when asked for room or for the end", async () => {
  const writing = sideBySide(2);
  writing.begin("a", () => Promise.reject(new Error("first")));
  writing.begin("b", () => Promise.reject(new Error("second")));
  await expect(writing.room("c")).rejects.toThrow("first");
  await expect(writing.ended()).rejects.toThrow("first");
});

test("decisions on different sequences are written beside each other, those on one in their order", async () => {
  let underway = 0, most = 0;
  const written: string[] = [];
  const here = await world();
  const runs = new Map<number, string>();
  for (const name of ["two", "three", "one", "one"]) {
    runs.set(await here.start(snapshot(undefined, { name, overlap: "queue" })), name);
  }
  const { decide } = here.store;
  here.store.decide = async (lease, id, revision, decision) => {
    most = Math.max(most, ++underway);
    await turns();
    written.push(`${runs.get(id)} ${decision.run?.status}`);
    underway--;
    return await decide(lease, id, revision, decision);
  };
  await here.tick();
  expect(most).toBe(3);
  // The second of "one" waits for the first, which began a moment before.
  expect(written.toSorted()).toEqual(["one STARTED", "three STARTED", "two STARTED"]);
});
