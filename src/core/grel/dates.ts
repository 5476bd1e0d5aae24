// Functions over dates. The clock is given, never read.

import { dateNames, ENGLISH } from "./date_names.ts";
import { DatePatternFault, type DateReader, dateReader, formatDate, utc } from "./date_pattern.ts";
import { guessDate, isoDate } from "./date_guess.ts";
import { formatNumber } from "./number_format.ts";
import { expects, type GrelFunction, isDate, isText, textDifference, trimText } from "./texts.ts";
import { GrelDate, GrelError, isNumber, isoText, type Value, valueText } from "./value.ts";

const MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  millis: 1,
};

/** What a unit of time may be called. */
const UNITS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ["years", "year years"],
    ["months", "month months"],
    ["weeks", "week weeks w"],
    ["days", "day days d"],
    ["weekday", "weekday"],
    ["hours", "hour hours h"],
    ["minutes", "minute minutes min"],
    ["seconds", "second seconds sec s"],
    ["millis", "millisecond milliseconds ms S"],
    ["nanos", "nano nanos n"],
    ["time", "time"],
  ].flatMap(([unit, names]) => names!.split(" ").map((name) => [name, unit!])),
);

const unknownUnit = (unit: string) => new GrelError(`No existe la unidad de tiempo "${unit}"`);

/** toDate over readers that are kept, as every row asks for the same. */
function toDate(now: number): GrelFunction {
  const readers = new Map<string, DateReader | GrelError>();
  const readerOf = (format: string, tag: string): DateReader | GrelError => {
    const key = `${tag} ${format}`;
    const known = readers.get(key);
    if (known !== undefined) return known;
    const reader = patternReader(format, tag);
    if (readers.size >= 100) readers.clear();
    readers.set(key, reader);
    return reader;
  };
  return (args) => {
    const [subject, ...options] = args;
    if (args.length === 0) return expects("toDate", "al menos un valor");
    if (isDate(subject)) return subject;
    const text = typeof subject === "bigint" ? String(subject) : isText(subject) ? subject : "";
    if (trimText(text) === "") return new GrelError("No se puede leer como fecha");
    const [first] = options;
    const order = options.length === 0 ? true : typeof first === "boolean" ? first : undefined;
    const formats = typeof first === "boolean" ? options.slice(1) : options;
    if (!formats.every(isText)) return new GrelError("toDate espera sus formatos como texto");
    if (order !== undefined) {
      const guessed = guessDate(text, order);
      if (guessed !== undefined) return guessed;
    }
    const tag = formats[0] !== undefined && dateNames(trimText(formats[0])) !== undefined
      ? trimText(formats[0])
      : "en";
    for (
      const format of formats.map(trimText).slice(
        formats[0] !== undefined && trimText(formats[0]) === tag ? 1 : 0,
      )
    ) {
      const reader = readerOf(format, tag);
      if (reader instanceof GrelError) return reader;
      const date = reader(text, now);
      if (date !== undefined) return date;
    }
    return isoDate(text) ?? new GrelError("No se puede leer como fecha");
  };
}

function patternReader(format: string, tag: string): DateReader | GrelError {
  try {
    return dateReader(format, dateNames(tag) ?? ENGLISH);
  } catch (error) {
    if (error instanceof DatePatternFault) {
      return new GrelError(`No se entiende el formato de fecha: ${error.message}`);
    }
    throw error;
  }
}

const toString: GrelFunction = (args) => {
  const [value = null, format] = args;
  if (args.length === 1) {
    return value === null ? "" : isDate(value) ? isoText(value) : valueText(value);
  }
  if (args.length === 2 && isText(format)) {
    if (isDate(value)) {
      try {
        return formatDate(value, format);
      } catch (error) {
        if (error instanceof DatePatternFault) {
          return new GrelError(`No se entiende el formato: ${error.message}`);
        }
        throw error;
      }
    }
    if (isNumber(value)) return formatNumber(value, format);
  }
  return expects("toString", "un valor y, si es fecha o número, su formato");
};

const datePart: GrelFunction = ([date, unit]) => {
  if (!isDate(date) || !isText(unit)) return expects("datePart", "una fecha y un texto");
  const local = new Date(date.at + date.offset * MS.minutes);
  switch (UNITS[unit]) {
    case "years":
      return BigInt(local.getUTCFullYear());
    case "months":
      return BigInt(local.getUTCMonth() + 1);
    case "weeks":
      return BigInt(weekOfMonth(local));
    case "days":
      return BigInt(local.getUTCDate());
    case "weekday":
      return ENGLISH.days[local.getUTCDay()]!.toUpperCase();
    case "hours":
      return BigInt(local.getUTCHours());
    case "minutes":
      return BigInt(local.getUTCMinutes());
    case "seconds":
      return BigInt(local.getUTCSeconds());
    case "millis":
      // Microseconds: that is what OpenRefine answers, and formulas divide by it.
      return BigInt(local.getUTCMilliseconds() * 1000);
    case "nanos":
      return BigInt(local.getUTCMilliseconds() * 1_000_000);
    case "time":
      return BigInt(date.at);
  }
  return unknownUnit(unit);
};

/** Weeks begin on Sunday and the first of a month is the one that holds its first day. */
function weekOfMonth(local: Date): number {
  const firstDay = new Date(utc(local.getUTCFullYear(), local.getUTCMonth(), 1)!).getUTCDay();
  return Math.floor((local.getUTCDate() - 1 + firstDay) / 7) + 1;
}

const inc: GrelFunction = ([date, amount, unit]) => {
  if (!isDate(date) || amount == null || !isNumber(amount) || !isText(unit)) {
    return expects("inc", "una fecha, un número y un texto");
  }
  const name = UNITS[unit];
  const by = Math.trunc(Number(amount));
  if (name === "years" || name === "months") return addMonths(date, name === "years" ? by * 12 : by);
  if (name === "nanos") return new GrelDate(date.at + Math.trunc(by / 1_000_000), date.offset);
  const ms = name === undefined ? undefined : MS[name as keyof typeof MS];
  return ms === undefined ? unknownUnit(unit) : new GrelDate(date.at + by * ms, date.offset);
};

/** Another month, and its last day where the day does not exist in it. */
function addMonths(date: GrelDate, months: number): Value {
  const local = new Date(date.at + date.offset * MS.minutes);
  const month = local.getUTCMonth() + months;
  const last = utc(local.getUTCFullYear(), month + 1, 0);
  if (last === undefined) return new GrelError("La fecha queda fuera de rango");
  const day = Math.min(local.getUTCDate(), new Date(last).getUTCDate());
  local.setUTCFullYear(local.getUTCFullYear(), month, day);
  return new GrelDate(local.getTime() - date.offset * MS.minutes, date.offset);
}

const diff: GrelFunction = (args) => {
  const [first, second, unit] = args;
  if (args.length === 2 && isText(first) && isText(second)) return textDifference(first, second);
  if (args.length !== 3 || !isDate(first) || !isDate(second) || !isText(unit)) {
    return expects("diff", "dos textos, o dos fechas y una unidad");
  }
  const name = UNITS[unit];
  const ms = first.at - second.at;
  if (name === "nanos") return BigInt(ms) * 1_000_000n;
  if (name === "months" || name === "years") {
    return wholeMonths(second, first) / (name === "years" ? 12n : 1n);
  }
  const size = name === undefined ? undefined : MS[name as keyof typeof MS];
  return size === undefined ? unknownUnit(unit) : BigInt(Math.trunc(ms / size));
};

/** Months that are complete between two moments. */
function wholeMonths(from: GrelDate, to: GrelDate): bigint {
  const [a, b] = [from, to].map(({ at, offset }) => new Date(at + offset * MS.minutes)) as [Date, Date];
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  const inMonth = (date: Date) => date.getTime() - utc(date.getUTCFullYear(), date.getUTCMonth())!;
  const rest = inMonth(b) - inMonth(a);
  return BigInt(months > 0 && rest < 0 ? months - 1 : months < 0 && rest > 0 ? months + 1 : months);
}

/** Functions that know of dates, `now` among them. */
export function dateFunctions(now: number): Readonly<Record<string, GrelFunction>> {
  return {
    toDate: toDate(now),
    toString,
    datePart,
    inc,
    diff,
    now: () => new GrelDate(now),
  };
}
