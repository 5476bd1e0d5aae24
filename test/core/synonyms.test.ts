// Lists of equivalent terms: how they are read, and where their members are found.

import { describe, expect, test } from "vitest";
import { words } from "../../src/core/search_text.ts";
import {
  checkSynonyms,
  DEFAULT_SYNONYMS,
  isSynonymKey,
  membersIn,
  readSynonyms,
  termsOf,
} from "../../src/core/synonyms.ts";

const PRICES = "IPC,índice de precios al consumidor,inflación";

describe("readSynonyms", () => {
  const keysIn = (text: string, lists: readonly string[]) =>
    membersIn(words(text), readSynonyms(lists)).map(({ key, length }) => [key, length]);

  test("finds members of one word and of several, folded", () => {
    expect(keysIn("Índice de Precios al Consumidor e INFLACIÓN", [PRICES])).toEqual([
      ["=indice_de_precios_al_consumidor", 5],
      ["=indice_de_precios_al_consumidor", 1],
    ]);
    expect(keysIn("índice de precios", [PRICES])).toEqual([]);
  });

  test("finds every member that begins at a word, not only the longest", () => {
    expect(keysIn("tipo de cambio", ["tipo,clase", "tipo de cambio,tc"])).toEqual([["=clase", 1], [
      "=tc",
      3,
    ]]);
  });

  test("joins lists that share a member", () => {
    const lists = ["a1,b1", "c1,d1", "b1,c1"];
    expect(new Set(keysIn("a1 b1 c1 d1", lists).map(([key]) => key))).toEqual(new Set(["=a1"]));
  });

  test("is the same for the same lists in another order", () => {
    const keys = (lists: readonly string[]) => keysIn("a1 b1 c1 d1 ipc", lists).map(([key]) => key);
    expect(keys(["d1,c1", PRICES, "b1,a1"])).toEqual(keys(["a1,b1", "c1,d1", PRICES]));
  });

  test("knows the key of single words", () => {
    const { keyOfWord } = readSynonyms([PRICES]);
    expect([...keyOfWord.keys()]).toEqual(["ipc", "inflacion"]);
    expect([...keyOfWord.values()].every(isSynonymKey)).toBe(true);
  });

  test("is nothing without lists", () => expect(keysIn("ipc", [])).toEqual([]));
});

describe("termsOf", () => {
  test("tells the words of a text and the synonyms in it", () => {
    const synonyms = readSynonyms([PRICES]);
    expect(termsOf("Tasa de inflación", synonyms)).toEqual({
      words: ["tasa", "de", "inflacion"],
      keys: ["=indice_de_precios_al_consumidor"],
    });
    expect(termsOf(null, synonyms)).toEqual({ words: [], keys: [] });
  });
});

describe("checkSynonyms", () => {
  test.each(["", "ipc", "ipc,", "ipc,IPC", "ipc,Ípc", "¡!,?"])(
    "refuses %j",
    (list) => expect(() => checkSynonyms([PRICES, list])).toThrow(/^Sinónimos inválidos/),
  );
  test("accepts the lists that a store begins with", () => checkSynonyms(DEFAULT_SYNONYMS));
});

describe("DEFAULT_SYNONYMS", () => {
  test("has lists that share nothing", () => {
    const { byFirstWord } = readSynonyms(DEFAULT_SYNONYMS);
    expect(new Set([...byFirstWord.values()].flat().map(({ key }) => key)).size).toBe(
      DEFAULT_SYNONYMS.length,
    );
  });
});
