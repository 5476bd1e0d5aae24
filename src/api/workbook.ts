// Writes an XLSX workbook: sheets of typed cells under a bold header that stays in sight. What it shall say is
// the caller's; this knows the format (ECMA-376) and no library, because the edge has room for none.

import {
  DAY_STYLE,
  HEADER_STYLE,
  partsAround,
  serialDay,
  sheetLook,
  sheetPath,
  SPREADSHEET,
  textElement,
  XML_START,
} from "../core/spreadsheet_xml.ts";
import { type EpochDay, isoDate } from "../core/time.ts";
import { zip } from "./zip.ts";

/** Null is an empty cell, and so is a number that is none. */
export type Cell = string | number | boolean | null | { readonly day: EpochDay };

export type Sheet = {
  readonly name: string;
  /** Of the columns, in characters. */
  readonly widths: readonly number[];
  readonly header: readonly string[];
  readonly rows: Iterable<readonly Cell[]>;
};

/** The bytes of a workbook; the same sheets make the same bytes. */
export function writeWorkbook(sheets: readonly Sheet[]): Promise<Uint8Array<ArrayBuffer>> {
  const parts = partsAround({ sheets: sheets.map(({ name }) => name) });
  sheets.forEach((sheet, i) => parts.push([sheetPath(i), sheetXml(sheet, i === 0)]));
  const utf8 = new TextEncoder();
  return zip(parts.map(([name, text]) => ({ name, bytes: utf8.encode(text) })));
}

function sheetXml({ widths, header, rows }: Sheet, selected: boolean): string {
  const columns = header.map((_, i) => columnName(i));
  const texts = [rowXml(header, 1, columns, HEADER_STYLE)];
  for (const row of rows) texts.push(rowXml(row, texts.length + 1, columns));
  return `${XML_START}<worksheet xmlns="${SPREADSHEET}">` +
    `<dimension ref="A1:${columns.at(-1)}${texts.length}"/>${sheetLook(widths, selected)}` +
    `<sheetData>${texts.join("")}</sheetData></worksheet>`;
}

/** A, B, … Z, AA, … */
function columnName(column: number): string {
  const letter = String.fromCharCode(65 + column % 26);
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}

function rowXml(cells: readonly Cell[], row: number, columns: readonly string[], style?: number): string {
  let text = `<row r="${row}">`;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    const at = `<c r="${columns[i]}${row}"`;
    if (typeof cell === "number") {
      if (Number.isFinite(cell)) text += `${at}><v>${cell}</v></c>`;
    } else if (typeof cell === "string") text += textCell(at, cell, style);
    else if (typeof cell === "boolean") text += `${at} t="b"><v>${cell ? 1 : 0}</v></c>`;
    else if (cell !== null) {
      const serial = serialDay(cell.day);
      text += serial === undefined
        ? textCell(at, isoDate(cell.day))
        : `${at} s="${DAY_STYLE}"><v>${serial}</v></c>`;
    }
  }
  return `${text}</row>`;
}

function textCell(at: string, text: string, style?: number): string {
  if (text === "") return "";
  const styled = style === undefined ? at : `${at} s="${style}"`;
  return `${styled} t="inlineStr"><is>${textElement(text)}</is></c>`;
}
