import { expect, test } from "vitest";
import { FREQUENCIES, periodOf } from "../../src/core/frequency.ts";
import { frequencyText, markText, periodText, shortPeriodText } from "../../src/core/period_text.ts";
import { dayOfIso } from "../../src/core/time.ts";

const DAY = dayOfIso("2019-07-08")!;

test.each(
  [
    ["day", "diaria", "8 de julio de 2019", "8 jul 2019", "daily", "8 July 2019", "8 Jul 2019"],
    [
      "week",
      "semanal",
      "semana del 8 de julio de 2019",
      "8 jul 2019",
      "weekly",
      "week of 8 July 2019",
      "8 Jul 2019",
    ],
    ["month", "mensual", "julio de 2019", "jul 2019", "monthly", "July 2019", "Jul 2019"],
    ["quarter", "trimestral", "3.er trimestre de 2019", "T3 2019", "quarterly", "Q3 2019", "Q3 2019"],
    ["semester", "semestral", "2.º semestre de 2019", "S2 2019", "half-yearly", "H2 2019", "H2 2019"],
    ["year", "anual", "2019", "2019", "yearly", "2019", "2019"],
  ] as const,
)("a %s is %s, %s, %s in Spanish and %s, %s, %s in English", (frequency, ...texts) => {
  const period = periodOf(frequency, DAY, DAY);
  expect((["es", "en"] as const).flatMap((language) => [
    frequencyText(language, frequency),
    periodText(language, frequency, period),
    shortPeriodText(language, frequency, period),
  ])).toEqual(texts);
});

test("every frequency has its words", () => {
  for (const frequency of FREQUENCIES) expect(frequencyText("es", frequency)).toMatch(/^[a-z]+$/);
});

test.each(
  [["day", "day", "8 jul"], ["day", "month", "jul 2019"], ["quarter", "month", "T3 2019"], [
    "month",
    "year",
    "2019",
  ]] as const,
)(
  "markText of a %s axis marked by %s is %s",
  (frequency, unit, text) => expect(markText("es", frequency, unit, DAY)).toBe(text),
);
