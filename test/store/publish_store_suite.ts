// What the publisher asks of every canonical store. What it is told of after which change is in
// harvest_store_suite.ts and outcome_suite.ts.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { JsonObject } from "../../src/core/json.ts";
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

const TITLES: readonly { why: string; metadata: JsonObject; expected: string }[] = [
  { why: "as declared", metadata: { title: "Catálogo" }, expected: "Catálogo" },
  { why: "its id where there is none", metadata: {}, expected: "c" },
  { why: "its id where it is empty", metadata: { title: "" }, expected: "c" },
  { why: "its id where it is null", metadata: { title: null }, expected: "c" },
  { why: "its id where it is a number", metadata: { title: 5 }, expected: "c" },
  { why: "its id where it is an object", metadata: { title: { es: "Catálogo" } }, expected: "c" },
];

const UNITS: readonly { why: string; saved: string[][]; expected: string[] }[] = [
  { why: "none at first", saved: [], expected: [] },
  { why: "sorted", saved: [["b", "a", "B"]], expected: ["B", "a", "b"] },
  { why: "each once", saved: [["%", "%", "Porcentaje", "%"]], expected: ["%", "Porcentaje"] },
  { why: "the last list alone", saved: [["a", "b"], ["c"]], expected: ["c"] },
  { why: "none again", saved: [["a"], []], expected: [] },
  { why: "any text", saved: [["", " a ", "ñ", "😀", "\uffee"]], expected: ["", " a ", "ñ", "\uffee", "😀"] },
];

export function publishStoreSuite(store: () => CanonicalStore): void {
  describe("changes", () => {
    test("of a new store are none", async () => {
      expect(await store().changes(0)).toEqual({ position: 0, distributions: [], catalogs: [] });
    });

    test("from 0 on are everything that has series, by id", async () => {
      for (const catalogId of ["c2", "c1", "c3"]) {
        await store().saveReading(
          run(1),
          catalogId,
          reading([
            distribution("d2", "d2.1", [`${catalogId}.x`]),
            distribution("d10", "d10.2", [`${catalogId}.y`]),
            distribution("d10", "d10.1", [`${catalogId}.z`]),
            distribution("d10", "d10.3", [`${catalogId}.failed`]),
          ]),
          source(),
        );
        if (catalogId === "c3") continue;
        await store().saveOutcome(
          run(1),
          key("d2", "d2.1", catalogId),
          indexed([series(`${catalogId}.x`, [1])]),
        );
        await store().saveOutcome(
          run(1),
          key("d10", "d10.2", catalogId),
          indexed([series(`${catalogId}.y`, [1])]),
        );
        await store().saveOutcome(run(1), key("d10", "d10.1", catalogId), indexed([]));
        await store().saveOutcome(run(1), key("d10", "d10.3", catalogId), { kind: "failed", fault: "x" });
      }
      const { position, ...changes } = await store().changes(0);
      expect(changes).toEqual({
        distributions: [
          key("d10", "d10.2", "c1"),
          key("d2", "d2.1", "c1"),
          key("d10", "d10.2", "c2"),
          key("d2", "d2.1", "c2"),
        ],
        catalogs: ["c1", "c2"],
      });
      expect(await store().changes(position)).toEqual({ position, distributions: [], catalogs: [] });
    });

    test("are told again until their position is asked from", async () => {
      await saveOne(store(), [series("a", [1])]);
      const first = await store().changes(0);
      expect(await store().changes(0)).toEqual(first);
      await store().saveOutcome(run(2), D11, indexed([series("a", [2])]));
      const second = await store().changes(first.position);
      expect(second).toMatchObject({ distributions: [D11], catalogs: [] });
      expect(second.position).toBeGreaterThan(first.position);
    });
  });

  describe("publishableSeries", () => {
    test("answers series in the order of the fields, with what publishers and we say of them", async () => {
      await store().saveReading(
        run(1),
        "c",
        reading([
          distribution("d1", "d1.1", [field("z", { units: "1" }), field("", {}, "indice_tiempo"), "a", "m"]),
        ]),
        source(),
      );
      await store().saveOutcome(
        run(1),
        D11,
        indexed([
          series("a", [1, null, 2]),
          series("z", [3], { enriched: { available: "true", last_value: "3" } }),
        ]),
      );
      expect(await store().publishableSeries(D11)).toEqual([
        {
          id: "z",
          observations: column([3]),
          enriched: { available: "true", last_value: "3" },
          field: field("z", { units: "1" }).metadata,
        },
        {
          id: "a",
          observations: column([1, null, 2]),
          enriched: { available: "true" },
          field: field("a").metadata,
        },
      ]);
    });

    test("has the order and the metadata of the current reading", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [2])]);
      const after = reading([distribution("d1", "d1.1", [field("b", { units: "%" }), "a"])]);
      await store().saveReading(run(2), "c", after, source());
      const found = await store().publishableSeries(D11);
      expect(found.map(({ id, field }) => [id, field.units])).toEqual([["b", "%"], ["a", undefined]]);
    });

    test("keeps series that are no longer named, with their last metadata", async () => {
      await saveOne(store(), [series("a", [1]), series("b", [2])]);
      await store().saveReading(run(2), "c", reading([distribution("d1", "d1.1", ["b"])]), source());
      await store().saveOutcome(run(2), D11, indexed([series("b", [3])]));
      expect((await store().publishableSeries(D11)).map(({ id, field, observations }) => ({
        id,
        field,
        values: [...observations.values],
      }))).toEqual([
        { id: "a", field: field("a").metadata, values: [1] },
        { id: "b", field: field("b").metadata, values: [3] },
      ]);
    });

    test("follows a series to the field that now has its id", async () => {
      await saveOne(store(), [series("a", [1])]);
      const after = reading([distribution("d1", "d1.1", [field("a", { units: "%" }, "otro")])]);
      await store().saveReading(run(2), "c", after, source());
      expect((await store().publishableSeries(D11))[0]!.field).toEqual(field("a").metadata);
      await store().saveOutcome(run(2), D11, indexed([series("a", [1], { title: "otro" })]));
      expect((await store().publishableSeries(D11))[0]!.field).toEqual(
        field("a", { units: "%" }, "otro").metadata,
      );
    });

    test("is refused for a distribution that is not known", async () => {
      await expect(store().publishableSeries(D11)).rejects.toMatchObject({ code: "not_found" });
    });
  });

  describe("publishableContext", () => {
    test("answers what is above the series, of distributions that have any, by id", async () => {
      const themes = [{ id: "precios", label: "Precios" }];
      await store().saveReading(
        run(1),
        "c",
        reading([
          distribution("\u{1f600}", "1", ["s1"]),
          distribution("\uffee", "1", ["s2"]),
          distribution("a", "2", ["s3"], { description: "dos" }),
          distribution("a", "10", ["s4"]),
          distribution("a", "nada", ["s5"]),
        ], {
          metadata: { title: "C", identifier: "x" },
          datasets: [dataset("a", { source: "INDEC" }, themes)],
        }),
        source(),
      );
      for (
        const [i, [datasetId, id]] of [["\u{1f600}", "1"], ["\uffee", "1"], ["a", "2"], ["a", "10"]].entries()
      ) {
        const outcome = indexed([series(`s${i + 1}`, [1])], {
          enriched: { frequency: "R/P1M", nth: `${i}` },
        });
        await store().saveOutcome(run(1), key(datasetId!, id!), outcome);
      }
      const context = await store().publishableContext("c");
      expect(context.catalog).toEqual({ title: "C", identifier: "x" });
      expect(context.distributions.map(({ datasetId, distributionId }) => [datasetId, distributionId]))
        .toEqual([["a", "10"], ["a", "2"], ["\uffee", "1"], ["\u{1f600}", "1"]]);
      expect(context.distributions[1]).toEqual({
        datasetId: "a",
        distributionId: "2",
        dataset: { title: "Dataset a", source: "INDEC" },
        themes,
        distribution: { title: "Distribución 2", description: "dos" },
        enriched: { frequency: "R/P1M", nth: "2" },
      });
      expect(context.distributions[2]!.themes).toBeNull();
    });

    test("keeps the levels that are no longer named", async () => {
      await saveOne(store(), [series("a", [1])]);
      const before = await store().publishableContext("c");
      await store().saveReading(run(2), "c", reading([]), source());
      expect(await store().publishableContext("c")).toEqual(before);
    });

    test("is empty for a catalog that is not known", async () => {
      expect(await store().publishableContext("x")).toEqual({ catalog: {}, distributions: [] });
    });
  });

  describe("catalogSummary", () => {
    test("counts what is available of one catalog", async () => {
      await store().saveReading(
        run(1),
        "c",
        reading([
          distribution("d2", "d2.1", ["s1"]),
          distribution("d1", "d1.2", ["s2"]),
          distribution("d1", "d1.1", [field("s4", { description: "La primera" }), "s3"]),
          distribution("d3", "d3.1", ["s5"]),
        ]),
        source(),
      );
      const days = column([1, null, 3], { frequency: "day", start: -3 });
      await store().saveOutcome(run(1), key("d2", "d2.1"), indexed([series("s1", days)]));
      await store().saveOutcome(run(1), key("d1", "d1.2"), indexed([series("s2", [1, 2])]));
      await store().saveOutcome(run(1), D11, indexed([series("s3", [1]), series("s4", [1])]));
      await store().saveReading(run(1), "e", reading([distribution("d1", "d1.1", ["e1"])]), source());
      await store().saveOutcome(run(1), key("d1", "d1.1", "e"), indexed([series("e1", [1, 2, 3])]));
      expect(await store().catalogSummary("c")).toEqual({
        id: "c",
        title: "Catálogo",
        datasets: 2,
        distributions: 3,
        series: 4,
        values: 6,
        first: "1969-12-29",
        last: "2020-02-01",
        example: { id: "s4", description: "La primera" },
      });
    });

    test.each(TITLES)("has a title: $why", async ({ metadata, expected }) => {
      const taken = reading([distribution("d1", "d1.1", [field("a", { description: metadata.title })])], {
        metadata,
      });
      await store().saveReading(run(1), "c", taken, source());
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      expect(await store().catalogSummary("c")).toMatchObject({
        title: expected,
        example: { id: "a", description: typeof metadata.title === "string" ? metadata.title : "" },
      });
    });

    test("is undefined without any series, and for a catalog that is not known", async () => {
      await store().saveReading(run(1), "c", reading([distribution("d1", "d1.1", ["a"])]), source());
      await store().saveOutcome(run(1), D11, indexed([]));
      expect(await store().catalogSummary("c")).toBeUndefined();
      expect(await store().catalogSummary("x")).toBeUndefined();
    });
  });

  describe("percentageUnits", () => {
    test.each(UNITS)("answers what savePercentageUnits was given: $why", async ({ saved, expected }) => {
      for (const units of saved) await store().savePercentageUnits(units);
      expect(await store().percentageUnits()).toEqual(expected);
    });
  });

  describe("publication", () => {
    test("answers what was published last", async () => {
      expect(await store().publication()).toBeUndefined();
      await store().savePublication({ snapshot: "s1", position: 3 });
      expect(await store().publication()).toEqual({ snapshot: "s1", position: 3 });
      await store().savePublication({ snapshot: "s0", position: 0 });
      expect(await store().publication()).toEqual({ snapshot: "s0", position: 0 });
    });
  });
}
