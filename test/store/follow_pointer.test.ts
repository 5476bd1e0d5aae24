// A pointer in a place that may be slow, or gone.

import { describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { followPointer } from "../../src/store/segments/follow_pointer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A place whose every reading is answered by hand. */
function slowPlace() {
  const readings: PromiseWithResolvers<Bytes | undefined>[] = [];
  let now = 0;
  const follow = followPointer<string>(
    {
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
