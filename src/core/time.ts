// Civil dates as whole days since 1970-01-01 (proleptic Gregorian, no zone, no clock). ISO text exists only at
// the edges; periods of a frequency are in frequency.ts.

/** Whole days since 1970-01-01. */
export type EpochDay = number;

export const DAY_MS = 86_400_000;

export type CivilDate = { readonly year: number; /** 1..12 */ readonly month: number; readonly day: number };

/** Day number of a civil date; months outside 1..12 carry into the year, days are added as they are. */
export function epochDay(year: number, month: number, day: number): EpochDay {
  const carried = month - 1;
  const y = year + Math.floor(carried / 12);
  const m = carried - 12 * Math.floor(carried / 12) + 1;
  // The year begins in March here, so the leap day is its last.
  const shifted = m > 2 ? y : y - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (m > 2 ? m - 3 : m + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468;
}

/** Civil date of a day number. */
export function civilDate(day: EpochDay): CivilDate {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Argentina has kept this distance from UTC since 2009. */
export const BUENOS_AIRES_MS = -3 * 3_600_000;

/** Day in Buenos Aires at a moment in epoch ms: what depends on the date is told as of it. */
export function buenosAiresDay(at: number): EpochDay {
  return Math.floor((at + BUENOS_AIRES_MS) / DAY_MS);
}

/** Moment in epoch ms at which a day begins in Buenos Aires. */
export function buenosAiresMidnight(day: EpochDay): number {
  return day * DAY_MS - BUENOS_AIRES_MS;
}

/** 0 Monday … 6 Sunday. */
export function weekday(day: EpochDay): number {
  return ((day + 3) % 7 + 7) % 7;
}

/** `YYYY-MM-DD`. */
export function isoDate(day: EpochDay): string {
  const { year, month, day: d } = civilDate(day);
  return `${String(year).padStart(4, "0")}-${month < 10 ? "0" : ""}${month}-${d < 10 ? "0" : ""}${d}`;
}

/** `YYYY-MM-DDTHH:MM:SS.sssZ` of epoch ms. */
export function isoMoment(at: number): string {
  return new Date(at).toISOString();
}

/** Day number of `YYYY-MM-DD`, else undefined. */
export function dayOfIso(text: string): EpochDay | undefined {
  const [year, month, day] = text.split("-").map(Number);
  return existingDay(year ?? 0, month ?? 0, day ?? 0);
}

/** Day number of an existing date between years 1 and 9999, else undefined. */
export function existingDay(year: number, month: number, day: number): EpochDay | undefined {
  const exists = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
    day <= daysInMonth(year, month);
  return exists ? epochDay(year, month, day) : undefined;
}

/** Same month and day one year earlier; 29 February looks at 28 February. */
export function yearBefore(day: EpochDay): EpochDay {
  const { year, month, day: d } = civilDate(day);
  return epochDay(year - 1, month, Math.min(d, daysInMonth(year - 1, month)));
}
