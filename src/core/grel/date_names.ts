// Names of months and days in the languages that dates are written in. English and Spanish are written here, the
// others are the engine's.

export type DateNames = {
  /** Lower case, January first. */
  readonly months: readonly string[];
  readonly shortMonths: readonly string[];
  /** Sunday first. */
  readonly days: readonly string[];
  readonly shortDays: readonly string[];
  readonly halves: readonly string[];
};

const cut = (names: readonly string[], length: number) => names.map((name) => name.slice(0, length));
const words = (text: string) => text.split(" ");

const ENGLISH_MONTHS = words(
  "january february march april may june july august september october november december",
);
const ENGLISH_DAYS = words("sunday monday tuesday wednesday thursday friday saturday");
const SPANISH_MONTHS = words(
  "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
);
const SPANISH_DAYS = words("domingo lunes martes miércoles jueves viernes sábado");

export const ENGLISH: DateNames = {
  months: ENGLISH_MONTHS,
  shortMonths: cut(ENGLISH_MONTHS, 3),
  days: ENGLISH_DAYS,
  shortDays: cut(ENGLISH_DAYS, 3),
  halves: ["am", "pm"],
};

const SPANISH: DateNames = {
  months: SPANISH_MONTHS,
  shortMonths: cut(SPANISH_MONTHS, 3),
  days: SPANISH_DAYS,
  shortDays: cut(SPANISH_DAYS, 3),
  halves: ["am", "pm"],
};

/** Names of a language tag as toDate takes it (`es`, `pt-BR`); undefined for what is no language. */
export function dateNames(tag: string): DateNames | undefined {
  if (/^es(?:-|$)/.test(tag)) return SPANISH;
  if (/^en(?:-|$)/.test(tag)) return ENGLISH;
  if (!/^[a-z]{2,3}(?:-[A-Za-z]{4})?(?:-[A-Z]{2})?$/.test(tag)) return undefined;
  if (Intl.DateTimeFormat.supportedLocalesOf(tag).length === 0) return undefined;
  const named = (options: Intl.DateTimeFormatOptions, days: readonly number[]) => {
    const format = new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" });
    return days.map((day) => format.format(day * 86_400_000).toLowerCase());
  };
  const firsts = Array.from({ length: 12 }, (_, month) => Date.UTC(2001, month, 15) / 86_400_000);
  const week = Array.from({ length: 7 }, (_, day) => Date.UTC(2001, 0, 7 + day) / 86_400_000);
  return {
    months: named({ month: "long" }, firsts),
    shortMonths: named({ month: "short" }, firsts),
    days: named({ weekday: "long" }, week),
    shortDays: named({ weekday: "short" }, week),
    halves: ["am", "pm"],
  };
}
