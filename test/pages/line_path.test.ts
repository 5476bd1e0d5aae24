import { describe, expect, test } from "vitest";
import {
  dotsPath,
  linePath,
  type Point,
  scaleOf,
  thinned,
  withoutWeekends,
} from "../../src/pages/line_path.ts";

const points = (...values: (number | null)[]): Point[] =>
  values.map((value, at) => ({ at, value: value ?? NaN }));

describe("linePath", () => {
  const scale = scaleOf(0, 10, 0, 10);
  test("goes through all values", () =>
    expect(linePath(points(0, 10, 5), scale)).toBe("M0 1000 100 0 200 500"));
  test("breaks where values are missing", () =>
    expect(linePath(points(1, 2, null, 3, 4), scale)).toBe("M0 900 100 800M300 700 400 600"));
  test("leaves values without neighbours to the dots", () => {
    const some = points(1, null, 2, 3, null, 4);
    expect(linePath(some, scale)).toBe("M200 800 300 700");
    expect(dotsPath(some, scale)).toBe("M0 900h0M500 600h0");
  });
  test("is empty without values", () => expect(linePath(points(null, null), scale)).toBe(""));
  test("puts a single day in the middle", () =>
    expect(dotsPath(points(5), scaleOf(0, 0, 0, 10))).toBe("M500 500h0"));
  test("draws values whose distance is no double", () =>
    expect(linePath(points(-1.7e308, 1.7e308), scaleOf(0, 1, -1.7e308, 1.7e308))).toBe("M0 1000 1000 0"));
});

describe("thinned", () => {
  const wave = Array.from({ length: 20_000 }, (_, i) => Math.sin(i / 500));
  test("keeps a short line as it is", () => {
    const short = points(1, null, 2);
    expect(thinned(short)).toBe(short);
  });
  test("keeps extremes, order and the gaps of a dense one", () => {
    const values = wave.map((value, i) =>
      i === 777 ? 99 : i === 13_000 ? -99 : i > 5_000 && i < 6_000 ? null : value
    );
    const kept = thinned(points(...values));
    expect(kept.length).toBeLessThanOrEqual(1_000);
    expect(kept).toContainEqual({ at: 777, value: 99 });
    expect(kept).toContainEqual({ at: 13_000, value: -99 });
    kept.forEach(({ at }, i) => expect(i === 0 || at > kept[i - 1]!.at).toBe(true));
    expect(kept.filter(({ value }) => Number.isNaN(value)).every(({ at }) => at > 5_000 && at < 6_000))
      .toBe(true);
    expect(linePath(kept, scaleOf(0, 20_000, -99, 99)).match(/M/g)).toHaveLength(2);
  });
});

test("withoutWeekends leaves out missing weekends alone", () => {
  // Day 0 was a Thursday.
  const days = withoutWeekends(points(1, null, null, null, 5, 6, 7, 8, 9, null, 11)).map(({ at }) => at);
  expect(days).toEqual([0, 1, 4, 5, 6, 7, 8, 10]);
});
