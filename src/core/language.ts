// The languages that people are answered in.

export const LANGUAGES = ["es", "en"] as const;

export type Language = (typeof LANGUAGES)[number];

/** How each language writes numbers and dates here. */
export const LOCALES: Readonly<Record<Language, string>> = { es: "es-AR", en: "en-GB" };
