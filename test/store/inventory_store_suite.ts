// What operators look through, on every canonical store.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { CatalogReading } from "../../src/core/catalog.ts";
import {
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  series,
  source,
} from "./example_catalog.ts";

const READING = reading([
  distribution("d1", "d1.1", [field("a", { units: "Pesos" }), field("b", { units: "%" })]),
  distribution("d1", "d1.2", [field("c", { units: "Pesos" })]),
  distribution("d2", "d2.1", [field("x", { units: "Metros" })], { title: 7 }),
], { datasets: [dataset("d1", { landingPage: "https://d1.example" })], metadata: { title: "Uno" } });

async function saveExample(store: CanonicalStore): Promise<void> {
  await store.saveReading(run(1), "c", READING, source());
  await store.saveOutcome(run(1), key("d1", "d1.1"), indexed([series("b", [1, 2]), series("a", [null, 4])]));
  await store.saveOutcome(run(1), key("d1", "d1.2"), indexed([series("c", [5])]));
  await store.saveOutcome(run(1), key("d2", "d2.1"), { kind: "failed", fault: "HTTP 404" });
}

/** READING after a change at one level. */
const CHANGES: readonly {
  why: string;
  after?: CatalogReading;
  values?: true;
  /** Of catalog, datasets, distributions. */
  expected: string;
}[] = [
  { why: "nothing", expected: "1 / 1 1 / 1 1 1" },
  { why: "the catalog", after: { ...READING, metadata: { title: "Dos" } }, expected: "2 / 1 1 / 1 1 1" },
  {
    why: "a dataset",
    after: { ...READING, datasets: [READING.datasets[0]!, dataset("d2", { source: "x" })] },
    expected: "2 / 1 2 / 1 1 1",
  },
  {
    why: "a distribution",
    after: {
      ...READING,
      distributions: [
        READING.distributions[0]!,
        { ...READING.distributions[1]!, metadata: { title: "Otro" } },
        READING.distributions[2]!,
      ],
    },
    expected: "2 / 2 1 / 1 2 1",
  },
  {
    why: "a field",
    after: {
      ...READING,
      distributions: [
        READING.distributions[0]!,
        READING.distributions[1]!,
        distribution("d2", "d2.1", [field("x", { units: "Kilos" })], { title: 7 }),
      ],
    },
    expected: "2 / 1 2 / 1 1 2",
  },
  { why: "values", values: true, expected: "2 / 2 1 / 2 1 1" },
];

export function inventoryStoreSuite(store: () => CanonicalStore): void {
  describe("inventory", () => {
    test("of a new store is empty", async () => {
      expect(await store().catalogEntities()).toEqual([]);
      expect(await store().datasetEntities()).toEqual([]);
      expect(await store().distributionEntities()).toEqual([]);
      expect(await store().seriesEntities({}, { offset: 0, limit: 9 })).toEqual({ total: 0, series: [] });
      expect(await store().seriesUnits()).toEqual([]);
      expect(await store().catalogText("c")).toBeUndefined();
    });

    test("catalogEntities tells every catalog that was tried, by id", async () => {
      await saveExample(store());
      await store().saveCatalogFault(run(3), "b", "HTTP 500");
      const [b, c] = await store().catalogEntities();
      expect(b).toMatchObject({
        id: "b",
        title: "",
        present: false,
        fault: "HTTP 500",
        readRun: 3,
        url: null,
      });
      expect(c).toEqual({
        id: "c",
        title: "Uno",
        present: true,
        fault: null,
        changedRun: 1,
        readRun: 1,
        url: source().url,
      });
    });

    test("datasetEntities tells them by catalog and id", async () => {
      await saveExample(store());
      await store().saveReading(run(2), "b", reading([distribution("z", "z.1", [])]), source());
      await store().saveReading(run(2), "c", reading([READING.distributions[0]!]), source());
      expect(await store().datasetEntities()).toMatchObject([
        { catalogId: "b", datasetId: "z", landingPage: "", federable: true },
        { catalogId: "c", datasetId: "d1", title: "Dataset d1", present: true },
        { catalogId: "c", datasetId: "d2", present: false },
      ]);
    });

    test("datasetEntities tells the landing page", async () => {
      await saveExample(store());
      expect((await store().datasetEntities())[0]!.landingPage).toBe("https://d1.example");
    });

    test("distributionEntities tells faults, series and when values last changed", async () => {
      await saveExample(store());
      expect(await store().distributionEntities()).toEqual([
        {
          ...key("d1", "d1.1"),
          title: "Distribución d1.1",
          present: true,
          fault: null,
          changedRun: 1,
          changedAt: run(1).at,
          series: 2,
        },
        {
          ...key("d1", "d1.2"),
          title: "Distribución d1.2",
          present: true,
          fault: null,
          changedRun: 1,
          changedAt: run(1).at,
          series: 1,
        },
        {
          ...key("d2", "d2.1"),
          title: "",
          present: true,
          fault: "HTTP 404",
          changedRun: 1,
          changedAt: null,
          series: 0,
        },
      ]);
    });

    test.each(CHANGES)("changedRun is that of what changed below, too: $why", async (row) => {
      await saveExample(store());
      await store().saveReading(run(2), "c", row.after ?? structuredClone(READING), source());
      if (row.values) {
        const changed = indexed([series("b", [1, 3]), series("a", [null, 4])], { bytes: "v2" });
        await store().saveOutcome(run(2), key("d1", "d1.1"), changed);
      }
      const told = [
        await store().catalogEntities(),
        await store().datasetEntities(),
        await store().distributionEntities(),
      ].map((entities) => entities.map(({ changedRun }) => changedRun).join(" ")).join(" / ");
      expect(told).toBe(row.expected);
    });

    test("seriesEntities tells available series by place and id", async () => {
      await saveExample(store());
      const { total, series } = await store().seriesEntities({}, { offset: 0, limit: 9 });
      expect(total).toBe(3);
      expect(series[0]).toEqual({
        ...key("d1", "d1.1"),
        id: "a",
        title: "t_a",
        present: true,
        versions: 1,
        // Blanks at the ends stay where the store is given them.
        first: "2020-01-01",
        last: "2020-02-01",
        values: 1,
      });
      expect(series.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    });

    test.each([
      { filter: { catalogId: "c" }, page: { offset: 1, limit: 1 }, total: 3, ids: ["b"] },
      { filter: { catalogId: "e" }, page: { offset: 0, limit: 9 }, total: 0, ids: [] },
      { filter: { distributionId: "d1.2" }, page: { offset: 0, limit: 9 }, total: 1, ids: ["c"] },
      { filter: { datasetId: "d1" }, page: { offset: 2, limit: 9 }, total: 3, ids: ["c"] },
      { filter: { datasetId: "d2" }, page: { offset: 0, limit: 9 }, total: 0, ids: [] },
      { filter: { catalogId: "c", seriesId: "b" }, page: { offset: 0, limit: 9 }, total: 1, ids: ["b"] },
      { filter: { catalogId: "", seriesId: "b" }, page: { offset: 0, limit: 9 }, total: 0, ids: [] },
      { filter: {}, page: { offset: 9, limit: 9 }, total: 3, ids: [] },
    ])("seriesEntities filters and pages: $filter $page", async ({ filter, page, total, ids }) => {
      await saveExample(store());
      const found = await store().seriesEntities(filter, page);
      expect([found.total, found.series.map(({ id }) => id)]).toEqual([total, ids]);
    });

    test("seriesEntities keeps what its catalog stopped naming", async () => {
      await saveExample(store());
      await store().saveReading(run(2), "c", reading([distribution("d1", "d1.1", ["b"])]), source());
      const { series } = await store().seriesEntities({}, { offset: 0, limit: 9 });
      expect(series.map(({ id, present }) => `${id} ${present}`)).toEqual(["a false", "b true", "c false"]);
    });

    test("seriesUnits tells each unit of available series once", async () => {
      await saveExample(store());
      expect((await store().seriesUnits()).sort()).toEqual(["%", "Pesos"]);
    });

    test("wholeContext has the distributions without series, publishableContext has not", async () => {
      await saveExample(store());
      const ids = ({ distributions }: { distributions: readonly { distributionId: string }[] }) =>
        distributions.map(({ distributionId }) => distributionId);
      const whole = await store().wholeContext("c");
      expect(ids(whole)).toEqual(["d1.1", "d1.2", "d2.1"]);
      expect(whole.catalog).toEqual({ title: "Uno" });
      expect(ids(await store().publishableContext("c"))).toEqual(["d1.1", "d1.2"]);
    });

    test("catalogText is the last that was given", async () => {
      const [first, second] = [Uint8Array.of(1, 0, 2), Uint8Array.of(9)];
      await store().saveReading(run(1), "c", READING, source(), { text: first! });
      expect((await store().catalog("c"))!.hasText).toBe(true);
      await store().saveReading(run(2), "c", READING, source("v2"));
      expect([...(await store().catalogText("c"))!]).toEqual([1, 0, 2]);
      await store().saveReading(run(3), "c", READING, source("v3"), { text: second! });
      expect([...(await store().catalogText("c"))!]).toEqual([9]);
      expect(await store().catalogText("e")).toBeUndefined();
    });
  });
}
