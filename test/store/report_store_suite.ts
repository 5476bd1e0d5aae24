// What reports tell of, on every canonical store.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { CatalogHistory } from "../../src/core/catalog_history.ts";
import type { CatalogReading } from "../../src/core/catalog.ts";
import { distribution, field, indexed, key, reading, run, series, source } from "./example_catalog.ts";

const READING = reading([
  distribution("d1", "d1.1", [field("a"), field("b")]),
  distribution("d1", "d1.2", [field("c")]),
  distribution("d2", "d2.1", [field("x")]),
]);

async function saveExample(store: CanonicalStore): Promise<void> {
  await store.saveReading(run(1), "c", READING, source());
  await store.saveOutcome(run(1), key("d1", "d1.1"), indexed([series("a", [1, null, 2]), series("b", [3])]));
  await store.saveOutcome(run(1), key("d1", "d1.2"), indexed([series("c", [5])]));
  await store.saveOutcome(run(1), key("d2", "d2.1"), { kind: "failed", fault: "HTTP 404" });
}

/** Each entity as `id created>changed`, absent ones with a minus: catalog / datasets / distributions / fields. */
function told({ datasets, distributions, fields, ...catalog }: CatalogHistory): string {
  const one = (name: string, row: { present: boolean; createdRun: number; changedRun: number }) =>
    `${row.present ? "" : "-"}${name} ${row.createdRun}>${row.changedRun}`;
  return [
    [one("c", catalog)],
    datasets.map((row) => one(row.id, row)).sort(),
    distributions.map((row) => one(row.id, row)).sort(),
    fields.map((row) => one(row.id, row)).sort(),
  ].map((level) => level.join(", ")).join(" / ");
}

const [D11, D12, D21] = READING.distributions;

/** What is told after a second run. */
const CHANGES: readonly {
  why: string;
  after?: CatalogReading;
  values?: readonly number[];
  expected: string;
}[] = [
  {
    why: "nothing",
    expected: "c 1>1 / d1 1>1, d2 1>1 / d1.1 1>1, d1.2 1>1, d2.1 1>1 / a 1>1, b 1>1, c 1>1, x 1>1",
  },
  {
    why: "the catalog's own metadata",
    after: { ...READING, metadata: { title: "Otro" } },
    expected: "c 1>2 / d1 1>1, d2 1>1 / d1.1 1>1, d1.2 1>1, d2.1 1>1 / a 1>1, b 1>1, c 1>1, x 1>1",
  },
  {
    why: "a field's metadata",
    after: { ...READING, distributions: [D11!, { ...D12!, fields: [field("c", { units: "x" })] }, D21!] },
    expected: "c 1>2 / d1 1>2, d2 1>1 / d1.1 1>1, d1.2 1>2, d2.1 1>1 / a 1>1, b 1>1, c 1>2, x 1>1",
  },
  {
    why: "values",
    values: [1, 7, 2],
    expected: "c 1>2 / d1 1>2, d2 1>1 / d1.1 1>2, d1.2 1>1, d2.1 1>1 / a 1>2, b 1>1, c 1>1, x 1>1",
  },
  {
    why: "another order, which is no change of what is ordered",
    after: reading([D21!, D12!, { ...D11!, fields: D11!.fields.toReversed() }]),
    expected: "c 1>1 / d1 1>1, d2 1>1 / d1.1 1>1, d1.2 1>1, d2.1 1>1 / a 1>1, b 1>1, c 1>1, x 1>1",
  },
  {
    why: "a dataset that is gone",
    after: reading([D11!, D12!]),
    expected: "c 1>1 / -d2 1>1, d1 1>1 / -d2.1 1>1, d1.1 1>1, d1.2 1>1 / -x 1>1, a 1>1, b 1>1, c 1>1",
  },
  {
    why: "a new distribution",
    after: { ...READING, distributions: [...READING.distributions, distribution("d1", "d1.3", ["n"])] },
    expected:
      "c 1>2 / d1 1>2, d2 1>1 / d1.1 1>1, d1.2 1>1, d1.3 2>2, d2.1 1>1 / a 1>1, b 1>1, c 1>1, n 2>2, x 1>1",
  },
];

export function reportStoreSuite(store: () => CanonicalStore): void {
  describe("reports", () => {
    test("catalogHistory tells of metadata, faults, flags and available series", async () => {
      await saveExample(store());
      const history = (await store().catalogHistory("c"))!;
      expect(history).toMatchObject({
        metadata: { title: "Catálogo" },
        fault: null,
        readRun: 1,
        known: true,
      });
      expect(history.datasets.map(({ id, federable, metadata }) => [id, federable, metadata]).sort()).toEqual(
        [
          ["d1", true, { title: "Dataset d1" }],
          ["d2", true, { title: "Dataset d2" }],
        ],
      );
      expect(history.distributions.map(({ datasetId, id, fault }) => [datasetId, id, fault]).sort()).toEqual([
        ["d1", "d1.1", null],
        ["d1", "d1.2", null],
        ["d2", "d2.1", "HTTP 404"],
      ]);
      expect(history.fields.find(({ id }) => id === "a")).toMatchObject({
        datasetId: "d1",
        distributionId: "d1.1",
        title: "t_a",
        metadata: { description: "Serie a" },
      });
      const series = history.series.map((one) => JSON.stringify(one)).sort();
      expect(series.map((one) => JSON.parse(one))).toEqual([
        { datasetId: "d1", distributionId: "d1.1", id: "a", changedRun: 1, values: 2 },
        { datasetId: "d1", distributionId: "d1.1", id: "b", changedRun: 1, values: 1 },
        { datasetId: "d1", distributionId: "d1.2", id: "c", changedRun: 1, values: 1 },
      ]);
    });

    test.each(CHANGES)("catalogHistory tells which runs changed what: $why", async (row) => {
      await saveExample(store());
      await store().saveReading(run(2), "c", row.after ?? READING, source());
      if (row.values) {
        const outcome = indexed([series("a", row.values), series("b", [3])]);
        await store().saveOutcome(run(2), key("d1", "d1.1"), outcome);
      }
      expect(told((await store().catalogHistory("c"))!)).toBe(row.expected);
    });

    test("catalogHistory keeps a catalog that could not be read again, and knows one that never could", async () => {
      await saveExample(store());
      await store().saveCatalogFault(run(2), "c", "HTTP 500");
      await store().saveCatalogFault(run(2), "e", "HTTP 404");
      const history = (await store().catalogHistory("c"))!;
      expect(history).toMatchObject({ present: false, fault: "HTTP 500", readRun: 2, known: true });
      expect(history.datasets.map(({ present }) => present)).toEqual([true, true]);
      expect(await store().catalogHistory("e")).toMatchObject({
        present: false,
        fault: "HTTP 404",
        readRun: 2,
        known: false,
        datasets: [],
      });
      expect(await store().catalogHistory("nada")).toBeUndefined();
    });

    test("catalogHistory tells what operators decided", async () => {
      await saveExample(store());
      await store().saveFederable([{ catalogId: "c", datasetId: "d1" }], false);
      const { datasets } = (await store().catalogHistory("c"))!;
      expect(datasets.map(({ id, federable }) => [id, federable]).sort()).toEqual([["d1", false], [
        "d2",
        true,
      ]]);
    });
  });
}
