// What the generator of dumps asks of every canonical store: which distributions have series, and their series by
// column or by id, with whether their catalogs still name them.

import { describe, expect, test } from "vitest";
import type { CanonicalStore, DumpSeries } from "../../src/core/canonical_store.ts";
import {
  column,
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

const idsOf = (all: readonly DumpSeries[]) => all.map(({ id }) => id);
const presence = (all: readonly DumpSeries[]) => all.map(({ id, present }) => [id, present]);

export function dumpStoreSuite(store: () => CanonicalStore): void {
  describe("availableDistributions", () => {
    test("of a new store are none", async () => {
      expect(await store().availableDistributions()).toEqual([]);
    });

    test("are those that have series, by catalog, dataset and id, in the order of code points", async () => {
      const paths = [["\u{1f600}", "1"], ["\uffee", "1"], ["d", "2"], ["d", "10"], ["D", "1"]] as const;
      for (const catalogId of ["z", "\u{1f600}", "\uffee", "A"]) {
        await store().saveReading(
          run(1),
          catalogId,
          reading([
            ...paths.map(([datasetId, id], i) => distribution(datasetId, id, [`${catalogId}.${i}`])),
            distribution("d", "empty", [`${catalogId}.empty`]),
            distribution("d", "failed", [`${catalogId}.failed`]),
            distribution("d", "never", [`${catalogId}.never`]),
          ]),
          source(),
        );
        for (const [i, [datasetId, id]] of paths.entries()) {
          await store().saveOutcome(
            run(1),
            key(datasetId, id, catalogId),
            indexed([series(`${catalogId}.${i}`, [1])]),
          );
        }
        await store().saveOutcome(run(1), key("d", "empty", catalogId), indexed([]));
        await store().saveOutcome(run(1), key("d", "failed", catalogId), { kind: "failed", fault: "x" });
      }
      const own = [["D", "1"], ["d", "10"], ["d", "2"], ["\uffee", "1"], ["\u{1f600}", "1"]] as const;
      expect(await store().availableDistributions()).toEqual(
        ["A", "z", "\uffee", "\u{1f600}"].flatMap((catalogId) =>
          own.map(([datasetId, id]) => key(datasetId, id, catalogId))
        ),
      );
    });

    test("stay when they are no longer named, or fail", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveOutcome(run(2), D11, { kind: "failed", fault: "x" });
      expect(await store().availableDistributions()).toEqual([D11]);
      await store().saveReading(run(3), "c", reading([]), source());
      expect(await store().availableDistributions()).toEqual([D11]);
    });
  });

  describe("dumpSeries", () => {
    test("answers what publishers and we say of series, and their values", async () => {
      const reading_ = reading([
        distribution("d1", "d1.1", [field("", {}, "indice_tiempo"), field("a", { units: "%" }), "b"]),
      ]);
      await store().saveReading(run(1), "c", reading_, source());
      const days = column([1, null, 3], { frequency: "day", start: 3, workdays: true });
      await store().saveOutcome(
        run(1),
        D11,
        indexed([
          series("a", days, { enriched: { available: "true", last_value: "3.0" } }),
          series("b", [1e300, -0.5]),
        ]),
      );
      expect(await store().dumpSeries(D11)).toEqual([
        {
          id: "a",
          observations: days,
          enriched: { available: "true", last_value: "3.0" },
          field: field("a", { units: "%" }).metadata,
          present: true,
        },
        {
          id: "b",
          observations: column([1e300, -0.5]),
          enriched: { available: "true" },
          field: field("b").metadata,
          present: true,
        },
      ]);
    });

    test("has the order of the columns of the last file, not that of the fields", async () => {
      await store().saveReading(
        run(1),
        "c",
        reading([distribution("d1", "d1.1", ["a", "b", "c", "d"])]),
        source(),
      );
      await store().saveOutcome(
        run(1),
        D11,
        indexed([series("d", [1]), series("b", [1]), series("a", [1]), series("c", [1])]),
      );
      expect(idsOf(await store().dumpSeries(D11))).toEqual(["d", "b", "a", "c"]);
      await store().saveOutcome(
        run(2),
        D11,
        indexed([series("c", [1]), series("a", [1]), series("d", [1]), series("b", [1])], { bytes: "v2" }),
      );
      expect(idsOf(await store().dumpSeries(D11))).toEqual(["c", "a", "d", "b"]);
    });

    test("has those that are no longer named at the end, with their last metadata and values", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [2]), series("c", [3])]);
      await store().saveReading(run(2), "c", reading([distribution("d1", "d1.1", ["c", "b"])]), source());
      await store().saveOutcome(run(2), D11, indexed([series("b", [4]), series("c", [5])]));
      const found = await store().dumpSeries(D11);
      expect(presence(found)).toEqual([["b", true], ["c", true], ["a", false]]);
      expect(found.map(({ observations }) => [...observations.values])).toEqual([[4], [5], [1]]);
      expect(found[2]!.field).toEqual(field("a").metadata);
    });

    test("follows a series to the field that now has its id", async () => {
      await saveOne(store(), [series("a", [1])]);
      const after = reading([distribution("d1", "d1.1", [field("a", { units: "%" }, "otro")])]);
      await store().saveReading(run(2), "c", after, source());
      expect(await store().dumpSeries(D11)).toMatchObject([{ field: field("a").metadata, present: true }]);
      await store().saveOutcome(run(2), D11, indexed([series("a", [1], { title: "otro" })]));
      expect(await store().dumpSeries(D11)).toMatchObject([
        { field: field("a", { units: "%" }, "otro").metadata, present: true },
      ]);
    });

    test("tells that none is named where the distribution is not", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [2])]);
      await store().saveReading(run(2), "c", reading([distribution("d1", "d1.2", ["x"])]), source());
      expect(presence(await store().dumpSeries(D11))).toEqual([["a", false], ["b", false]]);
      await saveOne(store(), [series("a", [1]), series("b", [2])], 3);
      expect(presence(await store().dumpSeries(D11))).toEqual([["a", true], ["b", true]]);
    });

    test("leaves named what only could not be read this time", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveOutcome(run(2), D11, { kind: "failed", fault: "x" });
      await store().saveCatalogFault(run(3), "c", "y");
      expect(presence(await store().dumpSeries(D11))).toEqual([["a", true]]);
    });

    test("is refused for a distribution that is not known", async () => {
      await expect(store().dumpSeries(D11)).rejects.toMatchObject({ code: "not_found" });
    });
  });

  describe("dumpSeriesById", () => {
    test("answers in the order asked, across catalogs, without what is not known", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [2])]);
      const other = reading([distribution("d1", "d1.1", ["x", "gone"])]);
      await store().saveReading(run(1), "e", other, source());
      const inOther = key("d1", "d1.1", "e");
      await store().saveOutcome(run(1), inOther, indexed([series("x", [3]), series("gone", [4])]));
      await store().saveReading(run(2), "e", reading([distribution("d1", "d1.1", ["x"])]), source());
      const found = await store().dumpSeriesById(["gone", "b", "nada", "x", "a"]);
      expect(presence(found)).toEqual([["gone", false], ["b", true], ["x", true], ["a", true]]);
      const [a, b] = await store().dumpSeries(D11);
      const [x, gone] = await store().dumpSeries(inOther);
      expect(found).toEqual([gone, b, x, a]);
    });

    test("answers nothing for nothing", async () => {
      expect(await store().dumpSeriesById([])).toEqual([]);
      expect(await store().dumpSeriesById(["nada"])).toEqual([]);
    });
  });
}
