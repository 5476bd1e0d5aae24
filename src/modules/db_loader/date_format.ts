// Dates and times of a CSV: ISO 8601 first, then the formats of the configuration, written as for strptime. A zone is
// not accepted: the columns keep none, and to drop or to convert it would change what was published.

/** A format as it is matched. */
export type DateFormat = {
  readonly pattern: RegExp;
  readonly fields: readonly Field[];
};

type Field = "year" | "shortYear" | "month" | "day" | "hour" | "minute" | "second" | "fraction";
type Fields = { readonly [field in Field]?: string };

const DIRECTIVES: Readonly<Record<string, readonly [Field, string]>> = {
  Y: ["year", "(\\d{4})"],
  y: ["shortYear", "(\\d{2})"],
  m: ["month", "(\\d{1,2})"],
  d: ["day", "(\\d{1,2})"],
  H: ["hour", "(\\d{1,2})"],
  M: ["minute", "(\\d{1,2})"],
  S: ["second", "(\\d{1,2})"],
  f: ["fraction", "(\\d{1,6})"],
};

export const DIRECTIVE_NAMES = [...Object.keys(DIRECTIVES), "%"].map((letter) => `%${letter}`);

const DATE_FIELDS: readonly Field[] = ["month", "day"];
const CLOCK_FIELDS: readonly Field[] = ["hour", "minute", "second", "fraction"];

/** Reads a format; undefined where it has an unknown directive, one twice, or neither a whole date nor an hour. */
export function dateFormat(text: string): DateFormat | undefined {
  const fields: Field[] = [];
  let known = true;
  const source = text.replace(/%([^]?)|[^%]/g, (part, letter: string | undefined) => {
    if (letter === undefined) return RegExp.escape(part);
    if (letter === "%") return "%";
    const directive = DIRECTIVES[letter];
    if (directive === undefined) {
      known = false;
      return "";
    }
    fields.push(directive[0]);
    return directive[1];
  });
  if (!known || new Set(fields).size < fields.length) return undefined;
  const format = { pattern: new RegExp(`^${source}$`), fields };
  const dated = fields.some((field) =>
    field === "year" || field === "shortYear" || DATE_FIELDS.includes(field)
  );
  if (dated ? !hasDate(format) : !fields.includes("hour")) return undefined;
  return fields.includes("year") && fields.includes("shortYear") ? undefined : format;
}

const hasDate = ({ fields }: DateFormat): boolean =>
  (fields.includes("year") || fields.includes("shortYear")) &&
  DATE_FIELDS.every((field) => fields.includes(field));
const hasClock = ({ fields }: DateFormat): boolean => fields.some((field) => CLOCK_FIELDS.includes(field));

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const ISO_TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?$/;

/** `YYYY-MM-DD`, or undefined. */
export function readDate(text: string, formats: readonly DateFormat[]): string | undefined {
  return isoDate(text) ?? firstOf(formats, (format) => hasDate(format) && !hasClock(format), text, dateOf);
}

/** `HH:MM:SS` with the fraction it has, or undefined. */
export function readTime(text: string, formats: readonly DateFormat[]): string | undefined {
  return isoTime(text) ?? firstOf(formats, (format) => !hasDate(format), text, timeOf);
}

/** `YYYY-MM-DDTHH:MM:SS`; a date alone is its first moment. */
export function readDateTime(text: string, formats: readonly DateFormat[]): string | undefined {
  const date = isoDate(text.slice(0, 10));
  const time = text.length === 10
    ? "00:00:00"
    : /^[T ]/.test(text[10] ?? "")
    ? isoTime(text.slice(11))
    : undefined;
  if (date !== undefined && time !== undefined) return `${date}T${time}`;
  return firstOf(formats, hasDate, text, (fields) => {
    const day = dateOf(fields);
    const clock = timeOf(fields);
    return day === undefined || clock === undefined ? undefined : `${day}T${clock}`;
  });
}

function firstOf(
  formats: readonly DateFormat[],
  fits: (format: DateFormat) => boolean,
  text: string,
  read: (fields: Fields) => string | undefined,
): string | undefined {
  for (const format of formats) {
    const found = fits(format) ? format.pattern.exec(text) : null;
    if (found === null) continue;
    const value = read(Object.fromEntries(format.fields.map((field, i) => [field, found[i + 1]!])));
    if (value !== undefined) return value;
  }
}

function isoDate(text: string): string | undefined {
  const [, year, month, day] = ISO_DATE.exec(text) ?? [];
  return year === undefined ? undefined : dateOf({ year, month: month!, day: day! });
}

function isoTime(text: string): string | undefined {
  const [, hour, minute, second = "0", fraction = ""] = ISO_TIME.exec(text) ?? [];
  return hour === undefined ? undefined : timeOf({ hour, minute: minute!, second, fraction });
}

function dateOf({ year, shortYear, month, day }: Fields): string | undefined {
  // As strptime: 69 is 1969, 68 is 2068.
  const y = year === undefined ? Number(shortYear) + (Number(shortYear) < 69 ? 2000 : 1900) : Number(year);
  const m = Number(month);
  const d = Number(day);
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > daysOf(y, m)) return undefined;
  return `${String(y).padStart(4, "0")}-${two(m)}-${two(d)}`;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function timeOf({ hour = "0", minute = "0", second = "0", fraction = "" }: Fields): string | undefined {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || m > 59 || s > 59) return undefined;
  const digits = fraction.replace(/0+$/, "");
  return `${two(h)}:${two(m)}:${two(s)}${digits && `.${digits}`}`;
}

const two = (value: number): string => String(value).padStart(2, "0");
