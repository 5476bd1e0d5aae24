// Dates by a pattern of letters, as histories write them: reading (`toDate(value, "dd/MM/yyyy")`), which is lenient
// and lets 31 February be 2 March, and writing (`toString(date, "d/M/yy")`).

import { type DateNames, ENGLISH } from "./date_names.ts";
import { GrelDate } from "./value.ts";

type Field = { readonly letter: string; readonly count: number };
type Piece = Field | string;

export class DatePatternFault extends Error {}

const isField = (piece: Piece | undefined): piece is Field => typeof piece === "object";

/** Takes a pattern apart: runs of one letter, and literal texts, quoted or not. */
function pieces(pattern: string, letters: string): Piece[] {
  const found: Piece[] = [];
  const literal = (text: string) => {
    const last = found.at(-1);
    if (typeof last === "string") found[found.length - 1] = last + text;
    else found.push(text);
  };
  for (let at = 0; at < pattern.length;) {
    const sign = pattern[at]!;
    if (sign === "'") {
      const quoted = /'((?:[^']|'')*)'/y;
      quoted.lastIndex = at;
      const text = quoted.exec(pattern)?.[0];
      if (text === undefined) throw new DatePatternFault("una comilla no se cierra");
      literal(text === "''" ? "'" : text.slice(1, -1).replaceAll("''", "'"));
      at += text.length;
    } else if (/[a-zA-Z]/.test(sign)) {
      if (!letters.includes(sign)) throw new DatePatternFault(`no existe la letra "${sign}"`);
      let count = 1;
      while (pattern[at + count] === sign) count++;
      found.push({ letter: sign, count });
      at += count;
    } else {
      literal(sign);
      at++;
    }
  }
  return found;
}

/** What was read, each undefined where the pattern does not have it. */
type Read = {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  minute?: number;
  second?: number;
  milli?: number;
  half?: number;
  offset?: number;
};

export type DateReader = (text: string, now: number) => GrelDate | undefined;

/**
 * A reader of dates by `pattern`; what follows the date in a text is ignored.
 * Errors: DatePatternFault, in Spanish.
 */
export function dateReader(pattern: string, names: DateNames): DateReader {
  const parts = pieces(pattern, "GyYuMLdDEFaHkKhmsSzZX");
  return (text, now) => {
    const read: Read = {};
    let at = 0;
    for (const [i, part] of parts.entries()) {
      if (!isField(part)) {
        if (!text.startsWith(part, at)) return undefined;
        at += part.length;
        continue;
      }
      while (text[at] === " " || text[at] === "\t") at++;
      const next = parts[i + 1];
      // Digits that touch the next field are told apart by the length of the run of letters.
      const width = isField(next) && isNumeric(next) ? part.count : undefined;
      const after = readField(part, text, at, width, names, now, read);
      if (after === undefined) return undefined;
      at = after;
    }
    return momentOf(read);
  };
}

const isNumeric = ({ letter, count }: Field) =>
  "yYudDFHkKhmsS".includes(letter) || ("ML".includes(letter) && count < 3);

function readField(
  field: Field,
  text: string,
  at: number,
  width: number | undefined,
  names: DateNames,
  now: number,
  read: Read,
): number | undefined {
  const { letter, count } = field;
  if ("ML".includes(letter) && count >= 3) {
    return readName([names.months, names.shortMonths], text, at, (i) => read.month = i);
  }
  if (letter === "E") return readName([names.days, names.shortDays], text, at, () => {});
  if (letter === "a") return readName([names.halves], text, at, (i) => read.half = i);
  if (letter === "G") return readName([["bc", "ad"]], text, at, () => {});
  if ("zZX".includes(letter)) return readZone(text, at, read);
  const digits = new RegExp(`[+-]?\\d{1,${width ?? 18}}`, "y");
  digits.lastIndex = at;
  const found = digits.exec(text)?.[0];
  if (found === undefined) return undefined;
  const value = Number(found);
  switch (letter) {
    case "y":
    case "Y":
    case "u":
      read.year = count <= 2 && /^\d{2}$/.test(found) ? fullYear(value, now) : value;
      break;
    case "M":
    case "L":
      read.month = value - 1;
      break;
    case "d":
      read.day = value;
      break;
    case "D":
      read.dayOfYear = value;
      break;
    case "H":
    case "K":
      read.hour = value;
      break;
    case "k":
      read.hour = value === 24 ? 0 : value;
      break;
    case "h":
      read.hour = value === 12 ? 0 : value;
      break;
    case "m":
      read.minute = value;
      break;
    case "s":
      read.second = value;
      break;
    case "S":
      read.milli = value;
      break;
  }
  return at + found.length;
}

/** Of years that end alike, the one from 80 years ago to 20 years ahead. */
function fullYear(value: number, now: number): number {
  const first = new Date(now).getUTCFullYear() - 80;
  const year = first - first % 100 + value;
  return year < first ? year + 100 : year;
}

/** The longest of the names that stands there; a full stop after a short one belongs to it. */
function readName(
  lists: readonly (readonly string[])[],
  text: string,
  at: number,
  take: (index: number) => void,
): number | undefined {
  const rest = text.slice(at, at + 40).toLowerCase();
  let best: { readonly index: number; readonly length: number } | undefined;
  for (const list of lists) {
    for (const [index, name] of list.entries()) {
      if (rest.startsWith(name) && name.length > (best?.length ?? 0)) best = { index, length: name.length };
    }
  }
  if (best === undefined) return undefined;
  take(best.index);
  return at + best.length;
}

function readZone(text: string, at: number, read: Read): number | undefined {
  const zone = /(Z|UTC|GMT)?(?:([+-])(\d{1,2}):?(\d{2})?)?/y;
  zone.lastIndex = at;
  const found = zone.exec(text)!;
  if (found[0] === "") return undefined;
  const size = Number(found[3] ?? 0) * 60 + Number(found[4] ?? 0);
  read.offset = found[2] === "-" ? -size : size;
  return at + found[0].length;
}

function momentOf(read: Read): GrelDate | undefined {
  const {
    year = 1970,
    month = 0,
    day = 1,
    dayOfYear,
    hour = 0,
    minute = 0,
    second = 0,
    milli = 0,
    half,
    offset = 0,
  } = read;
  const at = utc(
    year,
    dayOfYear === undefined ? month : 0,
    dayOfYear ?? day,
    hour + (half === 1 && hour < 12 ? 12 : 0),
    minute - offset,
    second,
    milli,
  );
  return at === undefined ? undefined : new GrelDate(at);
}

/** Epoch ms of parts that may run over; undefined beyond what dates hold. */
export function utc(year: number, month: number, ...rest: number[]): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month, rest[0] ?? 1);
  date.setUTCHours(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0, rest[4] ?? 0);
  return Number.isNaN(date.getTime()) ? undefined : date.getTime();
}

const capital = (name: string) => name[0]!.toUpperCase() + name.slice(1);
const padded = (value: number, count: number) => String(value).padStart(count, "0");

/** Writes a date at its own offset by `pattern`, names in English. Errors: DatePatternFault, in Spanish. */
export function formatDate(date: GrelDate, pattern: string): string {
  const local = new Date(date.at + date.offset * 60_000);
  return pieces(pattern, "GyuYMLdDEeaHkKhmsSnAQqwxXzZVO").map((part) =>
    isField(part) ? writeField(part, local, date.offset) : part
  ).join("");
}

function writeField({ letter, count }: Field, local: Date, offset: number): string {
  const hour = local.getUTCHours();
  const named = (names: readonly string[], short: readonly string[], at: number) =>
    capital((count === 3 ? short : names)[at]!).slice(0, count === 5 ? 1 : undefined);
  switch (letter) {
    case "y":
    case "u":
    case "Y": {
      const year = letter === "Y" ? weekOf(local).year : local.getUTCFullYear();
      return count === 2 ? padded(((year % 100) + 100) % 100, 2) : padded(year, count);
    }
    case "M":
    case "L":
      return count < 3
        ? padded(local.getUTCMonth() + 1, count)
        : named(ENGLISH.months, ENGLISH.shortMonths, local.getUTCMonth());
    case "d":
      return padded(local.getUTCDate(), count);
    case "D":
      return padded(dayOfYear(local), count);
    case "E":
      return named(ENGLISH.days, count < 4 ? ENGLISH.shortDays : ENGLISH.days, local.getUTCDay()).slice(
        0,
        count < 4 ? 3 : undefined,
      );
    case "e":
      return padded(local.getUTCDay() + 1, count);
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "H":
      return padded(hour, count);
    case "k":
      return padded(hour === 0 ? 24 : hour, count);
    case "K":
      return padded(hour % 12, count);
    case "h":
      return padded(hour % 12 || 12, count);
    case "m":
      return padded(local.getUTCMinutes(), count);
    case "s":
      return padded(local.getUTCSeconds(), count);
    case "S":
      return padded(local.getUTCMilliseconds(), 3).padEnd(9, "0").slice(0, count);
    case "n":
      return padded(local.getUTCMilliseconds() * 1_000_000, count);
    case "A":
      return padded((local.getTime() % 86_400_000 + 86_400_000) % 86_400_000, count);
    case "Q":
    case "q":
      return padded(Math.floor(local.getUTCMonth() / 3) + 1, Math.min(count, 2));
    case "w":
      return padded(weekOf(local).week, count);
    case "G":
      return local.getUTCFullYear() > 0 ? "AD" : "BC";
    default:
      return zoneText(letter, count, offset);
  }
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - utc(local.getUTCFullYear(), 0)!) / 86_400_000) + 1;
}

/** Weeks begin on Sunday and the first of a year is the one that holds 1 January. */
function weekOf(local: Date): { readonly year: number; readonly week: number } {
  const year = local.getUTCFullYear();
  const firstDay = new Date(utc(year, 0)!).getUTCDay();
  const nextFirst = new Date(utc(year + 1, 0)!).getUTCDay();
  const left = new Date(utc(year, 11, 31)!).getUTCDate() - local.getUTCDate();
  if (local.getUTCMonth() === 11 && left < nextFirst) return { year: year + 1, week: 1 };
  return { year, week: Math.floor((dayOfYear(local) - 1 + firstDay) / 7) + 1 };
}

function zoneText(letter: string, count: number, offset: number): string {
  if (offset === 0 && letter !== "x" && letter !== "O") return letter === "Z" ? "+0000" : "Z";
  const sign = offset < 0 ? "-" : "+";
  const hours = padded(Math.floor(Math.abs(offset) / 60), 2);
  const minutes = padded(Math.abs(offset) % 60, 2);
  if (letter === "O") {
    return offset === 0 ? "GMT" : `GMT${sign}${Number(hours)}${minutes === "00" ? "" : `:${minutes}`}`;
  }
  if (letter === "Z") return `${sign}${hours}${minutes}`;
  if ("zV".includes(letter)) return `${sign}${hours}:${minutes}`;
  if (count === 1 && minutes === "00") return `${sign}${hours}`;
  return `${sign}${hours}${count === 3 || count === 5 ? ":" : ""}${minutes}`;
}
