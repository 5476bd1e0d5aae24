// A column file (Apache Parquet) written from its beginning to its end, a row group at a time, with the smallest
// and largest value of each column of each group. Of what is written only a few numbers a column are kept.
// Source: Apache Parquet, "parquet.thrift"; numbers of fields and codes are its own.
//
//   PAR1 | { dictionary page | data page } a column and group … | metadata | its length | PAR1

import { type ColumnKind, type ColumnName, DUMP_COLUMNS } from "../core/dump_tables.ts";
import {
  type ColumnBuffer,
  type ColumnPages,
  flagColumn,
  numberColumn,
  textColumn,
} from "./parquet_columns.ts";
import {
  binary,
  flag,
  i32,
  i64,
  list,
  struct,
  text,
  thriftBytes,
  type ThriftStruct,
  type ThriftValue,
} from "./thrift_bytes.ts";

export type ParquetFile = {
  /** Adds a row; dates are days since 1970. */
  add(cells: readonly ParquetCell[]): void;
  /** Adds rows that differ in `indice_tiempo` and `valor` alone; a value that is not finite is missing. */
  addSeries(cells: readonly ParquetCell[], days: Int32Array, values: Float64Array): void;
  end(): void;
};

export type ParquetCell = string | number | boolean | null;

/** Codes of types; what tells a text from bytes and a date from a number is written in the old way and the new. */
const TYPES: Readonly<Record<ColumnKind, { type: number; converted?: number; logical?: number }>> = {
  text: { type: 6, converted: 0, logical: 1 },
  date: { type: 1, converted: 6, logical: 6 },
  integer: { type: 2 },
  number: { type: 5 },
  boolean: { type: 0 },
};

const [REQUIRED, OPTIONAL] = [0, 1];
const [PLAIN, RLE, RLE_DICTIONARY] = [0, 3, 8];
const [DATA_PAGE, DICTIONARY_PAGE] = [0, 2];
const GZIP = 2;

const MAGIC = new TextEncoder().encode("PAR1");

export type ParquetSettings = {
  readonly columns: readonly ColumnName[];
  /** Columns that rows come sorted by. */
  readonly sortedBy: readonly ColumnName[];
  /** Rows of a group: what is in memory at once. */
  readonly groupRows: number;
  readonly gzip: (bytes: Uint8Array) => Uint8Array;
  /** Takes the bytes of the file and copies what it keeps. */
  readonly write: (bytes: Uint8Array) => void;
};

/** Begins a file. Texts are never missing, everything else may be. */
export function parquetFile({ columns, sortedBy, groupRows, gzip, write }: ParquetSettings): ParquetFile {
  const buffers = columns.map((name) => bufferOf(DUMP_COLUMNS[name].kind));
  const [dateAt, valueAt] = [columns.indexOf("indice_tiempo"), columns.indexOf("valor")];
  const groups: ThriftValue[] = [];
  let [offset, filled, rows] = [0, 0, 0];
  const put = (bytes: Uint8Array) => {
    write(bytes);
    offset += bytes.length;
  };
  /** Writes a page and answers its length before it was packed. */
  const putPage = (type: number, body: Uint8Array, ...header: ThriftStruct): number => {
    const packed = gzip(body);
    const head = thriftBytes([[1, i32(type)], [2, i32(body.length)], [3, i32(packed.length)], ...header]);
    put(head);
    put(packed);
    return head.length + body.length;
  };

  const putColumn = (name: ColumnName, { dictionary, data, missing, bounds }: ColumnPages) => {
    const start = offset;
    let length = 0;
    if (dictionary) {
      const header = struct([1, i32(dictionary.count)], [2, i32(PLAIN)]);
      length += putPage(DICTIONARY_PAGE, dictionary.bytes, [7, header]);
    }
    const dataAt = offset;
    const encoding = dictionary ? RLE_DICTIONARY : PLAIN;
    const header = struct([1, i32(filled)], [2, i32(encoding)], [3, i32(RLE)], [4, i32(RLE)]);
    length += putPage(DATA_PAGE, data, [5, header]);
    const metadata = struct(
      [1, i32(TYPES[DUMP_COLUMNS[name].kind].type)],
      [2, list((dictionary ? [PLAIN, RLE, RLE_DICTIONARY] : [PLAIN, RLE]).map(i32))],
      [3, list([text(name)])],
      [4, i32(GZIP)],
      [5, i64(filled)],
      [6, i64(length)],
      [7, i64(offset - start)],
      [9, i64(dataAt)],
      [11, dictionary && i64(start)],
      [12, struct([3, i64(missing)], [5, bounds && binary(bounds[1])], [6, bounds && binary(bounds[0])])],
    );
    return { length, chunk: struct([2, i64(start)], [3, metadata]) };
  };

  const endGroup = () => {
    if (filled === 0) return;
    const start = offset;
    const written = columns.map((name, i) => putColumn(name, buffers[i]!.take()));
    const length = written.reduce((sum, { length }) => sum + length, 0);
    const sorting = sortedBy.map((name) =>
      struct([1, i32(columns.indexOf(name))], [2, flag(false)], [3, flag(false)])
    );
    groups.push(struct(
      [1, list(written.map(({ chunk }) => chunk))],
      [2, i64(length)],
      [3, i64(filled)],
      [4, list(sorting)],
      [5, i64(start)],
      [6, i64(offset - start)],
    ));
    rows += filled;
    filled = 0;
  };

  const makePlace = () => {
    if (filled === groupRows) endGroup();
    return groupRows - filled;
  };

  put(MAGIC);
  return {
    add(cells) {
      makePlace();
      buffers.forEach((buffer, i) => buffer.add(cells[i] as never, 1));
      filled++;
    },
    addSeries(cells, days, values) {
      for (let at = 0; at < values.length;) {
        const to = Math.min(at + makePlace(), values.length);
        buffers.forEach((buffer, i) => {
          if (i !== dateAt && i !== valueAt) buffer.add(cells[i] as never, to - at);
        });
        for (let row = at; row < to; row++) {
          const value = values[row]!;
          buffers[dateAt]!.add(days[row] as never, 1);
          buffers[valueAt]!.add((Number.isFinite(value) ? value : null) as never, 1);
        }
        filled += to - at;
        at = to;
      }
    },
    end() {
      endGroup();
      const metadata = thriftBytes([
        [1, i32(2)],
        [2, list([struct([4, text("series")], [5, i32(columns.length)]), ...columns.map(schemaElement)])],
        [3, i64(rows)],
        [4, list(groups)],
        [6, text("Caudal")],
        // Every column is ordered as its type says.
        [7, list(columns.map(() => struct([1, struct()])))],
      ]);
      put(metadata);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, metadata.length, true);
      put(length);
      put(MAGIC);
    },
  };
}

function schemaElement(name: ColumnName): ThriftValue {
  const { kind } = DUMP_COLUMNS[name];
  const { type, converted, logical } = TYPES[kind];
  return struct(
    [1, i32(type)],
    [3, i32(kind === "text" ? REQUIRED : OPTIONAL)],
    [4, text(name)],
    [6, converted === undefined ? undefined : i32(converted)],
    [10, logical === undefined ? undefined : struct([logical, struct()])],
  );
}

function bufferOf(kind: ColumnKind): ColumnBuffer<never> {
  if (kind === "text") return textColumn();
  return kind === "boolean" ? flagColumn() : numberColumn(kind);
}
