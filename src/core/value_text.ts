// Values as people read them, in their language: pages write them, and so does the script of the chart.

import { markDigits } from "./chart_scale.ts";
import { type Language, LOCALES } from "./language.ts";

/** How values of a column are shown. */
export type ValueForm = {
  /** Decimals shown, of the percentage where it is one; where they are many, no more than a value has. */
  readonly digits: number;
  /** Fractions shown as percentages: 0.05 as 5 %. */
  readonly percent: boolean;
};

/** Text longer than this is written with a power of ten. */
const LONGEST = 18;

/** Decimals that every value is given, so that columns line up; and the most that any is. */
const EVEN_DIGITS = 3, MOST_DIGITS = 15;

/** Writes values of one form; missing ones as a dash. Never `-0`. */
export function valueWriter(language: Language, { digits, percent }: ValueForm): (value: number) => string {
  const maximumFractionDigits = Math.min(Math.max(digits, 0), MOST_DIGITS);
  const format = new Intl.NumberFormat(LOCALES[language], {
    maximumFractionDigits,
    minimumFractionDigits: maximumFractionDigits <= EVEN_DIGITS ? maximumFractionDigits : 0,
    signDisplay: "negative",
  });
  const exponent = new Intl.NumberFormat(LOCALES[language], {
    notation: "scientific",
    maximumSignificantDigits: 6,
  });
  return (value) => {
    if (Number.isNaN(value)) return "–";
    const shown = percent ? value * 100 : value;
    const text = format.format(shown);
    return (text.length > LONGEST ? exponent.format(shown) : text) + (percent ? " %" : "");
  };
}

/** Labels of an axis longer than this are written in words, where that tells them apart. */
const LONGEST_MARK = 12;

/** Labels of the marks of an axis of values. */
export function markLabels(language: Language, marks: readonly number[], percent: boolean): string[] {
  const plain = marks.map(valueWriter(language, { digits: markDigits(marks) - (percent ? 2 : 0), percent }));
  if (percent || plain.every(({ length }) => length <= LONGEST_MARK)) return plain;
  const isLarge = marks.some((mark) => Math.abs(mark) >= 1e6);
  const short = new Intl.NumberFormat(LOCALES[language], {
    notation: isLarge ? "compact" : "scientific",
    compactDisplay: "long",
    maximumSignificantDigits: 4,
  });
  const labels = marks.map((mark) => mark === 0 ? "0" : short.format(mark));
  return new Set(labels).size === marks.length ? labels : plain;
}
