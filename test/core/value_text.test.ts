import { describe, expect, test } from "vitest";
import { markLabels, valueWriter } from "../../src/core/value_text.ts";

describe("valueWriter", () => {
  test.each(
    [
      {
        why: "the language's marks",
        language: "es",
        digits: 2,
        percent: false,
        value: 1234.567,
        text: "1.234,57",
      },
      {
        why: "the language's marks",
        language: "en",
        digits: 2,
        percent: false,
        value: 1234.567,
        text: "1,234.57",
      },
      { why: "few decimals are even", language: "es", digits: 1, percent: false, value: 29, text: "29,0" },
      { why: "many are not", language: "es", digits: 7, percent: false, value: 0.0000012, text: "0,0000012" },
      {
        why: "a fraction as percentage",
        language: "es",
        digits: 2,
        percent: true,
        value: 0.0523,
        text: "5,23 %",
      },
      { why: "no negative zero", language: "es", digits: 1, percent: false, value: -0.01, text: "0,0" },
      { why: "missing", language: "es", digits: 1, percent: false, value: NaN, text: "–" },
      {
        why: "more digits than anybody reads",
        language: "es",
        digits: 0,
        percent: false,
        value: 1e300,
        text: "1E300",
      },
      {
        why: "more decimals than there are",
        language: "en",
        digits: 40,
        percent: false,
        value: 0.5,
        text: "0.5",
      },
    ] as const,
  )(
    "$language: $why",
    ({ language, digits, percent, value, text }) =>
      expect(valueWriter(language, { digits, percent })(value)).toBe(text),
  );
});

describe("markLabels", () => {
  test.each([
    { why: "as decimals tell them apart", marks: [0, 0.5, 1], percent: false, labels: ["0,0", "0,5", "1,0"] },
    { why: "as percentages", marks: [0, 0.05], percent: true, labels: ["0 %", "5 %"] },
    {
      why: "in words where long",
      marks: [1.2e12, 1.3e12],
      percent: false,
      labels: ["1,2 billones", "1,3 billones"],
    },
    {
      why: "long where words are the same",
      marks: [1_000_000_000_000, 1_000_000_000_001],
      percent: false,
      labels: ["1.000.000.000.000", "1.000.000.000.001"],
    },
    { why: "with powers of ten where small", marks: [0, 5e-13], percent: false, labels: ["0", "5E-13"] },
  ])("$why", ({ marks, percent, labels }) => expect(markLabels("es", marks, percent)).toEqual(labels));
});
