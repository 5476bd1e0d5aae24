// Counting answered queries in one process, and handing the counts on through faults.

import { describe, expect, test } from "vitest";
import { type CountBatch, queryCounter } from "../../src/core/popularity.ts";

/** A counter over a place that fails as told, after taking a batch in or before. */
function countedPlace() {
  const batches: CountBatch[] = [];
  const told: unknown[] = [];
  let fault: "before" | "after" | undefined;
  let ids = 0;
  const counter = queryCounter(
    {
      add(batch) {
        if (fault === "before") return Promise.reject(new Error("gone"));
        if (!batches.some(({ id }) => id === batch.id)) batches.push(batch);
        return fault === "after" ? Promise.reject(new Error("lost")) : Promise.resolve();
      },
    },
    (query) => query.split(","),
    () => String(++ids),
    (error) => told.push(error),
  );
  return {
    ...counter,
    batches,
    told,
    fail: (when: typeof fault) => void (fault = when),
    sums() {
      const sums: Record<string, number> = {};
      for (const { day, hits } of batches) {
        for (const [id, times] of hits) sums[`${day} ${id}`] = (sums[`${day} ${id}`] ?? 0) + times;
      }
      return sums;
    },
  };
}

describe("queryCounter", () => {
  test("counts a series once a query, whichever way it is asked", async () => {
    const { count, flush, sums } = countedPlace();
    for (const query of ["a", "a,b", "a,a,a", "b,a", "a"]) count(10, query);
    await flush();
    expect(sums()).toEqual({ "10 a": 5, "10 b": 2 });
  });

  test("keeps days apart, also those that end between two flushes", async () => {
    const { count, flush, sums } = countedPlace();
    count(10, "a");
    count(11, "a");
    count(11, "a");
    await flush();
    count(11, "a");
    await flush();
    expect(sums()).toEqual({ "10 a": 1, "11 a": 3 });
  });

  test("hands on nothing where nothing was counted", async () => {
    const { count, flush, batches } = countedPlace();
    await flush();
    count(10, "a");
    await flush();
    await flush();
    expect(batches).toHaveLength(1);
  });

  test("loses and doubles nothing while the place fails, and tells of it once", async () => {
    const { count, flush, sums, fail, told } = countedPlace();
    count(10, "a");
    fail("before");
    await flush();
    count(10, "a,b");
    fail("after");
    await flush();
    await flush();
    expect(told).toHaveLength(1);
    fail(undefined);
    await flush();
    count(10, "b");
    await Promise.all([flush(), flush()]);
    await flush();
    expect(sums()).toEqual({ "10 a": 2, "10 b": 2 });
    fail("before");
    count(10, "a");
    await flush();
    expect(told).toHaveLength(2);
  });

  test("counts more queries than it remembers, in batches of a bounded size", async () => {
    const { count, flush, sums, batches } = countedPlace();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 7_000; i++) count(10, `s${i},shared`);
    }
    await flush();
    const { "10 shared": shared, ...others } = sums();
    expect(shared).toBe(21_000);
    expect(Object.keys(others)).toHaveLength(7_000);
    expect(new Set(Object.values(others))).toEqual(new Set([3]));
    expect(Math.max(...batches.map(({ hits }) => hits.size))).toBe(1_000);
  });
});
