// Moments in words, in the time of Buenos Aires.

import { type Language, LOCALES } from "../core/language.ts";

/** `9 de julio de 2026, 12:30` of epoch ms. */
export function momentText(language: Language, at: number): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    dateStyle: "long",
    timeStyle: "short",
    hourCycle: "h23",
    timeZone: "America/Argentina/Buenos_Aires",
  }).format(at);
}
