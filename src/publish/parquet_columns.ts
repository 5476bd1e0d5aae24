// Columns of one row group of a column file, from cells to pages. Texts are kept as runs of the same text, so a
// column that is constant over a series costs nothing a row; numbers and dates go into arrays of their own kind.
// Source: Apache Parquet, "Encodings" (PLAIN, RLE_DICTIONARY, RLE for levels).

import { putVarint } from "./thrift_bytes.ts";

/** One column's pages, not yet compressed, and what its statistics tell. */
export type ColumnPages = {
  /** Distinct texts, in plain encoding. */
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number };
  readonly data: Uint8Array;
  readonly missing: number;
  /** Smallest and largest, in plain encoding; absent where there is none. */
  readonly bounds?: readonly [least: Uint8Array, most: Uint8Array];
};

export type ColumnBuffer<T> = {
  /** Adds the same cell to as many rows. */
  add(cell: T, rows: number): void;
  /** Ends the group: what was added is gone afterwards. */
  take(): ColumnPages;
};

/** Longest text, in bytes, that statistics tell. */
const LONGEST_BOUND = 128;

const utf8 = new TextEncoder();

type Run = { value: number; rows: number };

function addRun(runs: Run[], value: number, rows: number): void {
  const last = runs.at(-1);
  if (last?.value === value) last.rows += rows;
  else runs.push({ value, rows });
}

/** Runs in the hybrid encoding; each value has `width` bits. */
function runBytes(runs: readonly Run[], width: number): number[] {
  const bytes: number[] = [];
  for (const { value, rows } of runs) {
    putVarint(bytes, rows * 2);
    for (let bits = 0; bits < width; bits += 8) bytes.push(value >> bits & 0xff);
  }
  return bytes;
}

/** Texts, none of them missing. */
export function textColumn(): ColumnBuffer<string> {
  let numbers = new Map<string, number>();
  let runs: Run[] = [];
  return {
    add(cell, rows) {
      let number = numbers.get(cell);
      if (number === undefined) numbers.set(cell, number = numbers.size);
      addRun(runs, number, rows);
    },
    take() {
      const texts = [...numbers.keys()].map((one) => utf8.encode(one));
      const width = Math.max(1, 32 - Math.clz32(texts.length - 1));
      const sorted = texts.toSorted(compareBytes);
      const bounds = [sorted[0]!, sorted.at(-1)!] as const;
      const pages = {
        dictionary: { bytes: plainTexts(texts), count: texts.length },
        data: Uint8Array.from([width, ...runBytes(runs, width)]),
        missing: 0,
        ...(bounds.every(({ length }) => length <= LONGEST_BOUND) && { bounds }),
      };
      numbers = new Map();
      runs = [];
      return pages;
    },
  };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function plainTexts(texts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const one of texts) {
    view.setUint32(at, one.length, true);
    bytes.set(one, at + 4);
    at += 4 + one.length;
  }
  return bytes;
}

/** Rows that a column of numbers has place for at first. */
const FIRST_ROWS = 1024;

/** How numbers lie in a page. */
const NUMBERS = {
  date: { bytes: 4, put: (view: DataView, at: number, value: number) => view.setInt32(at, value, true) },
  integer: {
    bytes: 8,
    put: (view: DataView, at: number, value: number) => view.setBigInt64(at, BigInt(value), true),
  },
  number: { bytes: 8, put: (view: DataView, at: number, value: number) => view.setFloat64(at, value, true) },
} as const;

/** Numbers and dates (days since 1970); null is missing. */
export function numberColumn(kind: keyof typeof NUMBERS): ColumnBuffer<number | null> {
  const { bytes: size, put } = NUMBERS[kind];
  let values = new Uint8Array(size * FIRST_ROWS);
  let view = new DataView(values.buffer);
  let count = 0;
  let levels: Run[] = [];
  let [least, most, missing] = [Infinity, -Infinity, 0];
  return {
    add(cell, rows) {
      addRun(levels, cell === null ? 0 : 1, rows);
      if (cell === null) {
        missing += rows;
        return;
      }
      while (size * (count + rows) > values.length) {
        const longer = new Uint8Array(2 * values.length);
        longer.set(values);
        values = longer;
        view = new DataView(values.buffer);
      }
      for (let row = 0; row < rows; row++) put(view, size * count++, cell);
      if (cell < least) least = cell;
      if (cell > most) most = cell;
    },
    take() {
      const plain = (value: number) => {
        const bytes = new Uint8Array(size);
        put(new DataView(bytes.buffer), 0, value);
        return bytes;
      };
      // Both zeros are the same to readers, so bounds take the one further out.
      const bounds = () => [plain(kind === "number" && least === 0 ? -0 : least), plain(most + 0)] as const;
      const pages = {
        data: withLevels(levels, values.subarray(0, size * count)),
        missing,
        ...(count > 0 && { bounds: bounds() }),
      };
      count = 0;
      levels = [];
      [least, most, missing] = [Infinity, -Infinity, 0];
      return pages;
    },
  };
}

/** Truth values; null is missing. */
export function flagColumn(): ColumnBuffer<boolean | null> {
  let cells: boolean[] = [];
  let levels: Run[] = [];
  let missing = 0;
  return {
    add(cell, rows) {
      addRun(levels, cell === null ? 0 : 1, rows);
      if (cell === null) missing += rows;
      else for (let row = 0; row < rows; row++) cells.push(cell);
    },
    take() {
      const bits = new Uint8Array(Math.ceil(cells.length / 8));
      cells.forEach((cell, i) => bits[i >> 3]! |= Number(cell) << (i & 7));
      const bounds = [
        Uint8Array.of(Number(!cells.includes(false))),
        Uint8Array.of(Number(cells.includes(true))),
      ] as const;
      const pages = { data: withLevels(levels, bits), missing, ...(cells.length > 0 && { bounds }) };
      cells = [];
      levels = [];
      missing = 0;
      return pages;
    },
  };
}

/** Which rows have a value, then the values. */
function withLevels(levels: readonly Run[], values: Uint8Array): Uint8Array {
  const runs = runBytes(levels, 1);
  const bytes = new Uint8Array(4 + runs.length + values.length);
  new DataView(bytes.buffer).setUint32(0, runs.length, true);
  bytes.set(runs, 4);
  bytes.set(values, 4 + runs.length);
  return bytes;
}
