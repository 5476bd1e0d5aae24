// Rows of a column as the JSON text of an answer. A segment keeps them beside the numbers, so that a page of a
// plain column is a copy: nothing is parsed, formatted or added up (measured in scripts/bench.ts).

import { FREQUENCY, periodOf } from "./frequency.ts";
import { labels } from "./label.ts";
import type { Observations } from "./observations.ts";
import { epochDay } from "./time.ts";

const [OPEN, ZERO] = [0x5b, 0x30];

/** Rows `["YYYY-MM-DD",value],…` of a whole column, without the brackets around them; missing is `null`. */
export function writeRows(o: Observations): string {
  return labels(o.frequency, o.start, o.values.length)
    .map((date, i) => `["${date}",${Number.isNaN(o.values[i]) ? "null" : o.values[i]}]`)
    .join(",");
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
