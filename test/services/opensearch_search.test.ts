// The search on a cluster of three nodes: the suite of every engine, the judged queries, the recorded cases of the
// API, and that it scores as the engines do that have no cluster.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomNumbers } from "../../scripts/bench/network.ts";
import { type SearchDocument, type SearchQuery, SORT_KEYS } from "../../src/core/search.ts";
import { runCases, serverTarget } from "../conformance/series_cases.ts";
import { OWN_SERIES_CASES, readSuite } from "../conformance/suites.ts";
import { service, START_TIMEOUT_MS } from "../services.ts";
import { document, ENGINES, openSearch, query } from "../store/search_engines.ts";
import { relevanceSuite } from "../store/search_relevance_suite.ts";
import { searchSuite } from "../store/search_suite.ts";
import { newPrefix, openSearchEngine, removeIndexes } from "./opensearch_engine.ts";

let nodes: readonly string[];
beforeAll(async () => {
  nodes = (await service("opensearch")).urls;
}, START_TIMEOUT_MS);

const prefix = newPrefix();
afterAll(() => removeIndexes(nodes[0]!, prefix));

const engine: (typeof ENGINES)[number] = {
  name: "OpenSearch",
  open: (blobs) => openSearchEngine(nodes, prefix).open(blobs),
};

searchSuite(engine);
relevanceSuite([engine]);

describe("the recorded cases of the search", () => {
  const suite = readSuite(OWN_SERIES_CASES);
  const files = suite?.kind === "series" ? suite.files : [];
  const searched = files.map((file) => ({
    ...file,
    cases: file.cases.filter(({ request }) => request.includes(" /search")),
  })).filter(({ cases }) => cases.length > 0);
  const target = serverTarget(Date.now, "opensearch");
  afterAll(() => target.close());

  test.each(searched)("are answered as in $title", async (file) => {
    const { results } = await runCases(file, target);
    expect(results.length).toBe(file.cases.length);
    expect(results.filter(({ differences }) => differences.length > 0)).toEqual([]);
  });
});

const WORDS =
  "trigo soja índice índices precio precios IPC inflación de la producción EE.UU. 1,5 ñandú cotización"
    .split(" ");
const SETTINGS = {
  synonyms: ["ipc,inflación,índice de precios", "precio de,cotización,cotizaciones"],
  catalogAliases: { ab: ["a", "b"] },
  boosts: { description: 0.7, dataset_title: 2, dataset_source: 0, dataset_description: 1.3 },
};

/** Series of few words, so that they share them; Lucene keeps lengths of up to 39 words as they are. */
function randomDocuments(count: number, random: () => number): SearchDocument[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const text = (most: number) =>
    random() < 0.1 ? null : Array.from({ length: Math.floor(random() * most) }, () => pick(WORDS)).join(" ");
  return Array.from({ length: count }, (_, i) =>
    document(`s${i}`, {
      description: text(30),
      units: text(2),
      frequency: pick(["R/P1M", "R/P1D", "R/P1Y", null]),
      hits90Days: Math.floor(random() * 4),
      catalogId: pick(["a", "b", "c", null]),
      dataset: pick([{ title: "Precios de soja" }, { source: "INDEC de la soja" }, { description: text(5) }]),
    }));
}

describe("scores on OpenSearch", () => {
  const ASKED: readonly (Partial<SearchQuery> & { why: string })[] = [
    { why: "one word", text: "trigo" },
    { why: "words of synonyms", text: "IPC cotización" },
    { why: "a synonym of several words", text: "índice de precios de la soja" },
    { why: "a stem for a word that none has", text: "sojas trigos" },
    { why: "the stem of a synonym", text: "inflaciones" },
    { why: "a typo", text: "prodcucion" },
    { why: "everything at once", text: "EE.UU. 1,5 ñandu INDEC precioss" },
    { why: "a minimum", text: "ñandú ipc", minScore: 2 },
    { why: "filters", text: "soja trigo", filters: { catalog_id: ["ab"], units: WORDS } },
    { why: "no text", filters: { units: ["trigo"] } },
  ];

  test.each(ASKED)("are those of the snapshot's own search: $why", async ({ why: _, ...asked }) => {
    const documents = randomDocuments(1_200, randomNumbers(7));
    const own = await openSearch(ENGINES[0]!, documents, SETTINGS);
    const cluster = await openSearch(engine, documents, SETTINGS);
    for (const sortBy of SORT_KEYS) {
      const whole = query({ minScore: 0, ...asked, sortBy, facets: true, limit: 2_000 });
      const [expected, got] = [await own.search.find(whole), await cluster.search.find(whole)];
      expect([got.count, got.facets]).toEqual([expected.count, expected.facets]);
      const scores = new Map(got.hits.map(({ document, score }) => [document.id, score]));
      const apart = expected.hits.filter(({ document, score }) =>
        !(Math.abs(scores.get(document.id)! - score) <= 1e-5 * score)
      );
      expect(apart).toEqual([]);
      if (sortBy !== "relevance" || whole.text === undefined) {
        expect(got.hits.map(({ document }) => document)).toEqual(
          expected.hits.map(({ document }) => document),
        );
      }
    }
    await Promise.all([own.close(), cluster.close()]);
  });
});
