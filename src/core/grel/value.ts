// What expressions compute with: the cell model of OpenRefine and how each value is written as text. Its two kinds
// of numbers stay apart, because results depend on them (7/2 is 3, 7.0/2 is 3.5): an integer of 64 bits is a bigint,
// a double a number.

/** A result that says why there is none; operations decide what becomes of it (`onError`). */
export class GrelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A moment and the offset its text was written with. */
export class GrelDate {
  /** Epoch ms UTC. */
  readonly at: number;
  /** Minutes east of Greenwich. */
  readonly offset: number;

  constructor(at: number, offset = 0) {
    this.at = at;
    this.offset = offset;
  }
}

/** A parsed JSON object; arrays and scalars of JSON are the ordinary ones. */
export class JsonFields {
  readonly fields: ReadonlyMap<string, Value>;

  constructor(fields: ReadonlyMap<string, Value>) {
    this.fields = fields;
  }
}

/** What answers to `.name`: `cell`, `cells`, `row`, `row.record`. */
export interface Fielded {
  /** As the type function tells it. */
  readonly typeName: string;
  field(name: string): Value;
}

/** A regular expression of the source text, ready to search; see `pattern.ts`. */
export interface Pattern {
  /** As written, without the slashes. */
  readonly source: string;
  /** The first match at or after `from`, or undefined. */
  find(text: string, from: number): Match | undefined;
  /** The match that covers the whole text, or undefined. */
  matchWhole(text: string): Match | undefined;
}

export type Match = {
  readonly start: number;
  readonly end: number;
  /** Group 0 is the whole; a group that took no part is null. */
  readonly groups: readonly (string | null)[];
  /** Positions in `groups` by name. */
  readonly names: ReadonlyMap<string, number>;
};

export type Scalar = string | bigint | number | boolean | GrelDate;
export type Value =
  | null
  | Scalar
  | GrelError
  | readonly Value[]
  | JsonFields
  | FieldedValue
  | PatternValue;

/** Wrappers, so that a value's kind is told by its class. */
export class FieldedValue {
  readonly of: Fielded;

  constructor(of: Fielded) {
    this.of = of;
  }
}

export class PatternValue {
  readonly pattern: Pattern;

  constructor(pattern: Pattern) {
    this.pattern = pattern;
  }
}

/** What a cell holds; null is blank, and a blank text is another thing. */
export type CellValue = null | Scalar | GrelError;

export const isError = (value: Value): value is GrelError => value instanceof GrelError;
export const isArray = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isNumber = (value: Value): value is bigint | number =>
  typeof value === "number" || typeof value === "bigint";

/** Neither null, nor an error, nor an empty text. */
export const hasData = (value: Value): boolean => value !== null && value !== "" && !isError(value);

/** What counts as one choice of a facet: blank ones together, errors together. */
export const choiceKey = (value: Value): string =>
  hasData(value) ? `=${valueText(value)}` : isError(value) ? "error" : "blank";

/** A result as a cell can hold it: collections and objects are errors, as nothing could be written of them. */
export function storable(value: Value): CellValue {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof GrelDate || value instanceof GrelError) return value;
  if (value instanceof JsonFields) return valueText(value);
  const kind = isArray(value)
    ? "una lista"
    : value instanceof PatternValue
    ? "una expresión regular"
    : "un objeto";
  return new GrelError(`El resultado es ${kind} y no cabe en una celda`);
}

/** A double as the language writes it: `1.0`, `1.0E8`, `2.5`. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const negative = mantissa.startsWith("-");
  const digits = mantissa.replace(/[-.]/g, "");
  const sign = negative ? "-" : "";
  if (exponent >= 7 || exponent < -3) {
    return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${exponent}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

const two = (n: number) => String(n).padStart(2, "0");

function yearText(year: number): string {
  if (year > 9999) return `+${year}`;
  return year < 0 ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
}

function offsetText(minutes: number): string {
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** ISO 8601 at the date's own offset; `always` keeps seconds that are zero, `millis` writes thousandths. */
function dateText(date: GrelDate, always: boolean, millis: boolean): string {
  const local = new Date(date.at + date.offset * 60_000);
  const day = `${yearText(local.getUTCFullYear())}-${two(local.getUTCMonth() + 1)}-${
    two(local.getUTCDate())
  }`;
  const thousandths = millis ? local.getUTCMilliseconds() : 0;
  const seconds = always || local.getUTCSeconds() > 0 || thousandths > 0
    ? `:${two(local.getUTCSeconds())}`
    : "";
  const fraction = thousandths > 0 ? `.${String(thousandths).padStart(3, "0")}` : "";
  const clock = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
  return `${day}T${clock}${seconds}${fraction}${offsetText(date.offset)}`;
}

/** `toString` of a date without a format. */
export const isoText = (date: GrelDate): string => dateText(date, true, false);

/** Text of a value where it is joined to a text or taken by characters. */
export function valueText(value: Value): string {
  if (typeof value === "string") return value;
  if (value === null) return "null";
  if (typeof value === "number") return doubleText(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof GrelDate) return dateText(value, false, true);
  if (value instanceof GrelError) return value.message;
  if (value instanceof JsonFields) return jsonText(value);
  if (value instanceof PatternValue) return value.pattern.source;
  if (value instanceof FieldedValue) return value.of.typeName;
  return `[${value.map(valueText).join(", ")}]`;
}

/** A value as JSON, compact. */
export function jsonText(value: Value): string {
  if (value instanceof JsonFields) {
    return `{${[...value.fields].map(([key, of]) => `${JSON.stringify(key)}:${jsonText(of)}`).join(",")}}`;
  }
  if (isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (value === null || isNumber(value) || typeof value === "boolean") return valueText(value);
  return JSON.stringify(value instanceof GrelDate ? isoText(value) : valueText(value));
}

/**
 * A cell as files hold it: blank is empty, numbers have no superfluous `.0` nor exponents where they are short
 * enough to be read, dates are ISO 8601 in UTC.
 */
export function cellText(value: CellValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof GrelError) return value.message;
  return dateText(new GrelDate(value.at), true, true);
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return "0";
  if (Number.isInteger(value) && Math.abs(value) >= 1e21) return BigInt(value).toString();
  const text = String(value);
  return text.includes("e") ? doubleText(value) : text;
}
