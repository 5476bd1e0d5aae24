// Reads a CSV file of any size row by row: text of one encoding, cells between one delimiter, quotes as in RFC 4180.
// Nothing is trimmed or guessed. Faults name the line and the column where they show.

import { Buffer } from "node:buffer";
import { Problem } from "../core/problem.ts";

export const ENCODINGS = ["utf-8", "latin-1", "windows-1252"] as const;
export type Encoding = typeof ENCODINGS[number];

export const DELIMITERS = [",", ";", "\t", "|"] as const;

/** Bytes read at once. */
const CHUNK = 1 << 16;
/** Characters a row may have: a quote that is never closed must not fill the memory. */
export const LONGEST_ROW = 16 * 1024 * 1024;
/** Bytes that are looked at to tell the delimiter. */
const SAMPLE = 1 << 16;

const QUOTE = '"';

/** A fault of a file's content, where it is. */
export class CsvFault extends Problem {
  constructor(file: string, line: number, column: number, reason: string) {
    super("invalid", `${file}, línea ${line}, columna ${column}: ${reason}`);
  }
}

export type CsvSource = {
  readonly path: string;
  /** As faults call it. */
  readonly name: string;
  readonly delimiter: string;
  readonly encoding: Encoding;
};

/**
 * Calls `push` with the cells of each row, the header among them, until it answers false.
 * Calls `pause` after each piece of the file, and waits for it.
 * Shape: rows as long as they are in the file; an empty line is a row with one empty cell.
 * Errors: CsvFault.
 */
export async function readCsvRows(
  source: CsvSource,
  push: (cells: string[], line: number) => boolean | void,
  pause?: () => Promise<void>,
): Promise<void> {
  const rows = new RowParser(source, push);
  const decode = decoder(source);
  using file = await Deno.open(source.path);
  const bytes = new Uint8Array(CHUNK);
  for (;;) {
    const count = await file.read(bytes);
    const text = decode(count === null ? undefined : bytes.subarray(0, count), rows);
    if (!rows.take(text, count === null) || count === null) return;
    await pause?.();
  }
}

function decoder({ name, encoding }: CsvSource): (bytes: Uint8Array | undefined, rows: RowParser) => string {
  // The web's decoder of that name is that of windows-1252.
  if (encoding === "latin-1") return (bytes) => Buffer.from(bytes ?? []).toString("latin1");
  const strict = new TextDecoder(encoding, { fatal: true });
  let unfinished: readonly number[] = [];
  return (bytes, rows) => {
    try {
      const text = strict.decode(bytes, { stream: bytes !== undefined });
      if (bytes !== undefined) unfinished = unfinishedTail(bytes);
      return text;
    } catch {
      const loose = new TextDecoder().decode(Uint8Array.from([...unfinished, ...bytes ?? []]));
      const { line, column } = rows.placeAfter(loose.slice(0, loose.indexOf("\ufffd")));
      const reason = `hay bytes que no son ${encoding.toUpperCase()}: indique "encoding" en la configuración`;
      throw new CsvFault(name, line, column, reason);
    }
  };
}

/** Bytes at the end that begin a character of UTF-8 and do not end it. */
function unfinishedTail(bytes: Uint8Array): number[] {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? [...bytes.subarray(bytes.length - back)] : [];
    }
    if (byte < 0x80) return [];
  }
  return [];
}

class RowParser {
  /** Physical line of the next row, from 1. */
  #line = 1;
  readonly #source: CsvSource;
  readonly #push: (cells: string[], line: number) => boolean | void;
  /** Text whose row is not complete, in pieces. */
  #rest: string[] = [];
  #restLength = 0;
  /** Length of the rest at which its row is looked for again: twice that of the last time. */
  #nextLook = 0;

  constructor(source: CsvSource, push: (cells: string[], line: number) => boolean | void) {
    this.#source = source;
    this.#push = push;
  }

  /** Parses what is complete; answers false once no more rows are wanted. */
  take(text: string, isLast: boolean): boolean {
    this.#rest.push(text);
    this.#restLength += text.length;
    if (this.#restLength < this.#nextLook && !isLast) return true;
    const whole = this.#rest.join("");
    const { delimiter } = this.#source;
    let at = 0;
    while (at < whole.length) {
      const end = whole.indexOf("\n", at);
      if (end < 0 && !isLast) break;
      const line = whole.slice(
        at,
        end < 0 ? whole.length : end > at && whole[end - 1] === "\r" ? end - 1 : end,
      );
      if (!line.includes(QUOTE)) {
        if (this.#push(line.split(delimiter), this.#line++) === false) return false;
        at = end < 0 ? whole.length : end + 1;
        continue;
      }
      const row = this.#quoted(whole, at, isLast);
      if (row === undefined) break;
      const begun = this.#line;
      this.#line += row.lines;
      if (this.#push(row.cells, begun) === false) return false;
      at = row.after;
    }
    const rest = whole.slice(at);
    this.#rest = [rest];
    this.#restLength = rest.length;
    this.#nextLook = at > 0 ? 0 : 2 * rest.length;
    if (rest.length > LONGEST_ROW) {
      throw this.#fault(
        0,
        rest,
        `la fila tiene más de ${LONGEST_ROW} caracteres: ¿falta cerrar una comilla?`,
      );
    }
    return true;
  }

  /** A row that has quotes; undefined where it goes on after the text. */
  #quoted(
    text: string,
    start: number,
    isLast: boolean,
  ): { readonly cells: string[]; readonly after: number; readonly lines: number } | undefined {
    const { delimiter } = this.#source;
    const cells: string[] = [];
    let at = start;
    for (;;) {
      let cell: string;
      if (text[at] === QUOTE) {
        const close = closingQuote(text, at + 1);
        if (close < 0) {
          if (isLast) throw this.#fault(at - start, text.slice(start), "la comilla no se cierra");
          return undefined;
        }
        cell = text.slice(at + 1, close);
        if (cell.includes(QUOTE)) cell = cell.replaceAll('""', QUOTE);
        at = close + 1;
      } else {
        const comma = text.indexOf(delimiter, at);
        const end = text.indexOf("\n", at);
        const stop = end < 0 ? text.length : end > at && text[end - 1] === "\r" ? end - 1 : end;
        const to = comma < 0 ? stop : Math.min(comma, stop);
        cell = text.slice(at, to);
        at = to;
      }
      cells.push(cell);
      if (at >= text.length && !isLast) return undefined;
      if (text.startsWith(delimiter, at)) {
        at += delimiter.length;
        continue;
      }
      if (text[at] === "\r" && (text[at + 1] === "\n" || at + 1 === text.length)) at++;
      if (at < text.length && text[at] !== "\n") {
        throw this.#fault(
          at - start,
          text.slice(start),
          "hay texto después de la comilla que cierra la celda",
        );
      }
      if (at >= text.length && !isLast) return undefined;
      const row = text.slice(start, at);
      return {
        cells,
        after: at + 1,
        lines: 1 + (cells.some((one) => one.includes("\n")) ? newLines(row) : 0),
      };
    }
  }

  /** The place that follows `text`, which follows what was taken. */
  placeAfter(text: string): { readonly line: number; readonly column: number } {
    const lines = (this.#rest.join("") + text).split("\n");
    return { line: this.#line + lines.length - 1, column: lines.at(-1)!.length + 1 };
  }

  /** A fault `offset` characters after the beginning of `row`. */
  #fault(offset: number, row: string, reason: string): CsvFault {
    const before = row.slice(0, offset);
    const lineStart = before.lastIndexOf("\n") + 1;
    return new CsvFault(this.#source.name, this.#line + newLines(before), offset - lineStart + 1, reason);
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = from;;) {
    const quote = text.indexOf(QUOTE, at);
    // At the very end of the text the next character may still double it.
    if (quote < 0 || text[quote + 1] !== QUOTE) return quote;
    at = quote + 2;
  }
}

const newLines = (text: string): number => text.split("\n").length - 1;

/**
 * The delimiter of a file by its first rows: the one that parts all of them alike, and of several the one that makes
 * most cells. A file of one column has a comma.
 */
export async function detectDelimiter(path: string, encoding: Encoding): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(SAMPLE);
  const count = await file.read(bytes) ?? 0;
  const text = new TextDecoder(encoding === "utf-8" ? "utf-8" : "windows-1252").decode(
    bytes.subarray(0, count),
  );
  const lines = plainLines(text, count === SAMPLE).slice(0, 50);
  const scored = DELIMITERS.map((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const alike = counts.filter((one) => one === counts[0]).length;
    return { delimiter, cells: counts[0] ?? 0, alike };
  }).filter(({ cells }) => cells > 0);
  scored.sort((a, b) => b.alike - a.alike || b.cells - a.cells);
  return scored[0]?.delimiter ?? ",";
}

/** Rows of a sample with what is quoted taken out; the last, if it is cut, left out. */
function plainLines(text: string, isCut: boolean): string[] {
  const lines = text.replace(/"(?:[^"]|"")*(?:"|$)/g, "").split(/\r?\n/);
  return (isCut && lines.length > 1 ? lines.slice(0, -1) : lines).filter((line) => line !== "");
}
