// How text becomes words: tokens, folding, stems and typos, row by row.

import { describe, expect, test } from "vitest";
import { fold, isOneTypoAway, mayHaveTypo, stem, words } from "../../src/core/search_text.ts";

const WORDS: readonly { why: string; text: string; found: string[] }[] = [
  { why: "nothing", text: "", found: [] },
  { why: "blanks and signs", text: " \t\n—¿?¡!…·§", found: [] },
  { why: "control characters", text: "\0\x01ipc\x02\x7f", found: ["ipc"] },
  { why: "lower case", text: "IPC Nivel General", found: ["ipc", "nivel", "general"] },
  { why: "accents and ñ", text: "Índice, AÑO, güemes, Perú", found: ["indice", "ano", "guemes", "peru"] },
  { why: "accents in pieces", text: "I\u0301ndice", found: ["indice"] },
  {
    why: "letters of others",
    text: "Straße Ærø Łódź İstanbul",
    found: ["strasse", "aero", "lodz", "istanbul"],
  },
  { why: "other scripts", text: "Москва Αθήνα", found: ["москва", "αθηνα"] },
  { why: "compatibility forms", text: "m² ﬁn Ｉｐｃ 1º", found: ["m2", "fin", "ipc", "1o"] },
  {
    why: "underscores and dashes",
    text: "ipc_nucleo precio-dólar a/b",
    found: ["ipc", "nucleo", "precio", "dolar", "a", "b"],
  },
  {
    why: "dotted abbreviations",
    text: "EE.UU. y la P.B.I.; Punta Indio B.A.",
    found: ["eeuu", "y", "la", "pbi", "punta", "indio", "ba"],
  },
  { why: "the abbreviation with a blank", text: "EE. UU.", found: ["ee", "uu"] },
  { why: "sites are no abbreviations", text: "datos.gob.ar", found: ["datos", "gob", "ar"] },
  { why: "ends of sentences", text: "Fin.Comienzo", found: ["fin", "comienzo"] },
  {
    why: "numbers",
    text: "1,5% de 2.004 (1982-84=100) 15hs 3er",
    found: ["1,5", "de", "2.004", "1982", "84", "100", "15hs", "3er"],
  },
  { why: "signs between numbers and letters", text: "El Niño 1+2 M1", found: ["el", "nino", "1", "2", "m1"] },
  { why: "apostrophes", text: "O'Higgins d’Or 'cita'", found: ["ohiggins", "dor", "cita"] },
  { why: "emoji", text: "trigo 🌾 maíz", found: ["trigo", "maiz"] },
  { why: "repeated words", text: "de la de la", found: ["de", "la", "de", "la"] },
  {
    why: "words of no language are left out",
    text: `a ${"x".repeat(65)} ${"y".repeat(64)}`,
    found: ["a", "y".repeat(64)],
  },
];

describe("words", () => {
  test.each(WORDS)("finds $found: $why", ({ text, found }) => expect(words(text)).toEqual(found));

  test.each(["1,", "1.2,", "a.", "a'", "á", "\u0301", "🌾", "EE.UU."])(
    "is quick with what repeats %j",
    (piece) => {
      const begun = performance.now();
      words(piece.repeat(50_000));
      expect(performance.now() - begun).toBeLessThan(2_000);
    },
  );
});

describe("fold", () => {
  test.each(WORDS)(
    "changes nothing more the second time: $why",
    ({ text }) => expect(fold(fold(text))).toBe(fold(text)),
  );
});

/** Forms of one word. */
const SAME_STEM: readonly (readonly string[])[] = [
  ["indice", "indices"],
  ["temperatura", "temperaturas"],
  ["mes", "meses"],
  ["exportacion", "exportaciones"],
  ["precio", "precios"],
  ["serie", "series"],
  ["tasa", "tasas"],
  ["vez", "veces"],
  ["luz", "luces"],
  ["maiz", "maices"],
  ["pais", "paises"],
  ["interes", "intereses"],
  ["ingreso", "ingresos"],
  ["congreso", "congresos"],
  ["ley", "leyes"],
  ["dia", "dias"],
  ["ano", "anos"],
  ["rio", "rios"],
  ["gas", "gases"],
  ["mar", "mares"],
  ["base", "bases"],
  ["autobus", "autobuses"],
  ["superficie", "superficies"],
  ["sembrada", "sembradas", "sembrado", "sembrados"],
  ["mensual", "mensuales"],
  ["ingles", "ingleses"],
  ["uva", "uvas"],
  ["dolar", "dolares"],
  ["crisis"],
  ["deficit"],
];

const OTHER_STEM: readonly (readonly [string, string])[] = [
  ["mes", "mesa"],
  ["mar", "mara"],
  ["precio", "preciso"],
  ["importacion", "exportacion"],
  ["ipc", "ipi"],
  ["sol", "soja"],
  ["pais", "paisaje"],
];

describe("stem", () => {
  test.each(SAME_STEM.map((forms) => ({ forms })))(
    "meets in $forms",
    ({ forms }) => expect(new Set(forms.map(stem)).size).toBe(1),
  );
  test.each(OTHER_STEM)("keeps %s from %s", (a, b) => expect(stem(a)).not.toBe(stem(b)));
  test.each(SAME_STEM.flat().map((word) => ({ word })))(
    "of a stem is itself: $word",
    ({ word }) => expect(stem(stem(word))).toBe(stem(word)),
  );
  test.each(["", "a", "as", "es", "os", "ipc", "15hs", "2.004"])(
    "leaves %j as it is",
    (word) => expect(stem(word)).toBe(word),
  );
});

const TYPOS: readonly { a: string; b: string; near: boolean; why: string }[] = [
  { a: "ushuaia", b: "usuaia", near: true, why: "one less" },
  { a: "girasol", b: "girassol", near: true, why: "one more" },
  { a: "exportacion", b: "exportasion", near: true, why: "another" },
  { a: "inflacion", b: "infalcion", near: true, why: "two neighbours swapped" },
  { a: "soja", b: "osja", near: true, why: "swapped at the beginning" },
  { a: "soja", b: "soaj", near: true, why: "swapped at the end" },
  { a: "soja", b: "oja", near: true, why: "the first is missing" },
  { a: "soja", b: "sojas", near: true, why: "one at the end" },
  { a: "soja", b: "soja", near: false, why: "the same" },
  { a: "soja", b: "soyas", near: false, why: "two letters" },
  { a: "soja", b: "jaso", near: false, why: "swapped halves" },
  { a: "soja", b: "ojsa", near: false, why: "swapped but not neighbours" },
  { a: "abcd", b: "acbd", near: true, why: "swapped inside" },
  { a: "abcd", b: "badc", near: false, why: "swapped twice" },
  { a: "", b: "a", near: true, why: "from nothing" },
];

describe("isOneTypoAway", () => {
  test.each(TYPOS)("is $near both ways for $a and $b: $why", ({ a, b, near }) => {
    expect(isOneTypoAway(a, b)).toBe(near);
    expect(isOneTypoAway(b, a)).toBe(near);
  });
});

describe("mayHaveTypo", () => {
  test.each([["ipc", false], ["soja", true], ["2004", false], ["15hs", false], ["", false]] as const)(
    "of %j is %j",
    (word, may) => expect(mayHaveTypo(word)).toBe(may),
  );
});
