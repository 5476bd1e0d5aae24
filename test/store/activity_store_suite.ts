// What the publisher of activity asks of every canonical store: catalogs with their last reading, series with
// their last value and last change.

import { describe, expect, test } from "vitest";
import type { CanonicalStore, SeriesState } from "../../src/core/canonical_store.ts";
import type { Json } from "../../src/core/json.ts";
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

const D11 = key("d1", "d1.1");
const WORKDAYS = column([1, null, null, 2], { frequency: "day", start: 18_263, workdays: true });

const PUBLISHERS: readonly { why: string; publisher?: Json; name: string }[] = [
  { why: "as declared", publisher: { name: "Banco Central" }, name: "Banco Central" },
  { why: "without blanks around it", publisher: { name: " INDEC\n" }, name: "INDEC" },
  { why: "none declared", name: "" },
  { why: "a text", publisher: "INDEC", name: "" },
  { why: "a name that is no text", publisher: { name: 5 }, name: "" },
  { why: "null", publisher: null, name: "" },
];

export function activityStoreSuite(store: () => CanonicalStore): void {
  const stateOf = async (id = "a"): Promise<SeriesState> =>
    (await store().seriesStates("c")).find((state) => state.id === id)!;

  describe("catalogStates", () => {
    test("are none of a new store", async () => {
      expect(await store().catalogStates()).toEqual([]);
    });

    test("answer every catalog by id with the run that last tried it, read or not", async () => {
      await store().saveReading(run(1), "c2", reading([], { metadata: { title: "Dos" } }), source());
      await store().saveReading(run(1), "c1", reading([], { metadata: {} }), source());
      await store().saveCatalogFault(run(1), "c10", "no responde");
      expect(await store().catalogStates()).toEqual([
        { id: "c1", title: "c1", readRun: 1, fault: null },
        { id: "c10", title: "c10", readRun: 1, fault: "no responde" },
        { id: "c2", title: "Dos", readRun: 1, fault: null },
      ]);
      await store().saveCatalogFault(run(2), "c2", "404");
      await store().saveReading(run(3), "c10", reading([], { metadata: { title: "Diez" } }), source());
      expect(await store().catalogStates()).toEqual([
        { id: "c1", title: "c1", readRun: 1, fault: null },
        { id: "c10", title: "Diez", readRun: 3, fault: null },
        { id: "c2", title: "Dos", readRun: 2, fault: "404" },
      ]);
    });
  });

  describe("seriesStates", () => {
    test("answer the available series of one catalog, by dataset, distribution and id", async () => {
      await store().saveReading(
        run(1),
        "c",
        reading([
          distribution("d2", "d2.1", ["b"]),
          distribution("d10", "d10.1", ["z", "a"]),
          distribution("d10", "d10.2", ["nada"]),
        ], { datasets: [dataset("d2", { publisher: { name: "INDEC" } })] }),
        source(),
      );
      await saveOne(store(), []);
      await store().saveReading(run(1), "e", reading([distribution("d2", "d2.1", ["e1"])]), source());
      await store().saveOutcome(run(1), key("d2", "d2.1", "e"), indexed([series("e1", [1])]));
      await store().saveOutcome(
        run(2),
        key("d10", "d10.1"),
        indexed([series("z", [1, 2]), series("a", [1])]),
      );
      await store().saveOutcome(
        run(3),
        key("d2", "d2.1"),
        indexed([series("b", WORKDAYS, { enriched: { frequency: "R/P1D" } })]),
      );
      const common = { frequency: "month", workdays: false, fault: null, present: false, publisher: "" };
      expect(await store().seriesStates("c")).toEqual([
        {
          ...common,
          id: "a",
          datasetId: "d10",
          distributionId: "d10.1",
          last: "2020-01-01",
          changedAt: run(2).at,
        },
        {
          ...common,
          id: "z",
          datasetId: "d10",
          distributionId: "d10.1",
          last: "2020-02-01",
          changedAt: run(2).at,
        },
        {
          id: "b",
          datasetId: "d2",
          distributionId: "d2.1",
          publisher: "INDEC",
          frequency: "day",
          last: "2020-01-05",
          workdays: true,
          present: false,
          fault: null,
          changedAt: run(3).at,
        },
      ]);
      expect(await store().seriesStates("x")).toEqual([]);
    });

    test("tell the last value as it is published, where computed metadata says so", async () => {
      const half = column([1, 2], { frequency: "semester", start: 2019 * 2 });
      const enriched = { frequency: "R/P6M", time_index_end: "2019-11-01" };
      await saveOne(store(), [series("a", half, { enriched }), series("b", half), series("w", WORKDAYS)]);
      const told = (await store().seriesStates("c")).map((
        { id, frequency, last, workdays },
      ) => [id, frequency, last, workdays]);
      expect(told).toEqual([
        ["a", "semester", "2019-11-01", false],
        ["b", "semester", "2019-07-01", false],
        ["w", "day", "2020-01-05", true],
      ]);
    });

    test("tell when values last changed, not when they were last read", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [1])]);
      await store().saveOutcome(run(2), D11, indexed([series("a", [1]), series("b", [2])], { bytes: "v2" }));
      await store().saveOutcome(run(3), D11, { kind: "unchanged", source: source("v2") });
      await store().saveOutcome(run(4), D11, indexed([series("a", [1], { enriched: { x: "1" } })]));
      await store().saveReading(run(5), "c", reading([distribution("d1", "d1.1", ["a"])]), source());
      const changed = await Promise.all(["a", "b"].map(stateOf));
      expect(changed.map(({ changedAt }) => changedAt)).toEqual([run(1).at, run(2).at]);
      await store().saveOutcome(run(6), D11, indexed([series("b", [1])]));
      expect((await stateOf("b")).changedAt).toBe(run(6).at);
    });

    test("tell whether the catalog names a series, and why its file was refused", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [1])]);
      expect(await stateOf()).toMatchObject({ present: true, fault: null });
      await store().saveOutcome(run(2), D11, { kind: "failed", fault: "no es CSV" });
      expect(await stateOf()).toMatchObject({ present: true, fault: "no es CSV" });
      await store().saveReading(run(3), "c", reading([distribution("d1", "d1.1", ["b"])]), source());
      expect((await stateOf()).present).toBe(false);
      expect((await stateOf("b")).present).toBe(true);
      await store().saveReading(run(4), "c", reading([]), source());
      expect((await stateOf("b")).present).toBe(false);
      await store().saveReading(
        run(5),
        "c",
        reading([distribution("d1", "d1.1", [field("b", {}, "otro título")])]),
        source(),
      );
      expect((await stateOf("b")).present).toBe(true);
    });

    test("tell it though the catalog could not be read", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveCatalogFault(run(2), "c", "no responde");
      expect(await stateOf()).toMatchObject({ present: true, fault: null });
    });

    test.each(PUBLISHERS)("tell the publisher: $why", async ({ publisher, name }) => {
      const datasets = [dataset("d1", publisher === undefined ? {} : { publisher })];
      await store().saveReading(
        run(1),
        "c",
        reading([distribution("d1", "d1.1", ["a"])], { datasets }),
        source(),
      );
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      expect((await stateOf()).publisher).toBe(name);
    });

    test("follow a series to the distribution that it moved to, with its last change", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveReading(run(2), "c", reading([distribution("d2", "d2.1", ["a"])]), source());
      await store().saveOutcome(run(2), key("d2", "d2.1"), indexed([series("a", [1])]));
      expect(await store().seriesStates("c")).toMatchObject([
        { id: "a", datasetId: "d2", distributionId: "d2.1", present: true, changedAt: run(1).at },
      ]);
    });
  });
}
