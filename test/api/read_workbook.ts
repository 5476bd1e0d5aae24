// Reads a workbook back with code that shares nothing with the writer: the container by its central directory,
// sheets by a SAX parser. Cells keep the kind that the file gives them.

import { crc32, inflateRawSync } from "node:zlib";
import { decode, Parser } from "saxen";

/** A number under the date format is a date. */
export type ReadCell = string | number | boolean | { readonly date: string };

export type ReadSheet = {
  readonly name: string;
  /** Rows as arrays; a cell that is not there is undefined. */
  readonly rows: readonly (readonly (ReadCell | undefined)[])[];
  /** Style of the cells of the first row. */
  readonly headerStyles: readonly string[];
  /** As written. */
  readonly xml: string;
};

export type ReadWorkbook = { readonly sheets: readonly ReadSheet[]; readonly parts: readonly string[] };

/** Every file of a ZIP archive, its checksum held. */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error("no end of the central directory");
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error("no entry of the central directory");
    const [size, whole, nameLength] = [
      view.getUint32(at + 20, true),
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
    ];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    if (view.getUint32(local, true) !== 0x04034b50) throw new Error(`no local header of ${name}`);
    for (let i = 4; i < 28; i++) {
      if (bytes[local + i] !== bytes[at + 2 + i]) throw new Error(`headers of ${name} differ`);
    }
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = inflateRawSync(bytes.subarray(from, from + size));
    if (content.length !== whole || crc32(content) !== view.getUint32(at + 16, true)) {
      throw new Error(`${name} is not what its header says`);
    }
    files.set(name, content);
    at += 46 + nameLength;
  }
  if (at !== end) throw new Error("something before the end of the central directory");
  return files;
}

export function readWorkbook(bytes: Uint8Array): ReadWorkbook {
  const files = unzip(bytes);
  const text = (name: string) => new TextDecoder("utf-8", { fatal: true }).decode(files.get(name)!);
  const names = [...text("xl/workbook.xml").matchAll(/<sheet name="([^"]+)" sheetId="(\d+)"/g)];
  const sheets = names.map(([, name, id]) => readSheet(name!, text(`xl/worksheets/sheet${id}.xml`)));
  return { sheets, parts: [...files.keys()] };
}

const DATE_STYLE = "2";

function readSheet(name: string, xml: string): ReadSheet {
  const rows: (ReadCell | undefined)[][] = [];
  const headerStyles: string[] = [];
  let cell: { column: number; type?: string; style?: string } | undefined;
  let value = "";
  const parser = new Parser();
  parser.on("error", (error: Error) => {
    throw error;
  });
  parser.on("warn", (warning: Error) => {
    throw warning;
  });
  parser.on("openTag", (tag: string, attributes: () => Record<string, string>) => {
    if (tag === "row") {
      if (Number(attributes().r) !== rows.length + 1) throw new Error("a row out of order");
      rows.push([]);
    }
    if (tag !== "c") return;
    const { r, t, s } = attributes();
    const [, letters, row] = /^([A-Z]+)(\d+)$/.exec(r!)!;
    if (Number(row) !== rows.length) throw new Error(`cell ${r} in row ${rows.length}`);
    const column = [...letters!].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
    cell = { column, ...(t && { type: t }), ...(s && { style: s }) };
    value = "";
  });
  parser.on("text", (text: string) => {
    if (cell) value += decode(text);
  });
  parser.on("closeTag", (tag: string) => {
    if (tag !== "c" || !cell) return;
    const { column, type, style } = cell;
    if (rows.length === 1) headerStyles[column] = style ?? "";
    rows.at(-1)![column] = type === "inlineStr"
      ? value
      : type === "b"
      ? value === "1"
      : style === DATE_STYLE
      ? { date: new Date((Number(value) - 25_569) * 86_400_000).toISOString().slice(0, 10) }
      : Number(value);
    cell = undefined;
  });
  parser.parse(xml);
  return { name, rows, headerStyles, xml };
}
