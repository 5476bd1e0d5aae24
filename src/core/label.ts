// The text of periods: the ISO date of their first day. Written once for a run of periods, because turning
// days into dates one by one costs more than the rest of an answer.

import { FREQUENCY, type Frequency, type Period } from "./frequency.ts";
import { type Observations, periodAt } from "./observations.ts";
import { civilDate, daysInMonth } from "./time.ts";

const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));

/** `YYYY-MM-` of a month counted from year 0. */
function monthText(month: number): string {
  const year = Math.floor(month / 12);
  return `${year < 1000 ? String(year).padStart(4, "0") : year}-${TWO_DIGITS[month - year * 12 + 1]}-`;
}

/** Labels (`YYYY-MM-DD`) of `count` consecutive periods. */
export function labels(frequency: Frequency, start: Period, count: number): string[] {
  const { months, step } = FREQUENCY[frequency];
  const texts = new Array<string>(count);
  if (months > 0) {
    for (let i = 0; i < count; i++) texts[i] = monthText((start + i) * months) + "01";
    return texts;
  }
  const first = civilDate(start);
  let month = first.year * 12 + first.month - 1;
  let day = first.day;
  let length = daysInMonth(first.year, first.month);
  let prefix = monthText(month);
  for (let i = 0; i < count; i++) {
    texts[i] = prefix + TWO_DIGITS[day];
    day += step;
    if (day > length) {
      day -= length;
      month++;
      length = daysInMonth(Math.floor(month / 12), month % 12 + 1);
      prefix = monthText(month);
    }
  }
  return texts;
}

/** Label of one period. */
export function label(frequency: Frequency, period: Period): string {
  return labels(frequency, period, 1)[0]!;
}

/** Labels of the first and last period of a column. */
export function firstLabel(o: Observations): string {
  return label(o.frequency, o.start);
}

export function lastLabel(o: Observations): string {
  return label(o.frequency, periodAt(o, o.values.length - 1));
}
