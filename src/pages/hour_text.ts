// Hours of a day in Buenos Aires.

import { clockMarks } from "../core/chart_scale.ts";
import { type Language, LOCALES } from "../core/language.ts";
import type { TimeMark } from "./line_chart.tsx";

const MARKS = 7;

/** `15:30` of epoch ms. */
export function hourText(language: Language, at: number): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeStyle: "short",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  }).format(at);
}

/** Labels for the moments between two of a day. */
export function hourMarks(language: Language, first: number, last: number): TimeMark[] {
  return clockMarks(first, last, MARKS).map((at) => ({ at, text: hourText(language, at) }));
}
