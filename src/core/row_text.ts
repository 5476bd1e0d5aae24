// Rows of a column as the JSON text of an answer. A segment keeps them beside the numbers, so that a page of a
// plain column is a copy: nothing is parsed, formatted or added up (measured in scripts/bench.ts).

import { LONGEST_NUMBER, putNumber, putText } from "./ascii.ts";
import { FREQUENCY, type Frequency, type Period, periodOf } from "./frequency.ts";
import { labels } from "./label.ts";
import type { Observations } from "./observations.ts";
import { epochDay } from "./time.ts";

const [OPEN, ZERO] = [0x5b, 0x30];
/** Bytes of what is before a value, and after it. */
const HEAD = '["YYYY-MM-DD",'.length, TAIL = "],".length;

/** Bytes that a row takes at most. */
export const LONGEST_ROW = HEAD + LONGEST_NUMBER + TAIL;

/**
 * Writes rows `["YYYY-MM-DD",value],…` of a whole column, ASCII, without the brackets around them; missing is `null`.
 * Answers the position after them; the place has to be LONGEST_ROW times as many as rows.
 * Byte by byte, in a third of the time that texts take, which was a quarter of what a publish computes.
 */
export function putRows(bytes: Uint8Array, at: number, { frequency, start, values }: Observations): number {
  if (values.length === 0) return at;
  const heads = headsOf(frequency, start, values.length);
  for (let i = 0; i < values.length; i++) {
    for (let j = i * HEAD; j < (i + 1) * HEAD; j++) bytes[at++] = heads[j]!;
    const value = values[i]!;
    at = Number.isNaN(value) ? putText(bytes, at, "null") : putNumber(bytes, at, value);
    at = putText(bytes, at, "],");
  }
  // Nothing follows the last row.
  return at - 1;
}

/** Of the last column: those of a distribution mostly have the same dates. */
let known: { readonly frequency: Frequency; readonly start: Period; readonly heads: Uint8Array } | undefined;

/** What is before the values of at least `count` consecutive periods. */
function headsOf(frequency: Frequency, start: Period, count: number): Uint8Array {
  if (known?.frequency !== frequency || known.start !== start || known.heads.length < count * HEAD) {
    const heads = new Uint8Array(count * HEAD);
    labels(frequency, start, count).forEach((date, i) => putText(heads, i * HEAD, `["${date}",`));
    known = { frequency, start, heads };
  }
  return known.heads;
}

/** The part of `rows` (the text of the whole column, ASCII) that positions `[from, to)` are. */
export function pageOfRows(o: Observations, rows: Uint8Array, from: number, to: number): Uint8Array {
  if (from === to) return rows.subarray(0, 0);
  const end = to === o.values.length ? rows.length : rowOffset(o, rows, to) - 1;
  return rows.subarray(rowOffset(o, rows, from), end);
}

/** Offset of the row at a position: near where it would be if all were equally long, then row by row. */
function rowOffset(o: Observations, rows: Uint8Array, position: number): number {
  if (position === 0) return 0;
  const guess = Math.floor(rows.length * position / o.values.length);
  let offset = rows.lastIndexOf(OPEN, guess);
  let row = rowAt(o, rows, offset);
  while (row < position) {
    offset = rows.indexOf(OPEN, offset + 1);
    row++;
  }
  while (row > position) {
    offset = rows.lastIndexOf(OPEN, offset - 1);
    row--;
  }
  return offset;
}

/** Position of the row that begins at an offset, from its date. */
function rowAt(o: Observations, rows: Uint8Array, offset: number): number {
  const number = (at: number, digits: number) => {
    let value = 0;
    for (let i = offset + at; i < offset + at + digits; i++) value = value * 10 + rows[i]! - ZERO;
    return value;
  };
  const day = epochDay(number(2, 4), number(7, 2), number(10, 2));
  return (periodOf(o.frequency, day, o.start) - o.start) / FREQUENCY[o.frequency].step;
}
