// What the search on a cluster does without one: how texts are written, and that nobody is told its passwords.
// What it does with one is in test/services.

import { describe, expect, test } from "vitest";
import { DEFAULT_BOOSTS } from "../../src/core/search_boosts.ts";
import type { SearchSource } from "../../src/core/search_source.ts";
import { readSynonyms } from "../../src/core/synonyms.ts";
import { faultFields } from "../../src/log.ts";
import {
  contentName,
  indexNames,
  similarityOf,
  textWriter,
} from "../../src/store/opensearch/index_layout.ts";
import { clusterSearches } from "../../src/store/opensearch/search.ts";

const SOURCE: SearchSource = {
  files: ["a", "b"],
  settings: { synonyms: ["ipc,índice de precios"], catalogAliases: {}, boosts: DEFAULT_BOOSTS },
  async *catalogs() {},
};

describe("textWriter", () => {
  const write = textWriter(readSynonyms(["ipc,inflación,índice de precios", "dólar,dólares"]));

  test.each([
    { text: null, line: "", words: 0, terms: 0 },
    { text: "¿—?", line: "", words: 0, terms: 0 },
    { text: "Meses, índices", line: "meses|~mes indices|~indic", words: 2, terms: 4 },
    // A key comes with the stems of the words that stand for it.
    {
      text: "Índice de precios",
      line: "indice|~indic|=indice_de_precios|~ipc|~inflacion de|~de precios|~preci",
      words: 3,
      terms: 9,
    },
    { text: "USD", line: "usd|~usd", words: 1, terms: 2 },
    { text: "dólares", line: "dolares|=dolar|~dolar", words: 1, terms: 3 },
  ])("writes $text", ({ text, line, words, terms }) => {
    const written = write(text);
    expect([written.line, written.words.length, written.terms]).toEqual([line, words, terms]);
  });
});

describe("similarityOf", () => {
  test.each([{ words: 10, terms: 10 }, { words: 10, terms: 27 }, { words: 1, terms: 3 }])(
    "makes the score of $terms terms that of $words words",
    (sums) => {
      const { k1, b } = similarityOf(sums);
      const documents = 4, length = 7;
      const inLucene = k1 * (1 - b + b * length / (sums.terms / documents));
      expect(inLucene).toBeCloseTo(1.2 * (1 - 0.75 + 0.75 * length / (sums.words / documents)), 12);
    },
  );
});

describe("contentName", () => {
  test("is of files and synonyms, and of nothing else", () => {
    const { settings } = SOURCE;
    const name = contentName(SOURCE);
    expect(name).toMatch(/^[0-9a-f]{16}$/);
    expect(contentName({ ...SOURCE, settings: { ...settings, catalogAliases: { x: ["y"] } } })).toBe(name);
    const boosts = { ...DEFAULT_BOOSTS, description: 0 };
    expect(contentName({ ...SOURCE, settings: { ...settings, boosts, minScore: 1 } })).toBe(name);
    expect(contentName({ ...SOURCE, files: ["a", "c"] })).not.toBe(name);
    expect(contentName({ ...SOURCE, settings: { ...settings, synonyms: [] } })).not.toBe(name);
  });
});

describe("indexNames", () => {
  const names = indexNames("caudal");
  const content = "0123456789abcdef";

  test.each([
    { name: names.physical(content, "0a1b2c"), of: content },
    { name: names.whole(content), of: undefined },
    { name: names.writing(names.physical(content, "0a1b2c")), of: undefined },
    { name: indexNames("caudal-test").physical(content, "0a1b2c"), of: undefined },
    { name: "otro", of: undefined },
  ])("knows whose index $name is", ({ name, of }) => expect(names.contentOf(name)).toBe(of));
});

describe("a cluster that cannot be reached", () => {
  // Nobody listens on port 1.
  const searches = clusterSearches(
    { nodes: ["http://usuario:secreto@127.0.0.1:1", "http://usuario:secreto@localhost:1"] },
    () => Promise.resolve(SOURCE),
  );

  test.each(["of", "prepare"] as const)(
    "is Problem unavailable, without addresses' passwords: %s",
    async (method) => {
      const error = await searches[method]("x").then(() => undefined, (error: unknown) => error);
      expect(error).toMatchObject({ name: "Problem", code: "unavailable" });
      expect(JSON.stringify(faultFields(error))).not.toContain("secreto");
      expect(Deno.inspect(error, { depth: 20 })).not.toContain("secreto");
    },
  );
});
