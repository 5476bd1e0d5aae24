// Dates as publishers write them: a format of YYYY, MM, DD (M, D without leading zero) and whatever stands between
// them, `DDMMYYYY` or `D/M/YYYY`. A second year, `YYYY/YY` or `YYYY-YYYY`, is the end of a campaign: the year after
// the first, which is the one that counts.

import { type EpochDay, existingDay } from "../../core/time.ts";

export type DateFormat = {
  /** Whether a date tells the month, and the day. */
  readonly hasMonth: boolean;
  readonly hasDay: boolean;
  /** Day of a date, the first of what the format leaves out; undefined where the text is no such date. */
  readonly read: (text: string) => EpochDay | undefined;
};

const TOKENS = {
  YYYY: "(\\d{4})",
  YY: "(\\d{2})",
  MM: "(\\d{2})",
  M: "(\\d{1,2})",
  DD: "(\\d{2})",
  D: "(\\d{1,2})",
} as const;

/** Undefined where `format` has no year, a part too many, or days without months. */
export function dateFormat(format: string): DateFormat | undefined {
  const parts = format.split(/(YYYY|YY|MM?|DD?)/);
  const tokens = parts.filter((_, i) => i % 2 === 1) as (keyof typeof TOKENS)[];
  const places = (letter: string) => tokens.flatMap((token, i) => token.startsWith(letter) ? [i + 1] : []);
  const [years, months, days] = [places("Y"), places("M"), places("D")];
  const [year, yearAfter] = years;
  if (year === undefined || tokens[year - 1] !== "YYYY") return;
  if (years.length > 2 || months.length > 1 || days.length > months.length) return;
  const pattern = parts.map((part, i) => {
    return i % 2 === 1 ? TOKENS[part as keyof typeof TOKENS] : RegExp.escape(part);
  });
  const whole = new RegExp(`^${pattern.join("")}$`, "u");
  const [month] = months;
  const [day] = days;
  return {
    hasMonth: month !== undefined,
    hasDay: day !== undefined,
    read: (text) => {
      const found = whole.exec(text);
      if (found === null) return;
      const first = Number(found[year]);
      if (yearAfter !== undefined) {
        const end = found[yearAfter]!;
        if (Number(end) !== (first + 1) % 10 ** end.length) return;
      }
      return existingDay(
        first,
        month === undefined ? 1 : Number(found[month]),
        day === undefined ? 1 : Number(found[day]),
      );
    },
  };
}
