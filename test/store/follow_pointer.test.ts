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
