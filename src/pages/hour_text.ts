// Hours of a day in Buenos Aires.

import { type Language, LOCALES } from "../core/language.ts";

/** `15:30` of epoch ms. */
export function hourText(language: Language, at: number): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeStyle: "short",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  }).format(at);
}
