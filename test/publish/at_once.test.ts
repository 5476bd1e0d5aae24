// Pieces of a publish at once: what comes out, how many there are, and what a failure leaves under way.

import { describe, expect, test } from "vitest";
import { mapAtOnce } from "../../src/publish/at_once.ts";

const turn = () => new Promise<void>((resume) => setTimeout(resume, 0));

describe("mapAtOnce", () => {
  test("mapAtOnce answers in the order of the items, whatever ends first", async () => {
    const ended: number[] = [];
    const results = await mapAtOnce([3, 0, 2, 1, 0], async (turns) => {
      for (let i = 0; i < turns; i++) await turn();
      ended.push(turns);
      return turns * 10;
    });
    expect(results).toEqual([30, 0, 20, 10, 0]);
    expect(ended).not.toEqual([3, 0, 2, 1, 0]);
  });

  test("mapAtOnce begins every item once, and has at most four under way", async () => {
    const begun: number[] = [];
    let underWay = 0, most = 0;
    await mapAtOnce(Array.from({ length: 50 }, (_, i) => i), async (i) => {
      begun.push(i);
      most = Math.max(most, ++underWay);
      await turn();
      underWay--;
    });
    expect(begun).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(most).toBe(4);
  });

  test("mapAtOnce of nothing is nothing", async () => {
    expect(await mapAtOnce([], () => Promise.reject(new Error("never")))).toEqual([]);
  });

  test("mapAtOnce throws a failure once nothing is under way, and begins nothing after it", async () => {
    const begun: number[] = [], ended: number[] = [];
    const work = mapAtOnce([0, 1, 2, 3, 4, 5, 6, 7], async (i) => {
      begun.push(i);
      if (i === 1) throw new Error("of the second");
      await turn();
      ended.push(i);
    });
    await expect(work).rejects.toThrow("of the second");
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(ended).toEqual([0, 2, 3]);
  });
});
