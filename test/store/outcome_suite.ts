// What saveOutcome does on every canonical store: what it answers, notes, replaces and never leaves half done.

import { describe, expect, test } from "vitest";
import type {
  CanonicalStore,
  DistributionOutcome,
  IndexedSeries,
  StoredChanges,
} from "../../src/core/canonical_store.ts";
import type { Observations } from "../../src/core/observations.ts";
import {
  column,
  distribution,
  indexed,
  key,
  reading,
  run,
  saveOne,
  series,
  source,
} from "./example_catalog.ts";

const D11 = key("d1", "d1.1");
const D21 = key("d2", "d2.1");
const NO_OBSERVATIONS = { added: 0, changed: 0, removed: 0 };

type Ids = Record<"newSeries" | "changedSeries" | "unchangedSeries", string[]>;
const ids = (newSeries: string[], changedSeries: string[], unchangedSeries: string[]): Ids => ({
  newSeries,
  changedSeries,
  unchangedSeries,
});

const ANSWERED: readonly {
  why: string;
  before?: IndexedSeries[];
  after: IndexedSeries[];
  expected: StoredChanges;
}[] = [
  {
    why: "new series, counted without what is missing",
    after: [series("b", [1, null, 3]), series("a", [1])],
    expected: { ...ids(["b", "a"], [], []), observations: { added: 3, changed: 0, removed: 0 } },
  },
  {
    why: "the same again",
    before: [series("a", [1, null, 3])],
    after: [series("a", [1, null, 3])],
    expected: { ...ids([], [], ["a"]), observations: NO_OBSERVATIONS },
  },
  {
    why: "one of each",
    before: [series("a", [1]), series("b", [1])],
    after: [series("a", [1]), series("b", [2]), series("c", [1, 2])],
    expected: { ...ids(["c"], ["b"], ["a"]), observations: { added: 2, changed: 1, removed: 0 } },
  },
  {
    why: "values at either end",
    before: [series("a", column([2, 3, 4], { start: 10 }))],
    after: [series("a", column([1, 2, 5], { start: 9 }))],
    expected: { ...ids([], ["a"], []), observations: { added: 1, changed: 1, removed: 1 } },
  },
  {
    why: "a gap that is filled and one that opens",
    before: [series("a", [1, null, 3, 4, 5])],
    after: [series("a", [1, 2, 3, null, 6])],
    expected: { ...ids([], ["a"], []), observations: { added: 1, changed: 1, removed: 1 } },
  },
  {
    why: "days before 1970",
    before: [series("a", column([1, 2, 3], { frequency: "day", start: -400 }))],
    after: [series("a", column([1, 9, 3, 4], { frequency: "day", start: -400 }))],
    expected: { ...ids([], ["a"], []), observations: { added: 1, changed: 1, removed: 0 } },
  },
  {
    why: "nothing in common",
    before: [series("a", column([1, 2], { start: 0 }))],
    after: [series("a", column([1, 2, 3], { start: 100 }))],
    expected: { ...ids([], ["a"], []), observations: { added: 3, changed: 0, removed: 2 } },
  },
  {
    why: "another frequency replaces everything",
    before: [series("a", column([1, null, 2], { frequency: "month", start: 2020 }))],
    after: [series("a", column([1, null, 2, 3], { frequency: "year", start: 2020 }))],
    expected: { ...ids([], ["a"], []), observations: { added: 3, changed: 0, removed: 2 } },
  },
  {
    why: "working days instead of days: a version, though no value differs",
    before: [series("a", column([1, 2], { frequency: "day" }))],
    after: [series("a", column([1, 2], { frequency: "day", workdays: true }))],
    expected: { ...ids([], ["a"], []), observations: NO_OBSERVATIONS },
  },
  {
    why: "computed metadata or a title alone: the values stayed",
    before: [series("a", [1]), series("b", [1])],
    after: [series("a", [1], { enriched: { hits_total: "3" } }), series("b", [1], { title: "otro" })],
    expected: { ...ids([], [], ["a", "b"]), observations: NO_OBSERVATIONS },
  },
  {
    why: "a series that is not named says nothing",
    before: [series("a", [1]), series("b", [1])],
    after: [series("a", [1])],
    expected: { ...ids([], [], ["a"]), observations: NO_OBSERVATIONS },
  },
  { why: "no series", after: [], expected: { ...ids([], [], []), observations: NO_OBSERVATIONS } },
];

const TOLD: readonly {
  why: string;
  after: DistributionOutcome;
  expected: "distribution" | "catalog" | "nothing";
}[] = [
  { why: "the same again", after: indexed([series("a", [1])]), expected: "nothing" },
  {
    why: "the same out of other bytes",
    after: indexed([series("a", [1])], { bytes: "v2" }),
    expected: "nothing",
  },
  { why: "unchanged bytes", after: { kind: "unchanged", source: source() }, expected: "nothing" },
  { why: "a fault", after: { kind: "failed", fault: "HTTP 500" }, expected: "nothing" },
  { why: "other values", after: indexed([series("a", [2])]), expected: "distribution" },
  { why: "a new series", after: indexed([series("a", [1]), series("b", [1])]), expected: "distribution" },
  {
    why: "other computed metadata of a series",
    after: indexed([series("a", [1], { enriched: { hits_total: "3" } })]),
    expected: "distribution",
  },
  {
    why: "another title, which leads to another field",
    after: indexed([series("a", [1], { title: "otro" })]),
    expected: "distribution",
  },
  {
    why: "other computed metadata of the distribution",
    after: indexed([series("a", [1])], { enriched: { frequency: "R/P1M", changed: "False" } }),
    expected: "catalog",
  },
];

/** Everything a store answers about the series `a`, `b`, `c` and their two distributions. */
async function everythingOf(store: CanonicalStore) {
  return {
    catalog: await store.catalog("c"),
    changes: await store.changes(0),
    owners: await store.owners(["a", "b", "c"]),
    versions: await Promise.all(["a", "b", "c"].map((id) => store.versions(id))),
    series: [await store.publishableSeries(D11), await store.publishableSeries(D21)],
    context: await store.publishableContext("c"),
  };
}

export function outcomeSuite(store: () => CanonicalStore): void {
  const take = () =>
    store().saveReading(
      run(1),
      "c",
      reading([distribution("d1", "d1.1", ["a", "b", "c"]), distribution("d2", "d2.1", ["a", "b", "c"])]),
      source(),
    );
  const stored = async () => (await store().catalog("c"))!.distributions[0]!;

  describe("saveOutcome", () => {
    test.each(ANSWERED)("answers what changed: $why", async ({ before, after, expected }) => {
      await take();
      if (before) await store().saveOutcome(run(1), D11, indexed(before));
      const changes = await store().saveOutcome(run(2), D11, indexed(after, { bytes: "v2" }));
      expect(changes).toEqual(expected);
    });

    test.each(TOLD)("tells the publisher of $expected after: $why", async ({ after, expected }) => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      const { position } = await store().changes(0);
      await store().saveOutcome(run(2), D11, after);
      const { distributions, catalogs } = await store().changes(position);
      expect(distributions).toEqual(expected === "distribution" ? [D11] : []);
      expect(catalogs).toEqual(expected === "catalog" ? ["c"] : []);
    });

    test("notes the bytes and the change key of a success", async () => {
      await take();
      expect(await stored()).not.toHaveProperty("source");
      expect(await stored()).not.toHaveProperty("changeKey");
      await store().saveOutcome(run(1), D11, { ...indexed([]), source: { ...source(), etag: '"1"' } });
      expect(await stored()).toMatchObject({ source: { ...source(), etag: '"1"' }, changeKey: "key of v1" });
    });

    test("keeps values, bytes and change key under a fault, until a success clears it", async () => {
      await take();
      await store().saveOutcome(run(1), D11, { kind: "failed", fault: "HTTP 404" });
      expect((await stored()).fault).toBe("HTTP 404");
      await store().saveOutcome(run(2), D11, indexed([series("a", [1])]));
      const good = await everythingOf(store());
      expect((await stored()).fault).toBeNull();
      const failed = await store().saveOutcome(run(3), D11, { kind: "failed", fault: "HTTP 500" });
      expect(failed).toEqual({ ...ids([], [], []), observations: NO_OBSERVATIONS });
      expect(await stored()).toEqual({ ...good.catalog!.distributions[0], fault: "HTTP 500" });
      expect(await store().publishableSeries(D11)).toEqual(good.series[0]);
      await store().saveOutcome(run(4), D11, indexed([series("a", [1])]));
      expect(await everythingOf(store())).toEqual(good);
    });

    test("clears the fault of unchanged bytes and notes their new validators", async () => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1]), series("b", [2])]));
      await store().saveOutcome(run(2), D11, { kind: "failed", fault: "HTTP 500" });
      const changes = await store().saveOutcome(run(3), D11, {
        kind: "unchanged",
        source: { ...source(), etag: '"2"' },
      });
      expect(changes.unchangedSeries.toSorted()).toEqual(["a", "b"]);
      expect(await stored()).toMatchObject({
        fault: null,
        source: { ...source(), etag: '"2"' },
        changeKey: "key of v1",
      });
      expect(await store().versions("a")).toHaveLength(1);
    });

    test("is refused for a distribution that no reading named", async () => {
      await take();
      for (const unknown of [key("d1", "x"), key("x", "d1.1"), key("d1", "d1.1", "x"), key("d1", "d2.1")]) {
        await expect(store().saveOutcome(run(1), unknown, indexed([]))).rejects.toMatchObject({
          code: "not_found",
        });
      }
    });

    test.each([
      { why: "new series", before: [] },
      { why: "changed series", before: [series("a", [5]), series("b", [6])] },
    ])("leaves nothing of an outcome that fails half-way: $why", async ({ before }) => {
      await take();
      await store().saveOutcome(run(1), D11, indexed(before));
      const whole = await everythingOf(store());
      const broken = { ...column([1]), values: undefined } as unknown as Observations;
      const outcome = indexed([series("a", [1, 2]), series("b", broken), series("c", [1])], { bytes: "v2" });
      await expect(store().saveOutcome(run(2), D11, outcome)).rejects.toThrow();
      expect(await everythingOf(store())).toEqual(whole);
      const { newSeries, changedSeries } = await store().saveOutcome(
        run(3),
        D11,
        indexed([series("a", [1, 2])]),
      );
      expect([...newSeries, ...changedSeries]).toEqual(["a"]);
    });

    test("leaves a series with its owner when taking it over fails half-way", async () => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      const whole = await everythingOf(store());
      const broken = { ...column([1]), values: undefined } as unknown as Observations;
      const outcome = indexed([series("a", [1]), series("b", broken)]);
      await expect(store().saveOutcome(run(2), D21, outcome)).rejects.toThrow();
      expect(await everythingOf(store())).toEqual(whole);
    });
  });

  describe("a series that moves to another distribution", () => {
    test("is told of with both, and published by the new one alone", async () => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1]), series("b", [2])]));
      await store().saveOutcome(run(1), D21, indexed([series("c", [3])]));
      const { position } = await store().changes(0);
      const moved = await store().saveOutcome(run(2), D21, indexed([series("c", [3]), series("a", [1])]));
      expect(moved).toEqual({ ...ids([], [], ["c", "a"]), observations: NO_OBSERVATIONS });
      const changes = await store().changes(position);
      expect(changes.distributions).toEqual([D11, D21]);
      expect((await store().publishableSeries(D11)).map(({ id }) => id)).toEqual(["b"]);
      expect((await store().publishableSeries(D21)).map(({ id }) => id)).toEqual(["a", "c"]);
      expect((await store().owners(["a"])).get("a")).toEqual({ ...D21, present: true });
      expect(await store().versions("a")).toHaveLength(1);
    });

    test("takes its history along", async () => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      const changes = await store().saveOutcome(run(2), D21, indexed([series("a", [1, 2])]));
      expect(changes).toEqual({ ...ids([], ["a"], []), observations: { added: 1, changed: 0, removed: 0 } });
      expect((await store().versions("a")).map(({ number, runId }) => [number, runId])).toEqual([[1, 1], [
        2,
        2,
      ]]);
    });

    test("leaves an emptied distribution to be told of, with nothing to publish", async () => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      const { position } = await store().changes(0);
      await store().saveOutcome(run(2), D21, indexed([series("a", [1])]));
      expect(await store().changes(position)).toMatchObject({ distributions: [D11, D21], catalogs: ["c"] });
      expect(await store().publishableSeries(D11)).toEqual([]);
      const context = await store().publishableContext("c");
      expect(context.distributions.map(({ distributionId }) => distributionId)).toEqual(["d2.1"]);
    });

    test("leaves a catalog that has no other without a summary", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveReading(run(1), "e", reading([distribution("d1", "d1.1", ["a"])]), source());
      const { position } = await store().changes(0);
      await store().saveOutcome(run(2), key("d1", "d1.1", "e"), indexed([series("a", [1])]));
      expect(await store().changes(position)).toMatchObject({
        distributions: [D11, key("d1", "d1.1", "e")],
        catalogs: ["e"],
      });
      expect(await store().catalogSummary("c")).toBeUndefined();
      expect(await store().catalogSummary("e")).toMatchObject({ series: 1 });
      expect((await store().publishableContext("c")).distributions).toEqual([]);
    });

    test("tells of the metadata above it where it comes back", async () => {
      await take();
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      await store().saveOutcome(run(2), D21, indexed([series("a", [1])]));
      const { position } = await store().changes(0);
      await store().saveOutcome(run(3), D11, indexed([series("a", [1])]));
      expect(await store().changes(position)).toMatchObject({ distributions: [D11, D21], catalogs: ["c"] });
    });
  });

  describe("the first series of a distribution", () => {
    test("tell of the metadata above them, though nothing of it changed", async () => {
      await take();
      await store().saveOutcome(run(1), D21, indexed([series("c", [1])]));
      await store().saveOutcome(run(1), D11, indexed([]));
      const { position } = await store().changes(0);
      await store().saveOutcome(run(2), D11, indexed([series("a", [1])]));
      expect(await store().changes(position)).toMatchObject({ distributions: [D11], catalogs: ["c"] });
    });
  });
}
