// The types of the configuration: what each is called in a database, and which texts of a CSV it accepts. A text is
// taken exactly as it is written, without trimming or guessing.

import { type DateFormat, readDate, readDateTime, readTime } from "./date_format.ts";

/** As it is bound; booleans are 0 or 1, moments ISO 8601. */
export type Value = string | number | bigint | null;

export type ColumnType = {
  /** As configured: `String(20)`. */
  readonly text: string;
  readonly postgres: string;
  readonly sqlite: string;
  /** Undefined for what the type does not accept. */
  readonly read: (text: string, rules: TextRules) => Value | undefined;
  /** What it accepts, for people. */
  readonly wanted: string;
};

export type TextRules = {
  readonly decimal: "." | ",";
  readonly dateFormats: readonly DateFormat[];
};

const DEFAULT_LENGTH = 255;
/** PostgreSQL's own limit. */
const LONGEST = 10_485_760;

type Kind = Omit<ColumnType, "text">;

const KINDS: Readonly<Record<string, Kind>> = {
  Text: { postgres: "text", sqlite: "TEXT", read: (text) => text, wanted: "un texto" },
  Integer: {
    postgres: "integer",
    sqlite: "INTEGER",
    read: (text) => readInteger(text, 32),
    wanted: "un entero de 32 bits",
  },
  BigInteger: {
    postgres: "bigint",
    sqlite: "INTEGER",
    read: (text) => readInteger(text, 64),
    wanted: "un entero de 64 bits",
  },
  Float: { postgres: "double precision", sqlite: "REAL", read: readFloat, wanted: "un número" },
  Boolean: {
    postgres: "boolean",
    sqlite: "INTEGER",
    read: (text) => BOOLEANS.get(text.toLowerCase()),
    wanted: "true/false, t/f, 1/0, sí/no o yes",
  },
  Date: {
    postgres: "date",
    sqlite: "TEXT",
    read: (text, { dateFormats }) => readDate(text, dateFormats),
    wanted: 'una fecha ISO 8601 (AAAA-MM-DD) ni de "date_formats"',
  },
  Time: {
    postgres: "time",
    sqlite: "TEXT",
    read: (text, { dateFormats }) => readTime(text, dateFormats),
    wanted: 'una hora ISO 8601 (HH:MM:SS) ni de "date_formats"',
  },
  DateTime: {
    postgres: "timestamp",
    sqlite: "TEXT",
    read: (text, { dateFormats }) => readDateTime(text, dateFormats),
    wanted: 'una fecha y hora ISO 8601 sin huso (AAAA-MM-DDTHH:MM:SS) ni de "date_formats"',
  },
};

export const TYPE_NAMES = ["String", "String(n)", "UnicodeText", "UnicodeText(n)", ...Object.keys(KINDS)];

/** Undefined for what is no type. */
export function columnType(text: string): ColumnType | undefined {
  const [, name, length] = /^(String|UnicodeText)(?:\((\d+)\))?$/.exec(text) ?? [];
  if (name === undefined) return Object.hasOwn(KINDS, text) ? { text, ...KINDS[text]! } : undefined;
  const most = length === undefined ? DEFAULT_LENGTH : Number(length);
  if (most < 1 || most > LONGEST) return undefined;
  return name === "UnicodeText" ? { text, ...KINDS.Text! } : {
    text,
    postgres: `varchar(${most})`,
    sqlite: "TEXT",
    read: (cell) => isWithin(cell, most) ? cell : undefined,
    wanted: `un texto de hasta ${most} caracteres`,
  };
}

/** Characters are counted as PostgreSQL counts them: a pair of surrogates is one. */
function isWithin(text: string, most: number): boolean {
  if (text.length <= most) return true;
  return text.length <= 2 * most && [...text].length <= most;
}

function readInteger(text: string, bits: 32 | 64): number | bigint | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  // Longer ones are out of range whatever they are, unless they begin with zeros.
  const value = BigInt(text.length > 40 ? text.replace(/^(-?)0+(?=\d)/, "$1").slice(0, 40) : text);
  if (BigInt.asIntN(bits, value) !== value) return undefined;
  return bits === 32 ? Number(value) : value;
}

function readFloat(text: string, { decimal }: TextRules): number | undefined {
  const pattern = decimal === "," ? FLOAT_COMMA : FLOAT_POINT;
  if (!pattern.test(text)) return undefined;
  const value = Number(decimal === "," ? text.replace(",", ".") : text);
  return Number.isFinite(value) ? value : undefined;
}

const FLOAT_POINT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const FLOAT_COMMA = /^[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$/;

const BOOLEANS: ReadonlyMap<string, 0 | 1> = new Map([
  ...["true", "t", "1", "si", "sí", "yes"].map((text) => [text, 1] as const),
  ...["false", "f", "0", "no"].map((text) => [text, 0] as const),
]);
