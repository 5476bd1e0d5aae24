import { describe, expect, test } from "vitest";
import { createThrottle } from "../../src/operation/throttle.ts";

const RULE = { free: 3, firstWaitMs: 1_000, longestWaitMs: 5_000, forgetMs: 60_000 };
const SLOWER = { free: 5, firstWaitMs: 10_000, longestWaitMs: 10_000, forgetMs: 60_000 };

function throttled(capacity?: number) {
  const clock = { at: 0 };
  const throttle = createThrottle(() => clock.at, capacity);
  return { clock, throttle, tries: (key: string) => throttle.attempt([[key, RULE]]) };
}

describe("createThrottle", () => {
  test("lets the free tries through, then doubles the wait up to the longest", () => {
    const { clock, tries } = throttled();
    expect([tries("a"), tries("a"), tries("a")]).toEqual([0, 0, 0]);
    // Each of these counts, and is what the next has to wait for.
    for (const wait of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      expect(tries("a")).toBe(0);
      expect(tries("a")).toBe(wait);
      clock.at += wait - 1;
      expect(tries("a")).toBe(1);
      clock.at += 1;
    }
  });

  test("counts keys apart", () => {
    const { tries } = throttled();
    for (let i = 0; i < 4; i++) tries("a");
    expect(tries("a")).toBe(1_000);
    expect(tries("b")).toBe(0);
  });

  test("counts a try under none of its keys while one of them waits", () => {
    const { throttle, clock } = throttled();
    for (let i = 0; i < 4; i++) throttle.attempt([["a", RULE]]);
    for (let i = 0; i < 9; i++) expect(throttle.attempt([["a", RULE], ["b", SLOWER]])).toBe(1_000);
    clock.at += 1_000;
    // Five free tries of b are there still.
    for (let i = 0; i < 5; i++) expect(throttle.attempt([["b", SLOWER]])).toBe(0);
  });

  test("waits for the slowest of its keys", () => {
    const { throttle } = throttled();
    for (let i = 0; i < 4; i++) throttle.attempt([["a", RULE]]);
    for (let i = 0; i < 6; i++) throttle.attempt([["b", SLOWER]]);
    expect(throttle.attempt([["a", RULE], ["b", SLOWER]])).toBe(10_000);
  });

  test("forgets what none tried for long", () => {
    const { clock, tries } = throttled();
    for (let i = 0; i < 4; i++) tries("a");
    clock.at += 1_000 + 60_000;
    expect([tries("a"), tries("a"), tries("a")]).toEqual([0, 0, 0]);
  });

  test("undo takes one try back, forget all", () => {
    const { throttle, tries } = throttled();
    for (let i = 0; i < 9; i++) {
      expect(tries("a")).toBe(0);
      throttle.undo("a");
    }
    for (let i = 0; i < 4; i++) tries("b");
    throttle.forget("b");
    expect(tries("b")).toBe(0);
  });

  test("keeps so many keys and forgets the oldest", () => {
    const { tries } = throttled(3);
    for (let i = 0; i < 4; i++) tries("old");
    for (let i = 0; i < 4; i++) tries("new");
    tries("x");
    tries("y");
    expect(tries("new")).toBe(1_000);
    expect(tries("old")).toBe(0);
  });
});
