// Stata's file format 118, as much of it as tables of texts, numbers and dates need. Everything has a fixed width,
// so places are known before a row is written.
// Source: Stata's "Description of .dta file format 118".

import { type Cell, type ColumnKind, type ColumnName, DUMP_COLUMNS } from "../core/dump_tables.ts";
import { dayOfIso, epochDay } from "../core/time.ts";

/** Characters a text may have: the contract's, not the format's. */
const LONGEST_TEXT = 244;

const [DOUBLE, LONG, BYTE] = [65526, 65528, 65530];
const [LONG_MISSING, BYTE_MISSING] = [0x7fff_ffe5, 101];
const DOUBLE_MISSING = new Uint8Array(Float64Array.of(2 ** 1023).buffer);
/** Days are counted from 1960 on. */
export const FIRST_DAY = epochDay(1960, 1, 1);

/** Bytes of each column's texts; only columns of texts need one. */
export type TextWidths = ReadonlyMap<ColumnName, number>;

const utf8 = new TextEncoder();

/** A text as it is stored: cut, and without the sign that ends texts there. */
export function dtaText(text: string): Uint8Array {
  const kept = text.replaceAll("\0", "");
  return utf8.encode(kept.length <= LONGEST_TEXT ? kept : [...kept].slice(0, LONGEST_TEXT).join(""));
}

export const KIND_BYTES = { date: 4, integer: 8, number: 8, boolean: 1 } as const satisfies Record<
  Exclude<ColumnKind, "text">,
  number
>;

function cellWidth(name: ColumnName, widths: TextWidths): number {
  const { kind } = DUMP_COLUMNS[name];
  return kind === "text" ? widths.get(name)! : KIND_BYTES[kind];
}

export function rowWidth(columns: readonly ColumnName[], widths: TextWidths): number {
  return columns.reduce((sum, name) => sum + cellWidth(name, widths), 0);
}

/** Writes a cell at its place; texts are followed by zeros, which the place holds already. */
function writeCell(view: DataView, at: number, kind: ColumnKind, cell: Cell): void {
  if (kind === "text") new Uint8Array(view.buffer).set(dtaText(cell as string), view.byteOffset + at);
  else if (kind === "boolean") view.setUint8(at, cell === null ? BYTE_MISSING : Number(cell));
  else if (kind === "date") view.setInt32(at, dtaDay(cell as string | null), true);
  else writeNumber(view, at, cell as number | null);
}

/** Infinite and missing numbers have one sign, `.`. */
export function writeNumber(view: DataView, at: number, value: number | null): void {
  if (value !== null && Number.isFinite(value) && Math.abs(value) < 2 ** 1023) {
    view.setFloat64(at, value, true);
  } else new Uint8Array(view.buffer).set(DOUBLE_MISSING, view.byteOffset + at);
}

function dtaDay(date: string | null): number {
  const day = dayOfIso(date ?? "");
  return day === undefined ? LONG_MISSING : day - FIRST_DAY;
}

/** A row of cells in the order of the columns. */
export function dtaRow(
  columns: readonly ColumnName[],
  widths: TextWidths,
  cells: readonly Cell[],
): Uint8Array {
  const row = new Uint8Array(rowWidth(columns, widths));
  const view = new DataView(row.buffer);
  let at = 0;
  columns.forEach((name, i) => {
    writeCell(view, at, DUMP_COLUMNS[name].kind, cells[i]!);
    at += cellWidth(name, widths);
  });
  return row;
}

export const DTA_END = utf8.encode(
  "</data><strls></strls><value_labels></value_labels></stata_dta>",
);

/** Everything before the first row. */
export function dtaHead(columns: readonly ColumnName[], widths: TextWidths, rows: number): Uint8Array {
  const count = columns.length;
  const sections: [tag: string, content: Uint8Array][] = [
    ["variable_types", numbers(2, columns.map((name) => typeOf(name, widths)))],
    ["varnames", texts(129, columns)],
    ["sortlist", new Uint8Array(2 * (count + 1))],
    ["formats", texts(57, columns.map((name) => formatOf(name, widths)))],
    ["value_label_names", new Uint8Array(129 * count)],
    ["variable_labels", texts(321, columns.map((name) => labelOf(name)))],
    ["characteristics", new Uint8Array(0)],
  ];
  const header = joined(
    utf8.encode("<header><release>118</release><byteorder>LSF</byteorder><K>"),
    numbers(2, [count]),
    utf8.encode("</K><N>"),
    numbers(8, [rows]),
    utf8.encode("</N><label>"),
    numbers(2, [0]),
    utf8.encode("</label><timestamp>"),
    new Uint8Array(1),
    utf8.encode("</timestamp></header>"),
  );
  const mapBytes = "<map></map>".length + 8 * 14;
  const start = "<stata_dta>".length;
  const places = [0, start + header.length];
  let at = start + header.length + mapBytes;
  for (const [tag, content] of sections) {
    places.push(at);
    at += content.length + 2 * tag.length + "<></>".length;
  }
  const data = at;
  const strls = data + "<data></data>".length + rows * rowWidth(columns, widths);
  const labels = strls + "<strls></strls>".length;
  const end = labels + "<value_labels></value_labels>".length;
  places.push(data, strls, labels, end, end + "</stata_dta>".length);
  return joined(
    utf8.encode("<stata_dta>"),
    header,
    section("map", numbers(8, places)),
    ...sections.map(([tag, content]) => section(tag, content)),
    utf8.encode("<data>"),
  );
}

function typeOf(name: ColumnName, widths: TextWidths): number {
  const { kind } = DUMP_COLUMNS[name];
  if (kind === "text") return widths.get(name)!;
  return kind === "date" ? LONG : kind === "boolean" ? BYTE : DOUBLE;
}

function formatOf(name: ColumnName, widths: TextWidths): string {
  const { kind } = DUMP_COLUMNS[name];
  switch (kind) {
    case "text":
      return `%${Math.min(widths.get(name)!, LONGEST_TEXT)}s`;
    case "date":
      return "%tdCCYY-NN-DD";
    case "boolean":
      return "%8.0g";
    case "integer":
      return "%12.0g";
    case "number":
      return "%14.0g";
  }
}

/** The meaning of a column, which Stata shows beside its name. */
const labelOf = (name: ColumnName) =>
  [...DUMP_COLUMNS[name].meaning[0].replaceAll("`", "")].slice(0, 80).join("");

const section = (tag: string, content: Uint8Array) =>
  joined(utf8.encode(`<${tag}>`), content, utf8.encode(`</${tag}>`));

/** Texts of a fixed width, zeros after them. */
function texts(width: number, all: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(width * all.length);
  all.forEach((text, i) => utf8.encodeInto(text, bytes.subarray(i * width, (i + 1) * width - 1)));
  return bytes;
}

function numbers(width: 2 | 8, all: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(width * all.length);
  const view = new DataView(bytes.buffer);
  all.forEach((value, i) => {
    if (width === 2) view.setUint16(2 * i, value, true);
    else view.setBigUint64(8 * i, BigInt(value), true);
  });
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
