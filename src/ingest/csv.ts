// Reads a publisher's CSV straight from its bytes into columns of numbers and a column of days. Cells are
// read where they stand: only the header, odd dates and odd numbers ever become text.

import { Problem } from "../core/problem.ts";
import { type EpochDay, existingDay } from "../core/time.ts";

/** Cells a file may hold: 20 times the widest known, and a bound on memory. */
const MAX_CELLS = 20_000_000;
/** The widest known has 122. */
const MAX_COLUMNS = 20_000;
const FIRST_ROWS = 64;

/** Cells of a column of texts that are told: more than the longest known series has. */
const MAX_TEXTS = 10_000;
/** Texts that the replaced reader takes for a missing value. */
const MISSING = new Set([
  ...[
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-1.#IND",
    "-1.#QNAN",
    "1.#IND",
    "1.#QNAN",
    "N/A",
    "NA",
    "NULL",
    "n/a",
    "null",
  ],
  ...["NaN", "nan", "-NaN", "-nan"],
]);
// One way to read each digit: a cell of a million digits and a letter must not be tried in every way.
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

export type CsvColumn = {
  /** As in the header; a repeated one gets `.1`, `.2`; a blank one is `Unnamed: <position>`. */
  readonly title: string;
  /** One value a row; NaN is missing (or not a number, see `texts`). */
  readonly values: Float64Array;
  /** Cells that are texts. */
  readonly textCount: number;
  /** First row (1 is the first after the header) with a text. */
  readonly textRow?: number;
  /** Cells of a column with texts, up to `MAX_TEXTS`, read when asked for; undefined in a column of numbers. */
  readonly texts?: readonly string[] | undefined;
  /** First row (1 is the first after the header) with an infinite value. */
  readonly infiniteRow?: number;
};

export type CsvTable = {
  /** Days of the time column, one a row. */
  readonly days: readonly EpochDay[];
  /** The other columns, in order. */
  readonly columns: readonly CsvColumn[];
};

const [QUOTE, COMMA, CR, LF, DOT, DASH, PLUS, ZERO] = [0x22, 0x2c, 0x0d, 0x0a, 0x2e, 0x2d, 0x2b, 0x30];
const [SPACE, TAB] = [0x20, 0x09];
const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);
/** Where the digits of `YYYY-MM-DD` stand. */
const DIGITS_OF_DATE = [0, 1, 2, 3, 5, 6, 8, 9];

type Draft = {
  title: string;
  values: Float64Array;
  textCount: number;
  textRow?: number;
  infiniteRow?: number;
};

/** A file that cannot be read, and the row (1 is the first after the header) where that shows. */
export class CsvProblem extends Problem {
  readonly row: number | undefined;

  constructor(message: string, row?: number) {
    super("invalid", message);
    this.row = row;
  }
}

/**
 * Reads the CSV whose time column is titled `timeTitle`.
 * Errors: CsvProblem `invalid`, in Spanish, that says what is wrong and in which row.
 */
export function readCsv(bytes: Uint8Array, timeTitle: string, maxCells = MAX_CELLS): CsvTable {
  const cells = new Cells(bytes);
  const header = cells.header();
  const timeAt = header.indexOf(timeTitle);
  if (timeAt < 0) throw missingTimeColumn(header, timeTitle);
  const drafts: Draft[] = header.map((title) => ({
    title,
    values: new Float64Array(FIRST_ROWS),
    textCount: 0,
  }));
  const days: EpochDay[] = [];
  const bodyAt = cells.at;

  while (cells.nextRow()) {
    const row = days.length;
    if (row === drafts[0]!.values.length) grow(drafts, row, maxCells);
    let column = 0;
    do {
      if (column >= drafts.length) {
        if (cells.text() !== "") {
          throw new CsvProblem(
            `La fila ${row + 1} tiene más celdas que el encabezado (${drafts.length}): ` +
              `revise separadores y comillas`,
            row + 1,
          );
        }
      } else if (column === timeAt) days.push(readDay(cells, row));
      else readNumber(cells, drafts[column]!, row);
      column++;
    } while (cells.nextCell());
    if (days.length === row) {
      throw new CsvProblem(`La fila ${row + 1} no tiene fecha en "${timeTitle}"`, row + 1);
    }
    for (; column < drafts.length; column++) drafts[column]!.values[row] = NaN;
  }
  if (days.length === 0) throw new CsvProblem("El CSV tiene encabezado pero ninguna fila de datos");

  const columns = drafts.flatMap((
    { title, values, textCount, textRow, infiniteRow },
    position,
  ): CsvColumn[] =>
    position === timeAt ? [] : [{
      title,
      values: values.subarray(0, days.length),
      textCount,
      ...(textRow !== undefined && { textRow }),
      // Another walk over the file: only the one column that is told of needs it.
      get texts() {
        return textCount > 0 ? columnTexts(bytes, bodyAt, position) : undefined;
      },
      ...(infiniteRow !== undefined && { infiniteRow }),
    }]
  );
  return { days, columns };
}

function grow(drafts: Draft[], rows: number, maxCells: number): void {
  const capacity = Math.min(rows * 2, Math.floor(maxCells / drafts.length));
  if (capacity <= rows) {
    throw new CsvProblem(`El CSV tiene más de ${maxCells / 1_000_000} millones de celdas`, rows + 1);
  }
  for (const draft of drafts) {
    const larger = new Float64Array(capacity);
    larger.set(draft.values);
    draft.values = larger;
  }
}

function missingTimeColumn(header: readonly string[], timeTitle: string): CsvProblem {
  const other = header.length === 1
    ? [";", "\t", "|"].find((separator) => header[0]!.includes(separator))
    : undefined;
  const shown = header.slice(0, 8).map((title) => `"${title}"`).join(", ") + (header.length > 8 ? ", …" : "");
  const hint = other
    ? `; parece separado por "${other === "\t" ? "tabulaciones" : other}" y debe usar ","`
    : "";
  return new CsvProblem(
    `La columna de tiempo "${timeTitle}" no está en el CSV (columnas: ${shown})${hint}`,
  );
}

/** Walks over cells; `start` and `end` bound the current one, quotes left out. */
class Cells {
  at = 0;
  start = 0;
  end = 0;
  /** The current cell was quoted and holds doubled quotes. */
  #escaped = false;
  #rowOpen = false;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Titles of the first row, made unique. */
  header(): string[] {
    const bytes = this.bytes;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
    const nul = bytes.indexOf(0);
    if (nul >= 0) {
      const row = bytes.subarray(0, nul).reduce((rows, byte) => rows + (byte === LF ? 1 : 0), 0);
      throw new CsvProblem(
        `El CSV contiene un byte nulo en la línea ${
          row + 1
        }: el archivo está dañado o no es UTF-8 ni Latin-1`,
      );
    }
    if (!this.nextRow()) throw new CsvProblem("El archivo CSV está vacío");
    if (bytes[this.start] === 0x3c) {
      throw new CsvProblem("La respuesta es una página HTML o XML, no un CSV");
    }
    const titles: string[] = [];
    do {
      if (titles.length === MAX_COLUMNS) throw new CsvProblem(`El CSV tiene más de ${MAX_COLUMNS} columnas`);
      titles.push(this.#decoded());
    } while (this.nextCell());
    const seen = new Map<string, number>();
    return titles.map((title, position) => {
      const name = title === "" ? `Unnamed: ${position}` : title;
      const times = seen.get(name) ?? 0;
      seen.set(name, times + 1);
      return times === 0 ? name : `${name}.${times}`;
    });
  }

  /** Moves to the first cell of the next row that is not blank. */
  nextRow(): boolean {
    const bytes = this.bytes;
    for (let at = this.at; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LF || byte === CR) this.at = at + 1;
      else if (byte !== SPACE && byte !== TAB) break;
      else if (at === bytes.length - 1) this.at = bytes.length;
    }
    if (this.at >= bytes.length) return false;
    this.#rowOpen = true;
    this.#readCell();
    return true;
  }

  /** Moves to the next cell of the row. */
  nextCell(): boolean {
    if (!this.#rowOpen) return false;
    this.#readCell();
    return true;
  }

  #readCell(): void {
    const bytes = this.bytes;
    let at = this.at;
    this.#escaped = false;
    if (bytes[at] === QUOTE) {
      this.start = ++at;
      for (;;) {
        const close = bytes.indexOf(QUOTE, at);
        if (close < 0) throw new CsvProblem("El CSV tiene una comilla que no se cierra");
        if (bytes[close + 1] !== QUOTE) {
          this.end = close;
          at = close + 1;
          break;
        }
        this.#escaped = true;
        at = close + 2;
      }
      while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LF && bytes[at] !== CR) at++;
    } else {
      this.start = at;
      while (at < bytes.length) {
        const byte = bytes[at]!;
        if (byte === COMMA || byte === LF || byte === CR) break;
        at++;
      }
      this.end = at;
    }
    this.#rowOpen = bytes[at] === COMMA;
    this.at = this.#rowOpen ? at + 1 : at;
  }

  /** The current cell as text without blanks around it: UTF-8, else Latin-1. */
  text(): string {
    return this.#decoded().trim();
  }

  #decoded(): string {
    const text = decodeText(this.bytes.subarray(this.start, this.end));
    return this.#escaped ? text.replaceAll('""', '"') : text;
  }
}

const utf8 = new TextDecoder("utf-8");
const latin1 = new TextDecoder("windows-1252");

/** Text of bytes in UTF-8, or in Latin-1 where they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return (isUtf8(bytes) ? utf8 : latin1).decode(bytes);
}

/** Looks itself: a decoder that throws takes a minute for the cells of one file. */
function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at++]!;
    if (lead < 0x80) continue;
    const followers = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (followers === 0) return false;
    const second = bytes[at]!;
    // Neither longer than needed, nor half of a pair, nor beyond Unicode.
    if (
      (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ||
      (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)
    ) return false;
    for (const end = at + followers; at < end; at++) {
      if (at >= bytes.length || (bytes[at]! & 0xc0) !== 0x80) return false;
    }
  }
  return true;
}

/** Reads a plain decimal of at most 15 digits exactly; everything else by its text. */
function readNumber(cells: Cells, draft: Draft, row: number): void {
  draft.values[row] = plainNumber(cells) ?? oddNumber(cells.text(), draft, row);
}

function oddNumber(text: string, draft: Draft, row: number): number {
  if (NUMBER.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value + 0;
  }
  if (INFINITE.test(text) || NUMBER.test(text)) draft.infiniteRow ??= row + 1;
  else if (!MISSING.has(text)) {
    draft.textRow ??= row + 1;
    draft.textCount++;
  }
  return NaN;
}

/** Value of a cell like `-12.5` (NaN when blank), or undefined when it is written otherwise. */
function plainNumber(cells: Cells): number | undefined {
  const { bytes, start, end } = cells;
  if (start === end) return NaN;
  let at = start;
  let negative = false;
  if (bytes[at] === DASH || bytes[at] === PLUS) {
    negative = bytes[at] === DASH;
    at++;
  }
  let mantissa = 0, digits = 0, decimals = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (byte === DOT && decimals < 0) decimals = 0;
    else return undefined;
  }
  // Both the digits and the power of ten are exact doubles here, so their quotient is correctly rounded.
  if (digits === 0 || digits > 15) return undefined;
  const value = decimals > 0 ? mantissa / POWERS[decimals]! : mantissa;
  return negative && value !== 0 ? -value : value;
}

function readDay(cells: Cells, row: number): EpochDay {
  const { bytes, start, end } = cells;
  const digit = (at: number) => bytes[start + at]! - ZERO;
  const isDigit = (at: number) => digit(at) >= 0 && digit(at) <= 9;
  if (
    end - start === 10 && bytes[start + 4] === DASH && bytes[start + 7] === DASH &&
    DIGITS_OF_DATE.every(isDigit)
  ) {
    const year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
    const day = existingDay(year, digit(5) * 10 + digit(6), digit(8) * 10 + digit(9));
    if (day !== undefined) return day;
  }
  const text = cells.text();
  const day = dayOf(text);
  if (day === undefined) {
    throw new CsvProblem(
      text === ""
        ? `La fila ${row + 1} no tiene fecha`
        : `La fila ${row + 1} tiene una fecha que no se entiende: "${text}" (se espera AAAA-MM-DD)`,
      row + 1,
    );
  }
  return day;
}

/** Day of a publisher's date; `n/n/YYYY` is read month first unless it cannot be, as the replaced reader does. */
function dayOf(text: string): EpochDay | undefined {
  let match = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[ T].*)?)?)?$/.exec(text);
  if (match) return existingDay(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1));
  match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (match) return existingDay(Number(match[1]), Number(match[2]), Number(match[3]));
  match = /^(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?: .*)?$/.exec(text);
  if (!match) return undefined;
  const [first, second, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return first > 12 ? existingDay(year, second, first) : existingDay(year, first, second);
}

/** The first cells that are not blank of one column, read again: only a column with a fault needs them. */
function columnTexts(bytes: Uint8Array, bodyAt: number, position: number): string[] {
  const cells = new Cells(bytes);
  cells.at = bodyAt;
  const texts: string[] = [];
  while (texts.length < MAX_TEXTS && cells.nextRow()) {
    let column = 0;
    do {
      if (column++ === position && cells.text() !== "") texts.push(cells.text());
    } while (cells.nextCell());
  }
  return texts;
}
