// What the harvest asks of every canonical store: readings of catalogs, owners of series. Nodes and outcomes have
// suites of their own.

import { describe, expect, test } from "vitest";
import type { CanonicalStore, Owner, StoredCatalog } from "../../src/core/canonical_store.ts";
import type { CatalogReading, DistributionReading } from "../../src/core/catalog.ts";
import {
  column,
  dataset,
  distribution,
  field,
  indexed,
  key,
  reading,
  run,
  saveOne,
  series,
  source,
} from "./example_catalog.ts";

const THEMES = [{ id: "precios", label: "Precios" }];

/** One distribution with a time index and two series, and another without anything indexed. */
const BEFORE = reading([
  distribution("d1", "d1.1", ["a", "b"]),
  distribution("d1", "d1.2", ["z"]),
], { datasets: [dataset("d1", {}, THEMES)] });

/** BEFORE with another first distribution. */
const withFirst = (first: DistributionReading): CatalogReading => ({
  ...BEFORE,
  distributions: [first, BEFORE.distributions[1]!],
});

const TWINS = distribution("d1", "d1.1", [field("", { units: "1" }), "a", "b", field("", { units: "2" })]);

const NOTHING = { catalogs: [], distributions: [] };
const CATALOG = { catalogs: ["c"], distributions: [] };
const DISTRIBUTION = { catalogs: [], distributions: [key("d1", "d1.1")] };

const REPORTED: readonly {
  why: string;
  after: CatalogReading;
  before?: CatalogReading;
  expected: { catalogs: string[]; distributions: ReturnType<typeof key>[] };
}[] = [
  { why: "the same reading tells of nothing", after: structuredClone(BEFORE), expected: NOTHING },
  {
    why: "metadata of the catalog",
    after: { ...BEFORE, metadata: { title: "Otro" } },
    expected: CATALOG,
  },
  {
    why: "metadata of a dataset",
    after: { ...BEFORE, datasets: [dataset("d1", { source: "INDEC" }, THEMES)] },
    expected: CATALOG,
  },
  {
    why: "themes of a dataset",
    after: { ...BEFORE, datasets: [dataset("d1")] },
    expected: CATALOG,
  },
  {
    why: "metadata of a distribution",
    after: withFirst(distribution("d1", "d1.1", ["a", "b"], { description: "x" })),
    expected: CATALOG,
  },
  {
    why: "metadata of a field",
    after: withFirst(distribution("d1", "d1.1", ["a", field("b", { units: "%" })])),
    expected: DISTRIBUTION,
  },
  {
    why: "order of the fields, which is that of the series",
    after: withFirst(distribution("d1", "d1.1", ["b", "a"])),
    expected: DISTRIBUTION,
  },
  {
    why: "a field of a distribution that publishes nothing",
    after: {
      ...BEFORE,
      distributions: [BEFORE.distributions[0]!, distribution("d1", "d1.2", [field("z", { units: "%" })])],
    },
    expected: NOTHING,
  },
  {
    why: "fields that nothing tells apart are one, and do not change it each time",
    before: withFirst(TWINS),
    after: withFirst(TWINS),
    expected: NOTHING,
  },
];

const PRESENT: readonly { why: string; after: CatalogReading; absent: string[] }[] = [
  {
    why: "a field",
    after: reading([
      distribution("d1", "d1.1", ["b"]),
      distribution("d1", "d1.2", ["c"]),
      distribution("d2", "d2.1", ["d"]),
    ]),
    absent: ["d1/d1.1/t_a"],
  },
  {
    why: "a field that now has another title",
    after: reading([
      distribution("d1", "d1.1", [field("a", {}, "otro"), "b"]),
      distribution("d1", "d1.2", ["c"]),
      distribution("d2", "d2.1", ["d"]),
    ]),
    absent: ["d1/d1.1/t_a"],
  },
  {
    why: "a distribution, with its fields",
    after: reading([distribution("d1", "d1.1", ["a", "b"]), distribution("d2", "d2.1", ["d"])]),
    absent: ["d1/d1.2", "d1/d1.2/t_c"],
  },
  {
    why: "a dataset, with all below it",
    after: reading([distribution("d2", "d2.1", ["d"])]),
    absent: ["d1", "d1/d1.1", "d1/d1.1/t_a", "d1/d1.1/t_b", "d1/d1.2", "d1/d1.2/t_c"],
  },
  {
    why: "everything, where no time series are left",
    after: reading([]),
    absent: [
      "d1",
      "d1/d1.1",
      "d1/d1.1/t_a",
      "d1/d1.1/t_b",
      "d1/d1.2",
      "d1/d1.2/t_c",
      "d2",
      "d2/d2.1",
      "d2/d2.1/t_d",
    ],
  },
];

const FULL = reading([
  distribution("d1", "d1.1", ["a", "b"]),
  distribution("d1", "d1.2", ["c"]),
  distribution("d2", "d2.1", ["d"]),
]);

/** Paths of what a catalog no longer names. */
function absentOf(catalog: StoredCatalog | undefined): string[] {
  const paths = [
    ...catalog!.datasets.map(({ id, present }) => ({ path: id, present })),
    ...catalog!.distributions.flatMap(({ datasetId, id, present, fields }) => [
      { path: `${datasetId}/${id}`, present },
      ...fields.map(({ title, present }) => ({ path: `${datasetId}/${id}/${title}`, present })),
    ]),
  ];
  return paths.filter(({ present }) => !present).map(({ path }) => path).sort();
}

const OWNERS: readonly { why: string; after?: CatalogReading; fault?: string; expected: Owner }[] = [
  { why: "named by its catalog", expected: { ...key("d1", "d1.1"), present: true } },
  {
    why: "under another title",
    after: reading([distribution("d1", "d1.1", [field("a", {}, "otro")])]),
    expected: { ...key("d1", "d1.1"), present: true },
  },
  {
    why: "no longer a field",
    after: reading([distribution("d1", "d1.1", ["b"])]),
    expected: { ...key("d1", "d1.1"), present: false },
  },
  {
    why: "its distribution is gone",
    after: reading([distribution("d1", "d1.2", ["b"])]),
    expected: { ...key("d1", "d1.1"), present: false },
  },
  {
    why: "its dataset is gone",
    after: reading([]),
    expected: { ...key("d1", "d1.1"), present: false },
  },
  {
    why: "only named elsewhere: nothing moves before it is indexed there",
    after: reading([distribution("d2", "d2.1", ["a"])]),
    expected: { ...key("d1", "d1.1"), present: false },
  },
  {
    why: "its catalog could not be read, so it was not last read",
    fault: "HTTP 500",
    expected: { ...key("d1", "d1.1"), present: true },
  },
];

export function harvestStoreSuite(store: () => CanonicalStore): void {
  describe("saveReading", () => {
    test("stores a first reading whole", async () => {
      const taken = reading([
        distribution("d2", "d2.1", [field("b", { units: "%" }), field("", { specialType: "time_index" })]),
        distribution("d1", "d1.1", ["a"]),
      ], {
        datasets: [dataset("d2", { theme: ["precios"] }, THEMES)],
        metadata: { title: "C", n: [1, null] },
      });
      await store().saveReading(run(1), "c", taken, { ...source(), etag: '"1"', lastModified: "ayer" });
      expect(await store().catalog("c")).toEqual({
        metadata: taken.metadata,
        present: true,
        fault: null,
        source: { ...source(), etag: '"1"', lastModified: "ayer" },
        hasText: false,
        datasets: taken.datasets.map((dataset) => ({
          ...dataset,
          present: true,
          federable: true,
          switchedOff: false,
        })),
        distributions: taken.distributions.map((distribution) => ({
          ...distribution,
          present: true,
          fault: null,
          fields: distribution.fields.map((field) => ({ ...field, present: true })),
        })),
      });
    });

    test("leaves other catalogs alone", async () => {
      await store().saveReading(run(1), "c", FULL, source());
      await store().saveReading(run(2), "e", reading([distribution("d1", "d1.1", ["x"])]), source());
      expect(absentOf(await store().catalog("c"))).toEqual([]);
      expect((await store().catalog("e"))!.distributions).toHaveLength(1);
    });

    test("keeps metadata to the letter: odd keys, their order, text in any script", async () => {
      const text =
        '{"__proto__":{"a":1},"constructor":"x","2":"dos","1":"uno","ñ\\u0000\\ud83d":"😀\\"\\\\"}';
      const metadata = JSON.parse(text);
      const taken = reading([distribution("d1", "d1.1", [{ title: "t", id: "a", metadata }], metadata)], {
        datasets: [dataset("d1", metadata, [metadata])],
        metadata,
      });
      await store().saveReading(run(1), "c", taken, source());
      const stored = (await store().catalog("c"))!;
      const kept = [
        stored.metadata,
        stored.datasets[0]!.themes![0],
        stored.distributions[0]!.fields[0]!.metadata,
      ];
      expect(kept.map((value) => JSON.stringify(value))).toEqual(Array(3).fill(JSON.stringify(metadata)));
      expect(JSON.stringify(stored.datasets[0]!.metadata)).toBe(JSON.stringify(taken.datasets[0]!.metadata));
    });

    test("takes empty and odd identifiers for what they are", async () => {
      const ids = ["", "__proto__", "ñandú 😀", 'a"b\\c', "'; --"];
      const taken = reading(ids.flatMap((id) => [
        distribution(id, "", [`${id}.1`]),
        distribution(id, id || " ", [`${id}.2`]),
      ]));
      await store().saveReading(run(1), "", taken, source());
      await store().saveOutcome(run(1), key("", "", ""), indexed([series(".1", [1])]));
      await store().saveReading(run(2), "", taken, source());
      const stored = (await store().catalog(""))!;
      expect(stored.distributions.map(({ datasetId, id, present }) => [datasetId, id, present]))
        .toEqual(taken.distributions.map(({ datasetId, id }) => [datasetId, id, true]));
      expect(await store().owners([".1"])).toEqual(new Map([[".1", { ...key("", "", ""), present: true }]]));
    });

    test.each(REPORTED)("tells the publisher of: $why", async ({ before = BEFORE, after, expected }) => {
      await store().saveReading(run(1), "c", before, source());
      await store().saveOutcome(run(1), key("d1", "d1.1"), indexed([series("a", [1]), series("b", [2])]));
      const { position } = await store().changes(0);
      await store().saveReading(run(2), "c", after, source("v2"));
      const changes = await store().changes(position);
      expect(changes).toMatchObject(expected);
      expect(changes.position).toBeGreaterThanOrEqual(position + (expected === NOTHING ? 0 : 1));
      const [stored] = (await store().catalog("c"))!.datasets;
      expect(stored).toMatchObject(after.datasets[0]!);
    });

    test("tells of no catalog that publishes nothing", async () => {
      await store().saveReading(run(1), "c", BEFORE, source());
      await store().saveReading(run(2), "c", { ...BEFORE, metadata: { title: "Otro" } }, source());
      expect(await store().changes(0)).toMatchObject(NOTHING);
    });

    test.each(PRESENT)("marks absent what a reading lacks, and keeps it: $why", async ({ after, absent }) => {
      await store().saveReading(run(1), "c", FULL, source());
      await store().saveOutcome(run(1), key("d1", "d1.1"), indexed([series("a", [1, 2])]));
      await store().saveReading(run(2), "c", after, source());
      const gone = await store().catalog("c");
      expect(absentOf(gone)).toEqual(absent.toSorted());
      expect(gone!.distributions.map(({ id }) => id).sort()).toEqual(["d1.1", "d1.2", "d2.1"]);
      expect((await store().publishableSeries(key("d1", "d1.1"))).map(({ id }) => id)).toEqual(["a"]);
      await store().saveReading(run(3), "c", FULL, source());
      const back = (await store().catalog("c"))!;
      expect(absentOf(back).filter((path) => absent.includes(path))).toEqual([]);
      expect(back.distributions[0]).toMatchObject({ present: true, changeKey: "key of v1" });
    });

    test("forgets the fault of a distribution that is gone", async () => {
      await store().saveReading(run(1), "c", FULL, source());
      await store().saveOutcome(run(1), key("d1", "d1.2"), { kind: "failed", fault: "HTTP 404" });
      await store().saveReading(run(2), "c", reading([distribution("d1", "d1.1", ["a", "b"])]), source());
      expect((await store().catalog("c"))!.distributions[1]).toMatchObject({ present: false, fault: null });
    });

    test("leaves nothing of a reading that cannot be stored whole", async () => {
      await saveOne(store(), [series("a", [1])]);
      const before = await store().catalog("c");
      const changes = await store().changes(0);
      const broken = { ...reading([distribution("d1", "d1.1", ["b"]), distribution("d2", "d2.1", ["c"])]) };
      const noSecondDataset = { ...broken, metadata: { title: "Otro" }, datasets: [dataset("d1", { x: 1 })] };
      await expect(store().saveReading(run(2), "c", noSecondDataset, source("v2"))).rejects.toThrow();
      expect(await store().catalog("c")).toEqual(before);
      expect(await store().changes(0)).toEqual(changes);
    });
  });

  describe("saveCatalogFault", () => {
    test("keeps everything below and what is published, until a reading clears it", async () => {
      await saveOne(store(), [series("a", [1, 2])]);
      const before = (await store().catalog("c"))!;
      const published = await store().publishableSeries(key("d1", "d1.1"));
      const { position } = await store().changes(0);
      await store().saveCatalogFault(run(2), "c", "HTTP 500");
      expect(await store().catalog("c")).toEqual({ ...before, present: false, fault: "HTTP 500" });
      await store().saveCatalogFault(run(3), "c", "HTTP 503");
      expect((await store().catalog("c"))!.fault).toBe("HTTP 503");
      expect(await store().publishableSeries(key("d1", "d1.1"))).toEqual(published);
      await store().saveReading(run(4), "c", reading([distribution("d1", "d1.1", ["a"])]), source());
      expect(await store().catalog("c")).toEqual(before);
      expect(await store().changes(position)).toEqual({ position, ...NOTHING });
    });

    test("notes a catalog that was never read", async () => {
      await store().saveCatalogFault(run(1), "c", "HTTP 404");
      expect(await store().catalog("c")).toEqual({
        metadata: {},
        present: false,
        fault: "HTTP 404",
        hasText: false,
        datasets: [],
        distributions: [],
      });
      await store().saveReading(run(2), "c", FULL, source());
      expect(await store().catalog("c")).toMatchObject({ present: true, fault: null, source: source() });
    });
  });

  describe("catalog", () => {
    test("answers undefined for one that is not known", async () => {
      expect(await store().catalog("c")).toBeUndefined();
    });
  });

  describe("owners", () => {
    test.each(OWNERS)("tells who publishes a series: $why", async ({ after, fault, expected }) => {
      await saveOne(store(), [series("a", column([1], { frequency: "day", start: -1 }))]);
      if (after) await store().saveReading(run(2), "c", after, source());
      if (fault) await store().saveCatalogFault(run(2), "c", fault);
      expect(await store().owners(["x", "a", "a"])).toEqual(new Map([["a", expected]]));
    });

    test("answers nothing for nothing", async () => {
      expect(await store().owners([])).toEqual(new Map());
    });
  });
}
