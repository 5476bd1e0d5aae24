// The behaviour that every engine of the search has: what matches, how it is scored, filtered, ordered, paged
// and counted. Scores are held against BM25 written out here, to a tolerance that other engines need.
// Long because it is the whole of one port.

import { describe, expect, test } from "vitest";
import {
  FACETS,
  type SearchAnswer,
  type SearchDocument,
  type SearchQuery,
  type SearchSettings,
} from "../../src/core/search.ts";
import { DEFAULT_BOOSTS } from "../../src/core/search_boosts.ts";
import type { Popularity } from "../../src/core/hits.ts";
import { document, type ENGINES, openSearch, popularityOfDocuments, query } from "./search_engines.ts";

/** Asks one question over documents. */
type Ask = (
  documents: readonly SearchDocument[],
  asked?: Partial<SearchQuery>,
  settings?: Partial<SearchSettings>,
) => Promise<SearchAnswer>;

const ids = ({ hits }: SearchAnswer) => hits.map(({ document }) => document.id);
const described = (texts: Readonly<Record<string, string | null>>) =>
  Object.entries(texts).map(([id, description]) => document(id, { description }));

/** BM25 of one word in one field. */
const bm25 = (
  { documents, having, times, words, average }: Record<
    "documents" | "having" | "times" | "words" | "average",
    number
  >,
) =>
  Math.log(1 + (documents - having + 0.5) / (having + 0.5)) * 2.2 * times /
  (times + 1.2 * (0.25 + 0.75 * words / average));

/** Found by each text, whatever the order. */
const MATCHES: readonly { why: string; text: string; found: string[] }[] = [
  { why: "one word", text: "trigo", found: ["trigo"] },
  { why: "any of several", text: "trigo petróleo", found: ["acento", "trigo"] },
  { why: "in any order", text: "de producción", found: ["acento", "ano", "trigo"] },
  { why: "without case", text: "TRIGO", found: ["trigo"] },
  { why: "without the accent it has", text: "petroleo", found: ["acento"] },
  { why: "with an accent it lacks", text: "trígo", found: ["trigo"] },
  { why: "ñ as n", text: "ano", found: ["ano"] },
  { why: "a dotted abbreviation without dots", text: "PBI", found: ["pbi"] },
  { why: "the same with dots", text: "p.b.i.", found: ["pbi"] },
  { why: "a number", text: "1,5", found: ["numero"] },
  { why: "no part of a word", text: "produc", found: [] },
  { why: "no part of a number", text: "5", found: [] },
  { why: "nothing at all", text: "", found: [] },
  { why: "blanks", text: "  \t ", found: [] },
  { why: "signs and control characters", text: "\0\x01¿?—🌾", found: [] },
  {
    why: "what would mean something to a query language",
    text: `trigo" OR * NEAR( -de ^col:a {} '`,
    found: ["acento", "ano", "trigo"],
  },
];
const MATCHED = described({
  trigo: "Producción de Trigo",
  acento: "Producción de petróleo",
  ano: "Fin de año",
  pbi: "P.B.I. corriente",
  numero: "Tasa 1,5",
  vacia: "",
  nada: null,
});

/** One word of each is known; what its absence brings. */
const FALLBACKS: readonly { why: string; texts: Record<string, string>; text: string; found: string[] }[] = [
  {
    why: "the word itself, not its plural",
    texts: { a: "índice", b: "índices" },
    text: "índice",
    found: ["a"],
  },
  {
    why: "the plural itself, not its singular",
    texts: { a: "índice", b: "índices" },
    text: "INDICES",
    found: ["b"],
  },
  {
    why: "the singular for a plural that none has",
    texts: { a: "índice", b: "indicador" },
    text: "índices",
    found: ["a"],
  },
  {
    why: "the plural for a singular that none has",
    texts: { a: "meses", b: "mesa" },
    text: "mes",
    found: ["a"],
  },
  {
    why: "every form for one that none has",
    texts: { a: "sembrada", b: "sembrados", c: "siembra" },
    text: "sembrado",
    found: ["a", "b"],
  },
  { why: "one letter away", texts: { a: "soja", b: "sorgo" }, text: "soya", found: ["a"] },
  { why: "two neighbours swapped", texts: { a: "inflación" }, text: "infalcion", found: ["a"] },
  { why: "a stem before a typo", texts: { a: "precio", b: "preciso" }, text: "precios", found: ["a"] },
  { why: "the word itself before a typo", texts: { a: "soja", b: "soya" }, text: "soya", found: ["b"] },
  { why: "a typo in a plural", texts: { a: "producción" }, text: "produccoines", found: ["a"] },
  { why: "nothing two letters away", texts: { a: "soja" }, text: "zoya", found: [] },
  { why: "no typo of an abbreviation", texts: { a: "ipc", b: "ipi" }, text: "ipx", found: [] },
  { why: "no typo of a number", texts: { a: "base 2004" }, text: "2005", found: [] },
  {
    why: "for the unknown word alone",
    texts: { a: "soja", b: "trigos" },
    text: "trigos soya",
    found: ["a", "b"],
  },
];

const SYNONYMS = ["ipc,índice de precios al consumidor,inflación", "dólar,usd"];

const SYNONYM_ROWS: readonly { why: string; texts: Record<string, string>; text: string; found: string[] }[] =
  [
    {
      why: "the other way of saying it",
      texts: { a: "IPC núcleo", b: "Inflación núcleo" },
      text: "inflacion",
      found: ["a", "b"],
    },
    {
      why: "several words for one",
      texts: { a: "Índice de precios al consumidor", b: "Índice de salarios" },
      text: "ipc",
      found: ["a"],
    },
    {
      why: "one word for several",
      texts: { a: "IPC", b: "Otra" },
      text: "índice de precios al consumidor",
      found: ["a"],
    },
    {
      why: "the words of several all the same",
      texts: { a: "IPC", b: "Índice de salarios" },
      text: "índice de precios al consumidor",
      found: ["a", "b"],
    },
    {
      why: "not the same words in another order",
      texts: { a: "Índice al consumidor de precios", b: "IPC" },
      text: "ipc",
      found: ["b"],
    },
    { why: "a plural of what no series says", texts: { a: "Cotización USD" }, text: "dólares", found: ["a"] },
    { why: "a typo of what no series says", texts: { a: "IPC núcleo" }, text: "inflasion", found: ["a"] },
  ];

const SHELF: readonly SearchDocument[] = [
  document("a", {
    units: "Índice",
    hits90Days: 5,
    catalogId: "c1",
    dataset: { theme: "Precios", source: "INDEC", publisherName: "Uno" },
  }),
  document("b", {
    units: "índice",
    hits90Days: 50,
    catalogId: "c1",
    dataset: { theme: "Precios", source: "BCRA", publisherName: "Uno" },
  }),
  document("c", {
    units: "Pesos",
    hits90Days: 5,
    catalogId: "c2",
    dataset: { theme: "Finanzas", source: "INDEC", publisherName: "Dos" },
  }),
  document("d", {
    units: "Pesos",
    hits90Days: 0,
    catalogId: "c3",
    dataset: { theme: "", source: "", publisherName: null },
  }),
];

const FILTERS: readonly { why: string; filters: SearchQuery["filters"]; found: string[] }[] = [
  { why: "none", filters: {}, found: ["a", "b", "c", "d"] },
  { why: "case and accents count", filters: { units: ["Índice"] }, found: ["a"] },
  { why: "alternatives", filters: { units: ["Índice", "índice"] }, found: ["a", "b"] },
  {
    why: "all filters together",
    filters: { dataset_source: ["INDEC"], catalog_id: ["c1", "c2"], dataset_theme: ["Finanzas"] },
    found: ["c"],
  },
  { why: "a publisher", filters: { dataset_publisher_name: ["Uno"] }, found: ["a", "b"] },
  { why: "an unknown value", filters: { units: ["nada"] }, found: [] },
  {
    why: "an unknown value among others",
    filters: { dataset_theme: ["nada", "Precios"] },
    found: ["a", "b"],
  },
  { why: "no part of a value", filters: { dataset_source: ["INDE"] }, found: [] },
  { why: "an alias", filters: { catalog_id: ["pesos"] }, found: ["c", "d"] },
  { why: "an alias beside a catalog", filters: { catalog_id: ["pesos", "c1"] }, found: ["a", "b", "c", "d"] },
  { why: "an alias of no catalog that is there", filters: { catalog_id: ["lejos"] }, found: [] },
  { why: "what no alias is called", filters: { catalog_id: ["constructor", "__proto__"] }, found: [] },
  { why: "an alias is no value of another filter", filters: { units: ["pesos"] }, found: [] },
];
const ALIASES = { catalogAliases: { pesos: ["c2", "c3"], lejos: ["c9"] } };

/** Series of frequencies that have an order and some that have none, in the order of ids. */
const FREQUENCIES = ["R/P1M", "R/P1Y", null, "R/P1D", "R/P6M", "R/P3M", "R/P2Y", "R/P1W", "R/P1M"];

export function searchSuite(engine: (typeof ENGINES)[number]): void {
  const ask: Ask = async (documents, asked = {}, settings = {}) => {
    const { search, close } = await openSearch(engine, documents, settings);
    try {
      return await search.find(query(asked));
    } finally {
      close();
    }
  };

  describe(`search on ${engine.name}`, () => {
    describe("without text", () => {
      test("finds nothing in nothing", async () => {
        const answer = await ask([], { facets: true });
        expect(answer).toEqual({
          hits: [],
          count: 0,
          facets: Object.fromEntries(FACETS.map((facet) => [facet, []])),
        });
        expect(await ask([], { text: "ipc" })).toEqual({ hits: [], count: 0 });
      });

      test("finds all series, by id, with everything that is known of them", async () => {
        const full: SearchDocument = {
          id: "b",
          title: "titulo",
          description: "Descripción",
          units: "Pesos",
          frequency: "R/P1D",
          start: "1950-01-01",
          end: "2020-02-29",
          catalogId: "c2",
          dataset: { title: "T", description: "D", source: "F", publisherName: "R", theme: "Tema" },
        };
        const bare: SearchDocument = {
          ...document("a", { catalogId: null }),
          title: null,
          frequency: null,
          start: null,
          end: null,
        };
        const answer = await ask([full, bare]);
        expect(answer).toEqual({
          hits: [{ document: bare, score: 0, hits90Days: 0 }, { document: full, score: 0, hits90Days: 0 }],
          count: 2,
        });
      });

      test("orders ids by UTF-16 code units, over all catalogs", async () => {
        const names = ["b", "a", "B", "ñ", "\uffee", "\u{1f600}", "10", "9", "__proto__", "constructor", ""];
        const all = names.map((id, i) => document(id, { catalogId: `c${i % 3}` }));
        expect(ids(await ask(all, { limit: 20 }))).toEqual([...names].sort());
      });
    });

    describe("a text", () => {
      test.each(MATCHES)("finds $found: $why", async ({ text, found }) => {
        const answer = await ask(MATCHED, { text });
        expect(ids(answer).sort()).toEqual(found);
        expect(answer.count).toBe(found.length);
      });

      test("is looked for in descriptions and in titles, sources and descriptions of datasets alone", async () => {
        const all = [
          document("description", { description: "x1" }),
          document("title", { dataset: { title: "x1" } }),
          document("source", { dataset: { source: "x1" } }),
          document("dataset", { dataset: { description: "x1" } }),
          document("x1", {
            title: "x1",
            units: "x1",
            catalogId: "x1",
            dataset: { publisherName: "x1", theme: "x1" },
          }),
        ];
        expect(ids(await ask(all, { text: "x1" })).sort()).toEqual([
          "dataset",
          "description",
          "source",
          "title",
        ]);
      });

      test("finds the same whatever follows the words that are read", async () => {
        const many = Array.from({ length: 40 }, (_, i) => `palabra${i}`);
        const all = [...described({ a: "palabra31" }), ...described({ b: "palabra32" })];
        expect(ids(await ask(all, { text: many.join(" ") }))).toEqual(["a"]);
        expect(ids(await ask(all, { text: `${"palabra31 ".repeat(100)}palabra32` }))).toEqual(["a", "b"]);
      });

      test.each(["a", "a ", "\0", "ñ", "%", "1,", "x".repeat(9) + " ", "EE.UU. "])(
        "of 100 kB is answered quickly: %j",
        async (piece) => {
          const { search, close } = await openSearch(engine, MATCHED);
          const begun = performance.now();
          await search.find(query({ text: piece.repeat(100_000 / piece.length), facets: true }));
          expect(performance.now() - begun).toBeLessThan(500);
          close();
        },
      );
    });

    describe("scores", () => {
      const close = (a: number | undefined, b: number) => expect(a).toBeCloseTo(b, 6);

      test("are BM25 of the words in a field, 1.5 times in descriptions", async () => {
        const { hits } = await ask(
          described({ a: "trigo pan", b: "trigo trigo y más trigo", c: "otra cosa", d: null }),
          { text: "trigo pan" },
        );
        const field = { documents: 3, average: 9 / 3 };
        const trigo = { ...field, having: 2 };
        expect(hits.map(({ document }) => document.id)).toEqual(["a", "b"]);
        close(
          hits[0]!.score,
          1.5 * (bm25({ ...trigo, times: 1, words: 2 }) + bm25({ ...field, having: 1, times: 1, words: 2 })),
        );
        close(hits[1]!.score, 1.5 * bm25({ ...trigo, times: 3, words: 5 }));
      });

      test("count a dataset's texts as often as it has series", async () => {
        const wheat = { title: "Trigo" }, rest = { title: "Otra cosa" };
        const { hits } = await ask([
          document("a", { dataset: wheat }),
          document("b", { dataset: wheat, catalogId: "c2" }),
          document("c", { dataset: wheat }),
          document("d", { dataset: rest }),
        ], { text: "trigo" });
        expect(hits.map(({ document }) => document.id)).toEqual(["a", "b", "c"]);
        for (const { score } of hits) {
          close(score, bm25({ documents: 4, having: 3, times: 1, words: 1, average: 5 / 4 }));
        }
      });

      test("are those of the best field, not of all together", async () => {
        const { hits } = await ask([
          document("both", { description: "trigo", dataset: { source: "pan" } }),
          document("one", { description: "trigo y pan", dataset: { source: "otra" } }),
          document("rest", { description: "nada", dataset: { source: "otra" } }),
        ], { text: "trigo pan" });
        expect(hits.map(({ document }) => document.id)).toEqual(["one", "both"]);
        const description = { documents: 3, average: 5 / 3 };
        close(
          hits[1]!.score,
          Math.max(
            1.5 * bm25({ ...description, having: 2, times: 1, words: 1 }),
            bm25({ documents: 3, average: 1, having: 1, times: 1, words: 1 }),
          ),
        );
      });

      describe("go by the boosts of the settings", () => {
        // "trigo" is once in a text of each; every text has one word.
        const all = [
          document("d", {
            description: "trigo",
            dataset: { title: "pan", source: "pan", description: "pan" },
          }),
          document("t", {
            description: "pan",
            dataset: { title: "trigo", source: "uva", description: "uva" },
          }),
        ];
        const once = bm25({ documents: 2, having: 1, times: 1, words: 1, average: 1 });

        test.each([
          { why: "the contract's", boosts: {}, found: [["d", 1.5], ["t", 1]] },
          { why: "others, in another order", boosts: { dataset_title: 4 }, found: [["t", 4], ["d", 1.5]] },
          { why: "smaller ones", boosts: { description: 0.25 }, found: [["t", 1], ["d", 0.25]] },
          { why: "without descriptions", boosts: { description: 0 }, found: [["t", 1]] },
          { why: "without titles", boosts: { dataset_title: 0 }, found: [["d", 1.5]] },
          {
            why: "of texts that have no such word",
            boosts: { description: 0, dataset_title: 0, dataset_source: 9 },
            found: [],
          },
        ])("$why", async ({ boosts, found }) => {
          const { hits, count } = await ask(all, { text: "trigo" }, {
            boosts: { ...DEFAULT_BOOSTS, ...boosts },
          });
          expect(hits.map(({ document }) => document.id)).toEqual(found.map(([id]) => id));
          expect(count).toBe(found.length);
          hits.forEach(({ score }, i) => close(score, Number(found[i]![1]) * once));
        });

        test("which of them is the best text", async () => {
          const both = document("b", { description: "trigo", dataset: { source: "trigo" } });
          const other = document("o", { description: "pan", dataset: { source: "pan" } });
          for (const [dataset_source, best] of [[1, 1.5], [2, 2], [0, 1.5]] as const) {
            const { hits } = await ask([both, other], { text: "trigo" }, {
              boosts: { ...DEFAULT_BOOSTS, dataset_source },
            });
            expect(ids({ hits, count: 1 })).toEqual(["b"]);
            close(hits[0]!.score, best * once);
          }
        });

        test("but say nothing of what no text is asked for", async () => {
          const boosts = { ...DEFAULT_BOOSTS, description: 0 };
          expect(ids(await ask(all, {}, { boosts }))).toEqual(["d", "t"]);
        });
      });

      test("are the same however often a word is asked for, and in whatever order", async () => {
        const all = described({ a: "trigo pan", b: "trigo" });
        const once = await ask(all, { text: "trigo pan" });
        expect(await ask(all, { text: "Pan, trigo, PAN trigo" })).toEqual(once);
      });

      test("are the same for a synonym as for the word", async () => {
        const all = described({
          a: "IPC núcleo",
          b: "Inflación núcleo",
          c: "Índice de precios al consumidor núcleo",
        });
        const answers = [];
        for (const text of ["ipc", "inflación"]) {
          answers.push(await ask(all, { text }, { synonyms: SYNONYMS }));
        }
        expect(answers[0]).toEqual(answers[1]);
        expect(answers[0]!.hits[0]!.score).toBe(answers[0]!.hits[1]!.score);
      });
    });

    describe("the minimum score", () => {
      const crowd = (count: number) =>
        Array.from(
          { length: count },
          (_, i) => document(`s${i}`, { description: i === 7 ? "común raro" : "común" }),
        );

      test.each([
        { why: "leaves out what hardly matches", size: 1_000, text: "común", minScore: 5, count: 0 },
        { why: "lets in what matches well", size: 1_000, text: "común raro", minScore: 5, count: 1 },
        { why: "may be another", size: 1_000, text: "común", minScore: 0, count: 1_000 },
        { why: "may be out of reach", size: 1_000, text: "raro", minScore: 100, count: 0 },
        { why: "is 0 in smaller collections", size: 999, text: "común", minScore: 100, count: 999 },
        { why: "counts for text alone", size: 1_000, text: undefined, minScore: 100, count: 1_000 },
        { why: "is that of the settings", size: 1_000, text: "común", minScore: 0, set: 5, count: 0 },
        { why: "is it though it is less", size: 1_000, text: "común", minScore: 100, set: 0, count: 1_000 },
        { why: "is 0 there too", size: 999, text: "común", minScore: 0, set: 100, count: 999 },
        { why: "is no other there", size: 1_000, text: undefined, minScore: 0, set: 100, count: 1_000 },
      ])("$why", async ({ size, text, minScore, set, count }) => {
        for (const sortBy of ["relevance", "hits_90_days", "frequency"] as const) {
          const answer = await ask(crowd(size), {
            ...(text !== undefined && { text }),
            minScore,
            sortBy,
            facets: true,
          }, set === undefined ? {} : { minScore: set });
          expect(answer.count).toBe(count);
          expect(answer.facets!.catalog_id).toEqual(count === 0 ? [] : [{ label: "c", count }]);
        }
      });
    });

    describe("a word that no series has", () => {
      test.each(FALLBACKS)("$text finds $why", async ({ texts, text, found }) => {
        const answer = await ask(described(texts), { text });
        expect(ids(answer).sort()).toEqual(found);
        expect(answer.count).toBe(found.length);
      });

      test("is one that none has in any field, filters apart", async () => {
        const all = [
          document("a", { description: "índice", catalogId: "c1" }),
          document("b", { dataset: { source: "Índices" }, catalogId: "c2" }),
        ];
        expect(ids(await ask(all, { text: "índices", filters: { catalog_id: ["c1"] } }))).toEqual([]);
      });

      test("counts what stands in for it as one", async () => {
        const all = described({ a: "precio", b: "precios", c: "otra" });
        const { hits } = await ask(all, { text: "preció precioss" });
        expect(hits.map(({ document }) => document.id)).toEqual(["a", "b"]);
      });
    });

    describe("synonyms", () => {
      test.each(SYNONYM_ROWS)("$text finds $why", async ({ texts, text, found }) => {
        expect(ids(await ask(described(texts), { text }, { synonyms: SYNONYMS })).sort()).toEqual(found);
      });

      test("are nothing without a list", async () => {
        expect(ids(await ask(described({ a: "IPC", b: "Inflación" }), { text: "ipc" }))).toEqual(["a"]);
      });

      test("are looked for in datasets too", async () => {
        const all = [document("a", { dataset: { title: "Índice de Precios al Consumidor (base 2016)" } })];
        expect(ids(await ask(all, { text: "inflación" }, { synonyms: SYNONYMS }))).toEqual(["a"]);
      });

      test("put what is said in full first", async () => {
        const all = described({
          a: "IPC y otras cosas",
          b: "Índice de precios al consumidor",
          c: "Índice de precios",
        });
        const answer = await ask(all, { text: "indice de precios al consumidor" }, { synonyms: SYNONYMS });
        expect(ids(answer)[0]).toBe("b");
        expect(answer.count).toBe(3);
      });
    });

    describe("filters", () => {
      test.each(FILTERS)("$filters find $found: $why", async ({ filters, found }) => {
        const answer = await ask(SHELF, { filters }, ALIASES);
        expect(ids(answer)).toEqual(found);
        expect(answer.count).toBe(found.length);
      });

      test("go with a text", async () => {
        const all = [
          document("a", { description: "trigo", units: "x" }),
          document("b", { description: "trigo", units: "y" }),
          document("c", { description: "soja", units: "x" }),
        ];
        expect(ids(await ask(all, { text: "trigo", filters: { units: ["x"] } }))).toEqual(["a"]);
      });
    });

    describe("order", () => {
      test.each([[true, ["b", "a", "c", "d"]], [false, ["d", "a", "c", "b"]]] as const)(
        "by requests, descending %j, ends with the id",
        async (descending, expected) =>
          expect(ids(await ask(SHELF, { sortBy: "hits_90_days", descending }))).toEqual(expected),
      );

      test("by requests is that of the popularity of the moment, over the same index", async () => {
        const { search, close } = await openSearch(engine, SHELF);
        const hits = (of: Record<string, number>) =>
          popularityOfDocuments(Object.entries(of).map(([id, hits90Days]) => document(id, { hits90Days })));
        const told = async (popularity?: Popularity) => {
          const asked = query({ sortBy: "hits_90_days" });
          const { hits } = await (popularity ? search.find(asked, popularity) : search.find(asked));
          return hits.map(({ document: { id }, hits90Days }) => `${id} ${hits90Days}`).join();
        };
        try {
          expect(await told()).toBe("b 50,a 5,c 5,d 0");
          expect(await told(hits({ d: 7, b: 1, elsewhere: 99 }))).toBe("d 7,b 1,a 0,c 0");
          expect(await told(hits({}))).toBe("a 0,b 0,c 0,d 0");
          expect(await told()).toBe("b 50,a 5,c 5,d 0");
          const relevant = await search.find(query({ limit: 1 }), hits({ a: 3 }));
          expect(relevant.hits.map(({ hits90Days }) => hits90Days)).toEqual([3]);
        } finally {
          await close();
        }
      });

      test.each([[true, "3,7,0,8,5,4,1,2,6"], [false, "1,4,5,0,8,7,3,2,6"]] as const)(
        "by frequency, descending %j, has those without one last",
        async (descending, expected) => {
          const all = FREQUENCIES.map((frequency, i) => document(`${i}`, { frequency }));
          expect(ids(await ask(all, { sortBy: "frequency", descending })).join()).toBe(expected);
        },
      );

      test("by anything else leaves the matches of a text as they are", async () => {
        const all = [
          document("a", { description: "trigo", hits90Days: 1 }),
          document("b", { description: "trigo trigo trigo", hits90Days: 2 }),
          document("c", { description: "soja", hits90Days: 3 }),
        ];
        const answer = await ask(all, { text: "trigo", sortBy: "hits_90_days" });
        expect(ids(answer)).toEqual(["b", "a"]);
      });
    });

    describe("pages", () => {
      const all = Array.from(
        { length: 57 },
        (_, i) =>
          document(`s${String(i).padStart(2, "0")}`, {
            description: "igual",
            hits90Days: i % 3,
            catalogId: `c${i % 4}`,
          }),
      );

      test.each(["relevance", "hits_90_days", "frequency"] as const)(
        "by %s follow one another without gap or repetition",
        async (sortBy) => {
          const { search, close } = await openSearch(engine, all);
          for (const text of [undefined, "igual"]) {
            const asked = { ...(text && { text }), sortBy };
            const whole = ids(await search.find(query({ ...asked, limit: 100 })));
            expect(new Set(whole).size).toBe(57);
            for (const limit of [1, 10, 19]) {
              const pages: string[] = [];
              for (let start = 0; start <= 60; start += limit) {
                const answer = await search.find(query({ ...asked, start, limit }));
                expect(answer.count).toBe(57);
                pages.push(...ids(answer));
              }
              expect(pages).toEqual(whole);
            }
          }
          close();
        },
      );

      test("of no rows count all the same", async () => {
        expect(await ask(all, { limit: 0 })).toEqual({ hits: [], count: 57 });
        expect(await ask(all, { start: 10_000, limit: 0 })).toEqual({ hits: [], count: 57 });
      });
    });

    describe("facets", () => {
      test("count all matches under every filter, by count and label, whatever the page", async () => {
        const { facets } = await ask(SHELF, { facets: true, limit: 0 });
        expect(facets).toEqual({
          dataset_theme: [{ label: "Precios", count: 2 }, { label: "Finanzas", count: 1 }],
          units: [{ label: "Pesos", count: 2 }, { label: "Índice", count: 1 }, { label: "índice", count: 1 }],
          dataset_publisher_name: [{ label: "Uno", count: 2 }, { label: "Dos", count: 1 }],
          dataset_source: [{ label: "INDEC", count: 2 }, { label: "BCRA", count: 1 }],
          catalog_id: [{ label: "c1", count: 2 }, { label: "c2", count: 1 }, { label: "c3", count: 1 }],
        });
        expect(Object.keys(facets!)).toEqual(FACETS);
        const filtered = await ask(SHELF, {
          facets: true,
          filters: { units: ["Pesos"], dataset_source: ["INDEC"] },
        });
        expect(filtered.facets).toMatchObject({
          units: [{ label: "Pesos", count: 1 }],
          catalog_id: [{ label: "c2", count: 1 }],
        });
      });

      test("count what a text finds", async () => {
        const all = [document("a", { description: "trigo", units: "x" }), document("b", { units: "y" })];
        const { facets } = await ask(all, { text: "trigo", facets: true });
        expect(facets!.units).toEqual([{ label: "x", count: 1 }]);
      });

      test("are absent unless asked for", async () =>
        expect(Object.hasOwn(await ask(SHELF), "facets")).toBe(false));

      test("have a thousand values at most, and the lists too", async () => {
        const all = Array.from(
          { length: 1_100 },
          (_, i) => document(`s${i}`, { units: `u${String(i % 1_050).padStart(4, "0")}` }),
        );
        const { search, close } = await openSearch(engine, all);
        const { facets } = await search.find(query({ facets: true }));
        expect(facets!.units).toHaveLength(1_000);
        expect(facets!.units[0]).toEqual({ label: "u0000", count: 2 });
        expect(facets!.units.at(-1)).toEqual({ label: "u0999", count: 1 });
        expect(await search.values("units")).toEqual(facets!.units.map(({ label }) => label));
        close();
      });
    });

    describe("values", () => {
      test("are those of all series, most frequent first, then by label", async () => {
        const { search, close } = await openSearch(engine, SHELF);
        const lists = [];
        for (const facet of FACETS) lists.push(await search.values(facet));
        expect(lists).toEqual([
          ["Precios", "Finanzas"],
          ["Pesos", "Índice", "índice"],
          ["Uno", "Dos"],
          ["INDEC", "BCRA"],
          ["c1", "c2", "c3"],
        ]);
        close();
      });
    });
  });
}
