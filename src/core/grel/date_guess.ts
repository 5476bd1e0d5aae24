// Dates without a pattern: ISO 8601 first, then the ways people write them, with numbers that are told apart by
// their size and the order asked for (month first, unless day first was).

import { ENGLISH } from "./date_names.ts";
import { utc } from "./date_pattern.ts";
import { GrelDate } from "./value.ts";

const ISO =
  /^\s*(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?\s*$/;

/** A date in ISO 8601, down to a year alone; undefined for other texts and for days that do not exist. */
export function isoDate(text: string): GrelDate | undefined {
  const found = ISO.exec(text);
  if (found === null) return undefined;
  const [, year, month = "1", day = "1", hour = "0", minute = "0", second = "0", fraction = "0", zone] =
    found;
  const offset = offsetOf(zone);
  const at = utc(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute) - offset,
    Number(second),
    Number(fraction.padEnd(3, "0").slice(0, 3)),
  );
  const exists = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 &&
    Number(day) <= new Date(utc(Number(year), Number(month), 0)!).getUTCDate() &&
    Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  return at === undefined || !exists ? undefined : new GrelDate(at, offset);
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)!;
  const size = Number(hours) * 60 + Number(minutes ?? 0);
  return sign === "-" ? -size : size;
}

const CLOCK = /(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,3})\d*)?)?\s*([ap]\.?m\.?)?/i;
const ZONE = /(?:\b(?:gmt|utc|z)\b|(?<=\d)z\b)?\s*(?:(?<=[\d\sztc])([+-]\d{2}):?(\d{2})\s*$)?/i;

/** A date as people write it; undefined where it is not understood. Longer texts than any date are not looked at. */
export function guessDate(text: string, monthFirst: boolean): GrelDate | undefined {
  if (text.length > 100) return undefined;
  const iso = isoDate(text);
  if (iso !== undefined) return iso;
  const clock = CLOCK.exec(text);
  let day = text;
  let offset = 0;
  if (clock !== null) {
    const after = text.slice(clock.index + clock[0].length);
    const zone = ZONE.exec(after);
    if (zone?.[1] !== undefined) {
      const hours = Number(zone[1]);
      offset = hours * 60 + (hours < 0 ? -1 : 1) * Number(zone[2]);
    }
    const rest = zone === null ? after : after.replace(zone[0], " ");
    day = `${text.slice(0, clock.index).replace(/T\s*$/, " ")} ${rest}`;
  }
  const parts = dayParts(day, monthFirst);
  const time = clock === null ? [0, 0, 0, 0] : clockParts(clock);
  if (parts === undefined || time === undefined) return undefined;
  const [hour = 0, minute = 0, second = 0, milli = 0] = time;
  const at = utc(parts[0], parts[1] - 1, parts[2], hour, minute - offset, second, milli);
  return at === undefined ? undefined : new GrelDate(at, offset);
}

function clockParts(
  [, hour, minute, second = "0", milli = "0", half]: RegExpExecArray,
): number[] | undefined {
  const hours = Number(hour);
  const isAfternoon = half !== undefined && /^p/i.test(half);
  const parts = [
    half === undefined ? hours : hours % 12 + (isAfternoon ? 12 : 0),
    Number(minute),
    Number(second),
    Number(milli.padEnd(3, "0")),
  ];
  return parts[0]! > 23 || parts[1]! > 59 || parts[2]! > 59 || (half !== undefined && hours > 12)
    ? undefined
    : parts;
}

/** Year, month and day out of words and numbers. */
function dayParts(text: string, monthFirst: boolean): readonly [number, number, number] | undefined {
  const words = text.trim().toLowerCase().split(/[\s,/-]+/).filter((word) => word !== "");
  const numbers: string[] = [];
  let month: number | undefined;
  for (const word of words) {
    const named = nameAt(ENGLISH.months, word);
    if (/^\d{1,4}(?:st|nd|rd|th)?$/.test(word)) numbers.push(word.replace(/\D/g, ""));
    else if (named >= 0 && month === undefined) month = named + 1;
    else if (nameAt(ENGLISH.days, word) < 0) return undefined;
  }
  const wanted = month === undefined ? 3 : 2;
  if (
    numbers.length !== wanted && !(month !== undefined && numbers.length === 1 && numbers[0]!.length === 4)
  ) {
    return undefined;
  }
  const yearFirst = numbers[0]!.length > 2 || Number(numbers[0]) > 31;
  const ordered = yearFirst ? numbers : [...numbers.slice(-1), ...numbers.slice(0, -1)];
  const year = yearOf(ordered[0]!);
  if (month !== undefined) return inRange(year, month, Number(ordered[1] ?? 1));
  const [first, second] = [Number(ordered[1]), Number(ordered[2])];
  const isMonthFirst = yearFirst || monthFirst;
  // What cannot be a month is the day, whatever order was asked for.
  return (isMonthFirst ? first <= 12 : second > 12)
    ? inRange(year, first, second)
    : inRange(year, second, first);
}

function inRange(year: number, month: number, day: number): readonly [number, number, number] | undefined {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? [year, month, day] : undefined;
}

const yearOf = (digits: string): number =>
  digits.length > 2 ? Number(digits) : Number(digits) + (Number(digits) < 50 ? 2000 : 1900);

/** A whole name or its beginning, from three letters on. */
const nameAt = (names: readonly string[], word: string): number => {
  const bare = word.replace(/\.$/, "");
  return bare.length < 3 ? -1 : names.findIndex((name) => name.startsWith(bare));
};
