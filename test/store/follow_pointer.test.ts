// A pointer in a place that may be slow, or gone.

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { followPointer } from "../../src/store/segments/follow_pointer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A place whose every reading is answered by hand. */
function slowPlace(given: { pointerLifeMs?: number; outlive?: (work: Promise<unknown>) => void } = {}) {
  const readings: PromiseWithResolvers<Bytes | undefined>[] = [];
  let now = 0;
  const follow = followPointer<string>(
    {
      ...given,
      read() {
        readings.push(Promise.withResolvers());
        return readings.at(-1)!.promise;
      },
    },
    "current.json",
    () => now,
    (bytes) => new TextDecoder().decode(bytes),
  );
  return {
    follow,
    readings,
    answer: (text: string) => readings.at(-1)!.resolve(new TextEncoder().encode(text)),
    passSecond: () => void (now += 1_000),
    pass: (ms: number) => void (now += ms),
  };
}

/** Opens what the pointer first leads to. */
async function openedPlace() {
  const place = slowPlace();
  const first = place.follow();
  place.answer("old");
  expect(await first).toBe("old");
  place.passSecond();
  return place;
}

describe("followPointer", () => {
  test("believes a pointer as long as its place says, and looks soon for what it never found", async () => {
    const place = slowPlace({ pointerLifeMs: 5_000 });
    const absent = place.follow();
    place.readings[0]!.resolve(undefined);
    expect(await absent).toBeUndefined();
    place.pass(1_000);
    const found = place.follow();
    place.answer("one");
    expect(await found).toBe("one");
    place.pass(4_999);
    expect(await place.follow()).toBe("one");
    expect(place.readings).toHaveLength(2);
    place.pass(1);
    const renewed = place.follow();
    place.answer("two");
    expect(await renewed).toBe("two");
  });

  test("tells of its readings where they would be cut off, and begins another for one that was", async () => {
    const told: Promise<unknown>[] = [];
    const place = slowPlace({ outlive: (work) => void told.push(work) });
    const first = place.follow();
    place.answer("old");
    expect(await first).toBe("old");
    place.passSecond();
    expect(await place.follow()).toBe("old");
    expect(told).toHaveLength(2);
    // This reading never ends.
    place.pass(60_000);
    const renewed = place.follow();
    place.answer("new");
    expect(await renewed).toBe("new");
    expect(place.readings).toHaveLength(3);
  });

  test("waits for the first reading, however long it takes", async () => {
    const { follow, answer } = slowPlace();
    const asked = [follow(), follow()];
    await new Promise((wake) => setTimeout(wake, 300));
    answer("first");
    expect(await Promise.all(asked)).toEqual(["first", "first"]);
  });

  test("answers what is open while the place is silent, and asks it once", async () => {
    const { follow, readings } = await openedPlace();
    expect(await Promise.all([follow(), follow()])).toEqual(["old", "old"]);
    expect(await follow()).toBe("old");
    expect(readings).toHaveLength(2);
  });

  test("answers what a slow reading led to as soon as it is there", async () => {
    const { follow, answer, readings } = await openedPlace();
    expect(await follow()).toBe("old");
    answer("new");
    await readings.at(-1)!.promise;
    await new Promise((wake) => setTimeout(wake, 0));
    expect(await follow()).toBe("new");
  });

  test("answers what a quick reading led to at once", async () => {
    const { follow, answer } = await openedPlace();
    const asked = follow();
    answer("new");
    expect(await asked).toBe("new");
  });

  test("keeps what is open when the place cannot be read, and comes back to it", async () => {
    const { follow, answer, readings, passSecond } = await openedPlace();
    const asked = follow();
    readings.at(-1)!.reject(new Problem("unavailable", "gone"));
    expect(await asked).toBe("old");
    passSecond();
    const again = follow();
    answer("new");
    expect(await again).toBe("new");
  });
});

describe("followPointer over a place that remembers pointers", () => {
  /** Pointers are names of what is there; `last` is what is remembered. */
  function rememberingPlace(there: readonly string[], last?: string) {
    const readings: PromiseWithResolvers<Bytes | undefined>[] = [];
    const state = { now: 0, last, there: [...there] };
    const follow = followPointer<string>(
      {
        read() {
          readings.push(Promise.withResolvers());
          return readings.at(-1)!.promise;
        },
        lastPointers: {
          keep: (_name, bytes) => void (state.last = new TextDecoder().decode(bytes)),
          find: () =>
            Promise.resolve(state.last === undefined ? undefined : new TextEncoder().encode(state.last)),
        },
      },
      "current.json",
      () => state.now,
      (bytes) => {
        const name = new TextDecoder().decode(bytes);
        if (!state.there.includes(name)) throw new Error(`${name} is not there`);
        return name;
      },
    );
    const answer = (text: string) => readings.at(-1)!.resolve(new TextEncoder().encode(text));
    return { follow, readings, answer, state };
  }

  test("remembers what led somewhere, and nothing else", async () => {
    const { follow, answer, state } = rememberingPlace(["good"]);
    const first = follow();
    answer("good");
    expect([await first, state.last]).toEqual(["good", "good"]);
    state.now += 1_000;
    const second = follow();
    answer("<html>");
    expect([await second, state.last]).toEqual(["good", "good"]);
  });

  test.each<{ why: string; end: (place: ReturnType<typeof rememberingPlace>) => void }>([
    { why: "what leads to a file that is not there yet", end: ({ answer }) => answer("next") },
    { why: "what is no pointer", end: ({ answer }) => answer("<html>") },
    { why: "nothing", end: ({ readings }) => readings[0]!.resolve(undefined) },
    { why: "a fault", end: ({ readings }) => readings[0]!.reject(new Problem("unavailable", "gone")) },
  ])("begins with what was good last where its place answers $why", async ({ end }) => {
    const place = rememberingPlace(["good"], "good");
    const asked = place.follow();
    end(place);
    expect(await asked).toBe("good");
    Object.assign(place.state, { now: 1_000, there: ["good", "next"] });
    const again = place.follow();
    place.answer("next");
    expect([await again, place.state.last]).toEqual(["next", "next"]);
  });

  test("begins with what was good last while its place is silent, and goes on with what that says in the end", async () => {
    const { follow, answer, readings } = rememberingPlace(["good", "next"], "good");
    expect(await Promise.all([follow(), follow()])).toEqual(["good", "good"]);
    expect(readings).toHaveLength(1);
    answer("next");
    await new Promise((wake) => setTimeout(wake, 0));
    expect(await follow()).toBe("next");
  });

  test("fails as its place does where what was good last leads nowhere either", async () => {
    const { follow, readings } = rememberingPlace([], "good");
    const asked = follow();
    readings[0]!.reject(new Problem("unavailable", "gone"));
    await expect(asked).rejects.toThrow("current.json");
  });

  test("waits for its place where nothing is remembered", async () => {
    const { follow, answer } = rememberingPlace(["good"]);
    const asked = follow();
    await new Promise((wake) => setTimeout(wake, 1_200));
    answer("good");
    expect(await asked).toBe("good");
  });
});
