// Reads dumps back with code that shares nothing with their writers: zips by their central directory, sheets by a
// SAX parser, Stata's files by their map. Other people's readers are in test/slow/dump_readers.test.ts.

import { crc32, inflateRawSync } from "node:zlib";
import { decode, Parser } from "saxen";

/** Every entry of a zip file in order, its sum and sizes held against what follows it and the central directory. */
export function unzipped(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error("no end of the central directory");
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  let next = 0;
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error("no entry of the central directory");
    if (view.getUint16(at + 10, true) !== 8) throw new Error("not deflated");
    const [sum, size, whole] = [16, 20, 24].map((from) => view.getUint32(at + from, true)) as [
      number,
      number,
      number,
    ];
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    if (local !== next || view.getUint32(local, true) !== 0x04034b50) {
      throw new Error(`${name} is not where it should be`);
    }
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = inflateRawSync(bytes.subarray(from, from + size));
    if (content.length !== whole || crc32(content) !== sum) throw new Error(`${name} is not as described`);
    const after = [0, 4, 8, 12].map((add) => view.getUint32(from + size + add, true));
    if (after.join() !== [0x08074b50, sum, size, whole].join()) throw new Error(`${name} has another end`);
    next = from + size + 16;
    files.set(name, content);
    at += 46 + nameLength;
  }
  if (at !== end) throw new Error("something before the end of the central directory");
  return files;
}

const textOf = (bytes: Uint8Array | undefined) => new TextDecoder("utf-8", { fatal: true }).decode(bytes!);

/** A number under the date format is a date. */
export type SheetCell = string | number | boolean | { readonly date: string } | null;

export type DumpSheet = {
  readonly name: string;
  readonly header: readonly SheetCell[];
  readonly rows: readonly (readonly SheetCell[])[];
  readonly isHeaderBold: boolean;
  readonly isHeaderFrozen: boolean;
};

/** Sheets of a workbook in order. A cell without an address follows the one before it. */
export function readSheets(bytes: Uint8Array): DumpSheet[] {
  const files = unzipped(bytes);
  const text = (path: string) => textOf(files.get(path));
  const targets = new Map(
    elements(text("xl/_rels/workbook.xml.rels"), "Relationship").map(({ Id, Target }) => [Id!, Target!]),
  );
  const strings = stringsOf(text("xl/sharedStrings.xml"));
  const styles = text("xl/styles.xml");
  const dateFormat =
    elements(styles, "numFmt").find(({ formatCode }) => formatCode === "yyyy-mm-dd")!.numFmtId;
  // Named styles of cells come first, and have no xfId.
  const formats = elements(styles, "xf").filter(({ xfId }) => xfId !== undefined);
  const fonts = styles.split("<font>").slice(1).map((font) => font.startsWith("<b/>"));
  const types = new Set(elements(text("[Content_Types].xml"), "Override").map(({ PartName }) => PartName));
  return elements(text("xl/workbook.xml"), "sheet").map(({ name, "r:id": id }) => {
    const path = `xl/${targets.get(id!)}`;
    if (!types.has(`/${path}`)) throw new Error(`${path} has no type`);
    const { rows: [header = [], ...rows], headerStyles, frozen } = readSheet(
      text(path),
      strings,
      (style) => formats[style]!.numFmtId === dateFormat,
    );
    return {
      name: name!,
      header,
      rows,
      isHeaderBold: headerStyles.every((style) => fonts[Number(formats[style]!.fontId)]),
      isHeaderFrozen: frozen,
    };
  });
}

function parse(xml: string, on: {
  open: (tag: string, attributes: Record<string, string>) => void;
  text?: (text: string) => void;
  close?: (tag: string) => void;
}): void {
  const parser = new Parser();
  const fail = (error: Error) => {
    throw error;
  };
  parser.on("error", fail);
  parser.on("warn", fail);
  parser.on("openTag", (tag: string, attributes: () => Record<string, string>) => on.open(tag, attributes()));
  parser.on("text", (text: string) => on.text?.(decode(text)));
  parser.on("closeTag", (tag: string) => on.close?.(tag));
  parser.parse(xml);
}

/** Attributes of all elements of a name. */
function elements(xml: string, name: string): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  parse(xml, { open: (tag, attributes) => tag === name && found.push({ ...attributes }) });
  return found;
}

function stringsOf(xml: string): string[] {
  const strings: string[] = [];
  parse(xml, {
    open: (tag) => tag === "si" && strings.push(""),
    text: (text) => strings.push((strings.pop() ?? "") + text),
  });
  return strings;
}

function readSheet(xml: string, strings: readonly string[], isDate: (style: number) => boolean) {
  const rows: SheetCell[][] = [];
  const headerStyles: number[] = [];
  let cell: { type: string | undefined; style: number } | undefined;
  let value = "";
  let frozen = false;
  parse(xml, {
    open(tag, { r, t, s, state, ySplit }) {
      if (tag === "pane") frozen = state === "frozen" && ySplit === "1";
      if (tag === "f") throw new Error("a formula");
      if (tag === "row") {
        rows.push([]);
        if (Number(r) !== rows.length) throw new Error(`row ${r} is in place ${rows.length}`);
      }
      if (tag !== "c") return;
      if (r !== undefined) throw new Error("this reader takes cells without an address");
      cell = { type: t, style: Number(s ?? 0) };
      value = "";
    },
    text(text) {
      if (cell) value += text;
    },
    close(tag) {
      if (tag !== "c" || !cell) return;
      if (rows.length === 1) headerStyles.push(cell.style);
      rows.at(-1)!.push(cellOf(cell.type, value, isDate(cell.style), strings));
      cell = undefined;
    },
  });
  return { rows, headerStyles, frozen };
}

function cellOf(
  type: string | undefined,
  value: string,
  isDate: boolean,
  strings: readonly string[],
): SheetCell {
  if (type === "inlineStr") return value;
  if (type === "s") return strings[Number(value)]!;
  if (type === "b") return value === "1";
  if (value === "") return null;
  // Day 0 is 30 December 1899; text below 1 March 1900 keeps the disputed days out of here.
  return isDate
    ? { date: new Date(Date.UTC(1899, 11, 30 + Number(value))).toISOString().slice(0, 10) }
    : Number(value);
}

export type DtaFile = {
  readonly columns: readonly string[];
  /** `text` with the bytes of its place, or the kind of number. */
  readonly types: readonly (number | "double" | "long" | "byte")[];
  readonly formats: readonly string[];
  readonly labels: readonly string[];
  /** Missing numbers are null; dates are days since 1960. */
  readonly rows: readonly (readonly (string | number | null)[])[];
};

/** A file of Stata's format 118, by its map; every section must be where that says. */
export function readDta(bytes: Uint8Array): DtaFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const fixed = (at: number, width: number) => {
    const all = bytes.subarray(at, at + width);
    const end = all.indexOf(0);
    return textOf(end < 0 ? all : all.subarray(0, end));
  };
  const head = "<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>";
  if (ascii(0, head.length) !== head) throw new Error("another beginning");
  const count = view.getUint16(head.length, true);
  const rowsAt = head.length + 2 + "</K><N>".length;
  const rowCount = long(rowsAt);
  const headEnd = "</N><label>\0\0</label><timestamp>\0</timestamp></header>";
  const mapAt = rowsAt + 8 + headEnd.length;
  if (ascii(rowsAt + 8, mapAt) !== headEnd) throw new Error("another header");
  const places = Array.from({ length: 14 }, (_, i) => long(mapAt + "<map>".length + 8 * i));
  const sections = [
    ...["<stata_dta>", "<map>", "<variable_types>", "<varnames>", "<sortlist>", "<formats>"],
    ...[
      "<value_label_names>",
      "<variable_labels>",
      "<characteristics>",
      "<data>",
      "<strls>",
      "<value_labels>",
    ],
    "</stata_dta>",
  ];
  sections.forEach((tag, i) => {
    if (ascii(places[i]!, places[i]! + tag.length) !== tag) throw new Error(`no ${tag} at ${places[i]}`);
  });
  if (places[13] !== bytes.length) throw new Error("another end");
  const contentAt = (i: number) => places[i]! + sections[i]!.length;
  const texts = (section: number, width: number) =>
    Array.from({ length: count }, (_, i) => fixed(contentAt(section) + i * width, width));
  const types = Array.from({ length: count }, (_, i) => {
    const code = view.getUint16(contentAt(2) + 2 * i, true);
    return ({ 65526: "double", 65528: "long", 65530: "byte" } as const)[code] ?? code;
  });
  let at = contentAt(9);
  const cell = (type: DtaFile["types"][number]) => {
    const from = at;
    at += typeof type === "number" ? type : { double: 8, long: 4, byte: 1 }[type];
    if (typeof type === "number") return fixed(from, type);
    const value = type === "double"
      ? view.getFloat64(from, true)
      : type === "long"
      ? view.getInt32(from, true)
      : view.getInt8(from);
    // The smallest of each kind's missing values, which is ".".
    return value === { double: 2 ** 1023, long: 2_147_483_621, byte: 101 }[type] ? null : value;
  };
  const rows = Array.from({ length: rowCount }, () => types.map(cell));
  if (ascii(at, at + 7) !== "</data>") throw new Error("rows end elsewhere");
  return { columns: texts(3, 129), types, formats: texts(5, 57), labels: texts(7, 321), rows };
}
