// What operators change of the network, on every canonical store: nodes, decisions on datasets, and purges.

import { describe, expect, test } from "vitest";
import type { CanonicalStore, Node, NodeFlags } from "../../src/core/canonical_store.ts";
import { distribution, indexed, key, reading, run, series, source } from "./example_catalog.ts";

type GivenNode = Node & Partial<NodeFlags>;
const ALL_ON: NodeFlags = { federable: true, newDatasetsFederable: true, verifyTls: true };

/** Flags that are not told are on. */
const NODES: readonly { why: string; saved: GivenNode[][]; expected: GivenNode[] }[] = [
  { why: "a new store has none", saved: [], expected: [] },
  {
    why: "in the order they came, not of their ids",
    saved: [[{ catalogId: "b", url: "u1", format: "json" }, { catalogId: "a", url: "u2" }], [
      { catalogId: "aa", url: "u3", format: "xlsx" },
    ]],
    expected: [
      { catalogId: "b", url: "u1", format: "json" },
      { catalogId: "a", url: "u2" },
      { catalogId: "aa", url: "u3", format: "xlsx" },
    ],
  },
  {
    why: "a replaced one keeps its place and loses the format it is not given",
    saved: [
      [{ catalogId: "a", url: "u1", format: "json" }, { catalogId: "b", url: "u2" }],
      [{ catalogId: "b", url: "u2", format: "xlsx" }, { catalogId: "a", url: "u3" }],
    ],
    expected: [{ catalogId: "a", url: "u3" }, { catalogId: "b", url: "u2", format: "xlsx" }],
  },
  {
    why: "an empty list takes nothing away",
    saved: [[{ catalogId: "a", url: "u" }], []],
    expected: [
      { catalogId: "a", url: "u" },
    ],
  },
  {
    why: "flags that are not told stay, told ones are taken",
    saved: [
      [{ catalogId: "a", url: "u1", federable: false, newDatasetsFederable: false, verifyTls: false }],
      [{ catalogId: "a", url: "u2", verifyTls: true }],
      [{ catalogId: "a", url: "u3" }],
    ],
    expected: [{ catalogId: "a", url: "u3", federable: false, newDatasetsFederable: false }],
  },
];

const READING = reading([
  distribution("d1", "d1.1", ["a", "b"]),
  distribution("d1", "d1.2", ["c"]),
  distribution("d2", "d2.1", []),
]);

/** Three series of two distributions, the first of them with two versions; "c" has the values that "a" had first. */
async function saveExample(store: CanonicalStore): Promise<void> {
  const etag = { etag: '"1"', lastModified: "ayer" };
  await store.saveReading(run(1), "c", READING, { ...source(), ...etag });
  await store.saveOutcome(run(1), key("d1", "d1.1"), indexed([series("a", [1, 2]), series("b", [3])]));
  await store.saveOutcome(run(1), key("d1", "d1.2"), indexed([series("c", [1, 2])]));
  await store.saveOutcome(
    run(2),
    key("d1", "d1.1"),
    indexed([series("a", [1, 2, 3]), series("b", [3])], { bytes: "v2" }),
  );
  await store.savePublication({ snapshot: "s", position: 9 });
}

const DECISIONS: readonly {
  why: string;
  /** Whether new datasets are federable, by reading; a decision between them. */
  readings: readonly boolean[];
  decision?: boolean;
  expected: { federable: boolean; switchedOff: boolean };
}[] = [
  { why: "waits for a decision", readings: [false], expected: { federable: false, switchedOff: false } },
  { why: "is federable at once", readings: [true], expected: { federable: true, switchedOff: false } },
  {
    why: "becomes federable with its node",
    readings: [false, true],
    expected: { federable: true, switchedOff: false },
  },
  {
    why: "stays federable when new ones are not",
    readings: [true, false],
    expected: { federable: true, switchedOff: false },
  },
  {
    why: "stays off once an operator said so",
    readings: [true, true],
    decision: false,
    expected: { federable: false, switchedOff: true },
  },
  {
    why: "stays on once an operator said so",
    readings: [false, false],
    decision: true,
    expected: { federable: true, switchedOff: false },
  },
];

export function networkStoreSuite(store: () => CanonicalStore): void {
  describe("nodes", () => {
    test.each(NODES)("answers what saveNodes was given: $why", async ({ saved, expected }) => {
      for (const nodes of saved) await store().saveNodes(nodes);
      expect(await store().nodes()).toEqual(expected.map((node) => ({ ...ALL_ON, ...node })));
    });
  });

  describe("removeNode", () => {
    test("takes one node out, and tells whether it was there", async () => {
      await store().saveNodes([{ catalogId: "a", url: "u" }, { catalogId: "b", url: "v" }]);
      expect([await store().removeNode("a"), await store().removeNode("a")]).toEqual([true, false]);
      expect((await store().nodes()).map(({ catalogId }) => catalogId)).toEqual(["b"]);
      await store().saveNodes([{ catalogId: "c", url: "w" }, { catalogId: "a", url: "u" }]);
      expect((await store().nodes()).map(({ catalogId }) => catalogId)).toEqual(["b", "c", "a"]);
    });

    test("leaves what was harvested of it", async () => {
      await saveExample(store());
      await store().saveNodes([{ catalogId: "c", url: "u" }]);
      const before = await store().catalog("c");
      await store().removeNode("c");
      expect(await store().catalog("c")).toEqual(before);
    });
  });

  describe("saveFederable", () => {
    test.each(DECISIONS)("is held by readings: a dataset $why", async ({ readings, decision, expected }) => {
      const [first, ...others] = readings;
      await store().saveReading(run(1), "c", READING, source(), { newDatasetsFederable: first! });
      if (decision !== undefined) {
        await store().saveFederable([{ catalogId: "c", datasetId: "d1" }], decision);
      }
      for (const newDatasetsFederable of others) {
        await store().saveReading(run(2), "c", READING, source(), { newDatasetsFederable });
      }
      expect((await store().catalog("c"))!.datasets[0]).toMatchObject(expected);
    });

    test("answers the datasets that there are, and changes no other", async () => {
      await saveExample(store());
      const [known, unknown] = ["d2", "d9"].map((datasetId) => ({ catalogId: "c", datasetId }));
      const elsewhere = { catalogId: "e", datasetId: "d1" };
      expect(await store().saveFederable([unknown!, known!, elsewhere], false)).toEqual([known]);
      expect((await store().catalog("c"))!.datasets.map(({ federable }) => federable)).toEqual([true, false]);
    });

    test("is nothing that is published", async () => {
      await saveExample(store());
      const before = await store().changes(0);
      await store().saveFederable([{ catalogId: "c", datasetId: "d1" }], false);
      await store().saveReading(run(3), "c", READING, source());
      expect(await store().changes(0)).toEqual(before);
    });
  });

  describe("purge", () => {
    test("deletes a distribution with its series and all their versions", async () => {
      await saveExample(store());
      const hashes = await store().versions("a");
      expect(await store().purge({ distributions: [key("d1", "d1.1")] })).toEqual({
        distributions: 1,
        seriesIds: expect.arrayContaining(["a", "b"]),
        versions: 3,
      });
      expect(await store().owners(["a", "b", "c"])).toEqual(
        new Map([["c", { ...key("d1", "d1.2"), present: true }]]),
      );
      expect(await store().versions("a")).toEqual([]);
      expect((await store().catalog("c"))!.distributions.map(({ id }) => id)).toEqual(["d1.2", "d2.1"]);
      expect((await store().searchDocuments("c")).map(({ id }) => id)).toEqual(["c"]);
      // The first version of "a" is what "c" has, the second was its own.
      expect(await store().observations(hashes[0]!.observationsHash)).toBeDefined();
      expect(await store().observations(hashes[1]!.observationsHash)).toBeUndefined();
    });

    test("deletes a distribution without fields", async () => {
      await saveExample(store());
      expect(await store().purge({ distributions: [key("d2", "d2.1")] })).toEqual({
        distributions: 1,
        seriesIds: [],
        versions: 0,
      });
      expect((await store().catalog("c"))!.distributions.map(({ id }) => id)).toEqual(["d1.1", "d1.2"]);
    });

    test("deletes a series and leaves its distribution to be read anew", async () => {
      await saveExample(store());
      expect(await store().purge({ seriesIds: ["a"] })).toEqual({
        distributions: 0,
        seriesIds: ["a"],
        versions: 2,
      });
      const catalog = (await store().catalog("c"))!;
      expect(catalog.distributions[0]!.fields.map(({ id }) => id)).toEqual(["b"]);
      expect(catalog.distributions[0]!.changeKey).toBeUndefined();
      expect(catalog.distributions[1]!.changeKey).toBe("key of v1");
      expect((await store().publishableSeries(key("d1", "d1.1"))).map(({ id }) => id)).toEqual(["b"]);
    });

    test("has the catalog read in full and everything published anew", async () => {
      await saveExample(store());
      await store().purge({ seriesIds: ["a"] });
      expect((await store().catalog("c"))!.source).toEqual(source());
      expect(await store().publication()).toBeUndefined();
    });

    test("frees ids for whoever publishes them next", async () => {
      await saveExample(store());
      await store().purge({ distributions: [key("d1", "d1.1")] });
      await store().saveReading(run(3), "e", reading([distribution("x", "x.1", ["a"])]), source());
      const saved = await store().saveOutcome(run(3), key("x", "x.1", "e"), indexed([series("a", [7])]));
      expect(saved.newSeries).toEqual(["a"]);
      expect(await store().versions("a")).toHaveLength(1);
    });

    test("lets a later reading bring back what its catalog still names", async () => {
      await saveExample(store());
      await store().purge({ distributions: [key("d1", "d1.1")] });
      await store().saveReading(run(3), "c", READING, source());
      await store().saveOutcome(run(3), key("d1", "d1.1"), indexed([series("a", [1]), series("b", [2])]));
      expect((await store().publishableSeries(key("d1", "d1.1"))).map(({ id }) => id)).toEqual(["a", "b"]);
      expect(await store().versions("a")).toHaveLength(1);
    });

    test.each([
      { why: "a distribution", target: { distributions: [key("d1", "d1.1"), key("d1", "d9")] } },
      { why: "one of another dataset", target: { distributions: [key("d2", "d1.1")] } },
      { why: "a series", target: { distributions: [key("d1", "d1.1")], seriesIds: ["z"] } },
    ])("deletes nothing where something is not there: $why", async ({ target }) => {
      await saveExample(store());
      const before = await store().catalog("c");
      await expect(store().purge(target)).rejects.toMatchObject({ code: "not_found" });
      expect(await store().catalog("c")).toEqual(before);
      expect(await store().versions("a")).toHaveLength(2);
      expect(await store().publication()).toEqual({ snapshot: "s", position: 9 });
    });

    test("takes a series that its distribution brings along once", async () => {
      await saveExample(store());
      const purged = await store().purge({ distributions: [key("d1", "d1.2")], seriesIds: ["c"] });
      expect(purged).toEqual({ distributions: 1, seriesIds: ["c"], versions: 1 });
    });
  });
}
