// What the publisher of the search asks of every canonical store: series with their texts, synonyms and aliases.

import { describe, expect, test } from "vitest";
import type { CanonicalStore } from "../../src/core/canonical_store.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { SearchDataset } from "../../src/core/search.ts";
import { DEFAULT_BOOSTS } from "../../src/core/search_boosts.ts";
import { DEFAULT_SYNONYMS } from "../../src/core/synonyms.ts";
import {
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

const BOOSTS = { description: 0.5, dataset_title: 2, dataset_source: 1_000, dataset_description: 0 };

const THEMES = [{ id: "b", label: "Be" }, { id: "a", label: "A" }, { id: "mute" }];

const DATASETS: readonly {
  why: string;
  metadata: JsonObject;
  themes?: JsonObject[];
  expected: Partial<SearchDataset>;
}[] = [
  {
    why: "what is declared",
    metadata: { description: "D", source: "S", publisher: { name: "P", mbox: "x" } },
    expected: { title: "Dataset d1", description: "D", source: "S", publisherName: "P" },
  },
  {
    why: "the label of the first theme that is named",
    metadata: { theme: ["a", "b"] },
    expected: { theme: "A" },
  },
  { why: "no theme without an entry of its id", metadata: { theme: ["x", "a"] }, expected: { theme: null } },
  { why: "no theme without a label", metadata: { theme: ["mute", "a"] }, expected: { theme: null } },
  { why: "no theme of an empty list", metadata: { theme: [] }, expected: { theme: null } },
  { why: "no theme of null", metadata: { theme: null }, expected: { theme: null } },
  { why: "no theme of a text", metadata: { theme: "a" }, expected: { theme: null } },
  {
    why: "no theme of a catalog without any",
    metadata: { theme: ["a"] },
    themes: [],
    expected: { theme: null },
  },
  {
    why: "nothing where it is no text",
    metadata: { title: 5, description: ["D"], source: null, publisher: "P" },
    expected: { title: null, description: null, source: null, publisherName: null },
  },
];

export function searchStoreSuite(store: () => CanonicalStore): void {
  describe("searchDocuments", () => {
    test("answers every available series of a catalog, named or not", async () => {
      await store().saveReading(
        run(1),
        "c",
        reading([
          distribution("d1", "d1.1", [field("a", { units: "%", description: "Serie A" }, "ta"), "gone"]),
          distribution("d2", "d2.1", [field("b", { description: 5 })]),
          distribution("d2", "d2.2", ["failed"]),
        ]),
        source(),
      );
      const enriched = {
        available: "true",
        frequency: "R/P1D",
        time_index_start: "2020-01-01",
        time_index_end: "2020-02-29",
      };
      await store().saveOutcome(
        run(1),
        D11,
        indexed([series("a", [1], { title: "ta", enriched }), series("gone", [2])]),
      );
      await store().saveOutcome(run(1), key("d2", "d2.1"), indexed([series("b", [3])]));
      await store().saveOutcome(run(1), key("d2", "d2.2"), { kind: "failed", fault: "x" });
      await store().saveReading(run(2), "c", reading([distribution("d2", "d2.1", [field("b")])]), source());
      const found = await store().searchDocuments("c");
      expect(found.map(({ id }) => id).sort()).toEqual(["a", "b", "gone"]);
      expect(found.find(({ id }) => id === "a")).toEqual({
        id: "a",
        title: "ta",
        description: "Serie A",
        units: "%",
        frequency: "R/P1D",
        start: "2020-01-01",
        end: "2020-02-29",
        catalogId: "c",
        dataset: { title: "Dataset d1", description: null, source: null, publisherName: null, theme: null },
      });
      expect(found.find(({ id }) => id === "b")).toMatchObject({
        title: "t_b",
        description: "Serie b",
        units: null,
        frequency: null,
        start: null,
        end: null,
        dataset: { title: "Dataset d2" },
      });
    });

    test.each(DATASETS)("tells of a dataset $why", async ({ metadata, themes = THEMES, expected }) => {
      const taken = reading([distribution("d1", "d1.1", ["a"])], {
        datasets: [dataset("d1", metadata, themes.length === 0 ? null : themes)],
      });
      await store().saveReading(run(1), "c", taken, source());
      await store().saveOutcome(run(1), D11, indexed([series("a", [1])]));
      expect((await store().searchDocuments("c"))[0]!.dataset).toMatchObject(expected);
    });

    test("has no catalog where the catalog has no id, and nothing of one that is not known", async () => {
      await store().saveReading(run(1), "", reading([distribution("d1", "d1.1", ["a"])]), source());
      await store().saveOutcome(run(1), key("d1", "d1.1", ""), indexed([series("a", [1])]));
      expect(await store().searchDocuments("")).toMatchObject([{ id: "a", catalogId: null }]);
      expect(await store().searchDocuments("x")).toEqual([]);
    });
  });

  describe("searchSettings", () => {
    test("are the synonyms and boosts of the program, no aliases and no minimum score at first", async () => {
      expect(await store().searchSettings()).toEqual({
        synonyms: DEFAULT_SYNONYMS,
        catalogAliases: {},
        // The contract's, catalog-harvest 6.
        boosts: { description: 1.5, dataset_title: 1, dataset_source: 1, dataset_description: 1 },
      });
    });

    test("answer what was saved last, nothing at all included", async () => {
      await store().saveSynonyms(["ipc,inflación", "a1,b1"]);
      await store().saveCatalogAliases({ todos: ["c", "e"], ninguno: [] });
      await store().saveBoosts(BOOSTS);
      await store().saveMinScore(0);
      expect(await store().searchSettings()).toEqual({
        synonyms: ["ipc,inflación", "a1,b1"],
        catalogAliases: { todos: ["c", "e"], ninguno: [] },
        boosts: BOOSTS,
        minScore: 0,
      });
      await store().saveMinScore(2.5);
      expect((await store().searchSettings()).minScore).toBe(2.5);
      await store().saveSynonyms([]);
      await store().saveCatalogAliases({});
      await store().saveBoosts(DEFAULT_BOOSTS);
      await store().saveMinScore(undefined);
      expect(await store().searchSettings()).toEqual({
        synonyms: [],
        catalogAliases: {},
        boosts: DEFAULT_BOOSTS,
      });
    });

    test("refuse a list without two terms, and stay as they were", async () => {
      await store().saveSynonyms(["ipc,inflación"]);
      await expect(store().saveSynonyms(["a1,b1", "solo"])).rejects.toMatchObject({ code: "invalid" });
      expect((await store().searchSettings()).synonyms).toEqual(["ipc,inflación"]);
    });

    test.each([
      { why: "that are all 0", over: { description: 0, dataset_title: 0, dataset_source: 0 } },
      { why: "below 0", over: { dataset_title: -1 } },
      { why: "too large to score by", over: { dataset_title: 1_001 } },
      { why: "that are no number", over: { dataset_source: NaN } },
    ])("refuse boosts $why, and stay as they were", async ({ over }) => {
      await store().saveBoosts(BOOSTS);
      await expect(store().saveBoosts({ ...BOOSTS, ...over })).rejects.toMatchObject({ code: "invalid" });
      expect((await store().searchSettings()).boosts).toEqual(BOOSTS);
    });

    test("refuse an alias that is a catalog, and stay as they were", async () => {
      await saveOne(store(), [series("a", [1])]);
      await store().saveCatalogAliases({ otro: ["c"] });
      await expect(store().saveCatalogAliases({ nuevo: ["c"], c: ["c"] })).rejects.toMatchObject({
        code: "conflict",
        message: "Ya existe un catálogo con id c, no puede ser usado como alias",
      });
      expect((await store().searchSettings()).catalogAliases).toEqual({ otro: ["c"] });
    });
  });
}
