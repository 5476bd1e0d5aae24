// The history of series on every canonical store: a version for each change of values, none without one.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { Observations } from "../../src/core/observations.ts";
import { packObservations } from "../../src/core/packed.ts";
import { column, indexed, key, run, saveOne, series, sha256, source } from "./example_catalog.ts";

const COLUMNS: readonly { why: string; observations: Observations }[] = [
  { why: "interior values missing", observations: column([1, null, null, 4]) },
  { why: "a single value", observations: column([0]) },
  { why: "days before 1970", observations: column([1, 2, 3], { frequency: "day", start: -25_567 }) },
  {
    why: "working days",
    observations: column([1, null, null, 2], { frequency: "day", start: 1, workdays: true }),
  },
  { why: "months before the year 0", observations: column([1, 2], { start: -30 }) },
  { why: "quarters", observations: column([1, 2], { frequency: "quarter", start: 8_000 }) },
  { why: "half-years", observations: column([1, 2], { frequency: "semester", start: 4_000 }) },
  { why: "years", observations: column([1, 2], { frequency: "year", start: 1810 }) },
  {
    why: "every kind of number",
    observations: column([0.1 + 0.2, -0, 5e-324, Number.MAX_VALUE, -1e21, Number.MAX_SAFE_INTEGER]),
  },
  {
    why: "a part of a longer column",
    observations: { ...column([]), values: Float64Array.of(9, 1, 2, 9).subarray(1, 3) },
  },
];

export function historyStoreSuite(store: () => CanonicalStore): void {
  const index = (id: number, of: Parameters<typeof series>[1]) =>
    store().saveOutcome(run(id), key("d1", "d1.1"), indexed([series("a", of)], { bytes: `v${id}` }));

  describe("versions", () => {
    test("are numbered from 1, with run, time and both hashes", async () => {
      await saveOne(store(), [series("a", [1])]);
      await index(2, [1, 2]);
      expect(await store().versions("a")).toEqual([
        {
          number: 1,
          runId: 1,
          at: run(1).at,
          sourceHash: source("v1").hash,
          observationsHash: sha256(packObservations(column([1]))),
        },
        {
          number: 2,
          runId: 2,
          at: run(2).at,
          sourceHash: source("v2").hash,
          observationsHash: sha256(packObservations(column([1, 2]))),
        },
      ]);
    });

    test("are not added by the same values, and are by values that go back to an older state", async () => {
      await saveOne(store(), [series("a", [1])]);
      await index(2, [1]);
      await index(3, [2]);
      await index(4, [2]);
      await index(5, [1]);
      const versions = await store().versions("a");
      expect(versions.map(({ number, runId }) => [number, runId])).toEqual([[1, 1], [2, 3], [3, 5]]);
      expect(versions[2]!.observationsHash).toBe(versions[0]!.observationsHash);
      expect((await store().publishableSeries(key("d1", "d1.1")))[0]!.observations).toEqual(column([1]));
    });

    test("are not added by computed metadata, a fault, or a reading without the series", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveOutcome(
        run(2),
        key("d1", "d1.1"),
        indexed([series("a", [1], { enriched: { hits_total: "1" } })]),
      );
      await store().saveOutcome(run(3), key("d1", "d1.1"), { kind: "failed", fault: "x" });
      await store().saveOutcome(run(4), key("d1", "d1.1"), indexed([]));
      expect(await store().versions("a")).toHaveLength(1);
    });

    test("of a series that is not known are none", async () => {
      expect(await store().versions("x")).toEqual([]);
    });

    test("of one series are its own", async () => {
      await saveOne(store(), [series("a", [1]), series("a.b", [2]), series("A", [3])]);
      await index(2, [7]);
      const counts = await Promise.all(["a", "a.b", "A"].map((id) => store().versions(id)));
      expect(counts.map(({ length }) => length)).toEqual([2, 1, 1]);
    });
  });

  describe("observations", () => {
    test.each(COLUMNS)("answers the column of a hash: $why", async ({ observations }) => {
      await saveOne(store(), [series("a", observations)]);
      const [version] = await store().versions("a");
      const found = await store().observations(version!.observationsHash);
      expect(found).toEqual(observations);
      expect(Object.is(found!.values[1], observations.values[1])).toBe(true);
    });

    test("answers undefined for a hash that is not known", async () => {
      expect(await store().observations("0".repeat(64))).toBeUndefined();
    });

    test("has one name for equal columns", async () => {
      await saveOne(store(), [series("a", [1, null, 2]), series("b", [1, null, 2]), series("x", [1, 2])]);
      const [a, b, x] = await Promise.all(
        ["a", "b", "x"].map(async (id) => (await store().versions(id))[0]!),
      );
      expect(a!.observationsHash).toBe(b!.observationsHash);
      expect(a!.observationsHash).not.toBe(x!.observationsHash);
    });

    test("keeps the columns of old versions", async () => {
      await saveOne(store(), [series("a", [1])]);
      await index(2, [2]);
      const versions = await store().versions("a");
      const columns = await Promise.all(versions.map((one) => store().observations(one.observationsHash)));
      expect(columns).toEqual([column([1]), column([2])]);
    });

    test("is not spoilt by whoever reads or wrote it", async () => {
      const written = column([1, 2]);
      await saveOne(store(), [series("a", written)]);
      written.values[0] = 8;
      const [version] = await store().versions("a");
      (await store().observations(version!.observationsHash))!.values[0] = 9;
      (await store().publishableSeries(key("d1", "d1.1")))[0]!.observations.values[0] = 9;
      expect(await store().observations(version!.observationsHash)).toEqual(column([1, 2]));
    });
  });
}
