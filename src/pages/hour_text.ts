// Hours of a day in Buenos Aires.

import { type Language, LOCALES } from "../core/language.ts";
import { HOUR_MS } from "../core/prices/aggregate.ts";
import type { TimeMark } from "./line_chart.tsx";

const MARK_EVERY_MS = 4 * HOUR_MS;

/** `15:30` of epoch ms. */
export function hourText(language: Language, at: number): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeStyle: "short",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  }).format(at);
}

/** Labels of the hours between two moments, those of a day. */
export function hourMarks(language: Language, first: number, last: number): TimeMark[] {
  const marks: TimeMark[] = [];
  for (let at = Math.ceil(first / MARK_EVERY_MS) * MARK_EVERY_MS; at <= last; at += MARK_EVERY_MS) {
    marks.push({ at, text: hourText(language, at) });
  }
  return marks;
}
