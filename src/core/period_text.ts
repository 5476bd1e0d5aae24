// Frequencies and periods in words, for people: pages write them, and so does the script of the chart.

import type { MarkUnit } from "./chart_scale.ts";
import { FREQUENCY, type Frequency, type Period, periodOf } from "./frequency.ts";
import type { Language } from "./language.ts";
import { civilDate, type EpochDay } from "./time.ts";

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  es: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(" "),
  en: "January February March April May June July August September October November December".split(" "),
};

const ADJECTIVES = {
  day: { es: "diaria", en: "daily" },
  week: { es: "semanal", en: "weekly" },
  month: { es: "mensual", en: "monthly" },
  quarter: { es: "trimestral", en: "quarterly" },
  semester: { es: "semestral", en: "half-yearly" },
  year: { es: "anual", en: "yearly" },
} as const satisfies Record<Frequency, Record<Language, string>>;

/** A frequency as an adjective: `mensual`, `monthly`. */
export function frequencyText(language: Language, frequency: Frequency): string {
  return ADJECTIVES[frequency][language];
}

/** A text that begins a sentence or stands alone. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A period as a sentence has it: `enero de 2010`, `2.º trimestre de 2010`, `3 January 2010`. */
export function periodText(language: Language, frequency: Frequency, period: Period): string {
  if (frequency === "year") return String(period);
  const of = language === "es" ? " de " : " ";
  if (frequency === "semester" || frequency === "quarter") {
    const { year, part } = partOfYear(frequency, period);
    if (language === "en") return frequency === "quarter" ? `Q${part} ${year}` : `H${part} ${year}`;
    const ordinal = part % 2 === 1 ? `${part}.er` : `${part}.º`;
    return `${ordinal} ${frequency === "quarter" ? "trimestre" : "semestre"} de ${year}`;
  }
  if (frequency === "month") {
    const { year, part } = partOfYear(frequency, period);
    return `${MONTHS[language][part - 1]}${of}${year}`;
  }
  const day = dayText(language, period);
  if (frequency === "day") return day;
  return language === "es" ? `semana del ${day}` : `week of ${day}`;
}

/** A day in words: `3 de enero de 2010`. */
export function dayText(language: Language, date: EpochDay): string {
  const { year, month, day } = civilDate(date);
  const of = language === "es" ? " de " : " ";
  return `${day}${of}${MONTHS[language][month - 1]}${of}${year}`;
}

/** A period where there is little room: `ene 2010`, `T2 2010`, `3 Jan 2010`. */
export function shortPeriodText(language: Language, frequency: Frequency, period: Period): string {
  if (frequency === "year") return String(period);
  if (frequency === "day" || frequency === "week") {
    return `${shortDayText(language, period)} ${civilDate(period).year}`;
  }
  const { year, part } = partOfYear(frequency, period);
  if (frequency === "month") return `${shortMonth(language, part)} ${year}`;
  const letter = { quarter: { es: "T", en: "Q" }, semester: { es: "S", en: "H" } }[frequency][language];
  return `${letter}${part} ${year}`;
}

/** Label of a mark of a time axis, which is the beginning of a `unit`. */
export function markText(language: Language, frequency: Frequency, unit: MarkUnit, day: EpochDay): string {
  if (unit === "day") return shortDayText(language, day);
  const partOfYear = frequency === "quarter" || frequency === "semester" ? frequency : "month";
  return shortPeriodOfDay(language, unit === "year" ? "year" : partOfYear, day);
}

/** A day without its year: `3 ene`. */
function shortDayText(language: Language, date: EpochDay): string {
  const { month, day } = civilDate(date);
  return `${day} ${shortMonth(language, month)}`;
}

/** The period of a frequency that a day falls in, where there is little room. */
export function shortPeriodOfDay(language: Language, frequency: Frequency, day: EpochDay): string {
  return shortPeriodText(language, frequency, periodOf(frequency, day, day));
}

function shortMonth(language: Language, month: number): string {
  return MONTHS[language][month - 1]!.slice(0, 3);
}

/** Year of a period that a year holds several of, and which of them it is, from 1 on. */
function partOfYear(frequency: Frequency, period: Period): { year: number; part: number } {
  const perYear = 12 / FREQUENCY[frequency].months;
  const year = Math.floor(period / perYear);
  return { year, part: period - year * perYear + 1 };
}
